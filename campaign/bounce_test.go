package campaign

import (
	"testing"
	"time"
)

// TestBounceRules: each letter is a message sent four days after the one before, the last today: f came back, a arrived, b came back
// because of us.
func TestBounceRules(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for _, c := range []struct {
		sent   string
		rules  BounceRules
		rested time.Duration // ago; its pause lasted 30 days
		class  BounceClass
		want   string
	}{
		{"f", BounceRules{}, 0, HardBounced, "bounced"},
		{"f", BounceRules{}, 0, BlockBounced, "active"},
		{"ffff", BounceRules{}, 0, SoftBounced, "active"},
		{"fffff", BounceRules{}, 0, SoftBounced, "rests"},
		{"fffff", BounceRules{}, 0, FullBounced, "rests"},
		{"ffbff", BounceRules{}, 0, SoftBounced, "active"},
		{"fffafff", BounceRules{}, 0, SoftBounced, "active"},
		{"fffffaaf", BounceRules{}, 0, SoftBounced, "active"},
		{"fffffffff", BounceRules{Within: 12, AtLeast: -1}, 0, SoftBounced, "active"}, // four of them count
		{"ff", BounceRules{Failures: 2}, 0, SoftBounced, "active"},                    // too near to each other
		{"ff", BounceRules{Failures: 2, AtLeast: 3}, 0, SoftBounced, "rests"},
		{"f", BounceRules{Failures: 1, AtLeast: -1}, 0, SoftBounced, "rests"},
		{"f", BounceRules{}, 31 * day, SoftBounced, "bounced"},
		{"f", BounceRules{}, 29 * day, SoftBounced, "active"}, // sent before the rest, and back only now
		{"aaaf", BounceRules{}, 60 * day, SoftBounced, "active"},
	} {
		one := Contact{Email: "ana@example.org", Address: "ana@example.org", Status: Active}
		if c.rested > 0 {
			one.RestedAt, one.PausedUntil = now.Add(-c.rested), now.Add(-c.rested).Add(30*day)
		}
		var fates []MessageFate
		for i := len(c.sent) - 1; i >= 0; i-- {
			at := now.Add(-time.Duration(len(c.sent)-1-i) * 4 * day)
			if c.sent[i] != 'b' {
				fates = append(fates, MessageFate{Run: string(rune('0' + i)), MadeAt: at, At: at, Failed: c.sent[i] == 'f'})
			}
		}
		before := one.PausedUntil
		c.rules.Apply(&one, &Bounce{Class: c.class, Words: "550"}, fates, now)
		got := string(one.Status)
		if one.PausedUntil.After(now) && !one.PausedUntil.Equal(before) {
			got = "rests"
		}
		if got != c.want {
			t.Errorf("%s by %+v, rested %v ago, %s: %s, want %s", c.sent, c.rules, c.rested, c.class, got, c.want)
		}
	}
	for _, status := range []ContactStatus{Complained, Restricted} {
		one := Contact{Email: "ana@example.org", Status: status}
		if (BounceRules{}).Apply(&one, &Bounce{Class: HardBounced}, nil, now) || one.Status != status {
			t.Errorf("a bounce made %s of %s", one.Status, status)
		}
	}
	moved := Contact{Email: "new@example.org", Address: "new@example.org", Status: Active}
	if (BounceRules{}).Apply(&moved, &Bounce{Class: HardBounced, Email: "old@example.org"}, nil, now) {
		t.Error("what came back from a former address marked the new one")
	}
}

// TestTaughtWordsDecideInTheSession: what the team taught about words of servers comes before what the program makes of them.
func TestTaughtWordsDecideInTheSession(t *testing.T) {
	unclear := Outcome{Result: ResultRefused, Code: 550, Answer: "Vrata su zatvorena, ključ je kod komšije", Unclear: true}
	for _, c := range []struct {
		class BounceClass
		words string
		o     Outcome
		want  Outcome
	}{
		{HardBounced, "врата су затворена", unclear, Outcome{Result: ResultRefused, Dead: true}},
		{SoftBounced, "vrata su zatvorena", unclear, Outcome{Result: ResultRefused}},
		{FullBounced, "kljuc je kod", unclear, Outcome{Result: ResultLater}},
		{BlockBounced, "Vrata su  zatvorena", unclear, Outcome{Result: ResultLater, OurFault: true, Policy: true}},
		{HardBounced, "vrata su zatvoren", unclear, Outcome{Result: ResultRefused, Unclear: true}},
		{BlockBounced, "user unknown here", Outcome{Result: ResultRefused, Code: 550, Answer: "User unknown here", Dead: true}, Outcome{Result: ResultLater, OurFault: true, Policy: true}},
		{HardBounced, "user unknown here", Outcome{Result: ResultAccepted, Code: 250, Answer: "user unknown here"}, Outcome{}},
	} {
		set := Settings{Learned: []BounceText{{Words: c.words, Class: c.class}}}
		got := set.Taught(c.o)
		c.want.Code, c.want.Answer = c.o.Code, c.o.Answer
		if c.o.Result == ResultAccepted {
			c.want.Result = c.o.Result
		}
		if got != c.want {
			t.Errorf("%s %q: %+v", c.class, c.words, got)
		}
	}
}
