// Package edition holds what a run sends and to whom, copied when the run is made. It is apart from campaign because such a
// copy holds segments, whose language campaign does not know. It does not make editions and decides nothing about a reader.
package edition

import (
	"strings"
	"time"

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
	Layout          *campaign.Layout      `json:"layout,omitempty"`    // the team's own, where the release is shown in one
	TestTo          []string              `json:"test_to,omitempty"`   // addresses of a test send
	TestAs          campaign.Language     `json:"test_as,omitempty"`   // the version a test send shows; "" means all
	Notices         bool                  `json:"notices,omitempty"`   // each message is about something of its own, see Notice
	Recurring       bool                  `json:"recurring,omitempty"` // no human hand starts its runs (RFC 3834)
	Window          campaign.Window       `json:"window,omitzero"`     // in which it may leave
	Together        bool                  `json:"together,omitempty"`  // all languages at once
	Follow          campaign.Follow       `json:"follow,omitzero"`     // which campaign it follows, and to whom of its lists it goes
	ABTest          *campaign.ABTest      `json:"ab_test,omitempty"`
	Arm             string                `json:"arm,omitempty"`       // of the test, as deliveries have it; see ForArm
	Tracked         []campaign.Link       `json:"tracked,omitempty"`   // addresses readers are sent to, in order, for every version
	Pictures        campaign.Pictures     `json:"pictures,omitempty"`  // of the library, that the release and the brand show
	Gathering       *campaign.Gathering   `json:"gathering,omitempty"` // what it tells, where releases were gathered
	Media           []string              `json:"media,omitempty"`     // all items of the library that go out with it
	Step            *Step                 `json:"step,omitempty"`      // of a series: it goes only to those whose turn it is
}

// Step is the part of a series that a run sends.
type Step struct {
	Series       string           `json:"series_id"`
	Steps        []string         `json:"steps"`          // ids of the campaigns of all of them
	Joined       bool             `json:"joined"`         // to those with an enrolment whose step this is; else to everybody
	List         string           `json:"list,omitempty"` // whose new members began
	Who          campaign.StepWho `json:"who,omitempty"`
	StopAtReply  bool             `json:"stop_at_reply,omitempty"`
	StopAtAnswer bool             `json:"stop_at_answer,omitempty"`
	Since        time.Time        `json:"since,omitzero"` // when the series began
}

// Reaches reports whether everybody on the edition's lists gets it, except those who chose not to.
func (e *Edition) Reaches() bool {
	if e.Step != nil {
		return false
	}
	for i := range e.Lists {
		if e.Lists[i].RequireConsent {
			return false
		}
	}
	return len(e.Exclude)+len(e.Segments)+len(e.ExcludeSegments) == 0 && !e.RequireConsent && !e.Follow.Any() && e.Digest == nil && len(e.TestTo) == 0
}

// Ahead returns the edition as its audience is asked for before its time, see campaign.Follow.
func (e *Edition) Ahead() *Edition {
	ahead := *e
	ahead.Follow.Ahead = true
	return &ahead
}

// Audience returns the rule that says who gets it, and in which version.
func (e *Edition) Audience() *campaign.Audience {
	rule := campaign.NewAudience(e.Lists, e.Exclude, &e.Release)
	rule.RequireConsent, rule.LeaveToDigest, rule.Digest = e.RequireConsent, e.LeaveToDigest, e.Digest
	return rule
}

// ForArm returns the edition as the readers of an arm of its test get it, by Delivery.Arm. It shares what arms do not differ in.
func (e *Edition) ForArm(arm string) *Edition {
	if e.ABTest == nil {
		return e
	}
	own := *e
	own.Arm = arm
	own.Release, own.Sender = e.ABTest.Release(e.Release, campaign.Variant(arm)), e.ABTest.Sender(e.Sender, campaign.Variant(arm))
	return &own
}

// Won returns the edition as all get it after its test, which is over: as an arm had it.
func (e *Edition) Won(arm string) *Edition {
	own := *e.ForArm(arm)
	own.ABTest, own.Arm = nil, ""
	return &own
}

// ArmReleases are what the readers of the arms of a test get beside the release, which is the first arm's.
func (e *Edition) ArmReleases() (out []campaign.Release) {
	if e.ABTest == nil {
		return nil
	}
	for _, arm := range e.ABTest.Names()[1:] {
		out = append(out, e.ABTest.Release(e.Release, arm))
	}
	return out
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
