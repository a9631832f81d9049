package campaign

import "testing"

// Words that are stored as the command line tells them are found again, also around what a server said, which stays as it is.
func TestOwnWords(t *testing.T) {
	for _, c := range []struct {
		stored, format string
		args           int
	}{
		{"", "", 0},
		{"the contact left", "the contact left", 0},
		{"given up after the last try: 451 4.7.1 100% busy", "given up after the last try: %s", 1},
		{"the mail server cannot be used: connect to mail.example:587: the server does not speak TLS on this port; look at the server's log", "the mail server cannot be used: %s", 1},
		{"550 5.1.1 no such user", "%s", 1},
		{Textf("to %d addresses", 3).Stored(), "to %d addresses", 1},
	} {
		got := OwnWords(c.stored)
		if got.Format != c.format || len(got.Args) != c.args {
			t.Errorf("%q is %q with %d values", c.stored, got.Format, len(got.Args))
		}
		if c.stored != "" && c.stored[0] != '{' && got.String() != c.stored {
			t.Errorf("%q reads %q in English", c.stored, got.String())
		}
	}
	inner, ok := OwnWords("the mail server cannot be used: connect to mail.example:587: the server does not speak TLS on this port; look at the server's log").Args[0].(Text)
	if !ok || inner.Format != "connect to %s: %s; %s" || inner.Args[1].(Text).Format != "the server does not speak TLS on this port" {
		t.Errorf("within: %+v", inner)
	}
	for _, reason := range []SuppressionReason{LeftAll, HardBounce, ComplaintReason, Erased, SuppressedByHand} {
		words := OwnWords(AlreadyOn.LeftOut(reason))
		if words.Format == "%s" || words.Args[0].(Text).Format == "%s" {
			t.Errorf("%s: %+v", reason, words)
		}
	}
}
