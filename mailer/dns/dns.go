// Package dns looks at what the DNS says of an installation: whether its domains take mail and may send it (MX, SPF, DKIM, DMARC,
// MTA-STS, TLS-RPT), whether its servers' names are in order (PTR, HELO), whether the address of its links can be reached, and whether
// block lists know it. It asks and changes nothing. Each question is bounded in time, and what does not depend on each other is asked
// at once.
package dns

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"github.com/glasnik/glasnik/campaign"
)

// Finding is what one check found.
type Finding struct {
	Topic        campaign.CheckTopic
	Of           string // the domain, host or address
	Status       campaign.CheckStatus
	Detail, Mend campaign.Text
	Unknown      bool                 // the DNS did not answer
	Aside        bool                 // it is about a key that signs nothing now
	Records      []campaign.DNSRecord // to be set, also where they are
}

// Mail is the part of an installation's mail that the DNS knows of.
type Mail struct {
	From      []string     // addresses it is from
	Bounce    string       // address that takes bounces; "" leaves them to the senders
	Keys      []Key        // that sign, or wait for their records
	Servers   []string     // hosts that mail is handed to
	Addresses []netip.Addr // that it reaches others from, as far as they are known
	Helo      string       // the name this machine gives itself; "" is not looked at
	Reports   string       // address that reports of receivers can go to; "" where nobody reads them
}

// Key is a key of DKIM.
type Key struct {
	Domain string
	Name   string // of its record
	Record string
	Waits  bool // it signs nothing yet
	Rests  bool // it signs nothing any more, and its record is needed a while
	All    bool // it signs whatever domain the sender has
}

// signs reports whether a key signs mail from a domain.
func (k *Key) signs(domain string) bool {
	return !k.Waits && !k.Rests && (k.All || slices.Contains(campaign.SigningDomains(domain), k.Domain))
}

// Resolver asks the DNS; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
	LookupAddr(ctx context.Context, address string) ([]string, error)
}

// NewResolver returns one that asks a server, host:port or an IP address alone; "" asks as this machine does.
func NewResolver(server string) (Resolver, error) {
	if server == "" {
		return net.DefaultResolver, nil
	}
	if ip, err := netip.ParseAddr(strings.Trim(server, "[]")); err == nil {
		server = net.JoinHostPort(ip.String(), "53")
	}
	address, err := netip.ParseAddrPort(server)
	if err != nil {
		return nil, errors.New("must be the IP address of a resolver, such as 127.0.0.1 or [::1]:5353")
	}
	var d net.Dialer
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return d.DialContext(ctx, network, address.String())
	}}, nil
}

// patience is how long one question may take.
const patience = 5 * time.Second

// bounded is a resolver with a bound on the time of each question.
type bounded struct{ Resolver }

func (b bounded) txt(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := b.LookupTXT(ctx, name+".") // not in the domains this machine searches
	return campaign.Collect(found, printable), err
}

// printable is what somebody else published, safe for a terminal and for the store: what is no text stands as U+FFFD.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// mostQuoted is how many characters of what somebody else published stand within our words.
const mostQuoted = 400

func quoted(s string) string {
	s = campaign.CleanLine(campaign.WithoutAddresses(s))
	if r := []rune(s); len(r) > mostQuoted {
		return string(r[:mostQuoted]) + "…"
	}
	return s
}

func (b bounded) mx(ctx context.Context, name string) ([]*net.MX, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.LookupMX(ctx, name+".")
}

func (b bounded) host(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.LookupHost(ctx, name+".")
}

func (b bounded) addr(ctx context.Context, ip netip.Addr) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.LookupAddr(ctx, ip.String())
}

// addresses returns the addresses of a host; none when it has none or nobody answers.
func (b bounded) addresses(ctx context.Context, host string) (out []netip.Addr, err error) {
	host = strings.TrimSuffix(host, ".")
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return []netip.Addr{ip.Unmap()}, nil
	}
	found, err := b.host(ctx, host)
	for _, text := range found {
		if ip, err := netip.ParseAddr(text); err == nil {
			out = append(out, ip.Unmap())
		}
	}
	return out, err
}

