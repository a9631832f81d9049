package dns

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/mailer"
)

func newKey(t *testing.T) *mailer.DKIM {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	d, err := mailer.NewDKIM("example.org", "news", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	if err != nil {
		t.Fatal(err)
	}
	return d
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

func (z zone) LookupMX(_ context.Context, name string) (out []*net.MX, err error) {
	hosts, err := z.find("MX", name)
	for _, h := range hosts {
		out = append(out, &net.MX{Host: h})
	}
	return out, err
}

func TestDoctorLooksAtSigning(t *testing.T) {
	d := newKey(t)
	name, record := d.Record()
	for what, c := range map[string]struct {
		records []string
		status  string
		says    string
	}{
		"right":           {[]string{"v=spf1 -all", strings.Replace(record, "p=", "p= ", 1)}, Fine, "holds the key"},
		"limits that fit": {[]string{record + "; h=sha1:sha256; s=email; t=s"}, Fine, "holds the key"},
		"no record":       {nil, Fail, "no record"},
		"no answer":       {[]string{"SERVFAIL"}, Warn, "does not answer"},
		"no key":          {[]string{"hello"}, Fail, "no key"},
		"another key":     {[]string{"v=DKIM1; k=ed25519; p=AAAA"}, Fail, "another key"},
		"another kind":    {[]string{"v=DKIM1; p=AAAA"}, Fail, "k=rsa"},
		"revoked":         {[]string{"v=DKIM1; k=ed25519; p="}, Fail, "revoked"},
		"two":             {[]string{record, "v=DKIM1; k=ed25519; p=AAAA"}, Fail, "2 records"},
		"sha1":            {[]string{record + "; h=sha1"}, Fail, "sha256"},
		"not for mail":    {[]string{record + "; s=tlsrpt"}, Fail, "not for mail"},
		"version":         {[]string{strings.Replace(record, "DKIM1", "DKIM2", 1)}, Fail, "v=DKIM1"},
		"syntax":          {[]string{record + "; nonsense"}, Fail, "mistake"},
		"testing":         {[]string{record + "; t=s:y"}, Warn, "t=y"},
	} {
		f := checkSigning(t.Context(), &Mail{DKIM: d}, bounded{zone{"TXT " + name: c.records}})
		if f.Status != c.status || !strings.Contains(f.Detail, c.says) || c.status == Fail && !strings.Contains(f.Mend, record) {
			t.Errorf("%s: %+v", what, f)
		}
	}
	if f := checkSigning(t.Context(), &Mail{}, bounded{zone{}}); f.Status != Fine || !strings.Contains(f.Detail, "not signed here") {
		t.Errorf("%+v", f)
	}
}

// A record longer than a string of the DNS is also shown split.
func TestLongRecordIsSplit(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	d, err := mailer.NewDKIM("example.org", "news", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	if err != nil {
		t.Fatal(err)
	}
	_, record := d.Record()
	f := checkSigning(t.Context(), &Mail{DKIM: d}, bounded{zone{}})
	if !strings.Contains(f.Mend, record) || !strings.Contains(f.Mend, `( "`+record[:255]+`" "`+record[255:]+`" )`) {
		t.Error(f.Mend)
	}
}

func TestDoctorLooksAtSPF(t *testing.T) {
	for record, want := range map[string]string{
		"v=spf1 ip4:192.0.2.1 -all": Fine, "v=spf1 mx include:spf.example ~all": Fine, "v=spf1 redirect=spf.example": Fine,
		"v=SPF1 A/24 ip6:2001:db8::/32 exists:%{i}.x.example exp=why.example -all": Fine,
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
		f := checkSPF(t.Context(), bounded{z}, "example.org")
		if want == Fine && f.Status != Fine || want != Fine && (f.Status != Warn || !strings.Contains(f.Detail, want) || f.Mend == "") {
			t.Errorf("%q: %+v", record, f)
		}
	}
}

func TestDoctorLooksAtDMARC(t *testing.T) {
	d := newKey(t) // signs for example.org
	signing, not := Mail{DKIM: d}, Mail{}
	bouncing := func(m Mail, address string) Mail { m.Bounce = address; return m }
	for what, c := range map[string]struct {
		mail   Mail
		domain string
		record string
		want   string
	}{
		"good":                        {signing, "example.org", "v=DMARC1; p=reject; rua=mailto:d@example.org", Fine},
		"of the organisation":         {signing, "news.example.org", "v=DMARC1; p=none", Fine},
		"none":                        {signing, "example.org", "", "no DMARC record"},
		"no answer":                   {signing, "example.org", "SERVFAIL", "does not answer"},
		"two":                         {signing, "example.org", "v=DMARC1; p=none|v=DMARC1; p=reject", "2 DMARC records"},
		"no policy":                   {signing, "example.org", "v=DMARC1; rua=mailto:d@example.org", "no p="},
		"wrong policy":                {signing, "example.org", "v=DMARC1; p=monitor", "none, quarantine or reject"},
		"wrong subdomain policy":      {signing, "example.org", "v=DMARC1; p=none; sp=x", "sp="},
		"wrong alignment":             {signing, "example.org", "v=DMARC1; p=none; adkim=x", "adkim"},
		"no tag":                      {signing, "example.org", "v=DMARC1; p=none; reject", "no tag"},
		"strict":                      {signing, "news.example.org", "v=DMARC1; p=none; adkim=s", "SPF alone"},
		"signed for another":          {signing, "example.net", "v=DMARC1; p=none", "SPF alone"},
		"bounces elsewhere":           {bouncing(signing, "b@example.net"), "example.org", "v=DMARC1; p=none", Fine},
		"bounces elsewhere, unsigned": {bouncing(not, "b@example.net"), "example.org", "v=DMARC1; p=none", "SPF proves nothing"},
		"nothing fits":                {bouncing(signing, "b@example.com"), "example.net", "v=DMARC1; p=none", "DMARC fails for every message"},
		"unsigned":                    {not, "example.org", "v=DMARC1; p=none", Fine},
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
		if c.want == Fine && f.Status != Fine || c.want != Fine && (f.Status != Warn || !strings.Contains(f.Detail, c.want) || f.Mend == "") {
			t.Errorf("%s: %+v", what, f)
		}
	}
}

func TestDoctorLooksAtMX(t *testing.T) {
	for want, z := range map[string]zone{
		"takes mail at mx.example.org": {"MX example.org": {"mx.example.org."}},
		"takes no mail":                {"MX example.org": {"."}},
		"has no MX":                    {"A example.org": {"192.0.2.1"}},
		"neither":                      {},
		"does not answer":              {"MX example.org": {"SERVFAIL"}},
	} {
		if f := checkMX(t.Context(), bounded{z}, "example.org"); !strings.Contains(f.Detail, want) || (f.Status == Fine) != strings.HasPrefix(want, "takes mail") {
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
		if want == "" && f.Status != Fine || want != "" && (f.Status != Warn || !strings.Contains(f.Detail, want) || f.Mend == "") {
			t.Errorf("%s: %+v", base, f)
		}
	}
	if isPublic(netip.MustParseAddr("192.0.2.1")) {
		t.Error("an address of examples is public")
	}
}
