package web

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Hit is one fetch of an image or link out of a message, as far as it says who fetched it. It is looked at and
// forgotten: neither the address nor the agent is kept (E-05).
type Hit struct {
	Agent   string            `json:"ua"`
	IP      string            `json:"ip"`
	Method  string            `json:"method"`
	After   *float64          `json:"seconds_after_delivery"` // nil where it is not known, as in aggregate mode
	Headers map[string]string `json:"headers"`
}

// Judgement is what a hit probably was, and the rule of F.2 that says so.
type Judgement struct {
	Verdict campaign.Verdict `json:"verdict"`
	Reason  string           `json:"reason"`
	Rule    string           `json:"rule"`
}

// Judge tells people from machines by the dated lists it holds. It looks at one hit at a time; the rules that compare
// hits (F-07, F-08) work on what is recorded.
type Judge struct {
	Date     string // of the lists, kept with each verdict so that figures can be worked out anew (F-16)
	tools    map[string]bool
	machines map[string]bool
	ranges   []netip.Prefix
}

// Judge gives the verdict of the first rule that fits.
func (j *Judge) Judge(h Hit) Judgement {
	for _, rule := range []func(Hit) (Judgement, bool){
		j.byMethod, j.byPurpose, j.byRelay, j.byPrefetch, j.byTool, j.byName, j.byRange, j.byProxy, j.byHaste, j.byProgram,
	} {
		if v, ok := rule(h); ok {
			return v
		}
	}
	return unknown("F-14", "nothing that says who it was")
}

func machine(rule, why string) Judgement { return Judgement{campaign.Machine, why, rule} }
func human(rule, why string) Judgement   { return Judgement{campaign.Human, why, rule} }
func unknown(rule, why string) Judgement { return Judgement{campaign.Unknown, why, rule} }

func (j *Judge) byMethod(h Hit) (Judgement, bool) {
	return machine("F-01", "method "+h.Method), h.Method != "" && h.Method != "GET"
}

func (j *Judge) byPurpose(h Hit) (Judgement, bool) {
	for name, value := range h.Headers {
		switch strings.ToLower(name) {
		case "sec-purpose", "purpose", "x-purpose", "x-moz":
			if value = strings.ToLower(value); strings.Contains(value, "prefetch") || strings.Contains(value, "preview") {
				return machine("F-02", "fetched ahead by the browser"), true
			}
		}
	}
	return Judgement{}, false
}

// byRelay knows Apple's Mail Privacy Protection, which fetches every image whether or not anybody reads.
func (j *Judge) byRelay(h Hit) (Judgement, bool) {
	return machine("F-03", "Apple Mail Privacy Protection"), h.Agent == "Mozilla/5.0"
}

// byPrefetch knows Gmail's fetching of images while mail arrives; today's Edge calls itself Edg.
func (j *Judge) byPrefetch(h Hit) (Judgement, bool) {
	return machine("F-04", "fetched ahead by Gmail"), strings.Contains(h.Agent, "Chrome/42.") && strings.Contains(h.Agent, "Edge/12.246")
}

func (j *Judge) byTool(h Hit) (Judgement, bool) {
	if strings.TrimSpace(h.Agent) == "" {
		return machine("F-05", "no user agent"), true
	}
	for _, t := range agentTokens(h.Agent) {
		if j.tools[t] {
			return machine("F-05", "the library or tool "+t), true
		}
	}
	return Judgement{}, false
}

// botProduct is a product token that ends in "bot": Foobot/1.2.
var botProduct = regexp.MustCompile(`(?i)\b[a-z0-9]*bot/[0-9]`)

func (j *Judge) byName(h Hit) (Judgement, bool) {
	tokens := agentTokens(h.Agent)
	for i, t := range tokens {
		if j.machines[t] || i+1 < len(tokens) && j.machines[t+" "+tokens[i+1]] {
			return machine("F-06", "the scanner, preview or crawler "+t), true
		}
	}
	if name := botProduct.FindString(h.Agent); name != "" && !strings.HasPrefix(strings.ToLower(name), "cubot") { // Cubot makes telephones
		return machine("F-06", "a robot by its name"), true
	}
	return Judgement{}, false
}

func (j *Judge) byRange(h Hit) (Judgement, bool) {
	ip, err := netip.ParseAddr(h.IP)
	if err != nil {
		return Judgement{}, false
	}
	for _, r := range j.ranges {
		if !r.Contains(ip.Unmap()) {
			continue
		}
		if h.within(60) {
			return machine("F-09", "a mail scanner's network, at delivery"), true
		}
		return unknown("F-09", "a mail scanner's network"), true
	}
	return Judgement{}, false
}

// byProxy comes before byHaste: the proxies' agent strings are old on purpose and say nothing about the reader's age.
func (j *Judge) byProxy(h Hit) (Judgement, bool) {
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
	return Judgement{}, false
}

// byHaste: nobody reads within five seconds, but the moment of delivery is not exact either.
func (j *Judge) byHaste(h Hit) (Judgement, bool) {
	if h.After == nil || *h.After > 5 {
		return Judgement{}, false
	}
	if isOld(h.Agent) {
		return machine("F-10", "within five seconds, by an agent ten years old"), true
	}
	return unknown("F-10", "within five seconds"), true
}

func (j *Judge) byProgram(h Hit) (Judgement, bool) {
	for _, name := range mailPrograms {
		if strings.Contains(h.Agent, name) {
			return human("F-13", "the mail program "+name), true
		}
	}
	if !strings.HasPrefix(h.Agent, "Mozilla/5.0 (") || !strings.Contains(h.Agent, "AppleWebKit/") && !strings.Contains(h.Agent, "Gecko/") {
		return Judgement{}, false
	}
	for _, system := range systems {
		if strings.Contains(h.Agent, system) {
			return human("F-13", "a browser or mail program"), true
		}
	}
	return Judgement{}, false
}

// within reports whether the hit is known to have come less than some seconds after delivery.
func (h Hit) within(seconds float64) bool { return h.After != nil && *h.After < seconds }

var (
	mailPrograms = []string{"Thunderbird/", "Microsoft Outlook", "Outlook-iOS", "Outlook-Android", "Lotus-Notes", "eM Client", "The Bat!", "Evolution/", "K-9 Mail"}
	systems      = []string{"Windows NT", "Macintosh", "iPhone", "iPad", "Android", "X11", "CrOS", "Linux"}
	version      = regexp.MustCompile(`(Chrome|Firefox)/(\d+)`)
)

// tenYearsOld are the last major versions that came out ten years before the lists.
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

// agentTokens splits an agent string into its words in lower case, whole: "Cubot" holds no "bot".
func agentTokens(agent string) []string {
	return strings.FieldsFunc(strings.ToLower(agent), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	})
}
