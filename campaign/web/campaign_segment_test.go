package web

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// A campaign is made for a segment, narrowed and widened on its Audience tab, and keeps the segment from being deleted.
func TestSendToASegment(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	ctx := context.Background()
	ids := s.people(6)
	l := campaign.List{Name: "Press"}
	must(t, s.store.Lists.CreateList(ctx, &l))
	for _, id := range ids[:4] {
		must(t, s.store.Contacts.SubscribeContact(ctx, id, campaign.Membership{List: l.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Source: "a file"}, false))
	}
	seg := segment.Segment{Name: "Teachers", Rule: segment.Rule{Field: "kind", Op: segment.Is, Values: []segment.Value{{Text: "school"}}}}
	must(t, s.store.Segments.CreateSegment(ctx, &seg))

	s.get("/segments/"+seg.ID).want(t, 200, `href="/campaigns/new?segment=`+seg.ID+`"`)
	s.get("/campaigns/new?segment="+seg.ID).want(t, 200, "in the segment “Teachers”")
	s.get("/campaigns/new?segment=none").want(t, 404)
	a := s.post("/campaigns/new", "name=To teachers", "segment="+seg.ID)
	a.want(t, 200, `value="`+seg.ID+`" checked`, "<strong>2</strong><span>would get it</span>")
	checkMarkup(t, a)
	s.post(a.Path, "lists="+l.ID, "exclude_segments="+seg.ID).want(t, 200, "<strong>2</strong><span>would get it</span>")
	s.post(a.Path, "lists="+l.ID, "segments="+seg.ID, "require_consent=true").want(t, 200, "<strong>0</strong><span>would get it</span>", `name="require_consent" value="true" checked`)
	s.post("/segments/"+seg.ID+"/delete").want(t, 200, "used in the campaign “To teachers”")
	s.get("/segments").want(t, 200, "(campaign)")
	s.get("/campaigns").want(t, 200, "Teachers")
	c, err := s.store.Campaigns.GetCampaign(ctx, strings.Split(a.Path, "/")[2])
	must(t, err)
	if len(c.Segments) != 1 || !c.RequireConsent {
		t.Errorf("campaign %+v", c)
	}
}
