package mailer

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// A message or a part of one that is attached goes out whole, as plain octets: base64 is forbidden for its own type
// (RFC 2046 section 5.2.1), and readers would lose what is in it.
func TestAttachedMessages(t *testing.T) {
	content := testContent(true)
	data := []byte("From: a@example.org\nSubject: \xe8 old\n\n.\r\nFrom the files\r\n")
	for _, kind := range []string{"message/rfc822", "MESSAGE/RFC822; charset=x", "message/partial; id=1", "message/external-body", "message/global", "multipart/mixed; boundary=x", "multipart/related", "text/calendar; method=REQUEST", ""} {
		content.Files = append(content.Files, campaign.ContentFile{Name: "Стара порука.eml", MediaType: kind, Data: data})
	}
	raw, err := compile(t, content, testHead).Append(nil, testRecipient(), testValues)
	must(t, err)
	checkLines(t, raw)
	_, parts := parse(t, raw)
	if len(parts) != 2+len(content.Files) {
		t.Fatalf("%d parts", len(parts))
	}
	for i, f := range content.Files {
		p := parts[i+2]
		want := "application/octet-stream"
		if strings.HasPrefix(f.MediaType, "text/") {
			want = "text/calendar"
		}
		if p.mediaType != want || p.encoding != "base64" || !bytes.Equal(p.body, data) {
			t.Errorf("%s: %s %s %q", f.MediaType, p.mediaType, p.encoding, p.body)
		}
		_, disposed, _ := mime.ParseMediaType(mail.Header(p.header).Get("Content-Disposition"))
		_, typed, err := mime.ParseMediaType(mail.Header(p.header).Get("Content-Type"))
		if err != nil || disposed["filename"] != f.Name || typed["name"] != "Stara poruka.eml" && typed["name"] != "stara poruka.eml" {
			t.Errorf("%s: names %v %v %v", f.MediaType, disposed, typed, err)
		}
	}
}
