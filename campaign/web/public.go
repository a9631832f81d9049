package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// readerRoutes are what readers and their mail programs fetch: no session, no cookie, no script.
func (s *Server) readerRoutes() []route {
	return []route{
		{get, campaign.OpenPath + ":token", public, s.openImage, 0},
		{http.MethodHead, campaign.OpenPath + ":token", public, s.openImage, 0},
		{get, campaign.ClickPath + ":token", public, s.clickLink, 0},
		{http.MethodHead, campaign.ClickPath + ":token", public, s.clickLink, 0},
		{get, campaign.UnsubscribePath + ":token", public, s.leavePage, 0},
		{http.MethodHead, campaign.UnsubscribePath + ":token", public, s.leavePage, 0},
		{post, campaign.UnsubscribePath + ":token", public, s.leave, takesOneClick},
		{get, campaign.PreferencesPath + ":token", public, s.leavePage, 0},
		{http.MethodHead, campaign.PreferencesPath + ":token", public, s.leavePage, 0},
		{post, campaign.PreferencesPath + ":token", public, s.leave, takesOneClick},
		{get, campaign.DataPath + ":token", public, s.askForData, 0},
		{post, campaign.DataPath + ":token", public, s.personalData, takesReader},
		{get, campaign.ReadPath + ":token", public, s.readRelease, 0},
		{http.MethodHead, campaign.ReadPath + ":token", public, s.readRelease, 0},

		{get, subscribePath, public, s.subscribe, 0},
		{http.MethodHead, subscribePath, public, s.subscribe, 0},
		{post, subscribePath, public, s.takeSignUp, takesSignUp},
		{get, subscribedPath, public, s.signUpSent, 0},
		{get, subscribePath + "/:list", public, s.subscribe, 0},
		{http.MethodHead, subscribePath + "/:list", public, s.subscribe, 0},
		{post, subscribePath + "/:list", public, s.takeSignUp, takesSignUp},
		{get, subscribeAPI, public, s.offerSignUp, 0},
		{post, subscribeAPI, public, s.signUpByAPI, takesJSON},
		{http.MethodOptions, subscribeAPI, public, s.askSubscribeAPI, 0},
		{get, campaign.ConfirmPath + ":token", public, s.confirmReader, 0},
		{http.MethodHead, campaign.ConfirmPath + ":token", public, s.confirmReader, 0},
		{post, campaign.ConfirmPath + ":token", public, s.doConfirm, takesReader},
	}
}

// publicPage is what all pages for readers share.
type publicPage struct {
	Language  campaign.Language
	Title     string
	Brand     campaign.Brand
	Style     template.CSS // the brand's colour
	Languages []publicLanguage
	zone      *time.Location // of the installation: readers have none of their own
}

type publicLanguage struct {
	Tag, Name, URL string
	Current        bool
}

// T gives a text in the page's language.
func (p publicPage) T(key string, args ...any) string {
	return templates.Translate(p.Language, key, args...)
}

// messagePage says one thing, with or without a link.
type messagePage struct {
	publicPage
	Text       string
	Link, Name string
}

// standInBrand is who speaks on the pages of an installation that has not said its name yet.
const standInBrand = "Glasnik"

func (v *visit) publicPage(l campaign.Language) publicPage {
	p := publicPage{Language: l, Brand: campaign.Brand{Name: standInBrand}, zone: v.s.zone}
	// The pages must come up, as an error at least, when the store does not answer.
	if set, err := v.s.store.GetSettings(v.ctx()); err == nil {
		p.zone = firstZone(v.s.zone, set.Zone)
		if set.Brand.Name != "" {
			p.Brand = set.Brand
		}
	}
	p.Style = templates.BrandStyle(p.Brand)
	return p
}

// otherLanguages lets the reader see the page in another language.
func (p *publicPage) otherLanguages(path string) {
	for _, l := range campaign.Languages {
		p.Languages = append(p.Languages, publicLanguage{string(l), l.Name(), path + "?lang=" + url.QueryEscape(string(l)), l == p.Language})
	}
}

// showPublic sends a page for readers: never kept, never indexed, nothing loaded but our own style sheet, and the one line
// of the brand's colour.
func (v *visit) showPublic(status int, name string, style template.CSS, page any) error {
	body, err := v.s.readers.Render(name, page)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(style))
	v.Header("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'self' 'sha256-%s'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		base64.StdEncoding.EncodeToString(sum[:])))
	v.Header("X-Robots-Tag", "noindex, nofollow")
	v.Header("Cache-Control", "no-store")
	v.Data(status, "text/html; charset=utf-8", body)
	return nil
}

// tellReader shows a page that only says something; key is the beginning of its title's and text's keys.
func (v *visit) tellReader(status int, l campaign.Language, key string) error {
	p := messagePage{publicPage: v.publicPage(l)}
	p.Title, p.Text = p.T(key+".title"), p.T(key+".text")
	return v.showPublic(status, "message", p.Style, &p)
}

// showLink offers a link where the redirect could not be given.
func (v *visit) showLink(l campaign.Language, target string) error {
	p := messagePage{publicPage: v.publicPage(l), Link: target, Name: target}
	p.Title, p.Text = p.T("continue.title"), p.T("continue.text")
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		p.Name = u.Host
	}
	return v.showPublic(http.StatusServiceUnavailable, "message", p.Style, &p)
}

// publicLists are the lists everybody may join.
func (s *Server) publicLists(ctx context.Context) ([]campaign.List, error) {
	all, err := s.store.FindLists(ctx, false)
	return slices.DeleteFunc(all, func(l campaign.List) bool { return !l.Public }), err
}

// readerLanguage is a language pages for readers exist in.
func readerLanguage(l campaign.Language) campaign.Language {
	if slices.Contains(campaign.Languages, l) {
		return l
	}
	return campaign.English
}

// acceptedLanguage is the language of a page about which nothing but the browser says anything.
func (v *visit) acceptedLanguage() campaign.Language {
	best, weight := campaign.English, 0.0
	for _, part := range strings.Split(v.GetHeader("Accept-Language"), ",") {
		tag, q, _ := strings.Cut(part, ";")
		w := 1.0
		if _, number, ok := strings.Cut(q, "="); ok {
			w, _ = strconv.ParseFloat(strings.TrimSpace(number), 64)
		}
		l, known := understood(strings.TrimSpace(tag))
		if known && w > weight {
			best, weight = l, w
		}
	}
	return best
}

// understood gives the language of ours that readers of another read without effort.
func understood(tag string) (campaign.Language, bool) {
	if l, err := campaign.ParseLanguage(tag); err == nil && l != "" {
		return l, true
	}
	switch base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base {
	case "sr", "bs", "hr", "me", "cnr", "sh":
		return campaign.SerbianLatin, true
	case "en":
		return campaign.English, true
	case "fr":
		return campaign.French, true
	}
	return "", false
}
