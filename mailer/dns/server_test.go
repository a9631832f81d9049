package dns

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/dns/dnstest"
)

func ask(t *testing.T, s *dnstest.Server) Resolver {
	t.Helper()
	r, err := NewResolver(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestResolverOfTheSettings(t *testing.T) {
	for server, good := range map[string]bool{"": true, "127.0.0.1": true, "127.0.0.1:5353": true, "::1": true, "[::1]": true, "[::1]:53": true, "dns.example.org": false, "127.0.0.1:x": false, "1.2.3.4:": false} {
		if _, err := NewResolver(server); (err == nil) != good {
			t.Errorf("%q: %v", server, err)
		}
	}
}

// What block lists answer is told apart: listings, refusals, lists that list everything, and no answer.
func TestBlockLists(t *testing.T) {
	six := "2001:4860:4860::8888"
	s := dnstest.Start(t, map[string][]string{
		"A 8.8.8.8.bl.example":   {"127.0.0.2", "127.0.0.4"},
		"TXT 8.8.8.8.bl.example": {"see https://bl.example/?8.8.8.8"},
		"A 8.8.8.8.open.example": {"127.255.255.254"}, "A " + reversed(netip.MustParseAddr(six)) + "open.example": {"127.255.255.254"}, "A 8.8.8.8.rate.example": {"127.255.255.255"}, "A 8.8.8.8.typo.example": {"127.255.255.252"}, "A 8.8.8.8.uri.example": {"127.0.0.1"},
		"A 8.8.8.8.all.example": {"127.0.0.2"}, "A 1.0.0.127.all.example": {"127.0.0.2"},
		"A 8.8.8.8.sold.example": {"93.184.216.34"}, "A 8.8.8.8.down.example": {dnstest.Fails}, "AAAA 8.8.8.8.down.example": {dnstest.Fails},
		"A " + reversed(netip.MustParseAddr(six)) + "bl.example": {"127.0.0.3"},
		"A example.org.dbl.example":                              {"127.0.1.2"}, "A example.org.ipq.example": {"127.0.1.255"}, "A example.org.alld.example": {"127.0.1.2"}, "A invalid.alld.example": {"127.0.1.2"},
	})
	var lists []BlockList
	for _, name := range []string{"bl.example", "open.example", "rate.example", "typo.example", "uri.example", "all.example", "sold.example", "down.example", "clean.example", "domain:dbl.example", "domain:ipq.example", "domain:alld.example"} {
		l, ok := ParseBlockList(name)
		if !ok || l.String() != name {
			t.Fatal(name)
		}
		lists = append(lists, l)
	}
	found, asked := AskBlockLists(t.Context(), ask(t, s), lists, []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr(six)}, []string{"example.org", "press.example.org"})
	if asked != 9*2+3*2 {
		t.Errorf("%d questions", asked)
	}
	got := map[string]campaign.ListingKind{}
	for _, l := range found {
		what := l.What
		if l.List == "open.example" {
			what = "8.8.8.8" // whichever address it was asked about
		}
		got[l.List+" "+what] = l.Kind
		if l.List == "bl.example" && l.What == "8.8.8.8" && (l.Answer != "127.0.0.2" || !strings.HasPrefix(l.Reason, "see ")) {
			t.Errorf("%+v", l)
		}
	}
	want := map[string]campaign.ListingKind{
		"bl.example 8.8.8.8": campaign.Listed, "bl.example " + six: campaign.Listed, "dbl.example example.org": campaign.Listed,
		"open.example 8.8.8.8": campaign.ListRefused, "rate.example 8.8.8.8": campaign.ListRefused, "typo.example 8.8.8.8": campaign.ListRefused, "uri.example 8.8.8.8": campaign.ListRefused,
		"ipq.example example.org": campaign.ListRefused, "all.example 8.8.8.8": campaign.ListBroken, "sold.example 8.8.8.8": campaign.ListBroken, "alld.example example.org": campaign.ListBroken,
		"down.example 8.8.8.8": campaign.ListSilent,
	}
	for key, kind := range want {
		if got[key] != kind {
			t.Errorf("%s is %q, not %q", key, got[key], kind)
		}
	}
	if len(got) != len(want) || len(found) != len(want) {
		t.Errorf("%v", got)
	}
	since := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	if again := SinceBefore(slices.Clone(found), SinceBefore(slices.Clone(found), nil, since), since.Add(time.Hour)); !again[0].Since.Equal(since) {
		t.Errorf("since %v", again[0].Since)
	}
	for _, bad := range []string{"", "localhost", "domain:", "a b.example", "127.0.0.1", "x:y.example"} {
		if l, ok := ParseBlockList(bad); ok {
			t.Errorf("%q is %v", bad, l)
		}
	}
}

// A domain that is set up as it should be has nothing to mend, and one that is not is told what to set.
func TestSenderRecords(t *testing.T) {
	key := newKey(t)
	s := dnstest.Start(t, map[string][]string{
		"MX example.org": {"10 mx.example.org"}, "A mx.example.org": {"8.8.8.8"}, "A example.org": {"8.8.4.4"}, "PTR 8.8.8.8.in-addr.arpa": {"mx.example.org"},
		"TXT example.org": {"v=spf1 mx -all"}, "TXT _dmarc.example.org": {"v=DMARC1; p=none; rua=mailto:bounces@example.org"}, "TXT " + key.Name: {key.Record},
		"TXT _mta-sts.example.org": {"v=STSv1; id=20300101"}, "TXT _smtp._tls.example.org": {"v=TLSRPTv1; rua=mailto:tls@example.org"},
	})
	r := ask(t, s)
	m := Mail{From: []string{"press@example.org"}, Bounce: "bounces@example.org", Keys: []Key{key}, Servers: []string{"mx.example.org"}, Helo: "mx.example.org", Reports: "bounces@example.org"}
	m.Addresses = Addresses(t.Context(), r, m.Servers, m.Helo)
	if len(m.Addresses) != 1 || m.Addresses[0].String() != "8.8.8.8" {
		t.Fatalf("addresses: %v", m.Addresses)
	}
	policy := "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 604800\n"
	fetch := func(context.Context, string) (string, time.Time, error) { return policy, time.Time{}, nil }
	found := slices.Concat(Check(t.Context(), r, m), CheckTransport(t.Context(), r, m, fetch))
	topics := map[campaign.CheckTopic]bool{}
	for _, f := range found {
		topics[f.Topic] = true
		if f.Status != campaign.CheckFine || !f.Mend.IsZero() || len(f.Records) > 0 && !f.Records[0].There {
			t.Errorf("%s: %s %s → %s %v", f.Topic, f.Status, f.Detail, f.Mend, f.Records)
		}
	}
	for _, topic := range []campaign.CheckTopic{campaign.TopicMX, campaign.TopicSPF, campaign.TopicDMARC, campaign.TopicDKIM, campaign.TopicPTR, campaign.TopicHELO, campaign.TopicMTASTS, campaign.TopicTLSRPT} {
		if !topics[topic] {
			t.Errorf("nothing on %s", topic)
		}
	}

	policy = "version: STSv1\nmode: enforce\nmx: other.example.org\nmax_age: 604800\n"
	m.Addresses = []netip.Addr{netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("2620:fe::fe")}
	m.Helo = "mx.nowhere.example.org"
	m.From = append(m.From, "desk@example.net")
	s.Set("TXT " + key.Name)
	found = slices.Concat(Check(t.Context(), r, m), CheckTransport(t.Context(), r, m, fetch))
	said := ""
	for _, f := range found {
		for _, record := range f.Records {
			if !record.There {
				said += record.Type + " " + record.Name + " " + record.Value + "\n"
			}
		}
	}
	for _, want := range []string{
		"TXT example.org v=spf1 ip4:9.9.9.9 ip6:2620:fe::fe mx -all", "PTR 9.9.9.9.in-addr.arpa. mx.example.org.", "PTR e.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.f.0.0.0.2.6.2.ip6.arpa. ",
		"A mx.nowhere.example.org 9.9.9.9", "AAAA mx.nowhere.example.org 2620:fe::fe", "MX example.net 10 mx.example.org.", "TXT " + key.Name + " " + key.Record,
		"TXT _dmarc.example.net v=DMARC1; p=none; rua=mailto:bounces@example.org", "TXT example.net._report._dmarc.example.org v=DMARC1", "TXT _mta-sts.example.net v=STSv1; id=1", "HTTPS https://mta-sts.example.net/.well-known/mta-sts.txt version: STSv1",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
}

// A DNS that answers nothing costs the time of its questions once, and is not taken for one that says no.
func TestSilentDNSIsUnknown(t *testing.T) {
	m := Mail{From: []string{"press@example.org"}, Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.8")}, Helo: "mx.example.org", Keys: []Key{newKey(t)}}
	silent := zone{}
	for _, name := range []string{"MX example.org", "TXT example.org", "TXT _dmarc.example.org", "TXT news._domainkey.example.org", "PTR 8.8.8.8", "A mx.example.org", "TXT _mta-sts.example.org", "TXT _smtp._tls.example.org"} {
		silent[name] = []string{"SERVFAIL"}
	}
	for _, f := range slices.Concat(Check(t.Context(), silent, m), CheckTransport(t.Context(), silent, m, nil)) {
		if !f.Unknown || f.Status != campaign.CheckWarn {
			t.Errorf("%s: %+v", f.Topic, f)
		}
	}
}
