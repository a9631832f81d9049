package main

import (
	"bufio"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"
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

// BenchmarkImport brings a file into a new SQLite store by “contacts import”, once more when all is there, and reads the
// same file into a bare table, its address unique, by one prepared statement in transactions of a thousand. One operation
// is a row. Run it as “make bench-import”; a list of a million is -benchtime=1000000x.
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
	b.ReportMetric(first, "rows/s")
	b.ReportMetric(second, "again/s")
	b.ReportMetric(bare, "bare/s")
	b.ReportMetric(first/bare, "of-bare")
}

// importInto runs “contacts import” and checks the last line it prints.
func importInto(b *testing.B, dir, file, want string) {
	var out, errs strings.Builder
	environ := []string{"GLASNIK_DATA_DIR=" + dir, "GLASNIK_STORE=sqlite:" + filepath.Join(dir, "glasnik.db"), "GLASNIK_LOG_LEVEL=error"}
	p := &program{stdin: strings.NewReader(""), stdout: lastLine{&out}, stderr: &errs, environ: environ, now: time.Now}
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

// insertBarely reads a file into a table as it is.
func insertBarely(b *testing.B, file string) {
	db, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "bare.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
		"CREATE TABLE people(email TEXT NOT NULL UNIQUE, name TEXT, organisation TEXT, kind TEXT, language TEXT, city TEXT, topics TEXT)"} {
		if _, err := db.Exec(statement); err != nil {
			b.Fatal(err)
		}
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
	for more := true; more; {
		if more, err = insertThousand(db, rows); err != nil {
			b.Fatal(err)
		}
	}
}

func insertThousand(db *sql.DB, rows *csv.Reader) (more bool, err error) {
	tx, err := db.Begin()
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	insert, err := tx.Prepare("INSERT INTO people VALUES(?,?,?,?,?,?,?)")
	if err != nil {
		return false, err
	}
	for range 1000 {
		r, err := rows.Read()
		if err == io.EOF {
			return false, tx.Commit()
		}
		if err != nil {
			return false, err
		}
		if _, err := insert.Exec(r[0], r[1], r[2], r[3], r[4], r[5], r[6]); err != nil {
			return false, err
		}
	}
	return true, tx.Commit()
}
