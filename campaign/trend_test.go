package campaign

import "testing"

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		share float64
		of    int64
		past  []float64
		want  Trend
	}{
		{0.4, 1000, nil, TooFew}, {0.4, 1000, []float64{0.1, 0.1}, TooFew},
		{0.4, 1000, []float64{0.2, 0.3, 0.9}, More}, {0.31, 1000, []float64{0.2, 0.3, 0.9}, Usual}, {0.2, 1000, []float64{0.3, 0.3, 0.3, 0.3}, Less},
		{0.002, 1000, []float64{0, 0, 0}, Usual}, {0.01, 1000, []float64{0, 0, 0}, More},
		{1.0 / 57, 57, []float64{0, 0, 0}, Usual}, {2.0 / 57, 57, []float64{0, 0, 0}, More}, {0, 20, []float64{0.04, 0.04, 0.04}, Usual},
	} {
		if got, _ := Compare(c.share, c.of, c.past); got != c.want {
			t.Errorf("Compare(%v, %d, %v) = %s, want %s", c.share, c.of, c.past, got, c.want)
		}
	}
	if got := Median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("Median = %v", got)
	}
}

func TestReadRangeLiesWithinTheAccepted(t *testing.T) {
	f := Figures{Accepted: 10, Opened: Verdicts{People: 2, Times: 9, Unknown: 7}}
	if least, most := f.ReadRange(); least != 2 || most != 10 {
		t.Errorf("%d to %d", least, most)
	}
	if f := (Figures{}); f.ReadShare() != 0 || f.LeftShare() != 0 || f.ReturnedShare() != 0 {
		t.Error("a run to nobody has shares")
	}
}
