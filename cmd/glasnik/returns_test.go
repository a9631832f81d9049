package main

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// mailboxOf runs an IMAP server with one empty mailbox and returns how to put messages into it, and its setting.
func mailboxOf(t *testing.T) (put func(text string), setting string) {
	t.Helper()
	user := imapmemserver.NewUser("bounces", "secret")
	must(t, user.Create("INBOX", nil))
	memory := imapmemserver.New()
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	put = func(text string) {
		data := bytes.NewReader([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
		_, err := user.Append("INBOX", mailLiteral{data}, &imap.AppendOptions{})
		must(t, err)
	}
	return put, "GLASNIK_BOUNCE_IMAP=imap://bounces:secret@" + l.Addr().String() + "/INBOX?tls=none"
}

type mailLiteral struct{ *bytes.Reader }

func (l mailLiteral) Size() int64 { return int64(l.Len()) }

// report is a delivery report about a message.
func report(to, recipient, code, words, returned string) string {
	return fmt.Sprintf(`Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: %s
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; %s
Action: failed
Status: %s
Diagnostic-Code: smtp; 550 %s %s

--b
Content-Type: text/rfc822-headers

%s
--b--
`, to, recipient, code, code, words, returned)
}

// TestReturns sends a campaign and puts what may come back of it into a mailbox: each is done once, and what is forged not at all.
func TestReturns(t *testing.T) {
	t.Parallel()
	put, setting := mailboxOf(t)
	d := newDesk(t, smtptest.Options{}, setting, "GLASNIK_BOUNCE_ADDRESS=bounces@example.org")
	id := d.campaign("email\ndead@example.org\nfull@example.org\nspam@example.org\nblock@example.org\nplain@example.org\nwell@example.org\n")
	d.ok("campaigns", "send", id, "--wait")
	path, head := map[string]string{}, map[string]string{}
	for _, m := range d.sink.Taken() {
		path[m.To] = m.From
		text, _, _ := strings.Cut(strings.ReplaceAll(string(m.Data), "\r\n", "\n"), "\n\n")
		head[m.To] = text
	}
	of := func(who, code, words string) string {
		return report(path[who+"@example.org"], who+"@example.org", code, words, head[who+"@example.org"])
	}
	dead := of("dead", "5.1.1", "no such user")
	put(dead)
	put(of("full", "5.2.2", "mailbox full"))
	put(of("block", "5.7.1", "Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"))
	put("Return-Path: <>\nFrom: fbl@mail.example\nTo: " + path["spam@example.org"] + "\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n\n--b\nContent-Type: message/rfc822\n\n" + head["spam@example.org"] + "\n\n--b--\n")
	put(report("press@example.org", "plain@example.org", "5.1.1", "no such user", head["plain@example.org"])) // to an address that names nothing
	forged := path["well@example.org"]
	last := strings.Index(forged, "@") - 1
	put(report(forged[:last]+map[bool]string{true: "y", false: "x"}[forged[last] == 'x']+"@example.org", "well@example.org", "5.1.1", "no such user", ""))
	put(report("press@example.org", "somebody@example.org", "5.1.1", "no such user", "Message-ID: <2kcf7h00aga70thb-01neggr0.00.2kcf7h00t1m3fjv3@example.org>"))
	put("From: ana@example.org\nAuto-Submitted: auto-replied\nSubject: Automatic reply\nTo: " + path["well@example.org"] + "\n\nI am out of the office.\n")
	letter := func(from, to, text string) {
		put("From: " + from + "\nTo: " + to + "\nDate: " + time.Now().Add(-time.Minute).Format(time.RFC1123Z) + "\nMessage-ID: <" + from + ">\nSubject: Re: Vodič\n\n" + text + "\n")
	}
	_, leave, _ := strings.Cut(head["block@example.org"], "<mailto:")
	leave, _, _ = strings.Cut(leave, "?")
	letter("block@example.org", leave, "Hvala.")
	letter("well@example.org", "press@example.org", "Poštovani, molim odjavite me sa liste.")
	letter("Plain <plain@example.org>", path["plain@example.org"], "Could we interview a survivor of trafficking?")
	letter("stranger@example.org", "press@example.org", "Hello.")
	first := d.ok("bounces", "fetch")
	put(dead)
	second := d.ok("bounces", "fetch")
	if !strings.Contains(first, "12 read. Of all that was read so far: hard 2, full 1, block 1, complaint 1, reply 4, automatic 1, unknown 1, forged 1") || !strings.Contains(second, "1 read. Of all that was read so far: hard 2, full 1, block 1, complaint 1, reply 4, automatic 1, repeated 1, unknown 1, forged 1") {
		t.Errorf("%s\n%s", first, second)
	}
	var contacts []campaign.Contact
	d.inspect(func(in *installation) {
		for _, who := range []string{"dead", "full", "spam", "block", "plain", "well"} {
			c, err := in.store.Contacts.GetContactByAddress(t.Context(), who+"@example.org")
			must(t, err)
			contacts = append(contacts, c)
		}
		for i, want := range map[int]string{3: "Hvala.", 5: "Poštovani, molim odjavite me sa liste.", 4: ""} {
			h, err := in.store.Histories.HistoryOf(t.Context(), contacts[i].ID, time.Time{}, 50)
			must(t, err)
			replied := campaign.First(h.Entries, func(e *campaign.Entry) bool { return e.Kind == campaign.RepliedEntry })
			if replied == nil || replied.Detail != want || replied.By != campaign.ByPerson {
				t.Errorf("%s replied %+v", contacts[i].Email, replied)
			}
		}
		open, _, err := in.store.Requests.FindRequests(t.Context(), true, store.Page{})
		if must(t, err); len(open) != 1 || open[0].Contact != contacts[5].ID || open[0].Kind != campaign.ObjectionRequest {
			t.Errorf("requests %+v", open)
		}
		if n, err := in.store.Enquiries.CountOpenEnquiries(t.Context()); err != nil || n != 1 {
			t.Errorf("%d protected letters, %v", n, err)
		}
		if on := contacts[3].Memberships[0].Status; on != campaign.Unsubscribed {
			t.Errorf("who wrote to the address to leave at is %s", on)
		}
		gone, err := in.store.Suppressions.Suppressed(t.Context(), []string{"spam@example.org", "dead@example.org"})
		if must(t, err); len(gone) != 1 || gone["spam@example.org"] != campaign.ComplaintReason {
			t.Errorf("suppressed %v", gone)
		}
	})
	for i, want := range []campaign.ContactStatus{campaign.Bounced, campaign.Active, campaign.Complained, campaign.Active, campaign.Bounced, campaign.Active} {
		if c := contacts[i]; c.Status != want || c.Status == campaign.Bounced && !strings.Contains(c.StatusReason, "no such user") {
			t.Errorf("%s is %s (%s)", c.Email, c.Status, c.StatusReason)
		}
	}
	s := d.statusOf(id).Runs[0]
	if s.Accepted != 6 || s.CameBack != 3 || s.Blocked != 1 || s.Unsubscribed != 1 || s.Complained != 1 || !s.BouncesRead {
		t.Errorf("%+v", s.Figures)
	}
}
