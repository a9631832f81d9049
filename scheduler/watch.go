package scheduler

import (
	"cmp"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// quietReport is how often a run that waits for retries alone says how it goes.
const quietReport = 3 * time.Second

// watch follows what people decide about the run, and says how it goes, until everything is settled. Once halted nothing
// more is sent for the run, apart from what is on the wire.
func (c *conductor) watch(settled, look <-chan struct{}) {
	tick := time.NewTicker(c.cfg.Poll / 2)
	defer tick.Stop()
	report := c.sender.reporter(c.run.ID)
	version, reported := int64(0), time.Time{}
	for {
		select {
		case <-settled:
			return
		case <-look:
		case <-tick.C:
		}
		r, err := c.cfg.Store.GetRun(c.live, c.run.ID)
		if err != nil {
			continue // sending stops by itself when the store stays away: nothing is announced without it
		}
		if r.State != campaign.Sending || campaign.CodeOf(c.cfg.Home(c.live, true)) != "" {
			c.halt()
			continue
		}
		if r.Version != version {
			version = r.Version
			c.stirAll()
		}
		if holds := c.sender.refresh(c.live, c.run.ID, c.senders()); holds != nil {
			c.pauseHeld(c.live, holds)
		}
		c.writeVerdicts(c.live)
		if why := c.proof.over(c.mostWait()); why != "" {
			c.pauseRefused(c.live, why)
		}
		if c.isQuiet() && time.Since(reported) < quietReport {
			continue
		}
		reported = time.Now()
		p := report.progress(c.sent.Load())
		p.Trouble = cmp.Or(c.proof.text(), p.Trouble)
		if err := c.cfg.Store.SaveProgress(c.live, &p); err != nil && c.live.Err() == nil {
			c.sender.ledger.outage.failed(err, c.sender.ledger.kept())
		}
	}
}
