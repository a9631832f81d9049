package contactfile

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// What a sheet may hold beside its rows. Excel allows 65,530 links.
const (
	maxRows   = 1 << 20
	maxMerges = 100_000
	maxLinks  = 100_000
)

// sheetReader reads the rows of a sheet one by one, and then what the sheet says of them after.
type sheetReader struct {
	book *workbook
	x    *xmlReader
	part *part
	name string // of the part
	row  sheetRow

	hiddenColumns []span
	merges        []block
	links         []cellLink

	value, formula []byte
}

// sheetRow is one row: its cells are texts, and marks say what a text does not.
type sheetRow struct {
	line    int
	hidden  bool
	filled  bool
	cells   []string
	marks   []mark
	problem campaign.Text
}

// mark says something of a cell.
type mark struct {
	kind   byte // see below
	column int
	text   string
}

const (
	errorMark   = 'e' // it holds the error in the text
	formulaMark = 'f' // it holds a formula that was never worked out
	linkMark    = 'l' // it leads to the mailbox in the text
)

// block is a block of merged cells, from the first to the last, each within.
type block struct{ top, bottom, left, right int }

// span is some columns, from the first to the last.
type span struct{ from, to int }

type cellLink struct {
	block
	address string
}

func (w *workbook) openSheet(s Sheet) (*sheetReader, error) {
	p, err := w.open(s.part)
	if err != nil {
		return nil, err
	}
	r := &sheetReader{book: w, x: newXML(p), part: p, name: s.part}
	r.x.child(0)
	for r.x.child(1) {
		switch string(r.x.name) {
		case "cols":
			r.readColumns()
		case "sheetData":
			return r, nil
		}
	}
	return r, r.x.err
}

func (r *sheetReader) close() { _ = r.part.Close() }

func (r *sheetReader) readColumns() {
	for r.x.child(2) {
		from, _ := strconv.Atoi(r.x.attr("min"))
		to, _ := strconv.Atoi(r.x.attr("max"))
		if isTrue(r.x.attr("hidden")) && len(r.hiddenColumns) < maxColumns && 0 < from && from <= to {
			r.hiddenColumns = append(r.hiddenColumns, span{from - 1, to - 1})
		}
	}
}

// next goes to the next row; false after the last and at an error.
func (r *sheetReader) next() bool {
	for {
		if r.x.depth < 2 || !r.x.child(2) {
			return false
		}
		if string(r.x.name) == "row" {
			break
		}
	}
	before := r.row.line
	r.row = sheetRow{line: before + 1, cells: r.row.cells[:0], marks: r.row.marks[:0]}
	for name, value, rest, ok := cutAttr(r.x.attrs); ok; name, value, rest, ok = cutAttr(rest) {
		switch string(name) {
		case "r":
			if line, err := strconv.Atoi(string(value)); err == nil && line > before {
				r.row.line = line
			}
		case "hidden":
			r.row.hidden = isTrue(string(value))
		}
	}
	if r.row.line > maxRows {
		r.x.fail()
		return false
	}
	column, all := 0, 0
	for r.x.child(3) {
		if string(r.x.name) == "c" {
			column = r.cell(column, &all) + 1
		}
	}
	return r.x.err == nil
}

// cell reads a cell that is in the given column unless it names another, which it returns.
func (r *sheetReader) cell(column int, all *int) int {
	look, kind := 0, byte('n')
	for name, value, rest, ok := cutAttr(r.x.attrs); ok; name, value, rest, ok = cutAttr(rest) {
		switch string(name) {
		case "r":
			if at, ok := columnOf(value); ok {
				column = at
			}
		case "s":
			look, _ = strconv.Atoi(string(value))
		case "t":
			kind = kindOf(value)
		}
	}
	r.value, r.formula = r.value[:0], r.formula[:0]
	computed := false
	for r.x.child(4) {
		switch string(r.x.name) {
		case "v":
			r.value = r.x.text(r.value[:0], MaxCell)
		case "is":
			r.value = richText(r.x, r.value[:0])
		case "f":
			computed = true
			r.formula = r.x.text(r.formula[:0], maxFormula)
		}
	}
	text := r.cellText(kind, look, column)
	if computed {
		r.ofFormula(kind, column)
	}
	r.put(column, text, all)
	return column
}

// maxFormula is how much of a formula is looked at.
const maxFormula = 2000

// kindOf returns one letter for a type of cells: s for a shared text, i for one of its own, t for a formula's.
func kindOf(name []byte) byte {
	switch string(name) {
	case "inlineStr":
		return 'i'
	case "str":
		return 't'
	case "":
		return 'n'
	}
	return name[0] // s, b, e, d, n
}

