package web

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// recipientsPage is the table of a run's deliveries: for each reader, what happened.
type recipientsPage struct {
	campaignPage
	Run    campaign.Run
	State  campaign.DeliveryState
	Did    campaign.EventKind // only readers who did this
	Done   tally
	Rows   []recipientRow
	Paging paging
}

// recipientRow is a delivery with what its reader did, where that may be known.
type recipientRow struct {
	campaign.Delivery
	Opened, Clicked, Left, Known bool
}

// States are the filter's choices with their numbers.
func (p *recipientsPage) States() []templates.Option {
	out := []templates.Option{{Label: "All"}}
	for _, s := range campaign.DeliveryStates {
		if n := p.Done.States[s]; n > 0 || s == p.State {
			out = append(out, templates.Option{Value: string(s), Label: templates.Label(s) + " (" + templates.Number(n) + ")"})
		}
	}
	return out
}

func (s *Server) recipients(v *visit) error {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	c, err := s.store.GetCampaign(v.ctx(), r.Campaign)
	if err != nil {
		return gone(err, "campaign")
	}
	p := recipientsPage{campaignPage: campaignPage{Page: v.page("Recipients of "+c.Name, "campaigns"), Campaign: c, Tab: "results"}, Run: r}
	p.State = deliveryState(v.Query("state"))
	states, err := s.store.CountDeliveries(v.ctx(), r.ID)
	if err != nil {
		return err
	}
	p.Done = tallyOf(states)
	p.Did = didKind(v.Query("did"))
	table := store.Page{After: v.Query("after"), Limit: 50}
	var found []campaign.Delivery
	var next string
	if p.Did != "" {
		found, next, err = s.store.FindReaders(v.ctx(), r.ID, p.Did, table)
	} else {
		found, next, err = s.store.FindDeliveries(v.ctx(), r.ID, p.State, table)
	}
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	if p.Rows, err = s.recipientRows(v, found); err != nil {
		return err
	}
	return v.show("recipients", &p)
}

// readerKinds are what readers can be looked up by.
var readerKinds = []campaign.EventKind{campaign.Opened, campaign.Clicked, campaign.UnsubscribedEvent, campaign.BouncedEvent, campaign.ComplainedEvent}

func didKind(s string) campaign.EventKind {
	if kind := campaign.EventKind(s); slices.Contains(readerKinds, kind) {
		return kind
	}
	return ""
}

// Doings are the filter's choices of what a reader did.
func (p *recipientsPage) Doings() []templates.Option { return optionsOf("Anything", readerKinds) }

// deliveryState reads a state from the address bar; one that does not exist is none.
func deliveryState(s string) campaign.DeliveryState {
	if state := campaign.DeliveryState(s); slices.Contains(campaign.DeliveryStates, state) {
		return state
	}
	return ""
}

func (s *Server) recipientRows(v *visit, ds []campaign.Delivery) ([]recipientRow, error) {
	ids := make([]string, len(ds))
	for i := range ds {
		ids[i] = ds[i].ID
	}
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
		}
	}
	return rows, nil
}

// exportRecipients gives the table as CSV with a byte-order mark, so that office programs read Cyrillic right.
func (s *Server) exportRecipients(v *visit) error {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	v.Header("Content-Type", "text/csv; charset=utf-8")
	v.Header("Content-Disposition", `attachment; filename="recipients-`+r.ID+`.csv"`)
	v.Status(http.StatusOK)
	v.Writer.WriteString("\uFEFF")
	w := csv.NewWriter(v.Writer)
	if err := w.Write([]string{"email", "name", "language", "tracking", "state", "server_words", "code", "attempts", "queue", "sent_at", "last_change_at", "opened", "clicked", "left"}); err != nil {
		return err
	}
	err = s.store.EachDelivery(v.ctx(), r.ID, deliveryState(v.Query("state")), func(ds []campaign.Delivery) error {
		rows, err := s.recipientRows(v, ds)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := w.Write(row.record()); err != nil {
				return err
			}
		}
		w.Flush()
		return w.Error()
	})
	w.Flush()
	return err
}

func (r *recipientRow) record() []string {
	known := func(yes bool) string {
		if !r.Known {
			return ""
		}
		return strconv.FormatBool(yes)
	}
	out := []string{
		r.Email, r.Name, string(r.Language), string(r.Tracking), string(r.State), r.Reason, strconv.FormatInt(r.Code, 10),
		strconv.FormatInt(r.Attempts, 10), r.Queue, exportTime(r.SentAt), exportTime(r.LastAt), known(r.Opened), known(r.Clicked), strconv.FormatBool(r.Left),
	}
	for i := range out {
		out[i] = harmless(out[i])
	}
	return out
}

// harmless keeps office programs from taking a text for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func exportTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
