package request

import (
	"fmt"
	"testing"
	"time"
)

func TestThrottleForgets(t *testing.T) {
	th := NewThrottle(func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) })
	for i := range maxThrottled + 100 {
		th.Allow(fmt.Sprint(i), 8, 30*time.Second)
	}
	if len(th.keys) > maxThrottled {
		t.Errorf("%d keys are kept", len(th.keys))
	}
}

func TestNetwork(t *testing.T) {
	if Network("2001:db8::1") != Network("2001:db8::ffff") || Network("2001:db8::1") == Network("2001:db8:0:1::1") || Network("192.0.2.1") == Network("192.0.2.2") {
		t.Error("visitors are told apart wrongly")
	}
}
