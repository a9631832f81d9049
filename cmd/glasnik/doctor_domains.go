package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/domains"
	"github.com/glasnik/glasnik/mailer/dns"
)

// topicNames are what the doctor calls what it looked at.
var topicNames = map[campaign.CheckTopic]string{
	campaign.TopicSPF: "who may send (SPF)", campaign.TopicDKIM: "signing (DKIM)", campaign.TopicDMARC: "proof of the sender (DMARC)", campaign.TopicMX: "mail to the sender (MX)",
	campaign.TopicPTR: "name of the sending address (PTR)", campaign.TopicHELO: "name of this machine (HELO)", campaign.TopicMTASTS: "encrypted mail to the domain (MTA-STS)",
	campaign.TopicTLSRPT: "reports on encryption (TLS-RPT)", campaign.TopicLinks: "address of links", campaign.TopicCertificate: "certificate of links",
	campaign.TopicClock: "clock and the mail server's", campaign.TopicAccount: "mail server",
}

// ofDNS is a finding of the DNS as the doctor tells it.
func ofDNS(f dns.Finding) finding {
	return finding{What: topicNames[f.Topic], Status: string(f.Status), Detail: f.Detail.String(), Mend: f.Mend.String(), Of: f.Of, Records: f.Records}
}

// askingFor bounds all that is asked of the DNS and block lists; what has no answer by then is told as such.
const askingFor = time.Minute

// checkDomains looks at what the DNS says of the domains, at the links' certificate and at block lists, and holds it against the rules of
// large providers. in is nil where the store cannot be opened: then its keys are not known.
func (p *program) checkDomains(ctx context.Context, cfg config, senders []ofSender, in *installation) (out []finding) {
	setup := cfg.setup(p.dns)
	from := campaign.Collect(senders, func(s ofSender) string { return s.email })
	var keys []campaign.SigningKey
	var last campaign.SenderLook
	if in != nil {
		var err error
		if keys, err = in.store.SigningKeys.FindSigningKeys(ctx); err == nil {
			last, err = in.store.SenderLooks.GetSenderLook(ctx)
		}
		if err != nil {
			return []finding{{What: "signing (DKIM)", Status: fail, Detail: err.Error()}}
		}
		keys = slices.DeleteFunc(keys, func(k campaign.SigningKey) bool { return k.Removable(p.now()) })
	}
	ctx, cancel := context.WithTimeout(ctx, askingFor)
	defer cancel()
	m := setup.Mail(ctx, from, keys)
	setup.Account = nil // told of above, as the address of links is
	found := setup.Find(ctx, m, p.now())
	for _, f := range found {
		if f.Topic != campaign.TopicLinks {
			out = append(out, ofDNS(f))
		}
	}
	if len(setup.Lists) > 0 {
		listings, asked := dns.AskBlockLists(ctx, setup.Resolver, setup.Lists, m.Addresses, setup.Domains(&m))
		last.Listings = listings
		out = append(out, ofLists(listings, asked)...)
	}
	found = append(found, dns.Finding{Topic: campaign.TopicAccount, Status: campaign.CheckFine})
	for _, v := range domains.Verdicts(found, from, &last) {
		out = append(out, ofVerdict(v))
	}
	return out
}

