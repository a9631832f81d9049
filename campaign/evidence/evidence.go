// Package evidence says what numbers of clicks prove: the intervals of shares and of differences between shares, and how many
// readers a difference needs. It is arithmetic alone, and knows neither campaigns nor stores.
package evidence

import "math"

// Confidence is that of every interval shown, and Power how often a difference of the size named shows itself.
const (
	Confidence = 0.95
	Power      = 0.8
)

// Share is how many of some readers did something.
type Share struct{ Did, Of int64 }

// rate is the share as a number; 0 of nobody.
func (s Share) rate() float64 {
	if s.Of <= 0 {
		return 0
	}
	return float64(s.did()) / float64(s.Of)
}

// did is never more than there are: readers who are counted together can be counted twice.
func (s Share) did() int64 { return max(0, min(s.Did, s.Of)) }

// Interval is a range of shares, or of differences between two.
type Interval struct{ Low, High float64 }

// HoldsZero reports whether a difference of nothing lies in the interval.
func (i Interval) HoldsZero() bool { return i.Low <= 0 && i.High >= 0 }

// quantile returns how many standard deviations around its mean hold a part of the normal distribution.
func quantile(part float64) float64 { return math.Sqrt2 * math.Erfinv(part) }

// Interval returns the interval of a share: Wilson's score interval without correction (Wilson 1927; method 3 of Newcombe, Statistics in
// Medicine 17, 857–872, 1998).
func (s Share) Interval(confidence float64) Interval {
	if s.Of <= 0 {
		return Interval{0, 1}
	}
	z, n, p := quantile(confidence), float64(s.Of), s.rate()
	middle := 2*n*p + z*z
	half := z * math.Sqrt(z*z+4*n*p*(1-p))
	return Interval{max(0, (middle-half)/(2*(n+z*z))), min(1, (middle+half)/(2*(n+z*z)))}
}

// Difference returns the interval of how much larger the share a is than b: Newcombe's hybrid score interval (method 10 of Newcombe,
// Statistics in Medicine 17, 873–890, 1998), which holds for small numbers and for none of many.
func Difference(a, b Share, confidence float64) Interval {
	if a.Of <= 0 || b.Of <= 0 {
		return Interval{-1, 1}
	}
	x, y, d := a.Interval(confidence), b.Interval(confidence), a.rate()-b.rate()
	low := d - math.Hypot(a.rate()-x.Low, y.High-b.rate())
	high := d + math.Hypot(x.High-a.rate(), b.rate()-y.Low)
	return Interval{max(-1, low), min(1, high)}
}

// PairConfidence is that of the interval of each pair of several arms, so that all pairs together keep Confidence (Bonferroni).
func PairConfidence(arms int) float64 {
	pairs := max(1, arms*(arms-1)/2)
	return 1 - (1-Confidence)/float64(pairs)
}

// Winner returns the share that is larger than each of the others with evidence: the interval of each difference excludes zero.
func Winner(shares []Share) (best int, found bool) {
	confidence := PairConfidence(len(shares))
	for i := range shares {
		beats := len(shares) > 1
		for j := range shares {
			beats = beats && (i == j || Difference(shares[i], shares[j], confidence).Low > 0)
		}
		if beats {
			return i, true
		}
	}
	return 0, false
}

// Needed returns how many readers each of so many arms needs, so that a difference between two shares shows itself as often as Power
// says: the formula for two proportions, as Fleiss gives it (Statistical Methods for Rates and Proportions, 4.14), without
// correction. It returns 0 for no difference.
func Needed(p, q float64, arms int) int64 {
	if p == q {
		return 0
	}
	a, b, mean := quantile(PairConfidence(arms)), quantile(2*Power-1), (p+q)/2
	root := a*math.Sqrt(2*mean*(1-mean)) + b*math.Sqrt(p*(1-p)+q*(1-q))
	return int64(math.Ceil(root * root / ((p - q) * (p - q))))
}

// Shows returns the smallest share above p that so many readers in each arm tell from p as often as Power says, in whole parts of a
// hundred; ok is false where even all of them clicking would not.
func Shows(p float64, readers int64, arms int) (q float64, ok bool) {
	for percent := int(p*100) + 1; percent <= 100; percent++ {
		q := float64(percent) / 100
		if n := Needed(p, q, arms); n > 0 && n <= readers {
			return q, true
		}
	}
	return 0, false
}
