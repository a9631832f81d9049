// Package schedule holds the rules of time: it turns a campaign's schedule into the moments it names, and says it in words.
// It knows no clock and no store.
package schedule

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/glasnik/glasnik/campaign"
)

// Planner turns schedules into slots. The cron library reads the expressions and finds matching times; what a clock
// change does to them is decided here, because the library alone skips a day's run in spring and doubles it in autumn.
//
//   - A fixed time in the gap runs at the first valid moment after it.
//   - A fixed time that exists twice runs once, at the first.
//   - With * or */n in the hour field (and @hourly, @every) time is taken as it passes: both repeated hours, none in the gap.
type Planner struct {
	Zone     *time.Location                     // where a schedule names none
	Closings func() ([]campaign.Closing, error) // the team's closing days, which rules may heed; nil: none
}

var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Next returns the next n slots of a schedule after an instant, fewer when there are no more. A schedule that cannot be read
// or can never come is an Invalid error.
func (p Planner) Next(s campaign.Schedule, after time.Time, n int) ([]campaign.Slot, error) {
	loc, err := p.location(s.Zone)
	if err != nil {
		return nil, err
	}
	switch s.Kind {
	case campaign.Once:
		slot, err := onceSlot(s, loc)
		if err != nil || !slot.At.After(after) {
			return nil, err
		}
		return []campaign.Slot{slot}, nil
	case campaign.ByCron:
		return excepted(s, loc, after, n, func(n int) ([]campaign.Slot, error) { return cronSlots(s.Cron, loc, after, n) })
	case campaign.ByRule:
		return excepted(s, loc, after, n, func(n int) ([]campaign.Slot, error) { return p.ruleSlots(s.Rule, loc, after, n) })
	}
	return nil, nil
}

func (p Planner) location(name string) (*time.Location, error) {
	if name == "" {
		return p.Zone, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, campaign.FieldError("zone", "there is no time zone %q: use a name such as Europe/Belgrade", name)
	}
	return loc, nil
}

func onceSlot(s campaign.Schedule, loc *time.Location) (campaign.Slot, error) {
	wall, err := time.Parse(campaign.WallLayout, s.Wall)
	if err != nil {
		return campaign.Slot{}, campaign.FieldError("at", "the time %q is not of the form 2026-10-18T09:00", s.Wall)
	}
	instants, note := resolve(wall, loc)
	at := instants[0]
	if s.Second && len(instants) == 2 {
		at = instants[1]
	}
	return campaign.Slot{At: at.UTC(), Wall: at.In(loc).Format(campaign.WallLayout), Note: note}, nil
}

func cronSlots(expr string, loc *time.Location, after time.Time, n int) ([]campaign.Slot, error) {
	schedule, err := parseCron(expr)
	if err != nil {
		return nil, err
	}
	next := fixedTimes(schedule, loc, after)
	if passing(expr) {
		next = passingTimes(schedule, loc, after)
	}
	var slots []campaign.Slot
	for len(slots) < n {
		slot, ok := next()
		if !ok {
			break
		}
		slots = append(slots, slot)
	}
	if len(slots) == 0 && n > 0 {
		return nil, campaign.FieldError("cron", "the schedule %q never comes: no date fits it in the next five years", expr)
	}
	return slots, nil
}

func parseCron(expr string) (cron.Schedule, error) {
	expr = strings.TrimSpace(expr)
	if strings.HasPrefix(expr, "TZ=") || strings.HasPrefix(expr, "CRON_TZ=") {
		return nil, campaign.FieldError("cron", "choose the time zone in its own field, not inside the expression")
	}
	if expr == "" {
		return nil, campaign.FieldError("cron", "write when it leaves, such as 0 9 * * 1 (Mondays at nine) or @weekly")
	}
	if length, ok := strings.CutPrefix(expr, "@every "); ok {
		length = strings.TrimSpace(length)
		d, err := time.ParseDuration(length)
		if err != nil {
			return nil, campaign.FieldError("cron", "the length behind @every is %q, but is written in hours, minutes or seconds, such as 36h, 90m or 45s", length)
		}
		if d < time.Second {
			return nil, campaign.FieldError("cron", "the length behind @every is %q, but must be a second or more, such as 90m", length)
		}
	}
	fields := strings.Fields(expr)
	if len(fields) == 5 && !strings.HasPrefix(expr, "@") {
		fields[4] = weekdays(fields[4])
	}
	schedule, err := parser.Parse(strings.Join(fields, " "))
	if err == nil && slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(strings.Split(f, ","), "") }) {
		err = errors.New("a value is missing") // which the library takes for none
	}
	if err != nil {
		return nil, campaign.FieldError("cron", "%q is not a schedule: %s", expr, whyNoCron(expr, err))
	}
	return schedule, nil
}

