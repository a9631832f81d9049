package contactfile

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

const problemMark = 'p' // the row cannot be taken, for the reason in the text

// head begins what is kept of a row: its line, whether it is hidden, how many marks follow, and they.
func (r *sheetRow) head(to []string) []string {
	if !r.problem.IsZero() {
		text, _ := json.Marshal(r.problem) // a Text can always be written
		r.marks = append(r.marks, mark{kind: problemMark, text: string(text)})
	}
	hidden := ""
	if r.hidden {
		hidden = "h"
	}
	to = append(to, strconv.Itoa(r.line)+","+hidden+","+strconv.Itoa(len(r.marks)))
	for _, m := range r.marks {
		to = append(to, string(m.kind)+strconv.Itoa(m.column)+" "+m.text)
	}
	return to
}

// fromSheet takes what head wrote off the cells of a record.
func (r *record) fromSheet() {
	head := strings.Split(r.cells[0], ",")
	if len(head) != 3 {
		return // the row could not be cut
	}
	r.line, _ = strconv.Atoi(head[0])
	r.hidden = head[1] != ""
	n, _ := strconv.Atoi(head[2])
	for _, text := range r.cells[1 : n+1] {
		column, rest, _ := strings.Cut(text[1:], " ")
		m := mark{kind: text[0], text: rest}
		m.column, _ = strconv.Atoi(column)
		if m.kind == problemMark {
			_ = json.Unmarshal([]byte(m.text), &r.problem) // as head wrote it
			continue
		}
		r.marks = append(r.marks, m)
	}
	r.cells = r.cells[n+1:]
}

// fromSheet makes a record of what was kept of a sheet's row. Before it is known what the columns hold, a link to a mailbox
// stands for its cell, so that it tells.
func (s *scanner) fromSheet(r *record) {
	r.fromSheet()
	s.sheet.lay(r)
	for _, m := range r.marks {
		if s.early && m.kind == linkMark && m.column < len(r.cells) && !strings.Contains(r.cells[m.column], "@") {
			if _, name := meaningOf(r.cells[m.column]); !name {
				r.cells[m.column] = m.text
			}
		}
	}
}

// settleHeader goes to the lower one of two rows of column names, and finds out what of the table is hidden.
func (f *File) settleHeader() {
	s := f.scanner()
	s.early = true
	t := newTable(&f.rowReader, f.names, f.header)
	for {
		rec, ok := s.next()
		if !ok || rec.line > f.header+1 {
			break
		}
		if rec.line == f.header+1 && !rec.blank() && t.isHeading(rec, false) && f.takeHeader(rec) == nil {
			break
		}
	}
	for _, line := range f.hiddenLines {
		if int(line) > f.header {
			f.HiddenRows++
		}
	}
	for i, c := range f.Columns {
		for _, hidden := range f.hiddenSpans {
			if hidden.from <= i && i <= hidden.to {
				f.HiddenColumns = append(f.HiddenColumns, c.Header)
			}
		}
	}
	f.hiddenLines = nil
}

// overlay is what a sheet says of cells that lie in several rows or are after all rows.
type overlay struct {
	merges []block    // from above to below
	links  []cellLink // likewise
}

// overlaid lays an overlay over the rows of a sheet, which come from above to below.
type overlaid struct {
	overlay
	merge, link   int // the next ones
	fills, linked [maxColumns]fill
	anyFill       bool
	left          int // how much text may still be laid into cells
}

// fill is what goes into the cells of a column as far as a row.
type fill struct {
	top, bottom int
	text        string
}

var laidTooMuch = campaign.Textf("merged cells and links of many cells put more than 64 MB of text into the rows above: unmerge them, and use that file")

// lay puts the text of merged cells into each row they lie in: it is said of each. Cells beside each other are one, which
// is in the first.
func (o *overlaid) lay(r *record) {
	for ; o.merge < len(o.merges) && o.merges[o.merge].top <= r.line; o.merge++ {
		if b := o.merges[o.merge]; b.bottom > b.top {
			o.fills[b.left] = fill{top: b.top, bottom: b.bottom}
			o.anyFill = true
		}
	}
	for ; o.link < len(o.links) && o.links[o.link].top <= r.line; o.link++ {
		l := o.links[o.link]
		for c := l.left; c <= min(l.right, maxColumns-1); c++ {
			o.linked[c] = fill{top: l.top, bottom: l.bottom, text: l.address}
		}
	}
	for c := 0; o.anyFill && c < maxColumns; c++ {
		f := &o.fills[c]
		switch {
		case r.line == f.top && c < len(r.cells):
			f.text = strings.Clone(r.cells[c])
		case f.text == "" || r.line > f.bottom || c < len(r.cells) && strings.TrimSpace(r.cells[c]) != "":
		case o.left < len(f.text):
			r.problem = laidTooMuch
		default:
			o.left -= len(f.text)
			r.set(c, f.text)
		}
	}
	for c := 0; len(o.links) > 0 && c < maxColumns; c++ {
		if l := o.linked[c]; l.top <= r.line && r.line <= l.bottom {
			if o.left -= len(l.text); o.left < 0 {
				r.problem = laidTooMuch
				return
			}
			r.marks = append(r.marks, mark{kind: linkMark, column: c, text: l.text})
		}
	}
}

func (r *record) set(column int, text string) {
	for len(r.cells) <= column {
		r.cells = append(r.cells, "")
	}
	r.cells[column] = text
}