// ofLists tells what block lists say.
func ofLists(listings []campaign.BlockListing, asked int) (out []finding) {
	const what = "block lists"
	for _, l := range listings {
		f := finding{What: what, Of: l.What, Status: warn}
		switch l.Kind {
		case campaign.Listed:
			f.Status, f.Detail = fail, l.What+" stands on "+l.List+" ("+strings.TrimSpace(l.Answer+" "+l.Reason)+")"
			f.Mend = "find out why, mend it, and ask the list to take it off"
		case campaign.ListRefused:
			f.Detail, f.Mend = l.List+" answers us nothing ("+l.Answer+")", "ask it by a resolver of your own ("+prefix+"DNS), or for an account; public resolvers are refused"
		case campaign.ListBroken:
			f.Detail, f.Mend = l.List+" is out of order: it lists everything, or answers what no list does", "take it out of "+prefix+"BLOCKLISTS"
		default:
			f.Detail, f.Mend = "the DNS does not answer for "+l.List, "ask again later"
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		out = append(out, finding{What: what, Status: fine, Detail: counted(asked, "question") + ", and nothing is listed"})
	}
	return out
}

// providerNames are how providers are called everywhere.
var providerNames = map[campaign.BulkProvider]string{campaign.GmailRules: "Gmail", campaign.YahooRules: "Yahoo", campaign.MicrosoftRules: "Microsoft"}

// ofVerdict tells whether mail keeps a provider's rules. A rule that is broken stands with its mend above already, so it is a warning here.
func ofVerdict(v campaign.BulkVerdict) finding {
	f := finding{What: "rules of " + providerNames[v.Provider], Status: fine, Detail: "kept"}
	var broken, unsure []string
	for _, l := range v.Lines {
		text := campaign.StoredText(l.Rule).String()
		switch l.Status {
		case campaign.CheckFail:
			broken = append(broken, text)
		case campaign.CheckWarn:
			unsure = append(unsure, text)
		}
	}
	switch {
	case len(broken) > 0:
		f.Status, f.Detail, f.Mend = warn, "not kept: "+strings.Join(broken, "; "), "see the lines above"
	case len(unsure) > 0:
		f.Status, f.Detail, f.Mend = warn, "not sure of: "+strings.Join(unsure, "; "), "see the lines above"
	}
	return f
}

// A test mail is waited for so long, and looked for so often.
const (
	trialFor   = 2 * time.Minute
	trialEvery = 3 * time.Second
	trialFetch = 20 * time.Second // of one look into a mailbox
)

// tryMail sends a test mail and waits until it is back, reading the mailboxes where no other process does.
func (p *program) tryMail(ctx context.Context) (f finding) {
	f = finding{What: "test mail", Status: fail}
	err := p.with(ctx, func(in *installation) error {
		t, err := in.domainDesk().TryTrial(ctx)
		deadline := time.Now().Add(trialFor)
		for err == nil && t.Waiting() && time.Now().Before(deadline) && ctx.Err() == nil {
			fetchOnce(ctx, in)
			var l campaign.SenderLook
			if l, err = in.store.SenderLooks.GetSenderLook(ctx); err == nil {
				if t = l.Trial; t.Waiting() {
					time.Sleep(trialEvery)
				}
			}
		}
		if err == nil {
			f = ofTrial(&t)
		}
		return err
	})
	if err != nil {
		f.Detail = sentence(err)
	}
	return f
}

// fetchOnce reads the mailboxes, unless another process does. What goes wrong is told where mailboxes are looked at.
func fetchOnce(ctx context.Context, in *installation) {
	ctx, cancel := context.WithTimeout(byProgram(ctx), trialFetch)
	defer cancel()
	for _, s := range in.cfg.mailboxes {
		box := newBox(in, s)
		_ = box.Alone(ctx, true, func(ctx context.Context) error {
			_, err := box.reader().Fetch(ctx)
			return err
		})
	}
}

// ofTrial tells what became of a test mail.
func ofTrial(t *campaign.SenderTrial) finding {
	f := finding{What: "test mail", Status: fail}
	switch {
	case t.Fault != "":
		f.Detail, f.Mend = "it was not taken: "+t.Fault, "see the lines on the mail server"
	case t.Waiting():
		f.Detail, f.Mend = "it left and is not back after "+trialFor.String(), "see that the address of bounces, with +… in it, is delivered to the mailbox that "+prefix+"BOUNCE_IMAP names"
	default:
		f.Status, f.Detail = fine, fmt.Sprintf("it came back after %d seconds", int(t.ArrivedAt.Sub(t.SentAt).Seconds()))
		if len(t.Signed) > 0 {
			f.Detail += ", with signatures that hold for " + strings.Join(t.Signed, ", ")
		} else {
			f.Status, f.Detail, f.Mend = warn, f.Detail+", without a signature that holds", "make keys by “glasnik dkim make DOMAIN”, or let the mail server sign"
		}
		if len(t.Broken) > 0 {
			f.Status, f.Detail = warn, f.Detail+"; signatures that do not hold: "+strings.Join(t.Broken, ", ")
		}
		if t.Results != "" {
			f.Detail += "; the receiving server says: " + campaign.WithoutAddresses(t.Results)
		}
	}
	return f
}
