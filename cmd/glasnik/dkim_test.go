package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/dns/dnstest"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// keys runs a command of dkim at a time and returns the keys it tells of.
func (d *desk) keys(now time.Time, args ...string) (out []toldKey, code int) {
	d.t.Helper()
	var stdout, stderr lockedBuffer
	p := d.program(&stdout, &stderr)
	p.now = func() time.Time { return now }
	code = p.run(d.t.Context(), append([]string{"dkim"}, args...))
	for line := range strings.Lines(stdout.String()) {
		var k toldKey
		if err := json.Unmarshal([]byte(line), &k); err != nil {
			d.t.Fatalf("%q: %v %s", line, err, stderr.String())
		}
		out = append(out, k)
	}
	return out, code
}

// signers returns the selectors of the signatures of the message sent last, all of which must hold by the records of a DNS.
func (d *desk) signers(records map[string]string) (out []string) {
	d.t.Helper()
	taken := d.sink.Taken()
	verified, err := dkim.VerifyWithOptions(bytes.NewReader(taken[len(taken)-1].Data), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		return []string{records[name]}, nil
	}})
	must(d.t, err)
	for _, v := range verified {
		if v.Err != nil {
			d.t.Errorf("a signature for %s does not hold: %v", v.Domain, v.Err)
		}
	}
	for _, m := range regexp.MustCompile(`\bs=([a-z0-9-]+);`).FindAllSubmatch(taken[len(taken)-1].Data, -1) {
		out = append(out, string(m[1]))
	}
	if len(out) != len(verified) {
		d.t.Errorf("%d selectors, %d signatures", len(out), len(verified))
	}
	return out
}

// New keys sign once their records are seen, and the old ones may go once mail under way has arrived.
func TestKeysAreChangedWithoutAGap(t *testing.T) {
	t.Parallel()
	server := dnstest.Start(t, nil)
	d := newDesk(t, smtptest.Options{}, "GLASNIK_DKIM_DOMAIN=", "GLASNIK_DNS="+server.Addr)
	id := d.campaign("email,language\na@example.org,en\n")
	records := map[string]string{}
	publish := func(k toldKey) {
		records[k.ID] = k.Record
		server.Set("TXT "+k.ID, k.Record)
	}
	send := func(want ...string) {
		t.Helper()
		d.ok("campaigns", "send", id, "--wait")
		id = d.campaign("email,language\na@example.org,en\n")
		if got := d.signers(records); !slices.Equal(got, want) {
			t.Errorf("signed by %v, not %v", got, want)
		}
	}
	now := time.Now()
	first, _ := d.keys(now, "make", "example.org", "--json")
	if len(first) != 2 || first[0].Kind != campaign.RSAKey || first[1].Kind != campaign.Ed25519Key || first[0].State != campaign.KeyWaits {
		t.Fatalf("%+v", first)
	}
	if again, _ := d.keys(now, "make", "Example.org.", "--json"); len(again) != 2 || again[0].ID != first[0].ID {
		t.Errorf("made again: %+v", again)
	}
	if looked, _ := d.keys(now, "look", "--json"); looked[0].State != campaign.KeyWaits || !strings.Contains(looked[0].Fault+looked[1].Fault, "record") {
		t.Errorf("not published: %+v", looked)
	}
	send()
	publish(first[0])
	publish(first[1])
	if looked, _ := d.keys(now, "look", "--json"); looked[0].State != campaign.KeySigns || looked[1].State != campaign.KeySigns {
		t.Errorf("published: %+v", looked)
	}
	send(first[0].Selector, first[1].Selector)

	later := now.Add(time.Hour)
	second, _ := d.keys(later, "make", "example.org", "--json")
	if second[0].ID == first[0].ID {
		t.Fatal("a selector is used twice")
	}
	send(first[0].Selector, first[1].Selector)
	server.Set("TXT "+second[0].ID, "v=DKIM1; k=rsa; p=") // published wrongly
	d.keys(later, "look", "--json")
	server.Set("TXT "+second[1].ID, dnstest.Fails)
	d.keys(later, "look", "--json")
	send(first[0].Selector, first[1].Selector)
	publish(second[0])
	d.keys(later, "look", "--json")
	send(second[0].Selector, first[1].Selector)
	if _, code := d.keys(later, "remove", first[0].ID); code != exitFailed {
		t.Errorf("a key whose mail is under way is removed: %d", code)
	}
	if _, code := d.keys(later, "remove", second[0].ID); code != exitFailed {
		t.Errorf("a key that signs is removed: %d", code)
	}
	after := later.Add(campaign.KeyFlight + time.Hour)
	old := func(k toldKey) bool { return k.ID == first[0].ID }
	listed, _ := d.keys(after, "list", "--json")
	if i := slices.IndexFunc(listed, old); i < 0 || listed[i].State != campaign.KeyRests || !listed[i].Removable {
		t.Errorf("after it rested: %+v", listed)
	}
	if _, code := d.keys(after, "remove", first[0].ID); code != exitOK {
		t.Errorf("a key that has rested is not removed: %d", code)
	}
	if listed, _ = d.keys(after, "list", "--json"); slices.ContainsFunc(listed, old) {
		t.Error("it is still there")
	}
	if text := d.ok("dkim", "list"); strings.Contains(text, "PRIVATE") || !strings.Contains(text, "signs since") {
		t.Errorf("%s", text)
	}
}
