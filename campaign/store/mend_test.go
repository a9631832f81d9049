package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// cutOff is an engine that ends after a number of writes, as a process or a server does. Of a write of many documents it does the first
// half, as a server may that does not change many at once as a whole.
type cutOff struct {
	document.Engine
	left int
}

var errCutOff = errors.New("cut off")

func (e *cutOff) write() error {
	if e.left--; e.left < 0 {
		return errCutOff
	}
	return nil
}

func (e *cutOff) Insert(ctx context.Context, c *document.Collection, docs ...any) error {
	if err := e.write(); err != nil {
		return errors.Join(err, e.Engine.Insert(ctx, c, docs[:len(docs)/2]...))
	}
	return e.Engine.Insert(ctx, c, docs...)
}

func (e *cutOff) InsertNew(ctx context.Context, c *document.Collection, docs ...any) (int64, error) {
	if err := e.write(); err != nil {
		_, halfErr := e.Engine.InsertNew(ctx, c, docs[:len(docs)/2]...)
		return 0, errors.Join(err, halfErr)
	}
	return e.Engine.InsertNew(ctx, c, docs...)
}

func (e *cutOff) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	if err := e.write(); err != nil {
		return err
	}
	return e.Engine.Replace(ctx, c, doc, version)
}

func (e *cutOff) Upsert(ctx context.Context, c *document.Collection, doc any) error {
	if err := e.write(); err != nil {
		return err
	}
	return e.Engine.Upsert(ctx, c, doc)
}

func (e *cutOff) Update(ctx context.Context, c *document.Collection, f document.Filter, change document.Change) (int64, error) {
	if err := e.write(); err != nil {
		return 0, err
	}
	return e.Engine.Update(ctx, c, f, change)
}

func (e *cutOff) Delete(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	if err := e.write(); err != nil {
		return 0, err
	}
	return e.Engine.Delete(ctx, c, f)
}

func (e *cutOff) Bulk(ctx context.Context, c *document.Collection, ops []document.Op) (int64, error) {
	if err := e.write(); err != nil {
		_, halfErr := e.Engine.Bulk(ctx, c, ops[:len(ops)/2])
		return 0, errors.Join(err, halfErr)
	}
	return e.Engine.Bulk(ctx, c, ops)
}

// TestStepsThatAreCutOff cuts every step that moves a campaign and its run off after each of its writes. Afterwards the step is either
// not begun, or completed: by itself, and by taking it again.
func TestStepsThatAreCutOff(t *testing.T) {
	never := func(campaign.Campaign) (campaign.Slot, error) { return campaign.Slot{}, nil }
	steps := []struct {
		name  string
		ready func(t *testing.T, d *desk, id, run string)
		take  func(s *store.Store, id, run string) error
		to    campaign.State
		from  campaign.State
		fits  func(map[campaign.DeliveryState]int64) bool
	}{
		{"cancel", nil, func(s *store.Store, id, _ string) error { return s.Sending.CancelCampaign(ctx, id) }, campaign.Cancelled, campaign.Sending,
			func(n map[campaign.DeliveryState]int64) bool {
				return n[campaign.Skipped] == 3 && n[campaign.Queued]+n[campaign.Deferred] == 0
			}},
		{"pause", nil, func(s *store.Store, id, _ string) error { return s.Sending.PauseCampaign(ctx, id, "why") }, campaign.PausedRun, campaign.Sending, nil},
		{"resume", func(t *testing.T, d *desk, id, _ string) { must(t, d.Sending.PauseCampaign(ctx, id, "why")) },
			func(s *store.Store, id, _ string) error { return s.Sending.ResumeCampaign(ctx, id) }, campaign.Sending, campaign.PausedRun, nil},
		{"end", func(t *testing.T, d *desk, _, _ string) {
			must(t, d.Deliveries.Drop(ctx, d.ids, campaign.Failed, "full"))
		}, func(s *store.Store, _, run string) error { return s.Sending.FinishRun(ctx, run, campaign.Slot{}) }, campaign.Sent, campaign.Sending, nil},
		{"send again", func(t *testing.T, d *desk, id, run string) {
			must(t, d.Deliveries.Drop(ctx, d.ids, campaign.Failed, "full"))
			must(t, d.Sending.FinishRun(ctx, run, campaign.Slot{}))
		}, func(s *store.Store, _, run string) error {
			_, err := s.Sending.Resend(ctx, run, campaign.Failed)
			return err
		}, campaign.Sending, campaign.Sent, func(n map[campaign.DeliveryState]int64) bool { return n[campaign.Queued] == 3 }},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				list := d.addList(t, "Press")
				for _, again := range []bool{false, true} {
					for writes := 0; ; writes++ {
						name := fmt.Sprintf("after %d writes, again %v", writes, again)
						c := d.addCampaign(t, name, list.ID)
						d.pass(time.Minute)
						r := d.start(t, c.ID)
						d.plan(t, r.ID, 3)
						if step.ready != nil {
							step.ready(t, d, c.ID, r.ID)
						}
						e := &cutOff{d.engine, 1000}
						s, err := store.New(ctx, e, campaign.NewSigner("a secret of the test"), d.now)
						must(t, err)
						e.left = writes
						cut := step.take(s, c.ID, r.ID)
						if again && cut != nil {
							_ = step.take(d.Store, c.ID, r.ID)
						} else {
							for range 2 {
								must(t, d.Sending.Mend(ctx, never))
							}
						}
						got, err := d.Campaigns.GetCampaign(ctx, c.ID)
						must(t, err)
						run, err := d.Runs.GetRun(ctx, r.ID)
						must(t, err)
						states, err := d.Deliveries.CountDeliveries(ctx, r.ID)
						must(t, err)
						begun := run.State == step.to
						if got.State != run.State || !begun && run.State != step.from || begun && step.fits != nil && !step.fits(states) || again && !begun {
							t.Errorf("%s (%v): the campaign is %s, the run %s, %v", name, cut, got.State, run.State, states)
						}
						if run.Resend != "" {
							t.Errorf("%s: it still says that %s are sent again", name, run.Resend)
						}
						if cut == nil {
							break
						}
					}
				}
			})
		})
	}
}

