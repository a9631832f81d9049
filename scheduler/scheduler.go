// Package scheduler is time: it knows when campaigns are due, plans their runs, and sees every delivery of a run through
// to its end. It makes no messages and speaks no SMTP: a Composer makes them, a Mail hands them over.
//
// The way of one delivery, in one direction. Stages are goroutines; each hands jobs to the next, and reports over one
// channel what became of them (job.go):
//
//	edition.go     what campaigns with editions send is made ahead (until its time it can be changed, held and skipped)
//	due.go         a campaign whose slot has come gets a run       (one unique insert, so one run a slot)
//	audience.go    the run's audience is made into deliveries      (streamed; begun again where it stopped)
//	abtest.go      of a run with an A/B test a part leaves first   (drawn once all is written down; the others when it is decided)
//	planning.go    what was just made is sent from memory          (as long as the server keeps up; else it is written down)
//	run_worker.go  queued deliveries are read, vetted and composed (ahead of the connections; signed on all cores)
//	vetting.go     they wait for room, and are vetted again        (where they waited for long)
//	ledger.go      the intent to send is recorded, outcomes after  (one write for all connections together)
//	connection.go  the message goes over a connection              (the mailer's work)
//	sender.go      the run's worker hears what became of it        (from reports of vetting and the ledger)
//
// job.go says who may write what of a delivery on its way. What may be lost when the process dies is in the ledger's file. Who
// may plan and send what is decided by leases: a process that lost one records nothing more under it, and checks before each
// final dot that it still holds it.
//
// There are two clocks. Config.Now is the time that rules and the store know; tests set it. The machine's own clock (time.Now)
// measures what bridges seconds or minutes of this process alone: leases, which no two processes compare (lease.go), circuits,
// idle connections, and how long reading took.
//
// # What it costs
//
// The cost of a commit grows with the pages it touches. So a delivery is written when it is announced and not before;
// deliveries are announced in the order of their ids, in which those of a shard stand together; a run on SQLite has one shard;
// deliveries have one index beside the contact's; and an outcome waits for those of the other connections until one of them has
// nothing to do.
//
// A message costs less when the next is known before its final dot leaves: then the two share a write and a read. Only two
// for each connection are announced, so a few connections take several one after the other, and the others stay idle until
// they are needed (send_queue.go). “make bench” compares it with loops that do nothing but send.
package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// Planner knows the slots of a schedule.
type Planner interface {
	// Next returns the next n slots after a time, fewer when there are no more.
	Next(s campaign.Schedule, after time.Time, n int) ([]campaign.Slot, error)
}

// Composer makes the messages of an edition.
type Composer interface {
	// Compose prepares what all readers of an edition share. An error says what the team must mend.
	Compose(ctx context.Context, e *edition.Edition) (Composition, error)
}

// Composition makes one reader's message. It is used by one goroutine at a time.
type Composition interface {
	// Message appends the message for a contact to buf, which it may use as its Data.
	Message(buf []byte, d *campaign.Delivery, c *campaign.Contact, organisation string) (campaign.Message, error)
}

// Store is what the scheduler asks of the store. Each part of it is handed the few methods that it uses.
type Store interface {
	runStore
	dueStore
	digestStore
	reportStore
	bulkStore
	clockStore
	shardStore
	audienceStore
	queueStore
	vetStore
	recorder
	holdStore
	directoryStore
	learnStore
	warmStore
	bounceStore
	rulingStore
	settingsStore
	watchStore
	endingStore
	ceilingStore
	abStore
	seriesStore
}

type runStore interface {
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	FindRunsIn(ctx context.Context, states ...campaign.State) ([]campaign.Run, error)
	AnyIn(ctx context.Context, run string, states ...campaign.DeliveryState) (bool, error)
	UpdateRun(ctx context.Context, id string, fn func(*campaign.Run) error) (campaign.Run, error)
	PauseCampaign(ctx context.Context, id, reason string) error
}

