package campaign

import (
	"slices"
	"time"
)

// DigestCampaign stands for a campaign in the runs of the weekly digest, which belong to none.
const DigestCampaign = "digest"

// DigestItem is something that was sent in the week of a digest and left to it: the release as it was, without what the
// digest does not show, and the rule by which it went out.
type DigestItem struct {
	Run            string   `json:"run_id"`
	Release        Release  `json:"release"`
	Lists          []List   `json:"lists"`
	Exclude        []string `json:"exclude,omitempty"`
	RequireConsent bool     `json:"require_consent,omitempty"`
}

// DigestFor returns what a reader of the digest finds in it: each release once, and why nothing when there is nothing.
func DigestFor(items []DigestItem, c *Contact, now time.Time) (out []DigestItem, why string) {
	why = "nothing was sent to this reader's lists"
	for _, item := range items {
		rule := NewAudience(item.Lists, item.Exclude, &item.Release)
		rule.RequireConsent = item.RequireConsent
		if reason := rule.LeftOut(c, "", now); reason != "" {
			if reason != "the contact left" {
				why = reason
			}
			continue
		}
		if !slices.ContainsFunc(out, func(o DigestItem) bool { return o.Release.ID == item.Release.ID }) {
			out = append(out, item)
		}
	}
	if len(out) > 0 {
		why = ""
	}
	return out, why
}

// digestLeftOut says why a contact gets no digest now, or "".
func (a *Audience) digestLeftOut(c *Contact, suppressed SuppressionReason, now time.Time) string {
	switch {
	case suppressed != "":
		return "the address must not be mailed: " + suppressedWords[suppressed]
	case c.Frequency != Weekly:
		return "the reader does not want the digest any more"
	}
	_, why := DigestFor(a.Digest, c, now)
	return why
}
