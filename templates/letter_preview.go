package templates

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Preview renders the version of an edition's release that a contact gets, with the contact's values: by the code that
// makes what is sent, in mode none, and with a leave link that leads nowhere, so that looking at a preview neither counts
// nor unsubscribes anybody. wanted overrides the contact's language when it is not "".
func Preview(e *edition.Edition, wanted campaign.Language, c *campaign.Contact, organisation string, files []campaign.ContentFile, media MediaLookup, now time.Time) (LetterPreview, error) {
	if wanted == "" && c != nil {
		wanted = c.Language
	}
	v := e.Release.For(wanted)
	if v == nil {
		return LetterPreview{}, campaign.Errorf(campaign.Invalid, "the release has no text in any language yet")
	}
	l, err := Compose(e, v, campaign.NoTracking, files, media, campaign.Links{Signer: campaign.NewSigner("preview")}, now)
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

// linkMark stands behind each link of a letter that is marked; its colours do not follow the letter's.
const linkMark = `<span style="display:inline-block;margin:0 3px;padding:0 7px;border:1px solid #fff;border-radius:10px;background:#7a1f5c;color:#fff;font:bold 12px/18px system-ui,sans-serif;text-decoration:none;white-space:nowrap;vertical-align:middle">%s</span>`

// MarkLinks puts a mark behind each link of a page that leads to one of some addresses; what is no link stays as it is byte by byte.
func MarkLinks(page string, marks map[string]string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	mark := "" // of the link that is open
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String()
		}
		out.Write(z.Raw())
		switch t := z.Token(); {
		case kind == html.StartTagToken && t.Data == "a":
			mark = ""
			for _, a := range t.Attr {
				if a.Key == "href" {
					mark = marks[a.Val]
				}
			}
		case kind == html.EndTagToken && t.Data == "a" && mark != "":
			fmt.Fprintf(&out, linkMark, html.EscapeString(mark))
			mark = ""
		}
	}
}
