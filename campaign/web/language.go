package web

import (
	"net/http"

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
	return append([]templates.Option{{Label: templates.Translate(p.Language, "As the browser asks")}}, p.PanelLanguages()...)
}

// PanelLanguages are the languages of the panel, each under its own name.
func (p *Page) PanelLanguages() []templates.Option {
	return campaign.Collect(campaign.Languages, func(l campaign.Language) templates.Option {
		return templates.Option{Value: string(l), Label: l.Name()}
	})
}
