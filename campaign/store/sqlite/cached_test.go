package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// doer is somebody, deed what somebody did.
type doer struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Note string `json:"note"`
}

type deed struct {
	ID   string `json:"id"`
	Of   string `json:"of"`
	Kind string `json:"kind"`
	Note string `json:"note"`
}

var (
	doers = &document.Collection{
		Name: "doers", Sample: doer{}, Fields: []document.Field{{Name: "kind", Kind: document.Text}}, Scanned: []string{"kind"},
		Indexes: []document.Index{{Fields: []string{"kind"}, Bitmap: true}},
	}
	deeds = &document.Collection{
		Name: "deeds", Sample: deed{}, Fields: []document.Field{{Name: "of", Kind: document.Text}, {Name: "kind", Kind: document.Text}}, Followed: "of",
		Indexes: []document.Index{{Fields: []string{"kind", "of"}}},
	}
)

// cachedWorld is a file that several engines write to, and what must be in it.
type cachedWorld struct {
	*rand.Rand
	path    string
	engines [2]*Engine
	people  map[string]bool
	deeds   map[string]deed
	made    int
}

func (w *cachedWorld) open(t *testing.T, i int) {
	if w.engines[i] != nil {
		must(t, w.engines[i].Close(context.Background()))
	}
	e, err := Open(context.Background(), w.path)
	must(t, err)
	must(t, e.Prepare(context.Background(), []*document.Collection{doers, deeds}))
	w.engines[i] = e
}

// newCachedWorld has some people who did something.
func newCachedWorld(t *testing.T, seed uint64) *cachedWorld {
	w := &cachedWorld{Rand: rand.New(rand.NewPCG(seed, 3)), path: filepath.Join(t.TempDir(), "glasnik.db"), people: map[string]bool{}, deeds: map[string]deed{}}
	for i := range w.engines {
		w.open(t, i)
	}
	t.Cleanup(func() {
		for _, e := range w.engines {
			must(t, e.Close(context.Background()))
		}
	})
	for range 30 {
		w.addPerson(t, w.engines[0], w.newID())
	}
	w.addDeeds(t, w.engines[1], 60)
	return w
}

func (w *cachedWorld) newID() string {
	w.made++
	return fmt.Sprintf("p%05d", w.made)
}

// anybody is the id of somebody, who may be gone.
func (w *cachedWorld) anybody() string {
	if w.IntN(10) == 0 {
		return ""
	}
	return fmt.Sprintf("p%05d", 1+w.IntN(w.made+2))
}

func (w *cachedWorld) addPerson(t *testing.T, e *Engine, id string) {
	if !w.people[id] && w.IntN(2) == 0 {
		must(t, e.Insert(context.Background(), doers, &doer{ID: id, Kind: "x"}))
	} else {
		must(t, e.Upsert(context.Background(), doers, &doer{ID: id, Kind: "y"}))
	}
	w.people[id] = true
}

func (w *cachedWorld) addDeeds(t *testing.T, e *Engine, n int) {
	var docs []any
	for range n {
		d := &deed{ID: fmt.Sprintf("d%08d", w.IntN(1e8)), Of: w.anybody(), Kind: fmt.Sprint(w.IntN(3))}
		if _, known := w.deeds[d.ID]; !known {
			docs, w.deeds[d.ID] = append(docs, d), *d
		}
	}
	_, err := e.InsertNew(context.Background(), deeds, docs...)
	must(t, err)
}

// deed returns one of those there are.
func (w *cachedWorld) deed() deed {
	all := make([]string, 0, len(w.deeds))
	for id := range w.deeds {
		all = append(all, id)
	}
	slices.Sort(all)
	return w.deeds[all[w.IntN(len(all))]]
}

