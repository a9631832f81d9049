package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// recipientsPage is the table of a run's deliveries: for each reader, what happened.
type recipientsPage struct {
	campaignPage
	recipientQuery
	Run    campaign.Run
	Done   campaign.Figures
	Rows   []recipientRow
	Paging paging

	GroupWords string // the group the table is narrowed to
}

// recipientRow is a delivery with what its reader did, where that may be known.
type recipientRow struct {
	campaign.Delivery
	Opened, Clicked, Left, Known, CameBack bool
	Back                                   campaign.Text // what came back by mail, and by which rule
	Bounce                                 string        // id of the event of a returned message
}

// Words are why the message was left out or failed: ours in the user's language, a server's as it said them.
func (r recipientRow) Words() campaign.Text { return campaign.OwnWords(r.Reason) }

// States are the filter's choices with their numbers.
func (p *recipientsPage) States() []templates.Option {
	out := []templates.Option{{Label: p.say("All")}}
	for _, s := range campaign.DeliveryStates {
		if n := p.Done.States[s]; n > 0 || s == p.State {
			out = append(out, templates.Option{Value: string(s), Label: p.say("%s (%d)", s, n)})
		}
	}
	if p.Done.Waiting > 0 || p.Waiting {
		out = append(out, templates.Option{Value: waiting, Label: p.say("All that wait (%d)", p.Done.Waiting)})
	}
	return out
}

// waiting stands for a state in the address: all deliveries that are not sent yet.
const waiting = "waiting"

// Chosen is the option of the state filter that is on.
func (q *recipientQuery) Chosen() string {
	if q.Waiting {
		return waiting
	}
	return string(q.State)
}

