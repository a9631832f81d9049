package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// TestInlets shows what is set, what came by it, and what is wrong; and lets mail services post without a session.
func TestInlets(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	if page := s.get("/settings/inlets").Body; !strings.Contains(page, "Nothing that comes back is read.") {
		t.Errorf("nothing is set: %s", page)
	}
	s.server.Inlets = []campaign.Inlet{{Name: "bounces@mail.example.org:993/INBOX", Kind: campaign.MailboxInlet}, {Name: "lmtp://127.0.0.1:2424", Kind: campaign.ListenerInlet}, {Name: "hook:ses", Kind: campaign.HookInlet}}
	for name, fill := range map[string]func(*campaign.Mailbox){
		"bounces@mail.example.org:993/INBOX": func(m *campaign.Mailbox) {
			m.Count(map[string]int64{"hard": 1200}, time.Now().AddDate(0, 0, -40))
			m.Count(map[string]int64{"hard": 34, "forged": 1}, time.Now())
			m.Fault, m.FaultedAt = "connection refused", time.Now()
		},
		"lmtp://127.0.0.1:2424": func(m *campaign.Mailbox) { m.Count(map[string]int64{"hard": 2}, time.Now()) },
		"lmtp://elsewhere:2424": func(m *campaign.Mailbox) { m.Count(map[string]int64{"full": 7}, time.Now()) }, // set no more
	} {
		_, err := s.store.Mailboxes.UpdateMailbox(t.Context(), name, fill)
		must(t, err)
	}
	page := s.get("/settings/inlets").Body
	for _, want := range []string{"bounces@mail.example.org:993/INBOX", "Mailbox that is read", "Does not work", "connection refused", "Brought by the mail server", "Works", "Posted by a mail service", "Nothing came yet", `>36</td>`, `>1,236</td>`, "With a broken signature"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if strings.Contains(page, "The mailbox is full") {
		t.Error("what came by a way that is set no more is counted")
	}

	posted := ""
	s.server.Hooks = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { posted = r.Method + " " + r.URL.Path })
	r, err := http.NewRequest(http.MethodPost, s.web.URL+"/hooks/ses", strings.NewReader("{}"))
	must(t, err)
	r.Host = "press.example.org" // as the proxy passes it on
	r.Header.Set("Origin", "https://elsewhere.example")
	if res, err := http.DefaultClient.Do(r); err != nil || res.StatusCode != http.StatusOK || posted != "POST /hooks/ses" {
		t.Errorf("a hook's request: %v %q", err, posted)
	}
	s.signInAs(campaign.Editor)
	if got := s.get("/settings/inlets").Status; got != http.StatusForbidden {
		t.Errorf("an editor gets %d", got)
	}
}
