package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

var soakFor = flag.Duration("soak", 0, "how long, if longer than six campaigns, a server sends one campaign after another with faults, while memory and goroutines are watched")

// nowAndThen refuses, drops and cuts now and then, while it is on.
type nowAndThen struct{ off atomic.Bool }

func (n *nowAndThen) act(m smtptest.Moment) smtptest.Action {
	switch x := rand.IntN(1000); {
	case n.off.Load():
	case m.Phase == smtptest.Rcpt && x < 50:
		return smtptest.Action{Reply: "451 4.7.1 try again later"}
	case m.Phase == smtptest.Rcpt && x < 60:
		return smtptest.Action{Reply: "554 5.7.1 no"}
	case slices.Contains([]smtptest.Phase{smtptest.Mail, smtptest.Rcpt, smtptest.Data, smtptest.Body, smtptest.Dot}, m.Phase) && x >= 60 && x < 64:
		return smtptest.Action{Drop: true}
	}
	return smtptest.Action{}
}

// sample is how much a server uses while it has nothing to do.
type sample struct {
	goroutines int
	heap       uint64
}

func sampleNow() sample {
	runtime.GC()
	runtime.GC() // what the first found without an owner is gone after the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return sample{runtime.NumGoroutine(), m.HeapAlloc}
}

// TestSoak keeps one server sending with faults: what it uses between two campaigns does not grow.
func TestSoak(t *testing.T) {
	const readersOfEach = 100
	faults := &nowAndThen{}
	d := newDesk(t, smtptest.Options{Forget: true, Act: faults.act}, "GLASNIK_RETRIES=20ms,20ms,20ms,20ms,20ms,20ms")
	first := d.campaign(readers(readersOfEach))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- d.program(io.Discard, io.Discard).run(ctx, []string{"serve"}) }()
	var c campaignStatus
	d.decode(&c, "campaigns", "status", first)
	var samples []sample
	for end := time.Now().Add(*soakFor); len(samples) < 6 || time.Now().Before(end); {
		var made struct{ ID string }
		d.decode(&made, "campaigns", "create", "--release", c.Campaign.Release, "--list", "Press")
		faults.off.Store(true) // the command tries the server with the sender's address, and a refusal there sends nothing
		d.ok("campaigns", "send", made.ID)
		faults.off.Store(false)
		var states map[campaign.DeliveryState]int64
		eventually(t, "the end of a campaign", func() bool {
			s := d.statusOf(made.ID)
			if len(s.Runs) > 0 {
				states = s.Runs[0].States
			}
			return s.State == campaign.Sent
		})
		if n := sum(states); n != readersOfEach {
			t.Fatalf("campaign %d: %v", len(samples)+1, states)
		}
		samples = append(samples, sampleNow())
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("serve ended with %d", code)
	}
	warm, last := samples[len(samples)/3], samples[len(samples)-1]
	t.Logf("%d campaigns, %d messages taken; then %+v, in the end %+v", len(samples), d.sink.Count(), warm, last)
	if last.goroutines > warm.goroutines+20 || last.heap > warm.heap+warm.heap/2+8<<20 {
		t.Errorf("it grows: %s", fmt.Sprint(samples))
	}
}

func sum(states map[campaign.DeliveryState]int64) (n int64) {
	for _, each := range states {
		n += each
	}
	return n
}
