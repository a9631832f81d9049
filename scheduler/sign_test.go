package scheduler

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// signature signs messages; that for reader0003 fails.
type signature struct{ signed atomic.Int64 }

func (s *signature) sign(m *campaign.Message) error {
	if strings.HasPrefix(m.To, "reader0003") {
		return errors.New("no key")
	}
	s.signed.Add(1)
	m.Data = append([]byte("signed "), m.Data...)
	return nil
}

// It runs alone: beside others planning may overtake a message in memory, which is then composed once more.
func TestMessagesAreSignedBeforeTheyLeave(t *testing.T) {
	f := newFixture(t, 250)
	run := f.startRun()
	p := newMailServer(3)
	p.check = func(m campaign.Message) {
		if !strings.HasPrefix(string(m.Data), "signed "+run.ID) {
			t.Errorf("%s got %q", m.To, m.Data)
		}
	}
	var s signature
	must(t, f.scheduler(p, func(c *setup) { c.Signer = func() func(*campaign.Message) error { return s.sign } }).SendRun(t.Context(), run.ID))
	if states := f.states(run.ID); states[campaign.Accepted] != 249 || states[campaign.Failed] != 1 || s.signed.Load() != 249 || len(p.twice()) > 0 {
		t.Errorf("states %v, signed %d", states, s.signed.Load())
	}
}

func TestStopWhileSigning(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 250)
	run := f.startRun()
	p := newMailServer(2)
	signs := func(c *setup) { c.Signer = func() func(*campaign.Message) error { return new(signature).sign } }
	for stops := 0; p.count() < 249 && stops < 20; stops++ {
		from := p.count()
		f.runUntil(f.scheduler(p, signs), func() bool { return p.count() > from+20 || p.count() == 249 })
		if states := f.states(run.ID); states[campaign.InFlight]+states[campaign.Interrupted] > 0 {
			t.Fatalf("after a stop: %v", states)
		}
	}
	if p.count() != 249 || len(p.twice()) > 0 {
		t.Errorf("taken %d, twice %v", p.count(), p.twice())
	}
}
