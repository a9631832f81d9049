package campaign

import (
	"strings"
	"testing"
	"time"
)

func TestAudienceLeavesOut(t *testing.T) {
	on := func(list string, status MembershipStatus, basis Basis) Membership {
		return Membership{List: list, Status: status, Basis: basis}
	}
	a := NewAudience([]List{{ID: "press"}, {ID: "schools"}}, []string{"veto"}, &Release{})
	for _, tt := range []struct {
		name       string
		c          Contact
		suppressed SuppressionReason
		want       string // the beginning of the reason; "" is written to
	}{
		{"a member", Contact{Status: Active, Memberships: []Membership{on("press", Subscribed, ConsentBasis)}}, "", ""},
		{"on no list", Contact{Status: Active}, "", "the contact left"},
		{"on another list", Contact{Status: Active, Memberships: []Membership{on("other", Subscribed, ConsentBasis)}}, "", "the contact left"},
		{"left", Contact{Status: Active, Memberships: []Membership{on("press", Unsubscribed, ConsentBasis)}}, "", "the contact left"},
		{"not confirmed", Contact{Status: Active, Memberships: []Membership{on("press", Unconfirmed, ConsentBasis)}}, "", "the contact left"},
		{"left one of two", Contact{Status: Active, Memberships: []Membership{on("press", Unsubscribed, ConsentBasis), on("schools", Subscribed, Contract)}}, "", ""},
		{"no basis", Contact{Status: Active, Memberships: []Membership{on("press", Subscribed, "")}}, "", "no legal basis"},
		{"a basis on one of two", Contact{Status: Active, Memberships: []Membership{on("press", Subscribed, ""), on("schools", Subscribed, Contract)}}, "", ""},
		{"excluded", Contact{Status: Active, Memberships: []Membership{on("press", Subscribed, Contract), on("veto", Subscribed, Contract)}}, "", "the contact is on an excluded list"},
		{"left the excluded list", Contact{Status: Active, Memberships: []Membership{on("press", Subscribed, Contract), on("veto", Removed, Contract)}}, "", ""},
		{"bounced", Contact{Status: Bounced, Memberships: []Membership{on("press", Subscribed, Contract)}}, "", "the contact is bounced"},
		{"suppressed", Contact{Status: Active, Memberships: []Membership{on("press", Subscribed, Contract)}}, Erased, "the address must not be mailed: the person was erased"},
	} {
		got := a.LeftOut(&tt.c, tt.suppressed, time.Time{})
		if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAudienceLanguageAndTracking(t *testing.T) {
	r := &Release{Source: SerbianLatin, Versions: []Version{{Language: SerbianLatin}, {Language: English}}}
	a := NewAudience([]List{{ID: "press", Language: French, Tracking: Individual}, {ID: "schools", Tracking: NoTracking}}, nil, r)
	press, schools := Membership{List: "press", Status: Subscribed}, Membership{List: "schools", Status: Subscribed}
	for _, tt := range []struct {
		c               Contact
		wanted, version Language
		tracking        Tracking
	}{
		{Contact{Memberships: []Membership{press}}, French, English, Aggregate},
		{Contact{Memberships: []Membership{press}, Language: SerbianCyrillic}, SerbianCyrillic, SerbianLatin, Aggregate},
		{Contact{Memberships: []Membership{schools}}, "", SerbianLatin, NoTracking},
		{Contact{Memberships: []Membership{press}, Consent: &TrackingConsent{}}, French, English, Individual},
		{Contact{Memberships: []Membership{press, schools}, Consent: &TrackingConsent{}}, French, English, NoTracking},
		{Contact{Memberships: []Membership{{List: "press", Status: Unsubscribed}, schools}}, "", SerbianLatin, NoTracking},
	} {
		if w, v, m := a.Wanted(&tt.c), a.Version(&tt.c), a.Tracking(&tt.c); w != tt.wanted || v != tt.version || m != tt.tracking {
			t.Errorf("%+v: %q, %q, %q; want %q, %q, %q", tt.c, w, v, m, tt.wanted, tt.version, tt.tracking)
		}
	}
	if v := NewAudience(nil, nil, &Release{}).Version(&Contact{}); v != "" {
		t.Errorf("a release without versions has %q", v)
	}
}
