package dns

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// checkPTR sees that the name of a sending address leads back to it, which large providers want (RFC 1912 section 2.1).
func checkPTR(ctx context.Context, dns bounded, m *Mail, ip netip.Addr) Finding {
	f := Finding{Topic: campaign.TopicPTR, Of: ip.String(), Status: campaign.CheckWarn}
	host := m.Helo
	if i := slices.IndexFunc(m.Servers, func(s string) bool { _, err := netip.ParseAddr(s); return err != nil && isDotted(s) }); i >= 0 {
		host = m.Servers[i]
	}
	f.Records = []campaign.DNSRecord{{Type: "PTR", Name: reversed(ip) + zoneOf(ip), Value: strings.TrimSuffix(host, ".") + "."}}
	f.Mend = campaign.Textf("have who gave you the address %s set its reverse record (PTR) to the name of the mail server, and give that name the address", ip.String())
	names, err := dns.addr(ctx, ip)
	switch {
	case err != nil && !isMissing(err):
		lost := unanswered(campaign.TopicPTR, ip.String(), err)
		lost.Records = f.Records
		return lost
	case len(names) == 0 || names[0] == ".":
		f.Detail = campaign.Textf("%s has no reverse record (PTR): Gmail, Yahoo and others refuse mail from it", ip.String())
		return f
	}
	for _, name := range names[:min(len(names), 10)] {
		name = strings.TrimSuffix(name, ".")
		found, err := dns.addresses(ctx, name)
		if err != nil && !isMissing(err) {
			return unanswered(campaign.TopicPTR, name, err)
		}
		if slices.Contains(found, ip) {
			f.Status, f.Mend = campaign.CheckFine, campaign.Text{}
			f.Records[0].Value, f.Records[0].There = name+".", true
			f.Detail = campaign.Textf("%s is %s, and that name leads back to it", ip.String(), name)
			return f
		}
	}
	f.Detail = campaign.Textf("%s is %s by its reverse record (PTR), and that name does not lead back to it: receivers take it for forged", ip.String(), strings.TrimSuffix(names[0], "."))
	return f
}

func isDotted(host string) bool { return strings.Contains(host, ".") }

// reversed writes an address as it is asked for in zones that are keyed by addresses: backwards, by octets or by hexadecimal digits.
func reversed(ip netip.Addr) string {
	var out strings.Builder
	octets := ip.AsSlice()
	slices.Reverse(octets)
	const digits = "0123456789abcdef"
	for _, o := range octets {
		if ip.Is4() {
			out.WriteString(strconv.Itoa(int(o)) + ".")
			continue
		}
		out.WriteString(string(digits[o&15]) + "." + string(digits[o>>4]) + ".")
	}
	return out.String()
}

func zoneOf(ip netip.Addr) string {
	if ip.Is4() {
		return "in-addr.arpa."
	}
	return "ip6.arpa."
}

// checkHelo looks at the name this machine gives itself: it should be known (RFC 5321 section 4.1.1.1).
func checkHelo(ctx context.Context, dns bounded, m *Mail) Finding {
	f := Finding{Topic: campaign.TopicHELO, Of: m.Helo, Status: campaign.CheckWarn, Mend: campaign.Textf("set the full name by helo= in GLASNIK_SMTP_URL, such as helo=press.example.org, and give it an A record")}
	if ip, err := netip.ParseAddr(strings.TrimPrefix(strings.Trim(m.Helo, "[]"), "IPv6:")); err == nil {
		f.Detail = campaign.Textf("this machine calls itself by its address %s (HELO), which some servers refuse", ip.String())
		return f
	}
	if !isDotted(m.Helo) || slices.ContainsFunc(privateNames, func(end string) bool { return strings.HasSuffix(strings.ToLower(m.Helo), "."+end) }) {
		f.Detail = campaign.Textf("this machine calls itself %s (HELO), which is no name that others know", m.Helo)
		return f
	}
	found, err := dns.addresses(ctx, m.Helo)
	switch {
	case err != nil && !isMissing(err):
		return unanswered(campaign.TopicHELO, m.Helo, err)
	case len(found) == 0:
		f.Detail = campaign.Textf("this machine calls itself %s (HELO), and that name has no address in the DNS", m.Helo)
		f.Records = addressRecords(m)
		return f
	}
	f.Status, f.Mend = campaign.CheckFine, campaign.Text{}
	f.Detail = campaign.Textf("this machine calls itself %s, which the DNS knows", m.Helo)
	return f
}

