package letters

import (
	"context"
	"html/template"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/templates"
)

// digest writes the weekly digest: for each reader what was sent to their lists, in their language.
type digest struct {
	writer  *Writer
	edition *edition.Edition
	sender  campaign.Sender
}

func (w *Writer) composeDigest(ctx context.Context, e *edition.Edition) (Composition, error) {
	c := digest{writer: w, edition: e, sender: e.Sender}
	if c.sender.Email == "" {
		settings, err := w.Store.GetSettings(ctx)
		if err != nil {
			return nil, err
		}
		if c.sender, err = w.sender(&settings); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Message makes one reader's digest.
func (c digest) Message(buf []byte, d *campaign.Delivery, contact *campaign.Contact, _ string) (campaign.Message, error) {
	items, why := campaign.DigestFor(c.edition.Digest, contact, c.writer.Now())
	if len(items) == 0 {
		return campaign.Message{}, campaign.Errorf(campaign.Invalid, "%s", why)
	}
	leave := c.writer.Links.Unsubscribe(d)
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
	head := headFrom(c.sender, d.Language)
	head.Bulk, head.AutoSubmitted, head.SuppressReplies = true, "auto-generated", true // RFC 3834 section 5
	head.ListID = "digest.list." + campaign.Domain(c.sender.Email)                     // RFC 2919
	letter, err := mailer.Compile(content, head)
	if err != nil {
		return campaign.Message{}, err
	}
	return c.writer.message(buf, letter, c.sender.Email, d, leave, nil)
}

// line tells of one release, with the address where everybody can read it.
func (c digest) line(item *campaign.DigestItem, reader campaign.Language) (templates.DigestLine, error) {
	v := item.Release.For(reader)
	if v == nil {
		return templates.DigestLine{}, campaign.Errorf(campaign.Invalid, "a release of the digest has no text")
	}
	page, err := templates.NewReleaseTeaser(&edition.Edition{ID: item.Run, Release: item.Release, Lists: item.Lists}, v, c.writer.Now())
	if err != nil {
		return templates.DigestLine{}, err
	}
	return templates.DigestLine{
		Language: v.Language, Headline: page.Headline, Text: page.Text, URL: template.URL(c.writer.Links.Read(item.Run, v.Language)),
	}, nil
}
