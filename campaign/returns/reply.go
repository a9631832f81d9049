package returns

import (
	"cmp"
	"context"
	"net/mail"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/inbound"
)

// oldest is how long ago a letter may say it was written to be believed.
const oldest = 60 * 24 * time.Hour

// replied records a letter: with the reader of the delivery it answers, else with the contact who has its address. A letter to the
// address to leave at takes its reader off the lists of the delivery, whatever it says (RFC 2369); one that asks for it in words
// does so where the settings say that it is done at once, and else waits for a person.
func (d *Desk) replied(ctx context.Context, m *inbound.Message, v *inbound.Verdict) error {
	del, answers, err := d.answered(ctx, v)
	if err != nil {
		return err
	}
	contact := del.Contact
	if contact == "" {
		c, err := d.Store.GetContactByAddress(ctx, v.From)
		if err != nil {
			return campaign.UnlessMissing(err)
		}
		contact = c.ID
	}
	set, err := d.Store.GetSettings(ctx)
	if err != nil {
		return err
	}
	toLeave := answers && v.Leave && !v.Protected && (v.Delivery != "" && v.Rule == inbound.SentToLeave || set.Replies.LeaveAtOnce && campaign.AddressKey(v.From) == campaign.AddressKey(del.Email))
	if toLeave {
		if err := d.Store.LeaveByMail(ctx, &del); err != nil {
			return err
		}
	}
	r := campaign.Reply{
		Contact: contact, From: v.From, MessageID: m.Header.Get("Message-ID"), Words: v.Why, Leaves: v.Leave && !toLeave, At: d.writtenAt(m, &del),
		Protected: v.Protected, Rule: v.Rule, Subject: m.Header.Get("Subject"), Text: m.Words(), Attached: m.Attached(), Language: del.Language,
	}
	if answers {
		r.Delivery = del.ID
	}
	if v.Protected {
		d.Logger.Warn("a letter asks for a survivor's contact or an interview: those named for it see it in the panel", "contact_id", contact)
	} else if !set.Replies.NoForward && v.Rule != inbound.SentToLeave {
		if r.ForwardTo, err = d.forwardTo(ctx, m, v, &del, &set); err != nil {
			return err
		}
	}
	return d.Store.RecordReply(ctx, r)
}

// forwardTo is whom a letter is forwarded to: who answers for the campaign, as its readers see it. Whom it went to already is not sent it
// again.
func (d *Desk) forwardTo(ctx context.Context, m *inbound.Message, v *inbound.Verdict, del *campaign.Delivery, set *campaign.Settings) (string, error) {
	to := ""
	if del.ID != "" {
		sent, err := d.Store.GetEdition(ctx, del.Run)
		if campaign.UnlessMissing(err) != nil {
			return "", err
		}
		to = cmp.Or(sent.Sender.ReplyTo, contactOf(&sent.Release, del.Language))
	}
	if at := (campaign.MediaContact{Email: set.Desk.Email}).Addresses(); to == "" && len(at) > 0 {
		to = at[0]
	}
	to, err := campaign.ParseAddress(to)
	if err != nil || campaign.AddressKey(to) == campaign.AddressKey(v.From) {
		return "", nil
	}
	for _, name := range []string{"To", "Cc"} {
		if strings.Contains(strings.ToLower(m.Header.Get(name)), strings.ToLower(to)) {
			return "", nil
		}
	}
	return to, nil
}

// contactOf is the address of the media contact of a release, in a language or else in another one.
func contactOf(r *campaign.Release, l campaign.Language) string {
	other := ""
	for i := range r.Versions {
		at := r.Versions[i].Contact.Addresses()
		switch {
		case len(at) == 0:
		case r.Versions[i].Language == l:
			return at[0]
		default:
			other = cmp.Or(other, at[0])
		}
	}
	return other
}

// answered finds the delivery that a letter answers.
func (d *Desk) answered(ctx context.Context, v *inbound.Verdict) (del campaign.Delivery, ok bool, err error) {
	id := v.Delivery
	if id == "" {
		id = deliveryIn(v.OriginalMessage)
	}
	if _, _, ok := campaign.SplitDeliveryID(id); !ok {
		return del, false, nil
	}
	del, err = d.Store.GetDelivery(ctx, id)
	return del, err == nil, campaign.UnlessMissing(err)
}

// writtenAt is when a letter says it was written, where that can be; else when what it answers was sent. It must be the same each time
// the letter is read.
func (d *Desk) writtenAt(m *inbound.Message, del *campaign.Delivery) time.Time {
	at, err := mail.ParseDate(m.Header.Get("Date"))
	now := d.Now()
	if err == nil && !at.After(now) && now.Sub(at) < oldest {
		return at.UTC().Truncate(time.Second)
	}
	if !del.SentAt.IsZero() {
		return del.SentAt.UTC()
	}
	return now.UTC().Truncate(24 * time.Hour)
}
