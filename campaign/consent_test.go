package campaign

import (
	"testing"
	"time"
)

var consentDay = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

func TestConsentFromSignUpToLeavingAndBack(t *testing.T) {
	c := Contact{Email: "ana@example.org"}
	id := c.Agree(Consent{List: "press", Text: "I want the press releases.", Language: English, At: consentDay, Form: "https://press.example.org/join"})
	c.Subscribe(Membership{List: "press", Status: Unconfirmed, Basis: ConsentBasis, Consent: id, Source: "sign-up form", Since: consentDay}, true)
	if again := c.Agree(Consent{List: "press", Text: "I want the press releases.", Language: English, At: consentDay}); again != id || len(c.Consents) != 1 {
		t.Errorf("the same consent is on record twice: %+v", c.Consents)
	}
	if !c.Confirm(id, consentDay.Add(time.Hour)) || c.Membership("press").Status != Subscribed {
		t.Errorf("after the confirmation: %+v", c.Memberships)
	}
	c.Confirm(id, consentDay.Add(2*time.Hour))
	if got := c.Consents[0].ConfirmedAt; !got.Equal(consentDay.Add(time.Hour)) {
		t.Errorf("the second confirmation moved the first to %v", got)
	}
	c.Leave("press", Unsubscribed, consentDay.AddDate(0, 1, 0))
	if c.Consents[0].WithdrawnAt.IsZero() || c.Consents[0].Text == "" {
		t.Errorf("leaving must stand beside what was agreed to: %+v", c.Consents[0])
	}
	if c.Confirm(id, consentDay.AddDate(0, 2, 0)) || c.Membership("press").Status != Unsubscribed {
		t.Error("an old confirmation link brings back who left")
	}
	second := c.Agree(Consent{List: "press", Text: "I want the press releases.", At: consentDay.AddDate(0, 3, 0)})
	c.Subscribe(Membership{List: "press", Status: Subscribed, Basis: ConsentBasis, Consent: second}, true)
	if len(c.Consents) != 2 || !c.Consents[1].WithdrawnAt.IsZero() || c.Consents[0].WithdrawnAt.IsZero() {
		t.Errorf("coming back: %+v", c.Consents)
	}
	if c.Confirm("unknown", consentDay) {
		t.Error("a consent that is not on record is confirmed")
	}
}

