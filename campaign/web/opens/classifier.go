// Package opens tells whether a fetch of an image or link out of a message was a human's, a machine's or unknown, by the rules
// of domain.md F.2. It is pure: it stores nothing and reads nothing but the hits it is given, one by itself or a history.
package opens

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Classifier tells people from machines by rules and by the dated lists it holds.
type Classifier struct {
	Date     string // of the lists; stored with each verdict, so that figures can be recomputed (F-16)
	Source   string // where they are from
	tools    names
	machines names
	ranges   []netip.Prefix
	relays   []netip.Prefix
	aged     agedHits
}

// Classify returns the result of the first rule that matches a hit by itself; Judge compares it with others.
func (c *Classifier) Classify(h Hit) Result {
	if r, ok := c.atAnyAge(h); ok {
		return r
	}
	if r, ok := c.byItsAge(h); ok {
		return r
	}
	return c.byTheRest(h)
}

// atAnyAge, byItsAge and byTheRest are the rules in their order. Only those of byItsAge look at how long after its message a hit came.
func (c *Classifier) atAnyAge(h Hit) (Result, bool) {
	if byPerson(&h) {
		return human("POST", "leaving and choosing is asked for by people only"), true
	}
	return first(h, byMethod, byPurpose, byApplePrivacy, byGmailPrefetch, c.byTool, c.byName, byContext)
}

func (c *Classifier) byItsAge(h Hit) (Result, bool) { return first(h, c.byRange, byProxy, byHaste) }

func (c *Classifier) byTheRest(h Hit) Result {
	if r, ok := first(h, c.byRelay, byProgram); ok {
		return r
	}
	return unknown("F-14", "nothing that says who it was")
}

func first(h Hit, rules ...func(Hit) (Result, bool)) (Result, bool) {
	for _, rule := range rules {
		if r, ok := rule(h); ok {
			return r, true
		}
	}
	return Result{}, false
}

func result(v campaign.Verdict, rule, why string) Result {
	return Result{Verdict: v, Rules: []string{rule}, Why: why}
}
func machine(rule, why string) Result { return result(campaign.Machine, rule, why) }
func human(rule, why string) Result   { return result(campaign.Human, rule, why) }
func unknown(rule, why string) Result { return result(campaign.Unknown, rule, why) }

// byPerson reports whether a hit is the POST of a person who leaves or chooses, or of their mail program (RFC 8058): no rule ever
// takes it for a machine's. Following the link to the page is nobody's wish yet.
func byPerson(h *Hit) bool { return h.Kind == Leave && h.Method == "POST" }

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
	in := split(h.Agent)
	name := c.tools.find(in.letters, in.at)
	return machine("F-05", "the library or tool "+name), name != ""
}

func (c *Classifier) byName(h Hit) (Result, bool) {
	agent := withoutDevice(h.Agent)
	in := split(agent)
	for _, at := range [][]int{in.at, in.capitals} {
		if name := c.machines.find(in.letters, at); name != "" && !(slices.Contains(messengers, name) && isBrowser(agent)) {
			return machine("F-06", "the scanner, preview or crawler "+name), true
		}
	}
	if strings.Contains(agent, "+http") { // where its owner explains it, as only robots say
		return machine("F-06", "a robot that says whose it is"), true
	}
	return machine("F-06", "a robot by its name"), namesRobot(agent)
}

// byContext matches what others have counted of the hits around this one; Judge counts by itself.
func byContext(h Hit) (Result, bool) {
	switch {
	case h.Kind == Trap || h.Context.Trapped:
		return machine("F-07", "the link that people do not see was followed"), true
	case h.Context.Links >= burstLinks:
		return machine("F-07", "three or more links were followed within ten seconds"), true
	case h.Context.Deliveries >= CrowdSize && !SharedProxy(h.Agent):
		return machine("F-08", "its address fetched the images of twenty deliveries within a minute"), true
	}
	return Result{}, false
}

func (c *Classifier) byRange(h Hit) (Result, bool) {
	switch {
	case !inNetworks(c.ranges, h.IP):
		return Result{}, false
	case h.within(60):
		return machine("F-09", "a mail scanner's network, at delivery"), true
	}
	return unknown("F-09", "a mail scanner's network"), true
}

func inNetworks(networks []netip.Prefix, address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(ip.Unmap()) })
}

// byRelay matches images that Apple's relay may have fetched without anybody reading (F-12). It fetches no links.
func (c *Classifier) byRelay(h Hit) (Result, bool) {
	fits := h.Kind != Click && strings.Contains(h.Agent, "Mac OS X") && strings.Contains(h.Agent, " Safari/") && strings.Contains(h.Agent, "Version/")
	return unknown("F-12", "through Apple's relay, which hides the reader"), fits && inNetworks(c.relays, h.IP)
}

// SharedProxy reports whether a provider's proxy fetches for many readers, whose address says nothing of them.
func SharedProxy(agent string) bool {
	return slices.ContainsFunc(proxies, func(p proxy) bool { return strings.Contains(agent, p.mark) })
}

