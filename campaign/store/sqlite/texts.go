package sqlite

import (
	"context"
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store"
)

// The side tables: for every indexed field of texts one table (value, id), changed in the transaction that changes the
// document. A document's old values are read before it is changed, so that only what differs is written.

// texts gives a document's values of a column, each once.
func (t *table) texts(doc any, column int) []string {
	v := reflect.ValueOf(doc).Elem().Field(t.columns[column].field)
	out := make([]string, v.Len())
	for i := range out {
		out[i] = v.Index(i).String()
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// addTexts writes the side rows of a new document.
func (t *table) addTexts(conn *conn, doc any) error {
	if len(t.side) == 0 {
		return nil
	}
	id := reflect.ValueOf(doc).Elem().Field(t.columns[0].field).String()
	return t.changeTexts(conn, id, nil, doc)
}

// changeTexts writes the difference between a document's old side rows and its new ones.
func (t *table) changeTexts(conn *conn, id string, old map[int][]string, doc any) error {
	for _, i := range t.side {
		texts := t.texts(doc, i)
		for _, value := range old[i] {
			if _, keep := slices.BinarySearch(texts, value); keep {
				continue
			}
			if _, err := conn.exec(context.Background(), "DELETE FROM "+t.columns[i].side+" WHERE value=? AND id=?", value, id); err != nil {
				return err
			}
		}
		for _, value := range texts {
			if slices.Contains(old[i], value) {
				continue
			}
			if _, err := conn.exec(context.Background(), "INSERT INTO "+t.columns[i].side+"(value,id) VALUES(?,?)", value, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// readTexts gives the side rows a document has now, by column.
func (t *table) readTexts(conn *conn, id string) (map[int][]string, error) {
	out := map[int][]string{}
	err := t.eachTexts(context.Background(), conn, store.ByID(id), func(_ string, texts map[int][]string) { out = texts })
	return out, err
}

// eachTexts calls fn with the id and the texts of every document a filter fits.
func (t *table) eachTexts(ctx context.Context, conn *conn, f store.Filter, fn func(id string, texts map[int][]string)) error {
	if len(t.side) == 0 {
		return nil
	}
	q := t.query("SELECT id")
	for _, i := range t.side {
		q.sql.WriteString("," + quote(t.columns[i].name))
	}
	q.sql.WriteString(" FROM " + t.name)
	if err := q.where(f); err != nil {
		return err
	}
	return conn.query(ctx, q.sql.String(), q.args, func(row *row) error {
		texts := map[int][]string{}
		for n, i := range t.side {
			var values []string
			if err := decodeTexts(row.view(n+1), reflect.ValueOf(&values).Elem()); err != nil {
				return err
			}
			slices.Sort(values)
			texts[i] = slices.Compact(values)
		}
		fn(row.text(0), texts)
		return nil
	})
}

// sideRow is one row of the side table of a column.
type sideRow struct {
	column    int
	value, id string
}

// findTexts gives the side rows of every document a filter fits.
func (t *table) findTexts(ctx context.Context, conn *conn, f store.Filter) ([]sideRow, error) {
	var rows []sideRow
	err := t.eachTexts(ctx, conn, f, func(id string, texts map[int][]string) {
		for i, values := range texts {
			for _, value := range values {
				rows = append(rows, sideRow{i, value, id})
			}
		}
	})
	return rows, err
}

func (t *table) deleteTexts(ctx context.Context, conn *conn, rows []sideRow) error {
	for _, r := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := conn.exec(context.Background(), "DELETE FROM "+t.columns[r.column].side+" WHERE value=? AND id=?", r.value, r.id); err != nil {
			return err
		}
	}
	return nil
}
