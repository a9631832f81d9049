package web

import (
	"cmp"
	"html"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// Page is what all pages share; every page's struct embeds it. Its methods are called from the templates.
type Page struct {
	Title     string
	Language  campaign.Language // of the panel, as the user chose it
	Section   string            // the entry of the menu that is lit: home, campaigns, releases, contacts, organisations, lists, users, settings, account
	User      *campaign.User
	Notice    string
	Late      string // why what was asked for could not be done any more
	Undo      string // the address that takes back what the notice tells; "" when it cannot be
	Refresh   int    // seconds after which the page is loaded again where no script does it; 0 is never
	Problems  Problems
	Problem   string // what is wrong with the form as a whole
	Faults    []fault
	Conflict  *conflict // with who saved the form's record first
	Once      string    // see visit.once
	FormTaken string    // the address of the form that led here and was taken
	DraftKey  string    // see session.DraftKey
	Zone      *time.Location
	Now       time.Time
	URL       *url.URL
	Brand     string
	Version   string
	Demo      bool
	Mailbox   string
	Doubt     string              // why nothing is sent before an admin has said that this store is the real one
	Trouble   string              // why nothing can be sent, for want of the store
	Sending   []campaign.Campaign // what is going out now: each can be stopped from every page

	phrases []campaign.Phrase
}

// Problems are what is wrong with a form, by field name.
type Problems map[string]string

// ShownAgain reports whether the page shows a form again.
func (p *Page) ShownAgain() bool { return p.Problem != "" || len(p.Problems) > 0 || p.Conflict != nil }

// page returns what a page shares with all others, as far as the visit knows it. Its title is a text of the catalogues.
func (v *visit) page(section, title string, args ...any) Page {
	p := Page{
		Title: v.say(title, args...), Language: v.language, Section: section, User: v.user, Zone: v.zone, Now: v.now(), URL: v.Request.URL,
		phrases: v.set.Brand.Phrases, Version: v.panel.Version, Demo: v.panel.Demo, Mailbox: v.panel.MailboxURL, Problems: Problems{},
	}
	if v.user != nil {
		p.DraftKey, p.Once = v.panel.sessions.DraftKey(v.user.ID), cmp.Or(v.once(), campaign.NewID(v.now()))
		p.Brand, p.Trouble, p.Doubt = v.set.Brand.Name, v.sentence(v.panel.Trouble()), v.sentence(v.panel.Home.Doubt().Words())
	}
	return p
}

// say puts a text of the catalogues into the user's language.
func (p *Page) say(format string, args ...any) string {
	return templates.Say(p.Language, campaign.Textf(format, args...))
}

// ForReaders returns a text for readers as one of the user's language gets it.
func (p *Page) ForReaders(t campaign.Texts) string {
	return language.TextFor(t, p.Language, p.phrases...)
}

// shown is a page that can be shown: a struct that embeds Page.
type shown interface{ base() *Page }

func (p *Page) base() *Page { return p }

// complete adds what is looked up as a page of the panel is shown. A notice waits for a page that shows no error.
func (v *visit) complete(status int, p *Page) {
	if v.user == nil {
		return
	}
	if status < http.StatusBadRequest {
		p.FormTaken = v.panel.sessions.Taken(v.ctx())
		p.Notice, p.Undo = v.panel.sessions.TakeNotice(v.ctx())
		p.Late = v.panel.sessions.Late(v.ctx())
	}
	var err error
	if p.Sending, err = v.panel.goingOut(v.ctx()); err != nil { // the page must come up all the same
		v.panel.Logger.Warn("what is going out cannot be looked up", "error", err)
	}
}

// refuse shows a mistake of the user on the page; false when err is another kind of error.
func (p *Page) refuse(err error) bool {
	code := campaign.CodeOf(err)
	if code != campaign.Invalid && code != campaign.Conflict {
		return false
	}
	for _, e := range campaign.FaultsOf(err) {
		if words := templates.Sentence(p.Language, e.Text); e.Field == "" {
			p.Problem = strings.TrimSpace(p.Problem + " " + words)
		} else {
			p.Problems[e.Field] = strings.TrimSpace(p.Problems[e.Field] + " " + words)
		}
	}
	return true
}

// Writes reports whether the page holds the editor of texts, and so does without scripts that it has no use for: both together
// are slow to come on a telephone.
func (p *Page) Writes() bool { return false }

// May reports whether the user has a role, for templates that leave out what the user may not do.
func (p *Page) May(role string) bool { return p.User != nil && p.User.May(campaign.Role(role)) }

// MayExport reports whether the user may take contacts away as files.
func (p *Page) MayExport() bool { return p.User != nil && p.User.MayExport() }

// Time shows a moment in the user's zone, with the zone's name: nobody should have to guess whose clock is meant.
func (p *Page) Time(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	return stamp(t, p.moment(t))
}

// moment writes a moment with the zone's name.
func (p *Page) moment(t time.Time) string { return p.momentIn(t, p.Zone) }

func (p *Page) momentIn(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return language.ShortDate(p.Language, t) + t.Format(", 15:04 MST")
}

// Date shows the day of a moment in the user's zone.
func (p *Page) Date(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	return stamp(t, language.ShortDate(p.Language, t.In(p.Zone)))
}

// Ago shows how far a moment lies from now, with the full time to hover over.
func (p *Page) Ago(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + template.HTMLEscapeString(p.moment(t)) + `">` +
		template.HTMLEscapeString(templates.Say(p.Language, distance(p.Now, t))) + `</time>`)
}

