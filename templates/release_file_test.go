package templates

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

const exampleFile = `---
title: Guide for inspectors
kind: press_release
language: en
source: sr-Latn
embargo: 2026-10-18 10:00 Europe/Belgrade
headline: "Inspectors: a new guide"
place: Belgrade
date: 2026-10-18
lead: |
  First line
  of the lead.
quotes:
  - text: It matters.
    name: Ana Petrović
    role: coordinator
media_contact:
  name: Jelena Đurić
  phone: +381 11 555 0100
  email: press@example.org
layout: newsletter
event:
  start: 2026-10-22 11:00 Europe/Belgrade
  end: 2026-10-22 12:30 Europe/Belgrade
  map: https://example.org/map
  answer: mailto:press@example.org
venue: |
  Media centre
  Ulica primera 1
stories:
  - headline: A first story
    text: "With **words**."
    picture: cid:grb.png
    link: https://example.org/1
slots:
  sponsor: A sponsor
attachments:
  - file: pictures/grb.png
    alt: Coat of arms
    inline: true
---

Body with {{ first_name | "colleague" }}.

---

After a rule.
`

func TestParseReleaseFile(t *testing.T) {
	r, v, err := ParseReleaseFile("guide.en.md", []byte("\ufeff"+strings.ReplaceAll(exampleFile, "\n", "\r\n")))
	must(t, err)
	if want := time.Date(2026, 10, 18, 8, 0, 0, 0, time.UTC); !r.Embargo.Equal(want) || r.Zone != "Europe/Belgrade" {
		t.Errorf("embargo %v in %q", r.Embargo, r.Zone)
	}
	if r.Title != "Guide for inspectors" || r.Source != campaign.SerbianLatin || r.Attachments[0].Name != "grb.png" || r.Attachments[0].File != "pictures/grb.png" {
		t.Errorf("release %+v", r)
	}
	if o := r.Occasion; r.Layout != "newsletter" || o.Zone != "Europe/Belgrade" || o.Start.Hour() != 9 || o.End.Hour() != 10 || v.Stories[0].Link == "" || v.Slots["sponsor"] == "" || v.Venue == "" {
		t.Errorf("layout %q, occasion %+v, version %+v", r.Layout, o, v)
	}
	if v.Date != "2026-10-18" || v.Lead != "First line\nof the lead." || v.Quotes[0].Name != "Ana Petrović" || v.Contact.Phone != "+381 11 555 0100" {
		t.Errorf("version %+v", v)
	}
	if v.Body != "Body with {{ first_name | \"colleague\" }}.\n\n---\n\nAfter a rule." {
		t.Errorf("body %q", v.Body)
	}
}

func TestReleaseFileMistakes(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown key", "title:", "titel:", "guide.md: line 2: there is no key “titel”; did you mean title?"},
		{"unknown key below", "    role:", "    rolle:", "line 16: there is no key “rolle” in quotes; did you mean role?"},
		{"bad YAML", "headline: \"Inspectors: a new guide\"", "headline: Inspectors: a new guide", "line 7: mapping values are not allowed"},
		{"language", "language: en", "language: de", "the language \"de\" is not one of"},
		{"no language", "language: en\n", "", "needs a language"},
		{"no headline", "headline: \"Inspectors: a new guide\"\n", "", "needs a headline"},
		{"kind", "kind: press_release", "kind: presrelease", "did you mean press_release?"},
		{"zone missing", " Europe/Belgrade", "", "needs a time zone"},
		{"zone wrong", "Europe/Belgrade", "Europe/Beograd", "there is no time zone “Europe/Beograd”"},
		{"embargo", "2026-10-18 10:00 Europe", "18.10.2026 Europe", "is not of the form"},
		{"date", "date: 2026-10-18", "date: 18.10.2026.", "line 9: the date “18.10.2026.” is not of the form 2026-10-18"},
		{"list for text", "place: Belgrade", "place: [a, b]", "line 8: place must be a text"},
		{"text for list", "inline: true", "inline: perhaps", "a value is not of the kind expected"},
		{"twice", "place: Belgrade", "place: Belgrade\nplace: Niš", "line 9"},
		{"alias", "place: Belgrade", "place: &a Belgrade", "anchors and aliases"},
		{"no front matter", "---\ntitle", "title", "line 1: the file must begin"},
		{"a name turned round", "  - file: ", "  - file: \"a\u202efdp.txt\"\n  - file: ", "holds signs that nobody sees"},
		{"encoding", "Belgrade", "Beograd \xe8", "not UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := ParseReleaseFile("guide.md", []byte(strings.Replace(exampleFile, c.from, c.to, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) || campaign.CodeOf(err) != campaign.Invalid {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, _, err := ParseReleaseFile("x", []byte("---\ntitle: a\n")); err == nil || !strings.Contains(err.Error(), "not closed") {
		t.Errorf("unclosed: %v", err)
	}
}

