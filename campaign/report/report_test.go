package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/glasnik/glasnik/campaign"
)

// sample is the report of a closed month with two mailings and everything that is typed in.
func sample() *campaign.Report {
	day := func(d int) time.Time { return time.Date(2026, 9, d, 0, 0, 0, 0, time.UTC) }
	r := &campaign.Report{
		ID: "r", Scope: campaign.PeriodReport, From: time.Date(2026, 8, 31, 22, 0, 0, 0, time.UTC), Until: time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC), Zone: "Europe/Belgrade",
		Team: campaign.Texts{campaign.English: "Primer Centre", campaign.SerbianLatin: "Centar Primer"}, Funding: campaign.Texts{campaign.English: "Paid for by **Fund Example**."},
		Counted: time.Date(2026, 10, 9, 8, 0, 0, 0, time.UTC), Closed: true,
		Kinds:      []campaign.ReportGroup{{Key: "journalist", Accepted: 1030}, {Key: campaign.FewGroup, Accepted: 7}},
		Places:     []campaign.ReportGroup{{Key: "Niš", Accepted: 1037}},
		Languages:  []campaign.ReportGroup{{Key: "sr-Cyrl", Accepted: 1037}},
		ToLists:    []campaign.ReportGroup{{Key: "Press + Schools", Accepted: 1030}, {Key: campaign.NoGroup, Accepted: 7}},
		Outlets:    []campaign.ReportGroup{{Key: "Glas Primera", Accepted: 6}, {Key: campaign.FewGroup, Accepted: 31}, {Key: campaign.NoGroup, Accepted: 1000}},
		Topics:     []campaign.ReportTopic{{Key: "schools", Names: campaign.Texts{campaign.English: "Schools", campaign.SerbianLatin: "Škole"}, Mailings: 1, Accepted: 1000, Opened: 11}, {Key: campaign.NoGroup, Mailings: 1, Accepted: 37}},
		Lists:      []campaign.ReportList{{Name: "Press", Joined: 12, Now: 1050}, {Name: campaign.AllLists, Joined: 14, Left: 3, Now: 1061}},
		Activities: []campaign.Activity{{Kind: campaign.Training, Name: "Obuka", Day: day(3), People: 24}},
		Coverage:   []campaign.Coverage{{Outlet: "Glas Primera", Title: "=SUM(A1)", Day: day(5), Tone: campaign.Neutral, Reach: 120000, Link: "https://glas.example/1"}},
		Helplines:  []campaign.HelplineTotal{{Helpline: "Astra", Month: day(1), Calls: 321, Messages: 12}},
	}
	for i, accepted := range []int64{1000, 37} {
		f := campaign.CountedDeliveries(map[campaign.DeliveryState]int64{campaign.Accepted: accepted, campaign.Failed: 3}, 1)
		f.Count(campaign.Opened, campaign.Human, true, 11)
		f.Count(campaign.Opened, campaign.Machine, false, 5)
		r.Runs = append(r.Runs, campaign.ReportRun{ID: strconv.Itoa(i), Campaign: "Jesen", Release: "Vodič", At: day(2 + i), Figures: f})
		r.Total.Add(f)
	}
	return r
}

// Every figure of the report is the same in every file of it, and the same figures give the same bytes.
func TestFilesAgreeAndComeOutTheSame(t *testing.T) {
	for _, l := range []campaign.Language{campaign.English, campaign.SerbianLatin, campaign.SerbianCyrillic, campaign.French} {
		files := map[Format][]byte{}
		for _, f := range Formats {
			first, err := Write(sample(), Options{Language: l}, f, "", 0)
			if err != nil {
				t.Fatalf("%s %s: %v", l, f, err)
			}
			second, err := Write(sample(), Options{Language: l}, f, "", 0)
			if err != nil || !bytes.Equal(first, second) {
				t.Errorf("%s %s: made twice it differs (%v)", l, f, err)
			}
			files[f] = first
		}
		checkWorkbook(t, New(sample(), Options{Language: l}), files)
		if !bytes.HasPrefix(files[PDF], []byte("%PDF-")) || !bytes.Contains(files[PDF], []byte("/Lang")) || !bytes.Contains(files[PDF], []byte("/StructTreeRoot")) || bytes.Contains(files[PDF], []byte("Helvetica")) {
			t.Errorf("%s: the PDF names no language, is not tagged, or has a font that is not in it", l)
		}
	}
}

// checkWorkbook compares the cells of the workbook and of the CSV file with those of the tables, and looks for their words on the page.
func checkWorkbook(t *testing.T, m *Model, files map[Format][]byte) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(files[XLSX]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(files[CSV], []byte("\uFEFF"))))
	r.Comma, r.FieldsPerRecord = Delimiter(m.Language), -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range lines {
		all = append(all, strings.Join(l, "\x00"))
	}
	page := string(files[HTML])
	for i, table := range m.Tables() {
		rows, err := book.GetRows(book.GetSheetName(i), excelize.Options{RawCellValue: true})
		if err != nil || len(rows) != len(table.Rows)+1 {
			t.Fatalf("%s: the sheet of %s has %d rows (%v)", m.Language, table.Name, len(rows), err)
		}
		for y, row := range table.Rows {
			var cells []string
			for x, cell := range row {
				cells = append(cells, machine(cell))
				if n, ok := cell.(int64); ok && rows[y+1][x] != strconv.FormatInt(n, 10) {
					t.Errorf("%s: %s, row %d: the workbook says %s, the table %d", m.Language, table.Name, y, rows[y+1][x], n)
				}
				if n, ok := cell.(int64); ok && !strings.Contains(page, ">"+m.Show(n)+"<") {
					t.Errorf("%s: %s, row %d: %d is not on the page", m.Language, table.Name, y, n)
				}
			}
			if !strings.Contains(strings.Join(all, "\n"), strings.Join(cells, "\x00")) {
				t.Errorf("%s: %s, row %d is not in the CSV file: %q", m.Language, table.Name, y, cells)
			}
		}
	}
}

