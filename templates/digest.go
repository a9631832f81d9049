package templates

import (
	"html/template"

	"github.com/glasnik/glasnik/campaign"
)

// DigestMail is the weekly digest of one reader.
type DigestMail struct {
	Language campaign.Language
	Brand    campaign.Brand
	Items    []DigestLine
	Leave    string // the reader's own page
}

// DigestLine is one release in a digest.
type DigestLine struct {
	Language       campaign.Language // of the version, where the reader's own has none
	Headline, Text string
	URL            template.URL
}

type digestPage struct {
	*noticePage
	Items    []DigestLine
	More     string
	Leave    string
	LeaveURL template.URL
}

// ComposeDigest writes a digest.
func ComposeDigest(d *DigestMail) (campaign.Content, error) {
	t := func(key string, args ...any) string { return Translate(d.Language, key, args...) }
	p := &digestPage{
		noticePage: &noticePage{Language: d.Language, Brand: BrandName(&d.Brand, d.Language), Address: d.Brand.Address, Headline: t("digest.title"), Why: t("digest.why")},
		Items:      d.Items, More: t("digest.more"), Leave: t("mail.leave"), LeaveURL: template.URL(d.Leave),
	}
	if isTrackable(d.Brand.Privacy) {
		p.Privacy, p.PrivacyURL = t("mail.privacy"), template.URL(d.Brand.Privacy)
	}
	if err := p.dress(d.Brand.Colour); err != nil {
		return campaign.Content{}, err
	}
	html, err := renderMail("digest", p)
	if err != nil {
		return campaign.Content{}, err
	}
	subject := d.Items[0].Headline
	if n := len(d.Items) - 1; n > 0 {
		subject = t("digest.subject", subject, n)
	}
	return campaign.Content{Language: d.Language, Subject: subject, Text: p.text(), HTML: html}, nil
}

func (p *digestPage) text() string {
	var t letterLines
	t.paragraph(p.Brand)
	t.paragraph(p.Headline)
	for _, i := range p.Items {
		t.paragraph(i.Headline)
		t.paragraph(i.Text)
		t.block(string(i.URL))
	}
	t.block("", textFootMark)
	t.sender(p.Brand, p.Address, p.Why)
	t.block(p.Leave, string(p.LeaveURL))
	t.link(p.Privacy, p.PrivacyURL)
	return t.String()
}
