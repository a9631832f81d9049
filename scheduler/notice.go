package scheduler

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
)

// NoticeComposition is the Composition of a run of notices: each message is about something of its own.
type NoticeComposition interface {
	Composition
	// Notice appends the message a notice is about to buf, which it may use as its Data.
	Notice(buf []byte, d *campaign.Delivery, n *campaign.Notice) (campaign.Message, error)
}

// readNotices gives the jobs of a run of notices what their messages are about.
func (c *conductor) readNotices(ctx context.Context, jobs []*job) error {
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.delivery.ID
	}
	found, err := c.cfg.Store.GetNotices(ctx, ids)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		j.notice = nil
		if n, ok := found[j.delivery.ID]; ok {
			j.notice = &n
		}
	}
	return nil
}

// noticeLeftOut says why a notice must not be sent, or "". What a person asked for on a public page is not held back by
// the lists they are on.
func (c *conductor) noticeLeftOut(j *job, suppressed campaign.SuppressionReason) string {
	j.contact = &campaign.Contact{Email: j.delivery.Email, Language: j.delivery.Language}
	switch {
	case j.notice == nil:
		return "what this mail was about is gone"
	case !j.notice.ExpiresAt.After(c.cfg.Now()):
		return "this mail would come too late to be of use"
	}
	return j.notice.Kind.LeftOut(suppressed)
}

// composeNotice makes the message of a notice.
func (c *conductor) composeNotice(j *job) (campaign.Message, error) {
	n, ok := c.composition.(NoticeComposition)
	if !ok {
		return campaign.Message{}, campaign.Errorf(campaign.Invalid, "this program cannot write such mails")
	}
	return n.Notice((*j.buffer)[:0], j.delivery, j.notice)
}
