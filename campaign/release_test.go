package campaign

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReleaseVersions(t *testing.T) {
	r := Release{Source: SerbianCyrillic}
	if r.For(English) != nil || len(r.Available()) != 0 || r.In(English) != nil {
		t.Error("a release without versions has one")
	}
	for _, l := range []Language{French, SerbianCyrillic, English, SerbianLatin} {
		r.Put(Version{Language: l, Headline: "in " + string(l)})
	}
	if !slices.Equal(r.Available(), Languages) {
		t.Errorf("the versions stand in the order %v", r.Available())
	}
	r.Put(Version{Language: English, Headline: "again"})
	if len(r.Versions) != 4 || r.In(English).Headline != "again" {
		t.Errorf("a version put again: %+v", r.Versions)
	}
	r.Versions = slices.DeleteFunc(r.Versions, func(v Version) bool { return v.Language == SerbianLatin || v.Language == French })
	for reader, want := range map[Language]Language{SerbianLatin: SerbianCyrillic, SerbianCyrillic: SerbianCyrillic, English: English, French: English, "": SerbianCyrillic, "de": SerbianCyrillic} {
		if got := r.For(reader); got == nil || got.Language != want {
			t.Errorf("a reader of %q gets %+v, want %s", reader, got, want)
		}
	}
	if v := r.For(English); v.SubjectLine() != "again" {
		t.Errorf("subject %q", v.SubjectLine())
	}
	r.In(English).Subject = "Subject"
	if v := r.For(English); v.SubjectLine() != "Subject" {
		t.Errorf("subject %q", v.SubjectLine())
	}
}

func TestOutdated(t *testing.T) {
	r := Release{Source: SerbianLatin, Versions: []Version{
		{Language: SerbianLatin, UpdatedAt: noon}, {Language: SerbianCyrillic, UpdatedAt: noon}, {Language: English, UpdatedAt: noon.Add(-time.Second)},
		{Language: French, UpdatedAt: noon.Add(time.Second)},
	}}
	for l, want := range map[Language]bool{SerbianLatin: false, SerbianCyrillic: false, English: true, French: false, "de": false} {
		if got := r.Outdated(l); got != want {
			t.Errorf("%s is outdated: %v", l, got)
		}
	}
	r.Source = "de"
	if r.Outdated(English) {
		t.Error("a version is older than a source that is not there")
	}
}

func TestReleaseNormalize(t *testing.T) {
	r := Release{Versions: []Version{{
		Language: English, Headline: " Head\r\nBcc: x ", Subject: "A\tsubject", Lead: "one\r\ntwo", Body: "bad \xff byte", Date: "2026-10-18",
		Quotes: []Quote{{Text: " \n"}, {Text: "Said so", Name: "Ana"}}, Contact: MediaContact{Email: " press@example.org\n"},
	}}}
	if err := r.Normalize(); err != nil {
		t.Fatal(err)
	}
	v := r.Versions[0]
	if r.Title != "Head Bcc: x" || r.Kind != PressRelease || r.Source != English {
		t.Errorf("%+v", r)
	}
	if v.Headline != "Head Bcc: x" || v.Subject != "A subject" || v.Lead != "one\ntwo" || v.Body != "bad \uFFFD byte" || v.Contact.Email != "press@example.org" {
		t.Errorf("%+v", v)
	}
	if len(v.Quotes) != 1 || v.Quotes[0].Name != "Ana" {
		t.Errorf("quotes %+v", v.Quotes)
	}
	full := Release{Title: "t", Attachments: []Attachment{{Size: MaxAttachments - 1}, {Size: 1}}}
	if err := full.Normalize(); err != nil {
		t.Errorf("files of just the allowed weight: %v", err)
	}
	for field, r := range map[string]Release{
		"title":       {Title: " \n"},
		"kind":        {Title: "t", Kind: "poem"},
		"attachments": {Title: "t", Attachments: []Attachment{{Size: MaxAttachments}, {Size: 1}}},
		"body":        {Title: "t", Versions: []Version{{Language: English, Headline: "h", Body: strings.Repeat("x", 7e6)}, {Language: French, Headline: "h", Body: strings.Repeat("x", 5e6)}}},
		"language":    {Title: "t", Versions: []Version{{Language: "de", Headline: "h"}}},
		"headline":    {Title: "t", Versions: []Version{{Language: English, Headline: " \n "}}},
		"date":        {Title: "t", Versions: []Version{{Language: English, Headline: "h", Date: "18.10.2026."}}},
	} {
		e, ok := r.Normalize().(*Error)
		if !ok || e.Field != field || e.Code != Invalid {
			t.Errorf("%s: %#v", field, e)
		}
	}
}

