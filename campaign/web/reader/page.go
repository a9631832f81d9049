package reader

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// pages makes the pages.
type pages struct {
	templates *templates.Pages
	settings  settingsReader
	zone      *time.Location // of an installation whose settings name none
}

type settingsReader interface {
	GetSettings(ctx context.Context) (campaign.Settings, error)
}

// page is what all pages share.
type page struct {
	Language  campaign.Language
	Title     string
	Brand     campaign.Brand
	Style     template.CSS // the brand's colour
	Languages []pageLanguage
	zone      *time.Location // of the installation: readers have none of their own
}

type pageLanguage struct {
	Tag, Name, URL string
	Current        bool
}

// T returns a text in the page's language.
func (p page) T(key string, args ...any) string {
	return templates.Translate(p.Language, key, args...)
}

// ListName and ListDescription are what the reader is told of a list.
func (p page) ListName(l campaign.List) string {
	return templates.ListName(&l, p.Language, p.Brand.Phrases...)
}

func (p page) ListDescription(l campaign.List) string {
	return language.TextFor(l.PublicDescriptions(), p.Language, p.Brand.Phrases...)
}

// messagePage says one thing, with or without a link.
type messagePage struct {
	page
	Text       string
	Link, Name string
}

// standInBrand speaks on the pages of an installation that has not said its name yet.
const standInBrand = "Glasnik"

func brandName(set *campaign.Settings, reader campaign.Language) string {
	return cmp.Or(templates.BrandName(&set.Brand, reader), standInBrand)
}

func (v *visit) page(l campaign.Language) page {
	p := page{Language: l, Brand: campaign.Brand{Name: standInBrand}, zone: v.pages.zone}
	// The pages must come up, as an error at least, when the store does not answer.
	if set, err := v.pages.settings.GetSettings(v.ctx()); err == nil {
		if zone, err := time.LoadLocation(set.Zone); err == nil && set.Zone != "" {
			p.zone = zone
		}
		p.Brand = set.Brand
		p.Brand.Name = brandName(&set, l)
	}
	p.Style = templates.BrandStyle(p.Brand)
	return p
}

// offerLanguages lets the reader see the page in another language.
func (p *page) offerLanguages(path string) {
	for _, l := range campaign.Languages {
		p.Languages = append(p.Languages, pageLanguage{Tag: string(l), Name: l.Name(), URL: path + "?lang=" + url.QueryEscape(string(l)), Current: l == p.Language})
	}
}

// show sends a page: never cached, never indexed, loading nothing but our own style sheet and the one line of the brand's
// colour. It is rendered whole before the first byte leaves.
func (v *visit) show(status int, name string, style template.CSS, page any) error {
	body, err := v.pages.templates.Render(campaign.English, name, page)
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

// showMessage sends a page with a title and a text: those of a key of the translations.
func (v *visit) showMessage(status int, l campaign.Language, key string) error {
	p := messagePage{page: v.page(l)}
	p.Title, p.Text = p.T(key+".title"), p.T(key+".text")
	p.offerLanguages(v.Request.URL.Path)
	return v.show(status, "message", p.Style, &p)
}

// explain sends the page of an error.
func (v *visit) explain(status int, words campaign.Text) error {
	p := messagePage{page: v.page(v.pageLanguage())}
	p.Title, p.Text = p.errorWords(status, words)
	p.offerLanguages(v.Request.URL.Path)
	return v.show(status, "message", p.Style, &p)
}

// errorKeys are the keys of errors that any address may answer, where readers are told something else than the team.
var errorKeys = map[int]string{
	http.StatusNotFound: "error.not_found", http.StatusTooManyRequests: "error.too_many",
	http.StatusInternalServerError: "error.server", http.StatusServiceUnavailable: "error.trouble",
}

// errorWords returns the title and the text of an error.
func (p page) errorWords(status int, words campaign.Text) (title, text string) {
	if key, own := errorKeys[status]; own {
		return p.T(key + ".title"), p.T(key + ".text")
	}
	return p.T("error.invalid.title"), templates.Sentence(p.Language, words)
}
