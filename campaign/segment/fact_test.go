package segment

import (
	"slices"
	"strings"
	"testing"
)

func TestFactsStandInOrder(t *testing.T) {
	numbers := []float64{-1e9, -10000, -1.5, -1, 0, 0.5, 1, 2, 10, 9999, 10000, 1e14}
	if !slices.IsSortedFunc(numbers, func(a, b float64) int { return strings.Compare(sortable(a), sortable(b)) }) {
		t.Error("written numbers do not stand in order")
	}
	if afterHex("0f") != "10" || beforeHex("10") != "0f" || afterHex("ff") != "ff" || beforeHex("00") != "00" {
		t.Error("the next of a number is wrong")
	}
}