// Config is what a Scheduler works with.
type Config struct {
	Composer Composer
	// Signer returns what signs messages in place, on many goroutines; nil leaves them unsigned. It is asked for every batch, as keys
	// come and go.
	Signer func() func(*campaign.Message) error
	Mail   Mail
	Others []Mail           // further servers that share the work
	Routes map[string]Route // by server: what goes over it, where not all do the same
	// ProviderOf asks the DNS whose servers take the mail of a domain; nil: domains are known by their text alone.
	ProviderOf func(ctx context.Context, domain string) (string, error)
	Pace       campaign.Pace // where the team has set none; Connections is at least 1
	Links      store.LinksOf
	Planner    Planner
	Logger     *slog.Logger
	Now        func() time.Time
	Node       string                 // names this process among those that share the store
	Retries    []time.Duration        // waits before each new try of a delivery refused for now; after the last it has failed
	Resend     bool                   // send interrupted deliveries again by itself instead of waiting for a person
	Grace      time.Duration          // how long a stop waits for messages on the wire
	Records    time.Duration          // and after that at most for what became of them to be written down
	LeaseTTL   time.Duration          // how long a process that died or hangs is waited for
	Ended      func(node string) bool // reports that a process is known to have ended; nil when that cannot be known
	// Home returns a Conflict error while the store may be a copy, from which nothing must be sent; it is called again and
	// again, also while something is sent. Nil always allows sending.
	Home func(ctx context.Context, sending bool) error
	Zone *time.Location // of readers whose own time is not known, where the team has set none; nil is UTC
	Poll time.Duration  // how often a run under way is looked at when nothing else is a reason to
}

// Scheduler fires due campaigns and sends runs. Run is called once.
type Scheduler struct {
	cfg       Config
	store     Store
	sender    *sender
	slots     slots
	due       *due
	digest    *digest
	bulks     *bulks
	clock     *clock
	lessee    lessee
	sightings sightings
	turn      *ceilingTurn
	refresher *refresher
	outage    *outage
	wake      chan struct{}
	group     sync.WaitGroup // all that it runs
	doubted   bool           // the store may be a copy, so nothing is sent

	mu   sync.Mutex               // guards what follows
	runs map[string]chan struct{} // by run this process works on: a signal makes its worker look at the run's state
}

// New returns a scheduler; zero durations get their defaults.
func New(st Store, cfg Config) *Scheduler {
	if cfg.Home == nil {
		cfg.Home = func(context.Context, bool) error { return nil }
	}
	cfg.LeaseTTL = cmp.Or(cfg.LeaseTTL, 12*time.Second)
	cfg.Poll = cmp.Or(cfg.Poll, time.Second)
	cfg.Zone = cmp.Or(cfg.Zone, time.UTC)
	cfg.Grace = cmp.Or(cfg.Grace, 30*time.Second)
	cfg.Records = cmp.Or(cfg.Records, 10*time.Second)
	if len(cfg.Retries) == 0 {
		cfg.Retries = DefaultRetries
	}
	o := &outage{logger: cfg.Logger}
	s := &Scheduler{
		cfg: cfg, store: st, outage: o, sender: newSender(st, cfg, o), slots: slots{planner: cfg.Planner, now: cfg.Now},
		lessee: lessee{store: st, node: cfg.Node, ttl: cfg.LeaseTTL}, wake: make(chan struct{}, 1), runs: map[string]chan struct{}{},
	}
	s.turn = &ceilingTurn{lessee: s.lessee, sightings: &s.sightings, ended: cfg.Ended, taken: s.sender.warming.forget, runs: map[string]bool{}}
	s.due = &due{store: st, slots: s.slots, links: cfg.Links, logger: cfg.Logger}
	s.digest = &digest{store: st, slots: s.slots, logger: cfg.Logger}
	s.bulks = &bulks{lessee: s.lessee, bulks: st, start: s.group.Go, outage: o, logger: cfg.Logger, underWay: map[string]bool{}}
	s.clock = &clock{store: st, slots: s.slots, outage: o, logger: cfg.Logger}
	s.refresher = &refresher{store: st, sender: s.sender, pace: cfg.Pace, zone: cfg.Zone, senders: map[string][]string{}}
	return s
}

