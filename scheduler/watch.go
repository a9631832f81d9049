package scheduler

import (
	"cmp"
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// quietReport is how often a run that waits for retries alone says how it goes.
const quietReport = 3 * time.Second

type watchStore interface {
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	SaveProgress(ctx context.Context, p *campaign.Progress) error
	CheckMedia(ctx context.Context, ids []string) error
}

// watcher follows what people decide about a run, and says how it goes.
type watcher struct {
	store     watchStore
	run       string
	home      func(ctx context.Context, sending bool) error
	refresher *refresher
	report    *reporter
	worker    *runWorker
}

// watch watches until everything is settled. Once it has halted the run's worker, nothing more is sent for the run, apart from
// what is on the wire.
func (o *watcher) watch(settled, look <-chan struct{}) {
	w := o.worker
	tick := time.NewTicker(w.poll / 2)
	defer tick.Stop()
	version, reported := int64(0), time.Time{}
	for {
		select {
		case <-settled:
			return
		case <-look:
		case <-tick.C:
		}
		r, err := o.store.GetRun(w.live, o.run)
		if err != nil {
			continue // sending stops by itself when the store stays away: nothing is announced without it
		}
		if r.State != campaign.Sending || campaign.CodeOf(o.home(w.live, true)) != "" {
			w.halt()
			continue
		}
		if err := o.store.CheckMedia(w.live, w.media); campaign.CodeOf(err) != "" { // a consent was withdrawn, or ended
			w.barred.Store(&err)
			w.halt()
			continue
		}
		if r.Version != version {
			version = r.Version
			w.pending.wakeAll()
		}
		if holds := o.refresher.refresh(w.live, o.run, w.shards.senders()); holds != nil {
			w.rulings.pauseHeld(w.live, holds)
		}
		w.rulings.writeRulings(w.live)
		if why := w.proof.over(w.rulings.mostWait()); why != "" {
			w.rulings.pauseRefused(w.live, why)
		}
		if w.pending.isQuiet() && time.Since(reported) < quietReport {
			continue
		}
		reported = time.Now()
		p := o.report.progress(w.sent.Load())
		p.Trouble = cmp.Or(w.proof.text(), w.outage.words().String(), p.Trouble)
		if err := o.store.SaveProgress(w.live, &p); err != nil {
			w.outage.failed(w.live, err)
		}
	}
}
