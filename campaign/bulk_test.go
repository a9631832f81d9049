package campaign

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// everyBulk returns one action of each kind that can be undone.
func everyBulk() []BulkAction {
	return []BulkAction{
		{Kind: BulkTag, Tag: "beat"}, {Kind: BulkUntag, Tag: "beat"}, {Kind: BulkSubscribe, List: "l", Basis: ConsentBasis, Source: "a form", Reference: "folder 3"},
		{Kind: BulkRemove, List: "l"}, {Kind: BulkLanguage, Language: French}, {Kind: BulkLanguage}, {Kind: BulkSetKind, ContactKind: School},
		{Kind: BulkPause, Reason: "holidays"}, {Kind: BulkPause, Until: noon.AddDate(0, 1, 0)}, {Kind: BulkResume},
		{Kind: BulkKeep, Hygiene: string(SilentContact)},
	}
}

func anyContact(r *rand.Rand) Contact {
	c := Contact{Email: "ana@example.org", Kind: Kinds[r.IntN(len(Kinds))], Status: ContactStatuses[r.IntN(len(ContactStatuses))]}
	c.Language = append([]Language{""}, Languages...)[r.IntN(len(Languages)+1)]
	for _, tag := range []string{"beat", "other", "third"} {
		if r.IntN(2) == 0 {
			c.Tags = append(c.Tags, tag)
		}
	}
	if c.Status == Paused && r.IntN(2) == 0 {
		c.StatusReason = "on leave"
	}
	c.PausedUntil = []time.Time{{}, {}, noon.AddDate(0, 0, 3), noon.AddDate(1, 0, 0)}[r.IntN(4)]
	for _, list := range []string{"k", "l"} {
		if r.IntN(3) > 0 {
			m := Membership{List: list, Status: MembershipStatuses[r.IntN(len(MembershipStatuses))], Basis: Contract, Source: "a file", Since: noon}
			if m.Status == Unsubscribed || m.Status == Removed {
				m.LeftAt = noon
			}
			c.Memberships = append(c.Memberships, m)
		}
	}
	if err := c.Normalize(""); err != nil {
		panic(err)
	}
	return c
}

// Whatever a contact is like: doing it twice does it once, and taking it back gives the contact as it was.
func TestBulkActionsCanBeTakenBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	changed := map[BulkKind]int{}
	for range 3000 {
		before := anyContact(r)
		for _, a := range everyBulk() {
			c := before
			was, whole := a.Was(&c)
			var kept *Contact
			if whole {
				kept = &before
			}
			if !a.Apply(&c, noon.Add(time.Hour)) {
				if !reflect.DeepEqual(c.Memberships, before.Memberships) && len(before.Memberships) > 0 {
					t.Fatalf("%+v changed %+v without saying so", a, before)
				}
				continue
			}
			changed[a.Kind]++
			if a.Apply(&c, noon.Add(2*time.Hour)) {
				t.Fatalf("%+v was done twice to %+v", a, before)
			}
			if !a.Revert(&c, was, kept, false, noon) {
				t.Fatalf("%+v could not be taken back from %+v", a, c)
			}
			if err := c.Normalize(""); err != nil {
				t.Fatal(err)
			}
			if len(c.Memberships)+len(before.Memberships) == 0 {
				c.Memberships = before.Memberships
			}
			if !reflect.DeepEqual(c, before) {
				t.Fatalf("%+v:\nwas %+v\nis  %+v", a, before, c)
			}
			if a.Revert(&c, was, kept, false, noon) && a.Kind != BulkRemove && a.Kind != BulkResume { // these find what could have been their own doing
				t.Fatalf("%+v was taken back twice: %+v", a, c)
			}
		}
	}
	for _, a := range everyBulk() {
		if changed[a.Kind] < 100 {
			t.Errorf("%s changed only %d contacts", a.Kind, changed[a.Kind])
		}
	}
}

func TestBulkActionsLeaveAlone(t *testing.T) {
	put := BulkAction{Kind: BulkSubscribe, List: "l", Basis: ConsentBasis, Source: "a form", Reference: "folder 3"}
	for name, c := range map[string]Contact{
		"who left":       {Status: Active, Memberships: []Membership{{List: "l", Status: Unsubscribed}}},
		"who bounced":    {Status: Bounced},
		"who complained": {Status: Complained},
		"who is on it":   {Status: Active, Memberships: []Membership{{List: "l", Status: Subscribed}}},
	} {
		if put.Apply(&c, noon) {
			t.Errorf("%s was put on the list", name)
		}
	}
	off := BulkAction{Kind: BulkRemove, List: "l"}
	stranger, left := Contact{Status: Active}, Contact{Status: Active, Memberships: []Membership{{List: "l", Status: Unsubscribed}}}
	if off.Apply(&stranger, noon) || off.Apply(&left, noon) || len(stranger.Memberships) > 0 || left.Memberships[0].Status != Unsubscribed {
		t.Errorf("taken off: %+v, %+v", stranger, left)
	}
	pause := BulkAction{Kind: BulkPause}
	if c := (Contact{Status: Bounced}); pause.Apply(&c, noon) || c.Status != Bounced {
		t.Errorf("paused: %+v", c)
	}
	erase := BulkAction{Kind: BulkErase}
	if c := (Contact{}); erase.Undoable() || erase.Apply(&c, noon) || erase.Revert(&c, "", nil, false, noon) {
		t.Error("erasing is a change that can be taken back")
	}
}

func TestBulkRevertKeepsWhatIsNewer(t *testing.T) {
	put := BulkAction{Kind: BulkSubscribe, List: "l", Basis: ConsentBasis, Source: "a form", Reference: "folder 3"}
	c := Contact{Status: Active}
	put.Apply(&c, noon)
	written := c
	if !put.Revert(&written, "", nil, true, noon) || written.Membership("l") == nil || written.Membership("l").Status != Removed {
		t.Errorf("the proof of why somebody was written to is gone: %+v", written)
	}
	c.Memberships[0].Source = "own act"
	if put.Revert(&c, "", nil, false, noon) {
		t.Error("a membership of another origin was taken back")
	}
	to := BulkAction{Kind: BulkLanguage, Language: French}
	d := Contact{Language: English}
	to.Apply(&d, noon)
	d.Language = SerbianLatin
	if to.Revert(&d, "en", nil, false, noon) || d.Language != SerbianLatin {
		t.Errorf("a language chosen since was taken back: %q", d.Language)
	}
}

func TestBulkActionNormalize(t *testing.T) {
	tag := BulkAction{Kind: BulkTag, Tag: " Beat\n"}
	if err := tag.Normalize(); err != nil || tag.Tag != "beat" {
		t.Errorf("%+v, %v", tag, err)
	}
	for _, a := range everyBulk() {
		if err := a.Normalize(); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	}
	for field, a := range map[string]BulkAction{
		"tag": {Kind: BulkTag, Tag: "a,b"}, "list": {Kind: BulkRemove}, "basis": {Kind: BulkSubscribe, List: "l"}, "source": {Kind: BulkSubscribe, List: "l", Basis: Contract}, "reference": {Kind: BulkSubscribe, List: "l", Basis: Contract, Source: "a fair"},
		"contact_kind": {Kind: BulkSetKind, ContactKind: "victim"}, "language": {Kind: BulkLanguage, Language: "tlh"}, "": {Kind: "shout"},
	} {
		err := a.Normalize()
		if CodeOf(err) != Invalid || FaultsOf(err)[0].Field != field {
			t.Errorf("%+v: %v, want a mistake in %q", a, err, field)
		}
	}
}
