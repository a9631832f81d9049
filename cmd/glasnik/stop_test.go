package main

import (
	"context"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// TestStopBesideASilentServer stops sending while the server has fallen silent: within the grace time and a moment more the
// program ends, and only what is past its final dot is interrupted.
func TestStopBesideASilentServer(t *testing.T) {
	t.Parallel()
	const all, taken = 40, 8
	for phase, most := range map[smtptest.Phase]int64{smtptest.Mail: 0, smtptest.Data: 0, smtptest.Body: 2, smtptest.Dot: 2} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			silent := make(chan struct{}, 1000)
			d := newDesk(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
				if m.Phase != phase || m.Nth <= taken {
					return smtptest.Action{}
				}
				silent <- struct{}{}
				return smtptest.Action{Silent: true}
			}}, "GLASNIK_GRACE=200ms")
			id := d.campaign(readers(all))
			ctx, stop := context.WithCancel(t.Context())
			go func() {
				<-silent // each of the two connections stands still
				<-silent
				stop()
			}()
			began := time.Now()
			d.runUntil(ctx, "campaigns", "send", id, "--wait")
			if took := time.Since(began); took > time.Minute {
				t.Errorf("stopping took %v", took)
			}
			states := d.statusOf(id).Runs[0].States
			if states[campaign.InFlight] > 0 || states[campaign.Interrupted] > most || sum(states) != all {
				t.Errorf("after the stop: %v", states)
			}
		})
	}
}
