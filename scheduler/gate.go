package scheduler

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// sendingRules are what the team has set for all that leaves, as this process read it last.
type sendingRules struct {
	quiet    campaign.Hours
	ceiling  campaign.Ceiling
	home     *time.Location               // of readers whose own time is not known
	before   map[string]campaign.Priority // the runs under way, with their priorities
	planning []campaign.Priority          // of those whose audience is not known yet
	senders  map[string]string            // domains of the senders of all runs under way, by run
	taught   campaign.Settings            // with nothing but what was taught about words of servers
	plans    map[string]*campaign.WarmUp  // by the domains of senders that are being warmed up
}

func rulesOf(set *campaign.Settings, zone *time.Location, zones *campaign.Zones, runs []campaign.Run) *sendingRules {
	r := &sendingRules{quiet: set.Quiet, ceiling: set.Ceiling, home: zones.Of(set.Zone, zone), before: map[string]campaign.Priority{}, senders: map[string]string{}, plans: map[string]*campaign.WarmUp{}}
	r.taught.Learned = set.Learned
	for i := range set.WarmUps {
		r.plans[set.WarmUps[i].Domain] = &set.WarmUps[i]
	}
	for _, run := range runs {
		r.senders[run.ID] = run.Sender
		if run.Trigger.MovesCampaign() {
			r.before[run.ID] = run.Priority
			if !run.Planned {
				r.planning = append(r.planning, run.Priority)
			}
		}
	}
	return r
}

// gate says of one run when its deliveries may leave: in its hours and not in the quiet ones, at the reader's own time, and not
// above the ceiling of what a reader gets in a week. A delivery whose time has not come is written down as timed, and read from the
// queue when it has. A nil gate lets everything leave: mail that one person has just asked for.
type gate struct {
	window  campaign.Window
	table   *campaign.Timetable // nil when all of it may leave at once
	mixed   bool                // nothing leaves before the audience is known, and then in no order of lists
	rules   *atomic.Pointer[sendingRules]
	zones   *campaign.Zones
	ceiling *ceiling // nil where it does not hold

	warming  *warming
	run      string
	sender   string // domain of the sender's address
	priority campaign.Priority
	began    time.Time

	mu     sync.Mutex
	closed map[string]opening // by zone: when mail may leave again, as it was found this minute
}

type opening struct{ minute, at time.Time }

// newGate returns the gate of a run; nil for one that answers a person.
func (s *sender) newGate(r *campaign.Run, e *edition.Edition) *gate {
	if !r.IsMailing() {
		return nil
	}
	g := &gate{window: e.Window, mixed: e.Together, rules: &s.sendingRules, zones: &s.zones, closed: map[string]opening{},
		warming: s.warming, run: r.ID, sender: r.Sender, priority: r.Priority, began: r.StartedAt}
	l := campaign.Leaving{Window: e.Window, Quiet: s.sendingRules.Load().quiet, Mixed: e.Together}
	if !l.Always() {
		g.table = campaign.NewTimetable(l, r.StartedAt)
	}
	if r.Trigger.MovesCampaign() && r.Priority != campaign.Urgent {
		g.ceiling = s.ceiling
	}
	return g
}

func (g *gate) zoneOf(c *campaign.Contact) *time.Location {
	return g.zones.Of(c.ZoneName(), g.rules.Load().home)
}

// plan sets when a delivery that was just planned leaves, where that is not at once.
func (g *gate) plan(d *campaign.Delivery, c *campaign.Contact, now time.Time) {
	if g == nil || g.table == nil || d.State != campaign.Queued {
		return
	}
	zone := g.zoneOf(c)
	at := g.table.Leaves(c.ID, zone)
	if !at.After(now) && !g.mixed {
		return
	}
	d.State, d.NextAt, d.Reason = campaign.Timed, at.UTC(), campaign.WaitsForTurn
	if l := g.leaving(); at.After(now) && !l.Open(now, zone) {
		d.Reason = l.Why(now, zone)
	}
}

func (g *gate) leaving() campaign.Leaving {
	return campaign.Leaving{Window: g.window, Quiet: g.rules.Load().quiet}
}

