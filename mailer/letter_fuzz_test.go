package mailer

import (
	"mime"
	"net/mail"
	"strings"
	"testing"

	"github.com/emersion/go-message"
	"github.com/glasnik/glasnik/campaign"
)

// FuzzLetter joins any texts with any values: what a reader's program decodes must be the merged text, in lines no
// longer than allowed, and the head must hold nothing but what it should.
func FuzzLetter(f *testing.F) {
	f.Add("Hello ", "!\r\n", "Ana", "x", "Subject ")
	f.Add("Здраво ", "\n.\n", "Ана\r", "\n=", "")
	f.Add(strings.Repeat("a", 74), "  \r\n", "=", " ", "=?x?=")
	f.Add("\r", "\n", "\r", "\n", "  a  ")
	f.Add("", "", strings.Repeat("ж", 100), "--=_", strings.Repeat("ћ", 60))
	f.Fuzz(func(t *testing.T, before, after, one, two, subject string) {
		p := campaign.Place
		if strings.Contains(before+after+subject, campaign.PlaceBegin) || strings.Contains(one+two, campaign.PlaceBegin) {
			return
		}
		before, after = strings.ToValidUTF8(before, "?"), strings.ToValidUTF8(after, "?")
		text := crlf(before) + p(0) + p(1) + crlf(after) + p(0)
		content := campaign.Content{Subject: subject + p(0), Text: text, HTML: "<p>" + text + "</p>", Places: 2}
		l, err := Compile(content, testHead)
		if err != nil {
			if !strings.ContainsAny(subject, "\r\n\x00") {
				t.Fatal(err)
			}
			return
		}
		values := []string{one, two}
		r := testRecipient()
		r.Name = two
		raw, err := l.Append(nil, r, values)
		if strings.ContainsAny(one+two, "\r\n\x00") {
			if err == nil && strings.ContainsAny(one+strings.TrimSpace(two), "\r\n\x00") {
				t.Fatal("a line break went into the head")
			}
			r.Name = "x"
			l.subject = nil
			if raw, err = l.Append(nil, r, values); err != nil {
				t.Fatal(err)
			}
		} else if err != nil {
			t.Fatal(err)
		}
		checkLines(t, raw)
		m, parts := parse(t, raw)
		if got, want := string(parts[0].body), mergedPieces(before, after, values, false); got != want {
			t.Errorf("text %q, want %q", got, want)
		}
		if got, want := string(parts[1].body), "<p>"+mergedPieces(before, after, values, true)+"</p>"; got != want {
			t.Errorf("html %q, want %q", got, want)
		}
		checkHead(t, m, l, r, values)
		if _, err := message.Read(strings.NewReader(string(raw))); err != nil {
			t.Errorf("another library: %v", err)
		}
	})
}

func crlf(s string) string {
	return strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(s)
}

// mergedPieces makes line ends CRLF in each piece by itself, as a letter does.
func mergedPieces(before, after string, values []string, escape bool) string {
	return crlf(before) + merged(campaign.Place(0), values, escape) + merged(campaign.Place(1), values, escape) + crlf(after) + merged(campaign.Place(0), values, escape)
}

func checkHead(t *testing.T, m *mail.Message, l *Letter, r Recipient, values []string) {
	t.Helper()
	decoder := new(mime.WordDecoder)
	subject, err := decoder.DecodeHeader(m.Header.Get("Subject"))
	want := strings.TrimSpace(strings.ToValidUTF8(string(merge(nil, l.subject, values)), "\uFFFD"))
	if err != nil || subject != want {
		t.Errorf("subject %q, want %q (%v)", subject, want, err)
	}
	to, err := mail.ParseAddress(m.Header.Get("To"))
	if name := strings.TrimSpace(strings.ToValidUTF8(r.Name, "\uFFFD")); err != nil || to.Name != name || to.Address != r.Address {
		t.Errorf("to %v, want %q (%v)", to, name, err)
	}
	for name, values := range m.Header {
		if len(values) != 1 || !strings.Contains(" content-type mime-version "+ownFields+" list-help ", " "+strings.ToLower(name)+" ") {
			t.Errorf("field %s: %q", name, values)
		}
	}
}
