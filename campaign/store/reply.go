package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Replies record what people write back.
type Replies struct {
	engine document.Engine

	contacts   *Contacts
	deliveries *Deliveries
	enquiries  *Enquiries
	enrolled   *Enrolments
	events     *Events
	journal    *Journal
	notices    *Notices
	requests   *Requests
	runs       *Runs
}

// RecordReply puts a reply on the timeline of its contact, stops the series that stop at one, and sends it on to whom it is for. Somebody
// who asks to be taken off waits for one of the team to confirm it; a letter that asks for survivors is kept where few see it, and of
// its words nothing stands on the timeline. A reply is recorded once, however often it is read.
func (s *Replies) RecordReply(ctx context.Context, r campaign.Reply) error {
	ctx = As(ctx, campaign.Actor{Name: campaign.ByPerson})
	c, err := s.contacts.GetPerson(ctx, r.Contact)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	id := campaign.DerivedIDAt(r.At, "reply", c.ID, r.MessageID)
	if known, err := document.Exists[campaign.Entry](ctx, s.engine, schema.Journal, document.ByID(id)); err != nil || known {
		return err
	}
	if err := s.enrolled.StopReplied(ctx, c.ID); err != nil {
		return err
	}
	if r.Protected {
		r.Words = ""
		if err := s.enquiries.add(ctx, &c, &r); err != nil {
			return err
		}
	}
	if r.Leaves {
		if err := s.askToLeave(ctx, &c, r); err != nil {
			return err
		}
	}
	if r.ForwardTo != "" && !r.Protected {
		if err := s.notices.forward(ctx, &c, &r, id); err != nil {
			return err
		}
	}
	entry := campaign.Entry{Kind: campaign.RepliedEntry, Contact: c.ID, Detail: r.Words}
	_, err = s.journal.logOnce(ctx, entry, r.At, "reply", c.ID, r.MessageID)
	return err
}

func (s *Replies) askToLeave(ctx context.Context, c *campaign.Contact, r campaign.Reply) error {
	id := campaign.DerivedIDAt(r.At, "leave", c.ID, r.MessageID)
	_, err := s.requests.GetRequest(ctx, id)
	if campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	return s.requests.CreateRequest(ctx, &campaign.Request{
		ID: id, Kind: campaign.ObjectionRequest, Contact: c.ID, Person: c.DisplayName(), Identity: r.From, Details: r.Words, ReceivedAt: r.At,
		Reply: true, Delivery: r.Delivery,
	})
}

// LeaveByMail takes the reader of a delivery off the lists it went to, by what they wrote, and counts it with the run.
func (s *Replies) LeaveByMail(ctx context.Context, d *campaign.Delivery) error {
	c, err := s.contacts.GetPerson(ctx, d.Contact)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	sent, err := s.runs.GetEdition(ctx, d.Run)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	lists := campaign.Collect(sent.Lists, func(l campaign.List) string { return l.ID })
	lists = slices.DeleteFunc(lists, func(l string) bool { return c.Membership(l) == nil })
	left, err := s.contacts.LeaveLists(ctx, c.ID, lists, campaign.Unsubscribed)
	if err != nil || len(left) == 0 {
		return campaign.UnlessMissing(err)
	}
	return s.events.RecordEvents(ctx, []*campaign.Event{{
		ID:  campaign.EventID(d.Run, campaign.UnsubscribedEvent, campaign.Human, d.ID, 0),
		Run: d.Run, Campaign: d.Campaign, Kind: campaign.UnsubscribedEvent, Verdict: campaign.Human,
		Delivery: d.ID, Contact: d.Contact, Reader: d.ID, Language: d.Language, At: s.journal.now(),
	}})
}

// FindLeaveRequests returns one page of those who asked by a letter to be taken off and wait for somebody to confirm it.
func (s *Replies) FindLeaveRequests(ctx context.Context, p Page) ([]campaign.Request, string, error) {
	p.Sort = "due_at"
	f := document.All{document.Equal("reply", true), document.Equal("open", true)}
	return page(ctx, s.engine, schema.Requests, f, p, func(r *campaign.Request) (any, string) { return r.DueAt, r.ID })
}

// CountLeaveRequests says how many wait.
func (s *Replies) CountLeaveRequests(ctx context.Context) (int64, error) {
	return s.engine.Count(ctx, schema.Requests, document.All{document.Equal("reply", true), document.Equal("open", true)})
}

// ConfirmLeave takes somebody off who asked for it by a letter: off the lists of the message they answered, or where that is not known
// off all. The request is answered by it.
func (s *Replies) ConfirmLeave(ctx context.Context, id string) error {
	r, err := s.requests.GetRequest(ctx, id)
	if err != nil {
		return err
	}
	if !r.Open || !r.Reply {
		return campaign.Errorf(campaign.Conflict, "this request is answered already")
	}
	d, err := s.deliveries.GetDelivery(ctx, r.Delivery)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	if err == nil {
		err = s.LeaveByMail(ctx, &d)
	} else {
		err = s.leaveAll(ctx, r.Contact)
	}
	if err != nil {
		return err
	}
	return s.requests.CloseRequest(ctx, id, campaign.Textf("Taken off the lists").Stored())
}

func (s *Replies) leaveAll(ctx context.Context, contact string) error {
	c, err := s.contacts.GetPerson(ctx, contact)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	_, err = s.contacts.LeaveLists(ctx, c.ID, campaign.Collect(c.Memberships, func(m campaign.Membership) string { return m.List }), campaign.Unsubscribed)
	return campaign.UnlessMissing(err)
}

// RefuseLeave closes the request of somebody who did not ask to be taken off.
func (s *Replies) RefuseLeave(ctx context.Context, id string) error {
	return s.requests.CloseRequest(ctx, id, campaign.Textf("They did not ask to be taken off").Stored())
}
