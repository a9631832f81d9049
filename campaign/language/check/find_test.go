package check

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

func rulesOf(all []Finding) string {
	var out []string
	for _, f := range all {
		out = append(out, f.Rule+":"+f.Text)
	}
	return strings.Join(out, " ")
}

// TestAdvice: how one reports with care is no harm, though it names what harms.
func TestAdvice(t *testing.T) {
	for line, harms := range map[string]bool{
		"Never ask her why she did not run away.":                                  false,
		"Do not describe how she was dressed.":                                     false,
		"Chains, bruises and a brothel at night: avoid them.":                      false,
		"A careless headline can stop a survivor from testifying.":                 false,
		"One has to wonder why she did not run away when the door was unlocked.":   true,
		"A careless girl can stop a bus with one look, said the man who sold her.": true,
	} {
		if found := flagged(Find(sentence(campaign.English, line), Standard())); len(found) > 0 != harms {
			t.Errorf("%s: %s", line, rulesOf(found))
		}
	}
}

// TestBeginning: a word behind ^ is found where a sentence begins, and only there.
func TestBeginning(t *testing.T) {
	rules, err := New(nil, []campaign.WritingRule{{Severity: "warn", Language: campaign.English, ID: "O1", Patterns: "^never|always laugh"}})
	if err != nil {
		t.Fatal(err)
	}
	found := Find(sentence(campaign.English, "Never laugh at a clown. Clowns never laugh. Always laugh, though."), rules)
	if len(found) != 2 || found[0].Text != "Never laugh" || found[1].Text != "Always laugh" {
		t.Errorf("found are %s", rulesOf(found))
	}
}

// TestScripts is A-02: both scripts of Serbian, and Latin without diacritics, have the same findings.
func TestScripts(t *testing.T) {
	bare := strings.NewReplacer("č", "c", "ć", "c", "š", "s", "ž", "z", "Č", "C", "Ć", "C", "Š", "S", "Ž", "Z", "đ", "dj", "Đ", "Dj")
	for _, line := range readLines(t, "testdata/sr.harmful.txt") {
		latin := Find(sentence(campaign.SerbianLatin, line), Standard())
		cyrillic := Find(sentence(campaign.SerbianCyrillic, language.ToCyrillic(line, language.Options{})), Standard())
		plain := Find(sentence(campaign.SerbianLatin, bare.Replace(line)), Standard())
		for i, other := range [][]Finding{cyrillic, plain} {
			want, got := ruleIDs(latin), ruleIDs(other)
			if want != got {
				t.Errorf("%s: %s, but in form %d %s", line, want, i, got)
			}
		}
	}
}

func ruleIDs(all []Finding) string {
	var out []string
	for _, f := range all {
		out = append(out, f.Rule)
	}
	return strings.Join(out, " ")
}

// TestHeadlinesAreReadMoreStrictly is A-04.
func TestHeadlinesAreReadMoreStrictly(t *testing.T) {
	text := "Shocking story from Bor"
	body := Find(Document{Language: campaign.English, Parts: []Part{{Role: Paragraph, Text: text}}}, Standard())
	head := Find(Document{Language: campaign.English, Parts: []Part{{Role: Headline, Text: text}}}, Standard())
	if len(body) != 1 || body[0].Severity != Warn || len(head) != 1 || head[0].Severity != Block {
		t.Errorf("body %v, headline %v", body, head)
	}
}

// TestWhatIsMissingIsToldOnce is A-05.
func TestWhatIsMissingIsToldOnce(t *testing.T) {
	text := strings.Repeat("The survivor of trafficking received legal and psychological help from the organisation in 2026. ", 12)
	d := Document{Language: campaign.English, Parts: []Part{{Field: "body", Role: Paragraph, Text: text}}, Release: &Release{Kind: campaign.PressRelease, Helplines: []string{"011 000 0000"}, Answering: []string{"011 000 0000"}}}
	found := Find(d, Standard())
	if got := ruleIDs(found); got != "S11 S17 S18 C04" {
		t.Errorf("found %s", got)
	}
	for _, f := range found {
		if f.Field != "" || f.End != 0 {
			t.Errorf("%s has a place: %+v", f.Rule, f)
		}
	}
}

