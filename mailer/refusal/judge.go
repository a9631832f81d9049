// Package refusal says whom a mail server's refusal is about: the recipient, whose address does not work or whose mailbox is
// full, or us. It is asked for answers of servers we talk to and for what a report quotes of others, and decides in this
// order: the enhanced status code (RFC 3463), the reply code (RFC 5321), then words, where the codes leave it open or are known
// to be used wrongly. The words are data (phrases.yaml). The comment of package mailer holds the order as a table.
package refusal

import (
	"slices"
	"strconv"
	"strings"
)

// Step is the moment at which a message was refused.
type Step int

const (
	AtMail   Step = iota // nothing has been said of the recipient yet
	AtRcpt               // the recipient was named
	AtData               // the answer to DATA
	AtDot                // the message was handed over
	Returned             // a server that had taken the message gave it back; the answer is the one that was given to that server
)

// Answer is what a server said.
type Answer struct {
	Code   int    // RFC 5321, 0 without one
	Status string // RFC 3463, "" without one
	Text   string // its words on one line
}

// closing reports that the server ends the connection with this answer (RFC 5321 section 3.8).
func (a Answer) closing() bool { return a.Code == 421 }

// Meaning is whom a refusal is about.
type Meaning int

const (
	Unclear  Meaning = iota // nothing tells: what others get will
	Gone                    // the address does not work
	SeemGone                // in words that are also said of senders
	Theirs                  // this recipient takes no mail from us, or from nobody
	Full                    // the recipient's mailbox, which is emptied one day
	Ours                    // the sender, its account or network, the protocol, the server
	Policy                  // the same at the provider of the mailbox: it takes no mail from us for now
	Content                 // the message itself, which is alike for everybody
)

// OfUs reports whether a refusal says nothing against its recipient.
func (m Meaning) OfUs() bool { return m == Ours || m == Policy || m == Content }

// Verdict is what was decided, and by which rule: "status 5.1.1", "code 530", "words gone: no such user"; "" where none fits.
type Verdict struct {
	Meaning Meaning
	Rule    string
}

// Judge reads a refusal of the message to a recipient; what the server quotes of the two addresses is left out of the words it is
// read by.
func Judge(at Step, a Answer, to, from string) Verdict {
	_, status, _ := strings.Cut(a.Status, ".")
	r := reading{at: at, code: a.Code, class: strings.TrimSuffix(a.Status, status), status: status,
		words: WordsOf(WithoutQuoted(a.Text, to, from)), named: quotes(a.Text, to), sender: quotes(a.Text, from)}
	return Verdict{r.meaning(a.closing()), r.rule}
}

func quotes(text, address string) bool {
	return address != "" && strings.Contains(strings.ToLower(text), strings.ToLower(address))
}

// reading is a refusal on its way through the rules. Each of its questions notes the rule by which it answers yes.
type reading struct {
	at     Step
	code   int
	class  string // "5." of the status
	status string // without its class
	words  Words
	named  bool // the recipient's address is among the words
	sender bool // the sender's is
	rule   string
}

func (r *reading) meaning(closing bool) Meaning {
	switch {
	case closing && r.at != Returned:
		r.rule = "code 421"
		return r.orPolicy(Ours)
	case r.has(contentStatus), !r.words.holdGroup("full") && !r.saysUsedUp() && r.says("size"):
		return Content
	case r.at == AtMail:
		r.rule = "refused before a recipient was named"
		return Ours
	case r.begins("7.1") && r.has(theirsStatus):
		return Theirs
	case r.says("limit"), (r.begins("7.") || r.begins("4.")) && !r.words.holdGroup("box") && r.says("quota"):
		return Ours
	case r.says("posting"):
		return Theirs
	case !r.ofSender() && !r.words.holdGroup("party") && r.says("dormant"):
		return Gone
	case r.says("sender"):
		return r.orPolicy(Ours)
	case r.says("provider"), !r.words.holdGroup("gone") && r.says("vendor"):
		return Policy
	case r.has(fullStatus), r.code != 451 && r.status != "3.1" && (r.says("full") || r.saysUsedUp()):
		return Full
	case r.has(goneStatus), (r.unsure() || r.status == "3.0" || r.status == "5.0" || r.status == "4.1") && r.saysGone():
		return Gone
	case r.status == "4.1" && r.says("unknown-at-microsoft"):
		return Gone
	case r.has(theirsStatus):
		return Theirs
	case r.at == Returned && r.has(systemStatus):
		return Unclear // the trouble is that server's own, which nobody has to mend but its admin
	case r.codeIsOurs(), r.has(oursStatus), r.has(systemStatus), r.isPolicy():
		if r.at != AtData && (r.status == "5.0" || r.status == "3.0" || r.status == "") && r.says("seems-gone") {
			return SeemGone
		}
		return r.orPolicy(Ours)
	case (r.unsure() || r.status == "5.0") && r.says("theirs"):
		if r.says("policy") {
			return Policy
		}
		return Theirs
	case r.begins("1."), r.begins("2."):
		return Theirs // it speaks of the mailbox or its address
	case r.unsure() && r.says("later"):
		return Theirs
	case r.unsure() && r.says("policy"):
		return Policy
	case r.at == Returned && r.unsure() && r.says("unreachable"):
		return Unclear // of the two servers, not of us
	case r.unsure() && r.says("ours"):
		return Ours
	case r.unsure() && r.says("content"):
		return Content
	case (r.at == AtRcpt || r.at == Returned) && r.unsure() && r.says("seems-gone"):
		return SeemGone
	}
	r.rule = ""
	return Unclear
}

