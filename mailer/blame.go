package mailer

import (
	"slices"
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

// oursByStatus are enhanced status codes that speak of the sender or the server, without their class. Those after
// X.7.20 are about authentication (RFC 7372); X.7.5xx and X.7.6xx are Microsoft's.
var oursByStatus = []string{
	"1.7", "1.8", // the sender's address
	"3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "2.3", // the mail system, or a message too large
	"4.5",                                    // the server is too busy
	"5.0", "5.1", "5.2", "5.3", "5.4", "5.5", // the protocol
	"7.8", "7.9", "7.10", "7.11", "7.14", // signing in, and Yahoo's policy
	"7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27", "7.28", "7.29", "7.30",
	"7.500", "7.501", "7.502", "7.503", "7.508", "7.509", "7.511", "7.515", "7.520", "7.606", "7.650", "7.651",
}

// theirsByStatus are policies of a recipient who takes mail from few: restricted groups and mailboxes.
var theirsByStatus = []string{"7.2", "7.12", "7.13", "7.120", "7.122", "7.124", "7.129", "7.133", "7.134", "7.135", "7.136"}

// oursByWords are words that a refusal of the sender holds, where the code leaves it open who is meant. They are only
// looked for in refusals for policy or without a status code.
var oursByWords = []string{
	"tss04", "spamhaus", "barracuda", "block list", "blocklist", "blacklist", "black list", "blocked using", "denylist",
	"rbl", "dnsbl", "reputation", "spf", "dkim", "dmarc", "unauthenticated", "authentication", "authenticat", "relay",
	"rate limit", "ratelimit", "too many", "throttl", "unsolicited", "spam", "reverse dns", "ptr record", "helo",
	"your ip", "client host", "sender domain", "sending domain", "tls required", "starttls",
}

// notOursByWords are exceptions to oursByWords.
var notOursByWords = []string{"greylist", "graylist", "gray list", "grey list", "user is over", "mailbox"}

// blamesUs reports whether a refusal is about us and not about this recipient.
func blamesUs(at phase, r reply) bool {
	switch {
	case at == atMail || r.closing():
		return true // nothing has been said of the recipient yet
	case r.code >= 500 && r.code <= 504, r.code == 451 && at == atData, r.code == 521, r.code == 523,
		r.code == 530, r.code == 534, r.code == 535, r.code == 538, r.code == 454:
		return true // the protocol, signing in, or a host that takes no mail
	}
	_, status, _ := strings.Cut(r.enhanced, ".")
	if status != "" && slices.Contains(oursByStatus, status) {
		return true
	}
	if slices.Contains(theirsByStatus, status) {
		return false
	}
	if status != "" && !strings.HasPrefix(status, "7.") && status != "0.0" {
		return false // it says clearly that it is something else
	}
	words := strings.ToLower(r.text)
	if containsAny(words, notOursByWords) {
		return false
	}
	return containsAny(words, oursByWords)
}

// policyByStatus are enhanced status codes, without their class, by which a mailbox provider refuses a sender: those of
// RFC 7372 about authentication, and what the largest providers use (domain.md D.1).
var policyByStatus = []string{
	"7.9", "7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27", "7.28", "7.29",
	"7.500", "7.501", "7.502", "7.503", "7.508", "7.509", "7.511", "7.515", "7.520", "7.606", "7.650", "7.651",
}

// policyByWords are words of such refusals whose status says less.
var policyByWords = []string{
	"tss0", "spamhaus", "barracuda", "block list", "blocklist", "blacklist", "black list", "blocked using", "denylist", "rbl",
	"dnsbl", "reputation", "spf", "dkim", "dmarc", "unauthenticated", "rate limit", "ratelimit", "unsolicited", "spam", "your ip",
}

// refusesByPolicy reports whether the provider of the recipient's mailbox refuses us, and not this message alone (D-02).
// What is said before a recipient was named comes from the server we hand mail to.
func refusesByPolicy(at phase, r reply) bool {
	if at == atMail || !blamesUs(at, r) {
		return false
	}
	_, status, _ := strings.Cut(r.enhanced, ".")
	switch {
	case slices.Contains(policyByStatus, status):
		return true
	case slices.Contains(theirsByStatus, status), status != "" && !strings.HasPrefix(status, "7.") && status != "0.0":
		return false
	}
	words := strings.ToLower(r.text)
	return containsAny(words, policyByWords) && !containsAny(words, notOursByWords)
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}
