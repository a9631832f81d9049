package mailer

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Head is what is in the head of every message of a letter, for any reader.
type Head struct {
	From    Address
	ReplyTo Address // zero: answers go to From

	MessageIDDomain string // right part of the Message-ID; "" takes that of From
	ListName        string // shown name of the list
	ListID          string // RFC 2919: stable and unique, like schools.news.example.org; "" leaves out all List fields
	FeedbackID      string // CAMPAIGN:LIST:KIND:SENDER, for Gmail's Postmaster Tools
	ContentLanguage string // RFC 3282, like sr-Latn

	Bulk            bool   // Precedence: bulk
	AutoSubmitted   string // RFC 3834: "auto-generated" where no person's hand sends it; "" where answers are wanted
	SuppressReplies bool   // X-Auto-Response-Suppress: asks Exchange not to answer by itself

	Extra []Field // further fields, which may not be one of those a letter has anyway
}

// Field is one header field.
type Field struct{ Name, Value string }

// ownFields are written by Letter itself and cannot be given as Extra.
const ownFields = " date message-id from sender reply-to to cc bcc subject list-id list-unsubscribe list-unsubscribe-post " +
	"feedback-id content-language precedence auto-submitted x-auto-response-suppress mime-version content-type " +
	"content-transfer-encoding return-path received "

func (h Head) check() error {
	for _, v := range []struct{ field, value string }{
		{"sender's name", h.From.Name}, {"name to answer to", h.ReplyTo.Name}, {"message id's domain", h.MessageIDDomain},
		{"list's name", h.ListName}, {"list's id", h.ListID}, {"feedback id", h.FeedbackID},
		{"language", h.ContentLanguage}, {"Auto-Submitted value", h.AutoSubmitted},
	} {
		if err := checkHeader(v.field, v.value); err != nil {
			return err
		}
	}
	if err := checkSender("sender's address", h.From.Email); err != nil {
		return err
	}
	if h.ReplyTo.Email != "" {
		if err := checkSender("address to answer to", h.ReplyTo.Email); err != nil {
			return err
		}
	}
	if !isDotAtom(h.ListID) || !isDotAtom(h.MessageIDDomain) {
		return campaign.FieldError("list", "the list's id and the domain of message ids may hold only letters, digits, hyphens and single dots")
	}
	return h.checkExtra()
}

// checkSender wants plain ASCII of our own addresses: one that needs SMTPUTF8 could not be answered by half the world.
func checkSender(field, address string) error {
	if err := checkEmail(field, address); err != nil {
		return err
	}
	if !isASCII(address) {
		return campaign.FieldError(field, "the address %q must be written in plain ASCII, or many servers could not answer to it", address)
	}
	return nil
}

func (h Head) checkExtra() error {
	for _, f := range h.Extra {
		for i := 0; i < len(f.Name); i++ {
			if c := f.Name[i]; c <= ' ' || c > '~' || c == ':' {
				return campaign.FieldError("header", "%q is not a header field's name", f.Name)
			}
		}
		if f.Name == "" || strings.Contains(ownFields, " "+strings.ToLower(f.Name)+" ") {
			return campaign.FieldError("header", "the header field %q is written by the program itself", f.Name)
		}
		if err := checkHeader("header "+f.Name, f.Value); err != nil {
			return err
		}
	}
	return nil
}

func isDotAtom(s string) bool {
	for i := 0; i < len(s); i++ {
		inside := i > 0 && i < len(s)-1 && s[i-1] != '.'
		if !(isAtom(s[i]) || s[i] == '.' && inside) {
			return false
		}
	}
	return true
}

// appendSender writes the fields that say who speaks.
func (h Head) appendSender(dst []byte) []byte {
	dst = appendMailbox(dst, "From", h.From)
	if h.ReplyTo.Email != "" {
		dst = appendMailbox(dst, "Reply-To", h.ReplyTo)
	}
	return dst
}

// appendKind writes the fields that say what kind of mail it is.
func (h Head) appendKind(dst []byte) []byte {
	if h.ListID != "" {
		dst = append(dst, "List-Id: "...) // RFC 2919 section 3
		var col int
		dst, col = appendPhrase(dst, len("List-Id: "), h.ListName)
		if h.ListName != "" {
			dst, _ = appendBlank(dst, col, len(h.ListID)+2)
		}
		dst = append(append(append(dst, '<'), h.ListID...), ">\r\n"...)
	}
	for _, f := range []Field{
		{"Feedback-ID", h.FeedbackID},
		{"Content-Language", h.ContentLanguage},
		{"Auto-Submitted", h.AutoSubmitted},
	} {
		if f.Value != "" {
			dst = appendField(dst, f.Name, f.Value)
		}
	}
	if h.Bulk {
		dst = append(dst, "Precedence: bulk\r\n"...)
	}
	if h.SuppressReplies {
		dst = append(dst, "X-Auto-Response-Suppress: OOF, AutoReply\r\n"...)
	}
	for _, f := range h.Extra {
		dst = appendField(dst, f.Name, f.Value)
	}
	return dst
}
