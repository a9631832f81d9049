package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/scheduler"
	"github.com/glasnik/glasnik/templates"
)

// composer joins templates, which write letters, and the mailer, which makes messages of them.
type composer struct {
	store  *store.Store
	links  campaign.Links
	bounce string          // address that takes bounces; "" uses the sender's
	from   campaign.Sender // of mails that belong to no campaign, where the settings name nobody
	dkim   *mailer.DKIM    // nil: messages are not signed here
	now    func() time.Time
}

// Compose reads the attachments and makes one letter of every version, so that what is wrong with the release is found
// before anybody gets anything.
func (c *composer) Compose(ctx context.Context, e *campaign.Edition) (scheduler.Composition, error) {
	switch {
	case e.Notices:
		return c.composeNotices(ctx)
	case e.Digest != nil:
		return c.composeDigest(ctx, e)
	}
	files, err := c.files(ctx, &e.Release)
	if err != nil {
		return nil, err
	}
	out := &composition{composer: c, edition: e, files: files, letters: map[letterKey]*letter{}}
	for i := range e.Release.Versions {
		key := letterKey{language: e.Release.Versions[i].Language, tracking: campaign.Aggregate}
		if len(e.Lists) > 0 {
			key.list = e.Lists[0].ID
		}
		if _, err := out.letter(key); err != nil {
			return nil, err
		}
	}
	if c.dkim != nil {
		return signedComposition{out}, nil
	}
	return out, nil
}

func (c *composer) files(ctx context.Context, r *campaign.Release) ([]campaign.ContentFile, error) {
	var files []campaign.ContentFile
	for _, a := range r.Attachments {
		data, err := c.store.GetFile(ctx, a.File)
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

// composition is what all readers of an edition share. Letters are made when first needed; there are few: one for each
// version, tracking mode and list.
type composition struct {
	composer *composer
	edition  *campaign.Edition
	files    []campaign.ContentFile
	letters  map[letterKey]*letter
	values   []string // reused
}

type letterKey struct {
	language campaign.Language
	tracking campaign.Tracking
	list     string // whose List-Id the message carries
	first    bool   // see campaign.Contact.FirstBy
}

type letter struct {
	text   *templates.Letter
	letter *mailer.Letter
}

// letter gives the letter for a key, made anew when an embargo has passed since.
func (c *composition) letter(key letterKey) (*letter, error) {
	now := c.composer.now()
	if l := c.letters[key]; l != nil {
		if until := l.text.GoodUntil(); until.IsZero() || now.Before(until) {
			return l, nil
		}
	}
	version := c.edition.Release.In(key.language)
	if version == nil {
		return nil, campaign.Errorf(campaign.Invalid, "the release has no %s version", key.language)
	}
	write := templates.Compose
	if key.first {
		write = templates.ComposeFirst
	}
	text, err := write(c.edition, version, key.tracking, c.files, c.composer.links, now)
	if err != nil {
		return nil, err
	}
	compiled, err := mailer.Compile(text.Content(), c.head(key))
	if err != nil {
		return nil, err
	}
	l := &letter{text, compiled}
	c.letters[key] = l
	return l, nil
}

// head is what stands in the head of every message of a letter.
func (c *composition) head(key letterKey) mailer.Head {
	e, s := c.edition, c.edition.Sender
	domain := campaign.Domain(s.Email)
	h := mailer.Head{
		From: mailer.Address{Name: s.Name, Email: s.Email}, ContentLanguage: string(key.language),
		FeedbackID: feedbackID(e, key.list, domain),
	}
	if s.ReplyTo != "" {
		h.ReplyTo = mailer.Address{Email: s.ReplyTo}
	}
	for i := range e.Lists {
		if e.Lists[i].ID == key.list {
			h.ListName, h.ListID = e.Lists[i].Name, e.Lists[i].HeaderID(domain)
		}
	}
	if e.Recurring {
		h.AutoSubmitted = "auto-generated" // no human hand starts its runs (RFC 3834 section 5)
	}
	// A newsletter wants no holiday notes back. A press release wants every answer.
	h.Bulk = e.Release.Kind == campaign.Newsletter
	h.SuppressReplies = h.Bulk || e.Recurring
	return h
}

// feedbackID groups complaints by campaign, list and kind of release in Gmail's Postmaster Tools.
func feedbackID(e *campaign.Edition, list, domain string) string {
	of, _, _ := strings.Cut(e.ID, "-")
	sender, _, _ := strings.Cut(domain, ".")
	return strings.Join([]string{of, list, string(e.Release.Kind), sender}, ":")
}

// Message makes the message for one reader.
func (c *composition) Message(buf []byte, d *campaign.Delivery, contact *campaign.Contact, organisation string) (campaign.Message, error) {
	key := letterKey{language: d.Language, tracking: d.Tracking}
	if list := c.listOf(contact); list != nil {
		key.list, key.first = list.ID, contact.FirstBy(list) != nil
	}
	l, err := c.letter(key)
	if err != nil {
		return campaign.Message{}, err
	}
	c.values = l.text.Values(c.values[:0], d, contact, organisation)
	data, err := l.letter.Append(buf, mailer.Recipient{
		Name: d.Name, Address: d.Email, MessageID: d.ID, Date: c.composer.now().UTC(), Unsubscribe: l.text.Leave(c.values),
	}, c.values)
	return campaign.Message{From: c.composer.returnPath(d, c.edition.Sender.Email), To: d.Email, Data: data}, err
}

// signedComposition is a composition whose messages are signed.
type signedComposition struct{ *composition }

// Sign puts a DKIM signature on a message.
func (c signedComposition) Sign(m *campaign.Message) (err error) {
	m.Data, err = c.composer.dkim.Sign(m.Data)
	return err
}

// returnPath is the envelope sender: where bounces go. Without an address for them, or where naming the delivery in it
// would make it too long, it is the sender's own.
func (c *composer) returnPath(d *campaign.Delivery, sender string) string {
	if c.bounce != "" {
		if path := c.links.ReturnPath(c.bounce, d.ID); path != "" {
			return path
		}
		return c.bounce
	}
	return sender
}

// listOf is the first of the edition's lists the contact is on; in a test send, the first of all.
func (c *composition) listOf(contact *campaign.Contact) *campaign.List {
	lists := c.edition.Lists
	if l := contact.FirstOn(lists); l != nil || len(lists) == 0 {
		return l
	}
	return &lists[0]
}
