package opens

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// set is a recorded set of hits with what a person who knew the senders said of each.
type set struct {
	hits []Hit
	want []expected
}

type expected struct {
	Expect campaign.Verdict `json:"expect"`
	Note   string           `json:"note"`
}

func readSet(t *testing.T, file string) (s set) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		h, err := ReadHit(line)
		var e expected
		if err != nil || json.Unmarshal(line, &e) != nil {
			t.Fatalf("%s: %s: %v", file, line, err)
		}
		s.hits, s.want = append(s.hits, h), append(s.want, e)
	}
	return s
}

// Sets of hits that were written down before the rules were read, or to try what they had missed.
func TestRecordedSets(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("testdata/*.jsonl")
	for _, file := range files {
		s := readSet(t, file)
		wrong, unsure := 0, 0
		for i, got := range c.Judge(s.hits) {
			want := s.want[i]
			if got.Verdict == want.Expect {
				continue
			}
			t.Logf("%s: %s: %s by %v, want %s", file, want.Note, got.Verdict, got.Rules, want.Expect)
			if got.Verdict == campaign.Unknown {
				unsure++
			} else {
				wrong++
			}
			if want.Expect == campaign.Human && s.hits[i].Kind == Click {
				t.Errorf("%s: a person's click is lost: %s", file, want.Note)
			}
		}
		t.Logf("%s: %d hits, %d judged wrongly, %d unsure", file, len(s.hits), wrong, unsure)
		if wrong+unsure > len(s.hits)/20 {
			t.Errorf("%s: %d of %d are not judged right", file, wrong+unsure, len(s.hits))
		}
	}
}

// Whatever order hits come in, they are judged alike at the end.
func TestOrderDoesNotMatter(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(15, 7))
	agents := []string{chrome, firefox, iphoneMail, "Mozilla/5.0", gmailProxy, "curl/8.5.0", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"}
	for range 20 {
		hits := make([]Hit, 120)
		for i := range hits {
			after := float64(random.IntN(90))
			hits[i] = Hit{
				Kind: []Kind{Open, Open, Click, Click, Trap, Leave}[random.IntN(6-random.IntN(2)*2)], Agent: agents[random.IntN(len(agents))],
				IP: []string{"192.0.2.1", "192.0.2.2", "40.94.1.1", "104.28.1.1"}[random.IntN(4)], Method: []string{"GET", "POST"}[random.IntN(20)/19],
				At: time.Unix(int64(after), 0), After: &after, Link: fmt.Sprint(random.IntN(5)), Run: "r", Delivery: []string{"", fmt.Sprint(random.IntN(30))}[random.IntN(2)],
			}
		}
		want := c.Judge(hits)
		order := random.Perm(len(hits))
		shuffled := make([]Hit, len(hits))
		for to, from := range order {
			shuffled[to] = hits[from]
		}
		for to, got := range c.Judge(shuffled) {
			if !reflect.DeepEqual(got, want[order[to]]) {
				t.Fatalf("%+v: %+v, in another order %+v", shuffled[to], want[order[to]], got)
			}
			if shuffled[to].Kind == Leave && shuffled[to].Method == "POST" && got.Verdict != campaign.Human {
				t.Fatalf("a person's POST: %+v", got)
			}
		}
	}
}

func TestHitsAreCompared(t *testing.T) {
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	const home, office = "192.0.2.1", "192.0.2.2"
	safari := "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
	at := func(seconds int, kind Kind, link, agent, ip string) Hit {
		return Hit{Kind: kind, Link: link, Agent: agent, IP: ip, Delivery: "d", At: time.Unix(int64(seconds), 0)}
	}
	untimed := func(link string) Hit {
		return Hit{Kind: Click, Link: link, Agent: chrome, IP: home, Delivery: "d"}
	}
	crowd := func(agent string, n int) (out []Hit) {
		for i := range n {
			h := at(i*2, Open, "", agent, office)
			h.Delivery = fmt.Sprint(i)
			out = append(out, h)
		}
		return out
	}
	for _, tt := range []struct {
		name string
		hits []Hit
		want string // h, m or u of each
	}{
		{"three links at once", []Hit{at(5, Open, "", chrome, office), at(60, Click, "1", chrome, office), at(65, Click, "2", chrome, office), at(70, Click, "3", chrome, office), at(70, Click, "3", firefox, home)}, "mmmmh"},
		{"one link three times", []Hit{at(60, Click, "1", chrome, office), at(61, Click, "1", chrome, office), at(62, Click, "1", chrome, office)}, "hhh"},
		{"three links at leisure", []Hit{at(60, Click, "1", chrome, office), at(65, Click, "2", chrome, office), at(71, Click, "3", chrome, office)}, "hhh"},
		{"the trap, and people of the same office later", []Hit{at(30, Click, "1", chrome, office), at(31, Trap, "", chrome, office), at(7200, Click, "1", firefox, office)}, "mmh"},
		{"the reader's relay", []Hit{at(60, Open, "", safari, "104.28.1.1"), at(90, Click, "1", safari, "104.28.1.2"), at(99, Open, "", safari, "104.28.1.1")}, "hhu"},
		{"the relay alone", []Hit{at(60, Open, "", safari, "104.28.1.1")}, "u"},
		{"twenty deliveries in a minute", crowd(chrome, 20), "mmmmmmmmmmmmmmmmmmmm"},
		{"three links at times nobody knows", []Hit{untimed("1"), untimed("2"), untimed("3")}, "hhh"},
		{"nineteen", crowd(chrome, 19), "hhhhhhhhhhhhhhhhhhh"},
		{"Gmail's proxy, for many", crowd(gmailProxy, 20), "hhhhhhhhhhhhhhhhhhhh"},
	} {
		for range 2 {
			got := ""
			for _, r := range c.Judge(tt.hits) {
				got += string(r.Verdict[0])
			}
			if got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
			slices.Reverse(tt.hits)
			letters := []byte(tt.want)
			slices.Reverse(letters)
			tt.want = string(letters)
		}
	}
}
