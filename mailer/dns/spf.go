package dns

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// mostSPFLookups is how many questions a receiver asks for one SPF record before it takes it for broken (RFC 7208 section 4.6.4).
const mostSPFLookups = 10

// mostVoidLookups is how many of these may find nothing, and spfPatience how long they may take together (RFC 7208 section 4.6.4).
const (
	mostVoidLookups = 2
	spfPatience     = 20 * time.Second
)

// checkSPF looks at who may send for a domain of envelope senders (RFC 7208), and whether the addresses that our mail leaves from are
// among them.
func checkSPF(ctx context.Context, dns bounded, m *Mail, domain string) Finding {
	f := Finding{Topic: campaign.TopicSPF, Of: domain, Status: campaign.CheckWarn}
	warns := func(detail, mend campaign.Text) Finding {
		f.Detail, f.Mend = detail, mend
		return f
	}
	set := func(value string) { f.Records = []campaign.DNSRecord{{Type: "TXT", Name: domain, Value: value}} }
	ours := mechanisms(m)
	set("v=spf1 " + strings.TrimSpace(ours+" ~all"))
	records, err := spfRecords(ctx, dns, domain)
	switch {
	case err != nil && !isMissing(err):
		lost := unanswered(campaign.TopicSPF, domain, err)
		lost.Records = f.Records
		return lost
	case len(records) == 0:
		return warns(campaign.Textf("%s has no SPF record: large providers refuse or hide mail from it", domain),
			campaign.Textf("put this TXT record into the DNS of %s: %s; the provider of the mail server says what else it must include", domain, f.Records[0].Value))
	case len(records) > 1:
		f.Records = nil
		return warns(campaign.Textf("%s has %d SPF records, and receivers then believe none", domain, len(records)), campaign.Textf("put what they say into one record and remove the others"))
	}
	ctx, cancel := context.WithTimeout(ctx, spfPatience)
	defer cancel()
	s := spf{dns: dns, seen: map[string]bool{}, ours: append(slices.Clone(m.Addresses), nobodys)}
	passed, wrong := s.read(ctx, domain, records[0])
	if !wrong.IsZero() {
		f.Records = nil // what else they let send is not known here
		return warns(campaign.Textf("%s has an SPF record with a mistake, so receivers do not believe it: %s", domain, wrong), campaign.Textf("correct it; now it says: %s", quoted(records[0])))
	}
	if s.lookups > mostSPFLookups {
		f.Records = nil
		return warns(campaign.Textf("%s has an SPF record that needs more than %d look-ups in the DNS, so receivers do not believe it", domain, mostSPFLookups),
			campaign.Textf("take out what no longer sends, or name its addresses (ip4:, ip6:) in place of include:, a and mx"))
	}
	if s.unanswered != nil {
		lost := unanswered(campaign.TopicSPF, s.unansweredFor, s.unanswered)
		lost.Of = domain
		return lost
	}
	if len(s.void) > mostVoidLookups {
		f.Records = nil
		return warns(campaign.Textf("%s has an SPF record that names %d hosts of which the DNS knows nothing (%s), and receivers stop believing it after %d", domain, len(s.void), quoted(strings.Join(s.void, ", ")), mostVoidLookups),
			campaign.Textf("take them out of the record"))
	}
	missing := s.missing(passed)
	end := campaign.Textf("end the record with -all or ~all")
	switch {
	case passed[len(m.Addresses)] == maySend:
		set(withMechanisms(endedWith(records[0], "~all"), m.Addresses))
		return warns(campaign.Textf("%s lets everybody send for it (+all in its SPF record)", domain), end)
	case s.all == "" || s.all == "?":
		set(withMechanisms(endedWith(records[0], "~all"), missing))
		return warns(campaign.Textf("%s says nothing of servers that are not named in its SPF record", domain), end)
	}
	if len(missing) > 0 {
		set(withMechanisms(records[0], missing))
		return warns(campaign.Textf("the SPF record of %s does not name %s, which our mail seems to leave from", domain, joined(missing)),
			campaign.Textf("if mail does leave from there, change the record to: %s", quoted(f.Records[0].Value)))
	}
	f.Status, f.Records = campaign.CheckFine, []campaign.DNSRecord{{Type: "TXT", Name: domain, Value: records[0], There: true}}
	f.Detail = campaign.Textf("%s says who may send for it", domain)
	return f
}

