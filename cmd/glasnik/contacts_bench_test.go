package main

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	glasnikstore "github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// contactsFile writes a file of n contacts in the manner of a large list: names in both scripts and in French, few
// organisations, quotation marks and commas, several topics each.
func contactsFile(b *testing.B, n int) string {
	path := filepath.Join(b.TempDir(), "people.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	first := []string{"Čedomir", "Jérôme", "Ljubiša", "Liam", "Милош", "Nataša", "Живка", "Benoît", "Ђорђе", "Ana", "Chloé"}
	last := []string{"Nikolić", "Côté", "Živković", "Evans", "Ћуковић", "Šćepanović", "Đukić", "Lefèvre", "Петровић", "Martin", "Janković", "Ћосић", "Noël"}
	outlets := []string{`"TV Čačak, d.o.o."`, "Lycée Molière", `"Дневни лист ""Глас"""`, `"Baker & Sons ""Bakers"""`, "Gimnazija Užice", `"Société Générique, S.A.R.L."`, "Blue Sky LLC"}
	places := []string{"Šabac", "Orléans", "London", "Београд", "Užice", "Чачак", "Genève", "Dublin"}
	topics := []string{"kultura;turizam", "образовање;спорт", "éducation;énergie;tourisme", "", "sport", "obrazovanje;energetika;sport;turizam"}
	fmt.Fprintln(w, "email,name,organisation,type,language,city,topics")
	for i := range n {
		k := i * 7919 % 1_000_003
		fmt.Fprintf(w, "user%07d@example.test,%s %s,%s,%s,%s,%s,%s\n", i, first[k%11], last[k/11%13], outlets[k/7%7],
			[]string{"journalist", "school", "business"}[k/3%3], []string{"sr-Latn", "sr-Cyrl", "fr", "en"}[k/5%4], places[k/13%8], topics[k/17%6])
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkImport brings a file into a new SQLite store by “contacts import”, and once more when all is there. Beside it
// stand two bare loops, each of one prepared statement run in transactions of ten thousand in a new file in the same mode
// (write-ahead log, pages of 4 KB): “bare” reads the same file and inserts its seven columns as they are, the address unique,
// since without that no importer could tell who is there already; “table” inserts the finished contacts into an empty table of
// contacts with its unique keys and orders, as if nobody had to read, check and make searchable what is inserted. One
// operation is a row. Run it as “make bench-import”; a list of a million is -benchtime=1000000x.
func BenchmarkImport(b *testing.B) {
	file := contactsFile(b, b.N)
	dir := b.TempDir()
	rate := func(run func()) float64 {
		start := time.Now()
		run()
		return float64(b.N) / time.Since(start).Seconds()
	}
	b.ResetTimer()
	first := rate(func() { importInto(b, dir, file, fmt.Sprintf(`"added":%d`, b.N)) })
	b.StopTimer()
	second := rate(func() { importInto(b, dir, file, fmt.Sprintf(`"unchanged":%d`, b.N)) })
	bare := rate(func() { insertBarely(b, file) })
	table := insertContacts(b, filepath.Join(dir, "glasnik.db"), rate)
	b.ReportMetric(first, "rows/s")
	b.ReportMetric(second, "again/s")
	b.ReportMetric(bare, "bare/s")
	b.ReportMetric(first/bare, "of-bare")
	b.ReportMetric(table, "table/s")
	b.ReportMetric(first/table, "of-table")
}

// importInto runs “contacts import” and checks the last line it prints.
func importInto(b *testing.B, dir, file, want string) {
	var out, errs strings.Builder
	environ := []string{"GLASNIK_DATA_DIR=" + dir, "GLASNIK_STORE=sqlite:" + filepath.Join(dir, "glasnik.db"), "GLASNIK_LOG_LEVEL=error"}
	p := &program{stdin: strings.NewReader(""), output: output{stdout: lastLine{&out}, stderr: &errs}, environ: environ, now: time.Now}
	if code := p.run(b.Context(), []string{"contacts", "import", file, "--list", "Press", "--json"}); code != exitOK || !strings.Contains(out.String(), want) {
		b.Fatalf("exit %d: %s%s", code, out.String(), errs.String())
	}
}

// lastLine keeps what was written last.
type lastLine struct{ *strings.Builder }

func (l lastLine) Write(p []byte) (int, error) {
	l.Reset()
	return l.Builder.Write(p)
}

// openBare opens a new file as the program does.
func openBare(b *testing.B, path string) *sql.DB {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1) // pragmas are one connection's
	for _, statement := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL"} {
		if _, err := db.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

// insertBarely reads a file into a table as it is.
func insertBarely(b *testing.B, file string) {
	db := openBare(b, filepath.Join(b.TempDir(), "bare.db"))
	if _, err := db.Exec("CREATE TABLE people(email TEXT NOT NULL UNIQUE, name TEXT, organisation TEXT, kind TEXT, language TEXT, city TEXT, topics TEXT)"); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows := csv.NewReader(bufio.NewReader(f))
	if _, err := rows.Read(); err != nil {
		b.Fatal(err)
	}
	insertAll(b, db, "people", 7, func(into []any) bool {
		r, err := rows.Read()
		if err == io.EOF {
			return false
		}
		if err != nil {
			b.Fatal(err)
		}
		for i := range into {
			into[i] = r[i]
		}
		return true
	})
}

// insertContacts copies the contacts of a store into an empty table of the same kind and returns the rate.
func insertContacts(b *testing.B, store string, rate func(func()) float64) float64 {
	path := filepath.Join(b.TempDir(), "glasnik.db")
	engine, err := sqlite.Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(engine.Prepare(b.Context(), glasnikstore.Collections), engine.Close(b.Context())); err != nil {
		b.Fatal(err)
	}
	from, to := openBare(b, store), openBare(b, path)
	rows, err := from.Query("SELECT * FROM contacts")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	values := make([]sql.RawBytes, len(names)) // so that reading takes as little as it can
	places := make([]any, len(names))
	for i := range values {
		places[i] = &values[i]
	}
	return rate(func() {
		insertAll(b, to, "contacts", len(names), func(into []any) bool {
			if !rows.Next() {
				return false
			}
			if err := rows.Scan(places...); err != nil {
				b.Fatal(err)
			}
			for i := range into {
				into[i] = string(values[i]) // numbers become numbers by the columns' types
			}
			return true
		})
	})
}

// insertAll inserts what next gives, ten thousand in a transaction.
func insertAll(b *testing.B, db *sql.DB, table string, columns int, next func([]any) bool) {
	statement := "INSERT INTO " + table + " VALUES(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + ")"
	args := make([]any, columns)
	for more := true; more; {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		insert, err := tx.Prepare(statement)
		if err != nil {
			b.Fatal(err)
		}
		for n := 0; n < 10_000 && more; n++ {
			if more = next(args); !more {
				break
			}
			if _, err := insert.Exec(args...); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}
