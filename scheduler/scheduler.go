// Package scheduler is time: it knows when campaigns are due, plans their runs, and sees every delivery of a run through
// to its end. It makes no messages and speaks no SMTP: a Composer makes them, a Mail hands them over.
//
// The way of one delivery, in one direction:
//
//	due.go      a campaign whose slot has come gets a run          (one unique insert, so one run a slot)
//	audience.go the run's audience is made into deliveries         (streamed; begun again where it stopped)
//	fresh.go    what was just made is sent from memory             (as long as the server keeps up; else it is written down)
//	conduct.go  queued deliveries are read, checked and composed   (ahead of the connections; signed on all cores)
//	ledger.go   the intent to send is recorded, outcomes after     (one write for all connections together)
//	worker.go   the message goes over a connection                 (the mailer's work)
//
// What may be lost when the process dies is in the ledger's file. Who may plan and send what is decided by leases: a
// process that lost one records nothing more under it, and checks before each final dot that it still holds it. No clock
// of one process is compared with another's (lease.go).
//
// # Where the time goes
//
// A profile of “campaigns send --wait” of 100,000 messages of 13 kB over ten connections, on an SQLite file, says of the
// program's processor time:
//
//	33 %  the ledger: 20 adding and changing rows, 9 beginning and committing, 4 saying which
//	31 %  connections: 15 writing to sockets and 5 reading from them, which is the kernel's work; the rest is the dialogue
//	14 %  planning: 10 reading contacts, 2 looking up suppressions
//	 7 %  composing messages
//	12 %  memory, and goroutines waking one another
//	 3 %  folding SQLite's log, beside the rest
//
// What a commit costs depends on how many pages it touches. That is why a delivery is written down when it is announced
// and not before; why deliveries are announced in the order of their ids, in which those of a shard stand together; why
// a run on SQLite has one shard, there is one index beside the contact's, and one call for all pages of a commit; and why an
// outcome waits for those of the other connections until one of these has nothing to do.
//
// What a message costs on its connection depends on whether the next is known when its last dot leaves: then the two share
// a write and a read. Only two for each connection are announced, so few connections take several one after the other, and
// the rest wait until they are needed (ready.go). “make bench” compares it with loops that do nothing but send.
package scheduler

