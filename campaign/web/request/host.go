package request

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// The panel answers only under its own names. Another name leads to it when a foreign domain is made to point here (DNS
// rebinding), and then that domain's pages would count as ours.

// PanelHosts returns whether a Host header names the panel: the host of the base address, and this machine where that or the
// address that is listened on belongs to this machine.
func PanelHosts(baseURL, addr string) func(host string) bool {
	known := ""
	if u, err := url.Parse(baseURL); err == nil {
		known = hostName(u.Host)
	}
	loopback := isLoopback(known) || isLoopback(hostName(addr))
	return func(host string) bool {
		name := hostName(host)
		return name != "" && (name == known || loopback && isLoopback(name))
	}
}

// hostName returns the host of host:port in the form in which names are compared.
func hostName(hostport string) string {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func isLoopback(name string) bool {
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
