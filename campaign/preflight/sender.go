package preflight

import "github.com/glasnik/glasnik/campaign"

// SenderFault is what the DNS does not prove of a sender.
type SenderFault struct {
	Text, More campaign.Text
}

// Proof is a record of the DNS that receivers believe a sender by.
type Proof string

const (
	SPF   Proof = "SPF"
	DKIM  Proof = "DKIM"
	DMARC Proof = "DMARC"
	MX    Proof = "MX"
)

// Unproved says that a domain lacks a record, or has a faulty one.
func Unproved(p Proof, domain string) SenderFault {
	f := SenderFault{More: campaign.Textf("Many mailboxes refuse such mail or put it among spam. The command “glasnik doctor” says which record to change.")}
	switch p {
	case SPF:
		f.Text = campaign.Textf("%s does not say which servers may send for it (SPF)", domain)
	case DKIM:
		f.Text = campaign.Textf("The signature of messages from %s cannot be verified (DKIM)", domain)
	case DMARC:
		f.Text = campaign.Textf("%s does not prove its messages to large mailbox providers (DMARC)", domain)
	default:
		f.Text = campaign.Textf("%s takes no answers and no bounces (MX)", domain)
	}
	return f
}
