package web

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// results returns what a run's page shows.
func (s *runPages) results(v *visit, r campaign.Run) (runResults, error) {
	out, err := s.progressOf(v, r)
	if err != nil {
		return out, err
	}
	ctx := v.ctx()
	if out.Edition, err = s.store.GetEdition(ctx, r.ID); campaign.UnlessMissing(err) != nil {
		return out, err
	}
	failed, err := s.store.CountReasons(ctx, r.ID, campaign.Failed)
	if err != nil {
		return out, err
	}
	skipped, err := s.store.CountReasons(ctx, r.ID, campaign.Skipped)
	if err != nil {
		return out, err
	}
	out.Skipped = reasonLines(skipped)
	if out.Domains, err = s.store.CountByDomain(ctx, r.ID, fewStates...); err != nil {
		return out, err
	}
	failed, out.FailedMore = shorten(failed, 8, func(c store.ReasonCount) int64 { return c.Count })
	out.Failed = reasonLines(failed)
	out.Domains, out.DomainsMore = shorten(out.Domains, 15, func(c store.DomainCount) int64 { return c.Total })
	if out.Interrupted, _, err = s.store.FindDeliveries(ctx, r.ID, campaign.Interrupted, store.Page{Limit: 50}); err != nil {
		return out, err
	}
	if err := s.countLinks(v, &out); err != nil {
		return out, err
	}
	hours, err := s.store.EventsByHour(ctx, r.ID)
	out.drawCurve(v, hours)
	return out, err
}

// reasonLine is how many deliveries have one reason, in words.
type reasonLine struct {
	Reason campaign.Text
	Count  int64
}

func reasonLines(counts []store.ReasonCount) []reasonLine {
	return campaign.Collect(counts, func(c store.ReasonCount) reasonLine {
		if c.Reason == "" {
			return reasonLine{campaign.Textf("no reason given"), c.Count}
		}
		return reasonLine{campaign.OwnWords(c.Reason), c.Count}
	})
}

// notShown is what a shortened table leaves out; nil when it shows all.
type notShown struct {
	Others   int   // rows
	Messages int64 // in them
}

// shorten returns the first rows, and the sum of the others.
func shorten[T any](rows []T, keep int, count func(T) int64) ([]T, *notShown) {
	if len(rows) <= keep {
		return rows, nil
	}
	more := notShown{Others: len(rows) - keep}
	for _, r := range rows[keep:] {
		more.Messages += count(r)
	}
	return rows[:keep], &more
}

// InterruptedMore is how many interrupted messages are not listed by name.
func (r *runResults) InterruptedMore() int64 {
	return max(0, r.Figures.Interrupted-int64(len(r.Interrupted)))
}

// fewStates are counted for each domain: few deliveries are in them for long.
var fewStates = []campaign.DeliveryState{campaign.Failed, campaign.Deferred, campaign.Interrupted, campaign.Skipped}

// Taken is how many messages to a domain were taken, or -1 while more are going out.
func (r *runResults) Taken(d store.DomainCount) int64 {
	if r.Figures.States[campaign.Queued]+r.Figures.States[campaign.InFlight] > 0 {
		return -1
	}
	n := d.Total
	for _, other := range d.States {
		n -= other
	}
	return n
}

// countLinks lists the links of a run in the order of the text, with how often people followed each.
func (s *runPages) countLinks(v *visit, out *runResults) error {
	counts, err := s.store.ClicksByLink(v.ctx(), out.Run.ID)
	if err != nil {
		return err
	}
	for i, l := range out.Edition.Tracked {
		out.Links = append(out.Links, linkCount{URL: l.URL, Times: counts[i]})
	}
	return nil
}

// curveHours is how much of a run's life the curve shows.
const curveHours = 72

// drawCurve counts opens and clicks by people hour by hour from the start of the run, up to the last hour that has any.
func (r *runResults) drawCurve(v *visit, hours []store.HourlyCount) {
	start := r.Run.StartedAt.UTC().Truncate(time.Hour)
	last := -1
	opened, clicked := make([]int64, curveHours), make([]int64, curveHours)
	for _, h := range hours {
		i := int(h.Hour.Sub(start) / time.Hour)
		if i < 0 || i >= curveHours {
			continue
		}
		opened[i], clicked[i] = h.Opened, h.Clicked
		last = max(last, i)
	}
	if last < 0 {
		return
	}
	n := min(curveHours, max(last+1, 12))
	for i := range n {
		at := start.Add(time.Duration(i) * time.Hour).In(v.zone)
		r.Labels = append(r.Labels, language.Weekday(v.language, at)+at.Format(" 15:04"))
	}
	r.Curve = []templates.Series{{Name: v.say("Opened"), Values: opened[:n]}, {Name: v.say("Clicked"), Values: clicked[:n]}}
}
