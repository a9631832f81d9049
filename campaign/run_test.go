package campaign

import (
	"maps"
	"testing"
)

// Readers whose deliveries are not written down yet count as waiting, or as left out when nothing more will be sent.
func TestAddUnplanned(t *testing.T) {
	for _, c := range []struct {
		run  Run
		want map[DeliveryState]int64
	}{
		{Run{State: Sending, Members: 10}, map[DeliveryState]int64{Accepted: 3, Queued: 7}},
		{Run{State: PausedRun, Members: 10}, map[DeliveryState]int64{Accepted: 3, Queued: 7}},
		{Run{State: Cancelled, Members: 10}, map[DeliveryState]int64{Accepted: 3, Queued: 1, Skipped: 6}},
		{Run{State: Sending, Members: 2}, map[DeliveryState]int64{Accepted: 3, Queued: 1}},
		{Run{State: Sending, Members: 10, Planned: true}, map[DeliveryState]int64{Accepted: 3, Queued: 1}},
	} {
		states := map[DeliveryState]int64{Accepted: 3, Queued: 1}
		c.run.AddUnplanned(states)
		if !maps.Equal(states, c.want) {
			t.Errorf("%+v: %v, want %v", c.run, states, c.want)
		}
	}
}
