package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
)

func (d *desk) addSegment(t *testing.T, name, rule string) segment.Segment {
	t.Helper()
	r, err := d.Rules.ReadRule(ctx, rule)
	must(t, err)
	seg := segment.Segment{Name: name, Rule: r}
	must(t, d.Segments.CreateSegment(ctx, &seg))
	return seg
}

func TestSegments(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		inner := d.addSegment(t, "Novinari", `kind = journalist and list "press"`)
		outer := d.addSegment(t, "All", `segment "новинари" or kind = school`)
		again := segment.Segment{Name: "NOVINARI", Rule: segment.Everyone()}
		refused(t, "the same name", d.Segments.CreateSegment(ctx, &again), campaign.Conflict)

		rule, err := d.Rules.ReadRule(ctx, `not segment "All"`)
		must(t, err)
		_, err = d.Segments.UpdateSegment(ctx, inner.ID, func(s *segment.Segment) error { s.Rule = rule; return nil })
		refused(t, "a circle", err, campaign.Invalid)
		rule, err = d.Rules.ReadRule(ctx, `segment "Novinari"`)
		must(t, err)
		_, err = d.Segments.UpdateSegment(ctx, inner.ID, func(s *segment.Segment) error { s.Rule = rule; return nil })
		refused(t, "itself", err, campaign.Invalid)

		err = d.Segments.DeleteSegment(ctx, inner.ID)
		refused(t, "deleting what is used", err, campaign.Conflict)
		if !strings.Contains(err.Error(), "“All”") {
			t.Errorf("it says %v", err)
		}
		_, err = d.Lists.UpdateList(ctx, press.ID, func(l *campaign.List) error { l.Name = "Media"; return nil })
		must(t, err)
		got, err := d.other.Segments.GetSegment(ctx, inner.ID)
		must(t, err)
		must(t, d.Rules.CheckRule(ctx, &got.Rule))
		equal(t, "with the list's new name", got.Rule.String(), `kind = journalist and list "Media"`)
		must(t, d.Lists.DeleteList(ctx, press.ID))
		_, err = d.Rules.CountRule(ctx, &got.Rule)
		refused(t, "a list that is gone", err, campaign.Invalid)
		if !strings.Contains(err.Error(), "the list “Media” was deleted") {
			t.Errorf("it says %v", err)
		}
		c := d.addCampaign(t, "Guide", d.addList(t, "Schools").ID)
		_, err = d.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error { c.Segments = []string{outer.ID}; return nil })
		must(t, err)
		uses, err := d.Segments.SegmentUses(ctx, outer.ID)
		must(t, err)
		if len(uses) != 1 || uses[0].Name != "Guide" || uses[0].Kind != "campaign" {
			t.Errorf("it is used in %+v", uses)
		}
		refused(t, "deleting what a campaign goes to", d.Segments.DeleteSegment(ctx, outer.ID), campaign.Conflict)
	})
}

func TestRulesNameWhatThereIs(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		l := d.addList(t, "Press")
		a, b := d.addCampaign(t, "Guide", l.ID), d.addCampaign(t, "Guide", l.ID)
		d.addCampaign(t, "Novosti", l.ID)
		for rule, says := range map[string]string{
			`list "Pres"`: "did you mean “Press”?", `opened "Guide"`: "there are 2 campaigns named “Guide”", `segment "none"`: "no segment named", `organisation = "none"`: "no organisation named",
		} {
			_, err := d.Rules.ReadRule(ctx, rule)
			refused(t, rule, err, campaign.Invalid)
			if !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "line 1, column ") {
				t.Errorf("%s: %v", rule, err)
			}
		}
		r, err := d.Rules.ReadRule(ctx, `opened "`+b.ID+`"`)
		must(t, err)
		equal(t, "the campaign that is meant", r.Of.ID, b.ID)
		equal(t, "as it is printed", r.String(), `opened "`+b.ID+`"`)
		_, err = d.Campaigns.UpdateCampaign(ctx, a.ID, func(c *campaign.Campaign) error { c.Name = "Other"; return nil })
		must(t, err)
		must(t, d.Rules.CheckRule(ctx, &r))
		equal(t, "when the name is its own again", r.String(), `opened "Guide"`)
		c, err := d.Rules.CompleteRule(ctx, `opened "nov`, 11)
		must(t, err)
		if len(c.Words) != 1 || c.Words[0].Text != `"Novosti"` {
			t.Errorf("completed by %+v", c)
		}
	})
}

func TestAudienceOfSegments(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press, schools := d.addList(t, "Press"), d.addList(t, "Schools")
		ana := d.addContact(t, campaign.Contact{Email: "ana@example.org", Kind: campaign.Journalist, Tags: []string{"a"}}, press.ID)
		d.addContact(t, campaign.Contact{Email: "marko@example.org", Kind: campaign.School, Tags: []string{"a"}}, press.ID, schools.ID)
		d.addContact(t, campaign.Contact{Email: "vera@example.org", Kind: campaign.Journalist})
		journalists, tagged := d.addSegment(t, "Journalists", "kind = journalist"), d.addSegment(t, "Tagged", "tag = a")
		members := func(list string, within, without []segment.Segment) []string {
			got := []string{}
			must(t, d.Audiences.EachOn(ctx, campaign.MembershipKey(list, campaign.Subscribed), within, without, "", 1, func(cs []campaign.Contact) error {
				for _, c := range cs {
					got = append(got, c.Email)
				}
				return nil
			}))
			slices.Sort(got)
			return got
		}
		same(t, "members", members(press.ID, nil, nil), []string{"ana@example.org", "marko@example.org"})
		same(t, "in a segment", members(press.ID, []segment.Segment{journalists}, nil), []string{ana.Email})
		same(t, "in one of two", members(press.ID, []segment.Segment{journalists, tagged}, nil), []string{"ana@example.org", "marko@example.org"})
		same(t, "without a segment", members(press.ID, []segment.Segment{tagged}, []segment.Segment{journalists}), []string{"marko@example.org"})

		lists, err := d.Audiences.AudienceLists(ctx, &campaign.Campaign{Segments: []string{tagged.ID}})
		must(t, err)
		equal(t, "lists of a campaign to a segment alone", len(lists), 2)
		count, err := d.Audiences.CountAudience(ctx, &edition.Edition{Lists: lists, Segments: []segment.Segment{tagged}, LeaveToDigest: true})
		must(t, err)
		equal(t, "each once", count.Members, 2)
	})
}
