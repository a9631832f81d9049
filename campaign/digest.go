package campaign

import (
	"slices"
	"strings"
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

// NewDigestItem takes what a digest shows of an edition.
func NewDigestItem(e *Edition) DigestItem {
	item := DigestItem{Run: e.ID, Release: e.Release, Lists: e.Lists, Exclude: e.Exclude, RequireConsent: e.RequireConsent}
	item.Release.Attachments = nil
	item.Release.Versions = make([]Version, len(e.Release.Versions))
	for i, v := range e.Release.Versions {
		item.Release.Versions[i] = Version{Language: v.Language, Headline: v.Headline, Lead: leadOf(&v), UpdatedAt: v.UpdatedAt}
	}
	return item
}

// leadOf is the lead of a version or, without one, the first paragraph of its body.
func leadOf(v *Version) string {
	if strings.TrimSpace(v.Lead) != "" {
		return v.Lead
	}
	first, _, _ := strings.Cut(strings.TrimSpace(v.Body), "\n\n")
	return first
}

// DigestFor gives what a reader of the digest finds in it: each release once, and why nothing when there is nothing.
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
