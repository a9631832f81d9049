package sqlite

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// contactExtra plans all fields of a contact but those whose lists are always declared.
func contactExtra() extraFields {
	t := reflect.TypeFor[campaign.Contact]()
	left := map[string]int{}
	for i := range t.NumField() {
		left[jsonName(t.Field(i))] = i
	}
	for _, declared := range []string{"version", "tags", "on", "text"} {
		delete(left, declared)
	}
	return planExtra(t, left)
}

var membership = campaign.Membership{List: "press", Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Source: "people.csv", Since: time.Date(2026, 10, 18, 12, 0, 0, 5e6, time.UTC)}

func TestExtra(t *testing.T) {
	p := contactExtra()
	for name, c := range map[string]campaign.Contact{
		"nothing":       {},
		"plain":         {Place: "Šabac", Memberships: []campaign.Membership{membership, membership}},
		"quotation":     {Notes: `says "call\\write" <b>`, Memberships: []campaign.Membership{membership}},
		"lines":         {Notes: "one\ntwo\u2028three"},
		"attributes":    {Attributes: map[string]string{"beat": "courts"}, Memberships: []campaign.Membership{membership}},
		"no attributes": {Attributes: map[string]string{}},
		"odd":           {Attributes: map[string]string{`a"b`: "c", "": "\n"}},
		"consent":       {Consent: &campaign.TrackingConsent{}},
		"empty":         {Memberships: []campaign.Membership{}},
	} {
		text, err := p.write(nil, reflect.ValueOf(&c).Elem())
		if err != nil {
			t.Fatal(name, err)
		}
		var got, want campaign.Contact
		if err := p.decode(text, reflect.ValueOf(&got).Elem()); err != nil {
			t.Fatal(name, err)
		}
		if err := json.Unmarshal(text, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s was read as %+v, not %+v (%v)", name, text, got, want, err)
		}
	}
}

// expect is what encoding/json reads.
func expect(p extraFields, text []byte, c *campaign.Contact) error {
	v := reflect.New(p.typ)
	err := json.Unmarshal(text, v.Interface())
	for from, to := range p.fields {
		reflect.ValueOf(c).Elem().Field(to).Set(v.Elem().Field(from))
	}
	return err
}

// FuzzExtra compares with encoding/json.
func FuzzExtra(f *testing.F) {
	for _, seed := range []string{
		"{}", "", "null", `{"memberships":[]}`, `{"place":"Niš","created_at":"2026-10-18T12:00:00.005Z"}`, `{"place":"a","place":"b"}`,
		`{"memberships":[{"list":"l","status":"subscribed","since":"2026-10-18T12:00:00Z"}]}`, `{"place":"\xff"}`, `{"Place":"x"}`, `{"place":"x"} `, `{"place":1}`,
		`{"attributes":{}}`, `{"attributes":{"a":"b","a":"c","č":""}}`, `{"attributes":null}`, `{"attributes":{"a":1}}`, `{"attributes":{"a":"b",}}`, `{"attributes":{"a":"b"},"attributes":{"c":"d"}}`, `{"attributes":{"a"`,
	} {
		f.Add([]byte(seed))
	}
	p := contactExtra()
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, want campaign.Contact
		gotErr, wantErr := p.decode(text, reflect.ValueOf(&got).Elem()), expect(p, text, &want)
		if (gotErr == nil) != (wantErr == nil) || wantErr == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%q was read as %+v (%v), not %+v (%v)", text, got, gotErr, want, wantErr)
		}
	})
}

func BenchmarkExtra(b *testing.B) {
	p := contactExtra()
	c := campaign.Contact{Place: "Šabac", Source: "people.csv", Memberships: []campaign.Membership{membership}}
	text, err := p.write(nil, reflect.ValueOf(&c).Elem())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for range b.N {
		if err := p.decode(text, reflect.ValueOf(&c).Elem()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestExtraIsWrittenAsBefore compares what is written of random documents of every collection with what encoding/json writes.
func TestExtraIsWrittenAsBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range store.Collections {
		table, err := newTable(c)
		if err != nil {
			t.Fatal(err)
		}
		if table.extra.typ == nil {
			continue
		}
		for range 100 {
			doc := reflect.New(table.doc).Elem()
			scatter(r, doc, 4)
			v := reflect.New(table.extra.typ).Elem()
			for to, from := range table.extra.fields {
				v.Field(to).Set(doc.Field(from))
			}
			want, err := encodeJSON(v.Addr().Interface())
			if err != nil {
				t.Fatal(err)
			}
			want = strings.ReplaceAll(want, `\ufffd`, "\ufffd") // which it escapes
			if got, err := table.extra.write(nil, doc); err != nil || string(got) != want {
				t.Fatalf("%s is written as\n%s\nwant\n%s (%v)", c.Name, got, want, err)
			}
		}
	}
}

// scatter fills some of a value at random.
func scatter(r *rand.Rand, v reflect.Value, depth int) {
	if depth == 0 || r.IntN(3) == 0 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"ana", "Ћук", "\"<&>\\", "a\nb", "\u2028", "\xff", "\x7f"}[r.IntN(7)])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(r.Int64() - r.Int64())
	case reflect.Float64:
		v.SetFloat(r.Float64())
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		scatter(r, v.Elem(), depth-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			scatter(r, v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			scatter(r, key, depth)
			scatter(r, value, depth-1)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(time.UnixMilli(r.Int64N(4e12)).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				scatter(r, v.Field(i), depth)
			}
		}
	}
}
