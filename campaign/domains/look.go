package domains

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns"
)

// Setup is what the settings say of the mail.
type Setup struct {
	Resolver  dns.Resolver
	Fetch     dns.Fetch       // nil fetches nothing
	Fixed     *mailer.DKIM    // key of the settings, or nil
	From      string          // address of the sender of the settings, or ""
	Bounce    string          // address that bounces come back to, or ""
	Read      bool            // its mailbox is read by this program
	Servers   []string        // hosts mail is handed to
	Helo      string          // the name this machine gives itself
	Addresses []netip.Addr    // that mail leaves from; none are guessed
	Lists     []dns.BlockList // that are asked daily
	Base      string          // that links begin with

	// Account tries the mail servers without sending anything; nil tries nothing.
	Account func(ctx context.Context) []dns.Finding
}

// Mail is what the DNS is asked about.
func (s *Setup) Mail(ctx context.Context, senders []string, keys []campaign.SigningKey) dns.Mail {
	m := dns.Mail{From: senders, Bounce: s.Bounce, Servers: s.Servers, Helo: s.Helo, Addresses: s.Addresses}
	if len(m.Addresses) == 0 {
		m.Addresses = dns.Addresses(ctx, s.Resolver, s.Servers, s.Helo)
	}
	if s.Read {
		m.Reports = s.Bounce
	}
	if s.Fixed != nil {
		name, record := s.Fixed.Record()
		m.Keys = append(m.Keys, dns.Key{Domain: s.Fixed.Domain(), Name: name, Record: record, All: true})
	}
	for i := range keys {
		m.Keys = append(m.Keys, keyOf(&keys[i]))
	}
	return m
}

func keyOf(k *campaign.SigningKey) dns.Key {
	return dns.Key{Domain: k.Domain, Name: k.ID, Record: k.Record, Waits: k.State == campaign.KeyWaits, Rests: k.State == campaign.KeyRests}
}

// LookStore is what a look reads and writes.
type LookStore interface {
	KeyStore
	GetSettings(ctx context.Context) (campaign.Settings, error)
	GetSenderLook(ctx context.Context) (campaign.SenderLook, error)
	UpdateSenderLook(ctx context.Context, fn func(*campaign.SenderLook) error) (campaign.SenderLook, error)
}

// mostSenders bounds how many senders are looked at.
const mostSenders = 20

// lookFor bounds a look: its questions are asked at once, each bounded by itself.
const lookFor = 45 * time.Second

// senders are the addresses mail is from: of the settings and of the panel.
func (s *Setup) senders(ctx context.Context, st LookStore) ([]string, error) {
	set, err := st.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, address := range append([]string{s.From}, campaign.Collect(set.Senders, func(f campaign.Sender) string { return f.Email })...) {
		if address != "" && !slices.Contains(out, address) && len(out) < mostSenders {
			out = append(out, address)
		}
	}
	return out, nil
}

// Look looks at everything but the block lists, and stores what it found. Keys whose records are seen for the first time sign from then on.
func (s *Setup) Look(ctx context.Context, st LookStore, now func() time.Time) (campaign.SenderLook, error) {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	stored := context.WithoutCancel(ctx)
	senders, err := s.senders(ctx, st)
	if err != nil {
		return campaign.SenderLook{}, err
	}
	keys, err := s.LookAtKeys(ctx, st)
	if err != nil {
		return campaign.SenderLook{}, err
	}
	last, err := st.GetSenderLook(ctx)
	if err != nil {
		return last, err
	}
	keys = slices.DeleteFunc(keys, func(k campaign.SigningKey) bool { return k.Removable(now()) })
	found := s.Find(ctx, s.Mail(ctx, senders, keys), now())
	found = append(found, s.clock(&last.Trial)...)
	verdicts := Verdicts(found, senders, &last)
	return st.UpdateSenderLook(stored, func(l *campaign.SenderLook) error {
		l.At, l.Checks, l.Verdicts = now().UTC(), campaign.Collect(found, asStored), verdicts
		return nil
	})
}

// Find asks all questions at once, and takes the time of the slowest: each is bounded by itself.
func (s *Setup) Find(ctx context.Context, m dns.Mail, now time.Time) []dns.Finding {
	parts := []func() []dns.Finding{
		func() []dns.Finding { return dns.Check(ctx, s.Resolver, m) },
		func() []dns.Finding { return dns.CheckTransport(ctx, s.Resolver, m, s.Fetch) },
		func() []dns.Finding { return []dns.Finding{dns.CheckBase(ctx, s.Resolver, s.Base)} },
		func() []dns.Finding {
			if f, ok := dns.CheckCertificate(ctx, s.Resolver, s.Base, now); ok {
				return []dns.Finding{f}
			}
			return nil
		},
		func() []dns.Finding {
			if s.Account == nil {
				return nil
			}
			return s.Account(ctx)
		},
	}
	out := make([][]dns.Finding, len(parts))
	done := make(chan int, len(parts))
	for i, part := range parts {
		go func() { // all waits for it
			out[i] = part()
			done <- i
		}()
	}
	for range parts {
		<-done
	}
	return slices.Concat(out...)
}

