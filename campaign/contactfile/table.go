package contactfile

import (
	"cmp"
	"iter"
	"net/mail"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Table is a further table of a file: it begins below the first, under column names of its own.
type Table struct {
	Line  int      `json:"line"` // of its column names
	Names []string `json:"columns"`
}

// maxTables is how many further tables are named; rows of more are read too.
const maxTables = 100

// table reads the rows under one row of column names.
type table struct {
	*rowReader
	keys   []string     // of the column names
	joined []span       // columns that have one name together, in merged cells
	groups [][]int      // columns of tables that stand beside each other; of a single one none
	parts  []*rowReader // read the rows of each group
}

func newTable(rr *rowReader, names []string, line int) *table {
	t := &table{rowReader: rr}
	for _, n := range names {
		t.keys = append(t.keys, headerKey(n))
	}
	for _, b := range rr.in.overlay.merges {
		beside := func(s span) bool { return b.right < s.from || s.to < b.left } // merged cells never overlap
		if b.top <= line && line <= b.bottom && b.right > b.left && !slices.ContainsFunc(t.joined, func(s span) bool { return !beside(s) }) {
			t.joined = append(t.joined, span{b.left, min(b.right, maxColumns-1)})
		}
	}
	t.groups = groupsOf(t.keys)
	for _, group := range t.groups {
		part, own := *rr, make([]string, len(group))
		for i, c := range group {
			own[i] = names[c]
		}
		part.Columns = understand(own)
		for i, c := range group {
			if m := rr.Columns[c].Meaning; m != rr.meant[c] { // somebody chose it
				part.Columns[i].Meaning, part.Columns[i].also, part.Columns[i].whenOrWhy = m, rr.Columns[c].also, rr.Columns[c].whenOrWhy
			}
		}
		t.parts = append(t.parts, &part)
	}
	return t
}

// groupsOf finds tables that stand side by side: column names with an address in each group, and an empty column between them or
// the same names repeated. Columns before repeated names belong to every group.
func groupsOf(keys []string) [][]int {
	var groups [][]int
	var group []int
	for i, k := range append(slices.Clone(keys), "") {
		switch {
		case k != "":
			group = append(group, i)
		case len(group) > 0:
			groups = append(groups, group)
			group = nil
		}
	}
	whole := func(g []int) bool {
		return len(g) > 1 && slices.ContainsFunc(g, func(c int) bool { return means(keys[c]) == Email })
	}
	if len(groups) > 1 && !slices.ContainsFunc(groups, func(g []int) bool { return !whole(g) }) {
		return groups
	}
	if len(groups) != 1 || len(groups[0]) != len(keys) {
		return nil
	}
	return repeated(keys, whole)
}

// repeated splits column names whose end repeats.
func repeated(keys []string, whole func([]int) bool) [][]int {
	for width := 2; width <= len(keys)/2; width++ {
		from := len(keys) - width
		for from >= width && slices.Equal(keys[from-width:from], keys[len(keys)-width:]) {
			from -= width
		}
		if from == len(keys)-width {
			continue
		}
		var groups [][]int
		for at := from; at < len(keys); at += width {
			var g []int
			for c := range width {
				g = append(g, at+c)
			}
			if !whole(g) {
				return nil
			}
			for c := range from {
				g = append(g, c)
			}
			groups = append(groups, g)
		}
		return groups
	}
	return nil
}

func means(key string) Meaning {
	return cmp.Or(meanings()[key], meanings()[strings.TrimRight(key, "0123456789")])
}

// isHeading reports whether a record holds column names again: one of them means an address, no cell is an address, most are
// known, and the cell in the column of addresses is one of them, unless a blank row divides the two.
func (t *table) isHeading(r record, gap bool) bool {
	known, all, address := 0, 0, false
	for _, cell := range r.cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		if strings.Contains(cell, "@") {
			return false
		}
		m, ok := meaningOf(cell)
		all++
		if ok {
			known++
		}
		address = address || m == Email
	}
	if !address || known < min(2, len(t.keys)) || known*2 < all || !r.problem.IsZero() {
		return false
	}
	for i, c := range t.Columns[:min(len(t.Columns), len(r.cells))] {
		if c.Meaning == Email {
			if _, ok := meaningOf(r.cells[i]); ok {
				return true
			}
		}
	}
	return gap
}

// next returns the table that begins with a record, which may be the same whose names are there again; nil where none does.
func (t *table) next(r record, gap bool) *table {
	if !t.isHeading(r, gap) {
		return nil
	}
	copied := *t.rowReader
	below := &copied
	if below.takeHeader(r) != nil {
		return nil
	}
	n := newTable(below, below.names, r.line)
	if slices.Equal(n.keys, t.keys) {
		return t
	}
	for _, part := range append(n.parts, below) {
		part.weak = part.mayMean()
	}
	return n
}

var hiddenRow = campaign.Textf("the row is hidden in the workbook, by a filter or by hand")

