package campaign

import (
	"cmp"
	"slices"
	"strings"
)

// Pace is how fast mail goes out. Zero values say nothing: what the address of the mail server says holds then. The team
// may change it while messages go out.
type Pace struct {
	PerSecond     float64         `json:"per_second,omitempty"`     // messages, of all senders together
	PerConnection float64         `json:"per_connection,omitempty"` // messages a second over each connection
	Connections   int             `json:"connections,omitempty"`    // to each mail server, of all senders together
	Providers     []ProviderLimit `json:"providers,omitempty"`
}

// ProviderLimit holds down what goes to one provider, of all senders together; zero is no limit.
type ProviderLimit struct {
	Provider    string  `json:"provider"`
	PerSecond   float64 `json:"per_second,omitempty"`
	Connections int     `json:"connections,omitempty"` // messages on the wire at the same time
}

// Limits of what may be set.
const (
	MaxPerSecond      = 100_000
	MaxConnections    = 1000
	MaxProviderLimits = 50
)

// Normalize checks a pace and brings it into its one form.
func (p *Pace) Normalize() error {
	faults := []error{checkRate("per_second", p.PerSecond), checkRate("per_connection", p.PerConnection)}
	if p.Connections < 0 || p.Connections > MaxConnections {
		faults = append(faults, FieldError("connections", "the connections must be between 1 and %d, or left empty", MaxConnections))
	}
	return Together(append(faults, p.normalizeProviders())...)
}

func (p *Pace) normalizeProviders() error {
	if len(p.Providers) > MaxProviderLimits {
		return FieldError("providers", "there may be limits for %d providers, not more", MaxProviderLimits)
	}
	for i := range p.Providers {
		l := &p.Providers[i]
		provider, err := ParseProvider(l.Provider)
		if err != nil {
			return err
		}
		if l.Provider = provider; l.PerSecond == 0 && l.Connections == 0 {
			return FieldError("providers", "the line of %s limits nothing: say how many a second, or how many connections", provider)
		}
		if err := checkRate("providers", l.PerSecond); err != nil {
			return err
		}
		if l.Connections < 0 || l.Connections > MaxConnections {
			return FieldError("providers", "the connections to %s must be between 1 and %d, or left empty", provider, MaxConnections)
		}
	}
	slices.SortFunc(p.Providers, func(a, b ProviderLimit) int { return strings.Compare(a.Provider, b.Provider) })
	for i := 1; i < len(p.Providers); i++ {
		if p.Providers[i].Provider == p.Providers[i-1].Provider {
			return FieldError("providers", "%s has two lines: its domains count as one provider", p.Providers[i].Provider)
		}
	}
	return nil
}

func checkRate(field string, perSecond float64) error {
	if !(perSecond >= 0 && perSecond <= MaxPerSecond) {
		return FieldError(field, "the messages a second must be between 0 and %d", MaxPerSecond)
	}
	return nil
}

// Over returns the pace with what it leaves open taken from another. Limits of a provider hold as they stand in the first.
func (p Pace) Over(base Pace) Pace {
	p.PerSecond = cmp.Or(p.PerSecond, base.PerSecond)
	p.PerConnection = cmp.Or(p.PerConnection, base.PerConnection)
	p.Connections = cmp.Or(p.Connections, base.Connections)
	p.Providers = slices.Clone(p.Providers)
	for _, l := range base.Providers {
		if !slices.ContainsFunc(p.Providers, func(own ProviderLimit) bool { return own.Provider == l.Provider }) {
			p.Providers = append(p.Providers, l)
		}
	}
	return p
}
