package schedule

import (
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// excepted returns the next slots of a recurring schedule with its exceptions: without the times that were moved or left out, and
// with those they were moved to. next returns the slots of the schedule alone.
func excepted(s campaign.Schedule, loc *time.Location, after time.Time, n int, next func(n int) ([]campaign.Slot, error)) ([]campaign.Slot, error) {
	slots, err := next(n + len(s.Exceptions))
	if err != nil {
		return nil, err
	}
	slots = slices.DeleteFunc(slots, func(slot campaign.Slot) bool { return s.Exception(slot.Wall) != nil })
	for _, e := range s.Exceptions {
		if e.To == "" {
			continue
		}
		slot, err := onceSlot(campaign.Schedule{Wall: e.To, Second: e.Second}, loc)
		if err != nil {
			return nil, err
		}
		if !slot.At.After(after) {
			continue
		}
		if was, err := time.Parse(campaign.WallLayout, e.Wall); err == nil {
			slot.Instead, slot.Note = e.Wall, withNote(campaign.Textf("moved from %s", campaign.Moment(was)), slot.Note)
		}
		slots = append(slots, slot)
	}
	slices.SortStableFunc(slots, func(a, b campaign.Slot) int { return a.At.Compare(b.At) })
	slots = slices.CompactFunc(slots, func(a, b campaign.Slot) bool { return a.At.Equal(b.At) })
	return slots[:min(n, len(slots))], nil
}

// withNote adds what a clock change did to other words about a slot.
func withNote(words, clocks campaign.Text) campaign.Text {
	if clocks.IsZero() {
		return words
	}
	return campaign.Textf("%s; %s", words, clocks)
}
