package sqlite

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// contactRest plans all fields of a contact but those whose lists are always declared.
func contactRest() restPlan {
	t := reflect.TypeFor[campaign.Contact]()
	left := map[string]int{}
	for i := range t.NumField() {
		left[jsonName(t.Field(i))] = i
	}
	for _, declared := range []string{"version", "tags", "on", "text"} {
		delete(left, declared)
	}
	return planRest(t, left)
}

var membership = campaign.Membership{List: "press", Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Source: "people.csv", Since: time.Date(2026, 10, 18, 12, 0, 0, 5e6, time.UTC)}

func TestRest(t *testing.T) {
	p := contactRest()
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
		`{"attributes":{}}`, `{"attributes":{"a":"b","a":"c","č":""}}`, `{"attributes":null}`, `{"attributes":{"a":1}}`, `{"attributes":{"a":"b",}}`, `{"attributes":{"a":"b"},"attributes":{"c":"d"}}`, `{"attributes":{"a"`,
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

// TestPlainWriter compares what is written of random documents of every collection with what encoding/json writes.
func TestPlainWriter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	plain := 0
	for _, c := range store.Collections {
		table, err := newTable(c)
		if err != nil {
			t.Fatal(err)
		}
		if table.rest.typ == nil {
			continue
		}
		for range 100 {
			doc := reflect.New(table.doc).Elem()
			scatter(r, doc, 4)
			v := reflect.New(table.rest.typ).Elem()
			for to, from := range table.rest.fields {
				v.Field(to).Set(doc.Field(from))
			}
			want, err := encodeJSON(v.Addr().Interface())
			if err != nil {
				t.Fatal(err)
			}
			w := plainWriter{plan: &table.rest}
			if w.object(doc, table.rest.plans[table.doc]) {
				plain++
				if string(w.out) != want {
					t.Fatalf("%s is written as\n%s\nwant\n%s", c.Name, w.out, want)
				}
			}
		}
	}
	if plain < 500 {
		t.Errorf("%d documents are plain", plain)
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
