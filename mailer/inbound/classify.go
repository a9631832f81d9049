package inbound

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/refusal"
)

// Class is what a message that came back means.
type Class string

const (
	Hard      Class = "hard"      // the address does not work
	Soft      Class = "soft"      // it could not be delivered for now; with the action "delayed" nothing has failed yet
	Block     Class = "block"     // we are refused: our reputation, the content, a policy; never the contact's fault
	Full      Class = "full"      // the mailbox is full
	Reply     Class = "reply"     // a person wrote
	Automatic Class = "automatic" // a program wrote, and nothing follows from it: out of office, receipts, reports of success
	Complaint Class = "complaint" // the reader called the message spam
)

// Verdict is what one message says of one recipient. A recipient is always one that the message names as such; it is "" where it
// names none.
type Verdict struct {
	Recipient string `json:"recipient"`
	Class     Class  `json:"class"`
	Status    string `json:"status"`   // enhanced status code (RFC 3463)
	Rule      string `json:"rule"`     // by which the class was decided
	Delivery  string `json:"delivery"` // that the signed return address names
	Why       string `json:"why"`      // in the words of the message, on one line

	Action          string `json:"action,omitempty"`     // of a report: failed, delayed, delivered, relayed, expanded
	Diagnostic      string `json:"diagnostic,omitempty"` // what the recipient's server said
	ReportingMTA    string `json:"reporting_mta,omitempty"`
	OriginalMessage string `json:"original_message_id,omitempty"`
	Forged          bool   `json:"forged,omitempty"`    // it names a delivery with a broken signature, and none with a good one
	From            string `json:"from,omitempty"`      // who wrote a letter
	Leave           bool   `json:"leave,omitempty"`     // a letter that asks to be taken off
	Protected       bool   `json:"protected,omitempty"` // a letter that asks for a survivor's contact or an interview
	Clear           bool   `json:"-"`                   // of a refusal: a rule says whom it is about
}

// Bounced reports whether mail came back.
func (c Class) Bounced() bool { return c == Hard || c == Soft || c == Full || c == Block }

// Learn gives a bounce a class if its words hold those of a rule somebody taught, and reports whether it did. A delay is none.
func (v *Verdict) Learn(c Class, words string) bool {
	taught := campaign.BounceText{Words: words}
	if !v.Class.Bounced() || v.Action == "delayed" || !taught.StandsIn(v.Diagnostic+"\n"+v.Why) {
		return false
	}
	v.Class, v.Rule = c, "taught: "+words
	return true
}

// ReadsReturnPath reads the delivery that an address names which we have signed, if its signature holds: the return address of a
// message, the address to leave at, and the token of the page to leave on.
type ReadsReturnPath interface {
	ReadReturnPath(address string) (delivery string, ok bool)
	ReadLeaveAddress(address string) (delivery string, ok bool)
	ReadUnsubscribe(token string) (delivery string, ok bool)
}

// SentToLeave is the rule of a letter to an address that takes its sender off, whatever it says.
const SentToLeave = "sent to the address to leave at"

// maxWhy is how many octets of a text are told.
const maxWhy = 500

// Classify says what a message means, recipient by recipient; there is at least one verdict. Parts that say it in fields come
// first, then headers, then texts. links may be nil: then no delivery is named.
func Classify(m *Message, links ReadsReturnPath) []Verdict {
	m.findReturned()
	var out []Verdict
	for _, look := range []func(*Message) []Verdict{complaint, deliveryReport, receipt, textReport, automatic, letter} {
		if out = look(m); len(out) > 0 {
			break
		}
	}
	signed := m.signed(links)
	for i := range out {
		v := &out[i]
		v.Delivery, v.Forged, v.Why, v.Diagnostic = signed.delivery, signed.forged, oneLine(v.Why), oneLine(v.Diagnostic)
		if signed.leaves && v.Class == Reply {
			v.Leave, v.Rule = true, SentToLeave
		}
		if v.OriginalMessage == "" {
			v.OriginalMessage = m.original()
		}
	}
	return out
}

// original is the Message-ID of the message this one is about.
func (m *Message) original() string {
	id := m.Returned.Get("Message-ID")
	for _, other := range []string{m.Read.Get("Original-Message-ID"), m.Header.Get("In-Reply-To")} {
		if id == "" {
			id = other
		}
	}
	if first := strings.Fields(id); len(first) > 0 {
		return strings.Trim(first[0], "<>")
	}
	return ""
}

// signedPattern finds addresses that may name a delivery, and returnPattern those that say they do.
var (
	signedPattern = regexp.MustCompile(`[^\s<>"':;,=()\[\]]{1,40}\+[0-9A-Za-z.-]{10,64}@[0-9A-Za-z.-]+`)
	returnPattern = regexp.MustCompile(`(?i)\+[0-9a-z-]{8,}\.\d\d\.[0-9a-z]*\.[0-9a-z]+@`)
	leavePattern  = regexp.MustCompile(regexp.QuoteMeta(campaign.UnsubscribePath) + `([0-9A-Za-z._~-]{10,200})`)
)

// signedFor is what a message says with our signature.
type signedFor struct {
	delivery string
	leaves   bool // it was sent to the address to leave at
	forged   bool // an address names a delivery with a broken signature
}