// later returns when, and why only then, a message may leave that is about to; no time when it may now.
func (g *gate) later(c *campaign.Contact, now time.Time) (time.Time, string) {
	if g == nil {
		return time.Time{}, ""
	}
	l := g.leaving()
	if l.Always() {
		return time.Time{}, ""
	}
	zone := g.zoneOf(c)
	if l.Open(now, zone) {
		return time.Time{}, ""
	}
	return g.opens(l, now, zone), l.Why(now, zone)
}

// opens returns when mail may leave to a zone again: it is the same for all of its readers.
func (g *gate) opens(l campaign.Leaving, now time.Time, zone *time.Location) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	minute := now.Truncate(time.Minute)
	known := g.closed[zone.String()]
	if !known.minute.Equal(minute) {
		at, _ := l.Next(now, zone) // where there is none it is looked at again some days later
		known = opening{minute, at}
		g.closed[zone.String()] = known
	}
	return known.at
}

// counts reports whether a ceiling or a plan holds, so that each contact is looked at right before a message to them leaves.
func (g *gate) counts() bool { return g.underCeiling() || g.warms() }

func (g *gate) underCeiling() bool {
	return g != nil && g.ceiling != nil && g.rules.Load().ceiling.PerWeek > 0
}

// warms reports whether the domain of the run's sender has a plan.
func (g *gate) warms() bool {
	return g != nil && g.sender != "" && g.rules.Load().plans[g.sender] != nil
}

// announced notes that a delivery is handed over.
func (g *gate) announced(d *campaign.Delivery) {
	if g != nil && g.sender != "" {
		g.warming.announced(g.sender, d.ID)
	}
}

// yields reports whether a run waits until the audience of one with a higher priority is known, so that it can give way to it.
func (g *gate) yields(mine campaign.Priority) bool {
	return g.counts() && slices.ContainsFunc(g.rules.Load().planning, mine.Less)
}

// release notes that a delivery is not on its way any more.
func (g *gate) release(d *campaign.Delivery) {
	if g != nil && g.ceiling != nil {
		g.ceiling.release(d)
	}
	if g != nil && g.sender != "" {
		g.warming.release(g.sender, d.ID)
	}
}

type ceilingStore interface {
	FindRecent(ctx context.Context, contacts []string, made time.Time) ([]campaign.Delivery, error)
}

// ceiling counts what readers get in a week, over all campaigns. It counts one after the other in this process, with what is on
// its way from here; no other process sends under it meanwhile (ceiling_turn.go).
type ceiling struct {
	store ceilingStore
	now   func() time.Time

	mu     sync.Mutex
	inHand map[string]map[string]bool // by contact: deliveries that passed and are not settled
}

// week is the time over which the ceiling counts, and longestRun how long before it a message may have been planned.
const (
	week       = 7 * 24 * time.Hour
	longestRun = 30 * 24 * time.Hour
)

// higherAgain is how long a message gives way to another of a higher priority before it is looked at again.
const higherAgain = 10 * time.Minute

// over returns, of some jobs of a run, when those may leave that are over the ceiling now. It notes the others as in hand.
func (c *ceiling) over(ctx context.Context, rules *sendingRules, mine campaign.Priority, jobs []*job) (map[*job]time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	recent, err := c.store.FindRecent(ctx, campaign.Collect(jobs, func(j *job) string { return j.delivery.Contact }), now.Add(-week-longestRun))
	if err != nil {
		return nil, err
	}
	byContact := map[string][]campaign.Delivery{}
	for _, d := range recent {
		byContact[d.Contact] = append(byContact[d.Contact], d)
	}
	out := map[*job]time.Time{}
	for _, j := range jobs {
		if at := c.free(byContact[j.delivery.Contact], j.delivery, rules, mine, now); at.After(now) {
			out[j] = at
			continue
		}
		if c.inHand[j.delivery.Contact] == nil {
			c.inHand[j.delivery.Contact] = map[string]bool{}
		}
		c.inHand[j.delivery.Contact][j.delivery.ID] = true
	}
	return out, nil
}

