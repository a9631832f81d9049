package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// faulty is a mail server that fails at random, and remembers what it did to whom.
type faulty struct {
	mu     sync.Mutex
	rand   *rand.Rand
	refuse map[string]string // who is refused for good
	cuts   int
}

// act refuses one message in twenty for now, one in a hundred for good, always the same readers, and cuts the connection
// at one moment in three hundred: before the message, in it, and after its end, taken or not.
func (f *faulty) act(m smtptest.Moment) smtptest.Action {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.Phase == smtptest.Rcpt {
		_, to, _ := strings.Cut(m.Line, "<")
		to, _, _ = strings.Cut(to, ">")
		if f.refuse[to] != "" {
			return smtptest.Action{Reply: f.refuse[to]}
		}
	}
	odds := f.rand.IntN(1200)
	switch m.Phase {
	case smtptest.Mail, smtptest.Rcpt, smtptest.Data, smtptest.Body, smtptest.Dot:
		if odds < 4 {
			f.cuts++
			return smtptest.Action{Drop: true, After: f.rand.IntN(500), Take: odds%2 == 0}
		}
	}
	if (m.Phase == smtptest.Rcpt || m.Phase == smtptest.Dot) && odds < 34 {
		return smtptest.Action{Reply: "451 4.3.0 try again later"}
	}
	return smtptest.Action{}
}

// TestEverybodyReachableIsReachedOnce sends to readers over a server with faults in all places, and holds what the ledger
// says of each against what the server saw.
func TestEverybodyReachableIsReachedOnce(t *testing.T) {
	t.Parallel()
	const readers = 1500
	f := &faulty{rand: rand.New(rand.NewPCG(1, 2)), refuse: map[string]string{}}
	var people strings.Builder
	people.WriteString("email\n")
	for i := range readers {
		email := fmt.Sprintf("reader%04d@example.org", i)
		people.WriteString(email + "\n")
		if i%100 == 50 {
			f.refuse[email] = "554 5.7.1 refused"
		}
	}
	d := newDesk(t, smtptest.Options{Act: f.act}, "GLASNIK_RETRIES="+strings.TrimSuffix(strings.Repeat("200ms,", 12), ","))
	d.environ[0] = strings.Replace(d.environ[0], "connections=2", "connections=5&timeout=20s&answer_timeout=20s", 1)
	id := d.campaign(people.String())
	d.ok("campaigns", "send", id, "--wait")

	got := map[string]int{}
	for _, m := range d.sink.Taken() {
		got[m.To]++
	}
	states := map[campaign.DeliveryState]int{}
	d.inspect(func(in *installation) {
		c, err := in.store.Campaigns.GetCampaign(context.Background(), id)
		must(t, err)
		err = in.store.Deliveries.EachDelivery(context.Background(), c.LastRun, "", func(ds []campaign.Delivery) error {
			for _, x := range ds {
				states[x.State]++
				f.holdAgainst(t, x, got[x.Email])
			}
			return nil
		})
		must(t, err)
	})
	if states[campaign.Failed] != len(f.refuse) || states[campaign.Accepted]+states[campaign.Interrupted]+len(f.refuse) != readers {
		t.Errorf("%v", states)
	}
	if f.cuts == 0 || states[campaign.Interrupted] > f.cuts {
		t.Errorf("%d interrupted by %d cuts", states[campaign.Interrupted], f.cuts)
	}
	t.Logf("%v after %d cuts, %d arrived", states, f.cuts, len(got))
	checkResentOnce(t, d, id, got)
}

// holdAgainst compares what is on record of a reader with how many messages the server took for them.
func (f *faulty) holdAgainst(t *testing.T, x campaign.Delivery, got int) {
	t.Helper()
	switch {
	case got > 1:
		t.Errorf("%s got %d messages", x.Email, got)
	case x.State == campaign.Accepted && (got != 1 || x.Queue == "" || x.Code != 250):
		t.Errorf("%s is sent (%d %q), the server took %d", x.Email, x.Code, x.Queue, got)
	case x.State == campaign.Failed && (got != 0 || x.Reason != "5.7.1 refused" || x.Code != 554 || f.refuse[x.Email] == ""):
		t.Errorf("%s failed because %d %q, the server took %d", x.Email, x.Code, x.Reason, got)
	case x.State == campaign.Interrupted && !strings.Contains(x.Reason, "after the message was handed over"):
		t.Errorf("%s is interrupted because %q", x.Email, x.Reason)
	case x.State.Open() || x.State == campaign.Skipped:
		t.Errorf("%s is %s: %s", x.Email, x.State, x.Reason)
	}
}

// checkResentOnce sends the interrupted again, which a person decides; then nobody is missing.
func checkResentOnce(t *testing.T, d *desk, id string, before map[string]int) {
	t.Helper()
	d.ok("campaigns", "send", id, "--wait", "--resend-interrupted")
	got := map[string]int{}
	for _, m := range d.sink.Taken() {
		got[m.To]++
	}
	for email, n := range before {
		if got[email] < n {
			t.Errorf("%s got fewer than before", email)
		}
	}
	run := d.statusOf(id).Runs[0]
	if missing := 1500 - 15 - len(got); missing > int(run.States[campaign.Interrupted]) {
		t.Errorf("%d got nothing, %d are interrupted", missing, run.States[campaign.Interrupted])
	}
}
