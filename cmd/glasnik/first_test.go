package main

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

func TestFirstMessageOnSQLite(t *testing.T) { firstMessage(t) }

func TestFirstMessageOnMongoDB(t *testing.T) { firstMessage(t, onMongoDB(t)) }

// firstMessage checks that who did not sign up is told once where their address comes from, and who did never.
func firstMessage(t *testing.T, environ ...string) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, environ...)
	id := d.campaign("email;ime;izvor;jezik\nana@example.org;Ana;the newsroom's imprint;engleski\nluka@example.org;;;srpski\n")
	var list campaign.List
	d.inspect(func(in *installation) {
		var err error
		if list, err = in.store.Lists.GetListByName(t.Context(), "Press"); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		reader := campaign.Contact{Email: "reader@example.org", Language: campaign.English}
		consent := reader.Agree(campaign.Consent{List: list.ID, Text: "Yes.", At: now, Form: "https://example.org/join"})
		reader.Subscribe(campaign.Membership{List: list.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Consent: consent, Since: now}, true)
		must(t, in.store.Contacts.CreateContact(t.Context(), &reader))
	})
	d.ok("campaigns", "send", id, "--wait")
	d.told(map[string][]string{
		"ana@example.org":    {"This is our first message to you", "Press", "comes from: the newsroom's imprint.", "legitimate interest", "You may object"},
		"luka@example.org":   {"Ovo je naša prva poruka", "kontakti koje je naš tim prikupio", "Možete uložiti prigovor"},
		"reader@example.org": nil,
	})
	d.write("people.csv", "email;jezik\nnew@example.org;français\n")
	d.ok("contacts", "import", "people.csv", "--list", "Press", "--basis", "public_contact")
	again := d.campaignOf(d.statusOf(id).Campaign.Release)
	before := len(d.sink.Taken())
	d.ok("campaigns", "send", again, "--wait")
	if n := len(d.sink.Taken()); n != before+4 {
		t.Fatalf("%d messages", n-before)
	}
	d.told(map[string][]string{
		"ana@example.org": nil, "luka@example.org": nil, "reader@example.org": nil,
		"new@example.org": {"first message", "published address of your institution"}, // there is no French version
	})
}

// campaignOf makes another campaign of a release for the list Press.
func (d *desk) campaignOf(release string) string {
	d.t.Helper()
	var made struct{ ID string }
	d.decode(&made, "campaigns", "create", "--release", release, "--list", "Press")
	return made.ID
}

// told checks what the last message to each reader says of where their address comes from: in both parts, or in none.
func (d *desk) told(want map[string][]string) {
	d.t.Helper()
	last := map[string]smtptest.Message{}
	for _, m := range d.sink.Taken() {
		last[m.To] = m
	}
	for to, words := range want {
		html, text := bodies(d.t, last[to].Data)
		for name, part := range map[string]string{"HTML": html, "text": text} {
			part = strings.Join(strings.Fields(strings.ReplaceAll(part, "&#39;", "'")), " ")
			for _, w := range words {
				if !strings.Contains(part, w) {
					d.t.Errorf("the %s for %s lacks %q:\n%s", name, to, w, part)
				}
			}
			if words == nil && (strings.Contains(part, "first message") || strings.Contains(part, "prva poruka")) {
				d.t.Errorf("the %s for %s says that it is the first", name, to)
			}
		}
	}
}