func addressRecords(m *Mail) (out []campaign.DNSRecord) {
	for _, ip := range m.Addresses {
		kind := "A"
		if ip.Is6() {
			kind = "AAAA"
		}
		out = append(out, campaign.DNSRecord{Type: kind, Name: m.Helo, Value: ip.String()})
	}
	return out
}

// Fetch gets a small page over https.
type Fetch func(ctx context.Context, address string) (body string, date time.Time, err error)

// mostPolicy is how many octets of a policy are read (RFC 8461 section 3.2 allows a receiver 64 kB).
const mostPolicy = 64 << 10

// NewFetch returns a Fetch that finds hosts by a resolver, follows no redirects (RFC 8461 section 3.3), and connects to public addresses
// alone: what a domain publishes must not make this machine ask its own network.
func NewFetch(r Resolver) Fetch {
	dial := &net.Dialer{Timeout: patience}
	transport := &http.Transport{
		DisableKeepAlives: true, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			found, err := bounded{r}.addresses(ctx, host)
			for _, ip := range found {
				if isPublic(ip) {
					return dial.DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
				}
			}
			if err == nil {
				err = errors.New("it has no public address")
			}
			return nil, err
		},
	}
	client := &http.Client{Transport: transport, Timeout: 2 * patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, address string) (string, time.Time, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", time.Time{}, err
		}
		answer, err := client.Do(req)
		if err != nil {
			return "", time.Time{}, err
		}
		defer answer.Body.Close()
		date, _ := http.ParseTime(answer.Header.Get("Date"))
		if answer.StatusCode != http.StatusOK {
			return "", date, errors.New(answer.Status)
		}
		body, err := io.ReadAll(io.LimitReader(answer.Body, mostPolicy))
		return printable(string(body)), date, err
	}
}

// checkMTASTS looks at whether mail to a domain is kept to encrypted ways (RFC 8461). It need not be.
func checkMTASTS(ctx context.Context, dns bounded, domain string, fetch Fetch) Finding {
	f := Finding{Topic: campaign.TopicMTASTS, Of: domain, Status: campaign.CheckFine}
	name := "_mta-sts." + domain
	f.Records = []campaign.DNSRecord{{Type: "TXT", Name: name, Value: "v=STSv1; id=1"}, {Type: "HTTPS", Name: "https://mta-sts." + domain + "/.well-known/mta-sts.txt", Value: "version: STSv1\nmode: testing\n" + policyMX(ctx, dns, domain) + "max_age: 604800\n"}}
	records, err := starting(ctx, dns, name, "v=STSv1")
	switch {
	case err != nil && !isMissing(err):
		return unanswered(campaign.TopicMTASTS, name, err)
	case len(records) == 0:
		f.Detail = campaign.Textf("%s does not say that mail to it must be encrypted (MTA-STS); that is no must", domain)
		return f
	}
	f.Records[0].Value, f.Records[0].There = records[0], true
	f.Status, f.Mend = campaign.CheckWarn, campaign.Textf("put the policy at its address, or take the record %s out", name)
	if len(records) > 1 || !strings.Contains(records[0], "id=") {
		f.Detail = campaign.Textf("the record %s must stand alone and have an id=", name)
		return f
	}
	if fetch == nil {
		f.Status, f.Mend = campaign.CheckFine, campaign.Text{}
		f.Detail = campaign.Textf("%s says that mail to it must be encrypted (MTA-STS)", domain)
		return f
	}
	policy, _, err := fetch(ctx, f.Records[1].Name)
	if err != nil {
		f.Detail = campaign.Textf("the policy of %s cannot be read at %s: %s", domain, f.Records[1].Name, reason(err))
		return f
	}
	said := policyLines(policy)
	f.Records[1].Value = policy
	switch {
	case said["version"] != "STSv1" || said["max_age"] == "" || !slices.Contains([]string{"enforce", "testing", "none"}, said["mode"]):
		f.Detail = campaign.Textf("the policy at %s is not complete: it needs version, mode, mx and max_age", f.Records[1].Name)
		return f
	case said["mode"] != "none" && !policyNames(ctx, dns, domain, policy):
		f.Detail = campaign.Textf("the policy at %s does not name all mail servers of %s: mail to the others may be lost", f.Records[1].Name, domain)
		return f
	}
	f.Status, f.Mend, f.Records[1].There = campaign.CheckFine, campaign.Text{}, true
	f.Detail = campaign.Textf("%s says that mail to it must be encrypted (MTA-STS, %s)", domain, said["mode"])
	return f
}

