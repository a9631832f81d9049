package contactfile

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// Blank lines are rows, and are gone over many at a time, wherever what is read at a time ends.
func TestBlankLinesAreCountedTogether(t *testing.T) {
	for _, blank := range []string{"\n", "\r", "\r\n", ";;\n", " \t;\r\n"} {
		const many = 3*readAhead + 1
		text := "email;ime;grad" + strings.TrimLeft(blank, "; \t") + strings.Repeat(blank, many) + "a@x.example;Ana;Niš"
		s := &scanner{src: strings.NewReader(text), delimiter: ';', line: 1, textLine: 1}
		given := 0
		for rec, ok := s.next(); ok; rec, ok = s.next() {
			given++
			if given == 2 && rec.line != many+2 || rec.blank() {
				t.Errorf("%q: row %d: %+v", blank, given, rec)
			}
		}
		if given != 2 {
			t.Errorf("%q: %d rows were given", blank, given)
		}
		if f := read(t, text); len(f.Rows) != 1 || f.Rows[0].Line != many+2 || f.Rows[0].Contact.Place != "Niš" {
			t.Errorf("%q: %+v", blank, f.Rows)
		}
	}
}

func TestTooManyRowsThatCannotBeCut(t *testing.T) {
	text := "email;ime\n" + strings.Repeat("\"x\n", maxUncut+1000)
	f, err := Open(strings.NewReader(text), int64(len(text)), Options{})
	must(t, err)
	defer f.Close()
	rows := 0
	for _, e := range f.Rows() {
		if rows++; e != nil {
			err = e
		}
	}
	if campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), fmt.Sprintf("on line %d: the quotation marks", maxUncut+2)) || rows != maxUncut+2 {
		t.Errorf("%d rows, %v", rows, err)
	}
	s := &scanner{src: strings.NewReader("a\nb\nc\n"), delimiter: ';', line: 1, rows: maxTextRows - 1}
	for _, ok := s.next(); ok; _, ok = s.next() {
	}
	if s.rows != maxTextRows+1 || campaign.CodeOf(s.err) != campaign.Invalid {
		t.Errorf("%d rows, %v", s.rows, s.err)
	}
}

// counted says how much was read of a text.
type counted struct {
	io.Reader
	bytes int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.bytes += n
	return n, err
}

func TestUnclosedQuotationMarkIsReadOnce(t *testing.T) {
	text := "email;ime\n\"a@x.example;Ana\n" + strings.Repeat("b@x.example;Eva\n", 200_000)
	src := &counted{Reader: strings.NewReader(text)}
	s := &scanner{src: src, delimiter: ';', line: 1}
	rows, bad := 0, 0
	for rec, ok := s.next(); ok; rec, ok = s.next() {
		if rows++; rec.problem.String() != "" {
			bad++
		}
		if len(s.text) > maxRecord+readAhead {
			t.Fatalf("%d bytes are held", len(s.text))
		}
	}
	if rows != 200_002 || bad != 1 || src.bytes != len(text) {
		t.Errorf("%d rows, %d of them bad, of %d bytes", rows, bad, src.bytes)
	}
}

// A text that is in the workbook once is laid into rows as far as a table of contacts may need it.
func TestTextOfAWorkbookIsNotRepeatedWithoutEnd(t *testing.T) {
	long := strings.Repeat("x", 30_000)
	const many = maxLaid/30_000 + 100
	var rows strings.Builder
	rows.WriteString(texts(1, "email", "ime", "napomena") + texts(2, "a@x.example", "Ana", long))
	for line := 3; line < 3+many; line++ {
		rows.WriteString(texts(line, fmt.Sprintf("a%d@x.example", line)))
	}
	behind := fmt.Sprintf(`<mergeCells><mergeCell ref="C2:C%d"/></mergeCells>`, many+2)
	laid, refused := 0, 0
	for _, r := range (rawBook{rows: rows.String(), behind: behind}).read(t, Options{}).Rows {
		if laid += len(r.Contact.Notes); r.Problem.String() != "" {
			refused++
		}
		if r.Problem.String() != "" && r.Problem.String() != laidTooMuch.String() {
			t.Fatal(r.Problem.String())
		}
	}
	if laid > maxLaid+len(long) || refused < 90 || refused > 101 {
		t.Errorf("%d bytes were laid, %d rows refused", laid, refused)
	}
	shared := rawBook{rows: texts(1, "email", "ime"), strings: "<si><t>" + long + "</t></si>"}
	var more strings.Builder
	for line := range 6000 {
		fmt.Fprintf(&more, `<row r="%d"><c t="s"><v>0</v></c></row>`, line+2)
	}
	shared.rows += more.String()
	if _, err := tryReading(shared.bytes(t), Options{}); campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), "again and again") {
		t.Errorf("a shared text: %v", err)
	}
}