// step changes something.
func (w *cachedWorld) step(t *testing.T) {
	i := w.IntN(2)
	e := w.engines[i]
	switch w.IntN(11) {
	case 0:
		w.open(t, i)
	case 1:
		w.addPerson(t, e, w.newID())
	case 2, 3:
		if id := w.anybody(); id != "" { // somebody new, or who was there before
			w.addPerson(t, e, id)
		}
	case 4, 5:
		id := w.anybody()
		_, err := e.Delete(context.Background(), doers, document.ByID(id))
		must(t, err)
		delete(w.people, id)
	case 6:
		w.addDeeds(t, e, 1+w.IntN(2)*2*cachedGrowth)
	case 7:
		d := w.deed()
		d.Of, d.Note = w.anybody(), "changed"
		must(t, e.Upsert(context.Background(), deeds, &d))
		w.deeds[d.ID] = d
	case 8:
		from, to := w.anybody(), w.anybody()
		_, err := e.Update(context.Background(), deeds, document.Equal("of", from), document.Change{Set: map[string]any{"of": to}})
		must(t, err)
		for id, d := range w.deeds {
			if d.Of == from {
				d.Of = to
				w.deeds[id] = d
			}
		}
	case 9:
		d := w.deed()
		_, err := e.Bulk(context.Background(), deeds, []document.Op{{Where: document.ByID(d.ID), Change: document.Change{Set: map[string]any{"kind": "1"}}}})
		must(t, err)
		d.Kind = "1"
		w.deeds[d.ID] = d
	case 10:
		d := w.deed()
		_, err := e.Delete(context.Background(), deeds, document.ByID(d.ID))
		must(t, err)
		delete(w.deeds, d.ID)
	}
}

func didKind(kind string, kept bool) document.Related {
	r := document.Related{Collection: deeds, Field: "of", Filter: document.Equal("kind", kind)}
	if kept {
		r.Cache.Key, r.Cache.AppendOnly = "did "+kind, true
	}
	return r
}

