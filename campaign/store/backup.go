package store

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// A backup is lines of JSON: a head, every document under the name of its collection, and an end with their numbers. So it
// can be read into either engine, holds nothing that was deleted, and says by itself when it is cut off.

// inNoBackup are the collections of what is good for the moment only, or must be forgotten when its day is over.
var inNoBackup = []*document.Collection{schema.Sessions, schema.SignInLinks, salts, schema.Progress, keptCounts}

// Backups writes and restores copies of the store.
type Backups struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

	contacts     *Contacts
	eraser       *erasing.Eraser
	suppressions *Suppressions
	upgrader     *upgrader
}

// backedUp returns the collections of a backup: what refers to others first, so that what it refers to is there as well when
// an engine cannot hold everything still.
func backedUp() []*document.Collection {
	var out []*document.Collection
	for _, c := range append([]*document.Collection{schema.Events, schema.Deliveries, schema.Editions, schema.Runs, schema.Campaigns}, Collections...) {
		if !slices.Contains(inNoBackup, c) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// backupLine is one line after the head.
type backupLine struct {
	In  string           `json:"in,omitempty"`
	Doc any              `json:"doc,omitempty"`
	End map[string]int64 `json:"end,omitempty"` // the number of documents of each collection
}

// backupPage is how many documents are held in memory together; of those with bytes of their own one is.
const backupPage = 200

// WriteBackup writes all that the store holds, in one snapshot where the engine has them, and returns how much it was.
func (s *Backups) WriteBackup(ctx context.Context, w io.Writer, head campaign.Backup) (map[string]int64, error) {
	head.Format, head.MadeAt = campaign.BackupFormat, s.now()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(head); err != nil {
		return nil, err
	}
	end := map[string]int64{}
	err := s.engine.Snapshot(ctx, func(f document.Finder) error {
		for _, c := range backedUp() {
			n, err := backUp(ctx, f, c, enc)
			if err != nil {
				return err
			}
			end[c.Name] = n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return end, enc.Encode(backupLine{End: end})
}

func backUp(ctx context.Context, f document.Finder, c *document.Collection, enc *json.Encoder) (n int64, err error) {
	q := document.Query{Order: []document.Order{{Field: "id"}}, Limit: pageOf(c)}
	id := fieldOf(c, "id")
	for {
		docs := reflect.New(reflect.SliceOf(reflect.TypeOf(c.Sample)))
		if err := f.Find(ctx, c, q, docs.Interface()); err != nil {
			return n, err
		}
		all := docs.Elem()
		for i := range all.Len() {
			if err := enc.Encode(backupLine{In: c.Name, Doc: all.Index(i).Addr().Interface()}); err != nil {
				return n, err
			}
		}
		n += int64(all.Len())
		if all.Len() < q.Limit {
			return n, nil
		}
		q.After = []any{all.Index(all.Len() - 1).Field(id).String()}
	}
}

func pageOf(c *document.Collection) int {
	if slices.ContainsFunc(c.Fields, func(f document.Field) bool { return f.Kind == document.Bytes }) {
		return 1
	}
	return backupPage
}

// fieldOf returns the index of a field of a collection's documents.
func fieldOf(c *document.Collection, name string) int {
	t := reflect.TypeOf(c.Sample)
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("json") == name {
			return i
		}
	}
	panic("collection " + c.Name + " has no field " + name)
}

// ReadBackup reads a backup to its end and calls fn with each document, a pointer to a struct. Who acts on them has to read
// it to the end before.
func ReadBackup(r io.Reader, fn func(c *document.Collection, doc any) error) (campaign.Backup, map[string]int64, error) {
	dec := json.NewDecoder(r)
	head, err := readHead(dec)
	if err != nil {
		return head, nil, err
	}
	byName := map[string]*document.Collection{}
	for _, c := range backedUp() {
		byName[c.Name] = c
	}
	count := map[string]int64{}
	for {
		var line struct {
			In  string           `json:"in"`
			Doc json.RawMessage  `json:"doc"`
			End map[string]int64 `json:"end"`
		}
		if err := dec.Decode(&line); err != nil {
			return head, nil, broken(err)
		}
		if line.End != nil {
			return head, count, checkEnd(dec, count, line.End)
		}
		c := byName[line.In]
		if c == nil {
			return head, nil, campaign.Errorf(campaign.Invalid, "the backup holds %q, which this program does not know: it was made by version %s", line.In, head.Program)
		}
		doc := reflect.New(reflect.TypeOf(c.Sample))
		if err := json.Unmarshal(line.Doc, doc.Interface()); err != nil {
			return head, nil, broken(err)
		}
		if doc.Elem().Field(fieldOf(c, "id")).String() == "" {
			return head, nil, broken(fmt.Errorf("a record of %s has no id", c.Name))
		}
		count[c.Name]++
		if err := fn(c, doc.Interface()); err != nil {
			return head, nil, err
		}
	}
}

func readHead(dec *json.Decoder) (campaign.Backup, error) {
	var head campaign.Backup
	switch err := dec.Decode(&head); {
	case err != nil && head.Format == 0:
		return head, broken(err)
	case head.Format > campaign.BackupFormat:
		return head, campaign.Errorf(campaign.Invalid, "this backup was made by a newer version of the program (%s): restore it with that", head.Program)
	case err != nil || head.Format < 1 || head.Secret == "":
		return head, campaign.Errorf(campaign.Invalid, "this is no backup of Glasnik")
	}
	return head, nil
}

func checkEnd(dec *json.Decoder, count, said map[string]int64) error {
	for name, n := range said {
		if count[name] != n {
			return broken(fmt.Errorf("%d records of %s where there should be %d", count[name], name, n))
		}
	}
	if _, err := dec.Token(); err != io.EOF {
		return broken(fmt.Errorf("something stands behind the end: %w", err))
	}
	return nil
}

// broken tells an error of reading from a fault in what was read.
func broken(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return campaign.Errorf(campaign.Invalid, "the backup is cut off before its end")
	}
	return fmt.Errorf("the backup is damaged: %w", err)
}
