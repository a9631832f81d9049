package opens

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

const (
	chrome      = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	edge        = chrome + " Edg/140.0.0.0"
	firefox     = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	iphoneMail  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
	cubot       = "Mozilla/5.0 (Linux; Android 12; CUBOT P60) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
	outlook     = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; Microsoft Outlook 16.0.17328; ms-office; MSOffice 16)"
	gmailProxy  = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
	gmailFetch  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
	yahooProxy  = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
	oldChrome   = "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36"
	headless    = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36"
	googlebot   = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	thunderbird = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
)

func TestClassify(t *testing.T) {
	after := func(s float64) *float64 { return &s }
	tests := []struct {
		name    string
		hit     Hit
		verdict campaign.Verdict
		rule    string
	}{
		{"a browser", Hit{Agent: chrome, Method: "GET"}, campaign.Human, "F-13"},
		{"today's Edge", Hit{Agent: edge}, campaign.Human, "F-13"},
		{"Firefox", Hit{Agent: firefox}, campaign.Human, "F-13"},
		{"mail on a telephone", Hit{Agent: iphoneMail}, campaign.Human, "F-13"},
		{"a link followed in Viber", Hit{Agent: strings.Replace(cubot, "CUBOT P60", "SM-S911B; wv", 1) + " Viber/25.1.0.0", Kind: Click}, campaign.Human, "F-13"},
		{"Viber's preview", Hit{Agent: "Viber/13.3"}, campaign.Machine, "F-06"},
		{"WhatsApp's preview", Hit{Agent: "WhatsApp/2.24.6.77 A"}, campaign.Machine, "F-06"},
		{"a scanner by two words", Hit{Agent: "Egress Defend/2"}, campaign.Machine, "F-06"},
		{"a telephone made by Cubot", Hit{Agent: cubot}, campaign.Human, "F-13"},
		{"Outlook for Windows", Hit{Agent: outlook}, campaign.Human, "F-13"},
		{"Thunderbird", Hit{Agent: thunderbird}, campaign.Human, "F-13"},
		{"HEAD", Hit{Agent: chrome, Method: "HEAD"}, campaign.Machine, "F-01"},
		{"prefetch", Hit{Agent: chrome, Headers: map[string]string{"Sec-Purpose": "prefetch;prerender"}}, campaign.Machine, "F-02"},
		{"old prefetch header", Hit{Agent: firefox, Headers: map[string]string{"X-Moz": "prefetch"}}, campaign.Machine, "F-02"},
		{"preview header", Hit{Agent: chrome, Headers: map[string]string{"purpose": "Preview"}}, campaign.Machine, "F-02"},
		{"another header", Hit{Agent: chrome, Headers: map[string]string{"Accept": "prefetch"}}, campaign.Human, "F-13"},
		{"Apple's relay", Hit{Agent: "Mozilla/5.0", After: after(86400)}, campaign.Machine, "F-03"},
		{"Gmail fetching ahead", Hit{Agent: gmailFetch}, campaign.Machine, "F-04"},
		{"no agent", Hit{}, campaign.Machine, "F-05"},
		{"curl", Hit{Agent: "curl/8.5.0"}, campaign.Machine, "F-05"},
		{"Python", Hit{Agent: "python-requests/2.32"}, campaign.Machine, "F-05"},
		{"Go", Hit{Agent: "Go-http-client/2.0"}, campaign.Machine, "F-05"},
		{"Java", Hit{Agent: "Java/17.0.2"}, campaign.Machine, "F-05"},
		{"Googlebot", Hit{Agent: googlebot}, campaign.Machine, "F-06"},
		{"headless", Hit{Agent: headless}, campaign.Machine, "F-06"},
		{"Slack", Hit{Agent: "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}, campaign.Machine, "F-06"},
		{"WhatsApp", Hit{Agent: "WhatsApp/2.23.20.0"}, campaign.Machine, "F-06"},
		{"Skype", Hit{Agent: "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"}, campaign.Machine, "F-06"},
		{"a robot nobody listed", Hit{Agent: "Examplebot/1.4 (+https://example.org/bot)"}, campaign.Machine, "F-06"},
		{"a scanner at delivery", Hit{Agent: chrome, IP: "40.94.28.1", After: after(12)}, campaign.Machine, "F-09"},
		{"a scanner's network later", Hit{Agent: chrome, IP: "40.94.28.1", After: after(3600)}, campaign.Unknown, "F-09"},
		{"a scanner's network, time not known", Hit{Agent: chrome, IP: "::ffff:40.94.28.1"}, campaign.Unknown, "F-09"},
		{"too fast, old agent", Hit{Agent: oldChrome, After: after(2)}, campaign.Machine, "F-10"},
		{"too fast", Hit{Agent: chrome, After: after(5)}, campaign.Unknown, "F-10"},
		{"old agent, in its own time", Hit{Agent: oldChrome, After: after(500)}, campaign.Human, "F-13"},
		{"Outlook, too fast", Hit{Agent: outlook, After: after(3)}, campaign.Unknown, "F-10"},
		{"Gmail's proxy", Hit{Agent: gmailProxy, After: after(5)}, campaign.Human, "F-11"},
		{"Gmail's proxy, time not known", Hit{Agent: gmailProxy}, campaign.Human, "F-11"},
		{"Gmail's proxy at once", Hit{Agent: gmailProxy, After: after(4)}, campaign.Unknown, "F-11"},
		{"Yahoo's proxy", Hit{Agent: yahooProxy, After: after(60)}, campaign.Human, "F-11"},
		{"Yahoo's proxy at once", Hit{Agent: yahooProxy, After: after(59)}, campaign.Unknown, "F-11"},
		{"a text browser follows a link", Hit{Kind: Click, Agent: "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1", After: after(8000)}, campaign.Human, "F-13"},
		{"another", Hit{Kind: Click, Agent: "w3m/0.5.3+git20230121"}, campaign.Human, "F-13"},
		{"a text browser loads no images", Hit{Kind: Open, Agent: "Links (2.29; Linux x86_64; GNU C 12.2; text)"}, campaign.Unknown, "F-14"},
		{"a games console", Hit{Kind: Click, Agent: "Mozilla/5.0 (PlayStation; PlayStation 5/8.20) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15"}, campaign.Human, "F-13"},
		{"a mail program of a telephone", Hit{Kind: Open, Agent: "Spark/3.10 (Mac; iOS 17)", After: after(900)}, campaign.Human, "F-13"},
		{"ms-office alone", Hit{Agent: "ms-office"}, campaign.Unknown, "F-14"},
		{"words nobody knows", Hit{Agent: "Something 1.0"}, campaign.Unknown, "F-14"},
	}
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Classify(tt.hit); got.Verdict != tt.verdict || len(got.Rules) != 1 || got.Rules[0] != tt.rule || got.Why == "" {
				t.Errorf("got %+v, want %s by %s", got, tt.verdict, tt.rule)
			}
		})
	}
}

func TestParseRefusesBrokenLists(t *testing.T) {
	for name, lists := range map[string]string{
		"no date":    "source us\n[tools]\ncurl\n",
		"no source":  "date 2026-01-01\n[tools]\ncurl\n",
		"bad range":  "date 2026-01-01\nsource us\n[ranges]\n40.94.0.0/99\n",
		"a star":     "date 2026-01-01\nsource us\n[tools]\n*\n",
		"no heading": "date 2026-01-01\nsource us\ncurl\n",
	} {
		if _, err := Parse(lists); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzClassify(f *testing.F) {
	c, err := New()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(chrome, "40.94.28.1")
	f.Add("\xff\x00", "::")
	f.Fuzz(func(t *testing.T, agent, ip string) {
		if v := c.Classify(Hit{Agent: agent, IP: ip}); v.Verdict == "" || len(v.Rules) == 0 {
			t.Errorf("no verdict for %q", agent)
		}
	})
}

// Where the lists in the program are from is said in the language of who reads it.
func TestSourceIsOurOwnWords(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if words := campaign.OwnWords(c.Source); words.Format == "%s" {
		t.Errorf("%q is not in campaign/own_words.go", c.Source)
	}
}
