package refusal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

var meanings = map[string]Meaning{
	"unclear": Unclear, "gone": Gone, "seems gone": SeemGone, "theirs": Theirs, "full": Full, "ours": Ours, "policy": Policy, "content": Content,
}

// refusals are what real servers say after a recipient was named, and what it means.
const refusals = `
gone       550 5.1.1 <x@y.example>: Recipient address rejected: User unknown in relay recipient table
gone       550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address
gone       550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
gone       550 5.2.1 The email account that you tried to reach is disabled.
gone       551 5.1.6 mailbox moved
gone       553 5.1.3 bad address
gone       501 5.1.3 Bad recipient address syntax
gone       556 5.1.10 null MX
gone       550 5.4.1 Recipient address rejected: Access denied
gone       550 5.4.310 DNS domain does not exist
gone       550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416
gone       554 delivery error: dd This user doesn't have an there.example account (reader@there.example) [0]
gone       550 User's mailbox is gone, no mailbox here
gone       550 Konto primaoca ne postoji
gone       550 Konto des Empfängers existiert nicht
gone       550 Recipient unknown, returned to sender
gone       550 No mailbox here
gone       550 This account has been suspended due to inactivity
gone       554 5.7.1 Nalog je zatvoren zbog neaktivnosti
gone       550 No Such User Here
gone       550 reader@there.example does not exist
gone       550 5.7.1 <Reader@There.example>: no longer active
gone       550 No such user here
gone       550 recipient could not be found
gone       550 The user you tried to reach is disabled
gone       550 This mailbox is disabled
gone       550 User account has been deactivated
gone       550 <reader@there.example>: address does not exist
gone       550 Recipient's account is disabled
gone       550 korisnik ne postoji
gone       550 Korisnički nalog ne postoji
gone       550 Sanduče je obrisano, primalac ne postoji
gone       550 Le compte du destinataire n'existe pas
gone       550 destinataire introuvable
gone       550 Benutzer existiert nicht
gone       550 The mailbox has been deleted
gone       550 mail account no longer active
gone       550 address no longer in use
gone       550 that address is no longer valid
gone       550 5.2.1 account disabled
gone       550 5.1.2 host unknown
gone       550 The email account was not found at this server
gone       550 Unrouteable address
gone       550 Message was not accepted -- invalid mailbox.  Local mailbox x@y.example is unavailable: user not found
gone       554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0] - mta1.example
gone       550 sorry, no mailbox here by that name (#5.1.1)
gone       550 5.3.0 <x@y.example>... User unknown
gone       550 <x@y.example>: Recipient address rejected: User unknown in virtual mailbox table
gone       550 Invalid recipient x@y.example (in reply to RCPT TO command)
gone       550 5.5.0 Unknown recipient
unclear    550 Account disabled
gone       553 Invalid recipient (Mode: normal)
gone       554 delivery error: dd This user doesn't have a y.example account (x@y.example) [0] - mta1.example
gone       550 Benutzer unbekannt
gone       550 Postfach existiert nicht
gone       550 5.0.0 Cette adresse n'existe pas
gone       550 L’adresse n’existe pas
gone       550 Empfänger unbekannt
gone       550 Boîte inexistante
gone       550 Primalac ne postoji
gone       550 Sanduče ne postoji
gone       550 Корисник не постоји
unclear    550 Absenderadresse existiert nicht
gone       550 Adresse d au moins un destinataire invalide, adresse inconnue
seems gone 550 Requested action not taken: mailbox unavailable
seems gone 550 5.5.0 Requested action not taken: mailbox unavailable
seems gone 553 Requested action not taken: mailbox name not allowed
full       552 5.2.2 mailbox full
full       452 4.2.2 The email account that you tried to reach is over quota
full       552 Requested mail action aborted: exceeded storage allocation
full       550 User x mailbox is full, quota exceeded
theirs     450 4.7.1 greylisted, see SPF
theirs     451 Temporarily rejected. Try again later (greylisting)
theirs     550 5.7.133 sender not authenticated for group
theirs     550 5.7.1 recipient refuses your messages
theirs     550 5.2.122 The recipient has exceeded their limit
theirs     550 5.7.129 restricted
theirs     550 the group may not exist, or you may not have permission to post messages to the group
ours       530 5.7.0 authentication required
ours       554 5.7.1 <x@y.example>: Relay access denied
ours       503 5.5.1 bad sequence
ours       452 4.3.1 insufficient system storage
ours       550 5.1.8 sender's domain does not exist
ours       553 5.7.1 <a@b.example>: Sender address rejected: not owned by user press
ours       553 Sender address rejected
ours       554 5.2.252 SendAsDenied; a@x not allowed to send as b@x
ours       550 5.7.60 SMTP; Client does not have permissions to send as this sender
ours       550 5.7.57 Client not authenticated to send mail
ours       554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1
ours       554 Sending paused for this account. For more information, please check the inbox
ours       454 Throttling failure: Daily message quota exceeded.
ours       550 The from address does not match a verified Sender Identity.
ours       451 You have exceeded your messaging limits: daily limit
ours       550 5.4.5 Daily user sending limit exceeded
ours       452 4.5.3 Daily quota exceeded
ours       452 4.2.2 daily quota exceeded
ours       550 5.7.1 daily quota exceeded for this account
ours       550 5.7.1 Quota exceeded
ours       452 4.7.1 Over quota, try again tomorrow
ours       450 4.7.1 You have exceeded your quota for today
ours       550 5.7.1 Message quota for 24 hours exceeded
ours       554 Your e-mail quota is used up
ours       452 4.4.5 Daily SMTP relay limit exceeded for customer
ours       550 Domain here.example has exceeded the max emails per hour (100/100 (100%)) allowed. Message discarded.
ours       550 5.7.1 Quota journalier dépassé
ours       550 Limite d’envoi atteinte
ours       550 Dnevna kvota je prekoračena
ours       554 Прекорачен је дневни лимит слања
ours       451 Tageslimit erreicht
full       550 5.7.1 User x is over quota, mailbox full
full       552 5.2.2 Quota exceeded
full       452 4.2.2 Over quota
ours       504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname
ours       550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients
ours       553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)
ours       525 5.7.1 Account is not active for sending, contact support
ours       550 5.7.1 Unfortunately the sender is not permitted to send
ours       535 5.7.139 Authentication unsuccessful
policy     550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP
policy     550 5.7.26 This mail is unauthenticated, which poses a security risk
policy     550 5.7.515 Access denied, sending domain does not meet the required authentication level
policy     550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains
policy     554 5.7.9 Message not accepted for policy reasons
policy     421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints
policy     421 4.7.28 unusual rate of mail
policy     550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org
full       552 Quota korisnika je prekoračena
full       550 Sanduče primaoca je prepuno
full       452 Le quota de la boîte du destinataire est dépassé
full       552 The recipient's mailbox has reached its storage limit
policy     550 Poruka je odbijena kao neželjena pošta
policy     554 IP=192.0.2.10 - A problem occurred. (Ask your postmaster for help or to contact tobr@rx.t-online.example to clarify.)
policy     550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your provider since part of their network is on our block list (S3150)
policy     554 Your IP is on a block list
policy     550 5.7.1 our system has detected that this is unsolicited mail
policy     550 5.7.509 Access denied, sending domain does not pass DMARC verification
policy     553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred
policy     550 spam message rejected. Please visit http://help.mail.example/notspam-support
policy     554 5.7.1 [1] Message rejected under suspicion of SPAM; https://ya.example/1
policy     550 5.2.0 OFR_506 [506] Service refuse. Veuillez essayer plus tard.
policy     554 Transaction failed Reject due to policy restrictions. rate limit
content    552 5.3.4 message too large
content    552 5.3.4 Error: message file too big
content    552 Message size exceeds fixed maximum message size
content    550 5.7.1 message content rejected
content    554 5.6.0 message contains a virus
content    550 Infected: EICAR
unclear    554 5.7.1 refused
unclear    554 5.7.1 <x@y.example>: Recipient address rejected: Access denied
unclear    550 5.7.1 no, thanks
unclear    554 transaction failed
unclear    550 Administrative reasons
`

