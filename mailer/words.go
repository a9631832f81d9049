package mailer

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/glasnik/glasnik/campaign"
)

// words are a server's, folded to plain Latin letters, with one blank around each. A phrase is found where whole words begin and
// end.
type words string

func wordsOf(s string) words {
	fields := strings.FieldsFunc(campaign.Fold(strings.ReplaceAll(s, "’", "'")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
	return words(" " + strings.ReplaceAll(strings.Join(fields, " "), "'", "") + " ")
}

// hold reports whether one of some phrases is in the words. A phrase that ends in * may go on.
func (w words) hold(phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool {
		if begin, open := strings.CutSuffix(p, "*"); open {
			return strings.Contains(string(w), " "+begin)
		}
		return strings.Contains(string(w), " "+p+" ")
	})
}

func wordSet(phrases ...string) []string { return phrases }

// Phrases of refusals, as wordsOf writes them, in the order in which they are looked for.
var (
	sizeWords = wordSet("message too large", "message is too large", "message too big", "message too long", "message is too big", "message size", "message file too big", "message length",
		"size limit", "maximum size", "max size", "maximum message", "fixed maximum", "exceeds the maximum", "message larger", "mail size", "data too large", "too large", "sz limit")

	// senderWords name the sender, its account, its network or what it may send.
	senderWords = wordSet(
		"sender address", "sender addresses", "sender rejected", "sender denied", "sender is", "sender not", "sender verif*", "sender domain*", "sending domain*", "sender does", "sender blocked",
		"sender refused", "sender invalid", "invalid sender", "bad sender", "bad outbound sender", "unverified sender", "verified sender", "sender identity", "as this sender", "envelope sender", "return path",
		"this sender", "your sender", "sender s", "sender id", "senders ip", "sender ip", "sendasdenied", "send as", "send mail as", "sender reputation", "sender email", "sender policy",
		"from address", "from addresses", "from header", "from domain", "header from", "mail from address", "mail from command", "mail from domain", "the from", "from field", "not owned by", "not logged in as", "return address",
		"sender signature", "message rejected email address", "email address is not verified", "domain is not verified", "domain not verified", "unregistered domain*", "not a verified",
		"your account", "this account for sending", "sending paused", "account suspended", "account is suspended", "account has been suspended", "account is not allowed to send", "account is not active for sending",
		"account under review", "not allowed to send", "not permitted to send", "not authorized to send", "not authorised to send", "may not send", "cannot send", "unable to send", "disabled from sending",
		"permissions to send", "permission to send", "client does not have", "client was not authenticated", "client not authenticated", "submission", "plan limit*", "your plan", "subscription", "your credits", "credits",
		"out of credit*", "invoice", "billing", "payment", "api key", "smtp key", "free account*", "sandbox",

		"maximum sending", "max rate", "rate exceeded", "message limit", "messages per", "sent too many", "too many messages", "too many emails", "too many mails", "recipients limit", "recipient limit", "tenant*",
		"authentication required", "authentication is required", "auth required", "must authenticate", "need to authenticate", "must be authenticated", "please authenticate", "requires authentication", "smtp auth", "log in", "login required", "not logged in",
		"relay access denied", "relay denied", "relaying denied", "relaying not", "relaying is", "relaying to", "relay not permitted", "unable to relay", "cannot relay", "not relay", "we do not relay", "rcpthosts", "allowed to relay", "open relay",
		"helo", "ehlo", "reverse dns", "ptr record*", "ptr", "rdns", "client host", "ip reputation",
		"must issue a starttls", "starttls", "tls required", "tls is required", "encryption required")

	// limitWords name how much an account may send.
	limitWords = wordSet("daily limit*", "daily user", "daily sending", "daily quota", "daily message", "message quota", "hourly limit*", "hourly quota", "per hour", "per day", "per minute", "monthly limit*", "sending limit*", "sending quota", "sending rate", "send limit", "send quota")

	fullWords = wordSet("mailbox full", "mailbox is full", "mail box full", "inbox is full", "inbox full", "quota exceeded", "over quota", "overquota", "exceeded quota", "exceeds quota", "quota full", "user is over", "over the storage", "over its quota", "over their quota",
		"exceeded storage allocation", "storage allocation", "out of storage", "storage full", "storage quota", "recipient storage", "mailbox exceeds", "mailbox quota", "mailbox size", "disk quota", "account is full", "account full", "exceeded its quota", "mailbox has exceeded", "boite pleine", "no space left for user", "maildir over quota", "user quota")

	// goneWords say that there is no such mailbox.
	goneWords = wordSet(
		"no such user", "no such users", "no such mailbox", "no such recipient", "no such address", "no such email", "no such account", "no such person", "no such local user", "no such domain", "no such virtual user", "no such alias", "no such name", "no such mail",
		"user unknown", "unknown user", "unknown or illegal alias", "unknown or illegal user", "recipient unknown", "unknown recipient", "unknown mailbox", "mailbox unknown", "unknown local part", "unknown local user", "unknown address", "address unknown", "addressee unknown", "unknown account", "account unknown", "unknown email",
		"user not found", "user not known", "user is unknown", "recipient not found", "mailbox not found", "address not found", "email address not found", "account not found", "not a known user", "not our customer", "user does not exist", "user doesnt exist", "does not exist", "doesnt exist", "doesn t exist", "dont exist", "not exist", "not exists", "no longer exists", "no longer exist", "nonexistent*", "non existent", "not existing",
		"users mailbox cannot be found", "cannot be found", "could not be found", "couldnt be found", "not found here", "no mailbox here", "no mailbox by that name", "no mailbox for", "no valid mailbox", "mailbox not present", "no user here", "no account by that name", "no recipient by that name", "no one with that email", "nobody here by that name", "no email address by that name",
		"doesnt have a yahoo com account", "this user doesnt have a", "does not have an account", "not have an email account", "unrouteable address", "unroutable address", "unrouteable mail", "address unrouteable", "invalid mailbox", "mailbox invalid", "mailbox is invalid", "invalid recipient*", "invalid user", "invalid address", "invalid email address", "invalid local part", "is not a valid mailbox", "not a valid mailbox", "not a valid user", "not a valid recipient", "not a valid address", "not valid recipient", "user invalid", "recipient invalid", "recipient is invalid", "bad destination mailbox",
		"bad address", "account has been disabled", "account is disabled", "account disabled", "account that you tried to reach is disabled", "account closed", "account has been closed", "account is inactive", "account inactive", "mailbox is inactive", "mailbox inactive", "inactive mailbox", "inactive user", "user inactive", "user disabled", "user is disabled", "mailbox disabled", "mailbox is disabled", "mailbox has been disabled", "disabled recipient", "disabled mailbox", "has been deactivated", "deactivated", "account terminated", "user terminated", "mailbox deleted", "has been deleted", "no longer active", "no longer in use", "no longer valid", "no longer available", "no longer on server", "no longer works", "has left the company", "left the organization", "expired mailbox", "mailbox expired", "mailbox does", "5 1 1", "5 1 10",
		"recipient address rejected user unknown", "recipientnotfound", "adresse inconnue", "utilisateur inconnu", "destinataire inconnu", "boite inexistante", "adresse invalide", "nepoznat korisnik", "korisnik ne postoji", "pas de compte", "empfanger unbekannt", "usuario desconocido", "address does not exist", "usuario no existe", "tried to reach does not exist",
		"nepoznat primalac", "primalac ne postoji", "adresa ne postoji", "nalog ne postoji", "sanduce ne postoji", "nepostojeca adresa", "nepostojeci korisnik", "korisnik nije pronaden", "benutzer unbekannt", "unbekannter benutzer", "unbekannter empfanger", "benutzer existiert nicht", "empfanger existiert nicht", "postfach existiert nicht", "adresse existiert nicht", "adresse nexiste pas", "ladresse nexiste pas", "utilisateur nexiste pas", "destinataire nexiste pas", "compte nexiste pas", "compte inexistant", "adresse inexistante", "destinataire introuvable", "utilisateur introuvable")

	// theirsWords say that this recipient takes no mail, or none from us, though the address works.
	theirsWords = wordSet("recipient has blocked", "blocked by recipient", "blocked by the recipient", "recipient refuses", "user refuses", "user has moved", "user has blocked", "does not accept mail", "does not accept messages", "not accepting mail", "not accepting messages", "recipient not accepting", "recipient does not wish", "recipients policy", "group does not", "posting to this list", "only members", "members only", "not a member", "restricted mailbox", "restricted recipient", "moderated", "rejected by recipient", "recipient only accepts", "only accepts mail from")

	// laterWords name an answer that everybody gets at first.
	laterWords = wordSet("greylist*", "graylist*", "gray list*", "grey list*", "greylisting")

	// providerWords are marks of large providers, and names of those they ask.
	providerWords = wordSet("tss0*", "tss1*", "ts01", "ts02", "ts03", "ph01", "ph02", "spamhaus", "barracuda*", "proofpoint", "mimecast", "spamcop", "sorbs", "uceprotect", "cloudmark", "senderscore", "abusix", "invaluement", "surbl", "uribl", "s3140", "s3150", "s3114", "cxcnct", "ofr*", "lpn*")

	// policyWords are said by providers who take no mail from us for now.
	policyWords = wordSet(
		"block list", "block listed", "block lists", "blocklist*", "blacklist*", "black list", "black listed", "blocked using", "denylist*", "deny list", "listed in", "listed at", "listed on", "rbl", "rbls", "dnsbl*", "reputation", "spf", "dkim", "dmarc", "unauthenticated", "rate limit*", "rate limited", "ratelimit*", "rate controlled", "throttl*", "unsolicited", "spam", "spammer*", "spammy", "spamming", "bulk mail", "junk", "abuse", "too many spam", "suspicious", "ip address", "this ip", "from ip", "your network", "blocked by our", "blocked by the", "your ip", "your ips", "temporarily deferred due to", "user complaints", "complaints", "not accepted for policy", "policy reasons", "policy restrictions", "local policy", "policy violation", "policy reject*", "violates", "traffic not accepted")

	oursWords = wordSet("relay", "relaying", "authenticat*", "too many", "service unavailable", "service not available", "service refused", "administrative prohibition", "administratively prohibited", "administratively denied", "prohibited", "system storage", "out of memory", "try another server", "host rejected", "host denied", "connection refused", "connection rejected", "not accepting connections", "access denied from", "banned", "forbidden", "limit exceeded", "exceeded the limit", "exceeded the rate", "exceeded your")

	contentWords = wordSet("message rejected", "message refused", "message blocked", "message content", "mail content", "content rejected", "content filter*", "content policy", "rejected by content", "virus*", "malware", "infected", "phish*", "attachment*", "executable", "mime", "header*", "message header*", "message id", "message contains", "message denied", "mail rejected", "email rejected", "line too long", "bare lf", "rfc 5322", "rfc 2822", "rfc5322", "rfc2822", "not rfc", "url", "urls", "milter", "eicar")

	// seemGoneWords are RFC 5321's for the code 550, which servers also give to senders they do not want.
	seemGoneWords = wordSet("mailbox unavailable", "mailbox not available", "mailbox is unavailable", "mailbox name not allowed", "recipient rejected", "user not local", "mailbox is not available")
)

var delimited = regexp.MustCompile(`[\pL\pN._+=%~!#$&*/?^{}'-]+`)

// withoutQuoted leaves out of a server's words what it quotes of the two addresses of a message: either whole, also as
// it is in an address of a page, the part before the @ where it stands by itself, and the domain.
func withoutQuoted(text, to, from string) string {
	var quoted []string
	for _, address := range []string{to, from} {
		local, domain, ok := strings.Cut(strings.ToLower(address), "@")
		if !ok {
			continue
		}
		text = withoutFold(text, address, url.QueryEscape(address), local+"="+domain)
		quoted = append(quoted, domain)
		if ascii, err := idna.ToASCII(domain); err == nil {
			quoted = append(quoted, ascii)
		}
		if shown, err := idna.ToUnicode(domain); err == nil {
			quoted = append(quoted, shown)
		}
	}
	text = strings.ReplaceAll(campaign.WithoutAddresses(text), campaign.Masked, " ")
	return withoutTokens(text, quoted, localOf(to), localOf(from))
}

func localOf(address string) string {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	return local
}

// withoutFold leaves out texts, whatever the size of their letters.
func withoutFold(s string, texts ...string) string {
	for _, t := range texts {
		for {
			i := strings.Index(strings.ToLower(s), strings.ToLower(t))
			if t == "" || i < 0 || i+len(t) > len(s) {
				break
			}
			s = s[:i] + " " + s[i+len(t):]
		}
	}
	return s
}

// withoutTokens leaves out domains, and local parts that are set off by signs or are at the beginning or before a colon.
func withoutTokens(text string, domains []string, locals ...string) string {
	var out strings.Builder
	last := 0
	for _, at := range delimited.FindAllStringIndex(text, -1) {
		token := strings.ToLower(strings.Trim(text[at[0]:at[1]], ".'"))
		before, after := "", ""
		if at[0] > 0 {
			before = text[at[0]-1 : at[0]]
		}
		if at[1] < len(text) {
			after = text[at[1] : at[1]+1]
		}
		apart := strings.ContainsAny(before, `<("[`) && before != "" || strings.ContainsAny(after, `>)"]:`) && after != "" || strings.HasPrefix(text[at[0]:at[1]], "'")
		isDomain := slices.ContainsFunc(domains, func(d string) bool { return token == d || strings.HasSuffix(token, "."+d) })
		if isDomain || apart && slices.Contains(locals, token) {
			out.WriteString(text[last:at[0]] + " ")
			last = at[1]
		}
	}
	out.WriteString(text[last:])
	return out.String()
}

// withoutReader leaves out of a server's words the local part of an address they name without its domain.
func withoutReader(s, to string) string {
	local, _, _ := strings.Cut(to, "@")
	if len(local) < 3 || campaign.IsRole(to) || commonWord(local) {
		return s
	}
	return delimited.ReplaceAllStringFunc(s, func(token string) string {
		if strings.EqualFold(strings.Trim(token, ".'"), local) {
			return "…"
		}
		return token
	})
}

// commonWord reports whether a local part is a word that servers use, so that leaving it out would say more than it hides.
func commonWord(local string) bool {
	for _, set := range [][]string{sizeWords, senderWords, fullWords, goneWords, theirsWords, policyWords, oursWords, contentWords, seemGoneWords} {
		if slices.ContainsFunc(set, func(p string) bool {
			return slices.Contains(strings.Fields(strings.Trim(p, "*")), strings.ToLower(local))
		}) {
			return true
		}
	}
	return false
}