// policyMX writes the lines of a policy that name the mail servers of a domain.
func policyMX(ctx context.Context, dns bounded, domain string) string {
	records, _ := dns.mx(ctx, domain)
	out := ""
	for _, r := range records {
		if host := strings.TrimSuffix(r.Host, "."); host != "" {
			out += "mx: " + host + "\n"
		}
	}
	if out == "" {
		out = "mx: mail." + domain + "\n"
	}
	return out
}

func policyLines(policy string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(policy) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			out[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
		}
	}
	return out
}

// policyNames reports whether a policy covers all mail servers of a domain.
func policyNames(ctx context.Context, dns bounded, domain, policy string) bool {
	var patterns []string
	for line := range strings.Lines(policy) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(key), "mx") {
			patterns = append(patterns, strings.ToLower(strings.TrimSpace(value)))
		}
	}
	records, _ := dns.mx(ctx, domain)
	for _, r := range records {
		host := strings.ToLower(strings.TrimSuffix(r.Host, "."))
		_, parent, _ := strings.Cut(host, ".")
		if !slices.Contains(patterns, host) && !slices.Contains(patterns, "*."+parent) {
			return false
		}
	}
	return true
}

// starting returns the TXT records of a name that begin with their version.
func starting(ctx context.Context, dns bounded, name, version string) (out []string, err error) {
	all, err := dns.txt(ctx, name)
	for _, r := range all {
		if strings.HasPrefix(strings.ReplaceAll(r, " ", ""), version) {
			out = append(out, r)
		}
	}
	return out, err
}

// checkTLSRPT looks at whether somebody is told when encrypted ways to a domain fail (RFC 8460). It need not be.
func checkTLSRPT(ctx context.Context, dns bounded, m *Mail, domain string) Finding {
	f := Finding{Topic: campaign.TopicTLSRPT, Of: domain, Status: campaign.CheckFine}
	name, to := "_smtp._tls."+domain, m.Reports
	if to == "" {
		to = "postmaster@" + domain
	}
	f.Records = []campaign.DNSRecord{{Type: "TXT", Name: name, Value: "v=TLSRPTv1; rua=mailto:" + to}}
	records, err := starting(ctx, dns, name, "v=TLSRPTv1")
	switch {
	case err != nil && !isMissing(err):
		return unanswered(campaign.TopicTLSRPT, name, err)
	case len(records) == 0:
		f.Detail = campaign.Textf("%s asks for no reports on encryption (TLS-RPT); that is no must", domain)
		return f
	}
	f.Records[0].Value, f.Records[0].There = records[0], true
	if len(records) > 1 || !strings.Contains(records[0], "rua=mailto:") && !strings.Contains(records[0], "rua=https:") {
		f.Status, f.Mend = campaign.CheckWarn, campaign.Textf("correct it, for instance to: %s", "v=TLSRPTv1; rua=mailto:"+to)
		f.Detail = campaign.Textf("the record %s must stand alone and have a rua=", name)
		return f
	}
	f.Detail = campaign.Textf("%s asks for reports on encryption (TLS-RPT)", domain)
	return f
}

