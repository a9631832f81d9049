package preflight

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Outcome is what became of looking a link up.
type Outcome string

const (
	Works       Outcome = "works"
	Moved       Outcome = "moved"       // it works, at another address
	Refused     Outcome = "refused"     // the server answers with an error
	Silent      Outcome = "silent"      // nothing answers
	Certificate Outcome = "certificate" // browsers would warn of it
	Nameless    Outcome = "nameless"    // the DNS does not know the name
	Private     Outcome = "private"     // it leads into a private network, and was not asked
	Endless     Outcome = "endless"     // it redirects again and again
	Unasked     Outcome = "unasked"     // there was no time for it, or it may not be asked
)

// Link is what became of one link.
type Link struct {
	URL     string
	Outcome Outcome
	Status  int    // of Refused
	To      string // of Moved
}

// Works reports whether readers find something there, as far as can be known.
func (l Link) Works() bool { return l.Outcome == Works || l.Outcome == Moved || l.Outcome == Unasked }

// What a look at links spends at most.
const (
	atOnce       = 4
	linkPatience = 10 * time.Second
	headPatience = 5 * time.Second // of it, for an answer to HEAD
	maxRedirects = 5
	maxHeaders   = 64 << 10
	maxLinks     = 300
)

// agent names us to those who are asked.
const agent = "Glasnik link check (https://github.com/glasnik/glasnik)"

// Looker looks links up.
type Looker struct {
	client *http.Client
	demo   bool          // what is not on this machine is Unasked
	turn   chan struct{} // one set of links is looked up at a time
}

var (
	errPrivate = errors.New("the address is not of the open internet")
	errEndless = errors.New("too many redirects")
	errScheme  = errors.New("no address of the web")
)

// NewLooker returns a Looker that asks the open internet, and no address of a private network.
func NewLooker() *Looker { return newLooker(isPublic, &net.Dialer{}, nil) }

// NewDemoLooker returns a Looker that asks this machine alone, so that nothing leaves it. It looks up no names.
func NewDemoLooker() *Looker {
	noNames := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errPrivate }}
	l := newLooker(isLoopback, &net.Dialer{Resolver: noNames}, nil)
	l.demo = true
	return l
}

// newLooker lets tests say which addresses may be asked, how names are found, and whose certificates are believed.
func newLooker(may func(netip.Addr) bool, dialer *net.Dialer, roots *x509.CertPool) *Looker {
	dialer.Timeout = linkPatience
	// The address is looked at where the connection is made: after names were looked up, and after every redirect.
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		if at, err := netip.ParseAddrPort(address); err != nil || !may(at.Addr()) {
			return errPrivate
		}
		return nil
	}
	l := &Looker{turn: make(chan struct{}, 1)}
	l.client = &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots}, TLSHandshakeTimeout: linkPatience,
			ResponseHeaderTimeout: linkPatience, MaxResponseHeaderBytes: maxHeaders, DisableKeepAlives: true, // no proxy: it would be asked in our place
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errEndless
			}
			return checkScheme(r.URL)
		},
	}
	return l
}

func checkScheme(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return errScheme
	}
	return nil
}

// brackets are those of an address of IPv6, as Markdown writes them into a link.
var brackets = strings.NewReplacer("://%5B", "://[", "%5D", "]")

// Look looks links up: a few at once, one at a time of each host. What there is no time for is Unasked.
func (l *Looker) Look(ctx context.Context, targets []string) []Link {
	out, targets := make([]Link, len(targets)), slices.Clone(targets)
	hosts := map[string][]int{}
	for i, target := range targets {
		out[i] = Link{URL: target, Outcome: Unasked}
		u, err := url.Parse(target)
		if err != nil {
			targets[i] = brackets.Replace(target)
			u, err = url.Parse(targets[i])
		}
		if err == nil && i < maxLinks {
			hosts[strings.ToLower(u.Hostname())] = append(hosts[strings.ToLower(u.Hostname())], i)
		}
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return out
	}
	slots := make(chan struct{}, atOnce)
	var work sync.WaitGroup
	for _, links := range hosts {
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			for _, i := range links {
				if ctx.Err() != nil {
					return
				}
				if found := l.look(ctx, targets[i]); ctx.Err() == nil {
					found.URL = out[i].URL
					out[i] = found
				}
			}
		})
	}
	work.Wait()
	return out
}

// look asks for the head of a page, and where that is refused for the beginning of it.
func (l *Looker) look(ctx context.Context, target string) Link {
	ctx, cancel := context.WithTimeout(ctx, linkPatience)
	defer cancel()
	head, stop := context.WithTimeout(ctx, headPatience)
	defer stop()
	found := l.ask(head, http.MethodHead, target)
	if found.Outcome == Refused || found.Outcome == Silent {
		found = l.ask(ctx, http.MethodGet, target)
	}
	return found
}

func (l *Looker) ask(ctx context.Context, method, target string) Link {
	out := Link{URL: target}
	r, err := http.NewRequestWithContext(ctx, method, target, http.NoBody)
	if err == nil {
		err = checkScheme(r.URL)
	}
	if err != nil {
		out.Outcome = Unasked
		return out
	}
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Accept", "*/*")
	if method == http.MethodGet {
		r.Header.Set("Range", "bytes=0-1023")
	}
	res, err := l.client.Do(r)
	if err != nil {
		out.Outcome = l.outcomeOf(err)
		return out
	}
	res.Body.Close() // what stands there is not read
	switch {
	case res.StatusCode >= http.StatusBadRequest && res.StatusCode != http.StatusRequestedRangeNotSatisfiable:
		out.Outcome, out.Status = Refused, res.StatusCode
	case isElsewhere(target, res.Request.URL):
		out.Outcome, out.To = Moved, res.Request.URL.String()
	default:
		out.Outcome = Works
	}
	return out
}

// outcomeOf tells why a link could not be asked.
func (l *Looker) outcomeOf(err error) Outcome {
	var name *net.DNSError
	var cert *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	switch {
	case l.demo && (errors.Is(err, errPrivate) || errors.As(err, &name)):
		return Unasked
	case errors.Is(err, errPrivate):
		return Private
	case errors.Is(err, errEndless):
		return Endless
	case errors.Is(err, errScheme):
		return Refused
	case errors.As(err, &name):
		return Nameless
	case errors.As(err, &cert), errors.As(err, &header):
		return Certificate
	}
	return Silent
}

// isElsewhere reports whether a page was found at an address that differs by more than the scheme, www, and a slash at the end.
func isElsewhere(target string, at *url.URL) bool {
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	plain := func(u *url.URL) string {
		return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") + cmp.Or(strings.TrimSuffix(u.EscapedPath(), "/"), "") + "?" + u.RawQuery
	}
	return plain(u) != plain(at)
}