type proxy struct {
	mark, name string
	after      float64 // seconds from which on it shows that the message is shown
}

var proxies = []proxy{{"GoogleImageProxy", "Gmail's image proxy", 5}, {"YahooMailProxy", "Yahoo's image proxy", 60}}

// byProxy runs before byHaste: proxies send old agent strings on purpose, which say nothing about the reader's browser.
func byProxy(h Hit) (Result, bool) {
	for _, p := range proxies {
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
	if name := mailProgram(h.Agent); name != "" {
		return human("F-13", "the mail program "+name), true
	}
	if i := slices.IndexFunc(textBrowsers, func(name string) bool { return strings.HasPrefix(h.Agent, name) }); i >= 0 && h.Kind != Open {
		return human("F-13", "the text browser "+strings.TrimRight(textBrowsers[i], "/ (")), true
	}
	if !isBrowser(h.Agent) {
		return Result{}, false
	}
	if strings.Contains(h.Agent, "Windows NT 5.") {
		if name, major, ok := browser(h.Agent); ok && major > lastOnXP {
			return unknown("F-14", fmt.Sprintf("no such browser: %s %d for Windows XP", name, major)), true
		}
	}
	return human("F-13", "a browser or mail program"), true
}

// isBrowser reports whether an agent names the engine and the system of a browser.
func isBrowser(agent string) bool {
	engine := slices.ContainsFunc(engines, func(e string) bool { return strings.Contains(agent, e) })
	system := slices.ContainsFunc(systems, func(s string) bool { return strings.Contains(agent, s) })
	return engine && system && (strings.HasPrefix(agent, "Mozilla/") || strings.HasPrefix(agent, "Opera/"))
}

// messengers fetch previews by their own name alone; in a browser's name they are where somebody followed the link.
var messengers = []string{"viber", "whatsapp"}

// mailProgram returns the mail program that an agent says it is; "" for none.
func mailProgram(agent string) string {
	for _, name := range mailPrograms {
		if strings.Contains(agent, name) {
			return strings.TrimRight(name, "/ ")
		}
	}
	return ""
}

var (
	mailPrograms = []string{
		"Thunderbird/", "Betterbird/", "SeaMonkey/", "Postbox/", "Microsoft Outlook", "Outlook-iOS", "Outlook-Android", "MacOutlook/", "MSOffice 1", "Microsoft Office/1",
		"Lotus-Notes", "HCL-Notes", "GroupWise", "Zimbra", "eM Client", "eMClient", "Mailbird", "The Bat!", "Foxmail", "Evolution/", "Geary", "KMail/", "Claws Mail", "Sylpheed",
		"K-9 Mail", "FairEmail", "AquaMail", "BlueMail", "SamsungEmail", "Samsung Email", "Airmail", "MailMate/", "Canary Mail", "Mimestream/",
		"Spark/", "Mailspring/", "Edison", "Spike/", "ProtonMail/", "Proton Mail/", "Tutanota", "YahooMobile/", "Nine/", "Opera Mail", "Pegasus Mail", "Becky! Internet Mail", "Eudora/", "Trojita/",
	}
	// Browsers for those who read text alone, among them people who cannot see; they load no images and follow links.
	textBrowsers = []string{"Lynx/", "Links (", "ELinks/", "w3m/", "NetSurf/", "Dillo/", "URL/Emacs", "edbrowse/"}
	systems      = []string{"Windows NT", "Windows Phone", "Macintosh", "iPhone", "iPad", "Android", "X11", "CrOS", "Linux", "KAIOS", "PlayStation", "Nintendo", "BlackBerry", "BB10", "Haiku", "Tizen", "Web0S"}
	engines      = []string{"AppleWebKit/", "Gecko/", "Trident/", "MSIE ", "Presto/"}
)

// lastOnXP is the last major version of a browser that Windows XP runs.
const lastOnXP = 52

// browser returns the browser that an agent names first, and its major version.
func browser(agent string) (name string, major int, ok bool) {
	at := len(agent)
	for known := range tenYearsOld {
		if i := strings.Index(agent, known+"/"); i >= 0 && i < at {
			name, at = known, i
		}
	}
	if name == "" {
		return "", 0, false
	}
	version := agent[at+len(name)+1:]
	digits := version[:len(version)-len(strings.TrimLeft(version, "0123456789"))]
	major, err := strconv.Atoi(digits)
	if errors.Is(err, strconv.ErrRange) {
		return name, math.MaxInt, true
	}
	return name, major, err == nil
}

// tenYearsOld holds the last major versions released ten years before the lists.
var tenYearsOld = map[string]int{"Chrome": 54, "Firefox": 49}

func isOld(agent string) bool {
	if mailProgram(agent) != "" {
		return false // Outlook calls itself Internet Explorer 7 to this day
	}
	if name, major, ok := browser(agent); ok {
		return major <= tenYearsOld[name]
	}
	return strings.Contains(agent, "MSIE ") || strings.Contains(agent, "Windows NT 5.")
}
