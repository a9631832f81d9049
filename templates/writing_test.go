package templates

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language/check"
)

// Readers see the words of HTML that somebody typed, so the check reads them.
func TestWordsInHTMLAreChecked(t *testing.T) {
	for _, body := range []string{"<div>Child prostitutes were found.</div>", "Text.\n\n<!-- Child prostitutes -->", "<b>Child</b> prostitutes were found.", "<table><tr><td>\nChild prostitutes\n</td></tr></table>"} {
		r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "Support", Body: body}}}
		if err := Vet(&r, &campaign.Settings{}); campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// TestStructureOfARelease has the rules S13, S18, S21 and S24 each where they hold and where they do not.
func TestStructureOfARelease(t *testing.T) {
	long := "The office opens a training for newsrooms that write about trafficking in human beings, and invites reporters of the region to it. The training lasts two days and is open to everybody who writes about courts, health, schools and work in the region. "
	settings := &campaign.Settings{Helplines: []campaign.Helpline{{Label: "Example", Number: "011 000 0000"}}}
	whole := campaign.Version{Language: campaign.English, Headline: "Training", Place: "Belgrade", Date: "2026-10-18", Lead: "It begins today.", About: "About us."}
	tests := []struct {
		rule, body string
		change     func(*campaign.Version)
		found      bool
	}{
		{"S13", long + "Call 011 000 0000.", nil, true},
		{"S13", long + "Call 011 000 0000 (0–24, free of charge).", nil, false},
		{"S18", long, nil, false},
		{"S18", long, func(v *campaign.Version) { v.Place = "" }, true},
		{"S18", long, func(v *campaign.Version) { v.About = "" }, true},
		{"S24", "“I was told to stay silent”, said a survivor of trafficking.", nil, true},
		{"S24", "“I welcome the training”, said the minister.", nil, false},
	}
	for _, tt := range tests {
		v := whole
		v.Body = tt.body
		if tt.change != nil {
			tt.change(&v)
		}
		r := campaign.Release{Kind: campaign.PressRelease, Source: campaign.English, Versions: []campaign.Version{v}}
		found := false
		for _, f := range WritingFindings(&r, &v, settings, RulesOf(settings)) {
			found = found || f.Rule == tt.rule
		}
		if found != tt.found {
			t.Errorf("%s in %q: %t", tt.rule, tt.body, found)
		}
	}
	r := campaign.Release{Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English, Headline: "Training", Body: "It reached 1,245 people, 12 % of them teachers."}, {Language: campaign.French, Headline: "Formation", Body: "Elle a touché 1 245 personnes, dont 21 % d’enseignants."}}}
	said := ""
	for _, f := range WritingFindings(&r, &r.Versions[1], settings, RulesOf(settings)) {
		if f.Rule == "S21" {
			said = f.Text
		}
	}
	if said != "21 %, 12 %" {
		t.Errorf("S21 says %q", said)
	}
}

