package campaign

import (
	"testing"
	"time"
)

// TestStoredText keeps words of the program apart from what people wrote, and both readable.
func TestStoredText(t *testing.T) {
	for _, words := range []Text{
		Textf("by the former address"), Textf("%d rows of %q", 12, "novinari.csv"), Textf("taken off: %s", Textf("by %s", "Ana")), Textf("100%% of them"),
	} {
		if got := StoredText(words.Stored()); got.String() != words.String() {
			t.Errorf("%q comes back as %q", words, got)
		}
	}
	for _, own := range []string{"", "50 % od svih", "%d", `{"format":`, `{"format":7}`, "zvao <Ana>"} {
		if got := StoredText(own).String(); got != own {
			t.Errorf("%q comes back as %q", own, got)
		}
	}
}

func TestWordsOfAnEntry(t *testing.T) {
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		entry Entry
		want  string
	}{
		{Entry{Kind: NotedEntry, Detail: "zove u 100%, {0}"}, "zove u 100%, {0}"},
		{Entry{Kind: EditedEntry, Contact: "c", Detail: "first name, attribute.tiraž, gone field"}, "first name, tiraž, gone field"},
		{Entry{Kind: PausedEntry, Detail: PauseDetail(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC))}, "until 2027-01-01"},
		{Entry{Kind: PausedEntry, Detail: PauseDetail(time.Time{})}, "ended"},
		{Entry{Kind: AgreedEntry, Detail: ConsentDetail("ab12")}, "version ab12 of the words"},
		{Entry{Kind: TrackingEntry}, "as each list says"},
		{Entry{Kind: CreatedEntry, Detail: "import of a.csv (imported by Ana (Niš))"}, "import of a.csv (imported by Ana (Niš))"},
		{Entry{Kind: LeftEntry, Detail: "preference page"}, "preference page"},
	} {
		if got := c.entry.Words(belgrade).String(); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.entry.Kind, c.entry.Detail, got, c.want)
		}
	}
}