// TestHelplinesAreThoseOfTheSettings is S12 and B-03.
func TestHelplinesAreThoseOfTheSettings(t *testing.T) {
	for text, want := range map[string]string{
		"Call the helpline on +381 11 000 0000.": "", "Call the helpline on 011/000-0000.": "", "Call the helpline on 011 000 0001.": "S12:011 000 0001",
		"The budget is 12 000 000 dinars.": "",
	} {
		d := Document{Language: campaign.English, Parts: []Part{{Role: Paragraph, Text: text}}, Release: &Release{Helplines: []string{"011 000 0000"}}}
		if got := rulesOf(Find(d, Standard())); got != want {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	}
}

// TestTeamsRules is A-06: a rule is switched off, made graver or milder, and rules are added.
func TestTeamsRules(t *testing.T) {
	changes := map[string]campaign.RuleChange{"T32": {Rule: "T32", Off: true}, "T04": {Rule: "T04", Severity: "hint"}}
	own := []campaign.WritingRule{{ID: "own-1", Language: campaign.SerbianCyrillic, Patterns: "testn* ~2 pas", Severity: "block", Why: "Probno.", Suggestion: "drugi pas"}}
	r, err := New(changes, own)
	if err != nil {
		t.Fatal(err)
	}
	if found := Find(sentence(campaign.English, "Illegal migrants and a prostitute"), r); len(found) != 1 || found[0].Rule != "T04" || found[0].Severity != Hint {
		t.Errorf("found %v", found)
	}
	found := Find(sentence(campaign.SerbianCyrillic, "Ово је тестна проба паса, тестни пас."), r)
	if len(found) != 1 || found[0].Rule != "own-1" || found[0].Severity != Block || found[0].Text != "тестни пас" || found[0].Suggestions[0] != "други пас" {
		t.Errorf("found %+v", found)
	}
	for _, bad := range []string{"", "~4 word", "a*", "word ~4", "word ~99 word", "@nothing", "***"} {
		if CheckOwn(campaign.English, bad) == nil {
			t.Errorf("the pattern %q is taken", bad)
		}
	}
}

// TestForeignQuotation reads what is marked as another language by the rules of that one alone.
func TestForeignQuotation(t *testing.T) {
	text := "Rekao je: illegal migrants, prostitutka."
	at := strings.Index(text, "illegal")
	p := Part{Role: Paragraph, Text: text, Marks: []Mark{{From: at, To: at + len("illegal migrants"), Kind: Foreign, Language: campaign.English}}}
	if got := rulesOf(Find(Document{Language: campaign.SerbianLatin, Parts: []Part{p}}, Standard())); got != "T32:illegal migrants T04:prostitutka" {
		t.Errorf("found %s", got)
	}
}

// TestNth says which occurrence is meant.
func TestNth(t *testing.T) {
	d := Document{Language: campaign.English, Parts: []Part{{Field: "body", Text: "slaves and slaves", Role: Paragraph}, {Field: "body", Text: "slaves", Role: Paragraph}}}
	found := Find(d, Standard())
	if len(found) != 3 || found[0].Nth != 0 || found[1].Nth != 1 || found[2].Nth != 2 {
		t.Errorf("found %+v", found)
	}
}

// BenchmarkFind checks 10,000 words (A-07: under 50 ms).
func BenchmarkFind(b *testing.B) {
	data := strings.Join(readBench(b, "testdata/en.harmful.txt", "testdata/en.legitimate.txt"), "\n")
	words := len(strings.Fields(data))
	var d Document
	d.Language = campaign.English
	for n := 0; n < 10_000; n += words {
		for _, line := range strings.Split(data, "\n") {
			d.Parts = append(d.Parts, Part{Field: "body", Role: Paragraph, Text: line})
		}
	}
	Standard()
	b.ResetTimer()
	for b.Loop() {
		Find(d, Standard())
	}
}

func readBench(b *testing.B, files ...string) (out []string) {
	b.Helper()
	t := &testing.T{}
	for _, f := range files {
		out = append(out, readLines(t, f)...)
	}
	return out
}

// FuzzFind takes any text: every finding lies in it, and stands on whole letters.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"Slaves „slaves “slaves” «", strings.Repeat("a", 5000), strings.Repeat("(“", 500), "116 000 17-year-old Ana M. from Bor", "\u00adsl\u00adaves", "ЉЊЏ робље жртва"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		for _, l := range campaign.Languages {
			d := Document{Language: l, Parts: []Part{{Role: Headline, Text: s}, {Role: Paragraph, Text: s}}, Release: &Release{Helplines: []string{"1"}}}
			for _, found := range Find(d, Standard()) {
				if found.End > 0 && (found.Start < 0 || found.End > len(s) || s[found.Start:found.End] != found.Text || !utf8.ValidString(found.Text)) {
					t.Fatalf("%+v", found)
				}
			}
		}
	})
}

// What blocks is told however much else is found before it.
func TestManyFindingsHideNothingThatBlocks(t *testing.T) {
	text := strings.Repeat("Slaves came. ", 2*maxFindings) + "Child prostitutes were found."
	found := Find(Document{Language: campaign.English, Parts: []Part{{Field: "body", Role: Paragraph, Text: text}}}, Standard())
	if len(found) > maxFindings+1 || found[len(found)-1].Severity != Block {
		t.Errorf("%d findings, the last %+v", len(found), found[len(found)-1])
	}
}
