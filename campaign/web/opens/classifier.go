// Package opens tells whether a fetch of an image or link out of a message was a human's, a machine's or unknown. It is pure:
// it looks at one Hit at a time, stores nothing and reads nothing else. Rules that compare hits (F-07, F-08) work on stored events.
package opens

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Hit is what one fetch of an image or link out of a message says about who made it. Neither the address nor the agent may
// be stored or logged (E-05).
type Hit struct {
	Agent   string            `json:"ua"`
	IP      string            `json:"ip"`
	Method  string            `json:"method"`
	After   *float64          `json:"seconds_after_delivery"` // nil when unknown, as in aggregate mode
	Headers map[string]string `json:"headers"`
}

// Result is what a hit probably was, and the rule that decided.
type Result struct {
	Verdict campaign.Verdict `json:"verdict"`
	Reason  string           `json:"reason"`
	Rule    string           `json:"rule"`
}

// Classifier tells people from machines by rules and by the dated lists it holds.
type Classifier struct {
	Date     string // of the lists; stored with each verdict, so that figures can be recomputed (F-16)
	tools    map[string]bool
	machines map[string]bool
	ranges   []netip.Prefix
}

// Classify returns the result of the first rule that matches.
func (c *Classifier) Classify(h Hit) Result {
	for _, rule := range []func(Hit) (Result, bool){
		byMethod, byPurpose, byApplePrivacy, byGmailPrefetch, c.byTool, c.byName, c.byRange, byProxy, byHaste, byProgram,
	} {
		if r, ok := rule(h); ok {
			return r
		}
	}
	return unknown("F-14", "nothing that says who it was")
}

func machine(rule, why string) Result {
	return Result{Verdict: campaign.Machine, Reason: why, Rule: rule}
}
func human(rule, why string) Result { return Result{Verdict: campaign.Human, Reason: why, Rule: rule} }
func unknown(rule, why string) Result {
	return Result{Verdict: campaign.Unknown, Reason: why, Rule: rule}
}

func byMethod(h Hit) (Result, bool) {
	return machine("F-01", "method "+h.Method), h.Method != "" && h.Method != "GET"
}

func byPurpose(h Hit) (Result, bool) {
	for name, value := range h.Headers {
		switch strings.ToLower(name) {
		case "sec-purpose", "purpose", "x-purpose", "x-moz":
			if value = strings.ToLower(value); strings.Contains(value, "prefetch") || strings.Contains(value, "preview") {
				return machine("F-02", "fetched ahead by the browser"), true
			}
		}
	}
	return Result{}, false
}

// byApplePrivacy matches Apple's Mail Privacy Protection, which fetches every image whether or not anybody reads the message.
func byApplePrivacy(h Hit) (Result, bool) {
	return machine("F-03", "Apple Mail Privacy Protection"), h.Agent == "Mozilla/5.0"
}

// byGmailPrefetch matches Gmail fetching images as mail arrives. The current Edge calls itself Edg.
func byGmailPrefetch(h Hit) (Result, bool) {
	return machine("F-04", "fetched ahead by Gmail"), strings.Contains(h.Agent, "Chrome/42.") && strings.Contains(h.Agent, "Edge/12.246")
}

func (c *Classifier) byTool(h Hit) (Result, bool) {
	if strings.TrimSpace(h.Agent) == "" {
		return machine("F-05", "no user agent"), true
	}
	for _, t := range agentTokens(h.Agent) {
		if c.tools[t] {
			return machine("F-05", "the library or tool "+t), true
		}
	}
	return Result{}, false
}

// botProduct is a product token that ends in "bot": Foobot/1.2.
var botProduct = regexp.MustCompile(`(?i)\b[a-z0-9]*bot/[0-9]`)

