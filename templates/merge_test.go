package templates

import (
	"html/template"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// merged returns a text as one reader gets it.
func merged(t *testing.T, text string, c *campaign.Contact) string {
	t.Helper()
	l := &Letter{edition: &edition.Edition{Lists: []campaign.List{{ID: "a", Name: "First"}, {ID: "b", Name: "Second"}}}, language: campaign.English, places: newLetterPlaces()}
	filled, err := l.places.fill(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	for i, v := range l.Values(nil, &campaign.Delivery{}, c, "Daily Example") {
		filled = strings.ReplaceAll(filled, campaign.Place(i), v)
	}
	return filled
}

func TestMerge(t *testing.T) {
	ana := &campaign.Contact{FirstName: "Ana", LastName: "Petrović", Email: "ana@example.org", Kind: campaign.Journalist,
		Attributes:  map[string]string{"beat": "courts", "two\nlines": "a\r\nb"},
		Memberships: []campaign.Membership{{List: "b", Status: campaign.Subscribed}}}
	office := &campaign.Contact{Email: "office@example.org"}
	for _, c := range []struct {
		text, ana, office string
	}{
		{"Dear {{ first_name }}!", "Dear Ana!", "Dear !"},
		{"Dear {{first_name|\"colleague\"}}!", "Dear Ana!", "Dear colleague!"},
		{"{{ full_name | „uredniče“ }}", "Ana Petrović", "uredniče"},
		{"{{ if first_name }}Hi {{ first_name }}{{ else }}Hello{{ end }}.", "Hi Ana.", "Hello."},
		{"{{ if kind }}{{ if last_name }}{{ last_name }}, {{ end }}{{ kind }}{{ end }}", "Petrović, journalist", ""},
		{"{{ attribute.beat | \"all\" }} {{ organisation }} {{ list }}", "courts Daily Example Second", "all Daily Example First"},
		{"{{ greeting }},", "Dear Ana Petrović,", "Dear reader,"},
		{"{{ \"{{\" }} braces }}", "{{ braces }}", "{{ braces }}"},
		{"{{ email }} {{ language }}", "ana@example.org English", "office@example.org English"},
		{"{ no } field", "{ no } field", "{ no } field"},
	} {
		if got := merged(t, c.text, ana); got != c.ana {
			t.Errorf("%q for Ana: got %q, want %q", c.text, got, c.ana)
		}
		if got := merged(t, c.text, office); got != c.office {
			t.Errorf("%q for an office: got %q, want %q", c.text, got, c.office)
		}
	}
}

func TestMergeValueHasOneLine(t *testing.T) {
	c := &campaign.Contact{FirstName: "Ana\r\nBcc: all@example.org"}
	if got := merged(t, "{{ first_name }}", c); got != "Ana Bcc: all@example.org" {
		t.Errorf("got %q", got)
	}
}

func TestEqualFieldsShareAPlace(t *testing.T) {
	p := newLetterPlaces()
	out, err := p.fill("{{ first_name }} {{first_name}} {{ first_name | \"x\" }} {{ if kind }}{{ kind }}{{ end }} {{if kind}}{{ kind }}{{end}}")
	if err != nil || len(p.values) != 3 || strings.Count(out, campaign.Place(0)) != 2 || strings.Count(out, campaign.Place(2)) != 2 {
		t.Errorf("%d places in %q, %v", len(p.values), out, err)
	}
}

func TestCheckRelease(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"Dear {{ frist_name }}", "en version, body: there is no merge field “frist_name”; did you mean first_name?"},
		{"One\n\nDear {{ First-Name }}", "en version, body, line 3: there is no merge field “First-Name”; did you mean first_name?"},
		{"Dear {{ first_name", "opened with {{ and not closed"},
		{"{{ if first_name }}x", "{{ if first_name }} has no {{ end }}"},
		{"x{{ end }}", "{{ end }} has no {{ if … }} before it"},
		{"{{ if kind }}a{{ else }}b{{ else }}c{{ end }}", "two {{ else }}"},
		{"{{ if kind }}**a**{{ end }}", "is plain text of one paragraph"},
		{"{{ }}", "a merge field is empty"},
		{"{{ first_name | colleague }}", "must stand in quotation marks"},
		{"{{ attribute. }}", "there is no merge field"},
		{"{{ orgnization }}", "did you mean organisation?"},
		{"[x](https://example.org/?n={{first_name}})", "would tell readers apart"},
		{"[x](/page)", "does not lead anywhere from a mail"},
		{"[x](javascript:alert(1))", "does not lead anywhere from a mail"},
		{"a\n\n![Arms](cid:gbr.png)", "line 3: the image “gbr.png” is not among the release's inline files; did you mean cid:grb.png?"},
		{"![Arms](slika.png)", "must be an inline file"},
		{"a\n\n![Arms](cid:my grb.png)", "“[Arms](cid:my grb.png)” is no link, because its address holds a blank"},
		{"стр\n\n[x](foo)\n\n[x](стр) {{ frist }}", "line 5: the link"},
		{"[e](#top)", "there is none"},
		{"text " + campaign.Place(0), "which the program needs for itself"},
	} {
		r := &campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Body: c.body}},
			Attachments: []campaign.Attachment{{Name: "grb.png", Inline: true}}}
		err := CheckRelease(r, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%q: got %v, want %q", c.body, err, c.want)
		}
	}
	several := &campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "{{ a }}", Place: "{{ place }}", Quotes: []campaign.Quote{{Text: "{{ b"}}},
		{Language: campaign.French, Headline: "H", About: "{{ c }}"}}}
	if problems := ReleaseProblems(several, nil); len(problems) != 4 || problems[0].Field != "headline" || problems[1].Field != "place" || problems[3].Field != "about" {
		t.Errorf("problems %v", problems)
	}
	if lines := strings.Split(CheckRelease(several, nil).Error(), "\n"); len(lines) != 4 {
		t.Errorf("lines %q", lines)
	}
	good := &campaign.Release{Versions: exampleVersions(), Attachments: []campaign.Attachment{{Name: "grb.png", Inline: true}}}
	good.Versions[0].Body += "\n\n![Grb](cid:grb.png) {{ if organisation }}za {{ organisation }}{{ end }} <b>https://example.org</b>"
	if err := CheckRelease(good, nil); err != nil {
		t.Error(err)
	}
}

