package templates

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language/check"
)

// TestWhatReadersReadIsChecked has text in all forms in which readers see it, and what is no text.
func TestWhatReadersReadIsChecked(t *testing.T) {
	tests := []struct {
		name, body string
		found      bool
	}{
		{"inline code", "They wrote `sex slave` of her.", true},
		{"indented code", "Text.\n\n    the sex slave\n", true},
		{"fenced code", "```\nthe sex slave\n```\n", true},
		{"code in a list", "- one\n\n      the sex slave\n", true},
		{"info of a fence", "```sex slave\ntext\n```\n", false},
		{"fallback", `Dear {{ first_name | "sex slave" }}, welcome.`, true},
		{"typographic fallback", `Dear {{ first_name | “sex slave” }}, welcome.`, true},
		{"first branch", "Dear {{ if first_name }}sex slave{{ end }}.", true},
		{"other branch", "Dear {{ if first_name }}friend{{ else }}sex slave{{ end }}.", true},
		{"branch in a branch", "Dear {{ if first_name }}{{ if place }}x{{ else }}sex slave{{ end }}{{ end }}.", true},
		{"branch among many", "{{ if first_name }}a{{ end }}{{ if place }}b{{ end }}{{ if email }}c{{ end }}{{ if kind }}d{{ if list }}e{{ else }}sex slave{{ end }}{{ end }}", true},
		{"split by a condition", "A sex {{ if organisation }}slave{{ end }} here.", true},
		{"split by a false condition", "A sex {{ if organisation }}worker{{ else }}slave{{ end }} here.", true},
		{"around a condition", "A sex {{ if organisation }}of ours{{ end }} slave here.", true},
		{"two conditions that differ", "A {{ if organisation }}sex{{ end }} {{ if place }}of{{ else }}slave{{ end }} here.", true},
		{"split by a fallback", `A sex {{ first_name | "slave" }} here.`, true},
		{"within a word", `A sex sl{{ first_name | "ave" }} here.`, true},
		{"literal", `A sex {{ "slave" }} here.`, true},
		{"conversion mark", "A sex sl[[keep]]ave[[/keep]] here.", true},
		{"number of a character", "A sex &#115;lave here.", true},
		{"hexadecimal number", "A sex &#x73;lave here.", true},
		{"name of a character", "A sex&nbsp;slave here.", true},
		{"HTML comment", "Text <!-- a sex slave --> here.", true},
		{"end of an HTML block", "<!--\na sex slave -->\n", true},
		{"attribute", `Text <b title="a sex slave">here</b>.`, true},
		{"link address", "See [the page](https://example.org/sex-slave) here.", false},
		{"fallback in an address", `See [the page](https://example.org/{{ first_name | "sex slave" }}) here.`, false},
		{"bare address", "See https://example.org/sex-slave here.", false},
		{"field", "Dear {{ first_name }}, welcome.", false},
		{"either branch", "A {{ if organisation }}sex{{ else }}slave{{ end }} here.", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "Support", Body: tt.body}}}
			all := WritingFindings(&r, &r.Versions[0], nil, check.Standard())
			if got := slices.ContainsFunc(all, func(f check.Finding) bool { return strings.HasPrefix(strings.ToLower(f.Text), "sex") }); got != tt.found {
				t.Errorf("%q: %t, %+v", tt.body, got, all)
			}
			for _, f := range all {
				if f.End > 0 && (f.Start >= f.End || f.End > len(tt.body) && f.Field == "body") {
					t.Errorf("%q: from %d to %d", tt.body, f.Start, f.End)
				}
			}
		})
	}
}

// A headline is no Markdown, and its merge fields are read all the same; a finding stands where its words do.
func TestWordsOfFieldsAreFoundWhereTheyStand(t *testing.T) {
	for _, text := range []string{`Dear {{ first_name | "sex slave" }}`, `{{ if place }}a{{ else }}sex slave{{ end }}`, "`sex slave`", "&amp; sex slave"} {
		v := campaign.Version{Language: campaign.English, Headline: text, Body: text}
		r := campaign.Release{Versions: []campaign.Version{v}}
		places := map[string]string{}
		for _, f := range WritingFindings(&r, &v, nil, check.Standard()) {
			if f.Text == "sex slave" {
				places[f.Field] = text[f.Start:f.End]
			}
		}
		if places["headline"] != "sex slave" || places["body"] != "sex slave" {
			t.Errorf("%q: %q", text, places)
		}
	}
}

// TestTextsOverALimitAreToldAsUnchecked has what is too much to be read as Markdown: it is read as it is typed, and told.
func TestTextsOverALimitAreToldAsUnchecked(t *testing.T) {
	const words = "\n\nChild prostitutes were found.\n"
	tests := []struct {
		name, body, why string
	}{
		{"quotes in quotes", strings.Repeat(">", 31) + " text" + words, "nested more than 30 deep"},
		{"stars", strings.Repeat("*a ", 2001) + words, "more than 2,000 of the marks"},
		{"lines", strings.Repeat("a\n", 10_001) + words, "more than 10000 lines"},
		{"octets", strings.Repeat("A word. ", 70_000) + words, "longer than 200 kB"},
		{"pieces", strings.Repeat("**a** ", 500) + strings.Repeat("\n\n"+strings.Repeat("`a` ", 200), 60) + words, "more than 20,000 paragraphs"},
		{"none", "Text." + words, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "Support", Body: tt.body}}}
			d := WritingDocument(&r, &r.Versions[0], nil)
			if !slices.ContainsFunc(check.Find(d, check.Standard()), func(f check.Finding) bool {
				return strings.HasPrefix(f.Text, "Child prostitute") && tt.body[f.Start:f.End] == f.Text
			}) {
				t.Error("the words are not found")
			}
			if tt.why == "" {
				if len(d.Unchecked) > 0 {
					t.Errorf("%+v", d.Unchecked)
				}
				return
			}
			if len(d.Unchecked) != 1 || d.Unchecked[0].Field != "body" || !strings.Contains(d.Unchecked[0].Why.String(), "not checked: ") || !strings.Contains(d.Unchecked[0].Why.String(), tt.why) {
				t.Errorf("%+v", d.Unchecked)
			}
			if err := Vet(&r, &campaign.Settings{}); err == nil || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("it may be sent: %v", err)
			}
		})
	}
}