func (c *Classifier) byName(h Hit) (Result, bool) {
	tokens := agentTokens(h.Agent)
	for i, t := range tokens {
		if c.machines[t] || i+1 < len(tokens) && c.machines[t+" "+tokens[i+1]] {
			return machine("F-06", "the scanner, preview or crawler "+t), true
		}
	}
	if name := botProduct.FindString(h.Agent); name != "" && !strings.HasPrefix(strings.ToLower(name), "cubot") { // Cubot makes telephones
		return machine("F-06", "a robot by its name"), true
	}
	return Result{}, false
}

func (c *Classifier) byRange(h Hit) (Result, bool) {
	ip, err := netip.ParseAddr(h.IP)
	if err != nil {
		return Result{}, false
	}
	for _, r := range c.ranges {
		if !r.Contains(ip.Unmap()) {
			continue
		}
		if h.within(60) {
			return machine("F-09", "a mail scanner's network, at delivery"), true
		}
		return unknown("F-09", "a mail scanner's network"), true
	}
	return Result{}, false
}

// byProxy runs before byHaste: proxies send old agent strings on purpose, which say nothing about the reader's browser.
func byProxy(h Hit) (Result, bool) {
	for _, p := range []struct {
		mark, name string
		after      float64
	}{{"GoogleImageProxy", "Gmail's image proxy", 5}, {"YahooMailProxy", "Yahoo's image proxy", 60}} {
		if !strings.Contains(h.Agent, p.mark) {
			continue
		}
		if h.within(p.after) {
			return unknown("F-11", p.name+", right after delivery"), true
		}
		return human("F-11", p.name+", when the message is shown"), true
	}
	return Result{}, false
}

// byHaste matches hits within five seconds of delivery. Nobody reads that fast, but the time of delivery is not exact.
func byHaste(h Hit) (Result, bool) {
	if h.After == nil || *h.After > 5 {
		return Result{}, false
	}
	if isOld(h.Agent) {
		return machine("F-10", "within five seconds, by an agent ten years old"), true
	}
	return unknown("F-10", "within five seconds"), true
}

func byProgram(h Hit) (Result, bool) {
	for _, name := range mailPrograms {
		if strings.Contains(h.Agent, name) {
			return human("F-13", "the mail program "+name), true
		}
	}
	if !strings.HasPrefix(h.Agent, "Mozilla/5.0 (") || !strings.Contains(h.Agent, "AppleWebKit/") && !strings.Contains(h.Agent, "Gecko/") {
		return Result{}, false
	}
	if slices.ContainsFunc(systems, func(system string) bool { return strings.Contains(h.Agent, system) }) {
		return human("F-13", "a browser or mail program"), true
	}
	return Result{}, false
}

// within reports whether the hit is known to have come less than the given seconds after delivery.
func (h Hit) within(seconds float64) bool { return h.After != nil && *h.After < seconds }

var (
	mailPrograms = []string{"Thunderbird/", "Microsoft Outlook", "Outlook-iOS", "Outlook-Android", "Lotus-Notes", "eM Client", "The Bat!", "Evolution/", "K-9 Mail"}
	systems      = []string{"Windows NT", "Macintosh", "iPhone", "iPad", "Android", "X11", "CrOS", "Linux"}
	version      = regexp.MustCompile(`(Chrome|Firefox)/(\d+)`)
)

// tenYearsOld holds the last major versions released ten years before the lists.
var tenYearsOld = map[string]int{"Chrome": 54, "Firefox": 49}

func isOld(agent string) bool {
	for _, name := range mailPrograms {
		if strings.Contains(agent, name) {
			return false // Outlook calls itself Internet Explorer 7 to this day
		}
	}
	if m := version.FindStringSubmatch(agent); m != nil {
		major, err := strconv.Atoi(m[2])
		return err == nil && major <= tenYearsOld[m[1]]
	}
	return strings.Contains(agent, "MSIE ") || strings.Contains(agent, "Windows NT 5.")
}

// agentTokens splits an agent string into whole lower-case words: "Cubot" does not contain "bot".
func agentTokens(agent string) []string {
	return strings.FieldsFunc(strings.ToLower(agent), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	})
}