// nobodys is an address that nobody's mail leaves from (RFC 1112 section 4): a record that lets it send lets everybody.
var nobodys = netip.MustParseAddr("240.0.0.1")

// mechanisms names what our mail leaves from, as an SPF record does.
func mechanisms(m *Mail) string {
	var out []string
	for _, ip := range m.Addresses {
		out = append(out, mechanism(ip))
	}
	if len(out) == 0 {
		for _, host := range m.Servers {
			if _, err := netip.ParseAddr(host); err != nil && strings.Contains(host, ".") {
				out = append(out, "a:"+host)
			}
		}
	}
	if len(out) == 0 {
		out = []string{"mx"}
	}
	return strings.Join(out, " ")
}

func mechanism(ip netip.Addr) string {
	if ip.Is4() {
		return "ip4:" + ip.String()
	}
	return "ip6:" + ip.String()
}

func joined(ips []netip.Addr) string {
	return strings.Join(campaign.Collect(ips, netip.Addr.String), ", ")
}

// withMechanisms is a record that names more addresses, in front of where it ends.
func withMechanisms(record string, ips []netip.Addr) string {
	terms := strings.Fields(record)
	more := campaign.Collect(ips, mechanism)
	return strings.Join(slices.Concat(terms[:1], more, terms[1:]), " ")
}

// endedWith is a record whose “all” has another qualifier.
func endedWith(record, all string) string {
	terms := slices.DeleteFunc(strings.Fields(record), func(t string) bool { return strings.EqualFold(strings.TrimLeft(t, "+-~?"), "all") })
	return strings.Join(append(terms, all), " ")
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
	all     string       // the qualifier of “all” of the outermost record; "" when it has none
	ours    []netip.Addr // that our mail leaves from, and at the end nobody's
	open    bool         // it names some in ways that depend on the message: macros, exists, ptr
	void    []string     // names of which the DNS knows nothing

	unanswered    error // of the first question that the DNS did not answer
	unansweredFor string
}

// passes says of each of our addresses what a record decides: nothing yet, that it may send, or that it may not.
type passes []int8

const (
	undecided int8 = iota
	maySend
	mayNot
)

// decide takes a mechanism in: addresses that it fits and that none before it has fitted.
func (p passes) decide(fits func(i int) bool, qualifier string) {
	for i := range p {
		if p[i] == undecided && fits(i) {
			p[i] = mayNot
			if qualifier == "+" {
				p[i] = maySend
			}
		}
	}
}

// missing are the addresses of ours that the record does not let send.
func (s *spf) missing(p passes) (out []netip.Addr) {
	if s.open {
		return nil
	}
	for i, ip := range s.ours[:len(s.ours)-1] {
		if p[i] != maySend {
			out = append(out, ip)
		}
	}
	return out
}

// lost notes that the DNS did not answer.
func (s *spf) lost(of string, err error) {
	if s.unanswered == nil {
		s.unanswered, s.unansweredFor = err, of
	}
}

// read returns what a record decides, and what is wrong with it; none when nothing is.
func (s *spf) read(ctx context.Context, domain, record string) (p passes, wrong campaign.Text) {
	s.seen[domain] = true
	outermost := len(s.seen) == 1
	p = make(passes, len(s.ours))
	redirect, all := "", ""
	for _, term := range strings.Fields(record)[1:] {
		name, value, isModifier := strings.Cut(term, "=")
		if isModifier && !strings.ContainsAny(name, ":/") {
			if strings.EqualFold(name, "redirect") {
				if redirect != "" {
					return p, campaign.Textf("%s= stands twice", name)
				}
				redirect = value
			}
			continue // other modifiers mean nothing here
		}
		qualifier := "+"
		if strings.ContainsAny(term[:1], "+-~?") {
			qualifier, term = term[:1], term[1:]
		}
		m, wrong := s.mechanism(ctx, domain, term)
		if !wrong.IsZero() {
			return p, wrong
		}
		if m.all && all == "" {
			all = qualifier
		}
		p.decide(func(i int) bool {
			return m.all || slices.ContainsFunc(m.named, func(n netip.Prefix) bool { return n.Contains(s.ours[i]) }) || len(m.included) > 0 && m.included[i] == maySend
		}, qualifier)
	}
	if outermost {
		s.all = all
	}
	if redirect == "" || all != "" || s.lookups > mostSPFLookups {
		return p, campaign.Text{}
	}
	if outermost {
		s.all = "-" // that of the other record, which ends as its owner wants
	}
	other, wrong := s.follow(ctx, redirect, "redirect=")
	p.decide(func(i int) bool { return len(other) > 0 && other[i] == maySend }, "+")
	return p, wrong
}

