package sqlite

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// table is the plan of a collection: which field of the struct is in which column, and the statements that follow from that. It
// is made once.
type table struct {
	changes atomic.Int64 // how often this program wrote to it
	done    chan *batch  // those that are done with

	collection *document.Collection
	name       string // quoted
	doc        reflect.Type
	columns    []column // the id first
	extra      extraFields
	index      *index.Index    // nil when nothing is indexed but by SQLite
	indexed    []int           // the columns of which entries are made
	rowid      bool            // whether rows have a number beside the id
	targets    func() []*table // of cached sets
	followed   int             // the column by which cached sets of others are found, see cached.go; -1 for none

	list    string // all columns, quoted, with commas
	insert  string // INSERT … VALUES (…), the row's number last where documents have one
	ignore  string // the same when any unique value may be taken
	skip    string // the same when the id may be taken
	upsert  string
	replace string
}

// column is one declared field, or the id.
type column struct {
	name   string
	quoted string
	kind   document.Kind
	field  int // number of the struct's field

	postings, trigrams, chunks string // names of the index's columns that hold it; "" where it is not held so
}

// single reports whether a column holds one text of which the index has postings.
func (c *column) single() bool { return c.postings != "" && c.kind == document.Text }

var timeType = reflect.TypeFor[time.Time]()

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// table returns the plan of a collection.
func (e *Engine) table(c *document.Collection) (*table, error) {
	if t, ok := e.tables.Load(c); ok {
		return t.(*table), nil
	}
	t, err := newTable(c)
	if err != nil {
		return nil, err
	}
	t.targets = e.targets
	e.tables.Store(c, t)
	return t, nil
}

func newTable(c *document.Collection) (*table, error) {
	t := &table{collection: c, name: quote(c.Name), doc: reflect.TypeOf(c.Sample), done: make(chan *batch, spareBatches)}
	if t.doc == nil || t.doc.Kind() != reflect.Struct {
		return nil, fmt.Errorf("collection %s: the sample is not a struct", c.Name)
	}
	fields := map[string]int{}
	for i := range t.doc.NumField() {
		if name := jsonName(t.doc.Field(i)); name != "" {
			fields[name] = i
		}
	}
	declared := append([]document.Field{{Name: "id", Kind: document.Text}}, c.Fields...)
	for _, f := range declared {
		i, ok := fields[f.Name]
		if !ok {
			return nil, fmt.Errorf("collection %s: the struct has no field %q", c.Name, f.Name)
		}
		if err := checkKind(t.doc.Field(i).Type, f.Kind); err != nil {
			return nil, fmt.Errorf("collection %s, field %s: %w", c.Name, f.Name, err)
		}
		delete(fields, f.Name)
		t.columns = append(t.columns, column{name: f.Name, quoted: quote(f.Name), kind: f.Kind, field: i})
	}
	t.extra = planExtra(t.doc, fields)
	if err := t.planIndex(); err != nil {
		return nil, err
	}
	t.plan()
	if t.followed = t.position(c.Followed); t.followed >= 0 { // a changed document is compared by all its columns
		for i := range t.columns {
			t.indexed, t.columns[i].chunks = append(t.indexed, i), t.columns[i].name
		}
	}
	if c.Followed != "" && (t.followed < 1 || t.columns[t.followed].kind != document.Text || !t.rowid || t.index != nil) {
		return nil, fmt.Errorf("collection %s: nothing can be followed by the field %q", c.Name, c.Followed)
	}
	return t, nil
}

// jsonName returns the name under which a struct's field is stored, "" when it is not stored.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if !f.IsExported() || name == "-" {
		return ""
	}
	return cmp.Or(name, f.Name)
}

func checkKind(t reflect.Type, k document.Kind) error {
	ok := false
	switch k {
	case document.Text:
		ok = t.Kind() == reflect.String
	case document.Int:
		ok = t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64
	case document.Bool:
		ok = t.Kind() == reflect.Bool
	case document.Time:
		ok = t == timeType
	case document.Texts:
		ok = t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String
	case document.Bytes:
		ok = t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	}
	if !ok {
		return fmt.Errorf("it is declared of another kind than its type %s", t)
	}
	return nil
}