// said is an answer as a session has it: a status is read only where it stands after the code, and fits it.
func said(answer string) Answer {
	code, err := strconv.Atoi(answer[:3])
	if err != nil {
		panic(err)
	}
	a := Answer{Code: code, Text: answer[4:]}
	if first, _, _ := strings.Cut(a.Text, " "); strings.Count(first, ".") == 2 && first[0] == answer[0] && !strings.HasSuffix(first, ":") {
		a.Status = first
	}
	return a
}

func TestMeaningOfRefusals(t *testing.T) {
	for line := range strings.Lines(strings.TrimSpace(refusals)) {
		name, answer := strings.TrimSpace(line[:11]), strings.TrimSpace(line[11:])
		r := said(answer)
		if got := Judge(AtRcpt, r, "reader@there.example", "press@here.example").Meaning; got != meanings[name] {
			t.Errorf("%s: %d, want %s", answer, got, name)
		}
		if got := Judge(AtMail, r, "reader@there.example", "press@here.example").Meaning; got != Ours && got != Content {
			t.Errorf("%s: at MAIL nothing is said of a recipient: %d", answer, got)
		}
		if got := Judge(AtDot, r, "reader@there.example", "press@here.example").Meaning; name != "seems gone" && got != meanings[name] {
			t.Errorf("%s: %d at the dot, want %s", answer, got, name)
		}
	}
}

