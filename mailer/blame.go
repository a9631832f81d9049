package mailer

import (
	"slices"
	"strconv"
	"strings"
)

// phase is a moment of the conversation in which a server may refuse.
type phase int

const (
	atMail phase = iota
	atRcpt
	atData
	atDot

	atBody // the message itself; a refusal there counts as one of DATA
	atDial
	atTLS
	atSignIn // greeting, EHLO and AUTH
	phases
)

// meaning is whom a refusal is about. The package comment holds the table it is read off.
type meaning int

const (
	unclear  meaning = iota // nothing tells: what others get will
	gone                    // the address does not work
	seemGone                // in words that are also said of senders
	theirs                  // this recipient takes no mail from us, or from nobody
	full                    // the recipient's mailbox, which is emptied one day
	ours                    // the sender, its account or network, the protocol, the server
	policy                  // the same at the provider of the mailbox: it takes no mail from us for now
	content                 // the message itself, which is alike for everybody
)

func (m meaning) ofUs() bool { return m == ours || m == policy || m == content }

// meaningOf reads a refusal of the message to a recipient; what the server quotes of the two addresses is left out of the
// words it is read by.
func meaningOf(at phase, r reply, to, from string) meaning {
	words := wordsOf(withoutQuoted(r.text, to, from))
	_, status, _ := strings.Cut(r.enhanced, ".")
	switch {
	case r.closing():
		return orPolicy(ours, at, status, words)
	case isOneOf(status, contentStatus) || words.hold(sizeWords) && !words.hold(fullWords):
		return content
	case at == atMail:
		return ours // nothing has been said of the recipient yet
	case strings.HasPrefix(status, "7.1") && isOneOf(status, theirsStatus):
		return theirs
	case words.hold(limitWords):
		return ours
	case words.hold(senderWords):
		return orPolicy(ours, at, status, words)
	case words.hold(providerWords):
		return policy
	case status == "2.2", r.code != 451 && status != "3.1" && words.hold(fullWords):
		return full
	case isOneOf(status, goneStatus), (unsure(status) || status == "3.0" || status == "5.0" || status == "4.1") && words.hold(goneWords):
		return gone
	case status == "4.1" && words.hold(microsoftsUnknown):
		return gone // Microsoft's for a recipient it does not know
	case isOneOf(status, theirsStatus):
		return theirs
	case oursByCode(at, r.code), isOneOf(status, oursStatus), isPolicyStatus(status):
		if at != atData && (status == "5.0" || status == "3.0" || status == "") && words.hold(seemGoneWords) {
			return seemGone
		}
		return orPolicy(ours, at, status, words)
	case (unsure(status) || status == "5.0") && words.hold(theirsWords):
		return unlessWords(words, policyWords, theirs, policy)
	case strings.HasPrefix(status, "1."), strings.HasPrefix(status, "2."):
		return theirs // it speaks of the mailbox or its address
	case unsure(status) && words.hold(laterWords):
		return theirs
	case unsure(status) && words.hold(policyWords):
		return policy
	case unsure(status) && words.hold(oursWords):
		return ours
	case unsure(status) && words.hold(contentWords):
		return content
	case at == atRcpt && unsure(status) && words.hold(seemGoneWords):
		return seemGone
	}
	return unclear
}

// unsure reports whether a status leaves it open who is meant: none, "other", or security and policy.
func unsure(status string) bool {
	return status == "" || status == "0.0" || strings.HasPrefix(status, "7.")
}

func unlessWords(words words, set []string, otherwise, then meaning) meaning {
	if words.hold(set) {
		return then
	}
	return otherwise
}

// orPolicy tells a refusal by the provider of a mailbox from one of the server we hand mail to. What is said before a
// recipient was named comes from the latter.
func orPolicy(m meaning, at phase, status string, words words) meaning {
	switch {
	case at == atMail:
		return m
	case isPolicyStatus(status), unsure(status) && words.hold(policyWords) && !words.hold(laterWords):
		return policy
	}
	return m
}

// oursByCode reports whether a reply code alone says that the protocol, signing in or the server is meant.
func oursByCode(at phase, code int) bool {
	switch code {
	case 500, 502, 503, 504, 521, 523, 530, 534, 535, 538, 454:
		return true
	case 451:
		return at == atData
	}
	return false
}

var microsoftsUnknown = wordSet("recipient address rejected access denied")

// Enhanced status codes (RFC 3463 and its register), without their class.
var (
	goneStatus = []string{"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4", "4.310"}
	// theirsStatus are policies of a recipient who takes mail from few: restricted groups and mailboxes.
	theirsStatus  = []string{"7.2", "7.12", "7.13", "7.17", "7.18", "7.120", "7.121", "7.122", "7.123", "7.124", "7.125", "7.126", "7.127", "7.128", "7.129", "7.130", "7.131", "7.132", "7.133", "7.134", "7.135", "7.136", "2.4", "2.121", "2.122"}
	contentStatus = []string{"3.4", "2.3", "6.0", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.8", "6.9", "6.10", "6.11"}
	// oursStatus: X.7.20 and what follows is about authentication (RFC 7372); X.7.57 and X.7.60 are Microsoft's of accounts.
	oursStatus = []string{
		"1.7", "1.8", "1.9", "1.90", // the sender's address, or how many recipients it may have
		"2.251", "2.252", "2.253", "2.254", // not allowed to send as
		"3.0", "3.1", "3.2", "3.3", "3.5", // the mail system
		"4.3", "4.5", "4.6", // too busy, or more than it may send; mail that goes round
		"5.0", "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", // the protocol
		"7.8", "7.10", "7.11", "7.14", "7.57", "7.60", "7.64", "7.139",
	}
	// policyStatus are those by which a mailbox provider refuses a sender (domain.md D.1).
	policyStatus = []string{"7.9", "7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27", "7.28", "7.29", "7.30", "7.31", "7.32", "7.40"}
)

func isOneOf(status string, set []string) bool { return slices.Contains(set, status) }

// isPolicyStatus knows also the ranges in which Microsoft keeps what it has against senders, their tenants and networks.
func isPolicyStatus(status string) bool {
	detail, ok := strings.CutPrefix(status, "7.")
	n, err := strconv.Atoi(detail)
	return isOneOf(status, policyStatus) || ok && err == nil && (n >= 500 && n < 520 || n == 520 || n >= 600 && n < 800)
}
