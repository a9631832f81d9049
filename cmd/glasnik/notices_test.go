package main

import (
	"bytes"
	"context"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// A notice written down while a program serves leaves it, in its reader's language, without anything a list's mail has,
// and without a trace of its link in the store.
func TestNoticeLeavesTheProgram(t *testing.T) {
	t.Parallel()
	taken := make(chan struct{})
	d := newDesk(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase == smtptest.Dot {
			close(taken)
		}
		return smtptest.Action{}
	}})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	d.inspect(func(in *installation) {
		n := &campaign.Notice{Kind: campaign.ConfirmSignUp, About: "asked", Names: []string{"Press"}, ExpiresAt: time.Now().Add(time.Hour)}
		must(t, in.store.Notices.SendNotice(ctx, n, &campaign.Contact{Email: "vera@example.org", Language: campaign.SerbianCyrillic}))
	})
	go func() {
		code, _, _ := d.runUntil(ctx, "serve")
		ended <- code
	}()
	select {
	case <-taken:
	case <-time.After(time.Minute):
		t.Error("no mail came")
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Fatalf("serve: exit %d", code)
	}
	checkNotice(t, d)
}

func checkNotice(t *testing.T, d *desk) {
	t.Helper()
	m := d.sink.Taken()[0]
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	must(t, err)
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Language": "sr-Cyrl", "List-Id": "", "List-Unsubscribe": "", "Precedence": "", "Feedback-Id": "",
		"X-Auto-Response-Suppress": "OOF, AutoReply",
	} {
		if got := parsed.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	html, text := bodies(t, m.Data)
	_, token, ok := strings.Cut(text, "http://127.0.0.1:9/confirm/")
	token, _, _ = strings.Cut(token, "\r\n")
	if !ok || !strings.Contains(html, token) || strings.Contains(html, "<img") || !strings.Contains(text, "Потврдите пријаву") {
		t.Fatalf("the mail says\n%s", text)
	}
	d.inspect(func(in *installation) {
		if kind, about, _, ok := in.links.ReadConfirm(strings.TrimSpace(token)); !ok || kind != campaign.ConfirmSignUp || about != "asked" {
			t.Errorf("the link says %s %q %v", kind, about, ok)
		}
	})
	_, signature, _ := strings.Cut(strings.TrimSpace(token), ".")
	files := 0
	err = filepath.WalkDir(d.path("data"), func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(name)
		if bytes.Contains(data, []byte(signature)) {
			t.Errorf("%s holds the link's signature", name)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files of data: %v", files, err)
	}
}
