// Package returns decides what follows from what came back by mail: which delivery it is about, what is recorded of it, and what
// becomes of the contact, by the rules that also hold for what servers say in the session (campaign.BounceRules).
//
// A delivery is believed to be meant when our signature says so (return path, address to leave at, page to leave on), or when a
// report names its Message-ID and the address it went to. Nothing follows from a broken signature, nor for a delivery that never
// was; it is counted. A message may be read any number of times: each effect derives its id from what it records.
package returns

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/mailer/inbound"
)

// Store is what is read and written.
type Store interface {
	GetDelivery(ctx context.Context, id string) (campaign.Delivery, error)
	GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	GetSettings(ctx context.Context) (campaign.Settings, error)
	LeaveByMail(ctx context.Context, d *campaign.Delivery) error
	RecordReply(ctx context.Context, r campaign.Reply) error
	RecordReturn(ctx context.Context, d *campaign.Delivery, e campaign.Event) (isNew bool, err error)
}

// Desk takes what came back.
type Desk struct {
	Store  Store
	Links  campaign.Links
	Now    func() time.Time
	Logger *slog.Logger

	// First takes what is no answer to a delivery: a test mail, a receiver's report. It says what it was, or else returns the whole
	// message to be read. nil takes nothing.
	First func(ctx context.Context, message io.Reader) (what string, rest io.Reader, err error)
}

// Take reads one message and does what follows from it. It returns what it was, once for each recipient: a class, or one of the
// names of campaign.Mailbox.Counts. An error says that the store failed: then it must be read again.
func (d *Desk) Take(ctx context.Context, message io.Reader) ([]string, error) {
	if d.First != nil {
		what, rest, err := d.First(ctx, message)
		if err != nil {
			return nil, err
		}
		if what != "" {
			return []string{what}, nil
		}
		message = rest
	}
	m, err := inbound.Read(message)
	if errors.Is(err, inbound.ErrNoMessage) {
		return []string{campaign.CountUnreadable}, nil
	}
	if err != nil {
		return nil, err
	}
	return d.deal(ctx, m)
}

// deal does what follows from a message.
func (d *Desk) deal(ctx context.Context, m *inbound.Message) (out []string, err error) {
	verdicts := inbound.Classify(m, d.Links)
	for i := range verdicts {
		v := &verdicts[i]
		what := string(v.Class)
		switch {
		case v.Class == inbound.Automatic:
		case v.Class == inbound.Reply:
			if err = d.replied(ctx, m, v); err != nil {
				return out, err
			}
		case v.Action == "delayed":
			what = campaign.CountDelayed
		default:
			if what, err = d.returned(ctx, v, len(verdicts) > 1); err != nil {
				return out, err
			}
		}
		out = append(out, what)
	}
	return out, nil
}

// applyLearned lets what the team taught decide before the rules of the program.
func (d *Desk) applyLearned(ctx context.Context, v *inbound.Verdict) error {
	set, err := d.Store.GetSettings(ctx)
	if err != nil {
		return err
	}
	for _, t := range set.Learned {
		if v.Learn(inbound.Class(t.Class), t.Words) {
			break
		}
	}
	return nil
}

// returned records a bounce or complaint.
func (d *Desk) returned(ctx context.Context, v *inbound.Verdict, several bool) (string, error) {
	if v.Forged {
		return campaign.CountForged, nil
	}
	if err := d.applyLearned(ctx, v); err != nil {
		return "", err
	}
	del, ok, err := d.deliveryOf(ctx, v, several)
	if err != nil || !ok {
		return campaign.CountUnknown, err
	}
	event := campaign.Event{Kind: campaign.BouncedEvent, Verdict: campaign.BounceClass(v.Class), Rule: v.Rule, Detail: cmp.Or(v.Diagnostic, v.Why), At: d.Now().UTC()}
	if v.Class == inbound.Complaint {
		event.Kind, event.Verdict = campaign.ComplainedEvent, ""
	}
	isNew, err := d.Store.RecordReturn(ctx, &del, event)
	switch {
	case err != nil:
		return "", err
	case !isNew:
		return campaign.CountRepeated, nil
	case v.Class == inbound.Block:
		d.Logger.Error("a mailbox provider sent our mail back because of us", "run_id", del.Run, "provider", campaign.ProviderOf(del.Domain), "answer", campaign.WithoutAddresses(event.Detail))
	}
	return string(v.Class), nil
}

// deliveryOf finds the delivery a verdict is about. One that nothing of was ever handed to a server is none.
func (d *Desk) deliveryOf(ctx context.Context, v *inbound.Verdict, several bool) (del campaign.Delivery, ok bool, err error) {
	id, signed := v.Delivery, v.Delivery != ""
	if !signed {
		id = deliveryIn(v.OriginalMessage)
	}
	if _, _, ok := campaign.SplitDeliveryID(id); !ok {
		return del, false, nil
	}
	if del, err = d.Store.GetDelivery(ctx, id); err != nil {
		return del, false, campaign.UnlessMissing(err)
	}
	if del.Attempts == 0 && del.State != campaign.InFlight && del.State != campaign.Interrupted && del.State != campaign.Accepted {
		return del, false, nil
	}
	same := v.Recipient != "" && campaign.AddressKey(v.Recipient) == campaign.AddressKey(del.Email)
	return del, same || signed && !(several && v.Recipient != ""), nil
}

// deliveryIn returns the delivery's id in a Message-ID of ours. What is no atom stands in it as =XX, which ids have none of.
func deliveryIn(messageID string) string {
	left, _, _ := strings.Cut(messageID, "@")
	return left
}
