package catcher

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
)

func start(t *testing.T) (*Catcher, *mailer.Mailer) {
	t.Helper()
	c, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	settings, err := mailer.ParseURL("smtp://" + c.Addr() + "?helo=client.example")
	if err != nil {
		t.Fatal(err)
	}
	return c, mailer.New(settings, slog.New(slog.DiscardHandler), time.Now)
}

func letter(t *testing.T) *mailer.Letter {
	t.Helper()
	l, err := mailer.Compile(campaign.Content{
		Subject: "Поздрав, " + campaign.Place(0), Text: "Zdravo " + campaign.Place(0) + "!", HTML: "<p>Здраво " + campaign.Place(0) + "!</p>", Places: 1,
		Files: []campaign.ContentFile{
			{Name: "logo.png", MediaType: "image/png", ContentID: "logo@x", Inline: true, Data: []byte("PNG")},
			{Name: "Саопштење.pdf", MediaType: "application/pdf", Data: []byte("PDF")},
		},
	}, mailer.Head{From: mailer.Address{Name: "Конференција", Email: "press@news.example.org"}, ListID: "l.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCatchWhatTheMailerSends(t *testing.T) {
	c, m := start(t)
	l := letter(t)
	var wait sync.WaitGroup
	for n := range 4 {
		wait.Go(func() {
			conn, err := m.Connect(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close() }()
			for i := range 5 {
				name := fmt.Sprintf("Ана%d-%d", n, i)
				to := fmt.Sprintf("ана%d-%d@example.org", n, i)
				data, err := l.Append(nil, mailer.Recipient{Name: name, Address: to, MessageID: name, Date: time.Now()}, []string{name})
				if err != nil {
					t.Error(err)
				}
				if o := conn.Send(t.Context(), campaign.Message{From: "b@example.org", To: to, Data: data}, nil); o.Result != campaign.ResultAccepted {
					t.Errorf("%+v", o)
				}
			}
		})
	}
	wait.Wait()
	page, all := c.List(0, 6, "")
	if len(page) != 6 || all != 20 || c.Total() != 20 || page[0].ID != "20" {
		t.Fatalf("%d of %d, %d in total", len(page), all, c.Total())
	}
	page, all = c.List(0, 10, " АНА2-3@Example ")
	if len(page) != 1 || all != 1 {
		t.Fatalf("found %d of %d", len(page), all)
	}
	got, ok := c.Get(page[0].ID)
	if !ok || got.Subject != "Поздрав, Ана2-3" || got.Text != "Zdravo Ана2-3!" || got.HTML != "<p>Здраво Ана2-3!</p>" ||
		got.From != "Конференција <press@news.example.org>" || got.EnvelopeFrom != "b@example.org" || got.EnvelopeTo[0] != "ана2-3@example.org" ||
		got.Size != len(got.Source) || len(got.Headers) < 7 || got.Date == "" {
		t.Errorf("%+v", got)
	}
	if len(got.Attachments) != 2 || got.Attachments[0].ContentID != "logo@x" || !got.Attachments[0].Inline || got.Attachments[1].Name != "Саопштење.pdf" || string(got.Attachments[1].Data) != "PDF" {
		t.Errorf("%+v", got.Attachments)
	}
	if page, all := c.List(18, 10, ""); len(page) != 2 || all != 20 {
		t.Errorf("last page: %d of %d", len(page), all)
	}
	for _, id := range []string{"0", "21", "x", ""} {
		if _, ok := c.Get(id); ok {
			t.Errorf("there is a mail %q", id)
		}
	}
}

func TestForgetTheOldest(t *testing.T) {
	c, _ := start(t)
	for range KeepMails + 10 {
		c.keep("a@example.org", []string{"b@example.org"}, []byte("Subject: x\r\n\r\nx\r\n"))
	}
	_, all := c.List(0, 1, "")
	_, oldest := c.Get("11")
	_, forgotten := c.Get("10")
	if all != KeepMails || !oldest || forgotten || c.Total() != KeepMails+10 {
		t.Errorf("%d kept, %v %v", all, oldest, forgotten)
	}
	for range 6 {
		c.keep("a@example.org", nil, make([]byte, KeepBytes/4))
	}
	if _, all := c.List(0, 1, ""); all != 4 || c.bytes > KeepBytes {
		t.Errorf("%d kept with %d octets", all, c.bytes)
	}
}

func TestAddressTaken(t *testing.T) {
	c, _ := start(t)
	if other, err := Start(c.Addr()); err == nil {
		_ = other.Close()
		t.Error("two catchers on one address")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Subject: =?UTF-8?B?0KI=?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b--\r\n")
	f.Add("Content-Type: text/html; charset=windows-1251\r\nContent-Transfer-Encoding: base64\r\n\r\n0KI=")
	f.Add(strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 100))
	f.Add("")
	f.Fuzz(func(t *testing.T, source string) {
		m := summarise([]byte(source))
		m.Source = source
		m.read()
		for _, a := range m.Attachments {
			if strings.ContainsAny(a.Name, `/\`) || a.Name == "" {
				t.Errorf("name %q", a.Name)
			}
		}
	})
}