// fit is which addresses one word of a record fits.
type fit struct {
	all      bool
	named    []netip.Prefix
	included passes
}

func (s *spf) mechanism(ctx context.Context, domain, term string) (m fit, wrong campaign.Text) {
	name, value, _ := strings.Cut(term, ":")
	name, length, _ := strings.Cut(strings.ToLower(name), "/")
	switch name {
	case "all":
		m.all = true
	case "ip4", "ip6":
		n, ok := network(value, name == "ip4")
		if !ok {
			return m, campaign.Textf("“%s” is no network", quoted(term))
		}
		m.named = []netip.Prefix{n}
	case "include":
		if value == "" {
			return m, campaign.Textf("include without a domain")
		}
		m.included, wrong = s.follow(ctx, value, "include:")
	case "a", "mx", "exists", "ptr":
		s.lookups++
		if value, cidr, ok := strings.Cut(value, "/"); ok {
			m.named = s.name(ctx, name, value, domain, cidr)
		} else {
			m.named = s.name(ctx, name, value, domain, length)
		}
	default:
		return m, campaign.Textf("“%s” is not a word of SPF", quoted(term))
	}
	return m, wrong
}

// name returns the addresses of a host or of a domain's mail servers, where ours are looked for.
func (s *spf) name(ctx context.Context, kind, of, domain, length string) (named []netip.Prefix) {
	if s.lookups > mostSPFLookups {
		return nil
	}
	if kind == "exists" || kind == "ptr" || strings.Contains(of, "%") {
		s.open = true
		return nil
	}
	if of == "" {
		of = domain
	}
	hosts := []string{of}
	if kind == "mx" {
		hosts = nil
		records, err := s.dns.mx(ctx, of)
		s.answered(of, len(records), err)
		for _, r := range records {
			hosts = append(hosts, r.Host)
		}
	}
	for _, host := range hosts[:min(len(hosts), 10)] {
		found, err := s.dns.addresses(ctx, host)
		s.answered(host, len(found), err)
		for _, ip := range found {
			bits := ip.BitLen()
			four, six, _ := strings.Cut(length, "//")
			if ip.Is4() {
				six = four
			}
			if n, err := netip.ParsePrefix(ip.String() + "/" + six); err == nil {
				bits = n.Bits()
			}
			named = append(named, netip.PrefixFrom(ip, bits).Masked())
		}
	}
	return named
}

// answered notes what became of a question.
func (s *spf) answered(of string, found int, err error) {
	switch of = strings.TrimSuffix(of, "."); {
	case err != nil && !isMissing(err):
		s.lost(of, err)
	case found == 0 && !slices.Contains(s.void, of):
		s.void = append(s.void, of)
	}
}

// follow reads the record of another domain.
func (s *spf) follow(ctx context.Context, domain, by string) (p passes, wrong campaign.Text) {
	s.lookups++
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if strings.Contains(domain, "%") {
		s.open = true
	}
	if s.lookups > mostSPFLookups || strings.Contains(domain, "%") {
		return nil, campaign.Text{}
	}
	if s.seen[domain] {
		return nil, campaign.Textf("%s%s goes in a circle", by, quoted(domain))
	}
	records, err := spfRecords(ctx, s.dns, domain)
	switch {
	case err != nil && !isMissing(err):
		s.lost(domain, err)
		return nil, campaign.Text{} // not known now
	case len(records) != 1:
		return nil, campaign.Textf("%s%s has %d SPF records", by, quoted(domain), len(records))
	}
	p, wrong = s.read(ctx, domain, records[0])
	delete(s.seen, domain) // the same may be included twice, though not in itself
	return p, wrong
}

func network(s string, four bool) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Is4() != four {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(ip, ip.BitLen()), true
	}
	n, err := netip.ParsePrefix(s)
	return n, err == nil && n.Addr().Is4() == four
}
