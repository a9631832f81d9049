package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// The panel answers only under its own names. Another name leads to it when a foreign domain is made to point here (DNS
// rebinding), and then that domain's pages would count as ours.

// panelHosts returns whether a Host header names the panel: the host of the base address, and this machine where that or the
// address that is listened on belongs to this machine.
func panelHosts(baseURL, addr string) func(host string) bool {
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

// denyHost answers a request under a name that is not ours.
func (s *Server) denyHost(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusMisdirectedRequest)
	words := campaign.Textf("The panel is not under this name: open it at %s. An admin can change that address by GLASNIK_BASE_URL; a proxy before it has to pass the name on (Host).", s.BaseURL)
	fmt.Fprintln(w, templates.Say(request.AcceptedLanguage(r), words))
}

// policy lets pages use what this server sends and nothing else: no inline script or style, no other host, no frame
// around the panel.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders sets the security headers of every answer; a handler may replace one.
func (s *Server) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if s.SecureCookies {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
