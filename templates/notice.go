package templates

import (
	"html/template"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// NoticeMail is what is in a notice: nothing in it is counted, and nothing a stranger typed.
type NoticeMail struct {
	Language    campaign.Language
	Kind        campaign.NoticeKind
	Brand       campaign.Brand
	Lists       []string         // names
	Link        string           // to confirm on; "" where there is nothing to confirm
	Preferences string           // the reader's page to choose on; "" for somebody who is no contact yet
	Letter      *campaign.Letter // of a mail to one of the team: what it says
}

// noticePage is a notice in both forms.
type noticePage struct {
	Language                             campaign.Language
	Brand, Address, Headline, ButtonName string
	Paragraphs                           []string
	Last                                 string
	ButtonURL, PrivacyURL                template.URL
	Privacy, Why                         string

	InlineStyle, ScreenStyle template.CSS
}

// ComposeNotice writes a notice.
func ComposeNotice(n *NoticeMail) (campaign.Content, error) {
	if n.Letter != nil {
		return composeTeamLetter(n)
	}
	t := func(key string, args ...any) string { return Translate(n.Language, key, args...) }
	key := "notice." + string(n.Kind)
	p := &noticePage{
		Language: n.Language, Brand: BrandName(&n.Brand, n.Language), Address: n.Brand.Address, Headline: t(key + ".title"),
		Paragraphs: []string{t(key+".text", strings.Join(n.Lists, ", "))}, Last: t(key + ".last"),
		ButtonName: t(key + ".button"), ButtonURL: template.URL(n.Link), Why: t(whyOf(n.Kind)),
	}
	if n.Link == "" {
		p.ButtonURL = template.URL(n.Preferences)
	}
	if isTrackable(n.Brand.Privacy) {
		p.Privacy, p.PrivacyURL = t("mail.privacy"), template.URL(n.Brand.Privacy)
	}
	return p.content(n, t(key+".subject"))
}

// composeTeamLetter writes a mail to one of the team, in the words of the panel.
func composeTeamLetter(n *NoticeMail) (campaign.Content, error) {
	say := func(stored string) string { return Say(n.Language, campaign.StoredText(stored)) }
	p := &noticePage{
		Language: n.Language, Brand: BrandName(&n.Brand, n.Language), Address: n.Brand.Address, Headline: say(n.Letter.Subject),
		ButtonName: say(n.Letter.Button), ButtonURL: template.URL(n.Link), Last: Say(n.Language, campaign.Textf("You have to be signed in. The link is for you alone and decides nothing by itself.")),
		Why: Say(n.Language, campaign.Textf("You get this mail because you have an account here.")),
	}
	if n.Kind == campaign.ForwardedReply {
		p.Last = Say(n.Language, campaign.Textf("Answer this mail to write to them. Their words are stored in Glasnik on one line only, with the contact."))
		p.Why = Say(n.Language, campaign.Textf("You get this mail because you are the contact of the campaign."))
	}
	for _, line := range n.Letter.Lines {
		p.Paragraphs = append(p.Paragraphs, say(line))
	}
	return p.content(n, p.Headline)
}

// content makes both forms of a notice.
func (p *noticePage) content(n *NoticeMail, subject string) (campaign.Content, error) {
	html, err := p.html(n.Brand.Colour)
	if err != nil {
		return campaign.Content{}, err
	}
	if p.Brand != "" {
		subject += " – " + p.Brand
	}
	return campaign.Content{Language: n.Language, Subject: subject, Text: p.text(), HTML: html}, nil
}

func (p *noticePage) html(colour string) (string, error) {
	if err := p.dress(colour); err != nil {
		return "", err
	}
	return renderMail("notice", p)
}

// dress reads the style sheets of short mails.
func (p *noticePage) dress(colour string) error {
	colours := &letterPage{fonts: fontsOf("")}
	colours.light, colours.dark = accentColours(colour)
	for into, names := range map[*template.CSS][]string{
		&p.InlineStyle: {"mail/inline.css", "mail/notice.css"}, &p.ScreenStyle: {"mail/screen.css", "mail/notice_screen.css"},
	} {
		for _, name := range names {
			style, err := colours.style(name)
			if err != nil {
				return err
			}
			*into += style
		}
	}
	return nil
}

func (p *noticePage) text() string {
	var t letterLines
	t.paragraph(p.Brand)
	t.paragraph(p.Headline)
	for _, paragraph := range p.Paragraphs {
		t.paragraph(paragraph)
	}
	t.block(p.ButtonName+":", string(p.ButtonURL))
	t.paragraph(p.Last)
	t.block("", textFootMark)
	t.sender(p.Brand, p.Address, p.Why)
	t.link(p.Privacy, p.PrivacyURL)
	return t.String()
}

// whyOf is the key of the sentence that says why somebody gets a notice.
func whyOf(k campaign.NoticeKind) string {
	switch k {
	case campaign.StillWanted:
		return "notice.still_wanted.why"
	case campaign.ConfirmWish, campaign.AddressChanged, campaign.NewLink, campaign.YourData:
		return "notice.page_why"
	}
	return "notice.why"
}
