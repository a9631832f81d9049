package domains

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
	"github.com/glasnik/glasnik/mailer/dns"
	"github.com/glasnik/glasnik/mailer/dns/dnstest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newDesk has a desk over a store of its own, whose mail goes to sent.
func newDesk(t *testing.T, server *dnstest.Server) (d *Desk, s *store.Store, sent *[]campaign.Message, clock *time.Time) {
	t.Helper()
	engine, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "glasnik.db"))
	must(t, err)
	now := time.Now().UTC().Truncate(time.Second)
	signer := campaign.NewSigner("a secret of these tests")
	s, err = store.New(t.Context(), engine, signer, func() time.Time { return now })
	must(t, err)
	t.Cleanup(func() { s.Close(context.Background()) })
	r, err := dns.NewResolver(server.Addr)
	must(t, err)
	sent = new([]campaign.Message)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	d = &Desk{
		Setup: Setup{Resolver: r, From: "press@example.org", Bounce: "bounces@example.org", Read: true, Addresses: []netip.Addr{netip.MustParseAddr("8.8.8.8")}, Base: "http://127.0.0.1:9"},
		Store: s.All(), Keys: &Keyring{Store: s.All(), Logger: log}, Links: campaign.Links{Base: "http://127.0.0.1:9", Signer: signer}, Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"},
		Now: func() time.Time { return now }, Logger: log,
		Send: func(_ context.Context, m campaign.Message) error { *sent = append(*sent, m); return nil },
	}
	return d, s, sent, &now
}

// publishKeys makes keys for the domain and lets them be seen in the DNS, so that they sign.
func publishKeys(t *testing.T, d *Desk, server *dnstest.Server) {
	t.Helper()
	keys, err := d.MakeKeys(t.Context(), "example.org")
	must(t, err)
	for _, k := range keys {
		server.Set("TXT "+k.ID, k.Record)
	}
	_, err = d.LookAtKeys(t.Context(), d.Store)
	must(t, err)
}

func TestTestMailComesBack(t *testing.T) {
	server := dnstest.Start(t, nil)
	d, s, sent, clock := newDesk(t, server)
	publishKeys(t, d, server)
	trial, err := d.TryTrial(t.Context())
	if err != nil || len(*sent) != 1 || !trial.Waiting() || trial.SentAt.IsZero() {
		t.Fatalf("%+v %v", trial, err)
	}
	if err := d.work(t.Context(), false, new(time.Time)); err != nil || len(*sent) != 1 {
		t.Fatalf("sent again: %d %v", len(*sent), err)
	}
	m := (*sent)[0]
	if !strings.HasPrefix(m.To, "bounces+") || m.From != m.To {
		t.Errorf("to %s", m.To)
	}
	*clock = clock.Add(5 * time.Second)
	stamped := "Received: from press.example.org by mx.example.org; " + clock.Add(-2*time.Second).Format(time.RFC1123Z) + "\r\nAuthentication-Results: mx.example.org; dkim=pass header.d=example.org; spf=pass\r\n"
	what, _, err := d.Take(t.Context(), strings.NewReader(stamped+string(m.Data)))
	if err != nil || what != campaign.CountTrial {
		t.Fatalf("%q %v", what, err)
	}
	look, err := s.SenderLooks.GetSenderLook(t.Context())
	must(t, err)
	if got := look.Trial; got.Waiting() || len(got.Signed) != 2 || len(got.Broken) != 0 || !strings.Contains(got.Results, "spf=pass") || got.ArrivedAt.Sub(got.SentAt) != 5*time.Second || got.ReceivedAt.Sub(got.SentAt) != 3*time.Second {
		t.Errorf("%+v", got)
	}
	other := strings.Replace(string(m.Data), trial.Token, "another", 1)
	what, rest, err := d.Take(t.Context(), strings.NewReader(other))
	if whole, _ := io.ReadAll(rest); err != nil || what != "" || string(whole) != other {
		t.Errorf("a mail with another token: %q %v", what, err)
	}
	d.Send = func(context.Context, campaign.Message) error { return errors.New("550 5.7.1 no") }
	if trial, err := d.TryTrial(t.Context()); err != nil || !strings.Contains(trial.Fault, "550") || trial.Waiting() {
		t.Errorf("%+v %v", trial, err)
	}
	d.Read = false
	if _, err := d.TryTrial(t.Context()); campaign.CodeOf(err) != campaign.Conflict {
		t.Error(err)
	}
}

