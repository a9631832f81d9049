package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// quota is a mail server that takes some messages a day, and what it says to the others.
type quota struct {
	at     smtptest.Phase
	answer string

	mu   sync.Mutex
	left int
}

func (q *quota) act(m smtptest.Moment) smtptest.Action {
	if m.Phase != q.at {
		return smtptest.Action{}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.left > 0 {
		q.left--
		return smtptest.Action{}
	}
	return smtptest.Action{Reply: q.answer, Drop: strings.HasPrefix(q.answer, "421")}
}

func (q *quota) nextDay() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = 1000
}

// movedClock is the real time, moved by a test.
type movedClock struct {
	mu   sync.Mutex
	skew time.Duration
}

func (c *movedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.skew)
}

func (c *movedClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew += d
}

// manyReaders are the addresses of some people, one a line.
func manyReaders(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "reader%02d@example.org\n", i)
	}
	return all.String()
}

// A server has taken 45 of 68 messages when its quota of the day is used up. While the others wait, the campaign is not called
// sent, and no reader has failed for a refusal that is about us. The next day all 68 have got it, each once, and nobody did
// anything.
func TestQuotaOfTheDay(t *testing.T) {
	t.Parallel()
	for _, q := range []*quota{
		{at: smtptest.Dot, answer: "452 4.5.3 Daily message quota exceeded"},
		{at: smtptest.Rcpt, answer: "421 4.7.0 daily quota exceeded, try again tomorrow"},
		{at: smtptest.Dot, answer: "550 5.7.1 daily quota exceeded"},
		{at: smtptest.Mail, answer: "550 5.7.1 You have reached your daily sending quota"},
		{at: smtptest.Rcpt, answer: "554 5.7.1 Dnevna kvota je prekoračena"},
	} {
		t.Run(q.answer, func(t *testing.T) {
			t.Parallel()
			q.left = 45
			d := newDesk(t, smtptest.Options{Act: q.act})
			at := time.Now().UTC().Add(2 * time.Hour)
			id := d.campaign("email\n"+manyReaders(68), "--at", at.Format("2006-01-02 15:04"), "--timezone", "UTC")
			clock := &movedClock{skew: 2 * time.Hour}
			ctx, stop := context.WithCancel(t.Context())
			p := d.program(io.Discard, io.Discard)
			p.now = clock.now
			ended := make(chan int, 1)
			go func() { ended <- p.run(ctx, []string{"serve"}) }()
			defer func() { stop(); <-ended }()

			stands := func() (run runStatus) {
				s := d.statusOf(id)
				if len(s.Runs) == 0 {
					return run
				}
				run = s.Runs[0]
				if run.Accepted < 68 && (s.State == campaign.Sent || run.State == campaign.Sent || run.Balance.Closed) {
					t.Errorf("%d of 68 are accepted, the campaign is called %s, its run %s", run.Accepted, s.State, run.State)
				}
				if run.Failed > 0 {
					t.Errorf("%d readers have failed: %v", run.Failed, run.Failures)
				}
				return run
			}
			eventually(t, "the quota to be used up", func() bool {
				run := stands()
				return run.Accepted == 45 && run.Waiting == 23 && run.Progress != nil && len(run.Progress.Answers) > 0
			})
			q.nextDay()
			clock.pass(24 * time.Hour)
			eventually(t, "everybody to be written to", func() bool {
				run := stands()
				return run.State == campaign.Sent && run.Balance.Closed && run.Accepted == 68
			})
			got := map[string]int{}
			for _, m := range d.sink.Taken() {
				got[m.To]++
			}
			if len(got) != 68 || d.sink.Count() != 68 {
				t.Errorf("%d messages went to %d readers", d.sink.Count(), len(got))
			}
		})
	}
}