// ofUs are answers about the sender, its account, its domain or what it pays for, in words that are said of mailboxes too.
const ofUs = `
550 5.7.1 your account is disabled
550 Sending from this account was disabled due to inactivity
550 5.7.1 SMTP credentials not been used for 90 days, sending disabled
550 your account has been disabled
550 Account disabled
550 5.7.1 Account disabled, contact support
554 5.7.1 The domain does not exist
550 domain does not exist
550 5.7.1 Domain example.org does not exist
550 Sender domain does not exist
553 5.7.1 sender domain not found
550 This user is not allowed to send
550 5.7.1 Authenticated user does not exist
554 SMTP user deactivated
550 The account of the sender no longer exists
550 5.7.0 Account suspended due to billing
550 Your mailbox has been deactivated for sending
554 5.7.1 service deactivated
550 Customer account closed
550 Hosting account terminated
554 Your hosting package has been deleted
550 Kunde nicht gefunden
550 Absenderdomain existiert nicht
550 Le domaine de l'expéditeur n'existe pas
550 Votre compte est désactivé
550 compte inexistant pour cet expéditeur
550 Nalog ne postoji
550 Vaš nalog je deaktiviran
550 Domen pošiljaoca ne postoji
550 Налог пошиљаоца не постоји
550 Host unknown
550 5.7.1 Client host not found, cannot find your hostname
550 5.7.1 reverse hostname does not exist
550 API user could not be found
550 5.7.1 tenant has been deleted
535 5.7.8 account disabled
550 5.7.1 The organization has been deactivated
550 5.7.1 trial account no longer active
554 5.7.1 license no longer valid
550 certificate no longer valid
550 This sender address is no longer in use
550 From address could not be found in our user database
550 No such domain here, relaying?
550 route does not exist
550 5.7.1 mail from this account cannot be found in policy
550 La cuenta no existe
550 Invalid user credentials
550 invalid address in HELO
550 5.7.1 Unknown address 192.0.2.1, PTR missing
550 your SMTP user is disabled
550 User disabled for sending
550 5.7.1 The user is disabled, log in to the control panel
550 mail user press@here.example does not exist on this server, sender callout failed
550 Sender mailbox not found
550 MX of sender: host not found
550 no such user as press@here.example
550 invalid mailbox in MAIL FROM
550 Callback to press@here.example: user unknown
550 could not verify sender: user unknown
550 unable to verify originator: no such user
550 originator mailbox unknown
550 Service disabled for your IP
550 license not found, user count exceeded
550 user has exceeded mails; account disabled by abuse team
550 5.7.1 compte expéditeur inexistant
550 adresse IP inconnue
550 adresse inconnue de l'expéditeur
550 adresa pošiljaoca ne postoji
550 Pošiljalac nepoznat
550 nepoznata adresa pošiljaoca
550 Unbekannter Absender
550 Absender unbekannt, Benutzer existiert nicht
550 Отправитель: пользователь не найден
550 usuario remitente desconocido
550 mittente sconosciuto
550 utente non abilitato all'invio
550 mailbox of the sender is disabled
550 Compte SMTP introuvable
554 Access revoked
550 Usluga je isključena
550 Le service est résilié
`

