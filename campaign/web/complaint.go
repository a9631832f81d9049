package web

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

type complaintStore interface {
	CountComplaints(ctx context.Context, since time.Time) ([]campaign.ProviderComplaints, error)
}

// complaintCounts remembers for some minutes how many readers of each provider reported messages as spam: with many messages they take a
// while to count.
type complaintCounts struct {
	store complaintStore
	now   func() time.Time
	known remembered[[]campaign.ProviderComplaints]
}

const complaintsFor = 10 * time.Minute

func (c *complaintCounts) lately(ctx context.Context) ([]campaign.ProviderComplaints, error) {
	now := c.now()
	if known, ok := c.known.get("", now.Add(-complaintsFor)); ok {
		return known, nil
	}
	found, err := c.store.CountComplaints(ctx, now.AddDate(0, 0, -campaign.ComplaintDays))
	if err == nil {
		c.known.keep("", found, now)
	}
	return found, err
}

// shownProviders is how many providers are shown; those with complaints come first.
const shownProviders = 20

// SpamProviders are the providers that are shown.
func (p *senderPage) SpamProviders() []campaign.ProviderComplaints {
	return p.Spam[:min(len(p.Spam), shownProviders)]
}

// TellingShare is of how many messages a share says something.
func (*senderPage) TellingShare() int { return campaign.TellingShare }

// Share is the share of a provider's messages that were reported, fine enough to stand beside the line that providers draw.
func (p *senderPage) Share(c campaign.ProviderComplaints) string {
	return language.Percent(p.Language, float64(c.Complained)/float64(c.Accepted), 2)
}

// checkComplaints asks for a reason where a provider refuses mail from whoever has so many complaints (domain.md D-03).
func (s *sendPages) checkComplaints(v *visit, p *checkPage) error {
	found, err := s.spam.lately(v.ctx())
	for i := range found {
		if c := &found[i]; c.Status() == campaign.CheckFail {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: %d of %d messages of the last 30 days were reported as spam", c.Provider, c.Complained, c.Accepted),
				More: campaign.Textf("From 3 in 1,000 providers refuse mail. Leave out who has not asked for it and who has not read anything for long."), Link: "/settings/sender#complaints"})
		}
	}
	return err
}