// DefaultRetries are the waits between tries (domain.md D.3): twelve tries over two days.
var DefaultRetries = []time.Duration{
	5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
	6 * time.Hour, 6 * time.Hour, 8 * time.Hour, 10 * time.Hour, 10 * time.Hour,
}

// Wake makes the scheduler look for work now instead of at its next tick.
func (s *Scheduler) Wake() { signal(s.wake) }

// Run fires and sends until ctx ends, then takes nothing new, finishes what is on the wire and returns.
func (s *Scheduler) Run(ctx context.Context) error {
	work, finish := s.sender.start(ctx)
	every := func(period time.Duration, job func()) { s.group.Go(func() { s.clock.every(ctx, period, job) }) }
	s.group.Go(func() { s.clock.everySecond(ctx, s.Wake) })
	every(20*time.Second, func() { s.fireDigest(ctx) })
	every(10*time.Second, func() { s.clock.recheckApprovals(ctx) })
	every(20*time.Second, func() { s.prepareEditions(ctx) })
	every(5*time.Minute, func() { s.fireJoined(ctx) })
	every(5*time.Minute, func() { s.mailReports(ctx) })
	every(20*time.Second, func() { s.advanceSeries(ctx) })
	every(30*time.Second, func() { s.clock.warmRuns(ctx) })
	every(time.Minute, func() { s.clock.keepCounts(ctx) })
	every(time.Minute, func() { s.clock.finishErasures(ctx); s.clock.mendHalves(ctx) })
	every(10*time.Minute, func() { s.clock.sweep(ctx); s.clock.retain(ctx) })
	every(time.Hour, func() { s.clock.mendStored(ctx) })
	s.group.Go(func() { s.clock.mendHalves(ctx) })
	for {
		select {
		case <-ctx.Done():
			s.group.Wait()
			finish()
			return nil
		case <-s.wake:
			s.tick(ctx, work)
		}
	}
}

// tick obeys at once what people decided about runs under way, takes up actions on many contacts,
// starts what is due and takes up runs that are sending.
func (s *Scheduler) tick(ctx, work context.Context) {
	s.lookAgain()
	s.bulks.takeUp(ctx)
	if !s.maySend(ctx) {
		return
	}
	err := s.due.fire(ctx)
	var runs []campaign.Run
	if err == nil {
		runs, err = s.store.FindRunsIn(ctx, campaign.Sending)
	}
	if err != nil {
		s.outage.failed(ctx, fmt.Errorf("look for what is due: %w", err))
		return
	}
	if len(runs) == 0 {
		s.outage.over() // sending finds out by writing
	}
	for _, r := range runs {
		s.takeUp(ctx, work, r)
	}
}

// fireDigest makes the run of the weekly digest when its time has come.
func (s *Scheduler) fireDigest(ctx context.Context) {
	made, err := s.digest.start(ctx)
	s.outage.stepFailed(ctx, "make the weekly digest", err)
	if made {
		s.Wake()
	}
}

// prepareEditions makes the next editions of campaigns ahead of their time.
func (s *Scheduler) prepareEditions(ctx context.Context) {
	if s.cfg.Home(ctx, false) == nil {
		s.outage.stepFailed(ctx, "prepare the next editions", s.due.prepare(ctx))
	}
}

// fireJoined sends to who joined lists after a campaign, where that is asked for.
func (s *Scheduler) fireJoined(ctx context.Context) {
	if s.cfg.Home(ctx, false) == nil {
		s.outage.stepFailed(ctx, "look for who joined", s.due.fireJoined(ctx))
		s.Wake()
	}
}