func TestFormatReleaseFile(t *testing.T) {
	r, v, err := ParseReleaseFile("a", []byte(exampleFile))
	must(t, err)
	r.Attachments[0].File = "grb.png"
	out, err := FormatReleaseFile(r, &v)
	must(t, err)
	r2, v2, err := ParseReleaseFile("b", out)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if !reflect.DeepEqual(r, r2) || !reflect.DeepEqual(v, v2) {
		t.Errorf("changed by writing and reading:\n%+v\n%+v\n%+v\n%+v", r, r2, v, v2)
	}
}

func FuzzParseReleaseFile(f *testing.F) {
	f.Add([]byte(exampleFile))
	f.Add([]byte("---\nlanguage: sr\nheadline: a\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, v, err := ParseReleaseFile("f", data)
		if err != nil {
			return
		}
		out, err := FormatReleaseFile(r, &v)
		must(t, err)
		if _, _, err := ParseReleaseFile("f", out); err != nil {
			t.Errorf("%v in %q, from %q", err, out, data)
		}
	})
}

func TestSourcesOfAReleaseFile(t *testing.T) {
	in := "---\nlanguage: sr-Latn\nheadline: Pomoć za 57 žrtava\nsources:\n  - said: 57 žrtava\n    title: \"Izveštaj *Centra* {{ x }}\"\n    link: https://example.org/a(b)\n    date: 2026-01-31\n    checked_by: Ana Anić\n    checked: 2026-02-01\nlist_sources: true\n---\nTelo.\n"
	r, v, err := ParseReleaseFile("a.md", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Sources[0]; !r.ListSources || s.Said != "57 žrtava" || s.CheckedAt.Format(time.DateOnly) != "2026-02-01" || s.Date != "2026-01-31" {
		t.Errorf("%+v", r)
	}
	out, err := FormatReleaseFile(r, &v)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := ParseReleaseFile("a.md", out)
	if err != nil || !reflect.DeepEqual(again.Sources, r.Sources) || !again.ListSources {
		t.Errorf("%v: %+v\n%s", err, again, out)
	}
	for _, c := range []struct{ old, new, want string }{
		{"    title: \"Izveštaj *Centra* {{ x }}\"\n    link: https://example.org/a(b)\n", "", "line 5: a source needs a title or a link"},
		{"checked: 2026-02-01", "checked: soon", "line 10: the date “soon”"}, {"said: 57 žrtava", "said: ''", "line 5: a source needs said"},
	} {
		if _, _, err := ParseReleaseFile("a.md", []byte(strings.Replace(in, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.new, err)
		}
	}

	e := exampleEdition()
	r.Source, r.Versions = v.Language, []campaign.Version{v}
	e.Release = *r
	letter := compose(t, e, campaign.SerbianLatin, campaign.NoTracking)
	text, html := letter.Content().Text, letter.Content().HTML
	if !strings.Contains(text, "57: Izveštaj *Centra* {{ x }}") || !strings.Contains(html, `href="https://example.org/a(b)"`) || !strings.Contains(html, "Izvori") || !strings.Contains(html, "31. jan. 2026.") {
		t.Errorf("the letter lists no sources: %s\n%s", text, html)
	}
}

func TestSourcesSayWhatTheyAreFor(t *testing.T) {
	r := campaign.Release{ListSources: true, Sources: []campaign.Source{{Said: "Ovo je važan korak.", Title: "Razgovor"}}}
	for l, c := range map[campaign.Language]struct{ body, want string }{
		campaign.SerbianLatin:    {"Rekla je: „Ovo je važan korak.”", "- **Ovo je važan korak**: Razgovor"},
		campaign.SerbianCyrillic: {"Рекла је: „Ово је важан корак.”", "- **Ово је важан корак**: Razgovor"},
		campaign.English:         {"She said: “This is an important step.”", "- Razgovor"},
	} {
		if got := withSources(&r, &campaign.Version{Language: l, Body: c.body}).Notes; !strings.HasSuffix(got, "\n\n"+c.want) {
			t.Errorf("%s: %q", l, got)
		}
	}
}
