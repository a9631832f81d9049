package main

import (
	"context"
	"html/template"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/scheduler"
	"github.com/glasnik/glasnik/templates"
)

// digestComposition writes the weekly digest: for each reader what was sent to their lists, in their language.
type digestComposition struct {
	composer *composer
	edition  *campaign.Edition
	sender   campaign.Sender
}

func (c *composer) composeDigest(ctx context.Context, e *campaign.Edition) (scheduler.Composition, error) {
	out := digestComposition{c, e, e.Sender}
	if out.sender.Email == "" {
		settings, err := c.store.GetSettings(ctx)
		if err != nil {
			return nil, err
		}
		if out.sender, err = c.sender(&settings); err != nil {
			return nil, err
		}
	}
	if c.dkim != nil {
		return signedDigest{out, c.dkim}, nil
	}
	return out, nil
}

// signedDigest is a digest that is signed.
type signedDigest struct {
	digestComposition
	dkim *mailer.DKIM
}

func (c signedDigest) Sign(m *campaign.Message) (err error) {
	m.Data, err = c.dkim.Sign(m.Data)
	return err
}

// Message makes one reader's digest.
func (c digestComposition) Message(buf []byte, d *campaign.Delivery, contact *campaign.Contact, _ string) (campaign.Message, error) {
	items, why := campaign.DigestFor(c.edition.Digest, contact, c.composer.now())
	if len(items) == 0 {
		return campaign.Message{}, campaign.Errorf(campaign.Invalid, "%s", why)
	}
	leave := c.composer.links.Unsubscribe(d)
	mail := &templates.DigestMail{Language: d.Language, Brand: c.edition.Brand, Leave: leave}
	for i := range items {
		line, err := c.line(&items[i], d.Language)
		if err != nil {
			return campaign.Message{}, err
		}
		mail.Items = append(mail.Items, line)
	}
	content, err := templates.ComposeDigest(mail)
	if err != nil {
		return campaign.Message{}, err
	}
	domain := campaign.Domain(c.sender.Email)
	head := mailer.Head{
		From: mailer.Address{Name: c.sender.Name, Email: c.sender.Email}, ContentLanguage: string(d.Language), Bulk: true,
		AutoSubmitted: "auto-generated", SuppressReplies: true, ListID: "digest.list." + domain, // RFC 3834 section 5, RFC 2919
	}
	if c.sender.ReplyTo != "" {
		head.ReplyTo = mailer.Address{Email: c.sender.ReplyTo}
	}
	letter, err := mailer.Compile(content, head)
	if err != nil {
		return campaign.Message{}, err
	}
	data, err := letter.Append(buf, mailer.Recipient{
		Name: d.Name, Address: d.Email, MessageID: d.ID, Date: c.composer.now().UTC(), Unsubscribe: leave,
	}, nil)
	return campaign.Message{From: c.composer.returnPath(d, c.sender.Email), To: d.Email, Data: data}, err
}

// line tells of one release, with the address where everybody can read it.
func (c digestComposition) line(item *campaign.DigestItem, reader campaign.Language) (templates.DigestLine, error) {
	v := item.Release.For(reader)
	if v == nil {
		return templates.DigestLine{}, campaign.Errorf(campaign.Invalid, "a release of the digest has no text")
	}
	page, err := templates.NewReleasePage(&campaign.Edition{ID: item.Run, Release: item.Release, Lists: item.Lists}, v, nil, c.composer.now())
	if err != nil {
		return templates.DigestLine{}, err
	}
	return templates.DigestLine{
		Language: v.Language, Headline: page.Headline, Text: page.Text, URL: template.URL(c.composer.links.Read(item.Run, v.Language)),
	}, nil
}
