package scheduler

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// vetAfter is how old a look at a contact may be when the message leaves.
const vetAfter = time.Second

// organisationsKnown bounds the names of organisations in memory; beyond it they are read again.
const organisationsKnown = 10000

type vetStore interface {
	reasonStore
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	Suppressed(ctx context.Context, addresses []string) (map[string]campaign.SuppressionReason, error)
	GetOrganisations(ctx context.Context, ids []string) (map[string]campaign.Organisation, error)
	GetNotices(ctx context.Context, ids []string) (map[string]campaign.Notice, error)
	PlanDeliveries(ctx context.Context, ds []*campaign.Delivery) error
	Drop(ctx context.Context, ids []string, to campaign.DeliveryState, reason string) error
	PutOff(ctx context.Context, all []store.PutOff) error
}

// vetter looks at the contacts of a run's jobs before these are composed, and again where they waited for long. The run's worker
// and the vetting stage both use it.
type vetter struct {
	store    vetStore
	trigger  campaign.Trigger
	priority campaign.Priority
	rule     *campaign.Audience
	gate     *gate
	edition  *edition.Edition
	run      string
	now      func() time.Time

	mu            sync.Mutex
	organisations map[string]string // names by id
}

// vet reads the contacts of some jobs as they are now, ends the deliveries to those who must not be written to, puts
// off those that may not leave yet, and returns the others.
func (v *vetter) vet(ctx context.Context, jobs []*job) (passed, ended []*job, err error) {
	var ids, addresses []string
	for _, j := range jobs {
		addresses = append(addresses, j.delivery.Email)
		if j.delivery.Contact != "" {
			ids = append(ids, j.delivery.Contact)
		}
	}
	contacts, err := v.store.GetContacts(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	suppressed, err := v.store.Suppressed(ctx, addresses)
	if err != nil {
		return nil, nil, err
	}
	names, err := v.names(ctx, contacts)
	if err != nil {
		return nil, nil, err
	}
	if v.trigger == campaign.TriggerNotice {
		if err := v.readNotices(ctx, jobs); err != nil {
			return nil, nil, err
		}
	}
	leftOut, err := readReasons(ctx, v.store, v.edition, v.run, maps.Values(contacts))
	if err != nil {
		return nil, nil, err
	}
	passed = make([]*job, 0, len(jobs))
	out := map[string][]*job{}
	for _, j := range jobs {
		j.checked = time.Now()
		c := contacts[j.delivery.Contact]
		if why := cmp.Or(v.leftOut(j, c, suppressed[j.delivery.Email]), leftOut.of(c)); why != "" {
			out[why] = append(out[why], j)
			continue
		}
		j.organisation = names[j.contact.Organisation]
		passed = append(passed, j)
	}
	for why, jobs := range out {
		if err := v.end(ctx, jobs, campaign.Skipped, why); err != nil {
			return nil, nil, err
		}
		ended = append(ended, jobs...)
	}
	passed, closed, err := v.closeTo(ctx, passed)
	return passed, append(ended, closed...), err
}

// end ends deliveries before they are announced. Those in memory alone are written down first.
func (v *vetter) end(ctx context.Context, jobs []*job, state campaign.DeliveryState, why string) error {
	var unwritten []*campaign.Delivery
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.delivery.ID
		if j.page.inMemory(j.delivery.ID) {
			unwritten = append(unwritten, j.delivery)
		}
	}
	if len(unwritten) > 0 {
		if err := v.store.PlanDeliveries(ctx, unwritten); err != nil {
			return err
		}
	}
	for _, j := range jobs {
		j.page.written(j.delivery.ID)
	}
	return v.store.Drop(ctx, ids, state, why)
}

// leftOut says why a job's contact must not be written to, or sets the job's contact and returns "".
func (v *vetter) leftOut(j *job, c *campaign.Contact, suppressed campaign.SuppressionReason) string {
	d := j.delivery
	switch {
	case v.trigger == campaign.TriggerNotice:
		j.contact = &campaign.Contact{Email: d.Email, Language: d.Language}
		return v.noticeLeftOut(j.notice, suppressed)
	case d.Contact == "": // a colleague who looks at a test
		j.contact = &campaign.Contact{Email: d.Email, Language: d.Language}
		if suppressed == "" {
			return ""
		}
		return v.rule.LeftOut(j.contact, suppressed, v.now())
	case c == nil:
		return "the contact was deleted"
	case c.Email != d.Email:
		return "the contact's address was changed meanwhile"
	}
	if why := v.rule.LeftOut(c, suppressed, v.now()); why != "" {
		return why
	}
	if mode := v.rule.Tracking(c); mode.Less(d.Tracking) {
		d.Tracking = mode // consent was withdrawn meanwhile
	}
	j.contact = c
	return ""
}

// noticeLeftOut says why a notice must not be sent, or returns "". What a person asked for on a public page is not held back by
// the lists they are on.
func (v *vetter) noticeLeftOut(n *campaign.Notice, suppressed campaign.SuppressionReason) string {
	switch {
	case n == nil:
		return "what this mail was about is gone"
	case !n.ExpiresAt.After(v.now()):
		return "this mail would come too late to be of use"
	}
	return n.Kind.LeftOut(suppressed)
}

// readNotices sets what the messages of jobs of a run of notices are about.
func (v *vetter) readNotices(ctx context.Context, jobs []*job) error {
	ids := campaign.Collect(jobs, func(j *job) string { return j.delivery.ID })
	found, err := v.store.GetNotices(ctx, ids)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		j.notice = nil
		if n, ok := found[j.delivery.ID]; ok {
			j.notice = &n
		}
	}
	return nil
}

// names returns the names of the organisations some contacts belong to, by id, from memory where they are known.
func (v *vetter) names(ctx context.Context, contacts map[string]*campaign.Contact) (map[string]string, error) {
	names, missing := v.knownNames(contacts)
	if len(missing) == 0 {
		return names, nil
	}
	found, err := v.store.GetOrganisations(ctx, missing)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.organisations) > organisationsKnown {
		clear(v.organisations)
	}
	for _, id := range missing {
		names[id] = found[id].Name // "" for one that was deleted
		v.organisations[id] = names[id]
	}
	return names, nil
}

func (v *vetter) knownNames(contacts map[string]*campaign.Contact) (names map[string]string, missing []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	names = map[string]string{}
	for _, c := range contacts {
		name, known := v.organisations[c.Organisation]
		if !known && c.Organisation != "" && !slices.Contains(missing, c.Organisation) {
			missing = append(missing, c.Organisation)
		}
		names[c.Organisation] = name
	}
	return names, missing
}