func (s *runPages) recipients(v *visit) error {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	c, err := s.store.GetCampaign(v.ctx(), r.Campaign)
	if err != nil {
		return gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	p := recipientsPage{campaignPage: campaignPage{Page: v.page("campaigns", "Recipients of %s", c.Name), Campaign: c, Tab: "results"}, Run: r}
	p.recipientQuery = recipientQueryOf(v.Request.URL.Query())
	if p.Done, err = s.store.LookDeliveries(v.ctx(), &r); err != nil {
		return err
	}
	table := store.Page{After: v.Query("after"), Limit: 50}
	found, next, err := s.find(v, &r, &p.recipientQuery, table)
	if err != nil {
		return err
	}
	if err := s.nameGroup(v, &p); err != nil {
		return err
	}
	p.Paging = p.pages(next)
	if p.Rows, err = s.recipientRows(v, found); err != nil {
		return err
	}
	return v.show("recipients", &p)
}

// recipientQuery is which recipients are asked for, as it stands in the address bar.
type recipientQuery struct {
	State    campaign.DeliveryState
	Waiting  bool               // in any of the states that are still to be sent
	Did      campaign.EventKind // only readers who did this; the other conditions but By do not count then
	Link     int                // of those who clicked, the number of the link from 1
	By       campaign.Dimension // only readers of a Group in this dimension
	Group    string
	Provider string
	Language campaign.Language
	Code     int64
	Reason   string // why they are in the state, as it is stored
	Text     string
}

// recipientQueryOf reads a query; impossible values are ignored.
func recipientQueryOf(from url.Values) recipientQuery {
	q := recipientQuery{
		State: oneOf(from.Get("state"), campaign.DeliveryStates), Did: oneOf(from.Get("did"), readerKinds), Text: strings.TrimSpace(from.Get("q")),
		Waiting: from.Get("state") == waiting, Language: oneOf(from.Get("language"), campaign.Languages),
		Provider: strings.ToLower(strings.TrimSpace(from.Get("provider"))), Reason: from.Get("reason"),
		By: oneOf(from.Get("by"), campaign.Dimensions), Group: from.Get("group"),
	}
	if n, err := strconv.Atoi(from.Get("link")); err == nil && n > 0 && n <= 10_000 && q.Did == campaign.Clicked {
		q.Link = n
	}
	if code, err := strconv.ParseInt(strings.TrimSpace(from.Get("code")), 10, 64); err == nil && code >= 200 && code < 600 {
		q.Code = code
	}
	return q
}

func (q *recipientQuery) filter() store.RecipientFilter {
	return store.RecipientFilter{State: q.State, Waiting: q.Waiting, Provider: q.Provider, Language: q.Language, Code: q.Code, Reason: q.Reason, Text: q.Text}
}

// Narrowed reports whether the query has more conditions than a state.
func (q *recipientQuery) Narrowed() bool {
	return *q != recipientQuery{State: q.State, Waiting: q.Waiting}
}

// ReasonWords are the reason asked for.
func (q *recipientQuery) ReasonWords() campaign.Text { return campaign.OwnWords(q.Reason) }

// CodeText is the code as it was typed.
func (q *recipientQuery) CodeText() string {
	if q.Code == 0 {
		return ""
	}
	return strconv.FormatInt(q.Code, 10)
}

// Export returns the address of a file of what the table shows.
func (p *recipientsPage) Export(format string) string {
	q := p.URL.Query()
	for _, name := range []string{"after", "sort", "desc"} {
		q.Del(name)
	}
	q.Set("format", format)
	return "/runs/" + p.Run.ID + "/recipients/export?" + q.Encode()
}

// Asking is the query of the table, for forms that act on what it shows.
func (p *recipientsPage) Asking() string {
	q := p.URL.Query()
	q.Del("after")
	return q.Encode()
}

// readerKinds are the events by which readers can be looked up.
var readerKinds = []campaign.EventKind{campaign.Opened, campaign.Clicked, nothingKnown, repliedSince, campaign.UnsubscribedEvent, campaign.BouncedEvent, campaign.ComplainedEvent}

// Readers can be looked up, too, by what is no event.
const (
	nothingKnown campaign.EventKind = "nothing_known" // neither an open nor a click
	repliedSince campaign.EventKind = "replied"       // they wrote back
)

// Doings are the filter's options of what a reader did.
func (p *recipientsPage) Doings() []templates.Option {
	return optionsOf(p.Page.Language, p.say("Anything"), readerKinds)
}

func (s *runPages) recipientRows(v *visit, ds []campaign.Delivery) ([]recipientRow, error) {
	ids := campaign.Collect(ds, func(x campaign.Delivery) string { return x.ID })
	events, err := s.store.EventsOfDeliveries(v.ctx(), ids)
	if err != nil {
		return nil, err
	}
	rows := make([]recipientRow, len(ds))
	for i, d := range ds {
		rows[i] = recipientRow{Delivery: d, Known: d.Tracking == campaign.Individual}
		for _, e := range events[d.ID] {
			byPerson := e.Verdict == campaign.Human
			rows[i].Opened = rows[i].Opened || e.Kind == campaign.Opened && byPerson
			rows[i].Clicked = rows[i].Clicked || e.Kind == campaign.Clicked && byPerson
			rows[i].Left = rows[i].Left || e.Kind == campaign.UnsubscribedEvent
			if words := e.ReturnWords(); !words.IsZero() {
				if e.Kind == campaign.BouncedEvent {
					rows[i].Bounce = e.ID
				}
				rows[i].Back, rows[i].CameBack = words, rows[i].CameBack || e.Kind == campaign.BouncedEvent
			}
		}
	}
	return rows, nil
}

// recipientColumns are the columns of an exported table of recipients.
var recipientColumns = []string{
	"email", "name", "domain", "language", "tracking", "state", "server_words", "code", "attempts", "queue", "sent_at", "last_change_at", "next_try_at",
	"opened", "clicked", "left", "came_back",
}

// exportRecipients sends the recipients a table shows as a file; no cell of it is run as a formula.
func (s *runPages) exportRecipients(v *visit) error {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	format, delimiter, err := exportFormat(v, v.Query("format"))
	if err != nil {
		return err
	}
	if err := s.beginExport(v, campaign.Textf("the recipients of a run"), "recipients-"+r.ID, format); err != nil {
		return err
	}
	w, err := contactfile.NewRows(v.Writer, format, delimiter, v.say("Recipients"), recipientColumns...)
	if err != nil {
		return err
	}
	q, count := recipientQueryOf(v.Request.URL.Query()), 0
	err = s.eachRecipient(v, &r, &q, func(ds []campaign.Delivery) error {
		rows, err := s.recipientRows(v, ds)
		if err != nil {
			return err
		}
		count += len(rows)
		for i := range rows {
			if err := w.Row(rows[i].record()...); err != nil {
				return err
			}
		}
		return w.Flush()
	})
	if err != nil {
		return err
	}
	s.Logger.Info("recipients exported", "user_id", v.user.ID, "run_id", r.ID, "count", count)
	return w.Close()
}

// eachRecipient calls fn for pages of the recipients that match a query.
func (s *runPages) eachRecipient(v *visit, r *campaign.Run, q *recipientQuery, fn func([]campaign.Delivery) error) error {
	if q.Did == "" && q.By == "" {
		return s.store.EachRecipient(v.ctx(), r, q.filter(), fn)
	}
	p := store.Page{Limit: 500}
	for {
		ds, next, err := s.find(v, r, q, p)
		if err != nil {
			return err
		}
		if err := fn(ds); err != nil || next == "" {
			return err
		}
		p.After = next
	}
}

func (r *recipientRow) record() []string {
	known := func(yes bool) string {
		if !r.Known {
			return ""
		}
		return strconv.FormatBool(yes)
	}
	return []string{
		r.Email, r.Name, r.Domain, string(r.Language), string(r.Tracking), string(r.State), r.Reason, strconv.FormatInt(r.Code, 10),
		strconv.FormatInt(r.Attempts, 10), r.Queue, exportTime(r.SentAt), exportTime(r.LastAt), exportTime(r.NextAt),
		known(r.Opened), known(r.Clicked), strconv.FormatBool(r.Left), r.Back.String(),
	}
}

func exportTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// retryForm is which failed messages go again.
type retryForm struct {
	IDs    []string `form:"id"`     // the chosen ones
	All    string   `form:"all"`    // "1": all the table shows, also on its other pages
	Asking string   `form:"asking"` // the table's query
	Dead   string   `form:"dead"`   // "true": also to addresses that do not work
}

// retry puts failed deliveries back into the queue: the chosen ones, or all that the table shows.
func (s *runPages) retry(v *visit) error {
	var form retryForm
	if err := v.read(&form); err != nil {
		return err
	}
	asking, err := url.ParseQuery(form.Asking)
	if err != nil {
		return campaign.Errorf(campaign.Invalid, "which messages are meant cannot be read")
	}
	back := "/runs/" + v.Param("id") + "/recipients?" + asking.Encode()
	q := recipientQueryOf(asking)
	f := q.filter()
	if form.All != "1" {
		if len(form.IDs) == 0 {
			return v.done(back, "Nobody was chosen, so nothing goes again.")
		}
		f = store.RecipientFilter{IDs: form.IDs}
	}
	n, err := s.store.RetryFailed(v.ctx(), v.Param("id"), f, form.Dead == "true")
	if err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	s.Logger.Info("failed messages go again", "user_id", v.user.ID, "run_id", v.Param("id"), "count", n)
	if n == 0 {
		return v.done(back, "Nothing goes again: these addresses do not work, or the messages went again already.")
	}
	return v.done(strings.TrimSuffix(back, "?"), "%d messages go again, under the same Message-ID.", n)
}
