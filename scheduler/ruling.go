package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
)

type rulingStore interface {
	QueueAgain(ctx context.Context, run string, ids []string) error
	FailDeferred(ctx context.Context, run string, ids []string, dead bool) error
	WaitsOnlyFor(ctx context.Context, run string, domains []string) (bool, error)
	PauseCampaign(ctx context.Context, id, reason string) error
	UpdateRun(ctx context.Context, id string, fn func(*campaign.Run) error) (campaign.Run, error)
}

// rulingWriter carries out what the proof of a run has found out about refusals.
type rulingWriter struct {
	store     rulingStore
	run       campaign.Run
	began     time.Time // when this process began with the run
	now       func() time.Time
	retries   []time.Duration
	poll      time.Duration
	proof     *proof
	pending   *pending
	providers *providers
	bounces   *bounces
	outage    *outage
	logger    *slog.Logger
	nextLook  time.Time // when pauseHeld asks the store again
}

// writeRulings writes down what was found out about refusals, and wakes the shards of what is queued again by that.
func (w *rulingWriter) writeRulings(ctx context.Context) {
	v := w.proof.take(w.pending.has)
	for provider, s := range v.providers {
		if _, err := w.providers.hold(ctx, provider, w.run.ID, s.answer, s.code); err != nil {
			w.outage.failed(ctx, fmt.Errorf("hold back mail to a provider that refuses us: %w", err))
		}
	}
	for _, provider := range v.freed {
		if w.providers.lanes.release(provider) {
			_ = w.providers.store.ReleaseHold(ctx, provider) // one that stays ends by its own trial
		}
	}
	if err := w.writeMoves(ctx, v); err != nil {
		w.proof.putAgain(v)
		w.outage.failed(ctx, fmt.Errorf("write down what a refusal was about: %w", err))
		return
	}
	for _, s := range v.failed {
		w.bounces.mark(ctx, s.id, s.answer, s.dead)
	}
	for _, s := range v.back {
		if _, contact, _ := campaign.SplitDeliveryID(s.id); s.dead && contact != "" {
			w.bounces.unmark(ctx, contact, s.answer)
		}
	}
}

// writeMoves moves the deliveries of some rulings. Each write can be repeated: what it has moved already stays, unless it was
// refused once more meanwhile. The shards of what was moved are idle no longer, even if only some of it was.
func (w *rulingWriter) writeMoves(ctx context.Context, v rulings) error {
	back := idsOf(v.back, func(suspect) bool { return true })
	failed := idsOf(v.failed, func(s suspect) bool { return !s.dead })
	dead := idsOf(v.failed, func(s suspect) bool { return s.dead })
	defer func() { w.pending.wakeShards(slices.Concat(back, failed, dead)) }()
	if err := w.store.QueueAgain(ctx, w.run.ID, back); err != nil {
		return err
	}
	if err := w.store.FailDeferred(ctx, w.run.ID, failed, false); err != nil {
		return err
	}
	return w.store.FailDeferred(ctx, w.run.ID, dead, true)
}

// logHeld logs why a run is held from now; "" is nothing to log.
func logHeld(logger *slog.Logger, run, why string) {
	if why != "" {
		logger.Error("the mail server refuses the messages of a run one after another, it waits", "run_id", run, "answer", why)
	}
}

func idsOf(all []suspect, which func(suspect) bool) (ids []string) {
	for _, s := range all {
		if which(s) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// heldAtLeast is how long a run waits before it is paused, however short the waits between tries.
const heldAtLeast = time.Hour

// mostWait is how long a delivery is tried, and a run waits that is refused.
func (w *rulingWriter) mostWait() (most time.Duration) {
	for _, wait := range w.retries {
		most += wait
	}
	return max(most, heldAtLeast)
}

// canBePaused reports whether pauseRefused does anything: no campaign's state follows other runs, which go on trying.
func (w *rulingWriter) canBePaused() bool {
	return w.run.Trigger.MovesCampaign() || w.run.Trigger == campaign.TriggerTest
}

// pauseRefused pauses a run that was refused for our sake for as long as any delivery is tried: nobody fails for that. A run
// that no campaign's state follows goes on trying, unless it is a test.
func (w *rulingWriter) pauseRefused(ctx context.Context, why string) {
	why = "paused, since our mail is refused for too long; nobody has failed for that. Mend it, then let the campaign go on. The answer was: " + why
	var err error
	switch {
	case w.run.Trigger.MovesCampaign():
		err = w.store.PauseCampaign(ctx, w.run.Campaign, why)
	case w.run.Trigger == campaign.TriggerTest:
		_, err = w.store.UpdateRun(ctx, w.run.ID, func(r *campaign.Run) error {
			r.State, r.Reason, r.EndedAt = campaign.Cancelled, why, w.now()
			return nil
		})
	default:
		return
	}
	if err == nil {
		w.logger.Error("a run is paused: our mail is refused for too long", "run_id", w.run.ID)
	}
}

// pauseHeld pauses a run when all that is left goes to providers that have refused us for longer than any delivery is tried.
func (w *rulingWriter) pauseHeld(ctx context.Context, holds []campaign.Hold) {
	var domains []string
	var why string
	for _, h := range holds {
		since := h.Since
		for _, t := range []time.Time{w.run.StartedAt, w.began} {
			if t.After(since) {
				since = t
			}
		}
		if w.now().Sub(since) > w.mostWait() {
			domains = append(domains, w.providers.lanes.domainsOf(h.ID)...)
			why = h.ID + " has taken no mail from us since " + h.Since.UTC().Format("2 January 15:04 MST") + ": " + h.Why
		}
	}
	began := time.Now()
	if len(domains) == 0 || !w.canBePaused() || began.Before(w.nextLook) {
		return
	}
	only, err := w.store.WaitsOnlyFor(ctx, w.run.ID, domains) // which reads past all that is held
	w.nextLook = time.Now().Add(max(w.poll, pauseAfterPass*time.Since(began)))
	if err == nil && only {
		w.pauseRefused(ctx, why)
	}
}

// answerKey returns what is the same of a server's answer for all recipients: its words, without addresses, hosts, numbers, queue
// ids and times.
func answerKey(o campaign.Outcome) string {
	var words []string
	for _, w := range strings.Fields(strings.ReplaceAll(campaign.WithoutAddresses(o.Answer), "…", " ")) {
		w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w != "" && !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) && !looksRandom(w) {
			words = append(words, strings.ToLower(w))
		}
	}
	return o.Enhanced + " " + strings.Join(words, " ")
}

// looksRandom reports whether a word has capitals inside, as ids have.
func looksRandom(w string) bool {
	small := false
	for _, r := range w {
		if small && unicode.IsUpper(r) {
			return true
		}
		small = small || unicode.IsLower(r)
	}
	return false
}