// free returns when a delivery may leave by what its contact got and will get.
func (c *ceiling) free(others []campaign.Delivery, d *campaign.Delivery, rules *sendingRules, mine campaign.Priority, now time.Time) time.Time {
	var counted []time.Time // when each stops to count
	known := map[string]bool{d.ID: true}
	for _, o := range others {
		known[o.ID] = true
		switch {
		case o.ID == d.ID || campaign.IsNoticeRun(o.Run):
		case o.State == campaign.Accepted:
			counted = append(counted, o.SentAt.Add(week))
		case o.State == campaign.InFlight, o.State == campaign.Interrupted, c.inHand[o.Contact][o.ID]:
			counted = append(counted, o.LastAt.Add(week))
		case o.State.Open() && mine.Less(rules.before[o.Run]):
			counted = append(counted, now.Add(higherAgain))
		}
	}
	for id := range c.inHand[d.Contact] {
		if !known[id] { // not written down yet
			counted = append(counted, now.Add(week))
		}
	}
	return campaign.FreeAt(counted, rules.ceiling.PerWeek, now)
}

// release notes that a job is settled or was given back.
func (c *ceiling) release(d *campaign.Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ids := c.inHand[d.Contact]; ids != nil {
		if delete(ids, d.ID); len(ids) == 0 {
			delete(c.inHand, d.Contact)
		}
	}
}

// putOff is a job that may not leave yet.
type putOff struct {
	job *job
	at  time.Time
	why string
}

// closeTo takes out of jobs those that may not leave now: some are put off, others are over the ceiling for good.
func (v *vetter) closeTo(ctx context.Context, jobs []*job) (passed, ended []*job, err error) {
	if v.gate == nil {
		return jobs, nil, nil
	}
	now := v.now()
	var off []putOff
	for _, j := range jobs {
		if at, why := v.gate.later(j.contact, now); why != "" {
			off = append(off, putOff{j, at, why})
		} else {
			passed = append(passed, j)
		}
	}
	if v.gate.underCeiling() && len(passed) > 0 {
		rules := v.gate.rules.Load()
		over, err := v.gate.ceiling.over(ctx, rules, v.priority, passed)
		if err != nil {
			return nil, nil, err
		}
		var under, dropped []*job
		for _, j := range passed {
			at, isOver := over[j]
			switch {
			case !isOver:
				under = append(under, j)
			case rules.ceiling.Drop:
				dropped = append(dropped, j)
			default:
				off = append(off, putOff{j, v.gate.opensFrom(j.contact, at), campaign.OverCeiling})
			}
		}
		if passed = under; len(dropped) > 0 {
			if err := v.end(ctx, dropped, campaign.Skipped, campaign.OverCeiling); err != nil {
				return nil, nil, err
			}
			ended = dropped
		}
	}
	if v.gate.warms() && len(passed) > 0 {
		over, err := v.gate.warming.over(ctx, v.gate, passed)
		if err != nil {
			return nil, nil, err
		}
		passed = slices.DeleteFunc(passed, func(j *job) bool {
			at, isOver := over[j]
			if isOver {
				off = append(off, putOff{j, v.gate.opensFrom(j.contact, at), campaign.OverWarmUp})
			}
			return isOver
		})
	}
	if err := v.putOff(ctx, off); err != nil {
		return nil, nil, err
	}
	for _, o := range off {
		ended = append(ended, o.job)
	}
	return passed, ended, nil
}

// opensFrom returns the first moment from a time on at which mail may leave to a contact.
func (g *gate) opensFrom(c *campaign.Contact, at time.Time) time.Time {
	at, _ = g.leaving().Next(at, g.zoneOf(c))
	return at
}

// putOff writes down that deliveries wait for their time.
func (v *vetter) putOff(ctx context.Context, off []putOff) error {
	if len(off) == 0 {
		return nil
	}
	var unwritten []*campaign.Delivery
	for _, o := range off {
		if o.job.page.inMemory(o.job.delivery.ID) {
			unwritten = append(unwritten, o.job.delivery)
		}
	}
	if len(unwritten) > 0 {
		if err := v.store.PlanDeliveries(ctx, unwritten); err != nil {
			return err
		}
	}
	for _, o := range off {
		o.job.page.written(o.job.delivery.ID)
	}
	return v.store.PutOff(ctx, campaign.Collect(off, func(o putOff) store.PutOff {
		return store.PutOff{ID: o.job.delivery.ID, Until: o.at, Why: o.why}
	}))
}
