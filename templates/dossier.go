package templates

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed dossier.html
var dossierText string

var dossierTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("dossier").Parse(dossierText)
})

// dossierPage is everything held on a person in a form that can be read.
type dossierPage struct {
	*campaign.Dossier
	Language campaign.Language
	JSON     string
	zone     *time.Location
}

type dossierFact struct{ Name, Value string }

type dossierPart struct {
	Key  string
	Rows [][]string
}

// DossierPage writes everything held on a person as one page that needs nothing else, in their language. json is the
// address of the same as a file, "" where it is given beside the page.
func DossierPage(d *campaign.Dossier, l campaign.Language, zone *time.Location, json string) ([]byte, error) {
	t, err := dossierTemplate()
	if err != nil {
		return nil, err
	}
	l = cmp.Or(l, campaign.English)
	var b bytes.Buffer
	if err := t.Execute(&b, &dossierPage{Dossier: d, Language: l, JSON: json, zone: zone}); err != nil {
		return nil, fmt.Errorf("write what is held on a person: %w", err)
	}
	return b.Bytes(), nil
}

// DossierJSON writes the same for programs.
func DossierJSON(d *campaign.Dossier) ([]byte, error) { return json.MarshalIndent(d, "", "  ") }

// T returns a text of the page.
func (p *dossierPage) T(key string, args ...any) string {
	return Translate(p.Language, "dossier."+key, args...)
}

// Time shows a moment with its zone.
func (p *dossierPage) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.zone).Format("2006-01-02 15:04 MST")
}

// Brand is who holds the data, and Answers where to write.
func (p *dossierPage) Brand() string   { return cmp.Or(BrandName(&p.Responsible, p.Language), "Glasnik") }
func (p *dossierPage) Answers() string { return cmp.Or(p.Responsible.Contact, p.Brand()) }

// Facts are the fields of the contact itself that hold something.
func (p *dossierPage) Facts() []dossierFact {
	c := &p.Contact
	var all []dossierFact
	for _, f := range [][2]string{
		{"email", c.Email}, {"first_name", c.FirstName}, {"last_name", c.LastName}, {"kind", p.word("kind", c.Kind)}, {"organisation", p.Organisation},
		{"position", c.Position}, {"phone", c.Phone}, {"place", c.Place}, {"time_zone", c.Zone}, {"language", LanguageName(c.Language)}, {"tags", strings.Join(c.Tags, ", ")},
		{"topics", strings.Join(c.Topics, ", ")}, {"frequency", p.word("dossier.frequency", c.Frequency)}, {"notes", c.Notes}, {"status", strings.TrimSpace(p.word("dossier.state", c.Status) + " " + c.StatusReason)},
		{"source", c.Source}, {"paused", p.Time(c.PausedUntil)}, {"tracking", p.word("dossier.tracking", c.Tracking)}, {"since", p.Time(c.CreatedAt)},
		{"changed", p.Time(c.UpdatedAt)}, {"merged", strings.Join(c.Merged, ", ")},
	} {
		all = append(all, dossierFact{p.T("field." + f[0]), f[1]})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		all = append(all, dossierFact{name, c.Attributes[name]})
	}
	return slices.DeleteFunc(all, func(f dossierFact) bool { return strings.TrimSpace(f.Value) == "" || f.Value == "–" })
}

// word says a value in the reader's language, where it has words for it.
func (p *dossierPage) word(group string, value any) string {
	key := group + "." + text(value)
	if said := Translate(p.Language, key); said != key {
		return said
	}
	if text(value) == "" {
		return ""
	}
	return Label(p.Language, value)
}

// Why says why the address must not be written to.
func (p *dossierPage) Why() string { return p.word("dossier.reason", p.Suppression.Reason) }

// by says who did something: only the team as a whole, the program or the person are named.
func (p *dossierPage) by(who string) string {
	switch who {
	case campaign.ByPerson:
		return p.T("by.person")
	case campaign.ByProgram:
		return who
	case "":
		return ""
	}
	return p.T("by.team")
}

// detail says what an entry of the journal adds, where that is one of the program's own words.
func (p *dossierPage) detail(e *campaign.Entry) string {
	switch e.Kind {
	case campaign.ViewedEntry:
		return "" // where in the panel is the team's own matter
	case campaign.EditedEntry:
		var names []string
		for name := range strings.SplitSeq(e.Detail, ", ") {
			names = append(names, p.fieldName(name))
		}
		return strings.Join(names, ", ")
	case campaign.PausedEntry:
		if until, ok := e.PausedUntil(); ok {
			return p.T("field.paused") + " " + until.In(p.zone).Format(time.DateOnly)
		}
		return p.word("dossier.pause", e.Detail)
	case campaign.StatusEntry:
		return p.word("dossier.state", e.Detail)
	case campaign.TrackingEntry:
		return p.word("dossier.tracking", e.Detail)
	}
	return Say(p.Language, e.Words(p.zone))
}