// cellText returns what a cell holds as text.
func (r *sheetReader) cellText(kind byte, look, column int) string {
	switch kind {
	case 's':
		text, ok := r.book.strings.get(r.value)
		if !ok && len(bytes.TrimSpace(r.value)) > 0 {
			r.x.fail()
		}
		return string(text)
	case 'i', 't':
		return string(unescape(r.value))
	}
	value := string(bytes.TrimSpace(r.value))
	switch {
	case value == "":
	case kind == 'b':
		return map[bool]string{true: "TRUE", false: "FALSE"}[isTrue(value)]
	case kind == 'e':
		r.mark(errorMark, column, shorten(value))
		return shorten(value)
	case kind == 'd':
		return r.book.styles.isoText(value, look)
	default:
		return r.book.styles.number(value, look)
	}
	return ""
}

// ofFormula looks at the formula a cell holds beside its value.
func (r *sheetReader) ofFormula(kind byte, column int) {
	if link, _, ok := hyperlink(string(r.formula)); ok {
		if address := mailtoAddress(link); address != "" {
			r.mark(linkMark, column, address)
			return
		}
	}
	if kind == 'n' && len(bytes.TrimSpace(r.value)) == 0 {
		r.mark(formulaMark, column, "")
	}
}

func (r *sheetReader) mark(kind byte, column int, text string) {
	if column < maxColumns && len(r.row.marks) < 2*maxColumns && len(text) < 400 {
		r.row.marks = append(r.row.marks, mark{kind: kind, column: column, text: text})
		r.row.filled = true
	}
}

// put puts a cell into its row. Blank ones take no place; one that is too long, or is after all columns that are
// read, spoils the row.
func (r *sheetReader) put(column int, text string, all *int) {
	*all += len(text)
	switch {
	case strings.TrimSpace(text) == "":
		return
	case column >= maxColumns:
		r.row.problem = campaign.Textf("it has a cell in column %d; at most %d columns are read", column+1, maxColumns)
	case len(text) > MaxCell:
		r.row.problem = tooLong
	case *all > maxRecord/2:
		r.row.problem = tooLongRow
	}
	r.row.filled = true
	if column >= maxColumns {
		return
	}
	if !r.row.problem.IsZero() { // no more than what a report shows of it
		text = strings.ToValidUTF8(text[:min(len(text), 1000)], "\ufffd")
	}
	for len(r.row.cells) <= column {
		r.row.cells = append(r.row.cells, "")
	}
	r.row.cells[column] = text
}

// columnOf reads the letters of a cell's name, as in AB12, counting columns from 0.
func columnOf(name []byte) (int, bool) {
	n := 0
	for i, c := range name {
		c |= 0x20
		if c < 'a' || c > 'z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'a') + 1; n > 1<<20 {
			return 0, false
		}
	}
	return n - 1, n > 0
}

// blockOf reads the name of one cell or of a block, as in A2:B4.
func blockOf(name string) (block, bool) {
	first, last, several := strings.Cut(strings.ReplaceAll(name, "$", ""), ":")
	if !several {
		last = first
	}
	left, ok1 := columnOf([]byte(first))
	right, ok2 := columnOf([]byte(last))
	top, err1 := strconv.Atoi(strings.TrimLeft(strings.ToLower(first), "abcdefghijklmnopqrstuvwxyz"))
	bottom, err2 := strconv.Atoi(strings.TrimLeft(strings.ToLower(last), "abcdefghijklmnopqrstuvwxyz"))
	b := block{top: top, bottom: bottom, left: left, right: right}
	return b, ok1 && ok2 && err1 == nil && err2 == nil && 0 < top && top <= bottom && left <= right && left < maxColumns
}

// readAfterRows reads what is after the rows: which cells are merged, and which lead to a mailbox.
func (r *sheetReader) readAfterRows() error {
	var mailboxes map[string]string // by the number of the link
	for r.x.err == nil && r.x.child(1) {
		switch string(r.x.name) {
		case "mergeCells":
			for r.x.child(2) {
				b, ok := blockOf(r.x.attr("ref"))
				if len(r.merges) == maxMerges {
					return campaign.Errorf(campaign.Invalid, "the sheet has more than %d blocks of merged cells: unmerge them, and use that file", maxMerges)
				}
				if ok {
					r.merges = append(r.merges, b)
				}
			}
		case "hyperlinks":
			if mailboxes == nil {
				mailboxes = map[string]string{}
				for _, link := range r.book.relations(r.name) {
					if link.kind == "hyperlink" && strings.Contains(link.target, "@") {
						mailboxes[link.id] = link.target
					}
				}
			}
			for r.x.child(2) {
				address := mailboxes[r.x.attr("id")]
				if b, ok := blockOf(r.x.attr("ref")); ok && address != "" && len(r.links) < maxLinks {
					r.links = append(r.links, cellLink{b, address})
				}
			}
		}
	}
	slices.SortStableFunc(r.merges, func(a, b block) int { return a.top - b.top })
	slices.SortStableFunc(r.links, func(a, b cellLink) int { return a.top - b.top })
	return r.x.err
}
