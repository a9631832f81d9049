package dns

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
)

// fine stands for a check that finds nothing wrong.
const fine = "fine"

// newKey returns a key that signs for example.org.
func newKey(t *testing.T) Key { return keyOf(t, campaign.Ed25519Key) }

func keyOf(t *testing.T, kind campaign.SigningKind) Key {
	t.Helper()
	private, err := mailer.NewSigningKey(kind)
	if err != nil {
		t.Fatal(err)
	}
	d, err := mailer.NewDKIM("example.org", "news", private)
	if err != nil {
		t.Fatal(err)
	}
	name, record := d.Record()
	return Key{Domain: d.Domain(), Name: name, Record: record}
}

// zone is a DNS: what is under “TXT name”, “MX name” and “A name”. What is not there does not exist; SERVFAIL is
// no answer.
type zone map[string][]string

func (z zone) find(kind, name string) ([]string, error) {
	name = strings.TrimSuffix(name, ".")
	found := z[kind+" "+name]
	switch {
	case len(found) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case found[0] == "SERVFAIL":
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return found, nil
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) { return z.find("TXT", name) }
func (z zone) LookupHost(_ context.Context, name string) ([]string, error) {
	return z.find("A", name)
}

func (z zone) LookupAddr(_ context.Context, address string) ([]string, error) {
	return z.find("PTR", address)
}

func (z zone) LookupMX(_ context.Context, name string) (out []*net.MX, err error) {
	hosts, err := z.find("MX", name)
	for _, h := range hosts {
		out = append(out, &net.MX{Host: h})
	}
	return out, err
}

func TestDoctorLooksAtSigning(t *testing.T) {
	key := newKey(t)
	name, record := key.Name, key.Record
	for what, c := range map[string]struct {
		records []string
		status  campaign.CheckStatus
		says    string
	}{
		"right":           {[]string{"v=spf1 -all", strings.Replace(record, "p=", "p= ", 1)}, campaign.CheckFine, "holds the key"},
		"limits that fit": {[]string{record + "; h=sha1:sha256; s=email; t=s"}, campaign.CheckFine, "holds the key"},
		"no record":       {nil, campaign.CheckFail, "no record"},
		"no answer":       {[]string{"SERVFAIL"}, campaign.CheckWarn, "does not answer"},
		"no key":          {[]string{"hello"}, campaign.CheckFail, "no key"},
		"another key":     {[]string{"v=DKIM1; k=ed25519; p=AAAA"}, campaign.CheckFail, "another key"},
		"cut":             {[]string{record[:len(record)-9]}, campaign.CheckFail, "cut off"},
		"another kind":    {[]string{"v=DKIM1; p=AAAA"}, campaign.CheckFail, "k=rsa"},
		"revoked":         {[]string{"v=DKIM1; k=ed25519; p="}, campaign.CheckFail, "revoked"},
		"two":             {[]string{record, "v=DKIM1; k=ed25519; p=AAAA"}, campaign.CheckFail, "2 records"},
		"sha1":            {[]string{record + "; h=sha1"}, campaign.CheckFail, "sha256"},
		"not for mail":    {[]string{record + "; s=tlsrpt"}, campaign.CheckFail, "not for mail"},
		"version":         {[]string{strings.Replace(record, "DKIM1", "DKIM2", 1)}, campaign.CheckFail, "v=DKIM1"},
		"syntax":          {[]string{record + "; nonsense"}, campaign.CheckFail, "mistake"},
		"testing":         {[]string{record + "; t=s:y"}, campaign.CheckWarn, "t=y"},
	} {
		f := checkSigning(t.Context(), bounded{zone{"TXT " + name: c.records}}, &key)
		if f.Status != c.status || !strings.Contains(f.Detail.String(), c.says) || c.status == campaign.CheckFail && (!strings.Contains(f.Mend.String(), name) || f.Records[0].Value != record) {
			t.Errorf("%s: %+v", what, f)
		}
	}
	all := Check(t.Context(), zone{}, Mail{})
	if f := all[len(all)-1]; f.Status != campaign.CheckFine || !strings.Contains(f.Detail.String(), "not signed here") {
		t.Errorf("%+v", f)
	}
}

// A record longer than a string of the DNS is also shown split.
func TestLongRecordIsSplit(t *testing.T) {
	key := keyOf(t, campaign.RSAKey)
	record := key.Record
	f := checkSigning(t.Context(), bounded{zone{}}, &key)
	mend := f.Mend.String()
	if f.Records[0].Value != record || !strings.Contains(mend, `( "`+record[:255]+`" "`+record[255:]+`" )`) {
		t.Error(mend)
	}
}

func TestDoctorLooksAtSPF(t *testing.T) {
	for record, want := range map[string]string{
		"v=spf1 ip4:192.0.2.1 -all": fine, "v=spf1 mx include:spf.example ~all": fine, "v=spf1 redirect=spf.example": fine,
		"v=SPF1 A/24 ip6:2001:db8::/32 exists:%{i}.x.example exp=why.example -all": fine,
		"": "no SPF record", "v=spf10 -all": "no SPF record", "v=spf1 -all|v=spf1 ~all": "2 SPF records", "SERVFAIL": "does not answer",
		"v=spf1 +all": "everybody", "v=spf1 all": "everybody", "v=spf1 mx": "says nothing", "v=spf1 mx ?all": "says nothing",
		"v=spf1 ip4:example.org -all": "no network", "v=spf1 ip4:2001:db8::1 -all": "no network", "v=spf1 ip4:192.0.2.300 -all": "no network",
		"v=spf1 inlcude:spf.example -all": "not a word", "v=spf1 mx, -all": "not a word", "v=spf1 include: -all": "without a domain",
		"v=spf1 include:none.example -all": "0 SPF records", "v=spf1 include:circle.example -all": "circle", "v=spf1 include:wrong.example -all": "not a word",
		"v=spf1 a:a mx:b a:c a:d a:e a:f a:g a:h a:i a:j include:spf.example -all": "more than 10",
	} {
		z := zone{"TXT spf.example": {"v=spf1 ip4:192.0.2.0/24 ~all"}, "TXT circle.example": {"v=spf1 include:circle.example -all"}, "TXT wrong.example": {"v=spf1 nonsense -all"}}
		if record != "" {
			z["TXT example.org"] = append([]string{"other=1"}, strings.Split(record, "|")...)
		}
		if record == "SERVFAIL" {
			z["TXT example.org"] = []string{"SERVFAIL"}
		}
		f := checkSPF(t.Context(), bounded{z}, &Mail{}, "example.org")
		if want == fine && f.Status != campaign.CheckFine || want != fine && (f.Status != campaign.CheckWarn || !strings.Contains(f.Detail.String(), want) || f.Mend.IsZero()) {
			t.Errorf("%q: %+v", record, f)
		}
	}
}

func TestDoctorLooksAtDMARC(t *testing.T) {
	d := newKey(t) // signs for example.org
	signing, not := Mail{Keys: []Key{{Domain: d.Domain, Name: d.Name, Record: d.Record, All: true}}}, Mail{}
	bouncing := func(m Mail, address string) Mail { m.Bounce = address; return m }
	for what, c := range map[string]struct {
		mail   Mail
		domain string
		record string
		want   string
	}{
		"good":                        {signing, "example.org", "v=DMARC1; p=reject; rua=mailto:d@example.org", fine},
		"of the organisation":         {signing, "news.example.org", "v=DMARC1; p=none", fine},
		"none":                        {signing, "example.org", "", "no DMARC record"},
		"no answer":                   {signing, "example.org", "SERVFAIL", "does not answer"},
		"two":                         {signing, "example.org", "v=DMARC1; p=none|v=DMARC1; p=reject", "2 DMARC records"},
		"no policy":                   {signing, "example.org", "v=DMARC1; rua=mailto:d@example.org", "no p="},
		"wrong policy":                {signing, "example.org", "v=DMARC1; p=monitor", "none, quarantine or reject"},
		"wrong subdomain policy":      {signing, "example.org", "v=DMARC1; p=none; sp=x", "sp="},
		"wrong alignment":             {signing, "example.org", "v=DMARC1; p=none; adkim=x", "adkim"},
		"another version":             {signing, "example.org", "v=DMARC12; p=none", "v=DMARC1"},
		"no tag":                      {signing, "example.org", "v=DMARC1; p=none; reject", "no tag"},
		"strict":                      {signing, "news.example.org", "v=DMARC1; p=none; adkim=s", "SPF alone"},
		"signed for another":          {signing, "example.net", "v=DMARC1; p=none", "SPF alone"},
		"bounces elsewhere":           {bouncing(signing, "b@example.net"), "example.org", "v=DMARC1; p=none", fine},
		"bounces elsewhere, unsigned": {bouncing(not, "b@example.net"), "example.org", "v=DMARC1; p=none", "SPF proves nothing"},
		"nothing fits":                {bouncing(signing, "b@example.com"), "example.net", "v=DMARC1; p=none", "DMARC fails for every message"},
		"unsigned":                    {not, "example.org", "v=DMARC1; p=none", fine},
	} {
		z := zone{}
		if c.record != "" {
			z["TXT _dmarc."+organisation(c.domain)] = strings.Split(c.record, "|")
		}
		envelope := []string{c.domain}
		if c.mail.Bounce != "" {
			_, domain, _ := strings.Cut(c.mail.Bounce, "@")
			envelope = []string{domain}
		}
		f := checkDMARC(t.Context(), bounded{z}, &c.mail, c.domain, envelope)
		if c.want == fine && f.Status != campaign.CheckFine || c.want != fine && (f.Status != campaign.CheckWarn || !strings.Contains(f.Detail.String(), c.want) || f.Mend.IsZero()) {
			t.Errorf("%s: %+v", what, f)
		}
	}
}

func TestDoctorLooksAtMX(t *testing.T) {
	for want, z := range map[string]zone{
		"takes mail at mx.example.org": {"MX example.org": {"gone.example.org.", "mx.example.org."}, "A mx.example.org": {"192.0.2.1"}},
		"names gone.example.org":       {"MX example.org": {"gone.example.org."}},
		"names 192.0.2.1":              {"MX example.org": {"192.0.2.1."}},
		"answer for example.org":       {"MX example.org": {"lame.example.org."}, "A lame.example.org": {"SERVFAIL"}},
		"takes no mail":                {"MX example.org": {"."}},
		"has no MX":                    {"A example.org": {"192.0.2.1"}},
		"neither":                      {},
		"does not answer":              {"MX example.org": {"SERVFAIL"}},
	} {
		if f := checkMX(t.Context(), bounded{z}, &Mail{}, "example.org"); !strings.Contains(f.Detail.String(), want) || (f.Status == campaign.CheckFine) != strings.HasPrefix(want, "takes mail") {
			t.Errorf("%s: %+v", want, f)
		}
	}
}

func TestAddressOfLinksIsPublic(t *testing.T) {
	z := zone{"A press.example.org": {"10.0.0.1"}, "A both.example.org": {"10.0.0.1", "8.8.8.8"}, "A lame.example.org": {"SERVFAIL"}}
	for base, want := range map[string]string{
		"https://localhost": "this machine only", "https://127.0.0.1:8443": "this machine only", "https://[::1]": "this machine only",
		"https://10.1.2.3": "private", "https://192.168.0.5": "private", "https://172.16.9.9": "private", "https://100.64.1.1": "private",
		"https://169.254.1.1": "private", "https://0.0.0.0": "private", "https://[fd00::1]": "private", "https://[fe80::1]": "private", "https://[::ffff:10.0.0.1]": "private",
		"https://press": "private network", "https://press.local": "private network", "https://press.lan": "private network",
		"https://press.example.org": "10.0.0.1", "https://none.example.org": "not known", "http://8.8.8.8": "not https",
		"https://8.8.8.8": "", "https://both.example.org": "", "https://lame.example.org": "",
	} {
		f := CheckBase(t.Context(), z, base)
		if want == "" && f.Status != campaign.CheckFine || want != "" && (f.Status != campaign.CheckWarn || !strings.Contains(f.Detail.String(), want) || f.Mend.IsZero()) {
			t.Errorf("%s: %+v", base, f)
		}
	}
	if isPublic(netip.MustParseAddr("192.0.2.1")) {
		t.Error("an address of examples is public")
	}
}

// stuck is a DNS that never answers for some names.
type stuck struct {
	zone
	names string
}

func (s stuck) wait(ctx context.Context, name string) error {
	if !strings.HasSuffix(name, s.names) {
		return nil
	}
	<-ctx.Done()
	return &net.DNSError{Err: ctx.Err().Error(), Name: name, IsTimeout: true}
}

func (s stuck) LookupTXT(ctx context.Context, name string) ([]string, error) {
	if err := s.wait(ctx, name); err != nil {
		return nil, err
	}
	return s.zone.LookupTXT(ctx, name)
}

func (s stuck) LookupHost(ctx context.Context, name string) ([]string, error) {
	if err := s.wait(ctx, name); err != nil {
		return nil, err
	}
	return s.zone.LookupHost(ctx, name)
}

// An SPF record whose includes hang is looked at for a bounded time, and is then not known to be right.
func TestHangingSPFIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		record := "v=spf1 ip4:8.8.8.8"
		for i := range 10 {
			record += fmt.Sprintf(" include:i%d.slow.example", i)
		}
		began := time.Now()
		f := checkSPF(t.Context(), bounded{stuck{zone{"TXT example.org": {record + " -all"}}, ".slow.example."}}, &Mail{Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.8")}}, "example.org")
		if took := time.Since(began); took > spfPatience || !f.Unknown || f.Status != campaign.CheckWarn || f.Of != "example.org" {
			t.Errorf("%v: %+v", took, f)
		}
	})
}

