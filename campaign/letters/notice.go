package letters

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/templates"
)

// notices writes the mails of a run of notices: each by itself, in its reader's language.
type notices struct {
	writer   *Writer
	settings campaign.Settings
}

func (w *Writer) composeNotices(ctx context.Context) (Composition, error) {
	settings, err := w.Store.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	return notices{writer: w, settings: settings}, nil
}

// Message refuses a delivery that is about nothing.
func (notices) Message([]byte, *campaign.Delivery, *campaign.Contact, string) (campaign.Message, error) {
	return campaign.Message{}, campaign.Errorf(campaign.NotFound, "what this mail was about is gone")
}

// Notice makes the message of a notice. Its links are made here and stored nowhere.
func (c notices) Notice(buf []byte, d *campaign.Delivery, n *campaign.Notice) (campaign.Message, error) {
	sender, err := c.writer.sender(&c.settings)
	if err != nil {
		return campaign.Message{}, err
	}
	if n.Kind == campaign.ForwardedReply && n.Letter == nil { // it was sent, and its words are stored no more
		return campaign.Message{}, campaign.Errorf(campaign.NotFound, "what this mail was about is gone")
	}
	links := c.writer.Links
	mail := &templates.NoticeMail{Language: d.Language, Kind: n.Kind, Brand: c.settings.Brand, Lists: n.Names, Link: links.Answer(n), Letter: n.Letter}
	if mail.Link == "" {
		mail.Preferences = links.Preferences(n.About, n.At)
	}
	content, err := templates.ComposeNotice(mail)
	if err != nil {
		return campaign.Message{}, err
	}
	head := headFrom(sender, d.Language)
	if n.ReplyTo != "" {
		head.ReplyTo = mailer.Address{Email: n.ReplyTo}
	}
	head.AutoSubmitted, head.SuppressReplies = "auto-generated", true // RFC 3834 section 5
	letter, err := mailer.Compile(content, head)
	if err != nil {
		return campaign.Message{}, err
	}
	return c.writer.message(buf, letter, sender.Email, d, "", nil)
}
