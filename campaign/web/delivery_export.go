package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// recipientColumns are the columns of an exported table of recipients.
var recipientColumns = []string{
	"email", "name", "domain", "language", "tracking", "state", "server_words", "code", "attempts", "queue", "sent_at", "last_change_at", "next_try_at",
	"opened", "clicked", "left",
}

// exportRecipients gives the recipients a table shows as a file; no cell of it is run as a formula.
func (s *runPages) exportRecipients(v *visit) error {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	if !v.user.MayExport() {
		return errMayNotExport
	}
	format, err := contactfile.ParseFormat(v.Query("format"))
	if err != nil {
		return err
	}
	if err := s.noteExport(v, "recipients of a run", string(format)); err != nil {
		return err
	}
	v.Header("Content-Type", format.ContentType())
	v.Header("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "recipients-"+r.ID+"."+string(format)))
	delimiter, err := v.delimiter()
	if err != nil {
		return err
	}
	w, err := contactfile.NewRows(v.Writer, format, delimiter, recipientColumns...)
	if err != nil {
		return err
	}
	q, count := readRecipientQuery(v), 0
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

// eachRecipient calls fn for pages of the recipients a query means.
func (s *runPages) eachRecipient(v *visit, r *campaign.Run, q *recipientQuery, fn func([]campaign.Delivery) error) error {
	if q.Did == "" {
		return s.store.EachRecipient(v.ctx(), r, q.filter(), fn)
	}
	p := store.Page{Limit: 500}
	for {
		ds, next, err := s.store.FindReaders(v.ctx(), r.ID, q.Did, p)
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
		known(r.Opened), known(r.Clicked), strconv.FormatBool(r.Left),
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
	return v.done(strings.TrimSuffix(back, "?"), "%s again, under the same Message-ID.", templates.Plural(n, "message goes", "messages go"))
}
