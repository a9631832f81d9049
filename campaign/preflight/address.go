package preflight

import "net/netip"

// notPublic are the ranges that are not of the open internet, by IANA's registries of special addresses (RFC 6890), and the
// addresses at which clouds tell a machine its secrets.
var notPublic = func() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"168.63.129.16/32", // metadata of Azure
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// global is where the addresses of the open internet are in IPv6 (RFC 4291): all else, also what stands for an address of IPv4 by
// some translation, is refused.
var global = netip.MustParsePrefix("2000::/3")

// isPublic reports whether an address is one of the open internet.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsValid() || ip.Is6() && !global.Contains(ip) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// isLoopback reports whether an address is this machine's own.
func isLoopback(ip netip.Addr) bool { return ip.Unmap().IsLoopback() }