// An assurance holds for the version and its files as they were, covers what a grown-up can agree to, and nothing about children.
func TestAssurances(t *testing.T) {
	settings := &campaign.Settings{}
	at := time.Date(2026, 10, 18, 0, 0, 0, 0, time.UTC)
	named := campaign.Version{Language: campaign.English, Headline: "A survivor speaks", Body: "The survivor Marija Petrović tells her story today."}
	child := campaign.Version{Language: campaign.English, Headline: "Support", Body: "Marija (15) from Bor is a victim of trafficking."}
	shown := campaign.Version{Language: campaign.English, Headline: "Support for victims", Body: "Victims are safe.\n\n![The face of a girl in chains](media:x)"}
	for _, tt := range []struct {
		name   string
		v      campaign.Version
		what   campaign.Assured
		change func(*campaign.Release)
		rules  string // found among S01, S03, S05 and S06
	}{
		{"named", named, "", nil, "S01"},
		{"named with consent", named, campaign.ConsentRecorded, nil, ""},
		{"named, and the pictures are safe", named, campaign.PicturesConfirmed, nil, "S01"},
		{"consent for another text", named, campaign.ConsentRecorded, func(r *campaign.Release) { r.Versions[0].Lead = "Today." }, "S01"},
		{"consent for another function of who speaks", named, campaign.ConsentRecorded, func(r *campaign.Release) { r.Versions[0].Quotes = []campaign.Quote{{Text: "I spoke.", Name: "Ana"}} }, "S01"},
		{"consent before a file was added", named, campaign.ConsentRecorded, func(r *campaign.Release) { r.Attachments = []campaign.Attachment{{File: "x"}} }, "S01"},
		{"consent, and a day is saved again", named, campaign.ConsentRecorded, func(r *campaign.Release) { r.Versions[0].UpdatedAt = at }, ""},
		{"consent of another language", named, campaign.ConsentRecorded, func(r *campaign.Release) { r.Assurances[0].Language = campaign.French }, "S01"},
		{"a child", child, campaign.ConsentRecorded, nil, "S03"},
		{"shown", shown, "", nil, "S05 S06"},
		{"shown and looked at", shown, campaign.PicturesConfirmed, nil, ""},
	} {
		r := campaign.Release{Source: campaign.English, Versions: []campaign.Version{tt.v}}
		if tt.what != "" {
			r.Assure(&r.Versions[0], tt.what, campaign.Actor{Name: "Ana Anić"}, at)
		}
		if tt.change != nil {
			tt.change(&r)
		}
		var found []string
		for _, f := range WritingFindings(&r, &r.Versions[0], settings, RulesOf(settings)) {
			if strings.Contains("S01 S03 S05 S06", f.Rule) && !slices.Contains(found, f.Rule) {
				found = append(found, f.Rule)
			}
		}
		slices.Sort(found)
		if got := strings.Join(found, " "); got != tt.rules {
			t.Errorf("%s: %s", tt.name, got)
		}
		if blocks := Vet(&r, settings) != nil; blocks != (strings.Contains(tt.rules, "S01") || strings.Contains(tt.rules, "S03") || strings.Contains(tt.rules, "S05")) {
			t.Errorf("%s: blocked is %t", tt.name, blocks)
		}
	}
}