func stamp(t time.Time, text string) template.HTML {
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `">` + template.HTMLEscapeString(text) + `</time>`)
}

// Said reads words that are stored: the program's own, or what somebody typed.
func (p *Page) Said(stored string) campaign.Text {
	if words := campaign.SourceWords(stored); len(words.Args) > 1 || words.Format != "%s" {
		return words
	}
	return campaign.StoredText(stored)
}

// ZoneName is the zone times are shown in.
func (p *Page) ZoneName() string { return p.Zone.String() }

// Days are the days of the last week and tomorrow as pages write them, each after its date: what is kept in a browser names them.
func (p *Page) Days() string {
	var days []string
	for n := -8; n <= 1; n++ {
		day := p.Now.AddDate(0, 0, n)
		days = append(days, day.Format(time.DateOnly)+" "+language.ShortDate(p.Language, day))
	}
	return strings.Join(days, "|")
}

// With returns the address of this page with one value of the query changed; paging starts again.
func (p *Page) With(name, value string) string {
	q := p.URL.Query()
	q.Del("after")
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return p.at(q)
}

// Next returns the address of the next page of this table.
func (p *Page) Next(cursor string) string {
	q := p.URL.Query()
	q.Set("after", cursor)
	return p.at(q)
}

// First returns the address of the first page of this table; "" when this is it.
func (p *Page) First() string {
	if !p.URL.Query().Has("after") {
		return ""
	}
	return p.With("after", "")
}

// Asked returns a value of the query.
func (p *Page) Asked(name string) string { return p.URL.Query().Get(name) }

// Carried are the values of the query about the look of a table of contacts, which a form of filters passes on.
func (p *Page) Carried() []string { return []string{"columns", "rows"} }

// SortBy returns the address that sorts this table by a field, the other way round when it is sorted so already.
func (p *Page) SortBy(field string) string {
	q := p.URL.Query()
	q.Del("after")
	desc := q.Get("sort") == field && q.Get("desc") == ""
	q.Set("sort", field)
	q.Del("desc")
	if desc {
		q.Set("desc", "1")
	}
	return p.at(q)
}

// SortMark is the aria-sort value of a column, which also draws its arrow.
func (p *Page) SortMark(field, standard string) string {
	q := p.URL.Query()
	by := cmp.Or(q.Get("sort"), standard)
	switch {
	case by != field:
		return "none"
	case q.Get("desc") == "1":
		return "descending"
	}
	return "ascending"
}

func (p *Page) at(q url.Values) string { return withQuery(p.URL.Path, q) }

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// distance returns in words how far a moment lies from now.
func distance(now, t time.Time) campaign.Text {
	d := now.Sub(t)
	past := d >= 0
	d = d.Abs()
	days := int(d.Hours() / 24)
	switch {
	case d < time.Minute:
		return campaign.Textf("just now")
	case d < time.Hour && past:
		return campaign.Textf("%d minutes ago", int(d.Minutes()))
	case d < time.Hour:
		return campaign.Textf("in %d minutes", int(d.Minutes()))
	case d < 24*time.Hour && past:
		return campaign.Textf("%d hours ago", int(d.Hours()))
	case d < 24*time.Hour:
		return campaign.Textf("in %d hours", int(d.Hours()))
	case days < 60 && past:
		return campaign.Textf("%d days ago", days)
	case days < 60:
		return campaign.Textf("in %d days", days)
	case past:
		return campaign.Textf("%d months ago", days/30)
	}
	return campaign.Textf("in %d months", days/30)
}

// firstZone returns the first of some time zones that is named and known, else the standard one.
func firstZone(standard *time.Location, names ...string) *time.Location {
	for _, name := range names {
		if name == "" {
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return standard
}

func pageOf(n int) store.Page { return store.Page{Limit: n} }

// fault is one line of the summary above a refused form: the problem, and its field.
type fault struct {
	Label  string // of the field; "" where the words say it
	Words  string
	Target string // id of the field, or of the words beside it where several fields share them; "" where the page has neither

	at int
}

// fieldLabel finds the id of a field and the text of its label.
var fieldLabel = regexp.MustCompile(`<label for="f-([^"]+)"(?: data-of="([^"]*)")?>([^<]*)`)

// locate finds the faulty fields on the page, in their order.
func (p *Page) locate(body string) {
	labels := fieldsOn(body).labels
	p.Faults = nil
	for name, words := range p.Problems {
		f := fault{Label: labels[name], Words: words, at: len(body)}
		for _, id := range []string{"f-" + name, name + "-problem"} {
			if at := strings.Index(body, ` id="`+html.EscapeString(id)+`"`); at >= 0 {
				f.Target, f.at = id, at
				break
			}
		}
		p.Faults = append(p.Faults, f)
	}
	slices.SortFunc(p.Faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.Words, b.Words))
	})
}