// isMissing reports that the DNS answered that there is nothing, which no answer at all does not say.
func isMissing(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// Addresses returns the public addresses that mail seems to leave from: those of the servers it is handed to, or where these are of this
// machine or its network, of the name it gives itself.
func Addresses(ctx context.Context, r Resolver, servers []string, helo string) (out []netip.Addr) {
	dns := bounded{r}
	for _, host := range append(slices.Clone(servers), helo) {
		if host == "" || host == helo && len(out) > 0 {
			continue
		}
		found, _ := dns.addresses(ctx, host)
		for _, ip := range found {
			if isPublic(ip) && !slices.Contains(out, ip) {
				out = append(out, ip)
			}
		}
	}
	return out
}

// askedAtOnce is how many checks run at the same time.
const askedAtOnce = 16

// together runs checks at once, and returns what they found in their order.
func together(checks []func() []Finding) (out []Finding) {
	found := make([][]Finding, len(checks))
	var all sync.WaitGroup
	turns := make(chan struct{}, askedAtOnce)
	for i, check := range checks {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			found[i] = check()
		})
	}
	all.Wait()
	return slices.Concat(found...)
}

// Domains returns the domains of the senders, and of the envelopes.
func (m *Mail) Domains() (from, envelope []string) {
	for _, address := range m.From {
		from = addOnce(from, campaign.Domain(address))
	}
	if envelope = from; m.Bounce != "" {
		envelope = []string{campaign.Domain(m.Bounce)}
	}
	return from, envelope
}

// Check looks at what the DNS says of the domains mail is sent from: that they take mail, who may send for them, and what
// receivers do with mail that proves nothing.
func Check(ctx context.Context, r Resolver, m Mail) []Finding {
	dns := bounded{r}
	from, envelope := m.Domains()
	var checks []func() []Finding
	one := func(check func() Finding) { checks = append(checks, func() []Finding { return []Finding{check()} }) }
	seen := map[string]bool{}
	for _, domain := range slices.Concat(from, envelope) {
		if !seen[domain] {
			seen[domain] = true
			one(func() Finding { return checkMX(ctx, dns, &m, domain) })
		}
	}
	for _, domain := range envelope {
		one(func() Finding { return checkSPF(ctx, dns, &m, domain) })
	}
	for _, domain := range from {
		one(func() Finding { return checkDMARC(ctx, dns, &m, domain, envelope) })
	}
	if len(m.Keys) == 0 {
		one(func() Finding {
			return Finding{Topic: campaign.TopicDKIM, Status: campaign.CheckFine, Detail: campaign.Textf("messages are not signed here: the mail server should do it")}
		})
	}
	for i := range m.Keys {
		one(func() Finding { return CheckKey(ctx, r, &m.Keys[i]) })
	}
	return together(checks)
}

// CheckTransport looks at the names of the servers, and at what secures mail to the own domains.
func CheckTransport(ctx context.Context, r Resolver, m Mail, fetch Fetch) []Finding {
	dns := bounded{r}
	from, envelope := m.Domains()
	var checks []func() []Finding
	for _, ip := range m.Addresses {
		checks = append(checks, func() []Finding { return []Finding{checkPTR(ctx, dns, &m, ip)} })
	}
	if m.Helo != "" {
		checks = append(checks, func() []Finding { return []Finding{checkHelo(ctx, dns, &m)} })
	}
	seen := map[string]bool{}
	for _, domain := range slices.Concat(from, envelope) {
		if !seen[domain] {
			seen[domain] = true
			checks = append(checks, func() []Finding { return []Finding{checkMTASTS(ctx, dns, domain, fetch)} }, func() []Finding { return []Finding{checkTLSRPT(ctx, dns, &m, domain)} })
		}
	}
	return together(checks)
}

