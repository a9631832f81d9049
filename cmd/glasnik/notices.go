package main

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/scheduler"
	"github.com/glasnik/glasnik/templates"
)

// noticeComposition writes the mails a run of notices carries: each by itself, in its reader's language.
type noticeComposition struct {
	composer *composer
	settings campaign.Settings
}

// composeNotices reads what the notices of a run share.
func (c *composer) composeNotices(ctx context.Context) (scheduler.Composition, error) {
	settings, err := c.store.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	if c.dkim != nil {
		return signedNotices{noticeComposition{c, settings}, c.dkim}, nil
	}
	return noticeComposition{c, settings}, nil
}

// signedNotices are notices that are signed.
type signedNotices struct {
	noticeComposition
	dkim *mailer.DKIM
}

func (c signedNotices) Sign(m *campaign.Message) (err error) {
	m.Data, err = c.dkim.Sign(m.Data)
	return err
}

// Message refuses a delivery that is about nothing.
func (noticeComposition) Message([]byte, *campaign.Delivery, *campaign.Contact, string) (campaign.Message, error) {
	return campaign.Message{}, campaign.Errorf(campaign.NotFound, "what this mail was about is gone")
}

// Notice makes the message a notice is about. Its links are made here and kept nowhere.
func (c noticeComposition) Notice(buf []byte, d *campaign.Delivery, n *campaign.Notice) (campaign.Message, error) {
	sender, err := c.composer.sender(&c.settings)
	if err != nil {
		return campaign.Message{}, err
	}
	links := c.composer.links
	mail := &templates.NoticeMail{Language: d.Language, Kind: n.Kind, Brand: c.settings.Brand, Lists: n.Names, Link: links.Answer(n)}
	if mail.Link == "" {
		mail.Preferences = links.Preferences(n.About, n.At)
	}
	content, err := templates.ComposeNotice(mail)
	if err != nil {
		return campaign.Message{}, err
	}
	head := mailer.Head{
		From: mailer.Address{Name: sender.Name, Email: sender.Email}, ContentLanguage: string(d.Language),
		AutoSubmitted: "auto-generated", SuppressReplies: true, // RFC 3834 section 5
	}
	if sender.ReplyTo != "" {
		head.ReplyTo = mailer.Address{Email: sender.ReplyTo}
	}
	letter, err := mailer.Compile(content, head)
	if err != nil {
		return campaign.Message{}, err
	}
	data, err := letter.Append(buf, mailer.Recipient{Name: d.Name, Address: d.Email, MessageID: d.ID, Date: c.composer.now().UTC()}, nil)
	return campaign.Message{From: c.composer.returnPath(d, sender.Email), To: d.Email, Data: data}, err
}

// sender is who mails are from that belong to no campaign: the first sender of the settings, else that of GLASNIK_FROM.
func (c *composer) sender(settings *campaign.Settings) (campaign.Sender, error) {
	if len(settings.Senders) > 0 {
		return settings.Senders[0], nil
	}
	if c.from.Email == "" {
		return c.from, campaign.Errorf(campaign.Invalid, "nobody is set to send it: add a sender in the settings, or set %sFROM", prefix)
	}
	return c.from, nil
}
