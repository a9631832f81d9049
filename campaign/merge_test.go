package campaign

import (
	"reflect"
	"testing"
)

func TestAbsorbLosesNoWish(t *testing.T) {
	on := func(list string, status MembershipStatus) Membership {
		return Membership{List: list, Status: status, Basis: Contract, Since: consentDay}
	}
	a := Contact{
		ID: "a", Email: "ana@example.org", FirstName: "Ana", Kind: OtherKind, Tags: []string{"x"}, Notes: "Calls back.", Status: Bounced,
		Memberships: []Membership{on("press", Subscribed), on("schools", Unsubscribed), on("old", Removed)},
	}
	a.AllowTracking(TrackingConsent{At: consentDay, Basis: ConsentBasis, Source: "form"})
	b := Contact{
		ID: "b", Email: "ana@paper.example", FirstName: "Anna", LastName: "Anić", Kind: Journalist, Tags: []string{"y"}, Notes: "Likes tea.",
		Status: Complained, StatusReason: "said so", Tracking: NoTracking, PausedUntil: consentDay, Attributes: map[string]string{"beat": "courts"},
		Memberships: []Membership{on("press", Unsubscribed), on("schools", Subscribed), on("old", Subscribed), on("new", Subscribed)},
		Merged:      []string{"c"},
	}
	b.Agree(Consent{List: "new", Text: "Yes.", At: consentDay})
	for range 2 { // done again after it was cut off
		a.Absorb(&b)
		if err := a.Normalize(""); err != nil {
			t.Fatal(err)
		}
	}
	statuses := map[string]MembershipStatus{}
	for _, m := range a.Memberships {
		statuses[m.List] = m.Status
	}
	want := map[string]MembershipStatus{"press": Unsubscribed, "schools": Unsubscribed, "old": Subscribed, "new": Subscribed}
	if !reflect.DeepEqual(statuses, want) {
		t.Errorf("memberships %v, want %v", statuses, want)
	}
	got := []any{a.FirstName, a.LastName, a.Kind, a.Tags, a.Notes, a.Status, a.Tracking, a.PausedUntil, len(a.Consents), a.Attributes, a.Merged}
	expected := []any{
		"Ana", "Anić", Journalist, []string{"x", "y"}, "Calls back.\nLikes tea.", Complained, NoTracking, consentDay, 1,
		map[string]string{"beat": "courts", OtherAddress: "ana@paper.example"}, []string{"c", "b"},
	}
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("merged:\n%v\nwant\n%v", got, expected)
	}
}

func TestAbsorbDoesNotCarryConsentToAnotherAddress(t *testing.T) {
	a, b := Contact{ID: "a", Email: "a@example.org"}, Contact{ID: "b", Email: "b@example.org", Status: Bounced}
	b.AllowTracking(TrackingConsent{At: consentDay, Basis: ConsentBasis, Source: "form"})
	a.Absorb(&b)
	if a.Tracking != Aggregate || a.MayBeTracked() || len(a.Earlier) != 1 || a.Status == Bounced {
		t.Errorf("%+v", a)
	}
}
