package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"github.com/vanng822/go-premailer/premailer"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed mail
var mailFiles embed.FS

// mailParts are what mails are made of. They are never rendered themselves, so that each layout can be joined to a copy.
var mailParts = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").ParseFS(mailFiles, "mail/*.html"))
})

// mailLayout is the layout of mails that are no releases.
var mailLayout = sync.OnceValue(func() *template.Template {
	t := template.Must(mailParts().Clone())
	return template.Must(t.New("layout").Parse(""))
})

// topLeaveFrom is how far from the beginning, in octets, the leave link may first come before one is put at the top as
// well: a mailbox that cuts a long message off must not cut it out (D-08).
const topLeaveFrom = 20_000

// letterFrame is a page with what only the HTML needs.
type letterFrame struct {
	*letterPage
	InlineStyle, ScreenStyle template.CSS
	Padding                  template.HTML // keeps what follows the preheader out of the mailbox's list of messages
	OutlookBegin, OutlookEnd template.HTML // Outlook's Word engine knows no max-width
}

// html renders the HTML part with its styles inlined.
func (p *letterPage) html() (string, error) {
	out, err := p.renderHTML()
	if err != nil {
		return "", err
	}
	if strings.Index(out, string(p.LeaveURL)) > topLeaveFrom {
		p.TopLeave = true
		return p.renderHTML()
	}
	return out, nil
}

func (p *letterPage) renderHTML() (string, error) {
	inline, err := p.style("mail/inline.css")
	if err != nil {
		return "", err
	}
	screen, err := p.style("mail/screen.css")
	if err != nil {
		return "", err
	}
	frame := letterFrame{
		letterPage: p, InlineStyle: inline, ScreenStyle: screen,
		Padding:      template.HTML(strings.Repeat("&#847;&zwnj;&nbsp;", 40)),
		OutlookBegin: `<!--[if mso]><table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`,
		OutlookEnd:   `<!--[if mso]></td></tr></table><![endif]-->`,
	}
	layout, err := p.layout.template()
	if err != nil {
		return "", fmt.Errorf("read the layout: %w", err)
	}
	return render(layout, "letter", frame)
}

// renderMail renders a mail that is no release.
func renderMail(name string, data any) (string, error) { return render(mailLayout(), name, data) }

// render renders a mail and puts its styles into its elements.
func render(t *template.Template, name string, data any) (string, error) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("render the %s: %w", name, err)
	}
	inliner, err := premailer.NewPremailerFromBytes(b.Bytes(), premailer.NewOptions(premailer.WithCssToAttributes(false)))
	if err != nil {
		return "", fmt.Errorf("inline the mail's styles: %w", err)
	}
	out, err := inliner.Transform()
	if err != nil {
		return "", fmt.Errorf("inline the mail's styles: %w", err)
	}
	return tidyHTML(out), nil
}

// style reads a style sheet and puts the brand's colours in.
func (p *letterPage) style(name string) (template.CSS, error) {
	data, err := mailFiles.ReadFile(name)
	if err != nil {
		return "", err
	}
	return template.CSS(strings.NewReplacer("$light", p.light, "$dark", p.dark, "$texts", p.fonts.texts, "$heads", p.fonts.heads).Replace(string(data))), nil
}

// tidyHTML drops the empty lines templates leave, and the mark that kept the screen styles from being inlined.
func tidyHTML(s string) string {
	s = strings.Replace(s, ` data-premailer="ignore"`, "", 1)
	var b strings.Builder
	b.Grow(len(s))
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(line)
		}
	}
	return b.String()
}

// LetterPreview is a letter as one reader gets it.
type LetterPreview struct {
	Language campaign.Language
	Subject  string
	HTML     string // inline images as data: addresses, so that a browser shows them
	Text     string
	Size     int // of the HTML part, in octets; see ClipSize
}

// fillPlaces puts one reader's values into the places of a text, and of HTML.
func fillPlaces(values []string) (plain, html *strings.Replacer) {
	var raw, escaped []string
	for i, v := range values {
		raw, escaped = append(raw, campaign.Place(i), v), append(escaped, campaign.Place(i), template.HTMLEscapeString(v))
	}
	return strings.NewReplacer(raw...), strings.NewReplacer(escaped...)
}

// Preview puts one reader's values into the letter, as the mailer does.
func (l *Letter) Preview(d *campaign.Delivery, c *campaign.Contact, organisation string) LetterPreview {
	values := l.Values(nil, d, c, organisation)
	plain, escaped := fillPlaces(values)
	html := escaped.Replace(l.content.HTML)
	return LetterPreview{
		Language: l.language, Subject: plain.Replace(l.content.Subject), Text: plain.Replace(l.content.Text),
		HTML: showInline(html, l.content.Files), Size: len(html),
	}
}
