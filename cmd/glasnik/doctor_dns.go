package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/glasnik/glasnik/campaign"
)

// resolver is what the doctor asks the DNS; *net.Resolver is one.
type resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// dnsPatience is how long one question may take.
const dnsPatience = 5 * time.Second

// asked is the DNS with a bound on each question.
type asked struct{ resolver }

func (a asked) txt(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	return a.LookupTXT(ctx, name+".") // not in the domains this machine searches
}

func (a asked) mx(ctx context.Context, name string) ([]*net.MX, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	return a.LookupMX(ctx, name+".")
}

func (a asked) host(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
	return a.LookupHost(ctx, name+".")
}

// isMissing reports that the DNS answered that there is nothing, which no answer at all does not say.
func isMissing(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// checkDNS looks at what the DNS says of the domains we send from: that they take mail, who may send for them, and what
// receivers do with mail that proves nothing.
func (p *program) checkDNS(ctx context.Context, cfg *config, senders []ofSender) (out []finding) {
	dns := asked{p.resolver()}
	var from, envelope []string
	for _, s := range senders {
		from = addOnce(from, campaign.Domain(s.email))
	}
	if envelope = from; cfg.BounceAddress != "" {
		envelope = []string{campaign.Domain(cfg.BounceAddress)}
	}
	for _, domain := range slices.Concat(from, envelope) {
		if f := checkMX(ctx, dns, domain); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, domain := range envelope {
		out = append(out, checkSPF(ctx, dns, domain))
	}
	for _, domain := range from {
		out = append(out, checkDMARC(ctx, dns, cfg, domain, envelope))
	}
	return append(out, checkSigning(ctx, *cfg, dns))
}

func addOnce(all []string, s string) []string {
	if s == "" || slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// unanswered is the finding when the DNS does not say whether there is a record.
func unanswered(what, name string, err error) finding {
	reason := "it cannot be asked"
	var e *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &e) && e.IsTimeout:
		reason = "no answer in time"
	case errors.As(err, &e) && e.IsTemporary:
		reason = "it failed (SERVFAIL)" // the library's words hold the address of the server that was asked
	}
	return finding{what, warn, "the DNS does not answer for " + name + ": " + reason, "see that this machine's DNS works, and ask again later"}
}

// checkMX sees that a domain takes mail (RFC 5321 section 5.1, RFC 7505).
func checkMX(ctx context.Context, dns asked, domain string) finding {
	const what = "mail to the sender (MX)"
	mend := "give " + domain + " an MX record that names its mail server"
	records, err := dns.mx(ctx, domain)
	switch {
	case err == nil && len(records) == 1 && strings.Trim(records[0].Host, ".") == "":
		return finding{what, warn, domain + " says that it takes no mail (a null MX): answers and bounces are lost, and many receivers refuse such a sender", mend}
	case err == nil && len(records) > 0:
		return finding{what, fine, domain + " takes mail at " + strings.TrimSuffix(records[0].Host, "."), ""}
	case err != nil && !isMissing(err):
		return unanswered(what, domain, err)
	}
	_, err = dns.host(ctx, domain)
	switch {
	case err == nil:
		return finding{what, warn, domain + " has no MX record; mail for it goes to its A or AAAA record, which not all believe in", mend}
	case !isMissing(err):
		return unanswered(what, domain, err)
	}
	return finding{what, warn, domain + " has neither MX nor A or AAAA records: answers and bounces are lost, and many receivers refuse such a sender", mend}
}

// organisation is the domain somebody registered (RFC 7489 section 3.2).
func organisation(domain string) string {
	if o, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return o
	}
	return domain
}

// private networks that netip does not call private.
var privateNetworks = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}

// isPublic reports whether an address can be reached from everywhere.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(privateNetworks, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// privateNames end names that no public DNS knows (RFC 6761, RFC 6762, RFC 8375, and what networks at home use).
var privateNames = []string{"local", "localhost", "localdomain", "lan", "internal", "intranet", "private", "corp", "home", "home.arpa", "test", "invalid", "example", "onion"}

// notPublic says why readers elsewhere cannot reach a host; "" when they can, as far as can be seen from here.
func notPublic(ctx context.Context, dns asked, host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if isPublic(ip) {
			return ""
		}
		return "is a private address"
	}
	if !strings.Contains(host, ".") || slices.ContainsFunc(privateNames, func(end string) bool { return strings.HasSuffix(host, "."+end) }) {
		return "is a name of a private network"
	}
	found, err := dns.host(ctx, host)
	if isMissing(err) {
		return "is not known in the DNS"
	}
	for _, text := range found {
		if ip, err := netip.ParseAddr(text); err == nil && isPublic(ip) {
			return ""
		}
	}
	if err != nil || len(found) == 0 {
		return "" // not known; the DNS may be of no use here
	}
	return fmt.Sprintf("leads to the private address %s, seen from here", found[0])
}
