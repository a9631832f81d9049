package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// TestBrought sends a campaign, and has what comes back of it brought over LMTP and posted by a mail service: each is done once, what
// is forged not at all, and a deliverer is told so.
func TestBrought(t *testing.T) {
	t.Parallel()
	const key = "a-key-of-sixteen-signs"
	d := newDesk(t, smtptest.Options{}, "GLASNIK_BOUNCE_ADDRESS=bounces@example.org", "GLASNIK_BOUNCE_LISTEN=lmtp://127.0.0.1:0", "GLASNIK_HOOKS=generic="+key)
	id := d.campaign("email\ndead@example.org\nfull@example.org\nspam@example.org\nleaves@example.org\ngone@example.org\nwell@example.org\n")
	d.ok("campaigns", "send", id, "--wait")
	path, leave := map[string]string{}, map[string]string{}
	for _, m := range d.sink.Taken() {
		path[m.To] = m.From
		_, after, _ := strings.Cut(string(m.Data), "<mailto:")
		leave[m.To], _, _ = strings.Cut(strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(after), "?")
	}
	bounce := func(who, code, words string) string {
		return report(path[who+"@example.org"], who+"@example.org", code, words, "Subject: x")
	}
	forged := strings.Replace(path["well@example.org"], "@", "x@", 1)
	d.inspect(func(in *installation) {
		bring, err := openListeners(in)
		must(t, err)
		ctx, stop := context.WithCancel(t.Context())
		wait := bring.run(ctx)
		defer wait()
		defer stop()
		conn, err := net.Dial("tcp", bring.all[0].Addr().String())
		must(t, err)
		lmtp := smtp.NewClientLMTP(conn)
		defer lmtp.Close()
		must(t, lmtp.Hello("mx.example.org"))
		give := func(from, to, text string) error {
			t.Helper()
			must(t, lmtp.Mail(from, nil))
			if err := lmtp.Rcpt(to, nil); err != nil {
				must(t, lmtp.Reset())
				return err
			}
			w, err := lmtp.Data()
			must(t, err)
			_, err = w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
			must(t, err)
			return w.Close()
		}
		dead := bounce("dead", "5.1.1", "no such user")
		must(t, give("", path["dead@example.org"], dead))
		must(t, give("", path["dead@example.org"], dead))
		must(t, give("", path["full@example.org"], strings.Replace(bounce("full", "5.2.2", "mailbox full"), "To: "+path["full@example.org"], "To: press@example.org", 1))) // the envelope names it
		must(t, give("leaves@example.org", leave["leaves@example.org"], "From: leaves@example.org\nSubject: leave\n\nHvala.\n"))
		for _, to := range []string{forged, "bounces@example.org", "somebody@elsewhere.example"} {
			if err := give("", to, dead); err == nil || !strings.Contains(err.Error(), "550") {
				t.Errorf("%s was taken: %v", to, err)
			}
		}

		hooks := hooksOf(in)
		post := func(body string, at time.Time, with string) int {
			stamp := fmt.Sprint(at.Unix())
			m := hmac.New(sha256.New, []byte(with))
			m.Write([]byte(stamp + "." + body))
			r := httptest.NewRequest(http.MethodPost, "/hooks/generic", strings.NewReader(body))
			r.Header.Set("Glasnik-Timestamp", stamp)
			r.Header.Set("Glasnik-Signature", hex.EncodeToString(m.Sum(nil)))
			w := httptest.NewRecorder()
			hooks.ServeHTTP(w, r)
			return w.Code
		}
		complained := fmt.Sprintf(`[{"event":"complaint","recipient":"spam@example.org","return_path":%q},{"event":"bounce","class":"hard","recipient":"gone@example.org","return_path":%q}]`, path["spam@example.org"], path["gone@example.org"])
		for i, c := range []struct {
			body string
			at   time.Time
			with string
			code int
		}{
			{complained, in.now(), key, http.StatusOK},
			{complained, in.now(), key, http.StatusOK},
			{fmt.Sprintf(`{"event":"bounce","class":"hard","recipient":"well@example.org","return_path":%q}`, forged), in.now(), key, http.StatusOK},
			{fmt.Sprintf(`{"event":"bounce","class":"hard","recipient":"well@example.org","return_path":%q}`, path["well@example.org"]), in.now(), "another key, as long", http.StatusUnauthorized},
			{fmt.Sprintf(`{"event":"bounce","class":"hard","recipient":"well@example.org","return_path":%q}`, path["well@example.org"]), in.now().Add(-time.Hour), key, http.StatusUnauthorized},
			{`{"event":"explosion"}`, in.now(), key, http.StatusBadRequest},
			{strings.Repeat(" ", 3<<20), in.now(), key, http.StatusRequestEntityTooLarge},
		} {
			if code := post(c.body, c.at, c.with); code != c.code {
				t.Errorf("request %d: %d, want %d", i, code, c.code)
			}
		}

		for who, want := range map[string]campaign.ContactStatus{"dead": campaign.Bounced, "gone": campaign.Bounced, "full": campaign.Active, "spam": campaign.Complained, "leaves": campaign.Active, "well": campaign.Active} {
			c, err := in.store.Contacts.GetContactByAddress(t.Context(), who+"@example.org")
			must(t, err)
			if c.Status != want || (c.Memberships[0].Status == campaign.Unsubscribed) != (who == "leaves") {
				t.Errorf("%s is %s, %s", who, c.Status, c.Memberships[0].Status)
			}
		}
		boxes, err := in.store.Mailboxes.FindMailboxes(t.Context())
		must(t, err)
		counts := map[string]string{}
		for i := range boxes {
			if fmt.Sprint(boxes[i].Lately(in.now())) != fmt.Sprint(boxes[i].Counts) {
				t.Errorf("%s: %v by day, %v in all", boxes[i].Name, boxes[i].Lately(in.now()), boxes[i].Counts)
			}
			counts[boxes[i].Name] = countsOf(&boxes[i])
		}
		if want := fmt.Sprint(map[string]string{"lmtp://127.0.0.1:0": " hard 1, full 1, reply 1, repeated 1", "hook:generic": " hard 1, complaint 1, repeated 2, unknown 1"}); fmt.Sprint(counts) != want {
			t.Errorf("counted %v, want %s", counts, want)
		}
	})
	s := d.statusOf(id).Runs[0]
	if s.Accepted != 6 || s.CameBack != 3 || s.Complained != 1 || s.Unsubscribed != 1 || !s.BouncesRead {
		t.Errorf("%+v", s.Figures)
	}
}
