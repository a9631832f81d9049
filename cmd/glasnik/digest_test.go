package main

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// What goes out during the week comes to a reader of the digest in one mail, with links to pages everybody can read.
func TestDigestLeavesTheProgram(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email;jezik\nana@example.org;ћирилица\nvera@example.org;en\n")
	d.inspect(func(in *installation) {
		ctx := context.Background()
		if _, err := in.store.Settings.UpdateSettings(ctx, func(set *campaign.Settings) error {
			set.Digest.On = true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		c, err := in.store.Contacts.GetContactByAddress(ctx, "ana@example.org")
		must(t, err)
		if _, err := in.store.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
			c.Frequency = campaign.Weekly
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	d.ok("campaigns", "send", id, "--wait")
	d.inspect(func(in *installation) {
		run, made, err := in.store.Sending.StartDigest(context.Background(), campaign.Slot{At: time.Now().Add(time.Minute).UTC().Truncate(time.Second)})
		if err != nil || !made {
			t.Fatal(made, err)
		}
		must(t, in.scheduler().SendRun(context.Background(), run.ID))
		checkDigest(t, in, d.sink.Taken())
	})
}

func checkDigest(t *testing.T, in *installation, taken []smtptest.Message) {
	t.Helper()
	if len(taken) != 2 || taken[0].To != "vera@example.org" || taken[1].To != "ana@example.org" {
		t.Fatalf("%d mails", len(taken))
	}
	html, text := bodies(t, taken[1].Data)
	for _, want := range []string{"Ове недеље", "Vodič za redakcije: šta pitati", "/u/"} {
		if !strings.Contains(text, want) || !strings.Contains(html, want) {
			t.Errorf("the digest does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(html, "<img") || !strings.Contains(string(taken[1].Data), "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
		t.Error("the digest is counted, or cannot be left by one click")
	}
	handler, err := in.web(in.scheduler(), "")
	must(t, err)
	address := regexp.MustCompile(`http://127\.0\.0\.1:9/r/\S+`).FindString(text)
	page := fetch(handler, "GET", address, "")
	body := page.Body.String()
	if page.Code != http.StatusOK || !strings.Contains(body, "Poštovan") || !strings.Contains(body, `href="https://www.example.org/vodic"`) || strings.Contains(body, "ana@") || strings.Contains(body, "gLsNk") {
		t.Errorf("%s: %d %s", address, page.Code, body)
	}
	if page.Header().Get("X-Robots-Tag") == "" || page.Header().Get("Set-Cookie") != "" {
		t.Errorf("headers %v", page.Header())
	}
	if got := fetch(handler, "GET", address+"x", ""); got.Code != http.StatusNotFound {
		t.Errorf("a forged address: %d", got.Code)
	}
}