// mostSkew is how far the clocks may be apart before it is worth a word.
const mostSkew = 2 * time.Minute

// clock compares this machine's clock with that of the server a test mail arrived at.
func (s *Setup) clock(t *campaign.SenderTrial) []dns.Finding {
	if t.ReceivedAt.IsZero() || t.SentAt.IsZero() {
		return nil
	}
	f := dns.Finding{Topic: campaign.TopicClock, Status: campaign.CheckFine, Detail: campaign.Textf("this machine's clock and the mail server's agree")}
	behind := t.ReceivedAt.Sub(t.SentAt) // with the time the mail was on its way, which arrival bounds
	onWay := t.ArrivedAt.Sub(t.SentAt)
	switch {
	case -behind > mostSkew:
		f.Status, f.Detail = campaign.CheckWarn, campaign.Textf("this machine's clock is %d minutes ahead of the mail server's: mail from the future looks like spam", int(-behind.Minutes()))
	case behind > onWay+mostSkew:
		f.Status, f.Detail = campaign.CheckWarn, campaign.Textf("this machine's clock is %d minutes behind the mail server's", int((behind-onWay).Minutes()))
	}
	if f.Status == campaign.CheckWarn {
		f.Mend = campaign.Textf("keep the clock right by NTP (timedatectl set-ntp true)")
	}
	return []dns.Finding{f}
}

// asStored is a finding as it is stored.
func asStored(f dns.Finding) campaign.SenderCheck {
	c := campaign.SenderCheck{Topic: f.Topic, Of: f.Of, Status: f.Status, Detail: f.Detail.Stored(), Unknown: f.Unknown, Records: f.Records}
	if !f.Mend.IsZero() {
		c.Mend = f.Mend.Stored()
	}
	return c
}

// LookAtKeys looks up the records of all keys, and returns the keys as they are after it.
func (s *Setup) LookAtKeys(ctx context.Context, st KeyStore) ([]campaign.SigningKey, error) {
	keys, err := st.FindSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	changed := false
	for i := range keys {
		if keys[i].State == campaign.KeyRests {
			continue
		}
		k := keyOf(&keys[i])
		f := dns.CheckKey(ctx, s.Resolver, &k)
		if f.Unknown {
			continue // nothing is known, so nothing changes
		}
		fault := campaign.Text{}
		if len(f.Records) == 0 || !f.Records[0].There {
			fault = f.Detail
		}
		if !k.Waits && fault.IsZero() && keys[i].Fault == "" && !keys[i].SeenAt.IsZero() {
			continue
		}
		if _, err := st.SawSigningKey(ctx, keys[i].ID, fault); err != nil {
			if campaign.UnlessMissing(err) != nil {
				return nil, err
			}
		}
		changed = true
	}
	if changed {
		return st.FindSigningKeys(ctx)
	}
	return keys, nil
}

// AskLists asks the block lists for the own domains and sending addresses, and stores what they say.
func (s *Setup) AskLists(ctx context.Context, st LookStore, now func() time.Time) (campaign.SenderLook, error) {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	senders, err := s.senders(ctx, st)
	if err != nil {
		return campaign.SenderLook{}, err
	}
	m := s.Mail(ctx, senders, nil)
	domains := s.Domains(&m)
	found, asked := dns.AskBlockLists(ctx, s.Resolver, s.Lists, m.Addresses, domains)
	return st.UpdateSenderLook(context.WithoutCancel(ctx), func(l *campaign.SenderLook) error {
		l.ListedAt, l.Asked = now().UTC(), int64(asked)
		l.Listings = dns.SinceBefore(found, l.Listings, l.ListedAt)
		return nil
	})
}

// Domains are the own domains that lists are asked about: of the senders, of bounces, of the links.
func (s *Setup) Domains(m *dns.Mail) (out []string) {
	from, envelope := m.Domains()
	_, host, _ := strings.Cut(s.Base, "://")
	host, _, _ = strings.Cut(host, ":")
	for _, d := range slices.Concat(from, envelope, []string{host}) {
		if _, err := campaign.ParseDomain(d); err == nil && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}
