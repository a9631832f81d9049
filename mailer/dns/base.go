package dns

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// CheckBase looks at whether readers everywhere can reach the address that links in mails begin with.
func CheckBase(ctx context.Context, r Resolver, base string) Finding {
	warns := func(detail, mend campaign.Text) Finding {
		return Finding{Topic: campaign.TopicLinks, Of: base, Status: campaign.CheckWarn, Detail: campaign.Textf("%s %s", base, detail), Mend: mend}
	}
	u, err := url.Parse(base)
	if err != nil {
		return warns(campaign.Textf("is no address"), campaign.Textf("set GLASNIK_BASE_URL to the public https address"))
	}
	host := u.Hostname()
	if host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" {
		return warns(campaign.Textf("can be reached on this machine only: readers could neither leave nor be counted"), campaign.Textf("set GLASNIK_BASE_URL to the public https address before writing to anybody"))
	}
	if u.Scheme != "https" {
		return warns(campaign.Textf("is not https: mailbox providers ignore the one-click unsubscribe, and sessions can be read on the way"), campaign.Textf("put a reverse proxy with a certificate in front and set GLASNIK_BASE_URL to https://…"))
	}
	if why := notPublic(ctx, bounded{r}, host); !why.IsZero() {
		return warns(campaign.Textf("cannot be reached from everywhere, for %s %s: readers elsewhere could neither leave nor be counted", host, why),
			campaign.Textf("set GLASNIK_BASE_URL to a name that the public DNS leads to your server, or correct the DNS"))
	}
	return Finding{Topic: campaign.TopicLinks, Of: base, Status: campaign.CheckFine, Detail: campaign.Textf("%s can be reached from everywhere, as far as can be seen from here", base)}
}

// privateNetworks are those that netip does not call private.
var privateNetworks = []netip.Prefix{netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}

// isPublic reports whether an address can be reached from everywhere.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(privateNetworks, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// privateNames end names that no public DNS knows (RFC 6761, RFC 6762, RFC 8375, and what networks at home use).
var privateNames = []string{"local", "localhost", "localdomain", "lan", "internal", "intranet", "private", "corp", "home", "home.arpa", "test", "invalid", "example", "onion"}

// notPublic says why readers elsewhere cannot reach a host; nothing when they can, as far as can be seen from here.
func notPublic(ctx context.Context, dns bounded, host string) campaign.Text {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if isPublic(ip) {
			return campaign.Text{}
		}
		return campaign.Textf("is a private address")
	}
	if !strings.Contains(host, ".") || slices.ContainsFunc(privateNames, func(end string) bool { return strings.HasSuffix(host, "."+end) }) {
		return campaign.Textf("is a name of a private network")
	}
	found, err := dns.host(ctx, host)
	if isMissing(err) {
		return campaign.Textf("is not known in the DNS")
	}
	for _, text := range found {
		if ip, err := netip.ParseAddr(text); err == nil && isPublic(ip) {
			return campaign.Text{}
		}
	}
	if err != nil || len(found) == 0 {
		return campaign.Text{} // not known; the DNS may be of no use here
	}
	return campaign.Textf("leads to the private address %s, seen from here", found[0])
}
