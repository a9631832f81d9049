package sqlite

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// contactRest plans all fields of a contact but those whose lists are always declared.
func contactRest() restPlan {
	t := reflect.TypeFor[campaign.Contact]()
	left := map[string]int{}
	for i := range t.NumField() {
		left[jsonName(t.Field(i))] = i
	}
	for _, declared := range []string{"version", "tags", "on", "search"} {
		delete(left, declared)
	}
	return planRest(t, left)
}

var membership = campaign.Membership{List: "press", Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Source: "people.csv", Since: time.Date(2026, 10, 18, 12, 0, 0, 5e6, time.UTC)}

func TestRest(t *testing.T) {
	p := contactRest()
	for name, c := range map[string]campaign.Contact{
		"nothing":    {},
		"plain":      {Place: "Šabac", Memberships: []campaign.Membership{membership, membership}},
		"quotation":  {Notes: `says "call\\write" <b>`, Memberships: []campaign.Membership{membership}},
		"lines":      {Notes: "one\ntwo\u2028three"},
		"attributes": {Attributes: map[string]string{"beat": "courts"}, Memberships: []campaign.Membership{membership}},
		"consent":    {Consent: &campaign.TrackingConsent{}},
		"empty":      {Memberships: []campaign.Membership{}},
	} {
		text, err := p.encode(reflect.ValueOf(&c).Elem())
		if err != nil {
			t.Fatal(name, err)
		}
		var got, want campaign.Contact
		if err := p.decode([]byte(text), reflect.ValueOf(&got).Elem()); err != nil {
			t.Fatal(name, err)
		}
		if err := json.Unmarshal([]byte(text), &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s was read as %+v, not %+v (%v)", name, text, got, want, err)
		}
	}
}

// expect is what encoding/json reads.
func expect(p restPlan, text []byte, c *campaign.Contact) error {
	v := reflect.New(p.typ)
	err := json.Unmarshal(text, v.Interface())
	for from, to := range p.fields {
		reflect.ValueOf(c).Elem().Field(to).Set(v.Elem().Field(from))
	}
	return err
}

// FuzzRest compares with encoding/json.
func FuzzRest(f *testing.F) {
	for _, seed := range []string{
		"{}", "", "null", `{"memberships":[]}`, `{"place":"Niš","created_at":"2026-10-18T12:00:00.005Z"}`, `{"place":"a","place":"b"}`,
		`{"memberships":[{"list":"l","status":"subscribed","since":"2026-10-18T12:00:00Z"}]}`, `{"place":"\xff"}`, `{"Place":"x"}`, `{"place":"x"} `, `{"place":1}`,
	} {
		f.Add([]byte(seed))
	}
	p := contactRest()
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, want campaign.Contact
		gotErr, wantErr := p.decode(text, reflect.ValueOf(&got).Elem()), expect(p, text, &want)
		if (gotErr == nil) != (wantErr == nil) || wantErr == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%q was read as %+v (%v), not %+v (%v)", text, got, gotErr, want, wantErr)
		}
	})
}

func BenchmarkRest(b *testing.B) {
	p := contactRest()
	c := campaign.Contact{Place: "Šabac", Source: "people.csv", Memberships: []campaign.Membership{membership}}
	text, err := p.encode(reflect.ValueOf(&c).Elem())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for range b.N {
		if err := p.decode([]byte(text), reflect.ValueOf(&c).Elem()); err != nil {
			b.Fatal(err)
		}
	}
}
