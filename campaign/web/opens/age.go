package opens

import (
	"slices"
	"strings"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// ByAge is what a hit is by itself, by how long after the message it came: where that is not known at the time it stays open, and
// nothing of the hit need be kept. It holds one result where all are the same, else one for each span of ages and one for later.
type ByAge []Result

// spans are seconds after delivery, each within one of the spans that the rules tell apart: before five, five, and within the minute.
var spans = []float64{0, 5, 30}

// ByAge returns what a hit is at whatever age. Its own is not looked at.
func (c *Classifier) ByAge(h Hit) ByAge {
	key := agedHit{kind: h.Kind, method: h.Method, agent: h.Agent, scanner: inNetworks(c.ranges, h.IP), relay: inNetworks(c.relays, h.IP)}
	plain := len(h.Headers) == 0 && h.Context == Context{} && len(h.Agent) <= 512
	if plain {
		if known, ok := c.aged.get(key); ok {
			return known
		}
	}
	out := c.atEachAge(h)
	if plain {
		c.aged.put(key, out)
	}
	return out
}

func (c *Classifier) atEachAge(h Hit) ByAge {
	h.After = nil
	if r, ok := c.atAnyAge(h); ok {
		return ByAge{{Verdict: r.Verdict, Rules: r.Rules}}
	}
	rest := c.byTheRest(h)
	out := make(ByAge, 0, len(spans)+1)
	for i := range len(spans) + 1 {
		if h.After = nil; i < len(spans) {
			h.After = &spans[i]
		}
		r, ok := c.byItsAge(h)
		if !ok {
			r = rest
		}
		out = append(out, Result{Verdict: r.Verdict, Rules: r.Rules})
	}
	if !slices.ContainsFunc(out, func(r Result) bool { return r.Verdict != out[0].Verdict || !slices.Equal(r.Rules, out[0].Rules) }) {
		out = out[:1]
	}
	return out
}

// At returns what the hit is that many seconds after its message; nil where that is not known.
func (b ByAge) At(after *float64) Result {
	switch {
	case len(b) == 0:
		return unknown("F-14", "")
	case len(b) <= len(spans) || after == nil || *after >= 60:
		return b[len(b)-1]
	case *after < 5:
		return b[0]
	case *after == 5:
		return b[1]
	}
	return b[2]
}

// AppendText writes the results as ParseByAge reads them: "unknown F-10;human F-13". Each has rules of one word.
func (b ByAge) AppendText(text []byte) []byte {
	for i, r := range b {
		if i > 0 {
			text = append(text, ';')
		}
		text = append(text, r.Verdict...)
		for _, rule := range r.Rules {
			text = append(append(text, ' '), rule...)
		}
	}
	return text
}

// ParseByAge reads what AppendText wrote.
func ParseByAge(text string) (b ByAge) {
	for one := range strings.SplitSeq(text, ";") {
		words := strings.Fields(one)
		if len(words) == 0 {
			return nil
		}
		b = append(b, Result{Verdict: campaign.Verdict(words[0]), Rules: words[1:]})
	}
	return b
}

// agedHit is all that ByAge depends on, of a hit without headers that say more.
type agedHit struct {
	kind           Kind
	method, agent  string
	scanner, relay bool
}

// agedHits caches what programs are taken for: many readers use the same few.
type agedHits struct {
	mu    sync.Mutex
	known map[agedHit]ByAge
}

const maxAgedHits = 2000

func (a *agedHits) get(key agedHit) (ByAge, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known, ok := a.known[key]
	return known, ok
}

func (a *agedHits) put(key agedHit, b ByAge) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil || len(a.known) >= maxAgedHits {
		a.known = map[agedHit]ByAge{}
	}
	a.known[key] = b
}