// planIndex plans which columns the index holds, and how.
func (t *table) planIndex() error {
	c := t.collection
	encodings := map[string]index.Encoding{}
	for _, x := range c.Indexes {
		for _, name := range x.Fields {
			i := t.position(name)
			if i < 0 {
				return fmt.Errorf("collection %s: the indexed field %q is not declared", c.Name, name)
			}
			column := &t.columns[i]
			texts := column.kind == document.Texts
			if !texts && !x.Bitmap && !x.Trigram {
				continue
			}
			if len(x.Fields) > 1 || x.Unique || !texts && column.kind != document.Text {
				return fmt.Errorf("collection %s: the index of %q has more than that one field, is unique, or is over no text", c.Name, name)
			}
			if x.Trigram {
				column.trigrams = "in " + name
				encodings[column.trigrams] = index.Trigrams
			} else {
				column.postings = "of " + name
				encodings[column.postings] = index.Postings
			}
		}
	}
	for _, name := range c.Scanned {
		i := t.position(name)
		if i < 1 || t.columns[i].kind == document.Bytes {
			return fmt.Errorf("collection %s: the field %q cannot be scanned", c.Name, name)
		}
		t.columns[i].chunks = "\x00" + name // that of facts are their keys
		encodings[t.columns[i].chunks] = index.Chunks
	}
	if len(encodings) == 0 {
		return nil
	}
	t.index = index.New(c.Name, encodings)
	for i, c := range t.columns {
		if c.postings+c.trigrams+c.chunks != "" {
			t.indexed = append(t.indexed, i)
		}
	}
	return nil
}

// scans reports whether a table's documents can be gone through column by column.
func (t *table) scans() bool { return len(t.collection.Scanned) > 0 }

func (t *table) undeclared(field string) error {
	return fmt.Errorf("collection %s: the field %q is not declared for this", t.collection.Name, field)
}

// position returns the number of a declared column, or -1.
func (t *table) position(name string) int {
	for i := range t.columns {
		if t.columns[i].name == name {
			return i
		}
	}
	return -1
}

// plan writes the statements that are the same for every document.
func (t *table) plan() {
	t.rowid = t.index != nil
	names, marks := make([]string, 0, len(t.columns)+1), make([]string, 0, len(t.columns)+2)
	for _, c := range t.columns {
		mark := "?"
		if columnTypes[c.kind] == "TEXT" {
			mark = "CAST(? AS TEXT)"
		}
		names, marks = append(names, quote(c.name)), append(marks, mark)
		t.rowid = t.rowid || c.kind == document.Bytes
	}
	if t.extra.typ != nil {
		names, marks = append(names, extraColumn), append(marks, "CAST(? AS TEXT)")
		t.rowid = true // long rows belong out of the tree that look-ups walk
	}
	t.list = strings.Join(names, ",")
	t.insert = insertInto(t.name, names, marks)
	if t.index != nil {
		t.insert = insertInto(t.name, append(slices.Clone(names), quote("row")), append(marks, "?"))
	}
	t.ignore = t.insert + " ON CONFLICT DO NOTHING"
	t.skip = t.insert + " ON CONFLICT(id) DO NOTHING"
	set, take := make([]string, 0, len(names)), make([]string, 0, len(names))
	for _, n := range names[1:] {
		set = append(set, n+"=?")
		take = append(take, n+"=excluded."+n)
	}
	t.upsert = t.insert + " ON CONFLICT(id) DO UPDATE SET " + strings.Join(take, ",")
	if len(take) == 0 {
		t.upsert = t.insert + " ON CONFLICT(id) DO NOTHING"
	}
	t.replace = "UPDATE " + t.name + " SET " + strings.Join(set, ",") + ` WHERE id=? AND "version"=?`
}

func insertInto(table string, columns, values []string) string {
	return "INSERT INTO " + table + "(" + strings.Join(columns, ",") + ") VALUES(" + strings.Join(values, ",") + ")"
}

// width is how many columns a whole row has.
func (t *table) width() int {
	if t.extra.typ != nil {
		return len(t.columns) + 1
	}
	return len(t.columns)
}
