package web

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// personalRecord is everything on record about one contact, as the person gets it (E-06, E-10).
type personalRecord struct {
	At            time.Time                  `json:"as_of"`
	Email         string                     `json:"email"`
	FirstName     string                     `json:"first_name,omitempty"`
	LastName      string                     `json:"last_name,omitempty"`
	Kind          campaign.Kind              `json:"kind"`
	Organisation  string                     `json:"organisation,omitempty"`
	Position      string                     `json:"position,omitempty"`
	Phone         string                     `json:"phone,omitempty"`
	Place         string                     `json:"place,omitempty"`
	Language      campaign.Language          `json:"language,omitempty"`
	Frequency     campaign.Frequency         `json:"frequency,omitempty"`
	Topics        []string                   `json:"topics,omitempty"`
	PausedUntil   time.Time                  `json:"paused_until,omitzero"`
	Tags          []string                   `json:"tags,omitempty"`
	Attributes    map[string]string          `json:"attributes,omitempty"`
	Notes         string                     `json:"notes,omitempty"`
	Source        string                     `json:"source,omitempty"`
	Status        campaign.ContactStatus     `json:"status"`
	Tracking      campaign.Tracking          `json:"tracking,omitempty"`
	Since         time.Time                  `json:"since"`
	Lists         []personalList             `json:"lists"`
	Consents      []campaign.Consent         `json:"consents"`
	TrackConsents []campaign.TrackingConsent `json:"tracking_consents"`
	Messages      []personalMessage          `json:"messages"`
	Events        []personalEvent            `json:"events"`
}

type personalList struct {
	Name   string                    `json:"name"`
	Status campaign.MembershipStatus `json:"status"`
	Basis  campaign.Basis            `json:"basis,omitempty"`
	Source string                    `json:"source,omitempty"`
	Since  time.Time                 `json:"since"`
	LeftAt time.Time                 `json:"left_at,omitzero"`
}

type personalMessage struct {
	At      time.Time              `json:"at"`
	Subject string                 `json:"subject,omitempty"`
	State   campaign.DeliveryState `json:"state"`
	Reason  string                 `json:"reason,omitempty"`
}

type personalEvent struct {
	At     time.Time          `json:"at"`
	Kind   campaign.EventKind `json:"kind"`
	Detail string             `json:"detail,omitempty"`
}

// mostOnRecord bounds how many messages and events are read for one page.
const mostOnRecord = 5000

// recordOf gathers what is on record about a contact.
func (s *Server) recordOf(ctx context.Context, c *campaign.Contact) (*personalRecord, error) {
	r := &personalRecord{
		At: s.Now().UTC(), Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, Kind: c.Kind, Position: c.Position, Phone: c.Phone,
		Place: c.Place, Language: c.Language, Frequency: c.Frequency, Topics: c.Topics, PausedUntil: c.PausedUntil, Tags: c.Tags,
		Attributes: c.Attributes, Notes: c.Notes, Source: c.Source, Status: c.Status, Tracking: c.Tracking, Since: c.CreatedAt,
		Lists: []personalList{}, Consents: c.Consents, TrackConsents: slices.Clone(c.Earlier), Messages: []personalMessage{}, Events: []personalEvent{},
	}
	if c.Consent != nil {
		r.TrackConsents = append(r.TrackConsents, *c.Consent)
	}
	if c.Organisation != "" {
		if o, err := s.store.GetOrganisation(ctx, c.Organisation); err == nil {
			r.Organisation = o.Name
		}
	}
	for _, m := range c.Memberships {
		r.Lists = append(r.Lists, personalList{s.namesOf(ctx, []string{m.List}), m.Status, m.Basis, m.Source, m.Since, m.LeftAt})
	}
	return r, s.addMessages(ctx, r, c.ID)
}

func (s *Server) addMessages(ctx context.Context, r *personalRecord, contact string) error {
	deliveries, err := s.store.FindDeliveriesTo(ctx, contact, mostOnRecord)
	if err != nil {
		return err
	}
	editions := map[string]campaign.Edition{}
	for _, d := range deliveries {
		e, known := editions[d.Run]
		if !known {
			if e, err = s.store.GetEdition(ctx, d.Run); unlessMissing(err) != nil {
				return err
			}
			editions[d.Run] = e
		}
		subject := e.Name
		if e.Notices {
			subject = "" // in answer to a form
		}
		if v := e.Release.In(d.Language); v != nil {
			subject = v.SubjectLine()
		}
		at := d.SentAt
		if at.IsZero() {
			at = d.LastAt
		}
		r.Messages = append(r.Messages, personalMessage{at, subject, d.State, d.Reason})
	}
	events, err := s.store.FindEventsOf(ctx, contact, mostOnRecord)
	if err != nil {
		return err
	}
	for i := range events {
		if events[i].Kind == campaign.Clicked && events[i].Link == 0 {
			continue // the link that was followed stands in an event of its own
		}
		detail, err := s.whatHappened(ctx, &events[i])
		if err != nil {
			return err
		}
		r.Events = append(r.Events, personalEvent{events[i].At, events[i].Kind, detail})
	}
	return nil
}

