package mailer

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"html"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

var update = flag.Bool("update", false, "write the golden files anew")

var testHead = Head{
	From:            Address{"Канцеларија за штампу", "press@news.example.org"},
	ReplyTo:         Address{"Desk, Press", "desk@example.org"},
	ListName:        "Newsletter for schools",
	ListID:          "schools.news.example.org",
	FeedbackID:      "c1:schools:newsletter:glasnik",
	ContentLanguage: "sr-Latn",
	Bulk:            true,
	AutoSubmitted:   "auto-generated",
	SuppressReplies: true,
	Extra:           []Field{{"List-Help", "<https://news.example.org/help>"}},
}

func testRecipient() Recipient {
	return Recipient{
		Name: "Ана Јовановић", Address: "ana@school.example", MessageID: "run1.03.contact1",
		Date:        time.Date(2026, 11, 23, 9, 30, 0, 0, time.FixedZone("", 3600)),
		Unsubscribe: "https://news.example.org/u/token", UnsubscribeMailto: "mailto:leave+token@news.example.org?subject=leave",
	}
}

func testContent(latin bool) campaign.Content {
	word := "Nova kampanja protiv trgovine ljudima počinje sutra. "
	if !latin {
		word = "Нова кампања против трговине људима почиње сутра. "
	}
	p := campaign.Place
	return campaign.Content{
		Language: "sr-Latn", Places: 3,
		Subject: "Poštovana " + p(0) + ", " + word,
		Text:    "Dobar dan " + p(0) + ",\n\n" + strings.Repeat(word, 8) + "\n\nLink: " + p(1) + "\nOdjava: " + p(2),
		HTML: "<!doctype html>\n<html lang=\"sr-Latn\"><body>\n<p>" + p(0) + "</p>\n<p>" + strings.Repeat(word, 20) +
			"</p>\n.\n..dots\n<a href=\"" + p(1) + "\">x</a><img src=\"" + p(2) + "\">\n</body></html>\n",
	}
}

var testValues = []string{`Ana "Анка" <&> O'Neill`, "https://news.example.org/c/a?b=1&c=2", "https://news.example.org/u/" + strings.Repeat("x", 90)}

