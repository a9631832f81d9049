package store

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// noticesKept is how long a notice and its delivery are stored: they name people who may never have confirmed anything.
const noticesKept = campaign.SignUpLife

// Notices are single mails that readers asked for or must get.
type Notices struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

	deliveries *Deliveries
	runs       *Runs

	mailing sync.Mutex // held while the mails an address got in a day are counted and one more is written down
}

// SendNotice writes down a mail to one person; the scheduler sends it with the notices of the day. The contact may be nobody's
// yet: then its id is "". Three documents are written, in an order that is safe to break off anywhere: what the mail is
// about, the delivery, and that there is work to do.
func (s *Notices) SendNotice(ctx context.Context, n *campaign.Notice, to *campaign.Contact) error {
	return s.sendOnce(ctx, n, to, campaign.NewID(s.now()))
}

// sendOnce is SendNotice that does nothing when it was called before with the same key, on the same day.
func (s *Notices) sendOnce(ctx context.Context, n *campaign.Notice, to *campaign.Contact, key string) error {
	now := s.now()
	run, err := s.noticeRun(ctx, now)
	if err != nil {
		return err
	}
	id, shard := campaign.DeliveryID(run, 1, key)
	n.ID, n.At, n.Address = id, now, s.signer.SuppressionID(to.Email)
	if _, err := s.engine.InsertNew(ctx, schema.Notices, n); err != nil {
		return err
	}
	d := &campaign.Delivery{
		ID: id, Run: run, Contact: to.ID, Shard: shard, Email: to.Email, Name: to.FullName(), Domain: campaign.Domain(to.Email),
		Language: to.Language, Tracking: campaign.NoTracking, State: campaign.Queued, MadeAt: now, LastAt: now,
	}
	if err := s.deliveries.PlanDeliveries(ctx, []*campaign.Delivery{d}); err != nil {
		return err
	}
	return s.reopen(ctx, run)
}

// noticeRun returns the run of a day's notices, made when the first is written.
func (s *Notices) noticeRun(ctx context.Context, now time.Time) (string, error) {
	r := campaign.Run{
		ID: campaign.NoticeRunID(now), Trigger: campaign.TriggerNotice, State: campaign.Sending, Slot: now, Shards: 1, Planned: true, StartedAt: now,
	}
	_, err := s.runs.GetRun(ctx, r.ID)
	if campaign.CodeOf(err) == campaign.NotFound {
		err = s.runs.CreateRun(ctx, &r, &edition.Edition{Name: "Mails to single readers", Notices: true})
	}
	if campaign.CodeOf(err) == campaign.Conflict {
		err = nil // another process was faster
	}
	return r.ID, err
}

// reopen lets a day's run go on that had nothing left to do.
func (s *Notices) reopen(ctx context.Context, run string) error {
	r, err := s.runs.GetRun(ctx, run)
	if err != nil || r.State == campaign.Sending {
		return err
	}
	_, err = s.runs.UpdateRun(ctx, run, func(r *campaign.Run) error {
		if r.State == campaign.Sent {
			r.State, r.EndedAt = campaign.Sending, time.Time{}
		}
		return nil
	})
	return err
}

// ReopenNotices lets a run of notices go on that ended while another notice was being written.
func (s *Notices) ReopenNotices(ctx context.Context, run string) error {
	n, err := s.engine.Count(ctx, schema.Deliveries, document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Queued))})
	if err != nil || n == 0 {
		return err
	}
	return s.reopen(ctx, run)
}

// GetNotices reads the notices with some ids.
func (s *Notices) GetNotices(ctx context.Context, ids []string) (map[string]campaign.Notice, error) {
	var docs []campaign.Notice
	if err := s.engine.Find(ctx, schema.Notices, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]campaign.Notice, len(docs))
	for _, n := range docs {
		out[n.ID] = n
	}
	return out, nil
}

// FindNotices returns one page of the notices that were written down, the latest first, with their deliveries.
func (s *Notices) FindNotices(ctx context.Context, p Page) ([]campaign.Notice, map[string]campaign.Delivery, string, error) {
	p.Sort, p.Desc = "at", true
	found, next, err := page(ctx, s.engine, schema.Notices, nil, p, func(n *campaign.Notice) (any, string) { return n.At, n.ID })
	if err != nil {
		return nil, nil, "", err
	}
	ids := campaign.Collect(found, func(n campaign.Notice) string { return n.ID })
	docs, err := s.deliveries.withIDs(ctx, ids)
	if err != nil {
		return nil, nil, "", err
	}
	by := make(map[string]campaign.Delivery, len(docs))
	for _, d := range docs {
		by[d.ID] = d
	}
	return found, by, next, nil
}

// countNotices says how many notices went to an address since a time.
func (s *Notices) countNotices(ctx context.Context, hash string, since time.Time) (int64, error) {
	return s.engine.Count(ctx, schema.Notices, document.All{document.Equal("address", hash), document.Where{Field: "at", Op: document.Gt, Value: since}})
}

// mayMail reports whether an address may get one more mail today because somebody asked for it on a page. The caller holds
// mailing until the mail is written down.
func (s *Notices) mayMail(ctx context.Context, hash string) (bool, error) {
	mailed, err := s.countNotices(ctx, hash, s.now().Add(-24*time.Hour))
	return mailed < mailsADay, err
}

