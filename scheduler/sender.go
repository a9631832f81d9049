package scheduler

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// sender owns the connections, vetting and the ledger; all runs of this process share it.
type sender struct {
	logger  *slog.Logger
	now     func() time.Time
	grace   time.Duration // how long a stop waits for messages on the wire
	records time.Duration // and after that for their outcomes to be written
	rules   outcomeRules
	relays  []*relay
	router  *router
	pacer   *pacer
	lanes   *lanes
	vetting *vetting
	ledger  *ledger

	directory *directory
	learner   *learner
	providers *providers
	bounces   *bounces

	sendingRules atomic.Pointer[sendingRules]
	zones        campaign.Zones
	ceiling      *ceiling
	warming      *warming

	waiting   atomic.Int64 // jobs pushed and not settled
	buffers   sync.Pool
	answers   answers
	workers   sync.WaitGroup
	work      func(r *relay, number int) // what a worker does from the start to the end of everything
	keepAlive time.Duration              // how long a connection without work stays open
	forWork   spent                      // waiting of connections for an announced message
	forPace   spent                      // and for its turn
}

// composedAhead is how many messages may be ready before they are announced.
const composedAhead = 64

func newSender(st Store, cfg Config, o *outage) *sender {
	const most = campaign.MaxConnections
	left := time.NewTimer(time.Hour)
	left.Stop()
	s := &sender{
		logger: cfg.Logger, now: cfg.Now, grace: cfg.Grace, records: cfg.Records, rules: outcomeRules{retries: cfg.Retries, resend: cfg.Resend},
		relays: newRelays(cfg, left), pacer: newPacer(cfg.Pace), lanes: &lanes{},
		ceiling:   &ceiling{store: st, now: cfg.Now, inHand: map[string]map[string]bool{}},
		warming:   &warming{store: st, now: cfg.Now, days: map[string]*warmedDay{}, due: map[string]dueCount{}},
		bounces:   &bounces{store: st, logger: cfg.Logger},
		keepAlive: 20 * time.Second,
	}
	s.router = &router{relays: s.relays, now: cfg.Now, refused: map[refusalAt]time.Time{}}
	s.lanes.routed = s.router.named()
	s.directory = &directory{
		store: st, ask: cfg.ProviderOf, now: cfg.Now, logger: cfg.Logger, lanes: s.lanes, wake: make(chan struct{}, 1),
		known: map[string]campaign.MailDomain{}, wanted: map[string]bool{},
	}
	s.learner = &learner{store: st, now: cfg.Now, logger: cfg.Logger, seen: map[refusalAt]*traffic{}}
	s.providers = &providers{store: st, lanes: s.lanes, retries: cfg.Retries, logger: cfg.Logger}
	s.lanes.set(s.pacer.mine().Providers, nil, nil, time.Time{})
	s.vetting = &vetting{
		composed: make(chan *job, composedAhead), outage: o, now: cfg.Now, lanes: s.lanes, router: s.router, age: vetAfter,
		changed: make(chan struct{}, 1), some: make(chan struct{}, 1),
	}
	s.ledger = &ledger{
		store: st, outage: o, vetting: s.vetting, relays: s.relays, left: left, now: cfg.Now,
		settled: make(chan settling, 2*most), changed: make(chan struct{}, 1), outstanding: map[string]*job{},
	}
	o.unrecorded = s.ledger.unrecorded
	s.buffers.New = func() any { b := make([]byte, 0, 16<<10); return &b }
	return s
}

// lastAnswers is how long after the grace time the answers to what was handed over are waited for.
const lastAnswers = 2 * time.Second

// start starts the stages and the workers. They outlive ctx by the grace time: then connections are closed, and what did not
// reach its final dot goes back into the queue. It returns a context that lasts until that is written down, and a function that
// ends everything, to be called when no run is worked on.
func (s *sender) start(ctx context.Context) (hard context.Context, finish func()) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopTimer := context.AfterFunc(ctx, func() {
		time.AfterFunc(s.grace, stop)
		time.AfterFunc(s.grace+s.records, cancel)
	})
	stopWorkers, quit := make(chan struct{}), make(chan struct{})
	reports := make(chan []report, composedAhead)
	s.vetting.quit, s.ledger.quit, s.vetting.reports, s.ledger.reports = quit, quit, reports, reports
	var stages, delivered sync.WaitGroup
	stages.Go(func() { s.vetting.run(hard) })
	stages.Go(func() { s.ledger.run(hard) })
	stages.Go(func() { s.directory.run(hard, quit) })
	delivered.Go(func() { s.deliver(hard, reports) })
	s.work = func(r *relay, number int) { s.worker(work, stopWorkers, r, number) }
	s.grow()
	return hard, func() {
		close(stopWorkers)
		s.workers.Wait()
		for _, r := range s.relays {
			r.ended()
		}
		close(quit)
		stages.Wait()
		close(reports)
		delivered.Wait()
		stopTimer()
		stop()
		cancel()
	}
}

// deliver tells runs what became of their jobs, and marks contacts whose mail bounces, until no more reports come. It waits
// for none of the stages that report.
func (s *sender) deliver(ctx context.Context, reports <-chan []report) {
	for batch := range reports {
		lane := false
		for _, r := range batch {
			if r.bounced != "" {
				s.bounces.mark(ctx, r.job.delivery.ID, r.bounced, r.dead)
			}
			if r.job.report(r.fate, r.job); r.fate != announced {
				lane = lane || r.job.lane != nil
				s.free(r.job)
			}
		}
		if lane {
			signal(s.vetting.changed) // there may be room in it
		}
	}
}

// push hands a job to vetting; it returns false when ctx ends first.
func (s *sender) push(ctx context.Context, j *job) bool {
	s.waiting.Add(1)
	j.provider = s.providerOf(j.delivery.Domain)
	s.lanes.enter(j)
	s.router.wake(j)
	select {
	case s.vetting.composed <- j:
		return true
	case <-ctx.Done():
	}
	s.free(j)
	return false
}

// providerOf returns whose servers take the mail of a domain. One with a limit, a hold or a server of its own is its own provider.
func (s *sender) providerOf(domain string) string {
	if s.lanes.has(domain) {
		return domain
	}
	return s.directory.of(domain)
}

// free is called once for each job pushed, when it is settled or given back.
func (s *sender) free(j *job) {
	s.waiting.Add(-1)
	s.lanes.leave(j)
	s.buffers.Put(j.buffer)
}

// lookAgain makes the stages notice that a run was stopped, or that the number of connections has changed.
func (s *sender) lookAgain() {
	signal(s.vetting.changed)
	signal(s.ledger.changed)
}

// worker keeps one connection open while there is work for it and its number is wanted.
func (s *sender) worker(ctx context.Context, quit <-chan struct{}, r *relay, number int) {
	for r.stays(number) {
		select {
		case <-quit:
			return
		case <-ctx.Done():
			return
		case <-r.fewer():
			continue
		case <-r.kick:
		}
		for s.waiting.Load() > 0 && ctx.Err() == nil && r.wants(number) {
			conn, trial, ok := s.connect(ctx, quit, r)
			if !ok {
				break
			}
			r.open.Add(1)
			s.lookAgain()
			cut := context.AfterFunc(ctx, func() { time.AfterFunc(lastAnswers, conn.Cut) })
			again := s.serve(ctx, newConnection(conn, r, number, trial), quit)
			if r.open.Add(-1) == 0 && s.wanted() {
				signal(r.kick) // what waits for its turn was all pushed long ago
			}
			s.lookAgain()
			cut()
			conn.Close()
			if !again {
				break
			}
		}
	}
}
