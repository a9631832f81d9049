package campaign

import (
	"regexp"
	"strings"
	"sync"
)

// What stands with a delivery, a run or a campaign, and what senders say of their work, is stored as it is told on the command
// line and in the log: in English, often around the words of a server. OwnWords finds our own words in it, so that a page can
// put them into its user's language.
//
// OwnWords returns stored words as a Text; what is not ours is the argument of "%s", as it came.
func OwnWords(stored string) Text {
	if stored == "" {
		return Text{}
	}
	if t, ok := wholeWords()[stored]; ok {
		return t
	}
	for _, p := range wordPatterns() {
		m := p.pattern.FindStringSubmatch(stored)
		if m == nil {
			continue
		}
		t := Text{Format: p.format}
		for _, part := range m[1:] {
			t.Args = append(t.Args, OwnWords(part))
		}
		return t
	}
	if strings.HasPrefix(stored, `{"format":`) {
		return StoredText(stored)
	}
	return Textf("%s", stored)
}

type wordPattern struct {
	format  string
	pattern *regexp.Regexp
}

// wholeWords are the words without values, by themselves.
var wholeWords = sync.OnceValue(func() map[string]Text {
	all := map[string]Text{}
	for _, t := range ownTexts() {
		if !strings.Contains(t.Format, "%") {
			all[t.Format] = t
		}
	}
	return all
})

// wordPatterns are the words around values.
var wordPatterns = sync.OnceValue(func() (all []wordPattern) {
	for _, t := range ownTexts() {
		if strings.Contains(t.Format, "%s") {
			words := strings.ReplaceAll(regexp.QuoteMeta(strings.ReplaceAll(t.Format, "%s", "\x00")), "\x00", "(.+?)")
			all = append(all, wordPattern{t.Format, regexp.MustCompile("(?s)^" + strings.ReplaceAll(words, "%%", "%") + "$")})
		}
	}
	return all
})