// A release file says who gave their word for it, and is written so again.
func TestAssurancesInAFile(t *testing.T) {
	const file = "---\nlanguage: en\nheadline: A survivor speaks\nconsent_recorded: {by: Ana Anić, date: 2026-10-18}\n---\n\nThe survivor Marija Petrović tells her story today.\n"
	r, v, err := ParseReleaseFile("a.md", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	a := r.AssuranceOf(&v, campaign.ConsentRecorded)
	if a == nil || a.Name != "Ana Anić" || a.At.Format(time.DateOnly) != "2026-10-18" || r.AssuranceOf(&v, campaign.PicturesConfirmed) != nil {
		t.Fatalf("%+v", r.Assurances)
	}
	if found, _, err := FileFindings("a.md", []byte(file), nil); err != nil || slices.ContainsFunc(found, func(f check.Finding) bool { return f.Rule == "S01" }) {
		t.Errorf("%+v, %v", found, err)
	}
	again, err := FormatReleaseFile(r, &v)
	if err != nil || !strings.Contains(string(again), "consent_recorded:\n  by: Ana Anić\n  date: \"2026-10-18\"\n") {
		t.Errorf("%v\n%s", err, again)
	}
	for _, wrong := range []string{"{by: Ana}", "{date: 2026-10-18}", "{by: Ana, date: yesterday}", "{by: ' ', date: 2026-10-18}"} {
		if _, _, err := ParseReleaseFile("a.md", []byte(strings.Replace(file, "{by: Ana Anić, date: 2026-10-18}", wrong, 1))); err == nil || !strings.Contains(err.Error(), "a.md: line 4: consent_recorded needs by") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// The titles of links and pictures, and what merge fields become, are read by the check and by the hints on spelling, where they stand.
func TestTitlesAndFallbacksAreRead(t *testing.T) {
	for _, tt := range []struct{ body, rule, said, before string }{
		{`See [the page](https://example.org "Child prostitutes") today.`, "T11", "Child prostitutes", `See [the page](https://example.org "`},
		{`See [Child prostitutes](https://example.org "Child prostitutes") today.`, "T11", "Child prostitutes", `See [`},
		{"Support. ![A house](media:x \"Child prostitutes|Ana\")", "T11", "Child prostitutes", `Support. ![A house](media:x "`},
		{"See [the page][a] today.\n\n[a]: https://example.org \"Child prostitutes\"", "T11", "Child prostitutes", "See [the page][a] today.\n\n[a]: https://example.org \""},
		{`Zovite {{ first_name | "kolegenica" }} danas.`, "spelling", "kolegenica", `Zovite {{ first_name | "`},
		{`Zovite {{ if organisation }}obavestenje{{ else }}nas{{ end }} danas.`, "spelling", "obavestenje", `Zovite {{ if organisation }}`},
		{`Pogledajte [stranu](https://example.org "obavestenje") danas.`, "spelling", "obavestenje", `Pogledajte [stranu](https://example.org "`},
	} {
		v := campaign.Version{Language: campaign.English, Headline: "Podrška", Body: tt.body}
		r := campaign.Release{Source: v.Language}
		found := WritingFindings(&r, &v, nil, RulesOf(nil))
		if tt.rule == "spelling" {
			v.Language = campaign.SerbianLatin
			found = SpellingFindings(&r, &v, nil)
		}
		f := campaign.First(found, func(f *check.Finding) bool { return f.Rule == tt.rule && f.Field == "body" })
		if f == nil || f.Text != tt.said || tt.body[:f.Start] != tt.before || tt.body[f.Start:f.End] != tt.said {
			t.Errorf("%q: %+v", tt.body, f)
		}
	}
}

// TestHelplineSpeaksToItsReaders has S11: a text helps with a number, or the page, of a helpline for readers of its language.
func TestHelplineSpeaksToItsReaders(t *testing.T) {
	long := strings.Repeat("The survivor of trafficking received legal and psychological help from the organisation. ", 5)
	lines := []campaign.Helpline{
		{Label: "French", Number: "011 000 0001", Language: campaign.French}, {Label: "Serbian", Number: "011 000 0002", Language: campaign.SerbianLatin},
		{Label: "English", Number: "011 000 0003", Page: "https://help.example/en", Language: campaign.English},
	}
	for _, tt := range []struct {
		body     string
		settings *campaign.Settings
		want     bool
	}{
		{"Call 011 000 0001.", &campaign.Settings{Helplines: lines}, true},
		{"Call 011 000 0003.", &campaign.Settings{Helplines: lines}, false},
		{"[Get help](https://help.example/en).", &campaign.Settings{Helplines: lines}, false},
		{"Call the helpline on 011 000 0009.", nil, false},
		{"Write to us.", nil, true},
	} {
		v := campaign.Version{Language: campaign.English, Headline: "Help", Body: long + tt.body}
		r := campaign.Release{Kind: campaign.PressRelease, Source: campaign.English, Versions: []campaign.Version{v}}
		found := false
		for _, f := range WritingFindings(&r, &v, tt.settings, RulesOf(tt.settings)) {
			if f.Rule == "S11" {
				found = true
				if alone := strings.Contains(f.Why[campaign.English], "Only an installation knows"); alone != (tt.settings == nil) {
					t.Errorf("%s: %s", tt.body, f.Why[campaign.English])
				}
			}
		}
		if found != tt.want {
			t.Errorf("%s: found %t", tt.body, found)
		}
	}
	if !lines[1].For(campaign.SerbianCyrillic) || lines[1].For(campaign.French) {
		t.Error("a Serbian helpline is for both scripts, and for no other language")
	}
}
