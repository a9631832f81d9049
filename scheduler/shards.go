package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Several processes share a run by its shards, without a coordinator: each holds a lease that says it takes part, and counts
// those of the others. A process takes no more shards than its fair part. A shard it has too many it stops reading, settles
// what is pending of it, and releases the lease; so a shard changes hands with no delivery between intent and outcome.

func leasesOf(run string) string          { return "run/" + run + "/" }
func planLease(run string) string         { return leasesOf(run) + "plan" }
func shardLeases(run string) string       { return leasesOf(run) + "send/" }
func shardLease(run string, i int) string { return fmt.Sprintf("%s%02d", shardLeases(run), i) }
func memberLeases(run string) string      { return leasesOf(run) + "at/" }

type shardStore interface {
	leaseStore
	AddLeases(ctx context.Context, ids []string, owner string) ([]store.Lease, error)
	AnyInFlight(ctx context.Context, run string) (bool, error)
	Interrupt(ctx context.Context, run string, shard, epoch int64) (int64, error)
	Resend(ctx context.Context, runID string, from campaign.DeliveryState) (int64, error)
}

// shards are the leases of a run: those this process holds, and how those of others were last found.
type shards struct {
	lessee
	store     shardStore
	run       string
	sightings *sightings
	ended     func(node string) bool // nil when that cannot be known
	turn      *ceilingTurn           // under the ceiling; nil shares every run
	counts    func() bool            // the ceiling holds for the run
	resend    bool                   // interrupted deliveries go again by themselves
	pending   *pending
	logger    *slog.Logger
	stuck     atomic.Bool // nothing is pending here, yet deliveries are between intent and outcome

	mu      sync.Mutex        // guards what follows
	ours    map[string]*lease // by id
	byShard []*lease          // nil where another process holds one
	found   *leaseTable
}

// leaseTable is how the leases of a run were found.
type leaseTable struct {
	leases map[string]store.Lease
	over   map[string]bool // given up, not renewed for their whole length, or held by a process that has ended
	nodes  []string        // who takes part, this process among them, in order
}

// fairPart is how many shards the process of a rank has of a run that several share.
func fairPart(shards, rank, processes int) int { return (shards + processes - 1 - rank) / processes }

// free reports whether acquiring a lease may be tried, and the state in which it was seen.
func (t *leaseTable) free(id, node string) (seen *store.Lease, ok bool) {
	l, exists := t.leases[id]
	switch {
	case !exists, l.Owner == node:
		return nil, true
	case t.over[id]:
		return &l, true
	}
	return nil, false
}

// share takes and gives up shards so that this process has its fair part of the run.
func (s *shards) share(ctx context.Context) error {
	if err := s.mendLeases(ctx); err != nil {
		return err
	}
	if err := s.join(ctx); err != nil {
		return err
	}
	ls, err := s.store.FindLeases(ctx, leasesOf(s.run))
	if err != nil {
		return fmt.Errorf("look at leases: %w", err)
	}
	table := s.table(ls)
	s.mu.Lock()
	s.found = table
	s.mu.Unlock()
	part, err := s.part(ctx, table)
	if err != nil {
		return err
	}
	if err := s.giveUp(ctx, part); err != nil {
		return err
	}
	return s.takeShards(ctx, part, table)
}

// part is how many shards of the run this process is to have.
func (s *shards) part(ctx context.Context, t *leaseTable) (int, error) {
	if s.turn == nil || !s.counts() {
		return fairPart(len(s.byShard), slices.Index(t.nodes, s.node), len(t.nodes)), nil
	}
	ours, err := s.turn.take(ctx, s.run)
	if err != nil || !ours {
		return 0, err
	}
	return len(s.byShard), nil
}

// takePlanning takes the lease under which the audience is planned; nil without an error means that another process has it.
func (s *shards) takePlanning(ctx context.Context) (*lease, error) {
	id := planLease(s.run)
	s.mu.Lock()
	seen, free := s.found.free(id, s.node)
	s.mu.Unlock()
	if !free {
		return nil, nil
	}
	l, err := s.acquire(ctx, id, seen)
	if l != nil {
		s.hold(l)
	}
	return l, err
}

// mendLeases renews at once what expired while the store was away: a process that still has the old epoch knows what became of
// every delivery it announced, and takes none of its own for interrupted.
func (s *shards) mendLeases(ctx context.Context) error {
	var out []*lease
	for _, l := range s.leases() {
		if l.lost() != nil {
			out = append(out, l)
		}
	}
	lost, err := s.renew(ctx, out)
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	for _, l := range lost {
		s.drop(l)
	}
	return nil
}

// join says that this process works on the run.
func (s *shards) join(ctx context.Context) error {
	id := memberLeases(s.run) + s.node
	if s.holds(id) {
		return nil
	}
	l, err := s.acquire(ctx, id, nil)
	if err != nil {
		return fmt.Errorf("take part in a run: %w", err)
	}
	if l != nil {
		s.hold(l)
	}
	return nil
}

// table works out what the leases of the run say.
func (s *shards) table(ls []store.Lease) *leaseTable {
	t := &leaseTable{leases: map[string]store.Lease{}, over: map[string]bool{}, nodes: []string{s.node}}
	for _, l := range ls {
		t.leases[l.ID] = l
		if l.Owner == s.node {
			continue
		}
		t.over[l.ID] = s.sightings.isOver(l, s.ttl, s.ended)
		if strings.HasPrefix(l.ID, memberLeases(s.run)) && !t.over[l.ID] {
			t.nodes = append(t.nodes, l.Owner)
		}
	}
	slices.Sort(t.nodes)
	return t
}

