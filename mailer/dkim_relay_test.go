package mailer

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
)

// refolded is a message as a relay hands it on that unfolds all fields and folds them elsewhere, writes their names in another case, puts
// stamps of its own in front, and blanks at the ends of lines: all that relaxed/relaxed lets pass (RFC 6376 section 3.4).
func refolded(message []byte, width int) []byte {
	head, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	unfolded := regexp.MustCompile(`\r\n[ \t]+`).ReplaceAllString(string(head), " ")
	var out strings.Builder
	out.WriteString("Received: from a.example\r\n\tby b.example; Mon, 06 May 2030 07:08:12 +0000\r\nX-Spam-Status: No\r\n")
	for field := range strings.SplitSeq(unfolded, "\r\n") {
		name, value, _ := strings.Cut(field, ":")
		if width%2 == 0 {
			name = strings.ToUpper(name)
		}
		out.WriteString(name + ":")
		col := len(name) + 1
		for word := range strings.FieldsSeq(value) {
			if col+len(word) > width {
				out.WriteString("  \r\n\t")
				col = 1
			}
			out.WriteString(" " + word)
			col += len(word) + 1
		}
		out.WriteString("\r\n")
	}
	lines := strings.Split(string(body), "\r\n")
	for i := range lines {
		if lines[i] != "" {
			lines[i] += " \t"
		}
	}
	return []byte(out.String() + "\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n")
}

// Every kind of message verifies with both keys as it leaves, and after a relay that refolds its head. With GLASNIK_TEST_SIGNED=FOLDER the
// messages and the records are written there, for other verifiers.
func TestSignaturesOutliveRelays(t *testing.T) {
	var keys []*DKIM
	records := map[string]string{}
	for _, kind := range campaign.SigningKinds {
		private, err := NewSigningKey(kind)
		must(t, err)
		d, err := NewDKIM("example.org", "g2610181504-"+string(kind), private)
		must(t, err)
		if d.Kind() != kind {
			t.Errorf("%s is %s", kind, d.Kind())
		}
		name, value := d.Record()
		records[name] = value
		keys = append(keys, d)
	}
	long := "Reč " + strings.Repeat("dugačkareč", 150) + " kraj."
	messages := map[string][]byte{}
	for name, c := range map[string]campaign.Content{
		"latin": testContent(true), "cyrillic": testContent(false), "bench": benchContent("Нова кампања против трговине људима. "),
		"long line":  {Subject: strings.Repeat("Предуг наслов ", 20), Text: long + "\n" + strings.Repeat("x", 2000) + "\n.\n..\nFrom here on\n", HTML: "<p>" + long + "</p>"},
		"text alone": {Subject: "Kratko", Text: "a  b\t c  \n\n\n"}, "8bit": {Subject: "Šta je novo", Text: "Čćžšđ\n \nкрај\n"},
		"files": {Subject: "Prilozi", Text: "Vidi prilog.", HTML: "<p>Vidi prilog.</p>", Files: []campaign.ContentFile{{Name: "Позив за новинаре.pdf", MediaType: "application/pdf", Data: bytes.Repeat([]byte("%PDF-1.7 \x00\xff\r\n"), 3000)}}},
	} {
		head := testHead
		l, err := Compile(c, head)
		must(t, err)
		var values []string
		for range c.Places {
			values = append(values, "Љиљана Ђорђевић–Ćosić")
		}
		m, err := l.Append(nil, testRecipient(), values)
		must(t, err)
		if d := FromDomain(m); d != campaign.Domain(testHead.From.Email) {
			t.Errorf("%s: from %q", name, d)
		}
		signed, err := SignAll(m, keys...)
		must(t, err)
		messages[name] = signed
		messages[name+" refolded"] = refolded(signed, 40)
		messages[name+" refolded wide"] = refolded(signed, 301)
	}
	for name, m := range messages {
		verified, err := dkim.VerifyWithOptions(bytes.NewReader(m), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return []string{records[name]}, nil }})
		if err != nil || len(verified) != len(keys) {
			t.Errorf("%s: %d signatures, %v", name, len(verified), err)
		}
		for _, v := range verified {
			covered := " " + strings.ToLower(strings.Join(v.HeaderKeys, " ")) + " "
			for _, field := range []string{"from", "subject", "date"} {
				if strings.Count(covered, " "+field+" ") != 2 {
					t.Errorf("%s: %s is covered by %s", name, field, covered)
				}
			}
			if v.Err != nil || !strings.Contains(covered, " list-unsubscribe ") || !strings.Contains(covered, " list-unsubscribe-post ") {
				t.Errorf("%s: %v %s", name, v.Err, covered)
			}
		}
	}
	folder := os.Getenv("GLASNIK_TEST_SIGNED")
	if folder == "" {
		return
	}
	for name, m := range messages {
		must(t, os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".eml"), m, 0o600))
	}
	var zone strings.Builder
	for name, value := range records {
		zone.WriteString(name + " " + value + "\n")
	}
	must(t, os.WriteFile(filepath.Join(folder, "records"), []byte(zone.String()), 0o600))
}
