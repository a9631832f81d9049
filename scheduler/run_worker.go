package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// runWorker sees one run through in this process: it starts planning, reads the queue of the shards whose leases it holds, and
// hands composed jobs to the sender. It reads no more once the run is paused or cancelled, or the process ends, and returns when
// all jobs it handed over are settled. None of its parts knows the worker.
type runWorker struct {
	sender  *sender
	outage  *outage
	poll    time.Duration
	live    context.Context // ends when nothing more may be sent for this run
	hard    context.Context // outlives live by the grace time
	halt    context.CancelFunc
	helpers sync.WaitGroup // the goroutines of the worker
	sent    atomic.Int64

	pending   *pending
	shards    *shards
	planning  *planning
	queue     *queueReader
	vetter    *vetter
	composing composing
	proof     *proof
	rulings   *rulingWriter
	ending    *ending
	abTest    *abTester // nil without one

	media  []string              // items of the library that go out with it
	barred atomic.Pointer[error] // why they may not any more
}

// newRunWorker reads what a run sends and makes the worker of it.
func (s *Scheduler) newRunWorker(ctx, hard context.Context, r campaign.Run) (*runWorker, error) {
	edition, err := s.store.GetEdition(ctx, r.ID)
	if err != nil {
		return nil, fmt.Errorf("read edition: %w", err)
	}
	media := edition.Media
	if !r.Trigger.MovesCampaign() { // colleagues look at a test before everything is settled
		media = nil
	}
	if err := s.store.CheckMedia(ctx, media); err != nil {
		return nil, err
	}
	composition, err := s.cfg.Composer.Compose(ctx, &edition)
	if err != nil {
		return nil, err
	}
	taken, err := s.store.AnyIn(ctx, r.ID, campaign.Accepted)
	if err != nil {
		return nil, fmt.Errorf("look for what was taken: %w", err)
	}
	if err := s.refresher.readRules(ctx); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	cfg, n, gate := &s.cfg, max(1, r.Shards), s.sender.newGate(&r, &edition)
	w := &runWorker{sender: s.sender, outage: s.outage, poll: cfg.Poll, hard: hard, composing: composing{composition: composition, signer: cfg.Signer, buffers: &s.sender.buffers}, media: media}
	w.live, w.halt = context.WithCancel(ctx)
	w.pending = newPending(r.ID, n)
	w.proof = newProof(len(s.sender.relays) > 1, taken, cfg.Now)
	w.shards = &shards{
		lessee: s.lessee, store: s.store, run: r.ID, sightings: &s.sightings, ended: cfg.Ended, resend: cfg.Resend,
		turn: s.turn, counts: gate.counts, pending: w.pending, logger: cfg.Logger, ours: map[string]*lease{}, byShard: make([]*lease, n),
	}
	w.planning = &planning{
		shards: w.shards, lanes: s.sender.lanes, poll: cfg.Poll, start: w.helpers.Go, offers: make(chan offer, pageSize/offerSize), planned: r.Planned,
	}
	w.planning.audience = &audience{store: s.store, run: r, edition: &edition, now: cfg.Now, readQueue: &w.planning.readQueue, rule: edition.Audience(), gate: gate, meet: s.sender.directory.meet}
	w.vetter = &vetter{
		store: s.store, trigger: r.Trigger, priority: r.Priority, gate: gate, edition: &edition, run: r.ID, rule: w.planning.audience.rule, now: cfg.Now, organisations: map[string]string{},
	}
	w.queue = &queueReader{
		store: s.store, run: r.ID, now: cfg.Now, shards: w.shards, pending: w.pending, lanes: s.sender.lanes,
		// True once the audience is written down; new notices may join their run at any time.
		complete: func() bool { return w.planning.planned && r.Trigger != campaign.TriggerNotice },
		together: edition.Together && gate != nil || isTested(&r, &edition),
		handOn:   w.handOn, readings: make([]reading, n),
	}
	w.rulings = &rulingWriter{
		store: s.store, run: r, began: cfg.Now(), now: cfg.Now, retries: cfg.Retries, poll: cfg.Poll, proof: w.proof, pending: w.pending,
		providers: s.sender.providers, bounces: s.sender.bounces, outage: s.outage, logger: cfg.Logger,
	}
	if isTested(&r, &edition) {
		w.abTest = &abTester{store: s.store, run: r.ID, edition: &edition, gate: gate, now: cfg.Now, poll: cfg.Poll, wake: w.pending.wakeAll, logger: cfg.Logger}
	}
	w.ending = &ending{store: s.store, slots: s.slots, run: r, recurring: edition.Recurring, logger: cfg.Logger, outage: s.outage}
	return w, nil
}

