package hygiene

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestIsDisposable(t *testing.T) {
	for domain, want := range map[string]bool{"mailinator.com": true, "mx.mailinator.com": true, "yopmail.com": true, "example.org": false, "notyopmail.example": false, "com": false, "": false} {
		if IsDisposable(domain) != want {
			t.Errorf("%q: %v", domain, !want)
		}
	}
}

// book is a store of nothing but what a look asks for.
type book struct {
	mu      sync.Mutex
	states  map[string]campaign.DomainState
	kinds   map[string]campaign.HygieneKind
	done    campaign.HygieneLook
	domains []string
}

func (b *book) BeginHygieneLook(context.Context, bool) (string, bool, error) {
	return "look", true, nil
}
func (b *book) EndHygieneLook(_ context.Context, l campaign.HygieneLook) error {
	b.done = l
	return nil
}
func (b *book) CountContactDomains(context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	for _, d := range b.domains {
		out[d] = 1
	}
	return out, nil
}
func (b *book) FindDomainStates(context.Context, []string) (map[string]campaign.DomainState, error) {
	return b.states, nil
}
func (b *book) SetDomainState(_ context.Context, s campaign.DomainState) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states[s.ID] = s
	return nil
}
func (b *book) ListHygiene(_ context.Context, _ string, why func(string) campaign.HygieneKind) (int64, error) {
	b.kinds = map[string]campaign.HygieneKind{}
	for _, d := range b.domains {
		b.kinds[d] = why(d)
	}
	return int64(len(b.domains)), nil
}
func (b *book) GetSettings(context.Context) (campaign.Settings, error) {
	return campaign.Settings{}, nil
}

// zone answers as the DNS might.
type zone struct {
	mu    sync.Mutex
	asked map[string]int
}

func (z *zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked[name]++
	switch name {
	case "well.example.":
		return []*net.MX{{Host: "mx.well.example."}}, nil
	case "null.example.":
		return []*net.MX{{Host: "."}}, nil
	case "unsure.example.":
		return nil, errors.New("no answer")
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

func (z *zone) LookupHost(_ context.Context, host string) ([]string, error) {
	if host == "web.example." {
		return []string{"192.0.2.1"}, nil
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

func TestLook(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	b := &book{states: map[string]campaign.DomainState{}, domains: []string{"well.example", "null.example", "unsure.example", "web.example", "gone.example", "mailinator.com"}}
	z := &zone{asked: map[string]int{}}
	l := &Looker{Store: b, Resolver: z, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	look := func() {
		t.Helper()
		if ok, err := l.Look(t.Context(), true); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	look()
	for domain, want := range map[string]campaign.HygieneKind{"well.example": "", "null.example": campaign.DeadDomain, "unsure.example": "", "web.example": "", "gone.example": campaign.DeadDomain} {
		if b.kinds[domain] != want {
			t.Errorf("%s is %q", domain, b.kinds[domain])
		}
	}
	if b.done.Domains != 6 || b.done.Unsure != 1 || b.done.Seen != 6 {
		t.Errorf("%+v", b.done)
	}
	look() // what is remembered is not asked again
	now = now.Add(3 * 24 * time.Hour)
	look() // what was dead is
	for domain, want := range map[string]int{"well.example.": 1, "gone.example.": 2, "unsure.example.": 3} {
		if z.asked[domain] != want {
			t.Errorf("%s was asked about %d times", domain, z.asked[domain])
		}
	}
}
