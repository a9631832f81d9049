package store_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// kept is all that pages show of a large run from what was counted before.
func kept(t *testing.T, s *store.Store, r *campaign.Run) (f campaign.Figures, rest string) {
	t.Helper()
	f, err := s.Events.LookFigures(ctx, r)
	must(t, err)
	hours, err := s.Events.LookHours(ctx, r)
	must(t, err)
	links, err := s.Events.LookLinks(ctx, r)
	must(t, err)
	readers, err := s.Breakdowns.LookReaders(ctx, r, nil)
	must(t, err)
	return f, fmt.Sprintf("%+v %v %+v %v", hours, links, readers.Breakdown, readers.Opens)
}

// catchesUp checks that what pages show of a run is what is counted now, once it was counted anew: some time after what happened, and
// by a program that was not told of any of it.
func (d *desk) catchesUp(t *testing.T, what string, r *campaign.Run) {
	t.Helper()
	want, err := d.Events.Figures(ctx, r.ID)
	must(t, err)
	hours, err := d.Events.EventsByHour(ctx, r.ID)
	must(t, err)
	links, err := d.Events.ClicksByLink(ctx, r.ID)
	must(t, err)
	readers, err := d.Breakdowns.CountReaders(ctx, r.ID, nil)
	must(t, err)
	_, opens, err := d.Breakdowns.CountAhead(ctx, r.ID)
	must(t, err)
	d.pass(24 * time.Hour) // every count is too old
	wantRest := fmt.Sprintf("%+v %v %+v %v", hours, links, readers, opens)
	for until := time.Now().Add(20 * time.Second); ; {
		got, rest := kept(t, d.other, r)
		got.AsOf = time.Time{}
		if fmt.Sprint(got) == fmt.Sprint(want) && rest == wantRest {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%s:\n%+v %s\nwant\n%+v %s", what, got, rest, want, wantRest)
		}
	}
}

// largeRun makes a run that passes for a large one, to some journalists who agreed to be recognised.
func (d *desk) largeRun(t *testing.T, readers int) (campaign.Run, []campaign.Contact, []string) {
	t.Helper()
	press := d.addList(t, "Press")
	r := d.start(t, d.addCampaign(t, "Large", press.ID).ID)
	var ids []string
	var cs []campaign.Contact
	for i := range readers {
		c := d.addContact(t, campaign.Contact{Email: fmt.Sprintf("reader%d@example.org", i), FirstName: "Ana", LastName: fmt.Sprint("Anić", i), Kind: campaign.Journalist}, press.ID)
		cs, ids = append(cs, c), append(ids, d.deliver(t, r, c, campaign.Accepted, ""))
	}
	r, err := d.Runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error { r.Planned, r.Deliveries = true, campaign.LargeRun; return nil })
	must(t, err)
	return r, cs, ids
}

// Whatever readers do, and whatever late evidence makes of it, in any order: what is kept of a run becomes what is counted.
func TestKeptCountsCatchUp(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		random := rand.New(rand.NewPCG(5, 8))
		r, cs, ids := d.largeRun(t, 6)
		d.catchesUp(t, "nothing was read", &r)
		kinds := []campaign.EventKind{campaign.Opened, campaign.Clicked, campaign.BouncedEvent, campaign.UnsubscribedEvent, campaign.HitEvent}
		verdicts := []campaign.Verdict{campaign.Human, campaign.Machine, campaign.Unknown}
		var recorded []*campaign.Event
		for step := range 8 {
			for range 5 {
				i := random.IntN(len(ids))
				e := &campaign.Event{Run: r.ID, Kind: kinds[random.IntN(len(kinds))], Verdict: verdicts[random.IntN(3)], Reader: ids[i], Link: int64(random.IntN(3)), At: d.now()}
				if e.Kind != campaign.Clicked {
					e.Link = 0
				}
				if random.IntN(3) > 0 {
					e.Delivery, e.Contact = ids[i], cs[i].ID
				}
				e.ID = campaign.EventID(r.ID, e.Kind, e.Verdict, e.Reader, e.Link)
				must(t, d.Events.RecordEvents(ctx, []*campaign.Event{e}))
				recorded = append(recorded, e)
			}
			wrong := recorded[random.IntN(len(recorded))]
			right := *wrong
			right.Verdict = verdicts[random.IntN(3)]
			right.ID = campaign.EventID(r.ID, right.Kind, right.Verdict, right.Reader, right.Link)
			if right.ID != wrong.ID {
				must(t, d.Events.CorrectEvents(ctx, []string{wrong.ID}, []*campaign.Event{&right}))
			}
			d.catchesUp(t, fmt.Sprint("step ", step), &r)
		}
		must(t, d.Breakdowns.KeepCounts(ctx))
		d.catchesUp(t, "what was counted ahead", &r)
	})
}

// What is kept of a run holds nothing of who is erased, and the figures stay.
func TestKeptCountsForgetWhoIsErased(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, cs, ids := d.largeRun(t, 3)
		for i := range ids {
			must(t, d.Events.RecordEvents(ctx, eventsOf(r, ids[i], cs[i], d.now())))
		}
		before, rest := kept(t, d.Store, &r)
		if !bytes.Contains([]byte(rest), []byte(cs[1].ID)) {
			t.Fatalf("the test is blind: %s", rest)
		}
		must(t, d.Eraser.EraseContact(ctx, cs[1].ID))
		after, rest := kept(t, d.other, &r)
		same(t, "figures", after, before)
		if n, err := d.engine.Count(ctx, collection(t, "counts"), document.Where{Field: "people", Op: document.Has, Value: cs[1].ID}); n > 0 || err != nil || bytes.Contains([]byte(rest), []byte(cs[1].ID)) {
			t.Errorf("%d are kept, %v: %s", n, err, rest)
		}
		d.catchesUp(t, "after an erasure", &r)
	})
}
