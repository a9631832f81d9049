package letters

import (
	"context"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/templates"
)

// composition is what all readers of an edition share. Letters are made when first needed; there are few: one for each
// version, tracking mode and list, and arm of a test.
type composition struct {
	writer  *Writer
	edition *edition.Edition
	arms    map[string]*edition.Edition // as the readers of an arm get it
	files   []campaign.ContentFile
	letters map[letterKey]*letter
	values  []string // reused
}

type letterKey struct {
	arm      string // of an A/B test, see campaign.Delivery
	language campaign.Language
	tracking campaign.Tracking
	list     string // whose List-Id the message carries
	first    bool   // see campaign.Contact.FirstBy
}

type letter struct {
	text   *templates.Letter
	letter *mailer.Letter
}

// composeRelease makes one letter of every version, so that a fault in the release is found before anybody gets anything.
func (w *Writer) composeRelease(ctx context.Context, e *edition.Edition) (Composition, error) {
	files, err := w.Files(ctx, &e.Release)
	if err != nil {
		return nil, err
	}
	c := &composition{writer: w, edition: e, arms: map[string]*edition.Edition{}, files: files, letters: map[letterKey]*letter{}}
	arms := []string{""}
	if e.ABTest != nil {
		arms = e.ABTest.Names()
	}
	for i := range e.Release.Versions {
		for _, arm := range arms {
			key := letterKey{arm: arm, language: e.Release.Versions[i].Language, tracking: campaign.Aggregate}
			if len(e.Lists) > 0 {
				key.list = e.Lists[0].ID
			}
			if _, err := c.letter(key); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// forArm returns the edition as the readers of an arm get it. Who would get no arm of a test gets nothing.
func (c *composition) forArm(arm string) (*edition.Edition, error) {
	if c.edition.ABTest == nil {
		return c.edition, nil
	}
	if !c.edition.ABTest.Has(campaign.Variant(arm)) {
		return nil, campaign.Errorf(campaign.Invalid, "it is not decided which variant of the A/B test this reader gets")
	}
	if c.arms[arm] == nil {
		c.arms[arm] = c.edition.ForArm(arm)
	}
	return c.arms[arm], nil
}

// letter returns the letter for a key, and makes it anew once its embargo has passed.
func (c *composition) letter(key letterKey) (*letter, error) {
	now := c.writer.Now()
	if l := c.letters[key]; l != nil {
		if until := l.text.GoodUntil(); until.IsZero() || now.Before(until) {
			return l, nil
		}
	}
	e, err := c.forArm(key.arm)
	if err != nil {
		return nil, err
	}
	version := e.Release.In(key.language)
	if version == nil {
		return nil, campaign.Errorf(campaign.Invalid, "the release has no %s version", key.language)
	}
	write := templates.Compose
	if key.first {
		write = templates.ComposeFirst
	}
	text, err := write(e, version, key.tracking, c.files, templates.MediaOf(e.Pictures, c.writer.Links.Base), c.writer.Links, now)
	if err != nil {
		return nil, err
	}
	content := text.Content()
	switch {
	case len(e.TestTo) > 0 && e.ABTest != nil:
		content.Subject = templates.Say(key.language, campaign.Textf("[Test %s] %s", campaign.ArmName(key.arm), content.Subject))
	case len(e.TestTo) > 0:
		content.Subject = templates.Say(key.language, campaign.Textf("[Test] %s", content.Subject))
	}
	compiled, err := mailer.Compile(content, head(e, key))
	if err != nil {
		return nil, err
	}
	l := &letter{text: text, letter: compiled}
	c.letters[key] = l
	return l, nil
}

// head is the head of every message of a letter.
func head(e *edition.Edition, key letterKey) mailer.Head {
	domain := campaign.Domain(e.Sender.Email)
	h := headFrom(e.Sender, key.language)
	h.FeedbackID = feedbackID(e, key.list, domain)
	for i := range e.Lists {
		if e.Lists[i].ID == key.list {
			h.ListName, h.ListID = templates.ListName(&e.Lists[i], key.language, e.Brand.Phrases...), e.Lists[i].HeaderID(domain)
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
func feedbackID(e *edition.Edition, list, domain string) string {
	of, _, _ := strings.Cut(e.ID, "-")
	sender, _, _ := strings.Cut(domain, ".")
	return strings.Join([]string{of, list, string(e.Release.Kind), sender}, ":")
}

// Message makes the message for one reader.
func (c *composition) Message(buf []byte, d *campaign.Delivery, contact *campaign.Contact, organisation string) (campaign.Message, error) {
	key := letterKey{arm: d.Arm, language: d.Language, tracking: d.Tracking}
	if list := c.listOf(contact); list != nil {
		key.list, key.first = list.ID, contact.FirstBy(list) != nil
	}
	l, err := c.letter(key)
	if err != nil {
		return campaign.Message{}, err
	}
	c.values = l.text.Values(c.values[:0], d, contact, organisation)
	return c.writer.message(buf, l.letter, c.sender(d.Arm), d, l.text.Leave(c.values), c.values)
}

// sender is the address that the readers of an arm get it from.
func (c *composition) sender(arm string) string {
	return c.edition.ABTest.Sender(c.edition.Sender, campaign.Variant(arm)).Email
}

// listOf is the first of the edition's lists the contact is on; in a test send, the first of all.
func (c *composition) listOf(contact *campaign.Contact) *campaign.List {
	lists := c.edition.Lists
	if l := contact.FirstOn(lists); l != nil || len(lists) == 0 {
		return l
	}
	return &lists[0]
}