func TestReportsAreTakenIn(t *testing.T) {
	d, s, _, _ := newDesk(t, dnstest.Start(t, nil))
	day := time.Now().AddDate(0, 0, -2)
	report := func(domain string) string {
		return "Subject: Report Domain: " + domain + "\r\nContent-Type: text/xml\r\n\r\n" +
			`<feedback><report_metadata><org_name>r.example</org_name><report_id>1</report_id><date_range><begin>` + strconv.FormatInt(day.Unix(), 10) + `</begin><end>` + strconv.FormatInt(day.Unix()+86399, 10) + `</end></date_range></report_metadata><policy_published><domain>` + domain +
			`</domain><p>none</p></policy_published><record><row><source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated><dkim>pass</dkim></policy_evaluated></row></record></feedback>`
	}
	for _, domain := range []string{"example.org", "example.org", "example.com"} { // the second again, the third is not ours
		what, _, err := d.Take(t.Context(), strings.NewReader(report(domain)))
		if err != nil || what != campaign.CountReport {
			t.Errorf("%s: %q %v", domain, what, err)
		}
	}
	letter := "Subject: our dmarc record\r\n\r\nWhat about it?\r\n" + strings.Repeat("x", 100_000)
	what, rest, err := d.Take(t.Context(), strings.NewReader(letter))
	if whole, _ := io.ReadAll(rest); err != nil || what != "" || string(whole) != letter {
		t.Errorf("a letter: %q %v", what, err)
	}
	sum, err := s.SenderLooks.SumDMARCReports(t.Context(), day)
	if err != nil || sum.Reports != 1 || sum.All.Messages != 7 || sum.All.Passed != 7 || len(sum.Sources) != 1 || sum.Sources[0].Address != "192.0.2.1" {
		t.Errorf("%+v %v", sum, err)
	}
}

// What was found is stored, with a verdict for each provider, and listings are known since when.
func TestLookIsStored(t *testing.T) {
	server := dnstest.Start(t, map[string][]string{"A 8.8.8.8.bl.example": {"127.0.0.2"}})
	d, s, _, clock := newDesk(t, server)
	bl, _ := dns.ParseBlockList("bl.example")
	d.Lists = []dns.BlockList{bl}
	must(t, d.work(t.Context(), true, new(time.Time)))
	*clock = clock.Add(25 * time.Hour)
	must(t, d.work(t.Context(), false, new(time.Time)))
	look, err := s.SenderLooks.GetSenderLook(t.Context())
	must(t, err)
	listed, err := s.SenderLooks.FindListings(t.Context())
	if err != nil || len(listed) != 1 || listed[0].What != "8.8.8.8" || clock.Sub(listed[0].Since) != 25*time.Hour {
		t.Errorf("%+v %v", listed, err)
	}
	if len(look.Checks) == 0 || len(look.Verdicts) != 3 || !look.At.Equal(*clock) {
		t.Fatalf("%+v", look)
	}
	for _, v := range look.Verdicts {
		if v.Status != campaign.CheckFail || slices.ContainsFunc(v.Lines, func(l campaign.BulkLine) bool { return l.Status == campaign.CheckFail && l.Mend == "" }) {
			t.Errorf("%+v", v)
		}
	}
}

// A store that does not answer never lets mail out unsigned, and known keys go on.
func TestKeysOutliveTheStore(t *testing.T) {
	server := dnstest.Start(t, nil)
	d, _, _, _ := newDesk(t, server)
	down := &Keyring{Store: brokenKeys{}, Logger: d.Logger}
	if sign := down.Signer(); sign == nil || sign(&campaign.Message{}) == nil {
		t.Error("a message leaves unsigned while the keys are not known")
	}
	publishKeys(t, d, server)
	ring := &Keyring{Store: d.Store, Logger: d.Logger}
	for from, signatures := range map[string]int{"press@example.org": 2, "Press <a@news.example.org>": 2, "a@example.net": 0, "a@notexample.org": 0} {
		m := campaign.Message{Data: []byte("Date: Mon, 06 May 2030 07:08:12 +0000\r\nFrom: " + from + "\r\nSubject: x\r\n\r\nx\r\n")}
		if sign := ring.Signer(); sign != nil {
			must(t, sign(&m))
		}
		if n := bytes.Count(m.Data, []byte("DKIM-Signature:")); n != signatures {
			t.Errorf("%s: %d signatures", from, n)
		}
	}
	ring.Store = brokenKeys{}
	ring.Forget()
	m := campaign.Message{Data: []byte("From: a@example.org\r\n\r\nx\r\n")}
	if sign := ring.Signer(); sign(&m) != nil || !bytes.Contains(m.Data, []byte("DKIM-Signature:")) {
		t.Error("known keys do not go on signing")
	}
}

type brokenKeys struct{ KeyStore }

func (brokenKeys) FindSigningKeys(context.Context) ([]campaign.SigningKey, error) {
	return nil, errors.New("the store is away")
}
