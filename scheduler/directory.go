package scheduler

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type directoryStore interface {
	FindMailDomains(ctx context.Context, domains []string) (map[string]campaign.MailDomain, error)
	SaveMailDomain(ctx context.Context, domain, provider string) (campaign.MailDomain, error)
	DomainsOf(ctx context.Context, provider string) ([]string, error)
}

// directory knows whose servers take the mail of domains, by what the DNS says of them. It meets them while an audience is planned, and
// where deliveries are read from the queue: what is stored about them, for days, holds at once; the DNS is asked about the others, a
// few at a time, and until it has answered they go by their text.
type directory struct {
	store  directoryStore
	ask    func(ctx context.Context, domain string) (provider string, err error) // nil: all go by their text
	now    func() time.Time
	logger *slog.Logger
	lanes  *lanes
	wake   chan struct{}

	mu     sync.Mutex // guards what follows
	known  map[string]campaign.MailDomain
	wanted map[string]bool
}

// Bounds of what a directory holds in memory, and of how it asks the DNS.
const (
	knownDomains  = 100_000
	wantedDomains = 20_000
	askTogether   = 4
	askEvery      = 100 * time.Millisecond // so many together
	askAgain      = time.Hour              // where the DNS did not answer
)

// of returns the provider of a domain, as far as it is known now.
func (d *directory) of(domain string) string {
	if d.ask == nil || campaign.IsKnownProvider(domain) {
		return campaign.ProviderOf(domain)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known, ok := d.known[domain]; ok {
		return known.Provider
	}
	return domain
}

// meet reads what is stored about the domains of some deliveries that it does not know, and sees that the DNS is asked about the others.
func (d *directory) meet(ctx context.Context, domains iter.Seq[string]) error {
	if d.ask == nil {
		return nil
	}
	unknown := d.unknown(domains)
	if len(unknown) == 0 {
		return nil
	}
	stored, err := d.store.FindMailDomains(ctx, unknown)
	if err != nil {
		return err
	}
	now := d.now()
	for _, domain := range unknown {
		known, ok := stored[domain]
		if ok {
			d.note(known)
		}
		if !ok || now.After(known.Until) {
			d.want(domain)
		}
	}
	return nil
}

// unknown returns those of some domains of which nothing is known, or only what was so long ago.
func (d *directory) unknown(domains iter.Seq[string]) (out []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now, seen := d.now(), map[string]bool{}
	for domain := range domains {
		known, ok := d.known[domain]
		if !seen[domain] && !d.wanted[domain] && !campaign.IsKnownProvider(domain) && (!ok || now.After(known.Until)) {
			out = append(out, domain)
		}
		seen[domain] = true
	}
	return out
}

func (d *directory) want(domain string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.wanted) < wantedDomains {
		d.wanted[domain] = true
		signal(d.wake)
	}
}

// run asks about what is wanted until quit is closed or ctx ends.
func (d *directory) run(ctx context.Context, quit <-chan struct{}) {
	if d.ask == nil {
		return
	}
	for {
		select {
		case <-d.wake:
		case <-quit:
			return
		case <-ctx.Done():
			return
		}
		for some := d.next(); len(some) > 0; some = d.next() {
			var group sync.WaitGroup
			for _, domain := range some {
				group.Go(func() { d.askFor(ctx, domain) })
			}
			group.Wait()
			if !sleep(ctx.Done(), quit, askEvery) {
				return
			}
		}
	}
}

// next returns some of the domains that are wanted.
func (d *directory) next() (some []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for domain := range d.wanted {
		if len(some) == askTogether {
			break
		}
		some = append(some, domain)
	}
	return some
}

// askFor asks the DNS about a domain. One it does not answer for stays what it was.
func (d *directory) askFor(ctx context.Context, domain string) {
	provider, err := d.ask(ctx, domain)
	if err == nil {
		var found campaign.MailDomain
		if found, err = d.store.SaveMailDomain(ctx, domain, provider); err == nil {
			d.note(found)
			return
		}
	}
	d.logger.Debug("it is not known whose servers take the mail of a domain", "domain", domain, "error", err)
	d.note(campaign.MailDomain{ID: domain, Provider: d.of(domain), Until: d.now().Add(askAgain)})
}

// note remembers whose a domain is. Beyond what is held in memory it is looked up again.
func (d *directory) note(found campaign.MailDomain) {
	d.mu.Lock()
	if len(d.known) >= knownDomains {
		clear(d.known)
	}
	d.known[found.ID] = found
	delete(d.wanted, found.ID)
	d.mu.Unlock()
	d.lanes.found(found)
}

// readLanes tells the lanes which domains their providers have by what is stored, now and then.
func (d *directory) readLanes(ctx context.Context) error {
	if d.ask == nil {
		return nil
	}
	for _, provider := range d.lanes.toRead(d.now()) {
		domains, err := d.store.DomainsOf(ctx, provider)
		if err != nil {
			return err
		}
		d.lanes.read(provider, domains, d.now())
	}
	return nil
}