// TestNothingOfOursIsTheReaders: a reader is never given up for what is missing or disabled with us.
func TestNothingOfOursIsTheReaders(t *testing.T) {
	for line := range strings.Lines(strings.TrimSpace(ofUs)) {
		for _, at := range []Step{AtRcpt, AtData, AtDot} {
			if v := Judge(at, said(strings.TrimSpace(line)), "reader@there.example", "press@here.example"); !v.Meaning.OfUs() && v.Meaning != Unclear {
				t.Errorf("%s: %+v at step %d", line, v, at)
			}
		}
	}
}

// TestContentIsNobodysMailbox: a message that was handed over is judged by its content, in words that are also said of mailboxes.
func TestContentIsNobodysMailbox(t *testing.T) {
	for _, answer := range []string{
		"550 5.7.1 user disabled", "550 invalid address in header To", "550 5.1.7 invalid address of sender", "554 invalid user in From header",
		"550 spam: unknown recipient pattern", "554 5.7.1 no such user in DKIM i= tag", "554 5.7.1 Message contains spam, user disabled delivery",
		"554 5.7.1 The domain here.example in a link does not exist",
	} {
		if v := Judge(AtDot, said(answer), "reader@there.example", "press@here.example"); !v.Meaning.OfUs() && v.Meaning != Unclear && v.Meaning != Theirs {
			t.Errorf("%s: %+v", answer, v)
		}
	}
	for _, answer := range []string{"550 5.1.1 user unknown", "550 <reader@there.example>: user disabled", "550 No such user"} {
		if v := Judge(AtDot, said(answer), "reader@there.example", "press@here.example"); v.Meaning != Gone {
			t.Errorf("%s: %+v", answer, v)
		}
	}
}

// TestQuotedAddressesAreNoWords: the same is refused for every reader.
func TestQuotedAddressesAreNoWords(t *testing.T) {
	for _, word := range []string{"marble", "spfeiffer", "nospam", "spam", "rbl", "quota", "blacklist-fan", "blocked.using", "relay", "spamhaus", "sender", "no.such.user", "user.unknown", "message-too-large", "мрамор.spam"} {
		to := word + "@" + strings.ReplaceAll(word, "мрамор.", "") + ".example"
		local, domain, _ := strings.Cut(to, "@")
		for _, form := range []string{
			"554 5.7.1 <%[1]s>: Recipient address rejected: Access denied", "554 5.7.1 %[1]s: Recipient address rejected: Access denied", "550 5.7.1 no, %[1]s",
			"550 no, see https://help.example/?to=%[2]s", "554 5.7.1 <%[3]s>: not today", "554 5.7.1 (%[3]s) not today", "554 %[3]s: not today", "554 5.7.1 not today for %[4]s", "550 5.7.1 not today <%[3]s@", "550 not today [%[3]s] mx.%[4]s",
		} {
			answer := fmt.Sprintf(form, to, url.QueryEscape(to), local, domain)
			r := said(answer)
			if got := Judge(AtRcpt, r, to, "press@here.example").Meaning; got != Unclear {
				t.Errorf("%s: %d", answer, got)
			}
			if got := WithoutReader(answer, to); len(local) > 6 && !commonWord(local) && strings.Contains(got, "<"+local+">") {
				t.Errorf("kept: %s", got)
			}
		}
	}
}
