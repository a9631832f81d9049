// Package hygiene looks through all contacts for addresses that are worth a second look: of domains that take no mail, of domains whose
// addresses are thrown away, and of people who have given no sign of life. It puts them on lists and does nothing to anybody.
package hygiene

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed disposable.txt
var disposableFile string

var disposable = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(disposableFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out[line] = true
		}
	}
	return out
})

// IsDisposable reports whether addresses of a domain are thrown away after a use.
func IsDisposable(domain string) bool {
	for strings.Contains(domain, ".") {
		if disposable()[domain] {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

// Resolver asks the DNS.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// Store is what is read and written.
type Store interface {
	BeginHygieneLook(ctx context.Context, byItself bool) (id string, ok bool, err error)
	CountContactDomains(ctx context.Context) (map[string]int64, error)
	EndHygieneLook(ctx context.Context, l campaign.HygieneLook) error
	FindDomainStates(ctx context.Context, domains []string) (map[string]campaign.DomainState, error)
	ListHygiene(ctx context.Context, look string, why func(domain string) campaign.HygieneKind) (seen int64, err error)
	SetDomainState(ctx context.Context, s campaign.DomainState) error
	GetSettings(ctx context.Context) (campaign.Settings, error)
}

// Looker makes the lists.
type Looker struct {
	Store    Store
	Resolver Resolver // nil asks nobody
	Now      func() time.Time
	Logger   *slog.Logger
	Pause    time.Duration // between two questions to the DNS
}

// What the DNS said holds for so long: a domain that lives for longer than one that does not.
const (
	aliveFor = 14 * 24 * time.Hour
	deadFor  = 2 * 24 * time.Hour
)

const (
	asks    = 2                // of the DNS at a time
	askFor  = 10 * time.Second // each at most
	mostNew = 5000             // domains asked about in one look; the rest waits for the next
)

// settled is how long a program runs before it looks by itself.
const settled = time.Hour

// Run looks when a look is due, until ctx ends.
func (l *Looker) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for since := l.Now(); ; {
		if _, err := l.Look(ctx, l.Now().Sub(since) >= settled); err != nil && ctx.Err() == nil {
			l.Logger.Warn("the lists of addresses worth a second look could not be made", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Look makes the lists anew if that is due, and reports whether it was.
func (l *Looker) Look(ctx context.Context, byItself bool) (bool, error) {
	id, ok, err := l.Store.BeginHygieneLook(ctx, byItself)
	if err != nil || !ok {
		return false, err
	}
	set, err := l.Store.GetSettings(ctx)
	if err != nil {
		return true, err
	}
	domains, err := l.Store.CountContactDomains(ctx)
	if err != nil {
		return true, err
	}
	done := campaign.HygieneLook{ID: campaign.HygieneLookID}
	dead := map[string]bool{}
	if !set.Hygiene.NoDNS && l.Resolver != nil {
		if dead, err = l.dead(ctx, domains, &done); err != nil {
			return true, err
		}
	}
	done.Seen, err = l.Store.ListHygiene(ctx, id, func(domain string) campaign.HygieneKind {
		switch {
		case dead[domain]:
			return campaign.DeadDomain
		case IsDisposable(domain):
			return campaign.DisposableDomain
		}
		return ""
	})
	if err != nil {
		return true, err
	}
	return true, l.Store.EndHygieneLook(ctx, done)
}

// dead returns the domains that take no mail, by what is remembered of them or the DNS says now.
func (l *Looker) dead(ctx context.Context, domains map[string]int64, done *campaign.HygieneLook) (map[string]bool, error) {
	names := make([]string, 0, len(domains))
	for d := range domains {
		names = append(names, d)
	}
	known, err := l.Store.FindDomainStates(ctx, names)
	if err != nil {
		return nil, err
	}
	dead := map[string]bool{}
	var ask []string
	for _, d := range names {
		s, ok := known[d]
		dead[d] = ok && s.Dead
		if age := l.Now().Sub(s.At); (!ok || s.Dead && age >= deadFor || age >= aliveFor) && len(ask) < mostNew {
			ask = append(ask, d)
		}
	}
	var mu sync.Mutex
	var failed error
	queue := make(chan string)
	var all sync.WaitGroup
	for range asks {
		all.Go(func() {
			for d := range queue {
				gone, err := l.ask(ctx, d)
				mu.Lock()
				if done.Domains++; err != nil {
					done.Unsure++
				} else {
					dead[d] = gone
					failed = errors.Join(failed, l.Store.SetDomainState(ctx, campaign.DomainState{ID: d, At: l.Now().UTC(), Dead: gone}))
				}
				mu.Unlock()
				if l.Pause > 0 {
					select {
					case <-ctx.Done():
					case <-time.After(l.Pause):
					}
				}
			}
		})
	}
	for _, d := range ask {
		if ctx.Err() != nil {
			break
		}
		queue <- d
	}
	close(queue)
	all.Wait()
	return dead, errors.Join(failed, ctx.Err())
}

// ask reports whether a domain takes no mail: it does not exist, says so itself (RFC 7505), or has neither mail servers nor an address
// (RFC 5321 section 5.1). An error says that nobody knows now.
func (l *Looker) ask(ctx context.Context, domain string) (dead bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	mx, err := l.Resolver.LookupMX(ctx, domain+".")
	switch {
	case err == nil && len(mx) > 0:
		return len(mx) == 1 && strings.Trim(mx[0].Host, ".") == "", nil
	case err != nil && !isMissing(err):
		return false, err
	}
	_, err = l.Resolver.LookupHost(ctx, domain+".")
	if isMissing(err) {
		return true, nil
	}
	return false, err
}

func isMissing(err error) bool {
	var of *net.DNSError
	return errors.As(err, &of) && of.IsNotFound
}