// fieldName says the name of a field as the journal writes it in the reader's language; attributes keep theirs.
func (p *dossierPage) fieldName(name string) string {
	if attribute, ok := strings.CutPrefix(name, campaign.AttributePrefix); ok {
		return attribute
	}
	if name == "address" {
		name = "email"
	}
	key := "dossier.field." + strings.ReplaceAll(name, " ", "_")
	if said := Translate(p.Language, key); said != key {
		return said
	}
	return name
}

// followed returns the address of a link that was followed, or what else is known of an event.
func (p *dossierPage) followed(e *campaign.Event) string {
	if links := p.Links[e.Run]; e.Link > 0 && e.Link <= int64(len(links)) {
		return links[e.Link-1].URL
	}
	return e.Detail
}

// campaignName says which mailing something belongs to; what the program wrote to the person alone belongs to none.
func (p *dossierPage) campaignName(id string) string {
	return cmp.Or(p.Campaigns[id], p.T("single_mail"))
}

// Parts are the tables of the page.
func (p *dossierPage) Parts() []dossierPart {
	return []dossierPart{
		{"lists", p.lists()}, {"consents", p.consents()}, {"deliveries", p.deliveries()}, {"events", p.events()}, {"journal", p.journal()},
		{"requests", p.requests()}, {"other", p.other()},
	}
}

// listName names a list of the person's; "" of one that is gone or not theirs.
func (p *dossierPage) listName(id string) string {
	if names, known := p.Lists[id]; known {
		return namedList(names, p.Language)
	}
	return ""
}

func (p *dossierPage) lists() (rows [][]string) {
	for _, m := range p.Contact.Memberships {
		rows = append(rows, []string{p.listName(m.List), p.word("dossier.status", m.Status), p.word("dossier.basis", m.Basis), m.Reference, m.Source, p.Time(m.Since), p.Time(m.LeftAt)})
	}
	return rows
}

func (p *dossierPage) consents() (rows [][]string) {
	ended := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return p.T("withdrawn") + " " + p.Time(t)
	}
	for _, k := range p.Contact.Consents {
		rows = append(rows, []string{p.listName(k.List), "“" + k.Text + "”", p.Time(k.At), k.Form, p.Time(k.ConfirmedAt), ended(k.WithdrawnAt)})
	}
	tracking := p.Contact.Earlier
	if p.Contact.Consent != nil {
		tracking = append(slices.Clone(tracking), *p.Contact.Consent)
	}
	for _, k := range tracking {
		rows = append(rows, []string{p.word("dossier.tracking", campaign.Individual), k.Text, p.Time(k.At), k.Source, "", ended(k.WithdrawnAt)})
	}
	return rows
}

func (p *dossierPage) deliveries() (rows [][]string) {
	for _, d := range append(slices.Clone(p.Deliveries), p.Tests...) {
		rows = append(rows, []string{p.Time(d.LastAt), p.campaignName(d.Campaign), d.Email, p.word("dossier.state", d.State), d.Reason})
	}
	return rows
}

func (p *dossierPage) events() (rows [][]string) {
	for _, e := range p.Events {
		rows = append(rows, []string{p.Time(e.At), p.word("dossier.event", e.Kind), p.campaignName(e.Campaign), p.followed(&e)})
	}
	return rows
}

func (p *dossierPage) journal() (rows [][]string) {
	for _, e := range p.Journal {
		rows = append(rows, []string{p.Time(e.At), p.word("dossier.entry", e.Kind), p.listName(e.List), p.by(e.By), p.detail(&e)})
	}
	return rows
}

func (p *dossierPage) requests() (rows [][]string) {
	for _, r := range p.Requests {
		rows = append(rows, []string{p.Time(r.ReceivedAt), p.word("dossier.request", r.Kind), r.Person, r.Identity, r.Details, r.Answer, p.Time(r.ClosedAt)})
	}
	return rows
}

func (p *dossierPage) other() (rows [][]string) {
	for _, n := range p.Notices {
		rows = append(rows, []string{p.Time(n.At), p.word("dossier.notice", n.Kind), strings.Join(n.Names, ", ")})
	}
	for _, s := range p.SignUps {
		rows = append(rows, []string{p.Time(s.At), s.Consent.Form, s.Consent.Text})
	}
	for _, w := range p.Wishes {
		rows = append(rows, []string{p.Time(w.At), w.Consent.Form, strings.TrimSpace(w.FirstName + " " + w.LastName + " " + w.Consent.Text)})
	}
	for _, c := range p.Changes {
		rows = append(rows, []string{p.Time(c.At), c.Email, ""})
	}
	for _, c := range p.BeforeImports {
		rows = append(rows, []string{p.Time(c.UpdatedAt), c.Email, strings.TrimSpace(c.FirstName + " " + c.LastName + " " + c.Position + " " + c.Phone + " " + c.Notes)})
	}
	return rows
}
