package scheduler

import (
	"testing"
	"time"
)

func TestUntilSecond(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 8, 59, 59, 0, time.UTC)
	for _, tt := range []struct{ now, want time.Duration }{
		{0, time.Second}, {1, time.Second - 1}, {250 * time.Millisecond, 750 * time.Millisecond}, {time.Second - 1, 1},
	} {
		if got := untilSecond(at.Add(tt.now)); got != tt.want {
			t.Errorf("%s after the second: %s, want %s", tt.now, got, tt.want)
		}
	}
}