// merged returns what a reader should read, by the simplest means.
func merged(text string, values []string, escape bool) string {
	crlf := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
	text = crlf.Replace(text)
	var pairs []string
	for i, v := range values {
		v = strings.ToValidUTF8(v, "\uFFFD")
		if escape {
			v = html.EscapeString(v)
		}
		pairs = append(pairs, campaign.Place(i), crlf.Replace(v))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func checkLines(t testing.TB, raw []byte) {
	t.Helper()
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			t.Errorf("bare line end in %q", line)
		}
		if len(line) > maxLine && !strings.HasPrefix(line, "List-Unsubscribe: <") {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
}

func compile(t testing.TB, content campaign.Content, head Head) *Letter {
	t.Helper()
	l, err := Compile(content, head)
	must(t, err)
	return l
}

func TestLetterDecodesToMergedText(t *testing.T) {
	for _, latin := range []bool{true, false} {
		content := testContent(latin)
		l := compile(t, content, testHead)
		raw, err := l.Append([]byte("kept"), testRecipient(), testValues)
		must(t, err)
		raw, ok := bytes.CutPrefix(raw, []byte("kept"))
		if !ok {
			t.Fatal("what stood in the buffer is lost")
		}
		checkLines(t, raw)
		m, parts := parse(t, raw)
		if len(parts) != 2 || parts[0].mediaType != "text/plain" || parts[1].mediaType != "text/html" {
			t.Fatalf("parts: %+v", parts)
		}
		if got, want := string(parts[0].body), merged(content.Text, testValues, false); got != want {
			t.Errorf("text:\n%q\nwant\n%q", got, want)
		}
		if got, want := string(parts[1].body), merged(content.HTML, testValues, true); got != want {
			t.Errorf("html:\n%q\nwant\n%q", got, want)
		}
		want := map[bool]string{true: "quoted-printable", false: "base64"}[latin]
		if parts[1].encoding != want {
			t.Errorf("latin=%v is encoded as %s", latin, parts[1].encoding)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if want := strings.TrimSpace(merged(content.Subject, testValues, false)); err != nil || subject != want {
			t.Errorf("subject %q, want %q (%v)", subject, want, err)
		}
	}
}

func TestLetterHead(t *testing.T) {
	l := compile(t, testContent(true), testHead)
	raw, err := l.Append(nil, testRecipient(), testValues)
	must(t, err)
	m, _ := parse(t, raw)
	for name, want := range map[string]string{
		"Date": "Mon, 23 Nov 2026 09:30:00 +0100", "Message-Id": "<run1.03.contact1@news.example.org>",
		"List-Id":                  "Newsletter for schools <schools.news.example.org>",
		"List-Unsubscribe":         "<https://news.example.org/u/token>, <mailto:leave+token@news.example.org?subject=leave>",
		"List-Unsubscribe-Post":    "List-Unsubscribe=One-Click",
		"Feedback-Id":              "c1:schools:newsletter:glasnik",
		"Content-Language":         "sr-Latn",
		"Precedence":               "bulk",
		"Auto-Submitted":           "auto-generated",
		"X-Auto-Response-Suppress": "OOF, AutoReply",
		"Mime-Version":             "1.0",
		"Reply-To":                 `"Desk, Press" <desk@example.org>`,
		"List-Help":                "<https://news.example.org/help>",
		"User-Agent":               "", "X-Mailer": "", "Bcc": "", "Sender": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, values := range m.Header {
		if len(values) != 1 {
			t.Errorf("a field stands twice: %q", values)
		}
	}
	for field, want := range map[string]mail.Address{
		"From": {Name: "Канцеларија за штампу", Address: "press@news.example.org"},
		"To":   {Name: "Ана Јовановић", Address: "ana@school.example"},
	} {
		if got, err := mail.ParseAddress(m.Header.Get(field)); err != nil || *got != want {
			t.Errorf("%s: %v %v", field, got, err)
		}
	}
}

func TestOneClickNeedsHTTPS(t *testing.T) {
	l := compile(t, testContent(true), testHead)
	for address, want := range map[string]bool{
		"https://news.example.org/u/t": true, "http://news.example.org/u/t": false,
		"http://127.0.0.1:8080/u/t": true, "http://localhost/u/t": true, "": false,
	} {
		r := testRecipient()
		r.Unsubscribe = address
		raw, err := l.Append(nil, r, testValues)
		if got := bytes.Contains(raw, []byte("\r\nList-Unsubscribe-Post:")); got != want || err != nil {
			t.Errorf("%q: one click %v, want %v (%v)", address, got, want, err)
		}
	}
}

func TestFilesAndInlineImages(t *testing.T) {
	content := testContent(true)
	content.Files = []campaign.ContentFile{
		{Name: "logo.png", MediaType: "image/png", ContentID: "logo@glasnik", Inline: true, Data: []byte("\x89PNG")},
		{Name: "Саопштење за јавност о почетку кампање против трговине људима.pdf", MediaType: "application/pdf", Data: bytes.Repeat([]byte("pdf"), 100)},
		{Name: "a\"b/../c.txt", MediaType: "broken media type", Data: []byte("text")},
	}
	raw, err := compile(t, content, testHead).Append(nil, testRecipient(), testValues)
	must(t, err)
	checkLines(t, raw)
	_, parts := parse(t, raw)
	if len(parts) != 5 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, f := range content.Files {
		p := parts[i+2]
		kind, params, err := mime.ParseMediaType(mail.Header(p.header).Get("Content-Disposition"))
		if err != nil || !bytes.Equal(p.body, f.Data) || (kind == "inline") != f.Inline {
			t.Errorf("%s: %s %v %v", f.Name, kind, err, p.header)
		}
		if want := strings.NewReplacer("/", "_", "\\", "_").Replace(f.Name); params["filename"] != want {
			t.Errorf("name %q, want %q", params["filename"], want)
		}
	}
	if got := mail.Header(parts[2].header).Get("Content-Id"); got != "<logo@glasnik>" {
		t.Errorf("content id %q", got)
	}
	for _, nesting := range []string{"multipart/mixed;", `multipart/related; type="multipart/alternative";`, "multipart/alternative;"} {
		if !bytes.Contains(raw, []byte(nesting)) {
			t.Errorf("no %s", nesting)
		}
	}
}

func TestOnePartOnly(t *testing.T) {
	for _, content := range []campaign.Content{{Subject: "s", Text: "only text"}, {Subject: "s", HTML: "<p>само текст</p>"}} {
		raw, err := compile(t, content, testHead).Append(nil, testRecipient(), nil)
		must(t, err)
		if _, parts := parse(t, raw); len(parts) != 1 || string(parts[0].body) != content.Text+content.HTML {
			t.Errorf("%+v", parts)
		}
	}
}

func TestUnicodeLocalPartStaysRaw(t *testing.T) {
	r := testRecipient()
	r.Address = "ана@example.org"
	raw, err := compile(t, testContent(true), testHead).Append(nil, r, testValues)
	if err != nil || !bytes.Contains(raw, []byte("<ана@example.org>\r\n")) {
		t.Errorf("%v\n%s", err, raw)
	}
}

func TestAppendRefusesWhatWouldInject(t *testing.T) {
	l := compile(t, testContent(true), testHead)
	good := testRecipient()
	for name, spoil := range map[string]func(r *Recipient, values []string) []string{
		"name":         func(r *Recipient, v []string) []string { r.Name = "A\r\nBcc: x@example.org"; return v },
		"name LF":      func(r *Recipient, v []string) []string { r.Name = "A\nB"; return v },
		"name NUL":     func(r *Recipient, v []string) []string { r.Name = "A\x00"; return v },
		"subject":      func(r *Recipient, v []string) []string { v[0] = "A\nBcc: x@example.org"; return v },
		"address":      func(r *Recipient, v []string) []string { r.Address = "a@example.org>\r\nX: y"; return v },
		"two":          func(r *Recipient, v []string) []string { r.Address = "a@example.org,b@example.org"; return v },
		"no address":   func(r *Recipient, v []string) []string { r.Address = ""; return v },
		"unsubscribe":  func(r *Recipient, v []string) []string { r.Unsubscribe += ">\r\nX: y"; return v },
		"mailto":       func(r *Recipient, v []string) []string { r.UnsubscribeMailto += "> <x"; return v },
		"id":           func(r *Recipient, v []string) []string { r.MessageID = ""; return v },
		"date":         func(r *Recipient, v []string) []string { r.Date = time.Time{}; return v },
		"values":       func(r *Recipient, v []string) []string { return v[:2] },
		"Unicode host": func(r *Recipient, v []string) []string { r.Address = "a@пример.срб"; return v },
	} {
		r, values := good, append([]string(nil), testValues...)
		values = spoil(&r, values)
		if got, err := l.Append([]byte("kept"), r, values); campaign.CodeOf(err) != campaign.Invalid || string(got) != "kept" {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := good
	r.MessageID = "run\r\nX: y.01.ana@example.org"
	raw, err := l.Append(nil, r, testValues)
	if err != nil || !bytes.Contains(raw, []byte("Message-ID: <run=0D=0AX=3A=20y.01.ana=40example.org@news.example.org>\r\n")) {
		t.Errorf("%v\n%s", err, raw[:200])
	}
}

func TestCompileRefuses(t *testing.T) {
	broken := func(change func(*campaign.Content, *Head)) error {
		c, h := testContent(true), testHead
		change(&c, &h)
		_, err := Compile(c, h)
		return err
	}
	for name, change := range map[string]func(*campaign.Content, *Head){
		"place too high":  func(c *campaign.Content, _ *Head) { c.Places = 2 },
		"damaged place":   func(c *campaign.Content, _ *Head) { c.HTML += campaign.PlaceBegin + "00x1" + campaign.PlaceEnd },
		"cut-off place":   func(c *campaign.Content, _ *Head) { c.Text += campaign.PlaceBegin + "00" },
		"no text":         func(c *campaign.Content, _ *Head) { c.Text, c.HTML = "", "" },
		"subject":         func(c *campaign.Content, _ *Head) { c.Subject = "a\r\nBcc: b" },
		"from":            func(_ *campaign.Content, h *Head) { h.From.Email = "x" },
		"from name":       func(_ *campaign.Content, h *Head) { h.From.Name = "a\nb" },
		"unicode from":    func(_ *campaign.Content, h *Head) { h.From.Email = "ана@example.org" },
		"reply-to":        func(_ *campaign.Content, h *Head) { h.ReplyTo.Email = "a b@example.org" },
		"list id":         func(_ *campaign.Content, h *Head) { h.ListID = "a b" },
		"extra own":       func(_ *campaign.Content, h *Head) { h.Extra = []Field{{"subject", "x"}} },
		"extra name":      func(_ *campaign.Content, h *Head) { h.Extra = []Field{{"X Y", "x"}} },
		"extra injection": func(_ *campaign.Content, h *Head) { h.Extra = []Field{{"X-Y", "x\r\ny"}} },
		"inline no id": func(c *campaign.Content, _ *Head) {
			c.Files = []campaign.ContentFile{{Name: "a.png", Inline: true, ContentID: "a b"}}
		},
	} {
		if err := broken(change); campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAppendFromManyGoroutines(t *testing.T) {
	content := testContent(false)
	l := compile(t, content, testHead)
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			values := []string{fmt.Sprint("reader ", n), "https://example.org/", "x"}
			var buffer []byte
			for range 50 {
				var err error
				if buffer, err = l.Append(buffer[:0], testRecipient(), values); err != nil {
					t.Error(err)
					return
				}
				if _, parts := parse(t, buffer); string(parts[0].body) != merged(content.Text, values, false) {
					t.Error("texts of readers were mixed up")
					return
				}
			}
		})
	}
	wait.Wait()
}

var boundaries = regexp.MustCompile(`=_[0-9a-zA-Z]+`)

func TestGoldenLetters(t *testing.T) {
	for name, latin := range map[string]bool{"latin.eml": true, "cyrillic.eml": false} {
		raw, err := compile(t, testContent(latin), testHead).Append(nil, testRecipient(), testValues)
		must(t, err)
		got := boundaries.ReplaceAll(raw, []byte("=_boundary"))
		path := filepath.Join("testdata", name)
		if *update {
			must(t, os.WriteFile(path, got, 0o644))
		}
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not as it was (go test -update writes it anew): %v\n%s", name, err, got)
		}
	}
}

func TestBase64LikeTheStandardLibrary(t *testing.T) {
	raw := make([]byte, 400)
	for i := range raw {
		raw[i] = byte(i*i*31 + i*7)
	}
	for n := range raw {
		got := string(appendBase64([]byte("before"), raw[:n]))
		var lines []string
		for line := range strings.SplitSeq(got[len("before"):], "\r\n") {
			if len(line) > 76 {
				t.Errorf("%d octets: a line of %d", n, len(line))
			}
			lines = append(lines, line)
		}
		if want := base64.StdEncoding.EncodeToString(raw[:n]); strings.Join(lines, "") != want {
			t.Errorf("%d octets: %s, want %s", n, got, want)
		}
	}
}

// TestMarks are the fields by which mail services tell us which delivery they speak of.
func TestMarks(t *testing.T) {
	l, err := Compile(campaign.Content{Subject: "Hello", Text: "Hello"}, Head{From: Address{Email: "press@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"2kcf7h00-01.00.2kcf": true, "a\r\nBcc: b": false} {
		data, err := l.Append(nil, Recipient{Address: "ana@example.org", MessageID: id, Date: time.Now(), Marks: []string{"X-Mailin-custom: delivery:"}}, nil)
		if err != nil || strings.Contains(string(data), "\r\nX-Mailin-custom: delivery:"+id+"\r\n") != want || strings.Contains(string(data), "\r\nBcc") {
			t.Errorf("%v %s", err, data)
		}
	}
}