// rows returns the contacts of a record: one for each table that stands beside another.
func (t *table) rows(r record) iter.Seq[campaign.ImportRow] {
	return func(yield func(campaign.ImportRow) bool) {
		if r.hidden && !t.Hidden && r.problem.IsZero() {
			r.problem = hiddenRow
		}
		if len(t.groups) == 0 || !r.problem.IsZero() {
			t.learnFrom(r.cells)
			t.peopleOf(r, t.join(r.cells), yield)
			return
		}
		some := false
		for i, group := range t.groups {
			part := record{line: r.line, text: r.text, cells: make([]string, len(group))}
			own := false
			for to, c := range group {
				if c < len(r.cells) {
					part.cells[to] = r.cells[c]
					own = own || part.cells[to] != "" && (to == 0 || c > group[to-1])
				}
				for _, m := range r.marks {
					if m.column == c {
						m.column = to
						part.marks = append(part.marks, m)
					}
				}
			}
			last := i == len(t.groups)-1
			if last && len(r.cells) > len(t.keys) {
				part.cells = append(part.cells, r.cells[len(t.keys):]...)
			}
			if !own && !(last && !some) {
				continue
			}
			some = true
			whole := func(row campaign.ImportRow) bool {
				row.Cells = r.cells
				return yield(row)
			}
			t.parts[i].learnFrom(part.cells)
			if !t.parts[i].peopleOf(part, part.cells, whole) {
				return
			}
		}
	}
}

// join puts cells together whose columns have one name.
func (t *table) join(cells []string) []string {
	if len(t.joined) == 0 {
		return cells
	}
	cells = slices.Clone(cells)
	for _, s := range t.joined {
		for c := s.from + 1; c <= s.to && c < len(cells); c++ {
			cells[s.from] = strings.TrimSpace(cells[s.from] + " " + cells[c])
			cells[c] = ""
		}
	}
	return cells
}

// peopleOf returns the row of a record, and one for each further person it names.
func (rr *rowReader) peopleOf(r record, cells []string, yield func(campaign.ImportRow) bool) bool {
	row, people := rr.rowOf(r, cells)
	if !yield(row) {
		return false
	}
	for _, more := range rr.people(row, people) {
		if !yield(more) {
			return false
		}
	}
	return true
}

// rowOf reads a record into a row, after errors, links and formulas in its cells are resolved.
func (rr *rowReader) rowOf(r record, cells []string) (campaign.ImportRow, []mail.Address) {
	original := r.cells
	r.cells = cells
	notes := rr.resolve(&r)
	row, people := rr.row(r)
	row.Cells = original
	row.Notes = append(row.Notes, notes...)
	if row.Problem.IsZero() && row.Contact.Email == "" && !r.noAddress.IsZero() {
		row.Problem = r.noAddress
	}
	return row, people
}

// resolve replaces errors, links and formulas in the cells of a record, and returns notes about them.
func (mp *mapping) resolve(r *record) []campaign.Text {
	if !r.problem.IsZero() {
		return nil
	}
	var notes []campaign.Text
	own := false // the cells may be written to
	set := func(i int, text string) {
		if !own {
			r.cells, own = slices.Clone(r.cells), true
		}
		r.set(i, text)
	}
	for i, cell := range r.cells[:min(len(r.cells), len(mp.Columns))] {
		switch cell = strings.TrimSpace(cell); {
		case isError(cell):
			set(i, "")
			notes = mp.empty(notes, r, i, strings.Clone(cell))
		case mp.Columns[i].Meaning == Email && strings.Contains(cell, "?") && mailtoAddress(cell) != "":
			set(i, mailtoAddress(cell))
		case strings.HasPrefix(cell, "="):
			if link, label, ok := hyperlink(cell); ok {
				if address := mailtoAddress(link); address != "" && mp.Columns[i].Meaning == Email {
					label = address
				}
				set(i, label)
			}
		}
	}
	for _, m := range r.marks {
		if m.column >= len(mp.Columns) {
			continue
		}
		text := ""
		if m.column < len(r.cells) {
			text = strings.TrimSpace(r.cells[m.column])
		}
		switch c := mp.Columns[m.column]; {
		case m.kind == errorMark && text != "":
			set(m.column, "")
			notes = mp.empty(notes, r, m.column, m.text)
		case m.kind == formulaMark && text == "":
			notes = mp.empty(notes, r, m.column, "")
		case m.kind == linkMark && c.Meaning == Email && !strings.Contains(text, "@"):
			if m2, ok := meaningOf(c.Header); ok && text != "" && (m2 == FullName || m2 == FirstName || m2 == LastName) {
				m.text = text + " <" + m.text + ">"
			}
			set(m.column, m.text)
		}
	}
	return notes
}

// empty adds why a cell was left empty: to the notes, or as the reason why there is no address. It holds an error of a spreadsheet,
// or a formula without a result.
func (mp *mapping) empty(notes []campaign.Text, r *record, column int, fault string) []campaign.Text {
	header := shorten(mp.Columns[column].Header)
	address, cell := campaign.Textf("the e-mail address holds the error %s", fault), campaign.Textf("the cell “%s” holds the error %s and was left empty", header, fault)
	if fault == "" {
		address = campaign.Textf("the e-mail address is a formula without a result: open the workbook in Excel or LibreOffice, save it, and use that file")
		cell = campaign.Textf("the cell “%s” is a formula without a result: open the workbook in Excel or LibreOffice, save it, and use that file", header)
	}
	if mp.Columns[column].Meaning == Email && r.noAddress.IsZero() {
		r.noAddress = address
		return notes
	}
	return append(notes, cell)
}
