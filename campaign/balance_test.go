package campaign

import "testing"

func TestBalance(t *testing.T) {
	counts := func(accepted, failed, deferred int64) Figures {
		return CountedDeliveries(map[DeliveryState]int64{Accepted: accepted, Failed: failed, Deferred: deferred, Skipped: 2, Interrupted: 1}, 0)
	}
	for _, c := range []struct {
		name    string
		run     Run
		figures Figures
		missing int64
		closed  bool
	}{
		{"all is told", Run{Planned: true, Deliveries: 71}, counts(68, 0, 0), 0, true},
		{"some were refused for good", Run{Planned: true, Deliveries: 71}, counts(45, 23, 0), 0, true},
		{"some wait for a retry", Run{Planned: true, Deliveries: 71}, counts(45, 0, 23), 0, false},
		{"some are on no line", Run{Planned: true, Deliveries: 71}, counts(45, 0, 0), 23, false},
		{"some were not planned", Run{Planned: true, Deliveries: 71}, counts(70, 0, 0), -2, false},
		{"it is being planned", Run{}, counts(68, 0, 0), 0, false},
		{"planned by a version that wrote down no number", Run{Planned: true}, counts(68, 0, 0), 0, true},
	} {
		b := c.run.Balance(c.figures)
		if b.Missing != c.missing || b.Closed != c.closed {
			t.Errorf("%s: %+v", c.name, b)
		}
		if sum := b.Accepted + b.Failed + b.LeftOut + b.Interrupted + b.Waiting + b.Missing; sum != b.Planned {
			t.Errorf("%s: %d are planned, the lines make %d", c.name, b.Planned, sum)
		}
	}
}
