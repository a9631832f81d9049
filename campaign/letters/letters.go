// Package letters decides which letter a delivery becomes: a version of a release, a notice or a digest, with the head, the
// envelope and the links its reader gets. Templates write the text and the mailer encodes it. It sends nothing and does not
// sign.
package letters

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/mailer"
)

// Store is what letters are made of beside the edition.
type Store interface {
	GetFile(ctx context.Context, id string) ([]byte, error)
	GetSettings(ctx context.Context) (campaign.Settings, error)
}

// Writer writes the letters of runs.
type Writer struct {
	Store  Store
	Links  campaign.Links
	Bounce string          // address that takes bounces; "" uses the sender's
	Taken  bool            // what comes to Bounce is read, so that readers can leave by mail too
	Marks  []string        // fields by which mail services know a delivery, see mailer.Recipient
	From   campaign.Sender // of mails that belong to no campaign, where the settings name nobody
	Now    func() time.Time
}

// Composition makes one reader's message. It is used by one goroutine at a time.
type Composition interface {
	// Message appends the message for a contact to buf, which it may use as its Data.
	Message(buf []byte, d *campaign.Delivery, c *campaign.Contact, organisation string) (campaign.Message, error)
}

// Compose reads what all readers of an edition share. The composition of a run of notices also has the method Notice.
func (w *Writer) Compose(ctx context.Context, e *edition.Edition) (Composition, error) {
	switch {
	case e.Notices:
		return w.composeNotices(ctx)
	case e.Digest != nil:
		return w.composeDigest(ctx, e)
	}
	return w.composeRelease(ctx, e)
}

// Files reads the attachments of a release.
func (w *Writer) Files(ctx context.Context, r *campaign.Release) ([]campaign.ContentFile, error) {
	var files []campaign.ContentFile
	for _, a := range r.Attachments {
		data, err := w.Store.GetFile(ctx, a.File)
		if campaign.CodeOf(err) == campaign.NotFound {
			return nil, campaign.Errorf(campaign.NotFound, "the file %q of the release is gone: attach it again", a.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("read attachment: %w", err)
		}
		files = append(files, campaign.ContentFile{Name: a.Name, MediaType: a.MediaType, Inline: a.Inline, Data: data})
	}
	return files, nil
}

// headFrom is the part of a message's head that depends on its sender and language alone.
func headFrom(s campaign.Sender, language campaign.Language) mailer.Head {
	h := mailer.Head{From: mailer.Address{Name: s.Name, Email: s.Email}, ContentLanguage: string(language)}
	if s.ReplyTo != "" {
		h.ReplyTo = mailer.Address{Email: s.ReplyTo}
	}
	return h
}

// message appends one reader's message to buf. leave is the address to leave on; "" for a mail nobody can leave.
func (w *Writer) message(buf []byte, l *mailer.Letter, from string, d *campaign.Delivery, leave string, values []string) (campaign.Message, error) {
	r := mailer.Recipient{Name: d.Name, Address: d.Email, MessageID: d.ID, Date: w.Now().UTC(), Unsubscribe: leave, Marks: w.Marks}
	if leave != "" && w.Taken {
		if address := w.Links.LeaveAddress(w.Bounce, d.ID); address != "" {
			r.UnsubscribeMailto = "mailto:" + address + "?subject=leave"
		}
	}
	data, err := l.Append(buf, r, values)
	return campaign.Message{From: w.returnPath(d, from), To: d.Email, Data: data}, err
}

// returnPath is the envelope sender, which gets the bounces. It is the sender's own where there is no address for bounces,
// and plainly that address where naming the delivery would make it too long.
func (w *Writer) returnPath(d *campaign.Delivery, sender string) string {
	if w.Bounce == "" {
		return sender
	}
	return cmp.Or(w.Links.ReturnPath(w.Bounce, d.ID), w.Bounce)
}

// sender is who mails are from that belong to no campaign: the first sender of the settings, else From.
func (w *Writer) sender(settings *campaign.Settings) (campaign.Sender, error) {
	if len(settings.Senders) > 0 {
		return settings.Senders[0], nil
	}
	if w.From.Email == "" {
		return w.From, campaign.Errorf(campaign.Invalid, "nobody is set to send it: add a sender in the settings, or set GLASNIK_FROM")
	}
	return w.From, nil
}