// ForgetNotices drops what was written to an address, and what it asked for and has not confirmed. The address is known by its
// keyed hash.
func (s *Notices) ForgetNotices(ctx context.Context, hash string) error {
	for _, c := range []*document.Collection{schema.SignUps, schema.Wishes, schema.AddressChanges} {
		if _, err := s.engine.Delete(ctx, c, document.Equal("address_hash", hash)); err != nil {
			return err
		}
	}
	return s.dropNotices(ctx, document.Equal("address", hash))
}

// DropOldNotices drops sign-ups, wishes and changes of address that ran out (E-11), and old notices with their deliveries.
func (s *Notices) DropOldNotices(ctx context.Context) error {
	now := s.now()
	for _, c := range []*document.Collection{schema.SignUps, schema.Wishes, schema.AddressChanges} {
		if _, err := s.engine.Delete(ctx, c, document.Where{Field: "expires_at", Op: document.Lt, Value: now}); err != nil {
			return err
		}
	}
	if err := s.emptyForwarded(ctx); err != nil {
		return err
	}
	return s.dropNotices(ctx, document.Where{Field: "at", Op: document.Lt, Value: now.Add(-noticesKept)})
}

// emptyForwarded drops the words of letters that were forwarded, once that is settled.
func (s *Notices) emptyForwarded(ctx context.Context) error {
	kind := document.Equal("kind", string(campaign.ForwardedReply))
	return document.Each(ctx, s.engine, schema.Notices, kind, 200, func(n *campaign.Notice) string { return n.ID }, func(n *campaign.Notice) error {
		if n.Letter == nil {
			return nil
		}
		d, err := s.deliveries.GetDelivery(ctx, n.ID)
		if err == nil && d.State.Open() {
			return nil
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		n.Letter, n.ReplyTo = nil, ""
		return s.engine.Upsert(ctx, schema.Notices, n)
	})
}

// mostForwarded is how many letters of one contact are forwarded in a day: a program that answers itself must not fill a mailbox.
const mostForwarded = 10

// forward sends a letter on to the contact of the campaign.
func (s *Notices) forward(ctx context.Context, c *campaign.Contact, r *campaign.Reply, id string) error {
	about := document.All{document.Equal("about", c.ID), document.Equal("kind", string(campaign.ForwardedReply)), document.Where{Field: "at", Op: document.Gt, Value: s.now().Add(-24 * time.Hour)}}
	n, err := s.engine.Count(ctx, schema.Notices, about)
	if err != nil || n >= mostForwarded {
		return err
	}
	text, cut := r.Text, false
	if len(text) > campaign.MostForwarded {
		text, cut = strings.ToValidUTF8(text[:campaign.MostForwarded], ""), true
	}
	lines := []campaign.Text{campaign.Textf("%s (%s) wrote:", c.DisplayName(), r.From)}
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			lines = append(lines, campaign.Textf("%s", part))
		}
	}
	if cut {
		lines = append(lines, campaign.Textf("The letter is longer: the rest is in the mailbox it came to."))
	}
	if r.Attached {
		lines = append(lines, campaign.Textf("It has attachments: they are in the mailbox it came to."))
	}
	subject := campaign.Textf("Answer from %s", c.DisplayName())
	if r.Subject != "" {
		subject = campaign.Textf("Answer from %s: %s", c.DisplayName(), campaign.CleanLine(r.Subject))
	}
	notice := &campaign.Notice{
		Kind: campaign.ForwardedReply, About: c.ID, ReplyTo: r.From, ExpiresAt: s.now().Add(letterLife),
		Letter: &campaign.Letter{Subject: subject.Stored(), Lines: campaign.StoredTexts(lines), Button: campaign.Textf("Look at the contact").Stored()},
	}
	return s.sendOnce(ctx, notice, &campaign.Contact{Email: r.ForwardTo, Language: cmp.Or(r.Language, campaign.English)}, id)
}

// scrub drops what an erased person wrote and what was forwarded of it.
func (s *Notices) scrub(ctx context.Context, p *erasing.Person) error {
	return s.dropNotices(ctx, document.All{document.Where{Field: "about", Op: document.In, Value: p.IDs()}, document.Equal("kind", string(campaign.ForwardedReply))})
}

// dropNotices drops notices and their deliveries, some at a time.
func (s *Notices) dropNotices(ctx context.Context, f document.Filter) error {
	const some = 500
	for {
		var docs []campaign.Notice
		if err := s.engine.Find(ctx, schema.Notices, document.Query{Filter: f, Limit: some}, &docs); err != nil || len(docs) == 0 {
			return err
		}
		ids := campaign.Collect(docs, func(n campaign.Notice) string { return n.ID })
		for _, c := range []*document.Collection{schema.Deliveries, schema.Notices} {
			if _, err := s.engine.Delete(ctx, c, document.Where{Field: "id", Op: document.In, Value: ids}); err != nil {
				return err
			}
		}
	}
}

// GoOnWithNotices lets runs of notices go on in which something waits although they ended: the process that ended them died before
// looking again.
func (s *Notices) GoOnWithNotices(ctx context.Context) error {
	var docs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{document.Equal("state", string(campaign.Sent)), document.Where{Field: "created_at", Op: document.Gt, Value: s.now().Add(-3 * 24 * time.Hour)}, document.Equal("trigger", string(campaign.TriggerNotice))},
	}, &docs)
	if err != nil {
		return err
	}
	for _, r := range docs {
		if err := s.ReopenNotices(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}