// A record decides by the first word that fits an address, and what is proposed lets our addresses send.
func TestSPFIsReadInOrder(t *testing.T) {
	z := zone{
		"TXT all.example": {"v=spf1 +all"}, "TXT no.example": {"v=spf1 -all"}, "TXT ours.example": {"v=spf1 ip4:8.8.8.8 -all"},
		"A v.example": {"192.0.2.1"},
	}
	for record, want := range map[string]string{
		"v=spf1 ip4:8.8.8.8 -all":                                         "says who may send for it",
		"v=spf1 include:no.example include:ours.example -all":             "says who may send for it",
		"v=spf1 a:g1.example a:g2.example ip4:8.8.8.8 -all":               "says who may send for it",
		"v=spf1 redirect=ours.example":                                    "says who may send for it",
		"v=spf1 -all ip4:8.8.8.8":                                         "v=spf1 ip4:8.8.8.8 -all ip4:8.8.8.8",
		"v=spf1 -ip4:8.8.8.8 ip4:8.0.0.0/8 -all":                          "v=spf1 ip4:8.8.8.8 -ip4:8.8.8.8 ip4:8.0.0.0/8 -all",
		"v=spf1 +all":                                                     "v=spf1 ip4:8.8.8.8 ~all",
		"v=spf1 include:all.example -all":                                 "lets everybody",
		"v=spf1 ip4:0.0.0.0/0 -all":                                       "lets everybody",
		"v=spf1 a:v.example ?all":                                         "v=spf1 ip4:8.8.8.8 a:v.example ~all",
		"v=spf1 a:g1.example a:g2.example mx:g3.example ip4:8.8.8.8 -all": "take them out of the record",
		"v=spf1 redirect=a.example redirect=b.example":                    "stands twice",
		"v=spf1 mx " + strings.Repeat("A", 50_000) + " -all":              "AAA…” is not a word",
	} {
		z["TXT example.org"] = []string{record}
		f := checkSPF(t.Context(), bounded{z}, &Mail{Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.8")}}, "example.org")
		said := f.Detail.String() + "\n" + f.Mend.String()
		for _, r := range f.Records {
			said += "\n" + r.Value
		}
		if !strings.Contains(said, want) || len(f.Detail.String()+f.Mend.String()) > 5*mostQuoted || (f.Status == campaign.CheckFine) != strings.HasPrefix(want, "says") {
			t.Errorf("%.80s: %.900s", record, said)
		}
	}
}

// What others publish is text when it reaches a terminal, a page or the store.
func TestRecordsArePrintable(t *testing.T) {
	found, err := bounded{zone{"TXT example.org": {"v=spf1 \x1b[2J\xff\u202e\u009b -all"}}}.txt(t.Context(), "example.org")
	if err != nil || len(found) != 1 || found[0] != "v=spf1 \ufffd[2J\ufffd\ufffd\ufffd -all" {
		t.Errorf("%q %v", found, err)
	}
}

// A certificate that browsers refuse is told by what is wrong with it.
func TestRefusedCertificate(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for want, c := range map[string]struct {
		from, until time.Time
		err         error
	}{
		"it ended on 2030-01-01":          {now.AddDate(0, -3, 0), now.AddDate(0, 0, -1), x509.CertificateInvalidError{Reason: x509.Expired}},
		"it is good only from 2030-01-03": {now.AddDate(0, 0, 1), now.AddDate(1, 0, 0), x509.CertificateInvalidError{Reason: x509.Expired}},
		"for other names (a.example)":     {now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0), x509.HostnameError{Certificate: &x509.Certificate{}, Host: "b.example"}},
		"nobody whom they know":           {now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0), x509.UnknownAuthorityError{}},
	} {
		err := &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{{NotBefore: c.from, NotAfter: c.until, DNSNames: []string{"a.example"}}}, Err: c.err}
		if f := refusedCertificate(Finding{Of: "b.example", Status: campaign.CheckFail}, err, now); !strings.Contains(f.Detail.String(), want) || f.Status != campaign.CheckFail {
			t.Errorf("%s: %s", want, f.Detail)
		}
	}
}