// TestClockSetBack has what was put off by a clock that was set back since go again at once.
func TestClockSetBack(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.plan(t, "run", 1)
		id := d.ids[0]
		d.announce(t, "it goes", 1, []string{id}, id)
		d.settle(t, 1, id, campaign.Deferred, d.now().Add(time.Hour))
		before := d.now().Add(-2 * time.Hour)
		must(t, d.Deliveries.PullForward(ctx, "run", 0, before))
		found, err := d.Deliveries.FindDeferred(ctx, "run", 0, before, 10)
		must(t, err)
		equal(t, "due", len(found), 1)
	})
}

// TestContactStepsThatAreCutOff cuts merging and erasing off after each of their writes, and takes them again.
func TestContactStepsThatAreCutOff(t *testing.T) {
	for name, take := range map[string]func(s *store.Store, keep, other string) error{
		"merge": func(s *store.Store, keep, other string) error { return s.Contacts.MergeContacts(ctx, keep, other) },
		"erase": func(s *store.Store, _, other string) error { return s.Eraser.EraseContact(ctx, other) },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				for writes := 0; ; writes++ {
					keep := campaign.Contact{Email: fmt.Sprintf("keep%d@example.org", writes), LastName: "Keep"}
					other := campaign.Contact{Email: fmt.Sprintf("other%d@example.org", writes), LastName: "Other"}
					must(t, d.Contacts.CreateContact(ctx, &keep))
					must(t, d.Contacts.CreateContact(ctx, &other))
					run := fmt.Sprint("run", writes)
					id, _ := campaign.DeliveryID(run, 1, other.ID)
					must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: id, Run: run, Contact: other.ID, State: campaign.Accepted, Email: other.Email, MadeAt: d.now()}}))
					e := &cutOff{d.engine, 1000}
					s, err := store.New(ctx, e, campaign.NewSigner("a secret of the test"), d.now)
					must(t, err)
					e.left = writes
					cut := take(s, keep.ID, other.ID)
					if cut != nil {
						if err := take(d.Store, keep.ID, other.ID); err != nil && campaign.CodeOf(err) != campaign.NotFound {
							t.Errorf("%s again after %d writes: %v", name, writes, err)
						}
						_, err := d.Eraser.FinishErasures(ctx)
						must(t, err)
					}
					_, err = d.Contacts.GetContact(ctx, other.ID)
					refused(t, fmt.Sprintf("the other after %d writes", writes), err, campaign.NotFound)
					got, err := d.Deliveries.GetDelivery(ctx, id)
					must(t, err)
					if name == "merge" && got.Contact != keep.ID || name == "erase" && got.Email != "" {
						t.Errorf("after %d writes the delivery is to %q %q", writes, got.Contact, got.Email)
					}
					if cut == nil {
						break
					}
				}
			})
		})
	}
}
