package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Several processes share a run by its shards. Each one says by a lease of its own that it takes part, and sees by the
// others' how many there are; nobody gives orders. A process takes no more shards than its fair part, and gives those it
// has too many of to a later comer: it reads no more of such a shard, settles what it has in hand, and lets go of the
// lease. So a shard changes hands with nothing of it between intent and outcome.

func leasesOf(run string) string          { return "run/" + run + "/" }
func planLease(run string) string         { return leasesOf(run) + "plan" }
func shardLeases(run string) string       { return leasesOf(run) + "send/" }
func shardLease(run string, i int) string { return fmt.Sprintf("%s%02d", shardLeases(run), i) }
func memberLeases(run string) string      { return leasesOf(run) + "at/" }

// fairPart is how many shards the one of a rank has among several.
func fairPart(shards, rank, among int) int { return (shards + among - 1 - rank) / among }

// standing is how the leases of a run were found.
type standing struct {
	leases map[string]store.Lease
	over   map[string]bool // given up, not renewed for their whole length, or held by a process that has ended
	nodes  []string        // who takes part, this process among them, in order
}

// free reports whether a lease may be tried for, and as what it was seen.
func (s *standing) free(id, node string) (seen *store.Lease, ok bool) {
	l, exists := s.leases[id]
	switch {
	case !exists, l.Owner == node:
		return nil, true
	case s.over[id]:
		return &l, true
	}
	return nil, false
}

// keepSharing sees to this process's part of the run once a poll until done or ctx ends: feeding may stand still for
// long, for the sake of the pace.
func (c *conductor) keepSharing(ctx context.Context, done <-chan struct{}) {
	tick := time.NewTicker(c.cfg.Poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-done:
			return
		case <-tick.C:
		}
		if err := c.share(ctx); err != nil && ctx.Err() == nil {
			c.sender.ledger.outage.failed(err, c.sender.ledger.kept())
		}
		c.lookForMore()
	}
}

// share takes and gives up shards so that this process has its fair part of the run.
func (c *conductor) share(ctx context.Context) error {
	if err := c.mendLeases(ctx); err != nil {
		return err
	}
	if err := c.takePart(ctx); err != nil {
		return err
	}
	ls, err := c.cfg.Store.FindLeases(ctx, leasesOf(c.run.ID))
	if err != nil {
		return fmt.Errorf("look at leases: %w", err)
	}
	st := c.stand(ls)
	c.mu.Lock()
	c.standing = st
	c.mu.Unlock()
	part := fairPart(len(c.shards), slices.Index(st.nodes, c.cfg.Node), len(st.nodes))
	if err := c.giveUp(ctx, part); err != nil {
		return err
	}
	return c.takeShards(ctx, part, st)
}

// mendLeases renews at once what ran out because the store was away: who still has the old epoch knows what became of
// every delivery it announced, and takes nothing of its own for interrupted.
func (c *conductor) mendLeases(ctx context.Context) error {
	var out []*lease
	for _, l := range c.leases() {
		if l.held() != nil {
			out = append(out, l)
		}
	}
	lost, err := renew(ctx, c.cfg.Store, c.cfg.LeaseTTL, out)
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	for _, l := range lost {
		c.drop(l)
	}
	return nil
}

// takePart says that this process works on the run.
func (c *conductor) takePart(ctx context.Context) error {
	id := memberLeases(c.run.ID) + c.cfg.Node
	if c.holds(id) {
		return nil
	}
	l, err := acquire(ctx, c.cfg.Store, id, c.cfg.Node, nil, c.cfg.LeaseTTL)
	if err != nil {
		return fmt.Errorf("take part in a run: %w", err)
	}
	if l != nil {
		c.hold(l)
	}
	return nil
}

// stand works out what the leases of the run say.
func (c *conductor) stand(ls []store.Lease) *standing {
	st := &standing{leases: map[string]store.Lease{}, over: map[string]bool{}, nodes: []string{c.cfg.Node}}
	for _, l := range ls {
		st.leases[l.ID] = l
		if l.Owner == c.cfg.Node {
			continue
		}
		st.over[l.ID] = c.sightings.quiet(l) >= c.cfg.LeaseTTL || l.Owner == "" || c.cfg.Ended != nil && c.cfg.Ended(l.Owner)
		if strings.HasPrefix(l.ID, memberLeases(c.run.ID)) && !st.over[l.ID] {
			st.nodes = append(st.nodes, l.Owner)
		}
	}
	slices.Sort(st.nodes)
	return st
}

// giveUp has no more read of the shards this process has too many of, and lets go of those of which nothing is in hand.
func (c *conductor) giveUp(ctx context.Context, part int) error {
	have := 0
	for i := range c.shards {
		l := c.leaseOf(i)
		if l == nil {
			continue
		}
		have++
		l.leaving.Store(have > part)
		if !l.leaving.Load() || c.inHand(i) > 0 {
			continue
		}
		if err := c.cfg.Store.ReleaseLeases(ctx, l.Lease); err != nil {
			return fmt.Errorf("give up lease: %w", err)
		}
		c.drop(l)
	}
	return nil
}

