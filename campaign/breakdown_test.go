package campaign

import (
	"slices"
	"testing"
)

func TestBreakdown(t *testing.T) {
	journalist := &Contact{ID: "j", Kind: Journalist, FirstName: "Vesna", Organisation: "glas", Topics: []string{"rights", "schools"}, Memberships: []Membership{{List: "press"}, {List: "other"}}}
	school := &Contact{ID: "s", Kind: School, Place: " Niš "}
	count := NewBreakdownCount([]string{"press"})
	for _, r := range []Reader{
		{Delivery: Delivery{Tracking: Individual, Language: English}, Contact: journalist, Office: "Glas Primera", OfficePlace: "Beograd", Opened: true, Clicked: true},
		{Delivery: Delivery{Tracking: Aggregate, Language: French}, Contact: school},
		{Delivery: Delivery{Tracking: NoTracking, Language: French}},
	} {
		count.Add(&r)
	}
	b := count.Counted()
	for by, want := range map[Dimension][]ReaderGroup{
		ByOutlet:     {{"glas", "Glas Primera", 1, 1, 1, 1}, {GoneGroup, "", 1, 0, 0, 0}, {NoGroup, "", 1, 0, 0, 0}},
		ByJournalist: {{"j", "", 1, 1, 1, 1}, {GoneGroup, "", 1, 0, 0, 0}},
		ByKind:       {{"journalist", "", 1, 1, 1, 1}, {"school", "", 1, 0, 0, 0}, {GoneGroup, "", 1, 0, 0, 0}},
		ByLanguage:   {{"en", "", 1, 1, 1, 1}, {"fr", "", 2, 0, 0, 0}},
		ByList:       {{"press", "", 1, 1, 1, 1}, {GoneGroup, "", 1, 0, 0, 0}, {NoGroup, "", 1, 0, 0, 0}},
		ByPlace:      {{"Beograd", "", 1, 1, 1, 1}, {"Niš", "", 1, 0, 0, 0}, {GoneGroup, "", 1, 0, 0, 0}},
		ByTopic:      {{"rights", "", 1, 1, 1, 1}, {"schools", "", 1, 1, 1, 1}, {GoneGroup, "", 1, 0, 0, 0}, {NoGroup, "", 1, 0, 0, 0}},
	} {
		if !slices.Equal(b.Groups[by], want) {
			t.Errorf("%s: %v, want %v", by, b.Groups[by], want)
		}
	}
	if b.Accepted != 3 || b.Modes[Individual] != 1 || b.Modes[Aggregate] != 1 || b.Modes[NoTracking] != 1 || b.Groups[ByKind][0].Nothing() != 0 || b.Groups[ByKind][1].Nothing() != 1 {
		t.Errorf("%+v", b)
	}
}