import (
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

// Mail opens connections to the server that takes our mail.
type Mail interface {
	Name() string // the server's host:port
	Connect(ctx context.Context) (Conn, error)
	Times() []campaign.PhaseTime // where the time of its connections went
}

// Conn is one connection, used by one goroutine.
type Conn interface {
	// Send hands one message over. It calls beforeDot right before the final dot; when that gives an error, the message
	// is not sent and the connection is closed. It may ask next, without waiting, for the message that will be sent
	// after this one, until it is given one; that message is then the next to be sent on this connection, or Abandon
	// must be called.
	Send(ctx context.Context, m campaign.Message, next func() *campaign.Message, beforeDot func() error) campaign.Outcome
	Abandon() // the message given by next will not follow
	Usable() bool
	Close()
	Cut() // ends the connection, whatever it waits for; any goroutine may
}

// Config is what a Scheduler works with.
type Config struct {
	Store    *store.Store
	Composer Composer
	Sign     func(*campaign.Message) error // signs in place, on many goroutines; nil leaves messages unsigned
	Mail     Mail
	Others   []Mail        // further servers that share the work
	Pace     campaign.Pace // where the team has set none; Connections is at least 1
	Links    store.LinksOf
	Planner  Planner
	Logger   *slog.Logger
	Now      func() time.Time
	Node     string                 // names this process among those that share the store
	Retries  []time.Duration        // waits before each new try of a delivery refused for now; after the last it has failed
	Resend   bool                   // send interrupted deliveries again by itself instead of waiting for a person
	Grace    time.Duration          // how long a stop waits for messages on the wire
	Records  time.Duration          // and after that at most for what became of them to be written down
	LeaseTTL time.Duration          // how long a process that died or hangs is waited for
	Ended    func(node string) bool // reports that a process is known to have ended; nil when that cannot be known
	// Home gives a Conflict error while the store may be a copy, from which nothing must be sent; it is asked again and
	// again, also while something is sent. Nil always lets send.
	Home func(ctx context.Context, sending bool) error
	Poll time.Duration // how often a run under way is looked at when nothing else gives a reason to
}

// Scheduler fires due campaigns and sends runs. Run it once.
type Scheduler struct {
	cfg    Config
	sender *sender
	wake   chan struct{}

	sightings sightings
	outage    *outage
	doubted   bool // the store may be a copy

	mu      sync.Mutex
	conduct map[string]chan struct{} // the runs this process is working on; a value makes it look at the run's state
	bulks   map[string]bool          // the actions on many contacts it is working on
	group   sync.WaitGroup

	bulkLeases sightings
}

// New gives a scheduler; zero durations get their defaults.
func New(cfg Config) *Scheduler {
	if cfg.Home == nil {
		cfg.Home = func(context.Context, bool) error { return nil }
	}
	if cfg.LeaseTTL == 0 {
		cfg.LeaseTTL = 12 * time.Second
	}
	if cfg.Poll == 0 {
		cfg.Poll = time.Second
	}
	if cfg.Grace == 0 {
		cfg.Grace = 30 * time.Second
	}
	if cfg.Records == 0 {
		cfg.Records = 10 * time.Second
	}
	if len(cfg.Retries) == 0 {
		cfg.Retries = DefaultRetries
	}
	o := &outage{logger: cfg.Logger}
	return &Scheduler{cfg: cfg, outage: o, sender: newSender(cfg, o), wake: make(chan struct{}, 1), conduct: map[string]chan struct{}{}, bulks: map[string]bool{}}
}

// DefaultRetries are the waits between tries (domain.md D.3): twelve tries over two days.
var DefaultRetries = []time.Duration{
	5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
	6 * time.Hour, 6 * time.Hour, 8 * time.Hour, 10 * time.Hour, 10 * time.Hour,
}

// Wake makes the scheduler look for work now instead of at its next tick.
func (s *Scheduler) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run fires and sends until ctx ends, then takes nothing new, finishes what is on the wire and returns.
func (s *Scheduler) Run(ctx context.Context) error {
	work, finish := s.sender.start(ctx)
	s.every(ctx, time.Second, s.Wake)
	s.every(ctx, 10*time.Minute, func() { s.sweep(ctx); s.retain(ctx) })
	s.every(ctx, time.Minute, func() { s.finishErasures(ctx); s.mendHalves(ctx) })
	s.every(ctx, time.Hour, func() { s.failed(ctx, "look after the store", s.cfg.Store.MendStored(ctx)) })
	s.every(ctx, keepEvery, func() { s.keepRuns(ctx) })
	s.every(ctx, 20*time.Second, func() { s.fireDigest(ctx) })
	s.group.Go(func() { s.mendHalves(ctx) })
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
	s.takeUpBulks(ctx)
	if !s.maySend(ctx) {
		return
	}
	err := s.fireDue(ctx)
	var runs []campaign.Run
	if err == nil {
		runs, err = s.cfg.Store.FindRunsIn(ctx, campaign.Sending)
	}
	if err != nil {
		s.storeFailed(ctx, fmt.Errorf("look for what is due: %w", err))
		return
	}
	if len(runs) == 0 {
		s.outage.over() // who sends finds out by writing
	}
	for _, r := range runs {
		s.takeUp(ctx, work, r)
	}
}

// maySend reports whether the store is the real one, and says so in the log when it is not.
func (s *Scheduler) maySend(ctx context.Context) bool {
	err := s.cfg.Home(ctx, false)
	doubted := campaign.CodeOf(err) != ""
	switch {
	case err != nil && !doubted:
		s.storeFailed(ctx, err)
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
	for _, look := range s.conduct {
		select {
		case look <- struct{}{}:
		default:
		}
	}
}

// takeUp works on a run in a goroutine of its own, unless this process does already.
func (s *Scheduler) takeUp(ctx, work context.Context, r campaign.Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conduct[r.ID] != nil {
		return
	}
	look := make(chan struct{}, 1)
	s.conduct[r.ID] = look
	s.group.Go(func() {
		defer func() {
			s.mu.Lock()
			delete(s.conduct, r.ID)
			s.mu.Unlock()
		}()
		if err := s.conductRun(ctx, work, r, look); campaign.CodeOf(err) != "" {
			s.cfg.Logger.Error("sending a run stopped", "run_id", r.ID, "error", err)
			s.pauseFor(ctx, r, err)
		} else if err != nil {
			s.storeFailed(ctx, err) // the next tick takes the run up again
		}
	})
}

// storeFailed notes an error of the store or the network, unless it comes of a stop.
func (s *Scheduler) storeFailed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		s.outage.failed(err, s.sender.ledger.kept())
	}
}

// Trouble says why nothing can be sent just now for want of the store; "" while all is well.
func (s *Scheduler) Trouble() string { return s.outage.text() }

// pauseFor pauses a campaign whose run cannot go on without a person, and says why.
func (s *Scheduler) pauseFor(ctx context.Context, r campaign.Run, why error) {
	if campaign.CodeOf(why) == "" {
		return // the store or the network: the next tick tries again
	}
	if r.Trigger == campaign.TriggerNotice {
		return // what others asked for waits in it: the next tick tries again
	}
	var err error
	if !r.Trigger.MovesCampaign() {
		_, err = s.cfg.Store.UpdateRun(ctx, r.ID, func(r *campaign.Run) error {
			r.State, r.Reason, r.EndedAt = campaign.Cancelled, why.Error(), s.cfg.Now()
			return nil
		})
	} else {
		err = s.cfg.Store.PauseCampaign(ctx, r.Campaign, why.Error())
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
			s.storeFailed(ctx, err)
			s.sender.rest(ctx, nil, s.cfg.Poll)
		}
	}
}

func (s *Scheduler) sendOn(ctx, work context.Context, runID string) (ended bool, err error) {
	if err := s.cfg.Home(ctx, true); err != nil {
		return false, err
	}
	r, err := s.cfg.Store.GetRun(ctx, runID)
	if err != nil || r.State != campaign.Sending {
		return err == nil, err
	}
	err = s.conductRun(ctx, work, r, nil)
	if ctx.Err() == nil && campaign.CodeOf(err) != "" {
		s.pauseFor(ctx, r, err)
	}
	return false, err
}
