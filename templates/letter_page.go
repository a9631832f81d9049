package templates

import (
	"bytes"
	"html/template"
	"image"
	_ "image/gif" // for the size of inline images
	_ "image/jpeg"
	_ "image/png"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// letterPage is what is in a letter, in reading order, for both parts. Plain strings hold places; nothing in them is
// markup.
type letterPage struct {
	Language    campaign.Language
	Brand       string
	Website     string
	Kind        string // "" in a newsletter
	ReleaseLine string
	Embargoed   bool
	Headline    string
	Subhead     string
	Preheader   string
	Lead        letterText
	Body        letterText
	Quotes      []letterQuote
	End         string
	AboutTitle  string // "" where the text brings its own heading
	About       letterText
	NotesTitle  string
	Notes       letterText
	Contact     letterContact
	First       []string // where the address comes from, in the first message to who did not sign up
	Object      string   // how to object to it
	Why         string
	Address     string
	Leave       string
	LeaveURL    template.URL
	Privacy     string
	PrivacyURL  template.URL
	OpenURL     template.URL
	TrapURL     template.URL
	TopLeave    bool // a second leave link above the text, for letters so long that mailboxes cut them off

	View       string // in the browser
	ViewURL    template.URL
	Web        *WebFrame // set on the page for everybody
	WebsiteURL template.URL
	Logos      []letterPicture
	Funding    letterText
	Disclaimer letterText
	FundingUp  bool // the funding line stands with the logos, and not again at the foot
	Social     []letterLink
	Event      *letterEvent
	Contents   string // title of the table of contents; "" for none
	Stories    []*letterStory
	Colour     string // the brand's, as it is read on light
	Plain      bool   // no boxes

	fonts      letterFonts
	layout     *layout
	slots      map[string]*letterSlot
	subject    string
	links      *textLinks
	linksTitle string
	light      string // the brand's colour on light, and on dark
	dark       string
}

// letterText is a Markdown text in both forms.
type letterText struct {
	HTML  template.HTML
	lines []string
}

// letterQuote is a quotation in the quotation marks of the language.
type letterQuote struct {
	Paragraphs []string
	Speaker    string
	About      string // function and organisation
}

// letterContact is the box of the media contact; all empty when there is none.
type letterContact struct {
	Title, Name, Phone, Email, Languages   string
	PhoneLabel, EmailLabel, LanguagesLabel string
	PhoneURL, EmailURL                     template.URL
}

// letterWriter turns the texts of a version into a page.
type letterWriter struct {
	letter *Letter
	md     *markdown
	page   *letterPage
	err    error // the first mistake; what follows it is of no use
}

func (l *Letter) page(v *campaign.Version) (*letterPage, error) {
	t := func(key string, args ...any) string { return Translate(l.language, key, args...) }
	r, brand := &l.edition.Release, &l.edition.Brand
	v = withSources(r, v)
	p := &letterPage{Language: l.language, Brand: BrandName(brand, l.language), Website: brand.Website, Address: brand.Address,
		links: newTextLinks(l.rewriteLink), linksTitle: t("mail.links")}
	p.light, p.dark = accentColours(brand.Colour)
	p.Colour, p.fonts = p.light, fontsOf(brand.Fonts)
	var err error
	if p.layout, err = l.layoutOf(); err != nil {
		return nil, err
	}
	p.Plain = p.layout.base == campaign.LetterLayout
	p.View, p.ViewURL = t("mail.view"), template.URL(l.viewLink())
	if isTrackable(brand.Website) {
		p.WebsiteURL = template.URL(brand.Website)
	}
	w := &letterWriter{letter: l, md: newMarkdown(pictures{files: l.images(r), media: l.media, language: l.language}), page: p}

	p.OpenURL, p.TrapURL = template.URL(l.openImage()), template.URL(l.trapLink())
	p.subject = strings.Join(strings.Fields(w.plain(v.SubjectLine())), " ")
	p.Headline, p.Subhead = w.plain(v.Headline), w.plain(v.Subhead)
	if r.Kind != campaign.Newsletter {
		p.Kind, p.End = t("mail.kind."+string(r.Kind)), t("mail.end")
		if r.Kind == campaign.PressRelease || r.Kind == campaign.Statement {
			p.ReleaseLine = t("mail.immediate")
		}
	}
	if !l.embargo.IsZero() {
		until := l.embargo.In(embargoZone(r.Zone))
		p.Embargoed, p.ReleaseLine = true, language.Embargo(l.language, until)
		p.subject = language.EmbargoSubject(l.language, until) + " – " + p.subject
	}
	w.texts(v)
	p.Quotes = w.quotes(v.Quotes)
	if p.AboutTitle = t("mail.about"); strings.HasPrefix(strings.TrimSpace(v.About), "#") {
		p.AboutTitle = ""
	}
	if p.NotesTitle = t("mail.notes"); strings.HasPrefix(strings.TrimSpace(v.Notes), "#") {
		p.NotesTitle = ""
	}
	p.Contact = w.contact(v.Contact)
	p.Event = w.event(v)
	w.stories(v)
	w.slots(v)
	w.footer(brand)
	return p, w.err
}

func embargoZone(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

// plain fills the merge fields of a text that is not Markdown.
func (w *letterWriter) plain(text string) string {
	out, err := w.letter.places.fill(w.own(text))
	if err != nil && w.err == nil {
		w.err = err
	}
	return out
}

// own removes the marks by which the author kept words from conversion to the other script. In other languages [[FIELD]] may be
// another system's.
func (w *letterWriter) own(text string) string { return ownScript(w.letter.language, text) }

func ownScript(l campaign.Language, text string) string {
	serbian := l == campaign.SerbianLatin || l == campaign.SerbianCyrillic
	if serbian && strings.Contains(text, "[[") || strings.Contains(text, "[[keep]]") {
		return language.Unprotect(text)
	}
	return text
}

// text renders a Markdown text, with words in bold print at its beginning where there are any.
func (w *letterWriter) text(source, opening string) letterText {
	if strings.TrimSpace(source) == "" && opening == "" {
		return letterText{}
	}
	filled := w.plain(source)
	parsed := w.parse(filled)
	if opening != "" {
		parsed.lead(opening)
	}
	out := letterText{lines: textOf(parsed, w.page.links)}
	var err error
	if out.HTML, err = w.md.html(parsed, w.letter.rewriteLink); err != nil && w.err == nil {
		w.err = err
	}
	return out
}

// parse reads a Markdown text; the empty one stands for a text that cannot be read.
func (w *letterWriter) parse(source string) markdownText {
	parsed, err := w.md.parse(source)
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		parsed, _ = w.md.parse("")
	}
	return parsed
}

// texts renders lead, body, about and notes; the dateline opens whichever of lead and body comes first.
func (w *letterWriter) texts(v *campaign.Version) {
	p := w.page
	opening := dateline(w.letter.language, v)
	if p.Preheader = w.plain(v.Preheader); p.Preheader == "" {
		first := v.Lead
		if strings.TrimSpace(first) == "" {
			first = v.Body
		}
		parsed := w.parse(w.plain(first))
		if n := parsed.root.FirstChild(); n != nil {
			p.Preheader = beginning(inlineText(n, parsed.source, nil))
		}
	}
	if strings.TrimSpace(v.Lead) != "" {
		p.Lead = w.text(v.Lead, opening)
		opening = ""
	}
	p.Body = w.text(v.Body, opening)
	p.About, p.Notes = w.text(v.About, ""), w.text(v.Notes, "")
}

// dateline is "Belgrade, 13 July 2022 –".
func dateline(l campaign.Language, v *campaign.Version) string {
	var parts []string
	if v.Place != "" {
		parts = append(parts, v.Place)
	}
	if day, err := time.Parse(time.DateOnly, v.Date); err == nil {
		date := language.LongDate(l, day)
		if l == campaign.French && v.Place != "" {
			date = "le " + date
		}
		parts = append(parts, date)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + " –"
}

// beginning returns what fits on the line a mailbox shows below the subject, up to the end of a word.
func beginning(text string) string {
	const most = 90
	line := ""
	for _, word := range strings.Fields(text) {
		if len([]rune(line))+len([]rune(word)) >= most {
			return line + " …"
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return line
}

// images finds what the texts may show by cid:NAME.
func (l *Letter) images(r *campaign.Release) map[string]markdownImage {
	alts := map[string]string{}
	for _, a := range r.Attachments {
		alts[a.Name] = a.Alt
	}
	out := map[string]markdownImage{}
	for _, f := range l.content.Files {
		if !f.Inline {
			continue
		}
		known := markdownImage{source: "cid:" + f.ContentID, alt: alts[f.Name]}
		if size, _, err := image.DecodeConfig(bytes.NewReader(f.Data)); err == nil {
			known.fit(size.Width, size.Height)
		}
		out[f.Name] = known
	}
	return out
}
