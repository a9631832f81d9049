package mongo

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
)

func TestDigitsBetween(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		from, to := r.IntN(4096), r.IntN(4096)
		switch r.IntN(3) {
		case 0:
			from = 0
		case 1:
			to = 4095
		}
		pattern := regexp.MustCompile("^" + digitsBetween(fmt.Sprintf("%03x", from), fmt.Sprintf("%03x", to)) + "$")
		for n := range 4096 {
			if got, want := pattern.MatchString(fmt.Sprintf("%03x", n)), n >= from && n <= to; got != want {
				t.Fatalf("%03x is from %03x to %03x: %v by %s", n, from, to, got, pattern)
			}
		}
	}
	if n := len(digitsBetween("0000000000000000", "c0c3880000000000")); n > 1000 {
		t.Errorf("a pattern is %d bytes long", n)
	}
}
