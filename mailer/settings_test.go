package mailer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"smtp://mail.example.org":                                   "smtp://mail.example.org:587?tls=required&connections=10&per_second=0",
		"smtp://ana:s%40cret@mail.example.org:25":                   "smtp://ana:***@mail.example.org:25?tls=required&connections=10&per_second=0",
		"smtps://mail.example.org":                                  "smtps://mail.example.org:465?tls=implicit&connections=10&per_second=0",
		"smtp://127.0.0.1:1025":                                     "smtp://127.0.0.1:1025?tls=opportunistic&connections=10&per_second=0",
		"smtp://localhost:1025?tls=none&connections=3&per_second=9": "smtp://localhost:1025?tls=none&connections=3&per_second=9",
		"smtp://[::1]:25?tls=required":                              "smtp://[::1]:25?tls=required&connections=10&per_second=0",
		"smtp://mail.example.org:465?tls=implicit&per_second=0.5":   "smtps://mail.example.org:465?tls=implicit&connections=10&per_second=0.5",
	} {
		s, err := ParseURL(raw)
		if err != nil || s.Redacted() != want {
			t.Errorf("%s: %s %v", raw, s.Redacted(), err)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v %s", s, s, s, s), "s@cr") {
			t.Errorf("the password is printed: %v", s)
		}
	}
	s, err := ParseURL("smtp://ana:s%40cret@mail.example.org?timeout=20m&answer_timeout=5s&helo=out.example.org&auth=insecure")
	if err != nil || s.Password != "s@cret" || s.User != "ana" || s.Helo != "out.example.org" || !s.PlainAuth {
		t.Errorf("%+v %v", s, err)
	}
	if s.Timeouts != (Timeouts{5 * time.Minute, 5 * time.Minute, 2 * time.Minute, 3 * time.Minute, 5 * time.Second}) {
		t.Errorf("a timeout is above its ceiling: %+v", s.Timeouts)
	}
}

func TestParseURLNeverShowsThePassword(t *testing.T) {
	for _, raw := range []string{
		"", "mail.example.org:587", "http://u:hunter2@mail.example.org", "smtp://u:hunter2@", "smtp://u:hunter2@/x",
		"smtp://u:hunter2#x@mail.example.org", "smtp://u:x#hunter2@mail.example.org", "smtp://u:x?hunter2@mail.example.org",
		"smtp://u:x/hunter2@mail.example.org", "smtp://u:hunter2%zz@mail.example.org", "smtp://u:hunter2@mail.example.org:99999",
		"smtp://u:hunter2@mail.example.org:hunter2", "smtp://u:hunter2@mail.example.org?tls=hunter2", "smtp://:hunter2@mail.example.org",
		"smtp://hunter2@mail.example.org", "smtp://u:hunter2@m?connections=0", "smtp://u:hunter2@m?connections=x", "smtp://u:hunter2@m?per_second=-1",
		"smtp://u:hunter2@m?per_second=NaN", "smtp://u:hunter2@m?timeout=0s", "smtp://u:hunter2@m?timeout=hunter2", "smtp://u:hunter2@m?answer_timeout=-1s",
		"smtp://u:hunter2@m?helo=a%20b", "smtp://u:hunter2@m?ca=/nowhere/hunter2", "smtp://u:hunter2@m?auth=hunter2", "smtp://u:hunter2@m?hunter2=1",
		"smtps://u:hunter2@m?tls=none", "smtp://u:hunter2@m?a=%zz", "smtp://u:hunter2@m\x7f", "smtp://u:hunter2@m?per_connection=x",
	} {
		_, err := ParseURL(raw)
		if campaign.CodeOf(err) != campaign.Invalid || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestRouteOfTheAddress(t *testing.T) {
	s, err := ParseURL("smtp://mail.example.org?weight=2.5&takes=googlemail.com,%20Example.org&takes=gmail.com")
	if err != nil || s.Weight != 2.5 || fmt.Sprint(s.Takes) != "[gmail.com example.org]" {
		t.Errorf("%v %v %v", s.Weight, s.Takes, err)
	}
	for _, wrong := range []string{"weight=0", "weight=-1", "weight=NaN", "weight=hunter2", "takes=", "takes=hunter2", "takes=gmail.com,,"} {
		if _, err := ParseURL("smtp://mail.example.org?" + wrong); campaign.CodeOf(err) != campaign.Invalid || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestPaceOfTheAddress(t *testing.T) {
	s, err := ParseURL("smtp://mail.example.org?per_connection=0.5&limit=hotmail.com:2:5&limit=example.org:0:0.25")
	want := campaign.Pace{Connections: 10, PerConnection: 0.5, Providers: []campaign.ProviderLimit{
		{Provider: "example.org", PerSecond: 0.25}, {Provider: "outlook.com", PerSecond: 5, Connections: 2},
	}}
	if err != nil || fmt.Sprint(s.Pace) != fmt.Sprint(want) {
		t.Errorf("%+v %v", s.Pace, err)
	}
	for _, limit := range []string{"gmail.com", "gmail.com:2", "gmail.com:0:0", "gmail.com:x:1", "gmail.com:1:x", "gmail.com:-1:1", "gmail.com:1:1:1", "hunter2:1:1", "gmail.com:1:1&limit=googlemail.com:1:1"} {
		if _, err := ParseURL("smtp://mail.example.org?limit=" + limit); campaign.CodeOf(err) != campaign.Invalid || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", limit, err)
		}
	}
}