// ask compares what an engine says with what must be.
func (w *cachedWorld) ask(t *testing.T) {
	t.Helper()
	e, kind := w.engines[w.IntN(2)], fmt.Sprint(w.IntN(3))
	want := map[string]bool{}
	for _, d := range w.deeds {
		if d.Kind == kind && w.people[d.Of] {
			want[d.Of] = true
		}
	}
	var got []doer
	must(t, e.Find(context.Background(), doers, document.Query{Filter: didKind(kind, true)}, &got))
	for _, p := range got {
		if !want[p.ID] {
			t.Fatalf("%s did no %s", p.ID, kind)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d did %s, not %d", len(got), kind, len(want))
	}
}

// setsCached says how many sets in the file are right, after what is being written down is.
func setsCached(t *testing.T, e *Engine) (n int) {
	t.Helper()
	e.caching.Wait()
	table, err := e.table(doers)
	must(t, err)
	must(t, e.scan(ctx, table, func(s *evaluator) error {
		var questions []document.Related
		must(t, s.conn.query(`SELECT name,version FROM "cached.sets"`, nil, func(row *row) error {
			f := didKind(strings.TrimPrefix(row.Text(0), "did "), true)
			f.Cache.Version = row.Int(1)
			questions = append(questions, f)
			return nil
		}))
		source, err := e.table(deeds)
		must(t, err)
		for _, f := range questions {
			now, err := s.sourceOf(source)
			must(t, err)
			set, known, err := s.readSet(f.Cache)
			if err == nil && known {
				known, err = s.right(&set, source, now)
			}
			must(t, err)
			if known {
				n++
			}
		}
		s.found = nil
		return nil
	}))
	return n
}

func TestCachedSetsAreRight(t *testing.T) {
	kept := 0
	for seed := range uint64(2) {
		w := newCachedWorld(t, seed)
		for range 400 {
			w.step(t)
			for range 1 + w.IntN(3) {
				w.ask(t)
			}
			if w.IntN(4) == 0 {
				kept += setsCached(t, w.engines[0])
			}
		}
	}
	if kept == 0 {
		t.Fatal("no set was ever kept")
	}
}

// count asks how many did a deed, by a program that was just started.
func (w *cachedWorld) count(t *testing.T, f document.Filter) int64 {
	t.Helper()
	w.open(t, 0)
	n, err := w.engines[0].Count(context.Background(), doers, f)
	must(t, err)
	return n
}

// withoutDeeds takes all deeds away, so that only what is kept can still tell of them.
func (w *cachedWorld) withoutDeeds(t *testing.T) {
	t.Helper()
	must(t, w.engines[1].write(context.Background(), "empty", func(c *conn) error {
		_, err := c.exec(`UPDATE "deeds" SET "kind"='gone'`)
		return err
	}))
}

func TestSetsAreCached(t *testing.T) {
	w := newCachedWorld(t, 1)
	f := didKind("1", true)
	want := w.count(t, f)
	if want == 0 || setsCached(t, w.engines[0]) != 1 {
		t.Fatal("the set is empty or was not kept")
	}
	w.withoutDeeds(t)
	if n := w.count(t, f); n != want {
		t.Fatalf("%d are found in what is kept, not %d", n, want)
	}
	other := f
	other.Cache.Version = 1
	if n := w.count(t, other); n != 0 {
		t.Fatalf("another version finds %d", n)
	}
	if setsCached(t, w.engines[0]) != 1 {
		t.Fatal("the old version is kept beside the new one")
	}
}

// What grew a little is looked through, what grew a lot is kept, what grew very much is made anew.
func TestCachedSetsGrow(t *testing.T) {
	w := newCachedWorld(t, 2)
	f := didKind("1", true)
	for _, n := range []int{1, cachedGrowth / 2, cachedGrowth + 1, longGrowth + 1} {
		w.count(t, f)
		w.addDeeds(t, w.engines[1], n)
		want := w.count(t, didKind("1", false))
		if got := w.count(t, f); got != want {
			t.Fatalf("after %d more deeds %d are found, not %d", n, got, want)
		}
	}
	w.engines[0].caching.Wait()
	w.withoutDeeds(t)
	w.withoutDeeds(t)
	if w.count(t, f) == 0 {
		t.Fatal("what grew was not kept")
	}
}

// A change about nobody who is still there leaves the sets; one about somebody drops them; one that changes nothing that
// can be asked for leaves them too.
func TestCachedSetsOfOthersStay(t *testing.T) {
	w := newCachedWorld(t, 3)
	f := didKind("1", true)
	w.count(t, f)
	setsCached(t, w.engines[0])
	var mine, gone deed
	for _, d := range w.deeds {
		switch {
		case w.people[d.Of]:
			mine = d
		case d.Of != "":
			gone = d
		}
	}
	gone.Of = ""
	mine.Note = "other words"
	for _, d := range []*deed{&gone, &mine} {
		must(t, w.engines[1].Upsert(context.Background(), deeds, d))
		if setsCached(t, w.engines[0]) != 1 {
			t.Fatalf("%+v dropped the set", d)
		}
	}
	mine.Of = ""
	must(t, w.engines[1].Upsert(context.Background(), deeds, &mine))
	if setsCached(t, w.engines[0]) != 0 {
		t.Fatal("the set is kept though somebody's deed is gone")
	}
}

// A set that is written down after something changed is not used, unless it is still right.
func TestCachedTooLate(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *cachedWorld)
		right  int
	}{
		"somebody went": {func(t *testing.T, w *cachedWorld) {
			_, err := w.engines[1].Delete(context.Background(), doers, document.ByID("p00001"))
			must(t, err)
		}, 1},
		"somebody came back": {func(t *testing.T, w *cachedWorld) {
			must(t, w.engines[1].Insert(context.Background(), doers, &doer{ID: "p00000"}))
		}, 0},
		"a deed changed": {func(t *testing.T, w *cachedWorld) {
			_, err := w.engines[1].Update(context.Background(), deeds, document.Equal("kind", "1"), document.Change{Set: map[string]any{"kind": "2"}})
			must(t, err)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newCachedWorld(t, 4)
			lent := <-w.engines[0].writer // nothing is written down meanwhile
			if _, err := w.engines[0].Count(context.Background(), doers, didKind("1", true)); err != nil {
				t.Fatal(err)
			}
			c.change(t, w)
			w.engines[0].writer <- lent
			if n := setsCached(t, w.engines[0]); n != c.right {
				t.Errorf("%d sets are right, want %d", n, c.right)
			}
			want := w.count(t, didKind("1", false))
			if got := w.count(t, didKind("1", true)); got != want {
				t.Errorf("%d are found, not %d", got, want)
			}
		})
	}
}

func TestFollowedMistakes(t *testing.T) {
	for _, followed := range []string{"id", "none"} {
		c := *deeds
		c.Followed = followed
		if _, err := newTable(&c); err == nil {
			t.Errorf("%q can be followed", followed)
		}
	}
	e := newCachedWorld(t, 5).engines[0]
	wrong := didKind("1", true)
	wrong.Field = "kind"
	if _, err := e.Count(context.Background(), doers, wrong); err == nil {
		t.Error("a set of another field may grow")
	}
}
