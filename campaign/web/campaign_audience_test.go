package web

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

func TestAnAudienceIsNarrowedBySegments(t *testing.T) {
	n := newNewsroom(t, 12)
	n.signInAs(campaign.Editor)
	rule, err := n.store.Rules.ReadRule(t.Context(), "kind = journalist")
	must(t, err)
	journalists := segment.Segment{Name: "Journalists", Rule: rule}
	must(t, n.store.Segments.CreateSegment(t.Context(), &journalists))
	rule, err = n.store.Rules.ReadRule(t.Context(), "kind = school")
	must(t, err)
	schools := segment.Segment{Name: "Schools only", Rule: rule}
	must(t, n.store.Segments.CreateSegment(t.Context(), &schools))
	path := "/campaigns/" + n.draft().ID
	n.post(path+"/audience", "segments="+journalists.ID, "sender=press@example.org").want(t, 200, "Saved.", "<strong>12</strong><span>would get it", `value="`+journalists.ID+`" checked`)
	n.get(path+"/check").want(t, 200, "It reaches 12")
	n.post(path+"/audience", "lists="+n.press.ID, "segments="+schools.ID, "sender=press@example.org").want(t, 200, "Saved.", "<strong>0</strong><span>would get it")
	n.post(path+"/audience", "lists="+n.press.ID, "exclude_segments="+journalists.ID, "sender=press@example.org").want(t, 200, "Saved.", "<strong>0</strong><span>would get it")
	n.post(path+"/audience", "lists="+n.press.ID, "segments=none", "sender=press@example.org").want(t, 422, "among the segments offered")
}
