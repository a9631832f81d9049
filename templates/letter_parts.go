package templates

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// quoteMarks are the quotation marks of each language; French ones keep a narrow no-break space inside.
func quoteMarks(l campaign.Language) (left, right string) {
	switch l {
	case campaign.SerbianLatin, campaign.SerbianCyrillic:
		return "„", "”"
	case campaign.French:
		return "«\u202f", "\u202f»"
	}
	return "“", "”"
}

// quotes puts the quotation marks of the language around what was said, whatever marks the author typed.
func (w *letterWriter) quotes(quotes []campaign.Quote) []letterQuote {
	left, right := quoteMarks(w.letter.language)
	var out []letterQuote
	for _, q := range quotes {
		said := strings.Trim(strings.TrimSpace(w.plain(q.Text)), "\"“”„«»\u202f\u00a0 ")
		var paragraphs []string
		for paragraph := range strings.SplitSeq(said, "\n\n") {
			if paragraph = strings.Join(strings.Fields(paragraph), " "); paragraph != "" {
				paragraphs = append(paragraphs, paragraph)
			}
		}
		if len(paragraphs) == 0 {
			continue
		}
		paragraphs[0] = left + paragraphs[0]
		paragraphs[len(paragraphs)-1] += right
		about := strings.Trim(strings.TrimSpace(q.Role)+", "+strings.TrimSpace(q.Organisation), ", ")
		out = append(out, letterQuote{Paragraphs: paragraphs, Speaker: strings.TrimSpace(q.Name), About: about})
	}
	return out
}

func (w *letterWriter) contact(c campaign.MediaContact) letterContact {
	if c.Name == "" && c.Phone == "" && c.Email == "" {
		return letterContact{}
	}
	l := w.letter.language
	title := Translate(l, "mail.contact")
	if w.letter.edition.Release.Kind == campaign.Newsletter {
		title = Translate(l, "mail.contact.newsletter")
	}
	return letterContact{
		Title: title, Name: c.Name, Phone: c.Phone, Email: c.Email, Languages: c.Languages,
		PhoneLabel: Translate(l, "mail.contact.phone"), EmailLabel: Translate(l, "mail.contact.email"), LanguagesLabel: Translate(l, "mail.contact.languages"),
		PhoneURL: template.URL("tel:" + dialled(c.Phone)), EmailURL: mailtoURL(c),
	}
}

// dialled returns the digits of a telephone number as a tel: address takes them (RFC 3966).
func dialled(phone string) string {
	phone = strings.ReplaceAll(phone, "(0)", "")
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
}

// mailtoURL is the link to a contact's addresses; "" where one of them is none.
func mailtoURL(c campaign.MediaContact) template.URL {
	if len(addressProblems(c.Email)) > 0 {
		return ""
	}
	return template.URL("mailto:" + mailtoAddress(strings.Join(c.Addresses(), ",")))
}

// mailtoAddress keeps an address from meaning more than an address in a mailto: link (RFC 6068).
func mailtoAddress(address string) string { return mailtoSigns.Replace(address) }

var mailtoSigns = strings.NewReplacer("%", "%25", "?", "%3F", "&", "%26", "#", "%23", `"`, "%22", " ", "")

// footer says who writes and why, and how to leave. Its links are never tracked.
func (w *letterWriter) footer(brand *campaign.Brand) {
	p, l := w.page, w.letter
	p.links.rewrite = func(target, _ string) string { return target } // the last texts that add links
	p.Funding = w.settingsText(brand.Funding)
	p.Disclaimer = w.settingsText(brand.Footer)
	w.brand(brand)
	if name := BrandName(brand, l.language); name != "" && len(l.edition.Lists) > 0 {
		p.Why = Translate(l.language, "mail.why", l.listName(), name)
	} else if name != "" {
		p.Why = Translate(l.language, "mail.why.no_list", name)
	}
	if l.first {
		w.firstWords(brand)
	}
	p.Leave, p.LeaveURL = Translate(l.language, "mail.leave"), template.URL(l.leaveLink())
	if isTrackable(brand.Privacy) {
		p.Privacy, p.PrivacyURL = Translate(l.language, "mail.privacy"), template.URL(brand.Privacy)
	}
}

// firstWords say to a reader who did not sign up where their address comes from, why they get this, who is responsible, and
// how to object (E-13). What differs from reader to reader are values of each.
func (w *letterWriter) firstWords(brand *campaign.Brand) {
	l := w.letter
	source := l.places.add("{{first source}}", mergeWidth, (*letterReader).source)
	why := l.places.add("{{first why}}", 2*mergeWidth, (*letterReader).why)
	responsible := cmp.Or(BrandName(brand, l.language), l.edition.Sender.Name, l.edition.Sender.Email)
	t := func(key string, args ...any) string { return Translate(l.language, key, args...) }
	w.page.First = []string{t("mail.first", l.listName()), t("mail.first.from", source), why, t("mail.first.responsible", responsible)}
	w.page.Object, w.page.Why = Translate(l.language, "mail.object"), ""
}

// settingsText renders a Markdown text of the settings as a reader of the language gets it. Its links are never tracked.
func (w *letterWriter) settingsText(texts campaign.Texts) letterText {
	source := strings.TrimSpace(language.TextFor(texts, w.letter.language, w.letter.edition.Brand.Phrases...))
	if source == "" {
		return letterText{}
	}
	parsed, err := w.md.parse(source)
	if err != nil {
		if w.err == nil {
			w.err = fmt.Errorf("the footer in the settings: %w", err)
		}
		return letterText{}
	}
	out := letterText{lines: textOf(parsed, w.page.links)}
	if out.HTML, err = w.md.html(parsed, w.page.links.rewrite); err != nil && w.err == nil {
		w.err = err
	}
	return out
}

// listName is the name of the list the letter goes to, a value of each reader where there are several.
func (l *Letter) listName() string {
	if len(l.edition.Lists) == 1 {
		return ListName(&l.edition.Lists[0], l.language, l.edition.Brand.Phrases...)
	}
	return l.places.add("{{list|}}", mergeWidth, func(r *letterReader) string { return r.list() })
}
