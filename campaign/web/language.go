package web

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// languageCookie names the cookie that remembers the panel's language in a browser where nobody is signed in.
const languageCookie = "panel_language"

// chosenLanguage is the language the panel has for a visitor who is not signed in: the one chosen in this browser, else the one
// the browser asks for.
func chosenLanguage(r *http.Request) campaign.Language {
	if c, err := r.Cookie(languageCookie); err == nil && campaign.Language(c.Value).Known() {
		return campaign.Language(c.Value)
	}
	return request.AcceptedLanguage(r)
}

// chooseLanguage takes the language in the address, ?lang=, and remembers it in the browser.
func (v *visit) chooseLanguage() {
	l := campaign.Language(v.Query("lang"))
	if !l.Known() {
		return
	}
	v.language = l
	http.SetCookie(v.Writer, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: v.panel.SecureCookies, SameSite: http.SameSiteLaxMode,
	})
}

// LanguageChoices are the languages of the panel, and the browser's.
func (p *Page) LanguageChoices() []templates.Option {
	return append([]templates.Option{{Label: p.say("As the browser asks")}}, p.PanelLanguages()...)
}

// PanelLanguages are the languages of the panel, each under its own name.
func (p *Page) PanelLanguages() []templates.Option {
	return campaign.Collect(campaign.Languages, func(l campaign.Language) templates.Option {
		return templates.Option{Value: string(l), Label: l.Name()}
	})
}

// readTexts reads the fields of a text in every language, which come in the order of campaign.Languages.
func readTexts(values []string) campaign.Texts {
	texts := campaign.Texts{}
	for i, l := range campaign.Languages {
		if text := strings.TrimSpace(unix(nth(values, i))); text != "" {
			texts[l] = text
		}
	}
	return texts
}

// showTexts returns the fields of a text in every language. One of no language stands in that of the installation.
func (p *panel) showTexts(texts campaign.Texts, own campaign.Language) []string {
	values := make([]string, len(campaign.Languages))
	for i, l := range campaign.Languages {
		values[i] = texts[l]
		if l == cmp.Or(own, p.Language, campaign.SerbianLatin) {
			values[i] = cmp.Or(values[i], texts[""])
		}
	}
	return values
}

func nth(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// missingText is a text that readers of a language do not have in it, with the address of its field.
type missingText struct {
	What campaign.Text
	In   campaign.Language
	URL  string
}

// missing returns the languages a text is not in; none of a text that is in no language, unless it has to be there.
func missing(what campaign.Text, page, field string, texts campaign.Texts, compulsory bool) []missingText {
	if texts.Empty() && !compulsory {
		return nil
	}
	return campaign.Collect(texts.Missing(), func(l campaign.Language) missingText {
		return missingText{what, l, page + "#f-" + campaign.TextField(field, l)}
	})
}