// workOn works on a run until it is finished, stopped, or ctx ends. It writes under hard, which outlives ctx by the grace time.
func (s *Scheduler) workOn(ctx, hard context.Context, r campaign.Run, look <-chan struct{}) error {
	if err := s.cfg.Home(ctx, true); err != nil {
		if campaign.CodeOf(err) != "" {
			return nil // the caller finds that out by itself
		}
		return err
	}
	w, err := s.newRunWorker(ctx, hard, r)
	if err != nil {
		return err
	}
	defer w.halt()
	settled := make(chan struct{})
	w.helpers.Go(func() { w.shards.keepRenewing(hard, w.shards.leases, settled, s.outage.renewed) })
	watch := &watcher{store: s.store, run: r.ID, home: s.cfg.Home, refresher: s.refresher, report: s.sender.reporter(r.ID, s.cfg.Node), worker: w}
	w.helpers.Go(func() { watch.watch(settled, look) })
	done := false
	if err = w.unlessStopped(w.shards.share(w.live)); err == nil {
		w.helpers.Go(func() { w.shareOn(w.live, settled) })
		done, err = w.work()
	}
	w.halt()
	w.awaitSettled()
	w.rulings.writeRulings(hard)
	close(settled)
	w.helpers.Wait()
	w.shards.releaseAll(hard)
	s.outage.stepFailed(hard, "tell how much left from a domain that is warmed up", s.sender.warming.save(hard))
	s.outage.stepFailed(hard, "give up the turn under the ceiling", s.turn.leave(hard, r.ID))
	s.refresher.forget(r.ID)
	switch barred := w.barred.Load(); {
	case err != nil:
		return err
	case done:
		return w.ending.finish(hard)
	case barred != nil:
		return *barred
	}
	return w.ending.leaveCancelled(hard)
}

// work feeds jobs until nothing is left to do; done means that the whole run is finished. While the store is away it waits.
func (w *runWorker) work() (done bool, err error) {
	for w.live.Err() == nil {
		done, err := w.feedAll(w.live)
		switch err = w.unlessStopped(err); {
		case done, campaign.CodeOf(err) != "":
			return done, err
		case err != nil:
			w.outage.failed(w.live, err)
			sleep(w.live.Done(), nil, w.poll)
		}
	}
	return false, nil
}

// feedAll feeds once from every shard; with nothing to feed it waits, or finds that the run is finished.
func (w *runWorker) feedAll(ctx context.Context) (done bool, err error) {
	if err := w.planning.begin(ctx, w.hard); err != nil {
		return false, err
	}
	if err := w.abTest.step(ctx); err != nil {
		return false, err
	}
	if w.vetter.gate.yields(w.vetter.priority) {
		sleep(ctx.Done(), nil, w.poll) // what is planned meanwhile is written down
		return false, nil
	}
	if held, mayProbe := w.proof.waits(); held {
		if mayProbe {
			if err := w.queue.feedProbe(ctx, w.proof); err != nil {
				return false, err
			}
		}
		return w.pause(ctx)
	}
	fed, err := w.queue.feedLanes(ctx)
	if err != nil {
		return false, err
	}
	select {
	case o := <-w.planning.offers:
		return false, w.feedOffer(ctx, o)
	default:
	}
	for i := range w.queue.readings {
		if w.planning.ended != nil && !w.planning.readQueue.Load() {
			break
		}
		n, err := w.queue.feed(ctx, i)
		if err != nil {
			return false, err
		}
		fed += n
	}
	if fed > 0 {
		return false, nil
	}
	return w.pause(ctx)
}

func (w *runWorker) unlessStopped(err error) error {
	if w.live.Err() != nil {
		return nil
	}
	return err
}

// pause waits for a reason to read again, and finds out whether the run is finished.
func (w *runWorker) pause(ctx context.Context) (done bool, err error) {
	wait := w.poll
	switch {
	case w.planning.ended != nil:
		wait = w.poll / 5
	case w.pending.count() == 0 && !w.pending.isQuiet():
		if done, err := w.finished(ctx); done || err != nil {
			return done, err
		}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case o := <-w.planning.offers:
		return false, w.feedOffer(ctx, o)
	case <-w.pending.more:
	case <-w.pending.settled:
	case <-timer.C:
	case err := <-w.planning.ended:
		w.planning.ended = nil
		if err != nil && !errors.Is(err, errLeaseLost) {
			return false, err
		}
	}
	return false, nil
}

