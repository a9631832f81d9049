package dns

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// mostSPFLookups is how many questions a receiver asks for one SPF record before it takes it for broken (RFC 7208 section 4.6.4).
const mostSPFLookups = 10

// checkSPF looks at who may send for a domain of envelope senders (RFC 7208).
func checkSPF(ctx context.Context, dns bounded, domain string) Finding {
	const what = "who may send (SPF)"
	warns := func(detail, mend string) Finding {
		return Finding{What: what, Status: Warn, Detail: domain + " " + detail, Mend: mend}
	}
	add := "put a TXT record into the DNS of " + domain + ", such as “v=spf1 include:… -all”; the provider of the mail server says what it must include"
	records, err := spfRecords(ctx, dns, domain)
	switch {
	case err != nil && !isMissing(err):
		return unanswered(what, domain, err)
	case len(records) == 0:
		return warns("has no SPF record: large providers refuse or hide mail from it", add)
	case len(records) > 1:
		return warns(fmt.Sprintf("has %d SPF records, and receivers then believe none", len(records)), "put what they say into one record and remove the others")
	}
	s := spf{dns: dns, seen: map[string]bool{}}
	if wrong := s.read(ctx, domain, records[0]); wrong != "" {
		return warns("has an SPF record with a mistake, so receivers do not believe it: "+wrong, "correct the record: "+campaign.WithoutAddresses(records[0]))
	}
	if s.lookups > mostSPFLookups {
		return warns(fmt.Sprintf("has an SPF record that needs more than %d look-ups in the DNS, so receivers do not believe it", mostSPFLookups), "take out what no longer sends, or name its addresses (ip4:, ip6:) in place of include:, a and mx")
	}
	switch {
	case s.all == "+":
		return warns("lets everybody send for it (+all in its SPF record)", "end the record with -all or ~all")
	case s.all == "" || s.all == "?":
		return warns("says nothing of servers that are not named in its SPF record", "end the record with -all or ~all")
	}
	return Finding{What: what, Status: Fine, Detail: domain + " says who may send for it"}
}

func spfRecords(ctx context.Context, dns bounded, domain string) (records []string, err error) {
	all, err := dns.txt(ctx, domain)
	for _, r := range all {
		if lower := strings.ToLower(r); lower == "v=spf1" || strings.HasPrefix(lower, "v=spf1 ") {
			records = append(records, r)
		}
	}
	return records, err
}

// spf reads records and what they include.
type spf struct {
	dns     bounded
	seen    map[string]bool
	lookups int
	all     string // the qualifier of “all” of the outermost record; "" when it has none
}

// read returns what is wrong with a record; "" when nothing is.
func (s *spf) read(ctx context.Context, domain, record string) (wrong string) {
	s.seen[domain] = true
	outermost := len(s.seen) == 1
	redirect := ""
	for _, term := range strings.Fields(record)[1:] {
		name, value, isModifier := strings.Cut(term, "=")
		if isModifier && !strings.ContainsAny(name, ":/") {
			if strings.EqualFold(name, "redirect") {
				redirect = value
			}
			continue // other modifiers mean nothing here
		}
		qualifier := "+"
		if strings.ContainsAny(term[:1], "+-~?") {
			qualifier, term = term[:1], term[1:]
		}
		name, value, _ = strings.Cut(term, ":")
		name, _, _ = strings.Cut(strings.ToLower(name), "/")
		switch name {
		case "all":
			if outermost {
				s.all = qualifier
			}
			redirect = "" // never looked at then
		case "ip4", "ip6":
			if !isNetwork(value, name == "ip4") {
				return strconv.Quote(term) + " is no network"
			}
		case "include":
			if value == "" {
				return "include without a domain"
			}
			if wrong := s.follow(ctx, value, "include:"); wrong != "" {
				return wrong
			}
		case "a", "mx", "exists", "ptr":
			s.lookups++
		default:
			return strconv.Quote(term) + " is not a word of SPF"
		}
	}
	if redirect == "" || s.lookups > mostSPFLookups {
		return ""
	}
	if outermost {
		s.all = "-" // that of the other record, which ends as its owner wants
	}
	return s.follow(ctx, redirect, "redirect=")
}

// follow reads the record of another domain.
func (s *spf) follow(ctx context.Context, domain, by string) (wrong string) {
	s.lookups++
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if s.lookups > mostSPFLookups || strings.Contains(domain, "%") {
		return ""
	}
	if s.seen[domain] {
		return by + domain + " goes in a circle"
	}
	records, err := spfRecords(ctx, s.dns, domain)
	switch {
	case err != nil && !isMissing(err):
		return "" // not known now
	case len(records) != 1:
		return fmt.Sprintf("%s%s has %d SPF records", by, domain, len(records))
	}
	wrong = s.read(ctx, domain, records[0])
	delete(s.seen, domain) // the same may be included twice, though not in itself
	return wrong
}

func isNetwork(s string, four bool) bool {
	if !strings.Contains(s, "/") {
		ip, err := netip.ParseAddr(s)
		return err == nil && ip.Is4() == four
	}
	n, err := netip.ParsePrefix(s)
	return err == nil && n.Addr().Is4() == four
}