func TestListNormalize(t *testing.T) {
	l := List{ID: "ABC", Name: " Медији\nЂорђе ", Language: "српски"}
	if err := l.Normalize(); err != nil || l.Name != "Медији Ђорђе" || l.Key != "mediji dorde" || l.Tracking != Aggregate || l.Basis != LegitimateInterest || l.Language != SerbianCyrillic {
		t.Errorf("%+v, %v", l, err)
	}
	if id := l.HeaderID("example.org"); id != "abc.list.example.org" {
		t.Errorf("List-Id %q", id)
	}
	for field, l := range map[string]List{
		"name": {Name: "\n"}, "tracking": {Name: "l", Tracking: "all"}, "language": {Name: "l", Language: "de"},
	} {
		if e, ok := l.Normalize().(*Error); !ok || e.Field != field {
			t.Errorf("%s: %#v", field, e)
		}
	}
	if err := (&List{Name: strings.Repeat("a", 121)}).Normalize(); CodeOf(err) != Invalid {
		t.Errorf("a long name: %v", err)
	}
}

func TestOrganisationNormalize(t *testing.T) {
	o := Organisation{Name: " Вечерње\tновости ", Place: "Београд"}
	if err := o.Normalize(); err != nil || o.Key != "vecernje novosti" || o.Kind != OtherOrgKind || o.Text != " vecernje novosti beograd" {
		t.Errorf("%+v, %v", o, err)
	}
	for field, o := range map[string]Organisation{"name": {}, "kind": {Name: "o", Kind: "club"}} {
		if e, ok := o.Normalize().(*Error); !ok || e.Field != field {
			t.Errorf("%s: %#v", field, e)
		}
	}
	for _, k := range append(slices.Clone(Kinds), "") {
		if !slices.Contains(OrganisationKinds, OrganisationKindFor(k)) {
			t.Errorf("a %q belongs to %q", k, OrganisationKindFor(k))
		}
	}
}

func TestOccasionAndStories(t *testing.T) {
	r := Release{Occasion: &Occasion{Start: noon, Zone: "Europe/Belgrade", Map: "maps.example.org/1", Answer: "press@example.org"}, Versions: []Version{{
		Language: English, Headline: "H", Venue: " Media centre \r\n\n Street 1", Stories: []Story{{}, {Headline: " A\nstory ", Link: "example.org", Picture: "media:1"}},
		Slots: map[string]string{"sponsor": " Us ", "Bad name": "x", "empty": " "},
	}}}
	if err := r.Normalize(); err != nil {
		t.Fatal(err)
	}
	v := r.Versions[0]
	if r.Occasion.Map != "https://maps.example.org/1" || r.Occasion.Answer != "mailto:press@example.org" || v.Venue != "Media centre\nStreet 1" {
		t.Errorf("%+v, venue %q", r.Occasion, v.Venue)
	}
	if len(v.Stories) != 1 || v.Stories[0] != (Story{Headline: "A story", Link: "https://example.org", Picture: "media:1"}) || len(v.Slots) != 1 || v.Slots["sponsor"] != "Us" {
		t.Errorf("stories %+v, slots %v", v.Stories, v.Slots)
	}
	for _, c := range []struct {
		name, field string
		change      func(*Release)
	}{
		{"no start", "event_start", func(r *Release) { r.Occasion.Start = time.Time{} }},
		{"an end before the start", "event_end", func(r *Release) { r.Occasion.End = noon.Add(-time.Hour) }},
		{"a zone there is not", "event_zone", func(r *Release) { r.Occasion.Zone = "Europe/Nowhere" }},
		{"a map that runs a script", "event_map", func(r *Release) { r.Occasion.Map = "javascript:alert(1)" }},
		{"a story without a headline", "stories", func(r *Release) { r.Versions[0].Stories[0].Headline = "" }},
		{"a picture from elsewhere", "stories", func(r *Release) { r.Versions[0].Stories[0].Picture = "https://example.org/a.png" }},
		{"a story that leads nowhere", "stories", func(r *Release) { r.Versions[0].Stories[0].Link = "javascript:alert(1)" }},
	} {
		broken, err := CopyOf(&r)
		if err != nil {
			t.Fatal(err)
		}
		c.change(&broken)
		if faults := FaultsOf(broken.Normalize()); len(faults) != 1 || faults[0].Field != c.field {
			t.Errorf("%s: %v", c.name, faults)
		}
	}
	empty := Release{Title: "T", Occasion: &Occasion{Zone: "Europe/Belgrade"}}
	if err := empty.Normalize(); err != nil || empty.Occasion != nil {
		t.Errorf("an occasion of nothing but its zone: %v, %v", empty.Occasion, err)
	}
}