// unsure reports whether the status leaves it open who is meant: none, "other", or security and policy.
func (r *reading) unsure() bool {
	return r.status == "" || r.status == "0.0" || strings.HasPrefix(r.status, "7.")
}

// orPolicy tells a refusal by the provider of a mailbox from one of the server we hand mail to. What is said before a
// recipient was named comes from the latter.
func (r *reading) orPolicy(m Meaning) Meaning {
	if r.at != AtMail && (r.isPolicy() || r.unsure() && !r.words.holdGroup("later") && r.says("policy")) {
		return Policy
	}
	return m
}

// says reports whether the words hold a phrase of a group.
func (r *reading) says(group string) bool {
	phrase, ok := r.words.Find(groups()[group])
	if ok {
		r.rule = "words " + group + ": " + phrase
	}
	return ok
}

// saysUsedUp reports whether the words say of a reader's mailbox that it, or the room it has, is used up: in wordings that are too
// many to list.
func (r *reading) saysUsedUp() bool {
	if !r.words.holdGroup("mailbox") {
		return false
	}
	about, ok := r.words.near("room", "used")
	if !ok {
		about, ok = r.words.near("container", "filled")
	}
	if ok {
		r.rule = "words full: " + about
	}
	return ok
}

// saysGone reports whether the words say that the mailbox does not work. In a report they speak of where the message was to go.
// In the session they may speak of us: a mailbox is not gone where the one who sends is named, or where the message was already
// handed over and its content or a policy is spoken of; and what is only missing or disabled has to be called a mailbox.
func (r *reading) saysGone() bool {
	if (r.at == Returned || !r.ofSender() && !r.ofMessage()) && r.says("gone") {
		return true
	}
	return (r.at == Returned || (r.named || r.words.holdGroup("mailbox")) && !r.words.holdGroup("party") && !r.ofMessage()) && r.says("missing")
}

func (r *reading) ofSender() bool {
	return !r.words.holdGroup("addressee") && (r.words.holdGroup("originator") || r.sender && !r.named)
}

// ofMessage reports whether a message that was handed over is refused by a policy or for what is in it.
func (r *reading) ofMessage() bool {
	return (r.at == AtData || r.at == AtDot) && !r.named && (strings.HasPrefix(r.status, "7.") || r.words.holdGroup("policy") || r.words.holdGroup("content"))
}

func (r *reading) byStatus(ok bool) bool {
	if ok {
		r.rule = "status " + r.class + r.status
	}
	return ok
}

func (r *reading) has(set []string) bool { return r.byStatus(slices.Contains(set, r.status)) }
func (r *reading) begins(subject string) bool {
	return r.byStatus(strings.HasPrefix(r.status, subject))
}

// codeIsOurs reports whether a reply code alone says that the protocol, signing in or the server is meant.
func (r *reading) codeIsOurs() bool {
	ok := slices.Contains(oursCodes, r.code) || r.code == 451 && r.at == AtData
	if ok {
		r.rule = "code " + strconv.Itoa(r.code)
	}
	return ok
}

var oursCodes = []int{500, 502, 503, 504, 521, 523, 530, 534, 535, 538, 454}

// Enhanced status codes (RFC 3463 and its register), without their class.
var (
	goneStatus = []string{"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4", "4.310"}
	fullStatus = []string{"2.2"}
	// theirsStatus are policies of a recipient who takes mail from few: restricted groups and mailboxes.
	theirsStatus  = []string{"7.2", "7.12", "7.13", "7.17", "7.18", "7.120", "7.121", "7.122", "7.123", "7.124", "7.125", "7.126", "7.127", "7.128", "7.129", "7.130", "7.131", "7.132", "7.133", "7.134", "7.135", "7.136", "2.4", "2.121", "2.122"}
	contentStatus = []string{"3.4", "2.3", "6.0", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.8", "6.9", "6.10", "6.11"}
	// systemStatus are about the mail system that speaks: ours while we hand a message over, another's in a report.
	systemStatus = []string{
		"3.0", "3.1", "3.2", "3.3", "3.5",
		"4.3", "4.6", // too busy; mail that goes round
	}
	// oursStatus: X.7.20 and what follows is about authentication (RFC 7372); X.7.57 and X.7.60 are Microsoft's of accounts.
	oursStatus = []string{
		"1.7", "1.8", "1.9", "1.90", // the sender's address, or how many recipients it may have
		"2.251", "2.252", "2.253", "2.254", // not allowed to send as
		"4.5",                                           // more than it may send
		"5.0", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", // the protocol
		"7.8", "7.10", "7.11", "7.14", "7.57", "7.60", "7.64", "7.139",
	}
	// policyStatus are those by which a mailbox provider refuses a sender.
	policyStatus = []string{"7.9", "7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27", "7.28", "7.29", "7.30", "7.31", "7.32", "7.40"}
)

// isPolicy knows also the ranges in which Microsoft keeps what it has against senders, their tenants and networks.
func (r *reading) isPolicy() bool {
	detail, ok := strings.CutPrefix(r.status, "7.")
	n, err := strconv.Atoi(detail)
	return r.byStatus(slices.Contains(policyStatus, r.status) || ok && err == nil && (n >= 500 && n < 520 || n == 520 || n >= 600 && n < 800))
}
