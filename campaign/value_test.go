package campaign

import (
	"strings"
	"testing"
	"time"
)

func TestNumbersDaysAndYesNo(t *testing.T) {
	for text, want := range map[string]float64{
		"10000": 10000, "10.000": 10000, "10 000": 10000, "1.234.567": 1234567, "1.234,5": 1234.5, "1,234.5": 1234.5, "3,5": 3.5, "3.5": 3.5, "0.125": 0.125, "-7": -7, "1,234,567": 1234567,
		"1.2345": 1.2345, "+4": 4, "007": 7,
	} {
		if got, ok := ParseNumber(text); !ok || got != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
		if again, ok := ParseNumber(FormatNumber(want)); !ok || again != want {
			t.Errorf("%v is written as %q and read as %v", want, FormatNumber(want), again)
		}
	}
	for n, want := range map[float64]string{1.125: "1.1250", -12.345: "-12.3450", 150000.125: "150000.125", 0.125: "0.125", 1234.567: "1234.567", 10000: "10000", 1e21: "1000000000000000000000"} {
		if got := FormatNumber(n); got != want {
			t.Errorf("%v is written as %q, want %q", n, got, want)
		}
	}
	for _, text := range []string{"", "x", "1.2.3", "1,2,3", "--1", "1e5", "0x10", ".", "1.", ",5", "1.23,4.5", "NaN", "Inf", strings.Repeat("9", 50), "12-3"} {
		if got, ok := ParseNumber(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
	for _, text := range []string{"2026-01-31", "31.1.2026", "31.01.2026.", "31. 1. 2026.", "31/01/2026", "2026-01-31T10:00:00Z"} {
		if day, ok := ParseDay(text); !ok || day.Format(time.DateOnly) != "2026-01-31" {
			t.Errorf("%q is %v", text, day)
		}
	}
	for _, text := range []string{"", "2026", "31.2.2026", "2026-02-30", "yesterday", "1.1.0000"} {
		if day, ok := ParseDay(text); ok {
			t.Errorf("%q is %v", text, day)
		}
	}
}
