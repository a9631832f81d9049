package templates

import (
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// WebFrame is what stands around a letter that is a page for everybody.
type WebFrame struct {
	Languages []WebLanguage // it can be read in; none where it is in one alone
}

// WebLanguage leads to the page in another language.
type WebLanguage struct {
	Tag, Name, URL string
	Current        bool
}

// WebLetter writes a version as a page for everybody: nothing in it is a reader's own, and nothing is counted (E-19). Merge
// fields say what they say to a reader of whom nothing is known.
func WebLetter(e *edition.Edition, v *campaign.Version, files []campaign.ContentFile, media MediaLookup, links campaign.Links, frame WebFrame, now time.Time) (string, error) {
	l := forEverybody(e, v, files, media, links, now)
	p, err := l.page(v)
	if err != nil {
		return "", err
	}
	p.Web, p.OpenURL, p.TrapURL, p.Why = &frame, "", "", ""
	html, err := p.html()
	if err != nil {
		return "", err
	}
	_, escaped := fillPlaces(l.neutralValues())
	return showInline(escaped.Replace(html), l.content.Files), nil
}

// ReleaseTeaser is the headline of a version and its beginning, for a list of releases.
type ReleaseTeaser struct{ Headline, Text string }

// NewReleaseTeaser makes a teaser of a version, for everybody.
func NewReleaseTeaser(e *edition.Edition, v *campaign.Version, now time.Time) (ReleaseTeaser, error) {
	l := forEverybody(e, v, nil, nil, campaign.Links{Signer: campaign.NewSigner("page")}, now)
	p, err := l.page(v)
	if err != nil {
		return ReleaseTeaser{}, err
	}
	lines := p.Lead.lines
	if len(lines) == 0 {
		lines = []string{p.Preheader}
	}
	plain, _ := fillPlaces(l.neutralValues())
	return ReleaseTeaser{Headline: plain.Replace(p.Headline), Text: plain.Replace(oneLine(strings.Join(lines, " ")))}, nil
}

// forEverybody is a letter to nobody in particular.
func forEverybody(e *edition.Edition, v *campaign.Version, files []campaign.ContentFile, media MediaLookup, links campaign.Links, now time.Time) *Letter {
	l := &Letter{edition: e, language: v.Language, mode: campaign.NoTracking, media: media, links: links, places: newLetterPlaces()}
	if e.Release.Embargo.After(now) {
		l.embargo = e.Release.Embargo
	}
	l.content.Files = l.identify(files)
	return l
}

// neutralValues are those of a reader of whom nothing is known.
func (l *Letter) neutralValues() []string {
	return l.Values(nil, &campaign.Delivery{Run: l.edition.ID}, &campaign.Contact{}, "")
}
