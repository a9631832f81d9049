package campaign

import (
	"math"
	"strings"
	"testing"
)

func TestProviders(t *testing.T) {
	for domain, want := range map[string]string{
		"gmail.com": "gmail.com", "googlemail.com": "gmail.com", "hotmail.fr": "outlook.com", "example.org": "example.org", "aol.com": "yahoo.com",
	} {
		if got := ProviderOf(domain); got != want {
			t.Errorf("%s is at %s, want %s", domain, got, want)
		}
	}
	seen := map[string]bool{}
	for provider, domains := range providers {
		if domains[0] != provider {
			t.Errorf("%s must stand first", provider)
		}
		for _, d := range domains {
			if seen[d] {
				t.Errorf("%s stands twice", d)
			}
			seen[d] = true
		}
	}
	for in, want := range map[string]string{" @Hotmail.COM ": "outlook.com", "пример.срб": "xn--e1afmkfd.xn--90a3ac", "example.org.": "example.org"} {
		if got, err := ParseProvider(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "gmail", "a b.example", "x@gmail.com", "gmail.com\r\nx.example", strings.Repeat("a.", 200) + "example"} {
		if got, err := ParseProvider(in); err == nil {
			t.Errorf("%q is %q", in, got)
		}
	}
}

func TestPace(t *testing.T) {
	good := Pace{PerSecond: 5, Connections: 3, Providers: []ProviderLimit{{Provider: "Hotmail.com", PerSecond: 0.5}, {Provider: "example.org", Connections: 2}}}
	if err := good.Normalize(); err != nil || good.Providers[0].Provider != "example.org" || good.Providers[1].Provider != "outlook.com" {
		t.Errorf("%+v, %v", good, err)
	}
	for name, p := range map[string]Pace{
		"negative": {PerSecond: -1}, "not a number": {PerConnection: math.NaN()}, "endless": {PerSecond: math.Inf(1)}, "connections": {Connections: 1001},
		"twice": {Providers: []ProviderLimit{{Provider: "hotmail.com", PerSecond: 1}, {Provider: "live.com", PerSecond: 1}}},
		"empty": {Providers: []ProviderLimit{{Provider: "gmail.com"}}}, "nonsense": {Providers: []ProviderLimit{{Provider: "gmail", PerSecond: 1}}},
		"many": {Providers: make([]ProviderLimit, MaxProviderLimits+1)},
	} {
		if err := p.Normalize(); CodeOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	over := Pace{PerSecond: 1, Providers: []ProviderLimit{{Provider: "gmail.com", PerSecond: 2}}}.Over(
		Pace{PerSecond: 9, Connections: 4, Providers: []ProviderLimit{{Provider: "gmail.com", PerSecond: 7}, {Provider: "yahoo.com", Connections: 1}}})
	if over.PerSecond != 1 || over.Connections != 4 || len(over.Providers) != 2 || over.Providers[0].PerSecond != 2 {
		t.Errorf("%+v", over)
	}
}
