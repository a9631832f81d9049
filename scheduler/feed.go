package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// lookForDue is how often a long pass over the queue stops for deliveries whose time to go again has come.
const lookForDue = 30 * time.Second

// feed reads the next deliveries of a shard, leaves out who must not be written to, composes the rest and hands them to
// the sender. It says how many it handed over or ended.
func (c *conductor) feed(ctx context.Context, i int) (int, error) {
	l, sh := c.leaseToRead(i)
	narrow := c.narrowDomains()
	if l == nil || len(narrow) > 0 && time.Now().Before(sh.rest) {
		return 0, nil
	}
	if err := c.minds(ctx, sh, i); err != nil {
		return 0, err
	}
	if sh.idle.lasts(c.cfg.Now(), narrow) {
		return 0, nil
	}
	planned := c.mayRest()
	c.beforeRead()
	began := time.Now()
	ds, err := c.cfg.Store.FindQueued(ctx, c.run.ID, int64(i), sh.after, batch, narrow...)
	if err != nil {
		c.afterRead()
		return 0, err
	}
	sh.took += time.Since(began)
	sh.after = ""
	if len(ds) == batch {
		sh.after = ds[batch-1].ID
	}
	sh.found += len(ds)
	// At the end of a pass reading begins again, for what was put back; retries are looked for in long passes too.
	if sh.after == "" || time.Since(sh.lookedForDue) > lookForDue {
		sh.lookedForDue = time.Now()
		due, err := c.cfg.Store.FindDeferred(ctx, c.run.ID, int64(i), c.cfg.Now(), batch, narrow...)
		if err != nil {
			c.afterRead()
			return 0, err
		}
		ds = append(ds, due...)
		sh.found += len(due)
	}
	if sh.after == "" {
		if planned && sh.found == 0 {
			if err := c.restUntilDue(ctx, sh, i, narrow); err != nil {
				c.afterRead()
				return 0, err
			}
		}
		sh.passed(len(narrow) > 0)
	}
	return c.handOver(ctx, l, ds)
}

// leaseToRead gives the lease under which a shard may be read now, or nil, and where reading it stands.
func (c *conductor) leaseToRead(i int) (*lease, *reading) {
	l := c.leaseOf(i)
	if !l.gives() {
		return nil, nil
	}
	sh := &c.reading[i]
	if sh.lease != l {
		*sh = reading{lease: l, lanes: map[string]*laneReading{}}
	}
	if c.wasStirred(i) {
		sh.idle = idle{}
		for _, lane := range sh.lanes {
			lane.idle = idle{}
		}
	}
	return l, sh
}

func (c *conductor) handOver(ctx context.Context, l *lease, ds []campaign.Delivery) (int, error) {
	jobs := make([]*job, 0, len(ds))
	for i := range ds {
		if c.take(ds[i].ID) {
			jobs = append(jobs, &job{conductor: c, delivery: &ds[i], lease: l})
		}
	}
	c.afterRead()
	if len(jobs) == 0 {
		return 0, nil
	}
	passed, err := c.vet(ctx, jobs)
	if err != nil {
		c.letGoAll(jobs)
		return 0, err
	}
	if err := c.push(ctx, passed); err != nil {
		return 0, err
	}
	return len(jobs), nil
}

// push composes jobs and hands them to the sender, as long as ctx lasts. A shard that is being given up gets no more.
func (c *conductor) push(ctx context.Context, jobs []*job) error {
	n := -1
	for j, err := range c.composed(jobs) {
		n++
		switch {
		case err != nil:
			if err := c.end(ctx, []*job{j}, campaign.Failed, "the message could not be made: "+err.Error()); err != nil {
				c.letGoAll(jobs[n:])
				return err
			}
		case j.lease.leaving.Load():
			c.giveBack(j)
		case !c.sender.push(ctx, j):
			c.letGoAll(jobs[n:])
			return nil
		}
	}
	return nil
}

