package templates

import (
	"html/template"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// ReleasePage is a release as a page for everybody: nothing in it is a reader's own, and nothing is counted (E-19).
type ReleasePage struct {
	letterPage
	Text string // of the lead, or of the beginning, as plain text
}

// NewReleasePage makes a page of a version. Merge fields say what they say to a reader of whom nothing is known.
func NewReleasePage(e *edition.Edition, v *campaign.Version, files []campaign.ContentFile, now time.Time) (*ReleasePage, error) {
	l := &Letter{edition: e, language: v.Language, mode: campaign.NoTracking, links: campaign.Links{Signer: campaign.NewSigner("page")}, places: newLetterPlaces()}
	if e.Release.Embargo.After(now) {
		l.embargo = e.Release.Embargo
	}
	l.content.Files = l.identify(files)
	p, err := l.page(v)
	if err != nil {
		return nil, err
	}
	plain, html := fillPlaces(l.Values(nil, &campaign.Delivery{Run: e.ID}, &campaign.Contact{}, ""))
	out := &ReleasePage{letterPage: *p}
	for _, s := range []*string{&out.Headline, &out.Subhead, &out.Preheader} {
		*s = plain.Replace(*s)
	}
	for _, t := range []*letterText{&out.Lead, &out.Body, &out.About, &out.Notes} {
		t.HTML = template.HTML(showInline(html.Replace(string(t.HTML)), l.content.Files))
	}
	for i := range out.Quotes {
		for j := range out.Quotes[i].Paragraphs {
			out.Quotes[i].Paragraphs[j] = plain.Replace(out.Quotes[i].Paragraphs[j])
		}
	}
	lines := out.Lead.lines
	if len(lines) == 0 {
		lines = []string{out.Preheader}
	}
	out.Text = plain.Replace(strings.Join(strings.Fields(strings.Join(lines, " ")), " "))
	return out, nil
}
