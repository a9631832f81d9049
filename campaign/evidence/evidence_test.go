package evidence

import (
	"math"
	"testing"
)

// The values are those of tables I and II in Newcombe's two papers of 1998.
func TestIntervalsEqualPublishedOnes(t *testing.T) {
	near := func(got, want float64) bool { return math.Abs(got-want) <= 0.00005+1e-9 }
	for _, c := range []struct {
		s         Share
		low, high float64
	}{
		{Share{81, 263}, 0.2553, 0.3662}, {Share{15, 148}, 0.0624, 0.1605}, {Share{0, 20}, 0, 0.1611}, {Share{1, 29}, 0.0061, 0.1718},
	} {
		if got := c.s.Interval(0.95); !near(got.Low, c.low) || !near(got.High, c.high) {
			t.Errorf("%v: %.4f to %.4f, published %.4f to %.4f", c.s, got.Low, got.High, c.low, c.high)
		}
	}
	for _, c := range []struct {
		a, b      Share
		low, high float64
	}{
		{Share{56, 70}, Share{48, 80}, 0.0524, 0.3339}, {Share{9, 10}, Share{3, 10}, 0.1705, 0.8090}, {Share{6, 7}, Share{2, 7}, 0.0582, 0.8062},
		{Share{5, 56}, Share{0, 29}, -0.0381, 0.1926}, {Share{0, 10}, Share{0, 20}, -0.1611, 0.2775}, {Share{0, 10}, Share{0, 10}, -0.2775, 0.2775},
		{Share{10, 10}, Share{0, 20}, 0.6791, 1}, {Share{10, 10}, Share{0, 10}, 0.6075, 1},
	} {
		if got := Difference(c.a, c.b, 0.95); !near(got.Low, c.low) || !near(got.High, c.high) {
			t.Errorf("%v – %v: %.4f to %.4f, published %.4f to %.4f", c.a, c.b, got.Low, got.High, c.low, c.high)
		}
		if a, b := Difference(c.a, c.b, 0.95), Difference(c.b, c.a, 0.95); math.Abs(a.Low+b.High)+math.Abs(a.High+b.Low) > 1e-12 {
			t.Errorf("%v – %v is not the reverse of the other way round", c.a, c.b)
		}
	}
}

func TestWinnerNeedsEvidence(t *testing.T) {
	for _, c := range []struct {
		name   string
		shares []Share
		best   int
		found  bool
	}{
		{"nobody", []Share{{0, 0}, {0, 0}}, 0, false},
		{"equal", []Share{{10, 100}, {10, 100}}, 0, false},
		{"larger by chance", []Share{{10, 100}, {16, 100}}, 0, false},
		{"larger", []Share{{5, 200}, {30, 200}}, 1, true},
		{"nobody against some", []Share{{8, 40}, {0, 40}}, 0, true},
		{"more clicks than readers", []Share{{70, 20}, {1, 20}}, 0, true},
		{"one arm", []Share{{50, 60}}, 0, false},
		{"two of three alike", []Share{{50, 100}, {49, 100}, {1, 100}}, 0, false},
		{"one of four", []Share{{5, 100}, {6, 100}, {40, 100}, {4, 100}}, 2, true},
		{"enough for two arms, too little for four", []Share{{4, 100}, {14, 100}, {4, 100}, {4, 100}}, 0, false},
	} {
		best, found := Winner(c.shares)
		if best != c.best || found != c.found {
			t.Errorf("%s: %d, %v", c.name, best, found)
		}
	}
	if _, found := Winner([]Share{{4, 100}, {14, 100}}); !found {
		t.Error("with two arms the same difference is enough")
	}
}

// The numbers of readers are those of common tables for two proportions at 95 % confidence and 80 % power.
func TestReadersNeeded(t *testing.T) {
	for _, c := range []struct {
		p, q float64
		want int64
	}{{0.05, 0.10, 435}, {0.10, 0.20, 199}, {0.10, 0.15, 686}, {0.40, 0.60, 97}, {0.05, 0.05, 0}} {
		if got := Needed(c.p, c.q, 2); got != c.want {
			t.Errorf("from %v to %v: %d, want %d", c.p, c.q, got, c.want)
		}
	}
	if q, ok := Shows(0.05, 435, 2); !ok || q != 0.10 {
		t.Errorf("435 readers an arm show %v, %v", q, ok)
	}
	if _, ok := Shows(0.05, 2, 2); ok {
		t.Error("two readers an arm show something")
	}
	for n := int64(10); n < 2000; n += 37 {
		if q, ok := Shows(0.05, n, 2); ok {
			if more, _ := Shows(0.05, n+37, 2); more > q {
				t.Errorf("%d readers show more than %d", n, n+37)
			}
		}
	}
}
