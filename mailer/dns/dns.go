// Package dns looks at what the DNS says of an installation: whether its domains take mail and may send it (MX, SPF, DKIM,
// DMARC), and whether the address of its links can be reached. It asks and changes nothing.
package dns

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
)

// Finding is what one check found.
type Finding struct {
	What   string
	Status string
	Detail string
	Mend   string // "" when nothing need be done
}

// The values of Finding.Status.
const (
	Fine = "ok"
	Warn = "warn"
	Fail = "fail"
)

// Mail is the part of an installation's mail that the DNS knows of.
type Mail struct {
	From   []string     // addresses it is from
	Bounce string       // address that takes bounces; "" leaves them to the senders
	DKIM   *mailer.DKIM // nil: messages are not signed here
}

// Resolver asks the DNS; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupHost(ctx context.Context, name string) ([]string, error)
}

// patience is how long one question may take.
const patience = 5 * time.Second

// bounded is a resolver with a bound on the time of each question.
type bounded struct{ Resolver }

func (b bounded) txt(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.LookupTXT(ctx, name+".") // not in the domains this machine searches
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

// isMissing reports that the DNS answered that there is nothing, which no answer at all does not say.
func isMissing(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

// Check looks at what the DNS says of the domains mail is sent from: that they take mail, who may send for them, and what
// receivers do with mail that proves nothing.
func Check(ctx context.Context, r Resolver, m Mail) (out []Finding) {
	dns := bounded{r}
	var from, envelope []string
	for _, address := range m.From {
		from = addOnce(from, campaign.Domain(address))
	}
	if envelope = from; m.Bounce != "" {
		envelope = []string{campaign.Domain(m.Bounce)}
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
		out = append(out, checkDMARC(ctx, dns, &m, domain, envelope))
	}
	return append(out, checkSigning(ctx, &m, dns))
}

func addOnce(all []string, s string) []string {
	if s == "" || slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// unanswered is the finding when the DNS does not say whether there is a record.
func unanswered(what, name string, err error) Finding {
	reason := "it cannot be asked"
	var e *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &e) && e.IsTimeout:
		reason = "no answer in time"
	case errors.As(err, &e) && e.IsTemporary:
		reason = "it failed (SERVFAIL)" // the library's words hold the address of the server that was asked
	}
	return Finding{What: what, Status: Warn, Detail: "the DNS does not answer for " + name + ": " + reason, Mend: "see that this machine's DNS works, and ask again later"}
}

// checkMX sees that a domain takes mail (RFC 5321 section 5.1, RFC 7505).
func checkMX(ctx context.Context, dns bounded, domain string) Finding {
	const what = "mail to the sender (MX)"
	mend := "give " + domain + " an MX record that names its mail server"
	records, err := dns.mx(ctx, domain)
	switch {
	case err == nil && len(records) == 1 && strings.Trim(records[0].Host, ".") == "":
		return Finding{What: what, Status: Warn, Detail: domain + " says that it takes no mail (a null MX): answers and bounces are lost, and many receivers refuse such a sender", Mend: mend}
	case err == nil && len(records) > 0:
		return Finding{What: what, Status: Fine, Detail: domain + " takes mail at " + strings.TrimSuffix(records[0].Host, ".")}
	case err != nil && !isMissing(err):
		return unanswered(what, domain, err)
	}
	_, err = dns.host(ctx, domain)
	switch {
	case err == nil:
		return Finding{What: what, Status: Warn, Detail: domain + " has no MX record; mail for it goes to its A or AAAA record, which not all believe in", Mend: mend}
	case !isMissing(err):
		return unanswered(what, domain, err)
	}
	return Finding{What: what, Status: Warn, Detail: domain + " has neither MX nor A or AAAA records: answers and bounces are lost, and many receivers refuse such a sender", Mend: mend}
}

// organisation is the domain somebody registered (RFC 7489 section 3.2).
func organisation(domain string) string {
	if o, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return o
	}
	return domain
}