// Often returns the shortest time between the next slots of a schedule when it is less than an hour, else 0: a campaign that
// leaves that often writes to the same people again and again, which hardly anybody means.
func (p Planner) Often(s campaign.Schedule, after time.Time) (time.Duration, error) {
	if s.Kind != campaign.ByCron {
		return 0, nil
	}
	slots, err := p.Next(s, after, 10)
	if err != nil {
		return 0, err
	}
	shortest := time.Hour
	for i := 1; i < len(slots); i++ {
		shortest = min(shortest, slots[i].At.Sub(slots[i-1].At))
	}
	return shortest % time.Hour, nil
}

// passing reports whether a schedule follows time as it passes instead of naming hours of the day.
func passing(expr string) bool {
	expr = strings.TrimSpace(expr)
	if strings.HasPrefix(expr, "@") {
		return expr == "@hourly" || strings.HasPrefix(expr, "@every")
	}
	fields := strings.Fields(expr)
	return len(fields) == 5 && (strings.HasPrefix(fields[1], "*") || strings.HasPrefix(fields[1], "?"))
}

func passingTimes(schedule cron.Schedule, loc *time.Location, after time.Time) func() (campaign.Slot, bool) {
	at := after.In(loc)
	return func() (campaign.Slot, bool) {
		at = schedule.Next(at)
		return campaign.Slot{At: at.UTC(), Wall: at.Format(campaign.WallLayout)}, !at.IsZero()
	}
}

// fixedTimes walks the wall clock as if it never changed and then asks when each time it names really is.
func fixedTimes(schedule cron.Schedule, loc *time.Location, after time.Time) func() (campaign.Slot, bool) {
	local := after.In(loc)
	wall := naive(local).Add(-4 * time.Hour) // far enough back for any clock change
	last := after
	return func() (campaign.Slot, bool) {
		for {
			if wall = schedule.Next(wall); wall.IsZero() {
				return campaign.Slot{}, false
			}
			instants, note := resolve(wall, loc)
			if at := instants[0]; at.After(last) {
				last = at
				return campaign.Slot{At: at.UTC(), Wall: at.In(loc).Format(campaign.WallLayout), Note: note}, true
			}
		}
	}
}

// naive returns a local time's wall clock as if it were UTC.
func naive(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// resolve returns the instants at which clocks in loc show a wall time: one, two where it is repeated, or, where it does not
// exist, the first valid moment after it. The note says in words what a clock change did.
func resolve(wall time.Time, loc *time.Location) (instants []time.Time, note campaign.Text) {
	for _, probe := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, offset := wall.Add(probe).In(loc).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if naive(at).Equal(wall) && !slices.ContainsFunc(instants, at.Equal) {
			instants = append(instants, at)
		}
	}
	slices.SortFunc(instants, time.Time.Compare)
	switch len(instants) {
	case 0:
		_, offset := wall.Add(-26 * time.Hour).In(loc).Zone()
		start, _ := wall.Add(-time.Duration(offset) * time.Second).In(loc).ZoneBounds()
		start = start.In(loc)
		return []time.Time{start}, campaign.Textf("%s does not exist on this day, the clocks go forward: %s instead",
			wall.Format("15:04"), start.Format("15:04"))
	case 2:
		return instants, campaign.Textf("%s comes twice on this day, the clocks go back", wall.Format("15:04"))
	}
	return instants, campaign.Text{}
}
