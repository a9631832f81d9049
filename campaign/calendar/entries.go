package calendar

import (
	"slices"
	"strconv"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
)

// Span is the time that is looked at: from a moment to before another, as days of a zone, seen from now.
type Span struct {
	From, To, Now time.Time
	Zone          *time.Location
}

// Holds reports whether a moment lies in the span.
func (s Span) Holds(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

const (
	manyADay = 3   // times of one campaign on one day that are told
	fewSlots = 40  // are asked for at once
	mostEver = 500 // times of one campaign in a span that are told
)

// Next returns slots of a campaign's schedule, as Planner.Next does.
type Next func(after time.Time, n int) ([]campaign.Slot, error)

// Slots returns the times at which a campaign is to leave in a span. A schedule that cannot be read, or never comes, has none.
func Slots(c *campaign.Campaign, next Next, span Span) ([]Entry, error) {
	var out []Entry
	add := func(slot campaign.Slot) {
		if span.Holds(slot.At) {
			out = append(out, entryOf(c, slot))
		}
	}
	after := latest(span.From.Add(-time.Second), span.Now)
	if c.State == campaign.Scheduled {
		slot := campaign.Slot{At: c.NextAt, Wall: c.NextWall}
		if same, err := next(c.NextAt.Add(-time.Second), 1); err == nil && len(same) > 0 && same[0].At.Equal(c.NextAt) {
			slot = same[0]
		}
		add(slot)
		after = latest(after, c.NextAt)
		if c.NextWall == "" { // sent by hand between its times
			after = latest(span.From.Add(-time.Second), span.Now)
		}
		if !c.Schedule.Recurs() {
			return out, nil
		}
	}
	for len(out) < mostEver && after.Before(span.To) {
		slots, err := next(after, fewSlots)
		if err != nil {
			if campaign.CodeOf(err) == campaign.Invalid {
				err = nil
			}
			return out, err
		}
		more := false
		for _, slot := range slots {
			if more = crowded(out, slot.At, span.Zone); more {
				out[len(out)-1].More = true
				after = Begin(DayOf(slot.At, span.Zone).AddDate(0, 0, 1), span.Zone).Add(-time.Second)
				break
			}
			add(slot)
			after = slot.At
		}
		if !more && len(slots) < fewSlots {
			break
		}
	}
	return out, nil
}

// crowded reports whether a day has as many times already as are told.
func crowded(out []Entry, at time.Time, zone *time.Location) bool {
	n := len(out) - manyADay
	return n >= 0 && DayOf(out[n].At, zone).Equal(DayOf(at, zone))
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// entryOf makes the entry of a slot.
func entryOf(c *campaign.Campaign, slot campaign.Slot) Entry {
	e := Entry{ID: nameOf(c, slot.At, slot.Wall), Kind: Planned, At: slot.At, Title: campaign.Textf("%s", c.Name), Note: slot.Note, Path: "/campaigns/" + c.ID + "/schedule", Campaign: c.ID, Wall: slot.Wall, Changed: c.UpdatedAt}
	if slot.Instead != "" {
		e.Wall = slot.Instead
	}
	if c.Series != "" { // which says when it leaves
		e.Path, e.Wall = "/series/"+c.Series, ""
	}
	if c.State != campaign.Scheduled {
		e.Kind = Draft
	}
	if c.State == campaign.InReview && e.Note.IsZero() {
		e.Note = campaign.Textf("calendar: in review")
	}
	return e
}

// Steps returns when readers of a series come to their next steps, by the days of a span: those that are known by now, in the order
// in which they are due. There may be more of them where not all are given.
func Steps(one *campaign.Series, waiting []campaign.Enrolment, all bool, span Span) []Entry {
	var out []Entry
	var counts []int
	at := map[string]int{}
	for i := range waiting {
		p, n := one.Step(waiting[i].Step)
		if p == nil {
			continue
		}
		leaves := p.LeavesAt(waiting[i].DueAt, span.Now)
		if !span.Holds(leaves) {
			continue
		}
		id := "step-" + p.ID + "-" + DayOf(leaves, span.Zone).Format("20060102")
		if _, known := at[id]; !known {
			at[id] = len(out)
			out = append(out, Entry{ID: id, Kind: Planned, At: leaves, Title: campaign.Textf("%s", one.Name+" – "+strconv.Itoa(n+1)), Path: "/series/" + one.ID, Changed: one.UpdatedAt})
			counts = append(counts, 0)
		}
		counts[at[id]]++
	}
	for i := range out {
		out[i].Note = campaign.Textf("series, readers known so far: %d", counts[i])
		if !all {
			out[i].Note = campaign.Textf("series, at least so many readers: %d", counts[i])
		}
	}
	return out
}

// EditionDue is the deadline of a campaign's next edition, which waits for a person as it stands.
func EditionDue(c *campaign.Campaign, u *campaign.Upcoming, why campaign.Text) Entry {
	return Entry{ID: "ready-" + u.ID, Kind: Deadline, At: c.Content.ReadyBy(u.Slot), Title: campaign.Textf("%s", c.Name), Note: campaign.Textf("the next edition must be ready: %s", why), Path: "/campaigns/" + c.ID + "/editions", Changed: u.UpdatedAt}
}

// ApprovalDue is when a campaign in review would leave: until then it has to be approved.
func ApprovalDue(c *campaign.Campaign, slot campaign.Slot) Entry {
	return Entry{ID: "approve-" + c.ID, Kind: Deadline, At: slot.At, Title: campaign.Textf("%s", c.Name), Note: campaign.Textf("must be approved by then, to leave at its time"), Path: "/campaigns/" + c.ID + "/approval", Changed: c.UpdatedAt}
}

// nameOf names a time of a campaign: the same before it leaves and after, and when a single time, or a campaign that leaves once, is
// moved.
func nameOf(c *campaign.Campaign, at time.Time, wall string) string {
	switch {
	case !c.Schedule.Recurs():
		return c.ID
	case wall == "":
		return campaign.RunID(c.ID, at)
	}
	for _, e := range c.Schedule.Exceptions {
		if e.To == wall {
			wall = e.Wall
		}
	}
	return c.ID + "-" + wall
}

// Runs returns the runs that left in a span, with the campaigns they are of.
func Runs(runs []campaign.Run, of map[string]campaign.Campaign) []Entry {
	var out []Entry
	for i := range runs {
		r := &runs[i]
		c, ok := of[r.Campaign]
		if !ok || !r.Trigger.MovesCampaign() {
			continue
		}
		e := Entry{ID: nameOf(&c, r.Slot, r.Wall), Kind: Run, At: r.Slot, Title: campaign.Textf("%s", c.Name), Path: "/runs/" + r.ID, Changed: r.CreatedAt}
		if slices.ContainsFunc(out, func(o Entry) bool { return o.ID == e.ID }) {
			e.ID = r.ID
		}
		if r.State != campaign.Sent {
			e.Note = r.State.Words()
		}
		out = append(out, e)
	}
	return out
}

// Embargoes returns the moments at which releases may be told.
func Embargoes(releases []campaign.Release) []Entry {
	return campaign.Collect(releases, func(r campaign.Release) Entry {
		return Entry{ID: "embargo-" + r.ID, Kind: Embargo, At: r.Embargo, Title: campaign.Textf("%s", r.Title), Path: "/releases/" + r.ID, Changed: r.UpdatedAt}
	})
}

// DaysOff returns the holidays of calendars and the closing days in a span.
func DaysOff(of []campaign.DaysOff, closings []campaign.Closing, span Span) []Entry {
	var out []Entry
	from, to := DayOf(span.From, span.Zone), DayOf(span.To.Add(-time.Second), span.Zone)
	for _, calendar := range of {
		for year := from.Year(); year <= to.Year(); year++ {
			for day, name := range schedule.Holidays(calendar, year) {
				if day.Before(from) || day.After(to) {
					continue
				}
				out = append(out, Entry{ID: "off-" + string(calendar) + "-" + day.Format("20060102"), Kind: Holiday, At: day, Until: day, Title: name, Note: calendar.Words()})
			}
		}
	}
	for i, c := range closings {
		first, err := time.Parse(time.DateOnly, c.From)
		last, bad := time.Parse(time.DateOnly, c.Until)
		if err != nil || bad != nil || last.Before(from) || first.After(to) {
			continue
		}
		out = append(out, Entry{ID: "closing-" + strconv.Itoa(i) + "-" + c.From, Kind: Closing, At: first, Until: last, Title: campaign.Textf("%s", c.Name), Note: c.DaysOff().Words(), Path: "/settings/closings"})
	}
	slices.SortFunc(out, compare)
	return out
}
