package web

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

type inletStore interface {
	FindMailboxes(ctx context.Context) ([]campaign.Mailbox, error)
}

// inletPages show by which ways what comes back reaches us.
type inletPages struct {
	*panel
	store inletStore
}

type inletsPage struct {
	Page
	Inlets []inletRow
	Counts []inletCount
}

// inletRow is one way, with what came by it.
type inletRow struct {
	campaign.Inlet
	Box campaign.Mailbox // zero where nothing came yet
}

// inletCount is how much of one class came by all ways.
type inletCount struct {
	What campaign.Text
	Days int64 // in the last CountedDays days
	All  int64
}

// Say puts the name of a count into words.
func (p *inletsPage) Say(t campaign.Text) string { return templates.Say(p.Language, t) }

// countWords are the names of campaign.MailboxCounts.
var countWords = map[string]campaign.Text{
	"hard":                   campaign.Textf("The address does not work"),
	"soft":                   campaign.Textf("Could not be delivered for now"),
	"full":                   campaign.Textf("The mailbox is full"),
	"block":                  campaign.Textf("We are refused"),
	"complaint":              campaign.Textf("Complaints about spam"),
	"reply":                  campaign.Textf("Letters from people"),
	"automatic":              campaign.Textf("Automatic mail, of which nothing follows"),
	campaign.CountLeft:       campaign.Textf("Left by the mail service’s own link"),
	campaign.CountDelayed:    campaign.Textf("Delays, nothing has failed"),
	campaign.CountRepeated:   campaign.Textf("Was known already"),
	campaign.CountUnknown:    campaign.Textf("About no message of ours"),
	campaign.CountForged:     campaign.Textf("With a broken signature"),
	campaign.CountUnreadable: campaign.Textf("Was no message"),
	campaign.CountReport:     campaign.Textf("Receivers’ reports on mail in your name"),
	campaign.CountTrial:      campaign.Textf("Test mails"),
}

func (i *inletPages) page(v *visit) (*inletsPage, error) {
	p := &inletsPage{Page: v.page("settings", "What comes back")}
	boxes, err := i.store.FindMailboxes(v.ctx())
	if err != nil {
		return nil, err
	}
	lately, all := map[string]int64{}, map[string]int64{}
	for _, set := range i.Inlets {
		row := inletRow{Inlet: set}
		if box := campaign.First(boxes, func(b *campaign.Mailbox) bool { return b.Name == set.Name }); box != nil {
			row.Box = *box
		}
		for what, n := range row.Box.Lately(v.now()) {
			lately[what] += n
		}
		for what, n := range row.Box.Counts {
			all[what] += n
		}
		p.Inlets = append(p.Inlets, row)
	}
	for _, what := range campaign.MailboxCounts {
		if all[what] > 0 {
			p.Counts = append(p.Counts, inletCount{countWords[what], lately[what], all[what]})
		}
	}
	return p, nil
}
