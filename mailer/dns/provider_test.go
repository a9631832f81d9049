package dns

import (
	"context"
	"net"
	"testing"
)

// exchangers answers for MX alone.
type exchangers map[string][]*net.MX

func (exchangers) LookupAddr(context.Context, string) ([]string, error) { return nil, nil }

func (e exchangers) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if name == "silent.rs." {
		return nil, &net.DNSError{IsTimeout: true}
	}
	if e[name] == nil {
		return nil, &net.DNSError{IsNotFound: true}
	}
	return e[name], nil
}

func (exchangers) LookupTXT(context.Context, string) ([]string, error)  { return nil, nil }
func (exchangers) LookupHost(context.Context, string) ([]string, error) { return nil, nil }

func TestProvider(t *testing.T) {
	t.Parallel()
	mx := func(hosts ...string) (out []*net.MX) {
		for i, h := range hosts {
			out = append(out, &net.MX{Host: h, Pref: uint16(10 * i)})
		}
		return out
	}
	r := exchangers{
		"redakcija.rs.":    mx("ASPMX.L.Google.com.", "alt1.aspmx.l.google.com."),
		"novi.rs.":         mx("smtp.google.com."),
		"skola.edu.rs.":    mx("skola-edu-rs.mail.protection.outlook.com."),
		"firma.co.rs.":     mx("firma-co-rs.x-v1.mx.microsoft."),
		"glas.rs.":         mx("mail.hoster.rs.", "backup.elsewhere.rs."),
		"vesti.co.rs.":     mx("mx2.hoster.rs."),
		"sopstveni.co.rs.": mx("mail.sopstveni.co.rs."),
		"nema.rs.":         mx("."),
		"obrnuto.rs.":      {{Host: "b.second.rs.", Pref: 20}, {Host: "a.first.rs.", Pref: 5}},
		"jednako.rs.":      {{Host: "b.two.rs.", Pref: 5}, {Host: "a.one.rs.", Pref: 5}},
		"jahu.rs.":         mx("mta5.am0.yahoodns.net."),
		"press.example.":   mx("aspmx.l.google.com."),
	}
	for domain, want := range map[string]string{
		"redakcija.rs": "gmail.com", "novi.rs": "gmail.com", "skola.edu.rs": "outlook.com", "firma.co.rs": "outlook.com", "Glas.rs.": "hoster.rs",
		"vesti.co.rs": "hoster.rs", "sopstveni.co.rs": "sopstveni.co.rs", "nema.rs": "nema.rs", "nepoznat.rs": "nepoznat.rs", "obrnuto.rs": "first.rs",
		"jednako.rs": "one.rs", "jahu.rs": "yahoo.com", "press.example": "press.example", "hotmail.com": "outlook.com", "news.example.org": "news.example.org", "localhost": "localhost",
	} {
		if got, err := Provider(t.Context(), r, domain); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", domain, got, err, want)
		}
	}
	if got, err := Provider(t.Context(), r, "silent.rs"); err == nil {
		t.Errorf("a DNS that does not answer said %q", got)
	}
}