// Every address of the media contact is looked at. With a faulty one they stand in the message without a link.
func TestAddressesOfTheMediaContact(t *testing.T) {
	for email, want := range map[string]struct {
		link   template.URL
		faults []string
	}{
		"":                                   {"mailto:", nil},
		"press@example.org":                  {"mailto:press@example.org", nil},
		"ana@example.org; press@example.org": {"mailto:ana@example.org,press@example.org", nil},
		"ana@example.org, ddd@, eee":         {"", []string{"ddd@", "eee"}},
	} {
		contact := campaign.MediaContact{Email: email}
		r := &campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Contact: contact}}}
		problems := LeftOut(r, nil)
		if len(problems) != len(want.faults) {
			t.Errorf("%q has the problems %v", email, problems)
			continue
		}
		for i, fault := range want.faults {
			if p := problems[i]; p.Field != "contact_email" || !strings.Contains(p.AtField().String(), fault) {
				t.Errorf("%q: %s: %v", email, p.Field, p.AtField())
			}
		}
		if got := mailtoURL(contact); got != want.link {
			t.Errorf("%q is linked to %q", email, got)
		}
	}
}

func FuzzMerge(f *testing.F) {
	for _, s := range []string{"{{ first_name | \"a\" }}", "{{ if kind }}a{{ else }}b{{ end }}", "{{ \"{{\" }}", "{{{{", "{{ if }}{{ end }}{{ end }}", "{{ if kind }}{{ if kind }}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := newLetterPlaces()
		if strings.Contains(s, campaign.PlaceBegin) {
			return
		}
		_, problems := parseMerge(s)
		filled, err := p.fill(s)
		if (len(problems) > 0 && strings.Contains(s, "{{")) != (err != nil) {
			t.Errorf("%q: %v, but filling says %v", s, problems, err)
		}
		if err == nil && strings.Count(filled, campaign.PlaceBegin) < len(p.values) {
			t.Errorf("%q: %d values for %q", s, len(p.values), filled)
		}
	})
}