// vet reads the contacts of some jobs as they are now, ends the deliveries of those who must not be written to, and gives
// the others. A delivery that went to memory long ago is vetted again before it leaves.
func (c *conductor) vet(ctx context.Context, jobs []*job) ([]*job, error) {
	ids := make([]string, 0, len(jobs))
	addresses := make([]string, 0, len(jobs))
	for _, j := range jobs {
		addresses = append(addresses, j.delivery.Email)
		if j.delivery.Contact != "" {
			ids = append(ids, j.delivery.Contact)
		}
	}
	contacts, err := c.cfg.Store.GetContacts(ctx, ids)
	if err != nil {
		return nil, err
	}
	suppressed, err := c.cfg.Store.Suppressed(ctx, addresses)
	if err != nil {
		return nil, err
	}
	names, err := c.names(ctx, contacts)
	if err != nil {
		return nil, err
	}
	if c.run.Trigger == campaign.TriggerNotice {
		if err := c.readNotices(ctx, jobs); err != nil {
			return nil, err
		}
	}
	passed := make([]*job, 0, len(jobs))
	out := map[string][]*job{}
	for _, j := range jobs {
		j.checked = time.Now()
		if why := c.leftOut(j, contacts[j.delivery.Contact], suppressed); why != "" {
			out[why] = append(out[why], j)
			continue
		}
		j.organisation = names[j.contact.Organisation]
		passed = append(passed, j)
	}
	for why, jobs := range out {
		if err := c.end(ctx, jobs, campaign.Skipped, why); err != nil {
			return nil, err
		}
	}
	return passed, nil
}

// end ends deliveries before they are announced.
func (c *conductor) end(ctx context.Context, jobs []*job, state campaign.DeliveryState, why string) error {
	if err := c.writeDown(ctx, jobs); err != nil {
		return err
	}
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.delivery.ID
	}
	if err := c.cfg.Store.Drop(ctx, ids, state, why); err != nil {
		return err
	}
	for _, id := range ids {
		c.letGo(id, false)
	}
	return nil
}

// leftOut says why a job's contact must not be written to, or "" and gives the job its contact.
func (c *conductor) leftOut(j *job, ct *campaign.Contact, suppressed map[string]campaign.SuppressionReason) string {
	d := j.delivery
	if c.run.Trigger == campaign.TriggerNotice {
		return c.noticeLeftOut(j, suppressed[d.Email])
	}
	if d.Contact == "" { // a colleague who looks at a test
		j.contact = &campaign.Contact{Email: d.Email, Language: d.Language}
		if reason := suppressed[d.Email]; reason != "" {
			return c.audience.rule.LeftOut(j.contact, reason, c.cfg.Now())
		}
		return ""
	}
	if ct == nil {
		return "the contact was deleted"
	}
	reason := suppressed[d.Email]
	if ct.Email != d.Email {
		return "the contact's address was changed meanwhile"
	}
	if why := c.audience.rule.LeftOut(ct, reason, c.cfg.Now()); why != "" {
		return why
	}
	if mode := c.audience.rule.Tracking(ct); mode.Less(d.Tracking) {
		d.Tracking = mode // consent was withdrawn meanwhile
	}
	j.contact = ct
	return ""
}

func (c *conductor) letGoAll(jobs []*job) {
	for _, j := range jobs {
		c.giveBack(j)
	}
}

// giveBack lets go of a job that was not announced: its delivery is found in the queue again, and is written down for that
// where it stands in memory alone.
func (c *conductor) giveBack(j *job) {
	c.letGo(j.delivery.ID, false)
	if j.sheet != nil {
		j.sheet.giveBack(j.delivery.ID)
	}
}

func (c *conductor) compose(j *job) error {
	j.buffer = c.sender.buffers.Get().(*[]byte)
	var m campaign.Message
	var err error
	if j.notice != nil {
		m, err = c.composeNotice(j)
	} else {
		m, err = c.composition.Message((*j.buffer)[:0], j.delivery, j.contact, j.organisation)
	}
	if err != nil {
		return err
	}
	*j.buffer = m.Data
	j.message = m
	return nil
}

// names gives the names of the organisations some contacts belong to, by id, from memory where they are known. The feed
// and the ledger both ask.
func (c *conductor) names(ctx context.Context, contacts map[string]*campaign.Contact) (map[string]string, error) {
	names, missing := c.knownNames(contacts)
	if len(missing) == 0 {
		return names, nil
	}
	found, err := c.cfg.Store.GetOrganisations(ctx, missing)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.organisations) > 10000 {
		clear(c.organisations) // a bound on memory: names are read again when they come up
	}
	for _, id := range missing {
		names[id] = found[id].Name // one that was deleted has none
		c.organisations[id] = names[id]
	}
	return names, nil
}

func (c *conductor) knownNames(contacts map[string]*campaign.Contact) (names map[string]string, missing []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	names = map[string]string{}
	for _, ct := range contacts {
		name, known := c.organisations[ct.Organisation]
		if !known && ct.Organisation != "" && !slices.Contains(missing, ct.Organisation) {
			missing = append(missing, ct.Organisation)
		}
		names[ct.Organisation] = name
	}
	return names, missing
}
