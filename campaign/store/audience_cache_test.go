package store_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// plainAudience counts contact by contact, as planning goes through them.
func (w *ruleWorld) plainAudience(t *testing.T, lists []campaign.List, exclude []string, r *campaign.Release) (members int64, leftOut map[string]int64, versions map[campaign.Language]map[campaign.Tracking]int64) {
	rule := campaign.NewAudience(lists, exclude, r)
	leftOut, versions = map[string]int64{}, map[campaign.Language]map[campaign.Tracking]int64{}
	all, err := w.d.Contacts.GetContacts(ctx, w.contacts)
	must(t, err)
	for _, c := range all {
		member := false
		for _, l := range lists {
			m := c.Membership(l.ID)
			member = member || m != nil && m.Status == campaign.Subscribed
		}
		if !member {
			continue
		}
		members++
		suppressed, err := w.d.Suppressions.Suppressed(ctx, []string{c.Email})
		must(t, err)
		if why := rule.LeftOut(c, suppressed[c.Email], w.d.now()); why != "" {
			leftOut[why]++
			continue
		}
		v := rule.Version(c)
		if versions[v] == nil {
			versions[v] = map[campaign.Tracking]int64{}
		}
		versions[v][rule.Tracking(c)]++
	}
	return members, leftOut, versions
}

// An audience that is counted again is counted right, after any change by anybody, and when pauses end.
func TestRandomAudiences(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		w := newRuleWorld(t, d, 31, 25)
		r := &campaign.Release{Source: campaign.SerbianLatin, Versions: []campaign.Version{{Language: campaign.SerbianLatin}, {Language: campaign.English}}}
		paused := 0
		for i := range 40 {
			lists, exclude := w.lists[:1+w.IntN(2)], []string(nil)
			if w.IntN(2) == 0 {
				exclude = []string{w.lists[2].ID}
			}
			members, leftOut, versions := w.plainAudience(t, lists, exclude, r)
			for range 2 { // once more, with nothing changed
				count, err := d.Audiences.CountAudience(ctx, &edition.Edition{Lists: lists, Exclude: exclude, Release: *r, LeaveToDigest: true})
				must(t, err)
				if count.Members != members || !reflect.DeepEqual(count.LeftOut, leftOut) || !reflect.DeepEqual(count.Versions, versions) {
					t.Fatalf("round %d: counted %+v\nwant %d members, left out %v, versions %v", i, count, members, leftOut, versions)
				}
			}
			id := w.contacts[w.IntN(len(w.contacts))]
			switch w.IntN(4) {
			case 0:
				c, err := d.Contacts.GetContact(ctx, id)
				must(t, err)
				must(t, d.other.Suppressions.Suppress(ctx, c.Email, campaign.ComplaintReason, ""))
			case 1:
				_, err := d.Contacts.UpdateContact(ctx, id, func(c *campaign.Contact) error {
					c.Status, c.PausedUntil = campaign.Active, d.now().Add(time.Hour)
					return nil
				})
				must(t, err)
				paused++
			case 2:
				d.pass(2 * time.Hour)
			default:
				w.stir(t)
			}
		}
		if paused == 0 {
			t.Fatal("nobody was paused")
		}
	})
}

// finding is an engine that counts what it is asked for.
type finding struct {
	*sqlite.Engine
	contacts int
}

func (e *finding) Find(ctx context.Context, c *document.Collection, q document.Query, into any) error {
	if c.Name == "contacts" {
		e.contacts++
	}
	return e.Engine.Find(ctx, c, q, into)
}

func TestAudienceIsCountedOnce(t *testing.T) {
	engine, err := sqlite.Open(ctx, t.TempDir()+"/store.db")
	must(t, err)
	defer engine.Close(ctx)
	e, at := &finding{Engine: engine}, &clock{at: noon}
	s, err := store.New(ctx, e, campaign.NewSigner("a secret of the test"), at.now)
	must(t, err)
	press := campaign.List{Name: "Press"}
	must(t, s.Lists.CreateList(ctx, &press))
	ana := campaign.Contact{Email: "ana@example.org", PausedUntil: noon.Add(time.Hour)}
	ana.Subscribe(campaign.Membership{List: press.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis}, false)
	must(t, s.Contacts.CreateContact(ctx, &ana))
	want := func(what string, reads bool, reached int64) {
		t.Helper()
		before := e.contacts
		count, err := s.Audiences.CountAudience(ctx, &edition.Edition{Lists: []campaign.List{press}, LeaveToDigest: true})
		must(t, err)
		equal(t, what+": members were read", e.contacts > before, reads)
		equal(t, what+": reached", count.Reached, reached)
	}
	want("the first time", true, 0)
	want("the second time", false, 0)
	at.pass(2 * time.Hour)
	want("the pause has ended", true, 1)
	must(t, s.Contacts.SetContactStatus(ctx, ana.ID, campaign.Bounced, "no such mailbox"))
	want("a contact was changed", true, 0)
	want("nothing was changed", false, 0)
}