// A long link or name is broken in print, where it would push the figures beside it off the page.
func TestLongWordsLeaveRoomForFigures(t *testing.T) {
	r := sample()
	r.Coverage[0].Link = "https://glas.example/" + strings.Repeat("vesti-", 40)
	out, err := New(r, Options{Language: campaign.SerbianCyrillic}).html(printStyle, true)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(out), `<table id="coverage">`)
	table, _, _ = strings.Cut(table, "</table>")
	sum := 0
	for _, width := range regexp.MustCompile(`<col style="width: (\d+)%">`).FindAllStringSubmatch(table, -1) {
		n, _ := strconv.Atoi(width[1])
		sum += n
	}
	if sum < 90 || sum > 100 || !strings.Contains(table, `<td class="long">https://glas.example/`) {
		t.Errorf("the columns are %d%% wide: %s", sum, table)
	}
}

// In print no heading stands alone at the foot of a page: it is kept together with what follows it.
func TestHeadingsAreKeptWithWhatFollows(t *testing.T) {
	out, err := New(sample(), Options{Language: campaign.English}).html(printStyle, true)
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for _, tag := range regexp.MustCompile(`<div class="together">|</div>|<h[23]>[^<]*`).FindAllString(string(out), -1) {
		switch {
		case tag == "</div>":
			depth--
		case strings.HasPrefix(tag, "<div"):
			if depth++; depth > 1 {
				t.Error("what is kept together is divided again: a part of it would go to the next page alone")
			}
		case depth == 0:
			t.Errorf("%s stands alone", tag)
		}
	}
	if depth != 0 {
		t.Error("what is kept together does not end")
	}
}

// Somebody's words are no formula, and nobody is named.
func TestNothingHarmfulLeaves(t *testing.T) {
	out, err := Write(sample(), Options{Language: campaign.English}, CSV, "coverage", ';')
	if err != nil || !strings.Contains(string(out), ";'=SUM(A1);") {
		t.Errorf("a formula leaves as it is: %s %v", out, err)
	}
	if _, err := Write(sample(), Options{}, CSV, "nothing", 0); campaign.CodeOf(err) != campaign.NotFound {
		t.Errorf("a table that is not there: %v", err)
	}
	c := campaign.Coverage{Outlet: "Glas", Journalist: "Ana", Contact: "c", Note: "n", By: "Vesna"}
	if !reflect.DeepEqual(c.WithoutPeople(), campaign.Coverage{Outlet: "Glas"}) {
		t.Error("coverage names people in a report")
	}
}

// Every figure stands beside its own name.
func TestFiguresBesideTheirNames(t *testing.T) {
	r := sample()
	r.Total = campaign.Figures{Audience: 100, Accepted: 80, Failed: 11, Returned: 10, CameBack: 9, Blocked: 7, LeftOut: 6, Interrupted: 2, Waiting: 1,
		Opened:  campaign.Verdicts{People: 41, Times: 42, Machines: 43, Unknown: 44},
		Clicked: campaign.Verdicts{People: 31, Times: 32, Machines: 33, Unknown: 34}, Unsubscribed: 5, Complained: 4}
	var told []string
	for _, row := range New(r, Options{Language: campaign.English}).Sections[0].Table.Rows {
		told = append(told, fmt.Sprintf("%v %v", row[0], row[1]))
	}
	want := []string{
		"Mailings 2", "Audience 100", "Accepted 80", "Failed 11", "Returned 10", "Came back 9", "Blocked 7", "Left out 6", "Interrupted 2", "Waiting 1",
		"Opened: Readers, at least 41", "Opened: By people 42", "Opened: By machines 43", "Opened: Unclear 44",
		"Clicked: Readers, at least 31", "Clicked: By people 32", "Clicked: By machines 33", "Clicked: Unclear 34", "Left 5", "Reported as spam 4",
	}
	if !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
	for _, l := range campaign.Languages {
		named := map[any]bool{}
		for _, row := range New(r, Options{Language: l}).Sections[0].Table.Rows {
			if named[row[0]] {
				t.Errorf("%s: two figures are named %q", l, row[0])
			}
			named[row[0]] = true
		}
	}
	total := campaign.Figures{}
	for range 2 {
		total.Add(r.Total)
	}
	for _, m := range slices.Concat(campaign.FigureMeanings, campaign.PartingMeanings) {
		if m.Count(&total) != 2*m.Count(&r.Total) {
			t.Errorf("%s of two: %d", m.Name, m.Count(&total))
		}
	}
	for _, m := range campaign.ReadingMeanings {
		if m.Count(total.Opened) != 2*m.Count(r.Total.Opened) || m.Count(total.Clicked) != 2*m.Count(r.Total.Clicked) {
			t.Errorf("%s of two: %d", m.Name, m.Count(total.Opened))
		}
	}
}
