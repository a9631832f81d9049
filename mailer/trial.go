package mailer

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/refusal"
)

// Trial is an envelope that is tried with no message after it.
type Trial struct {
	Of       string // whose it is, in words without an address: "the sender of GLASNIK_FROM"
	From, To string
	Size     int64 // octets of the largest message; 0 when it is not known
	Bounces  bool  // To is where bounces come back, so it must take mail
}

// try goes through MAIL, RCPT and RSET with each envelope, as messages will.
func (c *Conn) try(ctx context.Context, r *Report, trials []Trial) error {
	tried := 0
	for _, t := range trials {
		if c.sizeLimit > 0 && t.Size > c.sizeLimit {
			r.Faults = append(r.Faults, Fault{Fatal: true,
				What: fmt.Sprintf("a message of %s needs %s, and the server takes no more than %s", t.Of, megabytes(t.Size, math.Ceil), megabytes(c.sizeLimit, math.Floor)),
				Mend: "make its attachments smaller or link to them, or raise the server's limit (message_size_limit in Postfix)"})
			continue
		}
		fault, err := c.tryOne(t)
		if err != nil {
			c.breakOff()
			return (&dialling{mailer: c.mailer, ctx: ctx, step: stepReady}).connectError(err)
		}
		if fault != nil {
			r.Faults = append(r.Faults, *fault)
			continue
		}
		tried++
	}
	if tried > 0 && tried == len(trials) {
		r.say("It takes mail from every sender that is set.")
	}
	return nil
}

// tryOne returns nil when the server takes an envelope.
func (c *Conn) tryOne(t Trial) (*Fault, error) {
	if !c.utf8 && !(isASCII(t.From) && isASCII(t.To)) {
		return &Fault{What: t.Of + " has letters outside ASCII, and the server does not offer SMTPUTF8", Mend: "choose an address in plain letters, or a server that offers SMTPUTF8", Fatal: true}, nil
	}
	for _, address := range []string{t.From, t.To} {
		if err := checkEmail("sender's address", address); err != nil {
			return &Fault{What: t.Of + " cannot be used: " + campaign.WithoutAddresses(err.Error()), Mend: "correct the address", Fatal: true}, nil
		}
	}
	parameters := ""
	if c.sizeOffer && t.Size > 0 {
		parameters += " SIZE=" + strconv.FormatInt(t.Size, 10)
	}
	if c.utf8 && !(isASCII(t.From) && isASCII(t.To)) {
		parameters += " SMTPUTF8"
	}
	for _, command := range []struct {
		at   phase
		line string
	}{{atMail, "MAIL FROM:<" + t.From + ">" + parameters}, {atRcpt, "RCPT TO:<" + t.To + ">"}} {
		answer, err := c.ask(command.line)
		if err != nil {
			return nil, err
		}
		if !answer.positive() {
			fault := c.refusalOf(t, command.at, answer)
			if answer.closing() {
				return &fault, nil
			}
			_, err := c.ask("RSET")
			return &fault, err
		}
	}
	_, err := c.ask("RSET")
	return nil, err
}

// ask sends one command and reads its answer.
func (c *Conn) ask(line string) (reply, error) {
	c.setDeadline(c.mailer.settings.Timeouts.Command)
	if err := c.write([]byte(line + "\r\n")); err != nil {
		return reply{}, err
	}
	return readReply(c.in)
}

// refusalOf words that the server does not take an envelope.
func (c *Conn) refusalOf(t Trial, at phase, r reply) Fault {
	said := strconv.Itoa(r.code) + " " + campaign.WithoutAddresses(r.text)
	if text, shown := c.mailer.withoutPassword(said); shown {
		said = text
	} else {
		said = strings.TrimSpace(strconv.Itoa(r.code) + " " + r.enhanced)
	}
	switch {
	case at == atRcpt && r.permanent() && unknownMailbox(r, t):
		if t.Bounces {
			return Fault{What: "the server knows no mailbox for " + t.Of + " (it answered " + said + "): bounces do not come back",
				Mend: "have the server deliver the address with +… in it to one mailbox (recipient_delimiter = + in Postfix)"}
		}
		return Fault{What: "the server knows no mailbox for " + t.Of + " (it answered " + said + "): answers to it come to nothing, and some servers refuse such a sender",
			Mend: "make a mailbox or an alias for it, or choose another sender"}
	case r.temporary():
		return Fault{What: "the server does not take mail from " + t.Of + " for now: " + said, Mend: "try again in some minutes; if it stays so, look at the server's log"}
	default:
		return Fault{What: "the server refuses mail from " + t.Of + ": " + said, Mend: c.envelopeMend(at, r, refusal.WordsOf(refusal.WithoutQuoted(r.text, t.To, t.From))), Fatal: true}
	}
}

// unknownMailbox reports a refusal of a recipient who does not exist, or takes no mail.
func unknownMailbox(r reply, t Trial) bool {
	return slices.Contains([]refusal.Meaning{refusal.Gone, refusal.SeemGone, refusal.Theirs, refusal.Full}, refusal.Judge(refusal.AtRcpt, r.answer(), t.To, t.From).Meaning)
}

// envelopeMend says what to do about a refusal of our sender: one mend for each cause.
func (c *Conn) envelopeMend(at phase, r reply, words refusal.Words) string {
	s := c.mailer.settings
	_, status, _ := strings.Cut(r.enhanced, ".")
	says := func(phrases ...string) bool { return words.Say(phrases...) }
	signedIn := s.User != ""
	switch {
	case r.code == 530 || status == "7.0" && says("auth*") || says("authentication required", "not authenticated", "must authenticate", "log in", "login first"):
		if signedIn {
			return "the server did not take the sign-in of " + s.UserName() + " for good: use the port for handing mail in (587 or 465)"
		}
		return "put user and password into GLASNIK_SMTP_URL"
	case says("helo", "ehlo"):
		return "the server does not take the name “" + s.HeloName() + "” of this machine: set its full name by helo= in GLASNIK_SMTP_URL"
	case r.code == 552, status == "3.4":
		return "make attachments smaller or link to them, or raise the server's limit"
	case status == "1.8", says("domain not found", "domain of sender", "sender domain", "does not resolve"):
		return "the domain of the sender must exist in the DNS, with MX or A records: correct the address or the DNS"
	case r.code == 553, status == "7.60", status == "2.252", status == "1.7", says("not owned", "sender address", "send as", "sendas", "on behalf", "not verified", "verified sender", "not allowed to send", "from address", "sender rejected", "sender not", "unauthorized sender"):
		if !signedIn {
			return "put the user and password of this sender into GLASNIK_SMTP_URL, or let this machine send as it at the server"
		}
		return "let the user " + s.UserName() + " send as this sender at the server or provider, or choose a sender that belongs to it (GLASNIK_FROM, GLASNIK_BOUNCE_ADDRESS, Settings in the panel)"
	case says("client host*", "reverse", "ptr", "blocked*", "spamhaus", "block list", "blocklist", "blacklist", "reputation", "your ip"):
		return "the server does not take mail from the address of this machine: hand mail to your provider's server, or have the address taken off the list it names"
	case at == atRcpt && !signedIn:
		return "the server takes no mail for others from somebody it does not know: put user and password into GLASNIK_SMTP_URL, or have it relay for this machine"
	case at == atRcpt:
		return "have the server relay mail of the user " + s.UserName() + ", and use the port for handing mail in (587 or 465)"
	}
	return "ask the server's admin why this sender is refused, or choose another"
}
