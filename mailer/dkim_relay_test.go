package mailer

import (
	"bytes"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// Every kind of message verifies with both keys as it leaves, and after a relay that refolds its head: by a verifier in Go, by OpenDKIM and
// by dkimpy.
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
		messages[name+" refolded"] = smtptest.Refold(signed, 40)
		messages[name+" refolded wide"] = smtptest.Refold(signed, 301)
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
	must(t, smtptest.Verify(t, messages, records))
}