// giveUp ends the reading of the shards this process has too many of, and releases those without pending deliveries.
func (s *shards) giveUp(ctx context.Context, part int) error {
	have := 0
	for i := range s.byShard {
		l := s.lease(i)
		if l == nil {
			continue
		}
		have++
		l.leaving.Store(have > part)
		if !l.leaving.Load() || s.pending.inShard(i) > 0 {
			continue
		}
		if err := s.store.ReleaseLeases(ctx, l.Lease); err != nil {
			return fmt.Errorf("give up lease: %w", err)
		}
		s.drop(l)
	}
	return nil
}

// takeShards takes free shards up to a number.
func (s *shards) takeShards(ctx context.Context, part int, t *leaseTable) error {
	var missing []int
	for i := range s.byShard {
		if s.lease(i) != nil {
			part--
		} else if _, ok := t.free(shardLease(s.run, i), s.node); ok {
			missing = append(missing, i)
		}
	}
	missing = missing[:max(0, min(part, len(missing)))]
	taken, err := s.takeNew(ctx, missing, t)
	for _, i := range missing {
		if err != nil {
			break
		}
		id := shardLease(s.run, i)
		if taken[i] != nil {
			continue
		}
		seen, _ := t.free(id, s.node)
		taken[i], err = s.acquire(ctx, id, seen)
	}
	if err != nil {
		return fmt.Errorf("take leases: %w", err)
	}
	if err := s.recover(ctx, taken); err != nil {
		return err // what was taken is taken again by the next try, under a higher epoch
	}
	for i, l := range taken {
		if l != nil {
			s.sightings.forget(l.ID)
			s.holdShard(i, l)
		}
	}
	return nil
}

// takeNew takes, in one write, the shards nobody ever had.
func (s *shards) takeNew(ctx context.Context, missing []int, t *leaseTable) (map[int]*lease, error) {
	taken := map[int]*lease{}
	var ids []string
	var numbers []int
	for _, i := range missing {
		if id := shardLease(s.run, i); t.leases[id].ID == "" {
			ids, numbers = append(ids, id), append(numbers, i)
		}
	}
	from := time.Now()
	ls, err := s.store.AddLeases(ctx, ids, s.node)
	if err != nil || len(ls) < len(ids) {
		return taken, err // somebody else was faster: one by one
	}
	for n, i := range numbers {
		taken[i] = &lease{Lease: ls[n]}
		taken[i].extend(from, s.ttl)
	}
	return taken, nil
}

// recover deals with what earlier holders of shards left between intent and outcome: of those just taken and, when the end
// of the run waits for something nobody has in hand, of those held as well. A former holder may announce late, under the
// epoch it had; it does not send, because it finds its lease over, but it may die before it takes its word back.
func (s *shards) recover(ctx context.Context, taken map[int]*lease) error {
	look := taken
	if s.stuck.Swap(false) {
		look = map[int]*lease{}
		for i := range s.byShard {
			if l := s.lease(i); l != nil {
				look[i] = l
			} else if taken[i] != nil {
				look[i] = taken[i]
			}
		}
	}
	if len(look) == 0 {
		return nil
	}
	if any, err := s.store.AnyInFlight(ctx, s.run); err != nil || !any {
		return err
	}
	var count int64
	for i, l := range look {
		if l == nil {
			continue
		}
		n, err := s.store.Interrupt(ctx, s.run, int64(i), l.Epoch)
		if err != nil {
			return fmt.Errorf("mark interrupted deliveries: %w", err)
		}
		count += n
	}
	if count == 0 {
		return nil
	}
	s.logger.Warn("deliveries were interrupted", "run_id", s.run, "count", count, "resend", s.resend)
	if s.resend {
		_, err := s.store.Resend(ctx, s.run, campaign.Interrupted) // which all who share the run are told of
		if campaign.CodeOf(err) == campaign.Conflict {
			err = nil // it was cancelled meanwhile
		}
		return err
	}
	return nil
}

// hold notes a lease to be renewed, in place of the one before it.
func (s *shards) hold(l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ours[l.ID] = l
}

func (s *shards) holdShard(i int, l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ours[l.ID], s.byShard[i] = l, l
}

// drop forgets a lease that was lost or given up.
func (s *shards) drop(l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ours[l.ID] == l {
		delete(s.ours, l.ID)
	}
	if i := slices.Index(s.byShard, l); i >= 0 {
		s.byShard[i] = nil
	}
}

func (s *shards) holds(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ours[id] != nil
}

func (s *shards) leases() []*lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.ours))
}

// lease returns the lease of a shard; nil while another process holds it.
func (s *shards) lease(i int) *lease {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byShard[i]
}

// releaseAll gives up all leases, so that another process need not wait.
func (s *shards) releaseAll(ctx context.Context) {
	var ls []store.Lease
	for _, l := range s.leases() {
		ls = append(ls, l.Lease)
	}
	err := s.store.ReleaseLeases(ctx, ls...)
	if err == nil {
		err = s.store.DropLeases(ctx, memberLeases(s.run)+s.node)
	}
	if err != nil {
		s.logger.Warn("cannot release leases, they will run out", "run_id", s.run, "error", err)
	}
}

// senders are the processes that have shards of the run, as far as is known.
func (s *shards) senders() (nodes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, l := range s.byShard {
		node := s.node
		if l == nil {
			if s.found == nil {
				continue
			}
			id := shardLease(s.run, i)
			if s.found.over[id] {
				continue
			}
			node = s.found.leases[id].Owner
		}
		if node != "" && !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	return nodes
}
