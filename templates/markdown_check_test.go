package templates

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// A file of any name is shown by the address that is offered for it.
func TestInlineAddresses(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": "cid:a.png", "naslovna slika.png": "<cid:naslovna slika.png>", "слика (1).png": "<cid:слика (1).png>", "a&amp;b.png": "cid:a%26amp%3Bb.png",
		"100%.png": "cid:100%25.png", "a%20b.png": "cid:a%2520b.png", "a\\b.png": "cid:a%5Cb.png", "a<b>.png": "cid:a%3Cb%3E.png", "{{a}}.png": "cid:%7B%7Ba%7D%7D.png",
		"a_b_c*.png": "cid:a_b_c%2A.png", "a`b.png": "cid:a%60b.png", "a[b].png": "<cid:a[b].png>", "a\"b'.png": "cid:a%22b%27.png", "a|b.png": "cid:a%7Cb.png",
	} {
		if got := InlineAddress(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
		files := []campaign.Attachment{{Name: name, Inline: true}, {Name: "other.pdf"}}
		v := campaign.Version{Language: campaign.English, Headline: "H", Notes: "| a |\n|---|\n| x |\n\n*![Naslovna](" + InlineAddress(name) + ")*"}
		if left := UnshownFiles(&v, files); len(left) != 0 {
			t.Errorf("%q is not shown", name)
		}
		if problems := ReleaseProblems(&campaign.Release{Versions: []campaign.Version{v}, Attachments: files}, nil); len(problems) != 0 {
			t.Errorf("%q: %v", name, problems)
		}
	}
}

func TestUnshownFiles(t *testing.T) {
	files := []campaign.Attachment{{Name: "a.png", Inline: true}, {Name: "b c.png", Inline: true}, {Name: "d.pdf"}}
	for body, want := range map[string][]string{
		"":                                      {"a.png", "b c.png"},
		"![x](cid:a.png)":                       {"b c.png"},
		"![x](cid:a.png) ![x](cid:b%20c.png)":   nil,
		"`![x](cid:a.png)` ![x](<cid:b c.png>)": {"a.png"},
		"![x][r]\n\n[r]: cid:a.png":             {"b c.png"},
	} {
		if got := UnshownFiles(&campaign.Version{Body: body, Language: campaign.English}, files); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// A picture from elsewhere is refused where a release is kept; one that is kept already is sent without it.
func TestPicturesFromElsewhere(t *testing.T) {
	for _, target := range []string{"https://e.example/a.png", "HTTP://e.example/a.png", "//e.example/a.png", "<https://e.example/a b.png>", "https://слике.example/а.png"} {
		r := &campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Body: "[![the words](" + target + ")](https://e.example)"}}}
		if got := ReleaseProblems(r, nil); len(got) != 1 || !strings.Contains(got[0].Words().String(), "loaded from elsewhere") {
			t.Errorf("%s: %v", target, got)
		}
		if len(SendingProblems(r, nil)) != 0 || len(LeftOut(r, nil)) != 1 {
			t.Errorf("%s: stops sending", target)
		}
		made, err := Preview(&edition.Edition{ID: "e", Release: *r}, campaign.English, nil, "", nil, nil, time.Time{})
		must(t, err)
		if strings.Contains(made.HTML, "a.png") || strings.Contains(made.HTML, "%D0%B0.png") || !strings.Contains(made.HTML, "[the words]") {
			t.Errorf("%s: %s", target, made.HTML)
		}
	}
}

func TestLinksThatCannotWork(t *testing.T) {
	for body, want := range map[string]string{
		"[x](http:///a)": "not complete", "[x](https:example.org)": "not complete", "[x](https://?a)": "not complete", "[x](//example.org)": "full address", "[x](example.org)": "full address",
		"[x](&#106;avascript:a)": "does not lead anywhere", "[x](стр)": "“стр”", "[x](foo {{ first_name }})": "[x](foo {{…}})", "[x]( )": "no address",
		"[x](https://example.org)": "", "[x](http://пример.срб:80/)": "", "[x](mailto:a@example.org)": "", "[x](tel:+381)": "",
	} {
		got := ""
		for _, p := range ReleaseProblems(&campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Body: body}}}, nil) {
			got += p.Words().String()
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
