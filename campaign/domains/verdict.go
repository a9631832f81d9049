package domains

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/dns"
)

// rule is one of a provider's rules for senders of much mail, with the checks that prove it. Sources: Gmail “Email sender guidelines”,
// Yahoo “Sender Best Practices” (both in force since February 2024), Microsoft “Outlook's new requirements for high-volume senders”
// (May 2025).
type rule struct {
	words  campaign.Text
	topics []campaign.CheckTopic
	of     []campaign.BulkProvider // none: all
	must   bool                    // mail is refused otherwise; else it is only advised
}

var bulkRules = []rule{
	{words: campaign.Textf("SPF says who may send for the domain"), topics: []campaign.CheckTopic{campaign.TopicSPF}, must: true},
	{words: campaign.Textf("messages are signed with DKIM"), topics: []campaign.CheckTopic{campaign.TopicDKIM}, must: true},
	{words: campaign.Textf("the domain has a DMARC record, and the sender is aligned with SPF or DKIM"), topics: []campaign.CheckTopic{campaign.TopicDMARC}, must: true},
	{words: campaign.Textf("the sending address has a name that leads back to it (PTR)"), topics: []campaign.CheckTopic{campaign.TopicPTR}, of: []campaign.BulkProvider{campaign.GmailRules, campaign.YahooRules}, must: true},
	{words: campaign.Textf("readers leave with one click over https"), topics: []campaign.CheckTopic{campaign.TopicLinks, campaign.TopicCertificate}, of: []campaign.BulkProvider{campaign.GmailRules, campaign.YahooRules}, must: true},
	{words: campaign.Textf("readers can leave by a link that works"), topics: []campaign.CheckTopic{campaign.TopicLinks, campaign.TopicCertificate}, of: []campaign.BulkProvider{campaign.MicrosoftRules}},
	{words: campaign.Textf("the sender's address takes answers"), topics: []campaign.CheckTopic{campaign.TopicMX}, of: []campaign.BulkProvider{campaign.MicrosoftRules, campaign.YahooRules}, must: true},
	{words: campaign.Textf("mail is handed over encrypted"), topics: []campaign.CheckTopic{campaign.TopicAccount}, of: []campaign.BulkProvider{campaign.GmailRules}},
}

// freeDomains are those of mailbox providers, which nobody else may send for.
var freeDomains = []string{"gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "aol.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com"}

// Verdicts holds what was found against the rules of each provider.
func Verdicts(found []dns.Finding, senders []string, last *campaign.SenderLook) []campaign.BulkVerdict {
	var out []campaign.BulkVerdict
	for _, provider := range campaign.BulkProviders {
		v := campaign.BulkVerdict{Provider: provider, Status: campaign.CheckFine}
		add := func(l campaign.BulkLine) {
			v.Lines = append(v.Lines, l)
			if l.Status.Worse(v.Status) {
				v.Status = l.Status
			}
		}
		for _, r := range bulkRules {
			if len(r.of) == 0 || slices.Contains(r.of, provider) {
				add(r.hold(found, &last.Trial))
			}
		}
		add(ownDomain(senders))
		if listed := last.Found(); len(listed) > 0 {
			add(campaign.BulkLine{
				Rule: campaign.Textf("no block list knows the domain or the sending address").Stored(), Status: campaign.CheckWarn,
				Why:  campaign.Textf("%s stands on the block list %s", listed[0].What, listed[0].List).Stored(),
				Mend: campaign.Textf("find out why, mend it, and ask the list to take it off").Stored(),
			})
		}
		out = append(out, v)
	}
	return out
}

// ownDomain sees that no sender is at a mailbox provider's domain.
func ownDomain(senders []string) campaign.BulkLine {
	l := campaign.BulkLine{Rule: campaign.Textf("the sender is at a domain of your own").Stored(), Status: campaign.CheckFine}
	for _, s := range senders {
		if d := campaign.Domain(s); slices.Contains(freeDomains, d) {
			l.Status, l.Why = campaign.CheckFail, campaign.Textf("%s belongs to a mailbox provider, and mail from elsewhere in its name is refused", d).Stored()
			l.Mend = campaign.Textf("choose a sender at a domain of your own").Stored()
		}
	}
	return l
}

// hold is the worst of what was found on a rule's topics. A warning on what a provider insists on fails: its record is missing or
// not believed. Nothing is held against what nobody could look up.
func (r *rule) hold(found []dns.Finding, t *campaign.SenderTrial) campaign.BulkLine {
	l := campaign.BulkLine{Rule: r.words.Stored(), Status: campaign.CheckFine}
	seen := false
	for _, f := range found {
		if !slices.Contains(r.topics, f.Topic) {
			continue
		}
		seen = true
		if f.Aside {
			continue
		}
		status := f.Status
		switch {
		case f.Unknown:
			status = campaign.CheckWarn
		case status == campaign.CheckWarn && r.must && f.Topic != campaign.TopicCertificate && !there(f):
			status = campaign.CheckFail
		}
		if status.Worse(l.Status) {
			l.Status, l.Why, l.Mend = status, f.Detail.Stored(), ""
			if !f.Mend.IsZero() {
				l.Mend = f.Mend.Stored()
			}
		}
	}
	if slices.Contains(r.topics, campaign.TopicDKIM) && l.Status == campaign.CheckFine && unsigned(found) && len(t.Signed) == 0 {
		l.Status, l.Why = campaign.CheckWarn, campaign.Textf("messages are not signed here, and whether the mail server signs them is not known").Stored()
		l.Mend = campaign.Textf("send a test mail, which tells, or make a key").Stored()
	}
	if !seen {
		l.Status, l.Why = campaign.CheckWarn, campaign.Textf("it could not be looked at").Stored()
	}
	return l
}

// there reports whether all records of a finding are in the DNS, so that a warning is about less than their being missing.
func there(f dns.Finding) bool {
	return len(f.Records) > 0 && !slices.ContainsFunc(f.Records, func(r campaign.DNSRecord) bool { return !r.There })
}

// unsigned reports whether no key signs here.
func unsigned(found []dns.Finding) bool {
	return !slices.ContainsFunc(found, func(f dns.Finding) bool { return f.Topic == campaign.TopicDKIM && !f.Aside && there(f) })
}