func addOnce(all []string, s string) []string {
	if s == "" || slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// unanswered is the finding when the DNS does not say whether there is a record.
func unanswered(topic campaign.CheckTopic, name string, err error) Finding {
	reason := campaign.Textf("it cannot be asked")
	var e *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &e) && e.IsTimeout:
		reason = campaign.Textf("no answer in time")
	case errors.As(err, &e) && e.IsTemporary:
		reason = campaign.Textf("it failed (SERVFAIL)") // the library's words hold the address of the server that was asked
	}
	return Finding{
		Topic: topic, Of: name, Status: campaign.CheckWarn, Unknown: true,
		Detail: campaign.Textf("the DNS does not answer for %s: %s", name, reason), Mend: campaign.Textf("see that this machine's DNS works, and ask again later"),
	}
}

// checkMX sees that a domain takes mail (RFC 5321 section 5.1, RFC 7505).
func checkMX(ctx context.Context, dns bounded, m *Mail, domain string) Finding {
	f := Finding{Topic: campaign.TopicMX, Of: domain, Status: campaign.CheckWarn, Mend: campaign.Textf("give %s an MX record that names its mail server", domain)}
	host := "mail." + domain
	for _, s := range m.Servers {
		if _, err := netip.ParseAddr(s); err != nil && strings.Contains(s, ".") {
			host = s
			break
		}
	}
	f.Records = []campaign.DNSRecord{{Type: "MX", Name: domain, Value: "10 " + host + "."}}
	records, err := dns.mx(ctx, domain)
	switch {
	case err == nil && len(records) == 1 && strings.Trim(records[0].Host, ".") == "":
		f.Detail = campaign.Textf("%s says that it takes no mail (a null MX): answers and bounces are lost, and many receivers refuse such a sender", domain)
		return f
	case err == nil && len(records) > 0:
		return takesMail(ctx, dns, f, records)
	case err != nil && !isMissing(err):
		return unanswered(campaign.TopicMX, domain, err)
	}
	_, err = dns.host(ctx, domain)
	switch {
	case err == nil:
		f.Detail = campaign.Textf("%s has no MX record; mail for it goes to its A or AAAA record, which not all believe in", domain)
		return f
	case !isMissing(err):
		return unanswered(campaign.TopicMX, domain, err)
	}
	f.Detail = campaign.Textf("%s has neither MX nor A or AAAA records: answers and bounces are lost, and many receivers refuse such a sender", domain)
	return f
}

// takesMail sees that one of the servers a domain names can be found: by a name (RFC 5321 section 5.1), which has an address.
func takesMail(ctx context.Context, dns bounded, f Finding, records []*net.MX) Finding {
	var lost error
	for _, r := range records[:min(len(records), 10)] {
		host := strings.TrimSuffix(r.Host, ".")
		if _, err := netip.ParseAddr(host); err == nil || host == "" {
			continue
		}
		found, err := dns.addresses(ctx, host)
		if err != nil && !isMissing(err) {
			lost = err
			break
		}
		if len(found) == 0 {
			continue
		}
		f.Status, f.Mend, f.Records = campaign.CheckFine, campaign.Text{}, nil
		for _, r := range records {
			f.Records = append(f.Records, campaign.DNSRecord{Type: "MX", Name: f.Of, Value: strconv.Itoa(int(r.Pref)) + " " + strings.TrimSuffix(r.Host, ".") + ".", There: true})
		}
		f.Detail = campaign.Textf("%s takes mail at %s", f.Of, host)
		return f
	}
	if lost != nil {
		return unanswered(campaign.TopicMX, f.Of, lost)
	}
	f.Detail = campaign.Textf("%s names %s as its mail server (MX), and that is no name with an address in the DNS: answers and bounces are lost, and many receivers refuse such a sender", f.Of, cmp.Or(strings.TrimSuffix(records[0].Host, "."), "–"))
	return f
}

// organisation is the domain somebody registered (RFC 7489 section 3.2).
func organisation(domain string) string {
	if o, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return o
	}
	return domain
}
