package campaign

import (
	"testing"
	"time"
)

func TestFirstBy(t *testing.T) {
	reached := time.Date(2026, 10, 18, 12, 0, 0, 0, time.UTC)
	l := &List{ID: "l", ReachedAt: reached}
	member := func(m Membership) *Contact {
		m.List, m.Status = "l", Subscribed
		return &Contact{Memberships: []Membership{m}}
	}
	paused := member(Membership{Basis: PublicContact, Since: reached.Add(-time.Hour)})
	paused.PausedUntil = reached.Add(time.Hour)
	for name, tt := range map[string]struct {
		c     *Contact
		first bool
	}{
		"put on it since":          {member(Membership{Basis: LegitimateInterest, Since: reached.Add(time.Second)}), true},
		"reached before":           {member(Membership{Basis: LegitimateInterest, Since: reached.Add(-time.Second)}), false},
		"signed up":                {member(Membership{Basis: ConsentBasis, Consent: "k", Since: reached.Add(time.Second)}), false},
		"consent without a record": {member(Membership{Basis: ConsentBasis, Since: reached.Add(time.Second)}), true},
		"paused when it went out":  {paused, true},
		"not on it":                {&Contact{}, false},
	} {
		if got := tt.c.FirstBy(l); (got != nil) != tt.first {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if c := member(Membership{Basis: Contract, Since: reached}); c.FirstBy(&List{ID: "l"}) == nil {
		t.Error("a list that reached nobody yet")
	}
}

func TestSourceForReader(t *testing.T) {
	for source, want := range map[string]string{
		"imprint (imported by Ana Anić)": "imprint", " fair (2025) ": "fair (2025)", "by telephone (recorded by Ana)": "by telephone", "": "", "import of press.csv": "press.csv",
	} {
		if got := SourceForReader(source); got != want {
			t.Errorf("%q: %q", source, got)
		}
	}
	for source, want := range map[string]bool{
		"people.csv (imported by Ana)": true, "file Press 2026.XLSX": true, "import of people.csv": true, "import of contacts": true, "the newsroom's imprint": false, "": false,
	} {
		if IsFileName(source) != want {
			t.Errorf("%q is a file name: %t", source, !want)
		}
	}
}
