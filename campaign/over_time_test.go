package campaign

import (
	"slices"
	"testing"
	"time"
)

func TestOverTime(t *testing.T) {
	at := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
	reads, quiet, new, school := &Contact{ID: "reads", Kind: Journalist}, &Contact{ID: "quiet", Kind: Journalist}, &Contact{ID: "new", Kind: Journalist}, &Contact{ID: "school", Kind: School}
	count := NewOverTimeCount()
	count.Earlier(&Reader{Contact: quiet, Opened: true, Clicked: true}, at)
	for i, opened := range []bool{false, true} {
		when := at.AddDate(0, 1, i)
		for _, r := range []Reader{{Contact: reads, Opened: opened, Clicked: opened}, {Contact: quiet}, {Contact: new}, {Contact: school, Opened: true}, {}} {
			count.Add(&r, when, [][]string{{"rights", "schools"}, nil}[i])
		}
	}
	var o OverTime
	count.Finish(&o)
	if want := []Engaged{{"reads", 2, 1, 1, at.AddDate(0, 1, 1)}}; !slices.Equal(o.Read, want) {
		t.Errorf("read most: %+v", o.Read)
	}
	if want := []Engaged{{"quiet", 2, 1, 1, at}}; !slices.Equal(o.Quiet, want) {
		t.Errorf("went quiet: %+v", o.Quiet)
	}
	if want := []Interest{{"journalist", 6, 1, 1}, {"school", 2, 2, 0}, {GoneGroup, 2, 0, 0}}; !slices.Equal(o.Kinds, want) {
		t.Errorf("by kind: %+v", o.Kinds)
	}
	if want := []Interest{{"rights", 5, 1, 0}, {"schools", 5, 1, 0}, {NoGroup, 5, 2, 1}}; !slices.Equal(o.Topics, want) {
		t.Errorf("by topic: %+v", o.Topics)
	}
	for _, v := range []SavedView{{}, {Name: " "}} {
		if CodeOf(v.Normalize()) != Invalid {
			t.Errorf("%+v is taken", v)
		}
	}
}
