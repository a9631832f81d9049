package spelling

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language/check"
)

func found(l campaign.Language, text string, own ...string) (out []string) {
	for _, f := range Find(check.Document{Language: l, Parts: []check.Part{{Field: "body", Text: text}}}, own) {
		if text[f.Start:f.End] != f.Text || f.Severity != check.Hint {
			out = append(out, "wrong place: "+f.Text)
		}
		out = append(out, f.Text+" → "+f.Suggestions[0])
	}
	return out
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		l    campaign.Language
		text string
		want []string
	}{
		{campaign.SerbianLatin, "Zrtva je prijavila slučaj.", []string{"Zrtva → Žrtva"}},
		{campaign.SerbianLatin, "Ovo je saopštejne za medije.", []string{"saopštejne → saopštenje"}},
		{campaign.SerbianCyrillic, "Ово је саопштејне за медије.", []string{"саопштејне → саопштење"}},
		{campaign.SerbianLatin, "Centar za zaštitu žrtava trgovine ljudima objavio je izveštaj o radu.", nil},
		{campaign.SerbianLatin, "Govori Jelena Nedeljkovič iz Astre, email je press@example.org, a MUP i COVID-19 nisu.", nil},
		{campaign.SerbianLatin, "Njihova deca su otisla u skolu, i takodje su videla.", []string{"otisla → otišla", "skolu → školu", "takodje → takođe"}},
		{campaign.English, "Ths is wrng.", nil},
	} {
		if got := found(c.l, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
	if got := found(campaign.SerbianCyrillic, "Ово је саопштејне.", "saopštejne"); got != nil {
		t.Errorf("the team's own word is told: %q", got)
	}
	if n := len(found(campaign.SerbianLatin, strings.Repeat("saopštejne ", 200))); n != maxFindings {
		t.Errorf("%d findings", n)
	}
	two := Find(check.Document{Language: campaign.SerbianLatin, Parts: []check.Part{{Field: "body", Text: "saopštejne i saopštejne"}, {Field: "body", Text: "saopštejne"}, {Field: "body", Block: 1, Text: "saopštejne"}}}, nil)
	if got := campaign.Collect(two, func(f check.Finding) int { return f.Nth }); !slices.Equal(got, []int{0, 1, 2, 0}) {
		t.Errorf("which of them: %v", got)
	}
}

func TestListIsWhole(t *testing.T) {
	l := serbian()
	if len(l.blocks) < 8000 {
		t.Fatalf("%d blocks", len(l.blocks))
	}
	for _, w := range []string{"žrtva", "žrtve", "aba", "ministarstvo", "ljudima", "šuma"} {
		if !l.has(w) {
			t.Errorf("%s is missing", w)
		}
	}
	if l.has("") || l.has("zzzz") || l.has("žrtvav") {
		t.Error("the list has what is no word")
	}
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("Centar za zaštitu žrtava saopštejne objavio je izvestaj o radu u prošloj godini, kazala je direktorka. ", 100)
	d := check.Document{Language: campaign.SerbianLatin, Parts: []check.Part{{Field: "body", Text: text}}}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Find(d, nil)
	}
}
