package dns

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// checkDMARC looks at what receivers are to do with mail from a domain that proves nothing (RFC 7489), and whether ours
// proves what it asks for.
func checkDMARC(ctx context.Context, dns bounded, m *Mail, domain string, envelope []string) Finding {
	const what = "proof of the sender (DMARC)"
	warns := func(detail, mend string) Finding {
		return Finding{What: what, Status: Warn, Detail: detail, Mend: mend}
	}
	at := domain
	records, err := dmarcRecords(ctx, dns, at)
	if own := organisation(domain); len(records) == 0 && (err == nil || isMissing(err)) && own != domain {
		at = own
		records, err = dmarcRecords(ctx, dns, at)
	}
	name := "_dmarc." + at
	switch {
	case err != nil && !isMissing(err):
		return unanswered(what, name, err)
	case len(records) == 0:
		return warns(domain+" has no DMARC record: large providers want one from whoever writes to many", "put this TXT record into the DNS: "+name+"  v=DMARC1; p=none")
	case len(records) > 1:
		return warns(fmt.Sprintf("%s holds %d DMARC records, and receivers then believe none", name, len(records)), "keep one of them")
	}
	tags, wrong := readTags(records[0])
	policy := strings.ToLower(tags["p"])
	switch {
	case wrong != "":
	case policy == "":
		wrong = "it has no p="
	case !isPolicy(policy):
		wrong = "p= must be none, quarantine or reject"
	case tags["sp"] != "" && !isPolicy(strings.ToLower(tags["sp"])):
		wrong = "sp= must be none, quarantine or reject"
	case !isAlignment(tags["adkim"]) || !isAlignment(tags["aspf"]):
		wrong = "adkim= and aspf= must be r or s"
	}
	if wrong != "" {
		return warns("the DMARC record "+name+" has a mistake, so receivers do not believe it: "+wrong, "correct it, for instance to: v=DMARC1; p=none")
	}
	return alignment(m, domain, envelope, policy, tags)
}

// alignment sees whether the domain of a signature or of the envelope's sender is that of the sender readers see
// (RFC 7489 section 3.1): one of them has to be.
func alignment(m *Mail, domain string, envelope []string, policy string, tags map[string]string) Finding {
	const what = "proof of the sender (DMARC)"
	signed := m.DKIM != nil && aligned(domain, m.DKIM.Domain(), tags["adkim"])
	byEnvelope := len(envelope) > 0
	for _, e := range envelope {
		byEnvelope = byEnvelope && (aligned(domain, e, tags["aspf"]) || m.Bounce == "") // without one for bounces each sender is its own
	}
	good := Finding{What: what, Status: Fine, Detail: domain + " asks for p=" + policy}
	switch {
	case signed && byEnvelope:
		good.Detail += "; signature and envelope are of this domain"
	case signed:
		good.Detail += "; the signature is of this domain, the bounce address is not: it is proved by DKIM alone"
	case byEnvelope && m.DKIM == nil:
		good.Detail += "; the envelope is of this domain, so it is proved by SPF, and by DKIM where the mail server signs for it"
	case byEnvelope:
		return Finding{What: what, Status: Warn, Detail: fmt.Sprintf("messages are signed for %s, and the sender is at %s: it is proved by SPF alone, which forwarding breaks", m.DKIM.Domain(), domain), Mend: "sign for " + domain + " (GLASNIK_DKIM_DOMAIN)"}
	case m.DKIM == nil:
		return Finding{What: what, Status: Warn, Detail: fmt.Sprintf("the bounce address is at %s and the sender at %s, so SPF proves nothing of the sender: only a signature for %[2]s by the mail server would", envelope[0], domain), Mend: "sign for " + domain + ", or set GLASNIK_BOUNCE_ADDRESS to an address at it"}
	default:
		return Finding{What: what, Status: Warn, Detail: fmt.Sprintf("neither the signature (%s) nor the bounce address (%s) is of the sender's domain %s: DMARC fails for every message", m.DKIM.Domain(), envelope[0], domain), Mend: "sign for " + domain + " (GLASNIK_DKIM_DOMAIN)"}
	}
	return good
}

// aligned reports whether a domain that was proved speaks for the sender's, strictly or by the organisation's domain.
func aligned(sender, proved, mode string) bool {
	if strings.EqualFold(mode, "s") {
		return sender == proved
	}
	return organisation(sender) == organisation(proved)
}

func isPolicy(s string) bool { return slices.Contains([]string{"none", "quarantine", "reject"}, s) }

func isAlignment(s string) bool { return slices.Contains([]string{"", "r", "s"}, strings.ToLower(s)) }

func dmarcRecords(ctx context.Context, dns bounded, domain string) (records []string, err error) {
	all, err := dns.txt(ctx, "_dmarc."+domain)
	for _, r := range all {
		if strings.HasPrefix(strings.ReplaceAll(strings.ToUpper(r), " ", ""), "V=DMARC1") {
			records = append(records, r)
		}
	}
	return records, err
}

// readTags divides a record into its tags (RFC 6376 section 3.2), without blanks, which mean nothing in it.
func readTags(record string) (tags map[string]string, wrong string) {
	tags = map[string]string{}
	for part := range strings.SplitSeq(strings.Join(strings.Fields(record), ""), ";") {
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return tags, fmt.Sprintf("%q is no tag=value", part)
		}
		if _, twice := tags[name]; twice {
			return tags, name + "= stands twice"
		}
		tags[name] = value
	}
	return tags, ""
}
