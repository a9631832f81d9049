package store_test

import (
	"fmt"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// Readers see the name a list has for them, never the team's own; of a list of an older version they see the name it had.
func TestReadersSeeTheNamesForThem(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		read := func(id string) campaign.List {
			l, err := d.Lists.GetList(ctx, id)
			must(t, err)
			return l
		}
		told := func(t campaign.Texts, reader campaign.Language) string {
			text, _ := t.For(reader)
			return text
		}
		own := campaign.List{Name: "press 2024 old", Names: campaign.Texts{campaign.SerbianLatin: " Mediji ", campaign.French: ""}}
		must(t, d.Lists.CreateList(ctx, &own))
		l := read(own.ID)
		equal(t, "in Cyrillic", told(l.PublicNames(), campaign.SerbianCyrillic), "Mediji")
		equal(t, "in French", told(l.PublicNames(), campaign.French), "Mediji")
		equal(t, "missing", fmt.Sprint(l.PublicNames().Missing()), "[en fr]")

		unnamed := campaign.List{Name: "press 2024 new"}
		must(t, d.Lists.CreateList(ctx, &unnamed))
		l = read(unnamed.ID)
		equal(t, "a list without a name for readers", told(l.PublicNames(), campaign.English), "")
		_, err := d.Lists.UpdateList(ctx, unnamed.ID, func(l *campaign.List) error { l.Public = true; return nil })
		equal(t, "it is opened to readers", campaign.CodeOf(err), campaign.Invalid)

		old := campaign.List{Name: "Škole", Description: "Jednom mesečno", Public: true, Language: campaign.SerbianLatin}
		must(t, old.Normalize())
		old.ID, old.Version = campaign.NewID(d.now()), 1
		must(t, document.Insert(ctx, d.engine, collection(t, "lists"), &old))
		_, err = d.Lists.UpdateList(ctx, old.ID, func(l *campaign.List) error { l.Archived = true; return nil })
		must(t, err)
		l = read(old.ID)
		equal(t, "an old list", told(l.PublicNames(), campaign.French), "Škole")
		equal(t, "what is told of it", told(l.PublicDescriptions(), campaign.French), "Jednom mesečno")
	})
}
