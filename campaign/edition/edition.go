// Package edition holds what a run sends and to whom, copied when the run is made. It is apart from campaign because such a
// copy holds segments, whose language campaign does not know. It does not make editions and decides nothing about a reader.
package edition

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// Edition is what a run sends, as it stood when the run was made: later edits change nothing of a mail that is going out. It
// has the run's id.
type Edition struct {
	ID              string                `json:"id"`
	Name            string                `json:"name"` // the campaign's, for the figures
	Release         campaign.Release      `json:"release"`
	Sender          campaign.Sender       `json:"sender"`
	Lists           []campaign.List       `json:"lists"`
	Exclude         []string              `json:"exclude,omitempty"`
	Segments        []segment.Segment     `json:"segments,omitempty"` // only members who are in one of these
	ExcludeSegments []segment.Segment     `json:"exclude_segments,omitempty"`
	RequireConsent  bool                  `json:"require_consent,omitempty"`
	LeaveToDigest   bool                  `json:"leave_to_digest,omitempty"` // readers of the weekly digest get it there
	Digest          []campaign.DigestItem `json:"digest,omitempty"`          // what the weekly digest tells; nil for any other run
	Brand           campaign.Brand        `json:"brand"`
	TestTo          []string              `json:"test_to,omitempty"`   // addresses of a test send
	TestAs          campaign.Language     `json:"test_as,omitempty"`   // the version a test send shows; "" means all
	Notices         bool                  `json:"notices,omitempty"`   // each message is about something of its own, see Notice
	Recurring       bool                  `json:"recurring,omitempty"` // no human hand starts its runs (RFC 3834)
	Tracked         []campaign.Link       `json:"tracked,omitempty"`   // addresses readers are sent to, in order, for every version
}

// Reaches reports whether everybody on the edition's lists gets it, except those who chose not to.
func (e *Edition) Reaches() bool {
	for i := range e.Lists {
		if e.Lists[i].RequireConsent {
			return false
		}
	}
	return len(e.Exclude)+len(e.Segments)+len(e.ExcludeSegments) == 0 && !e.RequireConsent && e.Digest == nil && len(e.TestTo) == 0
}

// Audience returns the rule that says who gets it, and in which version.
func (e *Edition) Audience() *campaign.Audience {
	rule := campaign.NewAudience(e.Lists, e.Exclude, &e.Release)
	rule.RequireConsent, rule.LeaveToDigest, rule.Digest = e.RequireConsent, e.LeaveToDigest, e.Digest
	return rule
}

// DigestItem returns what the weekly digest shows of the edition.
func (e *Edition) DigestItem() campaign.DigestItem {
	item := campaign.DigestItem{Run: e.ID, Release: e.Release, Lists: e.Lists, Exclude: e.Exclude, RequireConsent: e.RequireConsent}
	item.Release.Attachments = nil
	item.Release.Versions = make([]campaign.Version, len(e.Release.Versions))
	for i, v := range e.Release.Versions {
		item.Release.Versions[i] = campaign.Version{Language: v.Language, Headline: v.Headline, Lead: leadOf(&v), UpdatedAt: v.UpdatedAt}
	}
	return item
}

// leadOf returns the lead of a version or, without one, the first paragraph of its body.
func leadOf(v *campaign.Version) string {
	if strings.TrimSpace(v.Lead) != "" {
		return v.Lead
	}
	first, _, _ := strings.Cut(strings.TrimSpace(v.Body), "\n\n")
	return first
}
