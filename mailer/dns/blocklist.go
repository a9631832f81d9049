package dns

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// BlockList is a list that is asked over the DNS (RFC 5782).
type BlockList struct {
	Zone    string
	Domains bool // it lists domains; else addresses
}

// String writes a list as ParseBlockList reads it.
func (l BlockList) String() string {
	if l.Domains {
		return "domain:" + l.Zone
	}
	return l.Zone
}

// ParseBlockList reads a list: its zone, with domain: before it where it lists domains.
func ParseBlockList(s string) (l BlockList, ok bool) {
	zone, domains := strings.CutPrefix(strings.ToLower(s), "domain:")
	if !domains {
		zone = strings.TrimPrefix(zone, "ip:")
	}
	zone = strings.Trim(zone, ".")
	if _, err := campaign.ParseDomain(zone); err != nil || len(zone) > 150 {
		return l, false
	}
	return BlockList{Zone: zone, Domains: domains}, true
}

// AskBlockLists asks each list for what it may list of ours: addresses and domains. It returns everything that is not a plain no, and how
// many questions were asked. A list that also says yes to what no list may have (RFC 5782 section 5) is broken, and one that answers with
// an error code of its own has refused; neither is a listing.
func AskBlockLists(ctx context.Context, r Resolver, lists []BlockList, addresses []netip.Addr, domains []string) (out []campaign.BlockListing, asked int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	turns := make(chan struct{}, askedAtOnce)
	for _, l := range lists {
		var questions []question
		if l.Domains {
			for _, d := range domains {
				questions = append(questions, question{d, d + "." + l.Zone})
			}
		} else {
			for _, ip := range addresses {
				questions = append(questions, question{ip.String(), reversed(ip) + l.Zone})
			}
		}
		asked += len(questions)
		for _, q := range questions {
			all.Go(func() {
				turns <- struct{}{}
				defer func() { <-turns }()
				if found := (asking{bounded{r}, l}).ask(ctx, q); found.Kind != "" {
					mu.Lock()
					defer mu.Unlock()
					out = append(out, found)
				}
			})
		}
	}
	all.Wait()
	slices.SortFunc(out, func(a, b campaign.BlockListing) int {
		return strings.Compare(a.List+"\x00"+a.What, b.List+"\x00"+b.What)
	})
	return slices.CompactFunc(out, func(a, b campaign.BlockListing) bool { // a list that is no use is told once, whatever it was asked
		return a.List == b.List && a.Kind == b.Kind && a.Kind != campaign.Listed
	}), asked
}

// question is what a list is asked.
type question struct{ what, name string }

type asking struct {
	dns  bounded
	list BlockList
}

// ask asks once more where nobody answers at first.
func (a asking) ask(ctx context.Context, q question) campaign.BlockListing {
	l := campaign.BlockListing{List: a.list.Zone, What: q.what}
	found, err := a.dns.host(ctx, q.name)
	if err != nil && !isMissing(err) && ctx.Err() == nil {
		found, err = a.dns.host(ctx, q.name)
	}
	switch {
	case isMissing(err):
		return l
	case err != nil:
		l.Kind = campaign.ListSilent
		return l
	}
	l.Kind, l.Answer = kindOf(found)
	if l.Kind != campaign.Listed {
		return l
	}
	if a.listsAll(ctx) {
		l.Kind = campaign.ListBroken
		return l
	}
	if reasons, err := a.dns.txt(ctx, q.name); err == nil && len(reasons) > 0 {
		reason := strings.ToValidUTF8(campaign.CleanLine(reasons[0]), "")
		l.Reason = string([]rune(reason)[:min(len([]rune(reason)), 300)])
	}
	return l
}

// kindOf says what the answers of a list mean. Within 127.0.0.0/8 the last octets 252 to 255 of 127.255.255 say that the list answers us
// nothing (Spamhaus, and others after it), 127.0.1.255 that it was asked the wrong thing, and 127.0.0.1 that the asker is refused (URIBL,
// SURBL; RFC 5782 section 2.1 keeps it from meaning a listing). Anything outside 127.0.0.0/8 is an answer of somebody else: a list that
// is gone and whose name was bought, or a resolver that invents answers.
func kindOf(found []string) (campaign.ListingKind, string) {
	kind, answer := campaign.ListingKind(""), ""
	for _, text := range found {
		ip, err := netip.ParseAddr(text)
		if err != nil || !ip.Is4() {
			continue
		}
		b := ip.As4()
		switch {
		case b[0] != 127:
			return campaign.ListBroken, text
		case b[1] == 255 && b[2] == 255, b == [4]byte{127, 0, 0, 1}, b == [4]byte{127, 0, 1, 255}:
			return campaign.ListRefused, text
		}
		if kind == "" {
			kind, answer = campaign.Listed, text
		}
	}
	if kind == "" {
		return campaign.ListBroken, strings.Join(found[:min(len(found), 1)], "")
	}
	return kind, answer
}

// listsAll reports whether a list has what no list may have.
func (a asking) listsAll(ctx context.Context) bool {
	name := "1.0.0.127." + a.list.Zone
	if a.list.Domains {
		name = "invalid." + a.list.Zone
	}
	found, err := a.dns.host(ctx, name)
	return err == nil && slices.ContainsFunc(found, func(s string) bool { return net.ParseIP(s) != nil })
}

// SinceBefore gives listings the time when they were first found, by what was known before.
func SinceBefore(found, before []campaign.BlockListing, now time.Time) []campaign.BlockListing {
	for i := range found {
		f := &found[i]
		f.Since = now
		for _, b := range before {
			if b.List == f.List && b.What == f.What && b.Kind == f.Kind && !b.Since.IsZero() {
				f.Since = b.Since
			}
		}
	}
	return found
}
