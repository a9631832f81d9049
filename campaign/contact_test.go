package campaign

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 10, 18, 12, 0, 0, 0, time.UTC)

func TestParseKind(t *testing.T) {
	for want, given := range map[Kind][]string{
		"":         {"", " \t"},
		Journalist: {"journalist", "Journalists", "novinar", "Novinarka", "novinari", "novinarke", "НОВИНАР", "новинарка", "journaliste", "novinar/ka", "novinar(ka)", "Новинарке", "Journaliste·s", "dopisnica", "Уредник", "Médias", "rédactrice", "Redakcija"},
		School:     {"school", "SCHOOLS", "škola", "skola", "Škole", "школа", "школе", "école", "écoles", "Основна школа", "srednje  škole", "Гимназије", "lycée", "Établissements scolaires", "просвета"},
		Business:   {"business", "businesses", "firma", "firme", "фирма", "preduzeće", "preduzeća", "предузеће", "kompanija", "company", "companies", "entreprise", "привреда", "Привредник", "poslodavci", "Предузетнице", "Sociétés", "employers", "Privredna društva"},
		Partner:    {"partner", "Partners", "partneri", "партнер", "partenaire", "партнерка", "Partnerske organizacije", "organisation partenaire"},
		OtherKind:  {"other", "ostalo", "drugo", "остало", "autre", "Разно", "друго", "divers"},
	} {
		for _, s := range given {
			if got, err := ParseKind(s); err != nil || got != want {
				t.Errorf("%q: %q, %v; want %q", s, got, err, want)
			}
		}
	}
	for _, s := range []string{"journal", "novinar2", "school business", "x"} {
		if got, err := ParseKind(s); CodeOf(err) != Invalid {
			t.Errorf("%q was read as %q, %v", s, got, err)
		}
	}
	for _, k := range Kinds {
		if got, err := ParseKind(string(k)); err != nil || got != k {
			t.Errorf("%q: %q, %v", k, got, err)
		}
	}
}

func TestContactNormalize(t *testing.T) {
	c := Contact{
		Email: " Ана <Ana@Example.ORG> ", FirstName: " Ana\r\nBcc: x ", LastName: "\tĐurić\u00a0Perić ", Place: "Novi\u2028Sad", Language: "српски",
		Tags: []string{"Press", " press ", "", "Škole", "a\nb"}, Memberships: []Membership{{List: "l", Status: Subscribed}, {List: "m", Status: Removed}},
	}
	if err := c.Normalize("Вечерње новости"); err != nil {
		t.Fatal(err)
	}
	want := Contact{
		Email: "Ana@example.org", Address: "ana@example.org", FirstName: "Ana Bcc: x", LastName: "Đurić Perić", Place: "Novi Sad", Language: SerbianCyrillic,
		Kind: OtherKind, Status: Active, Tags: []string{"a b", "press", "škole"}, Memberships: c.Memberships, Name: "d|uric| peric| ana bcc: x",
		On:   []string{"l/subscribed", "m/removed"},
		Text: " ana bcc x duric peric ana example org vecernje novosti novi sad",
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("\ngot  %+v\nwant %+v", c, want)
	}
	again := c
	again.Tags = slices.Clone(c.Tags)
	if err := again.Normalize("Вечерње новости"); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	office := Contact{Email: "Redakcija@vesti.example"}
	if err := office.Normalize(""); err != nil || office.Name != "redakcija@vesti.example" || office.DisplayName() != "Redakcija@vesti.example" || office.On == nil || office.Tags == nil {
		t.Errorf("an office: %+v, %v", office, err)
	}
	if name := c.DisplayName(); name != "Ana Bcc: x Đurić Perić" {
		t.Errorf("display name %q", name)
	}
}

func TestContactNormalizeRefuses(t *testing.T) {
	long := strings.Repeat("š", 301)
	for field, c := range map[string]Contact{
		"email":      {Email: "ana"},
		"first_name": {Email: "ana@example.org", FirstName: long},
		"last_name":  {Email: "ana@example.org", LastName: long},
		"position":   {Email: "ana@example.org", Position: long},
		"place":      {Email: "ana@example.org", Place: long},
		"phone":      {Email: "ana@example.org", Phone: long},
		"kind":       {Email: "ana@example.org", Kind: "victim"},
		"language":   {Email: "ana@example.org", Language: "de"},
		"tracking":   {Email: "ana@example.org", Tracking: Individual},
	} {
		err := c.Normalize("")
		e, ok := err.(*Error)
		if !ok || e.Code != Invalid || e.Field != field {
			t.Errorf("%s: %#v", field, err)
		}
	}
	c := Contact{Email: "ana@example.org", Tracking: Individual, Consent: &TrackingConsent{At: noon, Basis: ConsentBasis}}
	if err := c.Normalize(""); err != nil {
		t.Errorf("individual tracking with consent: %v", err)
	}
}