// expiresSoon is when the end of a certificate is worth a word.
const expiresSoon = 14 * 24 * time.Hour

// CheckCertificate sees that browsers believe the certificate of the links' host.
func CheckCertificate(ctx context.Context, r Resolver, base string, now time.Time) (f Finding, found bool) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" {
		return f, false
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "443"
	}
	f = Finding{Topic: campaign.TopicCertificate, Of: host, Status: campaign.CheckFail, Mend: campaign.Textf("see that the reverse proxy runs and has a certificate for %s that browsers believe", host)}
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	addresses, err := bounded{r}.addresses(ctx, host)
	if len(addresses) == 0 {
		if err == nil || isMissing(err) {
			return f, false // CheckBase says so
		}
		return unanswered(campaign.TopicCertificate, host, err), true
	}
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: patience}, Config: &tls.Config{ServerName: host}}
	var c net.Conn
	for _, ip := range addresses[:min(len(addresses), 4)] { // as browsers do, where the first is down
		var wrong *tls.CertificateVerificationError
		if c, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort(ip.String(), port)); err == nil || errors.As(err, &wrong) {
			break
		}
	}
	if err != nil {
		return refusedCertificate(f, err, now), true
	}
	defer c.Close()
	until := c.(*tls.Conn).ConnectionState().PeerCertificates[0].NotAfter
	if until.Sub(now) < expiresSoon {
		f.Status, f.Detail = campaign.CheckWarn, campaign.Textf("the certificate of %s ends on %s", host, campaign.Day(until))
		f.Mend = campaign.Textf("renew it, and see why it was not renewed by itself")
		return f, true
	}
	f.Status, f.Mend = campaign.CheckFine, campaign.Text{}
	f.Detail = campaign.Textf("the certificate of %s is good until %s", host, campaign.Day(until))
	return f, true
}

// refusedCertificate says why there is no connection, or none that browsers would make.
func refusedCertificate(f Finding, err error, now time.Time) Finding {
	var wrong *tls.CertificateVerificationError
	if !errors.As(err, &wrong) || len(wrong.UnverifiedCertificates) == 0 {
		f.Status, f.Unknown = campaign.CheckWarn, true
		f.Detail = campaign.Textf("%s cannot be reached from here: %s", f.Of, reason(err))
		return f
	}
	own := wrong.UnverifiedCertificates[0]
	var names x509.HostnameError
	var unknown x509.UnknownAuthorityError
	why := campaign.Textf("%s", shortly(wrong.Err))
	switch {
	case now.After(own.NotAfter):
		why, f.Mend = campaign.Textf("it ended on %s", campaign.Day(own.NotAfter)), campaign.Textf("renew it, and see why it was not renewed by itself")
	case now.Before(own.NotBefore):
		why = campaign.Textf("it is good only from %s", campaign.Day(own.NotBefore))
	case errors.As(wrong.Err, &names):
		why = campaign.Textf("it is for other names (%s)", quoted(strings.Join(own.DNSNames, ", ")))
	case errors.As(wrong.Err, &unknown):
		why = campaign.Textf("nobody whom they know has signed it, or the certificates between are not sent along")
	}
	f.Detail = campaign.Textf("browsers do not believe the certificate of %s: %s", f.Of, why)
	return f
}

// reason is why somebody could not be asked, in words where there are some.
func reason(err error) campaign.Text {
	var unknown *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return campaign.Textf("the DNS does not know the name")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		return campaign.Textf("no answer in time")
	case errors.As(err, &unknown):
		return campaign.Textf("the DNS does not answer") // the library's words hold the address of the server that was asked
	case errors.Is(err, syscall.ECONNREFUSED):
		return campaign.Textf("no program answers there")
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return campaign.Textf("the connection was cut")
	}
	return campaign.Textf("%s", shortly(err))
}

// shortly is an error without what wraps it and names addresses of this machine.
func shortly(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var u *url.Error
	if errors.As(err, &u) && u.Err != nil {
		err = u.Err
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	return quoted(text)
}