// ownTexts are our own words in what is stored.
func ownTexts() []Text {
	return []Text{
		// why a reader is left out
		Textf("the address must not be mailed: %s"), Textf("the reader left everything"), Textf("it does not exist"), Textf("the reader complained"),
		Textf("the person was erased"), Textf("the team entered it"), Textf("the contact is bounced"), Textf("the contact is complained"),
		Textf("the contact is paused"), Textf("the contact is restricted"), Textf("the contact's pause is not over"), Textf("the contact left"),
		Textf("the contact is on an excluded list"), Textf("the reader chose other topics"), Textf("gets the weekly digest"),
		Textf("no legal basis is on record"), Textf("consent is required and none is on record"), Textf("nothing was sent to this reader's lists"),
		Textf("the reader does not want the digest any more"), Textf("the contact was deleted"), Textf("the contact's address was changed meanwhile"),
		Textf("what this mail was about is gone"), Textf("this mail would come too late to be of use"), Textf("the campaign was cancelled"),

		// and out of what follows another campaign
		Textf("was not among the readers of the mail that this one follows"), Textf("the mail that this one follows is still on its way to this reader"),
		Textf("nobody knows whether the mail that this one follows arrived"), Textf("the mail that this one follows could not be delivered to this reader"),
		Textf("was left out of the mail that this one follows"), Textf("the mail that this one follows came back"),
		Textf("the reader has left a list of this audience since"), Textf("the reader has replied since"),
		Textf("the reader is known to have read the mail that this one follows"), Textf("nothing can be known of what this reader reads"),
		Textf("the reader has not had the mail that this one follows for long enough"), Textf("got a follow-up to the same mail before"),
		Textf("got this release before"), Textf("was left out of this release before"),
		Textf("many came to its lists at once (%s), so it does not go to those who join by itself any more: send it to them from its Results tab"),
		Textf("the release was changed since it went out, so it does not go to those who join by itself any more: send it to them from its Results tab"),
		Textf("it does not go to those who join by itself any more: %s"),
		Textf("another follow-up to the same campaign is going out: send this one when that has ended"),

		Textf("the writing check blocks “%s” (rule %s): change the words, or have somebody who may override it say why they stay"),

		// where the lists of machines in the program are from
		Textf("vendors' documentation of their agents and allow-lists; Apple's egress-ip-ranges.csv, put together to whole networks"),

		// why a message failed or waits
		Textf("goes only to those who answered, and no answer is known"), Textf("the series was paused"), Textf("left meanwhile and came back"),
		Textf("the series was stopped for this reader"), Textf("is not at this step of the series any more"), Textf("the reader replied"), Textf("the reader answered the invitation"),
		Textf("the reader got as many messages this week as one may get"), Textf("waits for the end of the quiet hours"), Textf("the domain of the sender is being warmed up: it may send more tomorrow"),
		Textf("waits for the hours of the campaign at the reader's own time"), Textf("waits for its turn: the campaign is spread over some hours"), Textf("waits for the result of the A/B test"),
		Textf("given up after the last try: %s"), Textf("the message could not be made: %s"), Textf("refused without a word"),
		Textf("sending stopped between the message and the server's answer: it may have arrived"),
		Textf("the connection failed after the message was handed over: %s"), Textf("the connection failed %s: %s"),
		Textf("before the message was sent"), Textf("while the message was being sent"), Textf("no answer in time"), Textf("the server closed it"),
		Textf("the connection is no longer usable"), Textf("stopped before the message was handed over"), Textf("not handed over: %s"),
		Textf("the message has line ends other than CRLF, or none"), Textf("the server spoke in the middle of the message: %s"),
		Textf("the address needs SMTPUTF8 (RFC 6531), which the server %s does not offer"),
		Textf("the message has %s, and the server %s takes no more than %s: make it smaller, or have the server take more"),
		Textf("the server gave an answer that does not belong here: %s"), Textf("the server said more than it was asked"),
		Textf("another message was announced on this connection"),

		// why a run or a campaign stopped or waits
		Textf("stopped by %s"), Textf("the campaign was given another time"), Textf("nothing was sent since the last digest"),
		Textf("paused, since our mail is refused for too long; nobody has failed for that. Mend it, then let the campaign go on. The answer was: %s"),
		Textf("%s has taken no mail from us since %s: %s"),
		Textf("this was due at %s while nothing was running, and the release has an embargo: send it by hand or choose a new time"),
		Textf("this was due at %s while nothing was running: send it by hand or choose a new time"),
		Textf("its schedule has come to its end"), Textf("the days off leave it no time any more: choose another schedule"),
		Textf("%s messages were planned and %s are on record, so this does not count as sent: look at the list of recipients and cancel it, or ask whoever looks after the database"),
		Textf("it was not approved: see why on the Check tab"),
		Textf("the approval does not hold any more, since something changed: see what on the Check tab"),
		Textf("the run due at %s was skipped: nothing was running for more than %s hours"),
		Textf("what was due on %s was not sent: %s"), Textf("what was due at %s is %s already: choose a new time"),
		Textf("the database was put back from a backup or copied: what stands as not sent may have been sent by the other one"),
		Textf("the mail server refuses the messages of this run, and nobody fails for that; one message tries again and again until it is mended: %s"),
		Textf("the mail server cannot be used: %s"), Textf("the store cannot be written, sending waits for it: %s"),

		Textf("a person can be recognised in “%s”, and no consent is recorded: record it in the library, or take the picture out"),
		Textf("the licence of “%s” ended on %s: renew it in the library, or take it out"), Textf("the consent to show “%s” was withdrawn: take it out"),
		Textf("the consent to show “%s” ended on %s: renew it in the library, or take it out"),
		Textf("a picture or file of the release is no longer in the library: choose another"),

		// why there is no connection to a server
		Textf("connect to %s: %s; %s"), Textf("connect to %s: %s"), Textf("the user %s cannot sign in: %s"), Textf("the server answered %s"),
		Textf("encryption is required (tls=required), and the server does not offer STARTTLS"), Textf("the server does not speak TLS on this port"),
		Textf("the server's answer makes no sense: %s"), Textf("connecting was called off"), Textf("the host %s is not known in the DNS"),
		Textf("the host %s cannot be looked up: the DNS does not answer"), Textf("connection refused: nobody listens at port %s of %s"),
		Textf("the server and this machine do not agree on TLS: %s"), Textf("the server closed the connection before it was ready"),
		Textf("port %s of %s did not answer within %s"), Textf("the server did not answer within %s"), Textf("the server's certificate is not for %s: %s"),
		Textf("the server's certificate is not valid now: it is good from %s to %s"),
		Textf("the server's certificate cannot be trusted: nobody this machine knows has signed it"),
		Textf("the server's certificate cannot be trusted: nobody this machine knows has signed it (it is signed by itself)"),
		Textf("the server's certificate cannot be trusted: %s"), Textf("the server offers no way to sign in (AUTH) on this connection, and a user is set"),
		Textf("the server offers only ways to sign in that show the password (%s), and the connection is not encrypted"),
		Textf("the server offers only ways to sign in that Glasnik does not know: %s"), Textf("this is %s, not one that mail is handed to"),
		Textf("this port speaks TLS from the first octet, and the setting does not"),

		// and what to do about it
		Textf("correct the host in GLASNIK_SMTP_URL"), Textf("mend this machine's DNS (/etc/resolv.conf), or try again later"),
		Textf("start the mail server, or correct host and port in GLASNIK_SMTP_URL (587 for smtp://, 465 for smtps://)"),
		Textf("correct the port in GLASNIK_SMTP_URL: mail is handed in at 587 (smtp://…), or 465 (smtps://…)"),
		Textf("the server is busy or holds this machine off for now: try again in some minutes; fewer connections= may help"),
		Textf("see whether a firewall, or this machine's provider, blocks the port; many block 25, few 587"),
		Textf("it may not let this machine in: look at its log, and at the firewall"), Textf("look at the server's log"),
		Textf("see that this machine reaches the host of GLASNIK_SMTP_URL: look at network and firewall"),
		Textf("the server is slow or stuck: look at its log; a longer timeout= in GLASNIK_SMTP_URL waits for it"),
		Textf("renew the server's certificate (or set this machine's clock right, if it is wrong)"), Textf("ask the server's admin whether the user %s may send"),
		Textf("correct the user %s or the password in GLASNIK_SMTP_URL; in both write %%40 for @, %%23 for #, %%2F for /, %%3A for :, %%25 for %%"),
		Textf("the provider wants another password than that of the mailbox: make an app password for %s there, and put it into GLASNIK_SMTP_URL"),
		Textf("signing in to send (SMTP AUTH) is switched off for %s: switch it on at the provider"),
	}
}
