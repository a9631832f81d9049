package templates

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Preview renders the version of an edition's release that a contact gets, with the contact's values: by the code that
// makes what is sent, in mode none, and with a leave link that leads nowhere, so that looking at a preview neither counts
// nor unsubscribes anybody. wanted overrides the contact's language when it is not "".
func Preview(e *edition.Edition, wanted campaign.Language, c *campaign.Contact, organisation string, files []campaign.ContentFile, now time.Time) (LetterPreview, error) {
	if wanted == "" && c != nil {
		wanted = c.Language
	}
	v := e.Release.For(wanted)
	if v == nil {
		return LetterPreview{}, campaign.Errorf(campaign.Invalid, "the release has no text in any language yet")
	}
	l, err := Compose(e, v, campaign.NoTracking, files, campaign.Links{Signer: campaign.NewSigner("preview")}, now)
	if err != nil {
		return LetterPreview{}, err
	}
	l.places.replace(leavePlace, "#")
	d := &campaign.Delivery{Run: e.ID, Language: v.Language, Tracking: campaign.NoTracking}
	if c != nil {
		d.Email = c.Email
	}
	return l.Preview(d, c, organisation), nil
}

// replace returns the place of a key a fixed value.
func (p *letterPlaces) replace(key, value string) {
	if n, ok := p.numbers[key]; ok {
		p.values[n] = func(*letterReader) string { return value }
	}
}

// ExampleContact is who a preview is made for when nobody is chosen (E-17).
func ExampleContact(l campaign.Language) *campaign.Contact {
	c := &campaign.Contact{Email: "ana.petrovic@example.org", FirstName: "Ana", LastName: "Petrović", Position: "editor", Place: "Belgrade",
		Kind: campaign.Journalist, Language: l}
	switch l {
	case campaign.SerbianLatin:
		c.Position, c.Place = "urednica", "Beograd"
	case campaign.SerbianCyrillic:
		c.FirstName, c.LastName, c.Position, c.Place = "Ана", "Петровић", "уредница", "Београд"
	case campaign.French:
		c.FirstName, c.LastName, c.Position = "Claire", "Moreau", "rédactrice"
	}
	return c
}

// showInline replaces the cid: addresses of inline images by the images themselves.
func showInline(html string, files []campaign.ContentFile) string {
	var pairs []string
	for _, f := range files {
		if f.Inline && strings.HasPrefix(f.MediaType, "image/") {
			pairs = append(pairs, `"cid:`+f.ContentID+`"`, `"data:`+f.MediaType+`;base64,`+base64.StdEncoding.EncodeToString(f.Data)+`"`)
		}
	}
	return strings.NewReplacer(pairs...).Replace(html)
}
