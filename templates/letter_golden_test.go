package templates

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

var updateLetters = flag.Bool("update-letters", false, "write the golden letters in testdata anew")

// Both parts of a letter in each layout and language, as one reader gets them, are kept in testdata to be looked at; so is the
// calendar file of an invitation.
func TestGoldenLetters(t *testing.T) {
	for _, layout := range campaign.BuiltInLayouts {
		for _, l := range campaign.Languages {
			e := exampleOf(layout)
			if layout == campaign.PressLayout {
				embargoed(e, l)
			}
			letter, err := Compose(e, e.Release.In(l), campaign.Aggregate, nil, exampleMedia, exampleLinks(), exampleTime())
			must(t, err)
			p := letter.Preview(exampleDelivery(e, "reader1", l, campaign.Aggregate), ExampleContact(l), "Primer")
			golden(t, layout+"."+string(l)+".txt", "Subject: "+p.Subject+"\n\n"+p.Text)
			golden(t, layout+"."+string(l)+".html", p.HTML)
			if event := Calendar(e, e.Release.In(l), "news.example.org", exampleTime()); event != nil {
				golden(t, layout+"."+string(l)+".ics", string(event))
			}
		}
	}
	for _, l := range campaign.Languages {
		e := exampleEdition()
		embargoed(e, l)
		first, err := ComposeFirst(e, e.Release.In(l), campaign.Aggregate, nil, nil, exampleLinks(), exampleTime())
		must(t, err)
		novice := ExampleContact(l)
		novice.Memberships = []campaign.Membership{{List: "l1", Status: campaign.Subscribed, Basis: campaign.PublicContact, Source: "people.csv (imported by Ana)"}}
		golden(t, "first."+string(l)+".txt", first.Preview(exampleDelivery(e, "reader1", l, campaign.Aggregate), novice, "Primer").Text)
	}
}

// embargoed puts an embargo on half of the golden letters.
func embargoed(e *edition.Edition, l campaign.Language) {
	if l == campaign.French || l == campaign.SerbianCyrillic {
		e.Release.Embargo = exampleTime().Add(2 * time.Hour)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateLetters {
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if string(want) != got {
		t.Errorf("%s differs; look at it, then run go test ./templates -run GoldenLetters -update-letters", name)
	}
}
