package dns

import (
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// checkDMARC looks at what receivers are to do with mail from a domain that proves nothing (RFC 7489), and whether ours
// proves what it asks for.
func checkDMARC(ctx context.Context, dns bounded, m *Mail, domain string, envelope []string) Finding {
	f := Finding{Topic: campaign.TopicDMARC, Of: domain, Status: campaign.CheckWarn}
	at := domain
	records, err := dmarcRecords(ctx, dns, at)
	if own := organisation(domain); len(records) == 0 && (err == nil || isMissing(err)) && own != domain {
		at = own
		records, err = dmarcRecords(ctx, dns, at)
	}
	name := "_dmarc." + at
	f.Records = dmarcToSet(m, at)
	switch {
	case err != nil && !isMissing(err):
		lost := unanswered(campaign.TopicDMARC, name, err)
		lost.Of, lost.Records = domain, f.Records
		return lost
	case len(records) == 0:
		f.Detail = campaign.Textf("%s has no DMARC record: large providers want one from whoever writes to many", domain)
		f.Mend = campaign.Textf("put this TXT record into the DNS: %s  %s", name, f.Records[0].Value)
		return f
	case len(records) > 1:
		f.Records = nil
		f.Detail, f.Mend = campaign.Textf("%s holds %d DMARC records, and receivers then believe none", name, len(records)), campaign.Textf("keep one of them")
		return f
	}
	tags, wrong := readTags(records[0])
	policy := strings.ToLower(tags["p"])
	switch {
	case !wrong.IsZero():
	case !strings.EqualFold(tags["v"], "DMARC1") && !strings.EqualFold(tags["V"], "DMARC1"):
		wrong = campaign.Textf("it must begin with v=DMARC1")
	case policy == "":
		wrong = campaign.Textf("it has no p=")
	case !isPolicy(policy):
		wrong = campaign.Textf("p= must be none, quarantine or reject")
	case tags["sp"] != "" && !isPolicy(strings.ToLower(tags["sp"])):
		wrong = campaign.Textf("sp= must be none, quarantine or reject")
	case !isAlignment(tags["adkim"]) || !isAlignment(tags["aspf"]):
		wrong = campaign.Textf("adkim= and aspf= must be r or s")
	}
	if !wrong.IsZero() {
		f.Detail = campaign.Textf("the DMARC record %s has a mistake, so receivers do not believe it: %s", name, wrong)
		f.Mend = campaign.Textf("correct it, for instance to: %s", f.Records[0].Value)
		return f
	}
	f.Records = []campaign.DNSRecord{{Type: "TXT", Name: name, Value: records[0], There: true}}
	return alignment(f, m, domain, envelope, policy, tags)
}

// dmarcToSet is the record that is proposed, with the permission that reports may go to another organisation's domain (RFC 7489
// section 7.1).
func dmarcToSet(m *Mail, at string) []campaign.DNSRecord {
	value := "v=DMARC1; p=none"
	if m.Reports == "" {
		return []campaign.DNSRecord{{Type: "TXT", Name: "_dmarc." + at, Value: value}}
	}
	out := []campaign.DNSRecord{{Type: "TXT", Name: "_dmarc." + at, Value: value + "; rua=mailto:" + m.Reports}}
	if to := campaign.Domain(m.Reports); organisation(to) != organisation(at) {
		out = append(out, campaign.DNSRecord{Type: "TXT", Name: at + "._report._dmarc." + to, Value: "v=DMARC1"})
	}
	return out
}

// alignment sees whether the domain of a signature or of the envelope's sender is that of the sender readers see
// (RFC 7489 section 3.1): one of them has to be.
func alignment(f Finding, m *Mail, domain string, envelope []string, policy string, tags map[string]string) Finding {
	signer := "" // the domain of a signature, one that is aligned where there is one
	for i := range m.Keys {
		if k := &m.Keys[i]; k.signs(domain) && (signer == "" || aligned(domain, k.Domain, tags["adkim"])) {
			signer = k.Domain
		}
	}
	signed := signer != "" && aligned(domain, signer, tags["adkim"])
	byEnvelope := len(envelope) > 0
	for _, e := range envelope {
		byEnvelope = byEnvelope && (aligned(domain, e, tags["aspf"]) || m.Bounce == "") // without one for bounces each sender is its own
	}
	mend := campaign.Textf("sign for %s: make a key on the Sender page or by “glasnik dkim make %s”", domain, domain)
	good := func(how campaign.Text) Finding {
		f.Status, f.Detail = campaign.CheckFine, campaign.Textf("%s asks for p=%s; %s", domain, policy, how)
		return f
	}
	switch {
	case signed && byEnvelope:
		return good(campaign.Textf("signature and envelope are of this domain"))
	case signed:
		return good(campaign.Textf("the signature is of this domain, the bounce address is not: it is proved by DKIM alone"))
	case byEnvelope && signer == "":
		return good(campaign.Textf("the envelope is of this domain, so it is proved by SPF, and by DKIM where the mail server signs for it"))
	case byEnvelope:
		f.Detail, f.Mend = campaign.Textf("messages are signed for %s, and the sender is at %s: it is proved by SPF alone, which forwarding breaks", signer, domain), mend
	case signer == "":
		f.Detail = campaign.Textf("the bounce address is at %s and the sender at %s, so SPF proves nothing of the sender: only a signature for %s by the mail server would", envelope[0], domain, domain)
		f.Mend = campaign.Textf("%s, or set GLASNIK_BOUNCE_ADDRESS to an address at %s", mend, domain)
	default:
		f.Detail, f.Mend = campaign.Textf("neither the signature (%s) nor the bounce address (%s) is of the sender's domain %s: DMARC fails for every message", signer, envelope[0], domain), mend
	}
	return f
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
func readTags(record string) (tags map[string]string, wrong campaign.Text) {
	tags = map[string]string{}
	for part := range strings.SplitSeq(strings.Join(strings.Fields(record), ""), ";") {
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return tags, campaign.Textf("“%s” is no tag=value", quoted(part))
		}
		if _, twice := tags[name]; twice {
			return tags, campaign.Textf("%s= stands twice", quoted(name))
		}
		tags[name] = value
	}
	return tags, campaign.Text{}
}
