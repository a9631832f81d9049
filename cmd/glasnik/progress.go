package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/glasnik/glasnik/campaign"
)

// Deliveries are counted this often, but a long run, whose count takes long, only so that counting costs a small part of the
// time.
const (
	watchEvery = 500 * time.Millisecond
	watchPart  = 50
)

// watch shows how a run goes until ctx ends: a bar on a terminal, a line now and then elsewhere.
func watch(ctx context.Context, in *installation, runID string) {
	show := showLine(in)
	if f, ok := in.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		show = showBar(f)
	}
	tick := time.NewTimer(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			show(nil, campaign.Progress{}, true)
			return
		case <-tick.C:
		}
		began := time.Now()
		states, err := in.store.Deliveries.CountDeliveries(ctx, runID)
		tick.Reset(max(watchEvery, watchPart*time.Since(began)))
		if err != nil {
			continue // the sender says what is wrong with the store
		}
		progress, err := in.store.Progress.GetProgress(ctx, runID)
		if err == nil {
			show(states, progress, false)
		}
	}
}

// showing shows how far a run is; the last call has no counts.
type showing func(states map[campaign.DeliveryState]int64, progress campaign.Progress, last bool)

// showBar draws one bar that grows with the audience while that is still being written down.
func showBar(w *os.File) showing {
	bar := progressbar.NewOptions64(1, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(false))
	return func(states map[campaign.DeliveryState]int64, progress campaign.Progress, last bool) {
		if last {
			_ = bar.Clear()
			return
		}
		done, all := doneOf(states)
		bar.ChangeMax64(max(all, 1))
		bar.Describe(describeProgress(states, progress))
		_ = bar.Set64(min(done, all))
	}
}

// showLine prints a line every few seconds, and at once when trouble begins or ends.
func showLine(in *installation) showing {
	const every = 5 * time.Second
	next, trouble := in.now().Add(every), ""
	return func(states map[campaign.DeliveryState]int64, progress campaign.Progress, last bool) {
		if last || in.now().Before(next) && progress.Trouble == trouble {
			return
		}
		next, trouble = in.now().Add(every), progress.Trouble
		done, all := doneOf(states)
		fmt.Fprintf(in.stderr, "%d of %d  %s\n", done, all, describeProgress(states, progress))
	}
}

func describeProgress(states map[campaign.DeliveryState]int64, progress campaign.Progress) string {
	text := fmt.Sprintf("%.0f a second", progress.PerSecond)
	if left := progress.Left(states); left > 0 {
		text += fmt.Sprintf(", about %s left", left)
	}
	if n := states[campaign.Deferred]; n > 0 {
		text += fmt.Sprintf(", %d wait for another try", n)
	}
	if n := states[campaign.Timed]; n > 0 {
		text += fmt.Sprintf(", %d wait for their time", n)
	}
	if progress.Trouble != "" {
		text += ": " + progress.Trouble
	}
	return text
}

// doneOf counts the messages of a run that are through, and all of them, without those left out.
func doneOf(states map[campaign.DeliveryState]int64) (done, all int64) {
	f := campaign.CountedDeliveries(states, 0)
	return f.Settled(), f.ToSend()
}

// stateWords says states as people do.
var stateWords = map[campaign.DeliveryState]string{
	campaign.Queued: "still to send", campaign.InFlight: "on the wire", campaign.Accepted: "accepted", campaign.Deferred: "to be tried again", campaign.Timed: "wait for their time",
	campaign.Failed: "failed", campaign.Interrupted: "interrupted", campaign.Skipped: "left out",
}

// countWords says “58 accepted, 2 failed”.
func countWords(states map[campaign.DeliveryState]int64) string {
	var words []string
	for _, state := range []campaign.DeliveryState{
		campaign.Accepted, campaign.Failed, campaign.Skipped, campaign.Timed, campaign.Deferred, campaign.Interrupted, campaign.InFlight, campaign.Queued,
	} {
		if n := states[state]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, stateWords[state]))
		}
	}
	if len(words) == 0 {
		return "nobody to write to"
	}
	return strings.Join(words, ", ")
}

func verdictWords(v campaign.Verdicts) string {
	return fmt.Sprintf("%d readers at least; %d times by people, %d by machines, %d unclear", v.People, v.Times, v.Machines, v.Unknown)
}
