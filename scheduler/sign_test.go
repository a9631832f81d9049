package scheduler

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// signedLetters signs what letters composes; the signature for reader0003 fails.
type signedLetters struct {
	letters
	signed *atomic.Int64
}

func (l signedLetters) Compose(context.Context, *campaign.Edition) (Composition, error) {
	return l, nil
}

func (l signedLetters) Sign(m *campaign.Message) error {
	if strings.HasPrefix(m.To, "reader0003") {
		return errors.New("no key")
	}
	l.signed.Add(1)
	m.Data = append([]byte("signed "), m.Data...)
	return nil
}

func TestMessagesAreSignedBeforeTheyLeave(t *testing.T) {
	o := newOffice(t, 250)
	run := o.startRun()
	p := newPost(3)
	p.check = func(m campaign.Message) {
		if !strings.HasPrefix(string(m.Data), "signed "+run.ID) {
			t.Errorf("%s got %q", m.To, m.Data)
		}
	}
	l := signedLetters{signed: new(atomic.Int64)}
	must(t, o.scheduler(p, func(c *Config) { c.Composer = l }).SendRun(t.Context(), run.ID))
	if states := o.states(run.ID); states[campaign.Accepted] != 249 || states[campaign.Failed] != 1 || l.signed.Load() != 249 || len(p.twice()) > 0 {
		t.Errorf("states %v, signed %d", states, l.signed.Load())
	}
}

func TestStopWhileSigning(t *testing.T) {
	o := newOffice(t, 250)
	run := o.startRun()
	p := newPost(2)
	signs := func(c *Config) { c.Composer = signedLetters{signed: new(atomic.Int64)} }
	for stops := 0; p.count() < 249 && stops < 20; stops++ {
		from := p.count()
		o.runUntil(o.scheduler(p, signs), func() bool { return p.count() > from+20 || p.count() == 249 })
		if states := o.states(run.ID); states[campaign.InFlight]+states[campaign.Interrupted] > 0 {
			t.Fatalf("after a stop: %v", states)
		}
	}
	if p.count() != 249 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
}