func TestConsentsCannotBeRewritten(t *testing.T) {
	before := Contact{}
	id := before.Agree(Consent{List: "press", Text: "Yes.", At: consentDay})
	for name, tt := range map[string]struct {
		change func(*Contact)
		ok     bool
	}{
		"nothing":          {func(*Contact) {}, true},
		"another location": {func(c *Contact) { c.Consents[0].At = c.Consents[0].At.In(time.FixedZone("", 7200)) }, true},
		"one more":         {func(c *Contact) { c.Agree(Consent{List: "schools", Text: "Yes.", At: consentDay}) }, true},
		"confirmed":        {func(c *Contact) { c.Confirm(id, consentDay) }, true},
		"withdrawn":        {func(c *Contact) { c.Leave("press", Unsubscribed, consentDay) }, true},
		"dropped":          {func(c *Contact) { c.Consents = nil }, false},
		"other words":      {func(c *Contact) { c.Consents[0].Text = "No." }, false},
		"another time":     {func(c *Contact) { c.Consents[0].At = consentDay.Add(time.Second) }, false},
	} {
		after := before.Clone()
		tt.change(&after)
		if err := CheckConsents(&before, &after); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	withdrawn := before.Clone()
	withdrawn.Leave("press", Unsubscribed, consentDay)
	undone := withdrawn.Clone()
	undone.Consents[0].WithdrawnAt = time.Time{}
	if CheckConsents(&withdrawn, &undone) == nil {
		t.Error("a withdrawal can be undone")
	}
}

func TestTrackingConsentStaysOnRecord(t *testing.T) {
	c := Contact{Email: "ana@example.org"}
	c.AllowTracking(TrackingConsent{At: consentDay, Basis: ConsentBasis, Source: "form", Text: "Yes."})
	if !c.MayBeTracked() || TrackingFor(&c, nil) != Individual {
		t.Error("a consent on record does not count")
	}
	before := c.Clone()
	c.LimitTracking(NoTracking, consentDay.Add(time.Hour), "preference page")
	if c.MayBeTracked() || c.Consent == nil || c.Consent.Text != "Yes." || c.Consent.WithdrawnBy != "preference page" {
		t.Errorf("after the withdrawal: %+v", c.Consent)
	}
	if !before.MayBeTracked() {
		t.Error("the withdrawal reached a copy")
	}
	c.Tracking = ""
	if TrackingFor(&c, []Tracking{Individual}) != Aggregate {
		t.Error("a list brings back what the person took back")
	}
	c.Tracking = Individual
	if err := c.Normalize(""); err == nil {
		t.Error("individual tracking is accepted on a consent that was taken back")
	}
	c.AllowTracking(TrackingConsent{At: consentDay.Add(2 * time.Hour), Basis: ConsentBasis, Source: "form"})
	if !c.MayBeTracked() || len(c.Earlier) != 1 || !c.Earlier[0].WithdrawnAt.Equal(consentDay.Add(time.Hour)) {
		t.Errorf("given again: %+v, earlier %+v", c.Consent, c.Earlier)
	}
}

func TestAudienceAsksForConsent(t *testing.T) {
	member := func(b Basis) *Contact {
		return &Contact{Status: Active, Memberships: []Membership{{List: "news", Status: Subscribed, Basis: b}}}
	}
	strict := NewAudience([]List{{ID: "news", RequireConsent: true}}, nil, &Release{})
	lax := NewAudience([]List{{ID: "news"}}, nil, &Release{})
	campaignAsks := NewAudience([]List{{ID: "news"}}, nil, &Release{})
	campaignAsks.RequireConsent = true
	for _, tt := range []struct {
		name string
		rule *Audience
		c    *Contact
		want string
	}{
		{"the list asks", strict, member(LegitimateInterest), "consent is required and none is on record"},
		{"the list asks and has it", strict, member(ConsentBasis), ""},
		{"the campaign asks", campaignAsks, member(Contract), "consent is required and none is on record"},
		{"nobody asks", lax, member(Contract), ""},
		{"paused", lax, &Contact{Status: Active, PausedUntil: consentDay.Add(time.Hour), Memberships: member(Contract).Memberships}, "the contact's pause is not over"},
		{"paused no longer", lax, &Contact{Status: Active, PausedUntil: consentDay, Memberships: member(Contract).Memberships}, ""},
		{"restricted", lax, &Contact{Status: Restricted, Memberships: member(Contract).Memberships}, "the contact is restricted"},
	} {
		if got := tt.rule.LeftOut(tt.c, "", consentDay); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	two := &Contact{Status: Active, Memberships: []Membership{
		{List: "news", Status: Subscribed, Basis: ConsentBasis}, {List: "more", Status: Subscribed, Basis: Contract}}}
	both := NewAudience([]List{{ID: "news", RequireConsent: true}, {ID: "more", RequireConsent: true}}, nil, &Release{})
	if got := both.LeftOut(two, "", consentDay); got != "" {
		t.Errorf("consent to one of two lists is enough: %q", got)
	}
}

func TestCheckBasis(t *testing.T) {
	for _, b := range Bases {
		m := Membership{Basis: b, Source: "a conversation"}
		if CheckBasis(&m) == nil || b.Needs().IsZero() {
			t.Errorf("%s needs no reference", b)
		}
		if m.Reference = "LIA-2026-3"; CheckBasis(&m) != nil {
			t.Errorf("%s with all it needs is refused", b)
		}
	}
	if CheckBasis(&Membership{Basis: "other", Source: "s", Reference: "r"}) == nil || CheckBasis(&Membership{Basis: Contract, Reference: "r"}) == nil {
		t.Error("an unknown basis, or one without a source, is accepted")
	}
}
