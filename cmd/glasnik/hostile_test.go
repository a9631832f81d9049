package main

import (
	"bytes"
	"context"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

const hostileRelease = `---
title: Guide
language: en
headline: "A guide, {{ first_name | \"colleague\" }} {{ attribute.remark }}"
lead: A guide is out.
---

Dear {{ first_name | "colleague" }}.
`

// TestContactsCannotInject sends to contacts whose names and attributes hold what would end a header, or a command. Each
// either gets one message with the same header fields as everybody, or fails alone, before MAIL, with the reason.
func TestContactsCannotInject(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	hostile := map[string]string{
		"crlf": "Ana\r\nBcc: victim@example.org", "lf": "Ana\nBcc: victim@example.org", "cr": "Ana\rBcc: victim@example.org", "nul": "Ana\x00Bcc",
		"separator": "Ana\u2028Bcc: victim@example.org", "next": "Ana\u0085Bcc: victim@example.org", "long": strings.Repeat("Ana ", 5000), "unbroken": strings.Repeat("ж", 20000),
		"dot": "Ana\r\n.\r\nMAIL FROM:<x@example.org>", "quotes": `Ana" <victim@example.org>, "x`, "encoded": "=?utf-8?q?Ana=0D=0ABcc:_victim@example.org?=",
		"bytes": "Ana \xff\xfe", "clean": "Ana",
	}
	id := d.campaign("email\nfirst@example.org\n")
	d.inspect(func(in *installation) {
		ctx := context.Background()
		c, err := in.store.Campaigns.GetCampaign(ctx, id)
		must(t, err)
		for name, value := range hostile {
			for _, as := range []string{"name", "remark"} {
				ct := campaign.Contact{Email: name + "." + as + "@example.org", Language: campaign.English}
				if as == "name" {
					ct.FirstName, ct.LastName = value, value
				} else {
					ct.Attributes = map[string]string{"remark": value}
				}
				ct.Subscribe(campaign.Membership{List: c.Lists[0], Status: campaign.Subscribed, Basis: campaign.PublicContact}, false)
				if err := in.store.Contacts.CreateContact(ctx, &ct); err != nil && campaign.CodeOf(err) != campaign.Invalid {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
	})
	d.write("hostile.en.md", hostileRelease)
	var release, made struct{ ID string }
	d.decode(&release, "releases", "add", "hostile.en.md")
	d.decode(&made, "campaigns", "create", "--release", release.ID, "--list", "Press")
	d.ok("campaigns", "send", made.ID, "--wait")

	taken := map[string]int{}
	var usual []string
	for _, m := range d.sink.Taken() {
		taken[m.To]++
		if m.To == "clean.name@example.org" {
			usual = headerNames(t, m)
		}
	}
	for _, m := range d.sink.Taken() {
		if got := headerNames(t, m); !slices.Equal(got, usual) {
			t.Errorf("%s has the header fields %v, want %v", m.To, got, usual)
		}
		if taken[m.To] != 1 || !strings.HasSuffix(m.To, "@example.org") || strings.HasPrefix(m.To, "victim") {
			t.Errorf("%d messages to %s", taken[m.To], m.To)
		}
	}
	for _, line := range d.sink.Commands() {
		if strings.Contains(line, "victim") {
			t.Errorf("commanded %q", line)
		}
	}
	d.inspect(func(in *installation) { checkRefusedAlone(t, in, made.ID, taken) })
}

// headerNames returns the names of a message's header fields, and looks at the form of its lines.
func headerNames(t *testing.T, m smtptest.Message) []string {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatalf("%s: %v", m.To, err)
	}
	for _, line := range bytes.Split(m.Data, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("%s: a line of %d octets: %.60q", m.To, len(line), line)
		}
	}
	if to, err := parsed.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != m.To {
		t.Errorf("%s: To is %v, %v", m.To, to, err)
	}
	return slices.Sorted(maps.Keys(parsed.Header))
}

// checkRefusedAlone looks at those who got nothing: their deliveries say why, and no server was asked.
func checkRefusedAlone(t *testing.T, in *installation, id string, taken map[string]int) {
	t.Helper()
	c, err := in.store.Campaigns.GetCampaign(context.Background(), id)
	must(t, err)
	failed := 0
	err = in.store.Deliveries.EachDelivery(context.Background(), c.LastRun, "", func(ds []campaign.Delivery) error {
		for _, x := range ds {
			switch {
			case taken[x.Email] == 1 && x.State == campaign.Accepted:
			case x.State == campaign.Failed && strings.Contains(x.Reason, "could not be made") && x.Attempts == 0:
				failed++
			default:
				t.Errorf("%s is %s (%s), %d taken", x.Email, x.State, x.Reason, taken[x.Email])
			}
		}
		return nil
	})
	if err != nil || c.State != campaign.Sent {
		t.Errorf("the campaign is %s, %v", c.State, err)
	}
	if failed == 0 {
		t.Error("nothing that would have injected was refused, which makes this test worth little")
	}
}