// takeShards takes free shards up to a number.
func (c *conductor) takeShards(ctx context.Context, part int, st *standing) error {
	var missing []int
	for i := range c.shards {
		if c.leaseOf(i) != nil {
			part--
		} else if _, ok := st.free(shardLease(c.run.ID, i), c.cfg.Node); ok {
			missing = append(missing, i)
		}
	}
	missing = missing[:max(0, min(part, len(missing)))]
	taken, err := c.takeNew(ctx, missing, st)
	for _, i := range missing {
		if err != nil {
			break
		}
		id := shardLease(c.run.ID, i)
		if taken[i] != nil {
			continue
		}
		seen, _ := st.free(id, c.cfg.Node)
		taken[i], err = acquire(ctx, c.cfg.Store, id, c.cfg.Node, seen, c.cfg.LeaseTTL)
	}
	if err != nil {
		return fmt.Errorf("take leases: %w", err)
	}
	if err := c.recover(ctx, taken); err != nil {
		return err // what was taken is taken again by the next try, under a higher epoch
	}
	for i, l := range taken {
		if l != nil {
			c.sightings.forget(l.ID)
			c.holdShard(i, l)
		}
	}
	return nil
}

// takeNew takes, in one write, the shards nobody ever had.
func (c *conductor) takeNew(ctx context.Context, shards []int, st *standing) (map[int]*lease, error) {
	taken := map[int]*lease{}
	var ids []string
	var numbers []int
	for _, i := range shards {
		if id := shardLease(c.run.ID, i); st.leases[id].ID == "" {
			ids, numbers = append(ids, id), append(numbers, i)
		}
	}
	from := time.Now()
	ls, err := c.cfg.Store.AddLeases(ctx, ids, c.cfg.Node)
	if err != nil || len(ls) < len(ids) {
		return taken, err // somebody else was faster: one by one
	}
	for n, i := range numbers {
		taken[i] = &lease{Lease: ls[n]}
		taken[i].extend(from, c.cfg.LeaseTTL)
	}
	return taken, nil
}

// recover deals with what earlier holders of shards left between intent and outcome: of those just taken and, when the end
// of the run waits for something nobody has in hand, of those held as well. A former holder may announce late, under the
// epoch it had; it does not send, because it finds its lease over, but it may die before it takes its word back.
func (c *conductor) recover(ctx context.Context, taken map[int]*lease) error {
	look := taken
	if c.stuck.Swap(false) {
		look = map[int]*lease{}
		for i := range c.shards {
			if l := c.leaseOf(i); l != nil {
				look[i] = l
			} else if taken[i] != nil {
				look[i] = taken[i]
			}
		}
	}
	if len(look) == 0 {
		return nil
	}
	if any, err := c.cfg.Store.AnyInFlight(ctx, c.run.ID); err != nil || !any {
		return err
	}
	var count int64
	for i, l := range look {
		if l == nil {
			continue
		}
		n, err := c.cfg.Store.Interrupt(ctx, c.run.ID, int64(i), l.Epoch)
		if err != nil {
			return fmt.Errorf("mark interrupted deliveries: %w", err)
		}
		count += n
	}
	if count == 0 {
		return nil
	}
	c.cfg.Logger.Warn("deliveries were interrupted", "run_id", c.run.ID, "count", count, "resend", c.cfg.Resend)
	if c.cfg.Resend {
		_, err := c.cfg.Store.Resend(ctx, c.run.ID, campaign.Interrupted) // which all who share the run are told of
		if campaign.CodeOf(err) == campaign.Conflict {
			err = nil // it was cancelled meanwhile
		}
		return err
	}
	return nil
}

// hold notes a lease to be renewed, in place of the one it follows.
func (c *conductor) hold(l *lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[l.ID] = l
}

func (c *conductor) holdShard(i int, l *lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held[l.ID], c.shards[i] = l, l
}

// drop forgets a lease that was lost or given up.
func (c *conductor) drop(l *lease) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[l.ID] == l {
		delete(c.held, l.ID)
	}
	if i := slices.Index(c.shards, l); i >= 0 {
		c.shards[i] = nil
	}
}

func (c *conductor) holds(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[id] != nil
}

func (c *conductor) leases() []*lease {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Collect(maps.Values(c.held))
}

// leaseOf gives the lease of a shard; nil while another process holds it.
func (c *conductor) leaseOf(i int) *lease {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shards[i]
}

// inHand is how many deliveries of a shard are handed over and not settled.
func (c *conductor) inHand(i int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.perShard[i]
}

// shardOf gives the shard of a delivery of this run, which stands in its id.
func (c *conductor) shardOf(id string) int {
	number, _, _ := strings.Cut(strings.TrimPrefix(id, c.run.ID+"."), ".")
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(c.perShard) {
		return 0
	}
	return i
}

// release gives up all leases, so that another process need not wait.
func (c *conductor) release(ctx context.Context) {
	var ls []store.Lease
	for _, l := range c.leases() {
		ls = append(ls, l.Lease)
	}
	err := c.cfg.Store.ReleaseLeases(ctx, ls...)
	if err == nil {
		err = c.cfg.Store.DropLeases(ctx, memberLeases(c.run.ID)+c.cfg.Node)
	}
	if err != nil {
		c.cfg.Logger.Warn("cannot release leases, they will run out", "run_id", c.run.ID, "error", err)
	}
}

// senders are the processes that have shards of the run, as far as is known.
func (c *conductor) senders() (nodes []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, l := range c.shards {
		node := c.cfg.Node
		if l == nil {
			if c.standing == nil {
				continue
			}
			id := shardLease(c.run.ID, i)
			if c.standing.over[id] {
				continue
			}
			node = c.standing.leases[id].Owner
		}
		if node != "" && !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	return nodes
}
