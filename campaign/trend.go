package campaign

import "slices"

// Trend says how a run's share compares with our own past.
type Trend string

const (
	More   Trend = "more"
	Usual  Trend = "usual"
	Less   Trend = "less"
	TooFew Trend = "too_few" // there is too little past to compare with
)

const (
	trendLeast = 3     // runs before one says what is usual
	trendSlack = 0.15  // of the median is as usual still
	trendFloor = 0.003 // so is a difference of less than this: of a few readers it is chance
)

// Compare compares a share with the median of earlier ones, which it returns.
func Compare(share float64, past []float64) (Trend, float64) {
	middle := Median(past)
	switch slack := max(trendSlack*middle, trendFloor); {
	case len(past) < trendLeast:
		return TooFew, middle
	case share > middle+slack:
		return More, middle
	case share < middle-slack:
		return Less, middle
	}
	return Usual, middle
}

// Median returns the middle one of some values, or the mean of the two middle ones; 0 of none.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Shares of a run that are compared with those of others: of those sent to, how many messages were returned; of those whose
// message was accepted, how many readers left, and how many read it at most, see ReadRange.
func (f Figures) ReturnedShare() float64 { return shareOf(f.Returned, f.ToSend()) }
func (f Figures) LeftShare() float64     { return shareOf(f.Unsubscribed, f.Accepted) }
func (f Figures) ReadShare() float64 {
	_, most := f.ReadRange()
	return shareOf(most, f.Accepted)
}

// ReadRange returns how many readers certainly read a message, and how many did if everything that no machine did was done by
// another reader each time (F-20).
func (f Figures) ReadRange() (least, most int64) { return f.Range(f.Opened) }

// Range is ReadRange for opens or clicks.
func (f Figures) Range(v Verdicts) (least, most int64) {
	return v.People, min(f.Accepted, max(v.People, v.Times+v.Unknown))
}

func shareOf(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}
