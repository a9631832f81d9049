package templates

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestNotices(t *testing.T) {
	for _, l := range campaign.Languages {
		for _, kind := range campaign.NoticeKinds {
			n := &NoticeMail{
				Language: l, Kind: kind, Brand: campaign.Brand{Name: "Primer & Co", Privacy: "https://example.org/privacy", Colour: "#1f4e5f"},
				Lists: []string{"Press <b>", "Schools"}, Link: "https://example.org/confirm/abc",
			}
			content, err := ComposeNotice(n)
			must(t, err)
			for what, text := range map[string]string{"subject": content.Subject, "text": content.Text, "html": content.HTML} {
				if strings.Contains(text, "notice.") || strings.Contains(text, "{0}") {
					t.Errorf("%s %s: the %s is not whole: %s", l, kind, what, text)
				}
			}
			if !strings.Contains(content.Text, "\nhttps://example.org/confirm/abc\n") || !strings.Contains(content.HTML, `href="https://example.org/confirm/abc"`) {
				t.Errorf("%s %s: the link is missing", l, kind)
			}
			if strings.Contains(content.HTML, "<b>") || strings.Contains(content.HTML, "<img") {
				t.Errorf("%s %s: a list's name became markup, or there is an image", l, kind)
			}
		}
	}
}

// What was done with a person's data is told them in their language, also where the journal holds a text of the catalogues.
func TestDossierTellsTheJournalInTheReadersLanguage(t *testing.T) {
	d := &campaign.Dossier{
		Lists:   map[string]campaign.Texts{"l1": {campaign.SerbianLatin: "Mediji"}},
		Journal: []campaign.Entry{{Kind: campaign.ExportedEntry, List: "l1", Detail: campaign.Textf("Took all that is held on them, by the link in a mail").Stored()}},
	}
	page, err := DossierPage(d, campaign.SerbianCyrillic, time.UTC, "")
	if err != nil || strings.Contains(string(page), "by the link") || !strings.Contains(string(page), "Медији") {
		t.Errorf("%v %s", err, page)
	}
}