func TestSubscribe(t *testing.T) {
	fresh := Membership{List: "l", Status: Subscribed, Basis: ConsentBasis, Source: "file", Since: noon}
	for _, tt := range []struct {
		before  MembershipStatus
		ownAct  bool
		changes bool
	}{
		{"", false, true}, {"", true, true}, {Subscribed, false, false}, {Subscribed, true, false}, {Unconfirmed, false, true}, {Unconfirmed, true, true},
		{Removed, false, true}, {Removed, true, true},
		{Unsubscribed, false, false}, // a person who left by their own act is brought back by nobody else
		{Unsubscribed, true, true},
	} {
		c := Contact{Memberships: []Membership{{List: "other", Status: Unsubscribed}}}
		if tt.before != "" {
			c.Memberships = append(c.Memberships, Membership{List: "l", Status: tt.before, Source: "before", LeftAt: noon})
		}
		changed := c.Subscribe(fresh, tt.ownAct)
		if changed != tt.changes {
			t.Errorf("from %q, own act %v: changed is %v", tt.before, tt.ownAct, changed)
		}
		if m := c.Membership("l"); changed && *m != fresh || !changed && (m.Status != tt.before || m.Source != "before") {
			t.Errorf("from %q, own act %v: %+v", tt.before, tt.ownAct, *m)
		}
		if c.Membership("other").Status != Unsubscribed || c.Membership("none") != nil {
			t.Errorf("another list was touched: %+v", c.Memberships)
		}
	}
}

func TestLeave(t *testing.T) {
	for _, tt := range []struct {
		before, to, after MembershipStatus
		changes           bool
	}{
		{"", Unsubscribed, Unsubscribed, true}, {Subscribed, Unsubscribed, Unsubscribed, true}, {Unconfirmed, Unsubscribed, Unsubscribed, true},
		{Removed, Unsubscribed, Unsubscribed, true}, {Subscribed, Removed, Removed, true}, {Removed, Removed, Removed, false},
		{Unsubscribed, Unsubscribed, Unsubscribed, false},
		{Unsubscribed, Removed, Unsubscribed, false}, // their own act is not covered up by the team's
	} {
		c := Contact{}
		if tt.before != "" {
			c.Memberships = []Membership{{List: "l", Status: tt.before, Basis: ConsentBasis, Since: noon.AddDate(-1, 0, 0)}}
		}
		changed := c.Leave("l", tt.to, noon)
		m := c.Membership("l")
		if changed != tt.changes || m.Status != tt.after || changed != m.LeftAt.Equal(noon) {
			t.Errorf("from %q to %q: %v, %+v", tt.before, tt.to, changed, *m)
		}
		if tt.before != "" && m.Basis != ConsentBasis {
			t.Errorf("from %q to %q: the basis is gone", tt.before, tt.to)
		}
	}
	c := Contact{}
	c.Leave("l", Unsubscribed, noon)
	if c.Subscribe(Membership{List: "l", Status: Subscribed}, false) {
		t.Error("who left a list before being on it was put on it")
	}
}

func TestTrackingFor(t *testing.T) {
	consent := &TrackingConsent{At: noon, Basis: ConsentBasis}
	for _, tt := range []struct {
		own     Tracking
		consent *TrackingConsent
		lists   []Tracking
		want    Tracking
	}{
		{"", nil, nil, Aggregate},
		{"", consent, nil, Aggregate},
		{"", nil, []Tracking{Individual}, Aggregate}, // individual only with consent
		{"", consent, []Tracking{Individual}, Individual},
		{"", consent, []Tracking{Individual, Aggregate}, Aggregate}, // the least of the lists
		{"", consent, []Tracking{Aggregate, Individual, NoTracking}, NoTracking},
		{"", nil, []Tracking{NoTracking, Individual}, NoTracking},
		{"", consent, []Tracking{""}, Aggregate},
		{"", consent, []Tracking{Individual, ""}, Aggregate},
		{NoTracking, consent, []Tracking{Individual}, NoTracking}, // the contact's own wish
		{Aggregate, consent, []Tracking{Individual}, Aggregate},
		{Individual, consent, []Tracking{Aggregate}, Individual},
		{Individual, nil, []Tracking{Individual}, Aggregate}, // a wish without a record of it
		{Individual, nil, nil, Aggregate},
	} {
		if got := TrackingFor(&Contact{Tracking: tt.own, Consent: tt.consent}, tt.lists); got != tt.want {
			t.Errorf("own %q, consent %v, lists %q: %q, want %q", tt.own, tt.consent != nil, tt.lists, got, tt.want)
		}
	}
	for i, a := range Trackings {
		for j, b := range Trackings {
			if a.Less(b) != (i < j) {
				t.Errorf("%s less than %s: %v", a, b, a.Less(b))
			}
		}
	}
}

func TestMayBeTracked(t *testing.T) {
	consent := &TrackingConsent{At: noon}
	for _, tt := range []struct {
		c    Contact
		want bool
	}{
		{Contact{}, false}, {Contact{Tracking: Individual}, false}, {Contact{Consent: consent}, true}, {Contact{Consent: consent, Tracking: Individual}, true},
		{Contact{Consent: consent, Tracking: Aggregate}, false}, {Contact{Consent: consent, Tracking: NoTracking}, false}, // withdrawn
	} {
		if got := tt.c.MayBeTracked(); got != tt.want {
			t.Errorf("%+v: %v", tt.c, got)
		}
	}
}

func TestCheckAudience(t *testing.T) {
	for _, name := range []string{"victims", "Žrtve", "жртве", "  ŽRTVA ", "Ученици", "élèves", "Deca", "SOS  callers", "Preživele"} {
		if err := CheckAudience(name); CodeOf(err) != Invalid {
			t.Errorf("%q is accepted", name)
		}
	}
	for _, name := range []string{"", "Press", "Škole", "Novinari o žrtvama", "Children's book publishers"} {
		if err := CheckAudience(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
