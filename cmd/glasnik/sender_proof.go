package main

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/mailer/dns"
)

// proveSender says what the DNS does not prove of a sender, for the check list of a campaign.
func (in *installation) proveSender(ctx context.Context, address string) ([]preflight.SenderFault, error) {
	keys, err := in.store.SigningKeys.FindSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	keys = slices.DeleteFunc(keys, func(k campaign.SigningKey) bool { return k.State != campaign.KeySigns })
	setup := setupOf(in)
	setup.Addresses = nil // whether SPF names them is for the Sender page
	return senderFaults(ctx, setup.Resolver, setup.Mail(ctx, []string{address}, keys))
}

// proofs are what a campaign's check list calls the topics of the doctor.
var proofs = map[campaign.CheckTopic]preflight.Proof{
	campaign.TopicSPF: preflight.SPF, campaign.TopicDKIM: preflight.DKIM, campaign.TopicDMARC: preflight.DMARC, campaign.TopicMX: preflight.MX,
}

// senderFaults puts what the doctor finds into words for the panel. That the DNS does not answer is an error, if it says nothing else.
func senderFaults(ctx context.Context, asks dns.Resolver, m dns.Mail) (out []preflight.SenderFault, err error) {
	domain := campaign.Domain(m.From[0])
	for _, f := range dns.Check(ctx, asks, m) {
		switch {
		case f.Unknown:
			err = context.DeadlineExceeded
		case f.Status != campaign.CheckFine:
			out = append(out, preflight.Unproved(proofs[f.Topic], domain))
		}
	}
	if len(out) > 0 {
		err = nil
	}
	return out, err
}