// signed reads the delivery that an address in any field names, or the page to leave on in the header of the returned message. It
// is not read off texts, which quote what they like.
func (m *Message) signed(links ReadsReturnPath) (s signedFor) {
	if links == nil {
		return s
	}
	groups := append([]Fields{m.Header, m.Returned, m.Feedback, m.Read}, m.Status...)
	tried := 0
	for _, fields := range groups {
		for _, f := range fields {
			for _, address := range signedPattern.FindAllString(f.Value, 5) {
				if tried++; tried > 500 {
					return s
				}
				if delivery, ok := links.ReadReturnPath(address); ok {
					return signedFor{delivery: delivery}
				}
				if delivery, ok := links.ReadLeaveAddress(address); ok {
					if !strings.EqualFold(f.Name, "List-Unsubscribe") { // else the returned message only offers it
						return signedFor{delivery: delivery, leaves: true}
					}
					s.delivery = delivery
					continue
				}
				s.forged = s.forged || returnPattern.MatchString(address)
			}
		}
	}
	if s.forged {
		return signedFor{forged: true}
	}
	for _, found := range leavePattern.FindAllStringSubmatch(m.Returned.Get("List-Unsubscribe"), 3) {
		if delivery, ok := links.ReadUnsubscribe(found[1]); ok {
			return signedFor{delivery: delivery}
		}
	}
	return s
}

// from is who a message says it is from.
func (m *Message) from() (name, address string) {
	value := m.Header.Get("From")
	if a, err := mail.ParseAddress(value); err == nil {
		return a.Name, strings.ToLower(a.Address)
	}
	if all := addressesIn(value); len(all) > 0 {
		return value, strings.ToLower(all[0])
	}
	return value, ""
}

// noSender reports the empty return address, which reports and automatic answers have (RFC 5321 section 4.5.5), and no letter.
func (m *Message) noSender() bool {
	for _, v := range m.Header.All("Return-Path") {
		if v = strings.TrimSpace(v); v == "<>" {
			return true
		}
	}
	return false
}

var daemons = []string{"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "postmaster", "mdaemon", "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "mail-delivery", "maildelivery", "mmdf", "postoffice", "bounce", "bounces"}

// sharedNames are those of daemons that people write from too.
var sharedNames = []string{"postmaster", "postoffice", "bounce", "bounces"}

// isDaemon reports whether a mail system wrote, by the name it has in From.
func (m *Message) isDaemon() bool {
	name, address := m.from()
	local, _, _ := strings.Cut(address, "@")
	words := refusal.WordsOf(name)
	if words.Say("mailer daemon", "mail delivery system", "mail delivery subsystem", "mail delivery service", "mail system", "internet mail delivery", "system administrator") {
		return true
	}
	if slices.Contains(sharedNames, local) && m.isWritten() {
		return false
	}
	return slices.Contains(daemons, local) || strings.HasPrefix(local, "mailer-daemon") || strings.HasPrefix(local, "postmaster")
}

// isWritten reports whether a message bears the marks of one that a person wrote in a mail program: it names the program, or answers,
// and has nothing that reports have.
func (m *Message) isWritten() bool {
	if m.noSender() || m.Report != "" || m.Status != nil || len(m.failedRecipients()) > 0 || m.Header.Has("Auto-Submitted", "X-Autoreply", "X-Autorespond", "X-Loop") {
		return false
	}
	return m.Header.Has("User-Agent", "X-Mailer", "In-Reply-To") && !slices.Contains(m.Types, "message/rfc822")
}

// recipientOf is the address of a field as reports have it, "rfc822; a@b.example"; "" where it is none.
func recipientOf(value string) string {
	if _, after, ok := strings.Cut(value, ";"); ok {
		value = after
	}
	value = strings.TrimSpace(value)
	if i := strings.IndexByte(value, '<'); i >= 0 {
		value = strings.TrimSuffix(value[i+1:], ">")
	}
	address, err := campaign.ParseAddress(unescaped(value))
	if err != nil {
		return ""
	}
	return address
}

var escapePattern = regexp.MustCompile(`\\x\{([0-9A-Fa-f]{2,6})\}`)

// unescaped undoes utf-8-addr-xtext (RFC 6533 section 3).
func unescaped(s string) string {
	return escapePattern.ReplaceAllStringFunc(s, func(e string) string {
		var r rune
		for _, c := range strings.ToLower(e[3 : len(e)-1]) {
			r = r*16 + rune(strings.IndexRune("0123456789abcdef", c))
		}
		return string(r)
	})
}

// returnedTo is whom the returned message was for, where its header names one.
func (m *Message) returnedTo() string {
	for _, name := range []string{"X-HmXmrOriginalRecipient", "To"} {
		if all := addressesIn(m.Returned.Get(name)); len(all) == 1 {
			return recipientOf(all[0])
		}
	}
	return ""
}

// returnedFrom is who the returned message says it is from: us.
func (m *Message) returnedFrom() string {
	if all := addressesIn(m.Returned.Get("From")); len(all) > 0 {
		return all[0]
	}
	return ""
}

// failedRecipients are those of X-Failed-Recipients, as Exim, Gmail and mail.ru name them.
func (m *Message) failedRecipients() (out []string) {
	for _, v := range m.Header.All("X-Failed-Recipients") {
		for _, word := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' }) {
			if a := recipientOf(word); a != "" && len(out) < maxGroups {
				out = append(out, a)
			}
		}
	}
	return out
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxWhy {
		s = strings.ToValidUTF8(s[:maxWhy], "") + "…"
	}
	return s
}