// mailReports writes to users who asked for it what came of a month, once its figures are closed.
func (s *Scheduler) mailReports(ctx context.Context) {
	if s.cfg.Home(ctx, false) == nil {
		mailed, err := s.store.MailReports(ctx, s.cfg.Zone)
		s.outage.stepFailed(ctx, "mail the report of the month", err)
		if mailed > 0 {
			s.Wake()
		}
	}
}

// maySend reports whether the store is the real one, and says so in the log when it is not.
func (s *Scheduler) maySend(ctx context.Context) bool {
	err := s.cfg.Home(ctx, false)
	doubted := campaign.CodeOf(err) != ""
	switch {
	case err != nil && !doubted:
		s.outage.failed(ctx, err)
	case doubted && !s.doubted:
		s.cfg.Logger.Error("nothing is sent", "reason", err)
	case !doubted && s.doubted:
		s.cfg.Logger.Info("sending goes on: somebody said that this database is the real one")
	}
	if err == nil || doubted {
		s.doubted = doubted
	}
	return err == nil
}

// lookAgain makes every run under way see what was decided about it.
func (s *Scheduler) lookAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, look := range s.runs {
		signal(look)
	}
}

// takeUp works on a run in a goroutine of its own, unless this process does already.
func (s *Scheduler) takeUp(ctx, work context.Context, r campaign.Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs[r.ID] != nil {
		return
	}
	look := make(chan struct{}, 1)
	s.runs[r.ID] = look
	s.group.Go(func() {
		defer func() {
			s.mu.Lock()
			delete(s.runs, r.ID)
			s.mu.Unlock()
		}()
		if err := s.workOn(ctx, work, r, look); campaign.CodeOf(err) != "" {
			s.cfg.Logger.Error("sending a run stopped", "run_id", r.ID, "error", err)
			s.pauseFor(ctx, r, err)
		} else if err != nil {
			s.outage.failed(ctx, err) // the next tick takes the run up again
		}
	})
}

// Trouble says why the store cannot be used now, so that nothing is sent; "" while it can.
func (s *Scheduler) Trouble() campaign.Text { return s.outage.words() }

// pauseFor pauses a campaign whose run cannot go on without a person, and says why.
func (s *Scheduler) pauseFor(ctx context.Context, r campaign.Run, why error) {
	if campaign.CodeOf(why) == "" {
		return // the store or the network: the next tick tries again
	}
	if r.Trigger == campaign.TriggerNotice {
		return // mails that readers asked for wait in it: the next tick tries again
	}
	var err error
	if !r.Trigger.MovesCampaign() {
		_, err = s.store.UpdateRun(ctx, r.ID, func(r *campaign.Run) error {
			r.State, r.Reason, r.EndedAt = campaign.Cancelled, why.Error(), s.cfg.Now()
			return nil
		})
	} else {
		err = s.store.PauseCampaign(ctx, r.Campaign, why.Error())
	}
	if err != nil && ctx.Err() == nil {
		s.cfg.Logger.Error("cannot pause", "run_id", r.ID, "error", err)
	}
}

// SendRun sees one run through to its end, or until ctx ends; for a command that works alone. While the store is away it
// waits.
func (s *Scheduler) SendRun(ctx context.Context, runID string) error {
	work, finish := s.sender.start(ctx)
	defer finish()
	for {
		ended, err := s.sendOn(ctx, work, runID)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case ended, campaign.CodeOf(err) != "":
			return err
		case err != nil:
			s.outage.failed(ctx, err)
			sleep(ctx.Done(), nil, s.cfg.Poll)
		}
	}
}

func (s *Scheduler) sendOn(ctx, work context.Context, runID string) (ended bool, err error) {
	if err := s.cfg.Home(ctx, true); err != nil {
		return false, err
	}
	r, err := s.store.GetRun(ctx, runID)
	if err != nil || r.State != campaign.Sending {
		return err == nil, err
	}
	err = s.workOn(ctx, work, r, nil)
	if ctx.Err() == nil && campaign.CodeOf(err) != "" {
		s.pauseFor(ctx, r, err)
	}
	return false, err
}