// feedOffer makes jobs of an offer and pushes them.
func (w *runWorker) feedOffer(ctx context.Context, o offer) error {
	contacts := make(map[string]*campaign.Contact, len(o.planned))
	for i := range o.planned {
		contacts[o.planned[i].contact.ID] = o.planned[i].contact
	}
	names, err := w.vetter.names(ctx, contacts)
	if err != nil {
		return err
	}
	jobs := make([]*job, 0, len(o.planned))
	for i := range o.planned {
		d, c := &o.planned[i].delivery, o.planned[i].contact
		l := w.shards.lease(int(d.Shard))
		if !l.allows() || !w.pending.take(d.ID) {
			o.page.giveBack(d.ID)
			continue
		}
		jobs = append(jobs, &job{delivery: d, contact: c, organisation: names[c.Organisation], lease: l, checked: o.readAt, page: o.page})
	}
	if w.vetter.gate.counts() {
		return w.handOn(ctx, jobs)
	}
	return w.push(ctx, jobs)
}

// handOn vets jobs that were read from the queue, composes them and hands them to the sender.
func (w *runWorker) handOn(ctx context.Context, jobs []*job) error {
	passed, ended, err := w.vetter.vet(ctx, jobs)
	if err == nil {
		err = w.sender.directory.meet(ctx, domainsOf(passed, func(j *job) string { return j.delivery.Domain }))
	}
	if err != nil {
		w.report(givenBack, jobs...)
		return err
	}
	w.report(settled, ended...)
	return w.push(ctx, passed)
}

// push composes jobs and hands them to the sender, as long as ctx lasts. A shard that is being given up gets no more.
func (w *runWorker) push(ctx context.Context, jobs []*job) error {
	n := -1
	for j, err := range w.composing.all(jobs) {
		n++
		j.report, j.stop, j.proof, j.vetter = w.report, w.live.Done(), w.proof, w.vetter
		switch {
		case err != nil:
			if err := w.vetter.end(ctx, []*job{j}, campaign.Failed, "the message could not be made: "+err.Error()); err != nil {
				w.report(givenBack, jobs[n:]...)
				return err
			}
			w.report(settled, j)
		case j.lease.leaving.Load():
			w.report(givenBack, j)
		case !w.sender.push(ctx, j):
			w.report(givenBack, jobs[n:]...)
			return nil
		}
	}
	return nil
}

// report notes what became of jobs.
func (w *runWorker) report(f fate, jobs ...*job) {
	for _, j := range jobs {
		id, again := j.delivery.ID, f == refused || f == givenBack
		if f == announced || f == refused {
			j.page.written(id)
		}
		if f == announced {
			w.vetter.gate.announced(j.delivery)
			continue
		}
		if again {
			w.planning.readQueue.Store(true)
		}
		if f == accepted {
			w.sent.Add(1)
		}
		w.vetter.gate.release(j.delivery)
		w.pending.release(id, f == accepted)
		w.proof.ended(id, w.poll)
		if again {
			j.page.giveBack(id)
		}
	}
}

// awaitSettled waits until all jobs handed over are settled, or hard ends.
func (w *runWorker) awaitSettled() {
	if w.planning.ended != nil {
		<-w.planning.ended
	}
	for w.pending.count() > 0 && w.hard.Err() == nil {
		w.sender.lookAgain()
		sleep(w.hard.Done(), w.pending.settled, 100*time.Millisecond)
	}
}

// shareOn shares the shards anew once a poll, until done or ctx ends. It has a goroutine of its own, since feeding may wait for
// its pace for long.
func (w *runWorker) shareOn(ctx context.Context, done <-chan struct{}) {
	for sleep(ctx.Done(), done, w.poll) {
		if err := w.shards.share(ctx); err != nil {
			w.outage.failed(ctx, err)
		}
		w.pending.readAgain()
	}
}

// finished reports whether all deliveries of the run have ended. A recurring campaign is freed when only retries are left.
func (w *runWorker) finished(ctx context.Context) (bool, error) {
	w.rulings.writeRulings(ctx)
	changes := w.pending.changesSoFar()
	left, err := w.ending.left(ctx)
	if err != nil {
		return false, err
	}
	w.shards.stuck.Store(left == inFlightLeft)
	if left == timedLeft && w.queue.complete() {
		w.pending.beQuiet(changes)
	}
	if left == timedLeft && w.planning.audience.ofStep() { // further readers of the step do not wait for them
		return false, w.ending.freeCampaign(ctx)
	}
	if left != retriesLeft {
		return left == nothingLeft, nil
	}
	if why := w.proof.noTriesLeft(); why != "" {
		w.rulings.pauseRefused(ctx, why)
	}
	logHeld(w.rulings.logger, w.ending.run.ID, w.proof.atEnd())
	w.rulings.writeRulings(ctx) // which wakes the shards of what it moves
	err = w.ending.freeCampaign(ctx)
	if err == nil && w.queue.complete() {
		w.pending.beQuiet(changes)
	}
	return false, err
}