// dataPage shows the record to be read.
type dataPage struct {
	publicPage
	Intro    string
	JSON     string // address of the same as a file
	Sections []dataSection
}

type dataSection struct {
	Title string
	Rows  [][2]string
}

// personalData shows what is on record to whom the link was sent, or gives it as a file.
func (s *Server) personalData(v *visit) error {
	id, until, ok := s.tracker.links.ReadData(v.Param("token"))
	if !ok {
		return v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if !s.Now().Before(until) {
		return v.tellReader(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	c, err := s.store.GetContact(v.ctx(), id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return v.tellReader(http.StatusOK, v.pageLanguage(), "reader.gone")
	}
	if err != nil {
		return err
	}
	record, err := s.recordOf(v.ctx(), &c)
	if err != nil {
		return err
	}
	if v.Query("format") == "json" {
		data, err := json.MarshalIndent(record, "", "  ")
		if err != nil {
			return err
		}
		v.Header("Cache-Control", "no-store")
		v.Header("Content-Disposition", `attachment; filename="data.json"`)
		v.Data(http.StatusOK, "application/json; charset=utf-8", append(data, '\n'))
		return nil
	}
	l := c.Language
	if l == "" || v.Query("lang") != "" {
		l = v.pageLanguage()
	}
	p := dataPage{publicPage: v.publicPage(readerLanguage(l)), JSON: v.Request.URL.Path + "?format=json"}
	p.Title = p.T("data.title")
	p.Intro = p.T("data.page_intro", c.Email, p.day(record.At.In(v.zone)))
	p.Sections = p.sections(record, v.zone)
	p.otherLanguages(v.Request.URL.Path)
	return v.showPublic(http.StatusOK, "data", p.Style, &p)
}

func (p *publicPage) day(t time.Time) string { return language.LongDate(p.Language, t) }

// sections writes the record out; what is empty is left out, and a part without anything says so.
func (p *dataPage) sections(r *personalRecord, zone *time.Location) []dataSection {
	you := dataSection{Title: p.T("data.part.you")}
	add := func(s *dataSection, key, value string) {
		if value != "" {
			s.Rows = append(s.Rows, [2]string{p.T("data.field." + key), value})
		}
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return p.day(t.In(zone))
	}
	for _, f := range [][2]string{
		{"email", r.Email}, {"first_name", r.FirstName}, {"last_name", r.LastName}, {"organisation", r.Organisation}, {"position", r.Position},
		{"phone", r.Phone}, {"place", r.Place}, {"language", r.Language.Name()}, {"kind", p.T("kind." + string(r.Kind))}, {"tags", strings.Join(r.Tags, ", ")},
		{"topics", strings.Join(r.Topics, ", ")}, {"notes", r.Notes}, {"source", r.Source}, {"since", day(r.Since)}, {"paused", day(r.PausedUntil)},
	} {
		add(&you, f[0], f[1])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Attributes)) {
		you.Rows = append(you.Rows, [2]string{name, r.Attributes[name]})
	}
	lists, consents := dataSection{Title: p.T("preferences.lists")}, dataSection{Title: p.T("data.part.consents")}
	for _, l := range r.Lists {
		lists.Rows = append(lists.Rows, [2]string{l.Name, strings.Join([]string{p.T("data.status." + string(l.Status)), day(l.Since), l.Source}, ", ")})
	}
	for _, k := range r.Consents {
		consents.Rows = append(consents.Rows, [2]string{day(k.At), k.Text})
	}
	for _, k := range r.TrackConsents {
		consents.Rows = append(consents.Rows, [2]string{day(k.At), k.Text})
	}
	messages, events := dataSection{Title: p.T("data.part.messages")}, dataSection{Title: p.T("data.part.events")}
	for _, m := range r.Messages {
		messages.Rows = append(messages.Rows, [2]string{day(m.At), cmp.Or(m.Subject, p.T("data.single_mail"))})
	}
	for _, e := range r.Events {
		events.Rows = append(events.Rows, [2]string{day(e.At), strings.TrimSpace(p.T("data.event."+string(e.Kind)) + " " + e.Detail)})
	}
	return []dataSection{you, lists, consents, messages, events}
}
