package opens

import (
	"fmt"
	"slices"
	"testing"
)

// What is kept of a hit says at each age what the hit itself would have said, also once it is written down and read.
func TestByAge(t *testing.T) {
	t.Parallel()
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var hits []Hit
	for _, agent := range []string{chrome, edge, firefox, iphoneMail, cubot, outlook, gmailProxy, gmailFetch, yahooProxy, oldChrome, headless, googlebot, thunderbird, "", "curl/8.5.0", "Examplebot/1.4", "Lynx/2.9", "something"} {
		for _, ip := range []string{"192.0.2.7", "40.94.28.1", "17.58.0.1"} {
			for _, kind := range []Kind{Open, Click, Trap} {
				hits = append(hits, Hit{Kind: kind, Agent: agent, IP: ip}, Hit{Kind: kind, Agent: agent, IP: ip, Headers: map[string]string{"Purpose": "prefetch"}})
			}
		}
	}
	for _, h := range hits {
		for range 2 { // made, and from the cache
			kept := ParseByAge(string(c.ByAge(h).AppendText(nil)))
			for _, age := range []float64{-1, 0, 4.9, 5, 5.1, 12, 59.9, 60, 3600} {
				h.After = &age
				if age < 0 {
					h.After = nil
				}
				want, got := c.Classify(h), kept.At(h.After)
				if got.Verdict != want.Verdict || !slices.Equal(got.Rules, want.Rules) {
					t.Errorf("%+v after %v: %+v, not %+v", h, age, got, want)
				}
			}
			h.After = nil
		}
	}
	if got := fmt.Sprintln(ParseByAge(""), ParseByAge(" ; "), ByAge(nil).At(nil).Verdict); got != "[] [] unknown\n" {
		t.Errorf("of nothing: %s", got)
	}
}
