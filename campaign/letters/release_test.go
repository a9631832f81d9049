package letters

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// exampleEdition is a release in English to two lists.
func exampleEdition() *edition.Edition {
	return &edition.Edition{
		ID: "2n3qnfrtv9187jj8-01ng1dh3", Name: "Guide", Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org", ReplyTo: "desk@example.org"},
		Lists: []campaign.List{{ID: "press", Name: "Press"}, {ID: "schools", Name: "Schools"}},
		Release: campaign.Release{Kind: campaign.PressRelease, Source: campaign.English, Versions: []campaign.Version{{
			Language: campaign.English, Headline: "A guide", Body: "Dear {{ first_name | \"colleague\" }}, see [it](https://www.example.org/guide).",
		}}},
		Tracked: []campaign.Link{{URL: "https://www.example.org/guide"}},
	}
}

func testWriter(now time.Time) *Writer {
	return &Writer{Links: campaign.Links{Base: "https://press.example.org", Signer: campaign.NewSigner("test")}, Now: func() time.Time { return now }}
}

// compose makes one message and reads its head.
func compose(t *testing.T, c *Writer, e *edition.Edition, d *campaign.Delivery, contact *campaign.Contact) (campaign.Message, mail.Header) {
	t.Helper()
	made, err := c.Compose(t.Context(), e)
	must(t, err)
	m, err := made.Message(nil, d, contact, "")
	must(t, err)
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	must(t, err)
	return m, parsed.Header
}

func reader(list string) (*campaign.Delivery, *campaign.Contact) {
	d := &campaign.Delivery{
		ID: "2n3qnfrtv9187jj8-01ng1dh3.00.2m51rk0y2fp6j5dx", Run: "2n3qnfrtv9187jj8-01ng1dh3", Email: "ana@example.org", Name: "Ana Anić",
		Language: campaign.English, Tracking: campaign.Aggregate,
	}
	return d, &campaign.Contact{Email: d.Email, FirstName: "Ana", Memberships: []campaign.Membership{{List: list, Status: campaign.Subscribed}}}
}

func TestHeadOfAMessage(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*edition.Edition)
		want   map[string]string
	}{
		{"press release", func(*edition.Edition) {}, map[string]string{"Precedence": "", "Auto-Submitted": "", "X-Auto-Response-Suppress": ""}},
		{"newsletter", func(e *edition.Edition) { e.Release.Kind = campaign.Newsletter }, map[string]string{
			"Precedence": "bulk", "Auto-Submitted": "", "X-Auto-Response-Suppress": "OOF, AutoReply",
		}},
		{"recurring", func(e *edition.Edition) { e.Recurring = true }, map[string]string{"Precedence": "", "Auto-Submitted": "auto-generated"}},
	} {
		e := exampleEdition()
		c.change(e)
		d, contact := reader("schools")
		m, h := compose(t, testWriter(time.Now()), e, d, contact)
		c.want["List-Id"] = "Schools <schools.list.example.org>" // the first of the lists the reader is on
		c.want["Reply-To"] = "desk@example.org"
		c.want["Message-Id"] = "<" + d.ID + "@example.org>"
		c.want["Content-Language"] = "en"
		c.want["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
		for name, want := range c.want {
			if got := strings.Trim(h.Get(name), "<>"); got != strings.Trim(want, "<>") {
				t.Errorf("%s: %s is %q, want %q", c.name, name, h.Get(name), want)
			}
		}
		if m.From != "press@example.org" || m.To != "ana@example.org" {
			t.Errorf("%s: envelope from %s to %s", c.name, m.From, m.To)
		}
	}
}

// A list is named as readers see it, in the language of the version; what mail programs know it by stays.
func TestMessagesNameListsForReaders(t *testing.T) {
	e := exampleEdition()
	e.Lists[1].SetTexts(campaign.Texts{campaign.SerbianLatin: "Škole", campaign.English: "For schools"}, nil)
	e.Brand = campaign.Brand{Name: "internal", Names: campaign.Texts{campaign.English: "Primer Centre"}}
	d, contact := reader("schools")
	m, h := compose(t, testWriter(time.Now()), e, d, contact)
	if h.Get("List-Id") != "\"For schools\" <schools.list.example.org>" && h.Get("List-Id") != "For schools <schools.list.example.org>" {
		t.Errorf("List-Id: %s", h.Get("List-Id"))
	}
	if body := string(m.Data); strings.Contains(body, "Schools") || strings.Contains(body, "internal") || !strings.Contains(body, "Primer Centre") {
		t.Errorf("%s", body)
	}
}

func TestEnvelopeNamesTheDelivery(t *testing.T) {
	c := testWriter(time.Now())
	c.Bounce = "bounces@example.org"
	d, contact := reader("press")
	m, _ := compose(t, c, exampleEdition(), d, contact)
	if !strings.HasPrefix(m.From, "bounces+"+d.ID+".") || !strings.HasSuffix(m.From, "@example.org") {
		t.Errorf("envelope from %s", m.From)
	}
}

// While a run is under way the embargo may pass: who is written to after it gets no embargo line.
func TestEmbargoPassesDuringARun(t *testing.T) {
	now := time.Date(2026, 10, 18, 7, 0, 0, 0, time.UTC)
	c := testWriter(now)
	c.Now = func() time.Time { return now }
	e := exampleEdition()
	e.Release.Embargo, e.Release.Zone = now.Add(time.Hour), "Europe/Belgrade"
	made, err := c.Compose(t.Context(), e)
	must(t, err)
	subject := func() string {
		d, contact := reader("press")
		m, err := made.Message(nil, d, contact, "")
		must(t, err)
		parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
		must(t, err)
		return parsed.Header.Get("Subject")
	}
	before := subject()
	now = now.Add(2 * time.Hour)
	if after := subject(); before == "A guide" || after != "A guide" {
		t.Errorf("the subject is %q before the embargo and %q after", before, after)
	}
}

func TestBrokenReleaseIsFoundBeforeAnybodyGetsIt(t *testing.T) {
	e := exampleEdition()
	e.Release.Versions = append(e.Release.Versions, campaign.Version{Language: campaign.French, Headline: "Guide", Body: "{{ nobody }}"})
	if _, err := testWriter(time.Now()).Compose(t.Context(), e); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("composed: %v", err)
	}
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The subject of a test says so, in the reader's language.
func TestSubjectOfATest(t *testing.T) {
	e := exampleEdition()
	e.TestTo = []string{"ana@example.org"}
	e.Release.Versions = append(e.Release.Versions, campaign.Version{Language: campaign.French, Headline: "Un guide", Body: "Bonjour."})
	for language, want := range map[campaign.Language]string{campaign.English: "[Test] A guide", campaign.French: "[Essai] Un guide"} {
		d, contact := reader("press")
		d.Language = language
		if _, h := compose(t, testWriter(time.Now()), e, d, contact); h.Get("Subject") != want {
			t.Errorf("%s: the subject is %q, want %q", language, h.Get("Subject"), want)
		}
	}
}
