package templates

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

var updateLetters = flag.Bool("update-letters", false, "write the golden letters in testdata anew")

// Both parts of a letter in each language, as one reader gets them, are kept in testdata to be looked at.
func TestGoldenLetters(t *testing.T) {
	for _, l := range campaign.Languages {
		e := exampleEdition()
		if l == campaign.French || l == campaign.SerbianCyrillic {
			e.Release.Embargo = exampleTime().Add(2 * time.Hour)
		}
		d := exampleDelivery(e, "reader1", l, campaign.Aggregate)
		p := compose(t, e, l, campaign.Aggregate).Preview(d, ExampleContact(l), "Primer")
		first, err := ComposeFirst(e, e.Release.In(l), campaign.Aggregate, nil, exampleLinks(), exampleTime())
		must(t, err)
		novice := ExampleContact(l)
		novice.Memberships = []campaign.Membership{{List: "l1", Status: campaign.Subscribed, Basis: campaign.PublicContact, Source: "people.csv (imported by Ana)"}}
		q := first.Preview(d, novice, "Primer")
		for name, got := range map[string]string{"first." + string(l) + ".txt": q.Text, "letter." + string(l) + ".txt": "Subject: " + p.Subject + "\n\n" + p.Text, "letter." + string(l) + ".html": p.HTML} {
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
	}
}
