package campaign

import (
	"strings"
	"testing"
)

func testLinks() Links { return Links{Base: "https://press.example", Signer: NewSigner("a secret")} }

func testDelivery(contact string, tracking Tracking) *Delivery {
	run := RunID(NewID(noon), noon)
	id, shard := DeliveryID(run, 4, contact)
	return &Delivery{ID: id, Run: run, Contact: contact, Shard: shard, Language: SerbianLatin, Tracking: tracking}
}

// token returns what stands behind a path.
func token(t *testing.T, address, path string) string {
	t.Helper()
	rest, ok := strings.CutPrefix(address, "https://press.example"+path)
	if !ok {
		t.Fatalf("%q does not begin with %q", address, path)
	}
	return rest
}

func TestSigner(t *testing.T) {
	s := NewSigner("a secret")
	for _, payload := range []string{"", "x", "a.b.c", "i~run.00.contact~sr-Latn~3"} {
		signed := s.Sign("open", payload)
		if got, ok := s.Verify("open", signed); !ok || got != payload {
			t.Errorf("%q was read as %q, %v", signed, got, ok)
		}
		if signed != s.Sign("open", payload) {
			t.Errorf("%q is signed differently the second time", payload)
		}
		if _, ok := s.Verify("click", signed); ok {
			t.Errorf("%q is valid for another purpose", signed)
		}
		if _, ok := NewSigner("another secret").Verify("open", signed); ok {
			t.Errorf("%q is valid with another secret", signed)
		}
		if strings.ContainsFunc(signed, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", r)
		}) {
			t.Errorf("%q cannot stand in an address as it is", signed)
		}
	}
	for _, forged := range []string{"", ".", "x", "x.", ".x", "x.AAAAAAAAAAAAAAAAAAAAAA", "\x00.\x00"} {
		if payload, ok := s.Verify("open", forged); ok {
			t.Errorf("%q was read as %q", forged, payload)
		}
	}
}

// TestTamperedTokens changes every character of a token in every way, adds and takes away.
func TestTamperedTokens(t *testing.T) {
	s := NewSigner("a secret")
	signed := s.Sign("open", "a~run~sr-Latn")
	tampered := []string{signed + "=", signed + "\n", "\n" + signed, signed + "A", signed[1:], signed[:len(signed)-1], signed + "." + signed, " " + signed}
	for i := range signed {
		for c := byte(0); c < 0x80; c++ {
			if c != signed[i] {
				tampered = append(tampered, signed[:i]+string(c)+signed[i+1:])
			}
		}
	}
	for _, forged := range tampered {
		if payload, ok := s.Verify("open", forged); ok {
			t.Errorf("%q was read as %q", forged, payload)
		}
	}
}

func TestLinksRoundTrip(t *testing.T) {
	l := testLinks()
	contact := NewID(noon)
	for _, tracking := range []Tracking{Aggregate, Individual} {
		d := testDelivery(contact, tracking)
		want := Tracked{Run: d.Run, Language: d.Language, Link: -1}
		if tracking == Individual {
			want.Delivery = d.ID
		}
		open := token(t, l.Open(d), OpenPath)
		if got, ok := l.ReadOpen(open); !ok || got != want || !strings.HasSuffix(open, ".gif") {
			t.Errorf("%s: the image %q says %+v, %v", tracking, open, got, ok)
		}
		if got, ok := l.ReadOpen(strings.TrimSuffix(open, ".gif")); !ok || got != want {
			t.Errorf("%s: the image without .gif says %+v, %v", tracking, got, ok)
		}
		trap := token(t, l.Trap(d), TrapPath)
		if got, ok := l.ReadTrap(trap); !ok || got != want {
			t.Errorf("%s: the trap says %+v, %v", tracking, got, ok)
		}
		if _, ok := l.ReadClick(trap); ok {
			t.Errorf("%s: a trap counts as a click", tracking)
		}
		for _, link := range []int{0, 1, 41} {
			want.Link = link
			click := token(t, l.Click(d, link), ClickPath)
			if got, ok := l.ReadClick(click); !ok || got != want {
				t.Errorf("%s: link %d says %+v, %v", tracking, link, got, ok)
			}
			if got, ok := l.ReadOpen(click); ok {
				t.Errorf("a click counts as an open: %+v", got)
			}
			if got, ok := l.ReadUnsubscribe(click); ok {
				t.Errorf("a click leaves: %+v", got)
			}
		}
		if _, ok := l.ReadClick(strings.TrimSuffix(open, ".gif")); ok {
			t.Error("an open counts as a click")
		}
		leave := token(t, l.Unsubscribe(d), UnsubscribePath)
		if got, ok := l.ReadUnsubscribe(leave); !ok || got != d.ID {
			t.Errorf("the leaving link says %q, %v", got, ok)
		}
		if _, ok := l.ReadOpen(leave); ok {
			t.Error("a leaving link counts as an open")
		}
		other := Links{Base: l.Base, Signer: NewSigner("another")}
		if _, ok := other.ReadOpen(open); ok {
			t.Error("a foreign image counts")
		}
		if _, ok := other.ReadUnsubscribe(leave); ok {
			t.Error("a foreign leaving link counts")
		}
	}
	for _, mode := range []Tracking{NoTracking, "", "unknown"} {
		if d := testDelivery(contact, mode); l.Open(d) != "" || l.Click(d, 0) != "" || l.Unsubscribe(d) == "" {
			t.Errorf("mode %q has the image %q and the link %q", mode, l.Open(d), l.Click(d, 0))
		}
	}
}

// TestAggregateLinksTellNoReadersApart checks the promise of aggregate mode: every reader of a run and language gets the
// same addresses but for the leaving link.
func TestAggregateLinksTellNoReadersApart(t *testing.T) {
	l := testLinks()
	first, second := NewID(noon), NewID(noon)
	a, b := testDelivery(first, Aggregate), testDelivery(second, Aggregate)
	b.Run, b.ID = a.Run, strings.Replace(b.ID, b.Run, a.Run, 1)
	if l.Open(a) != l.Open(b) || l.Click(a, 3) != l.Click(b, 3) {
		t.Error("the image or link tells two readers apart")
	}
	if strings.Contains(l.Open(a)+l.Click(a, 3), first) {
		t.Error("the image or link names the contact")
	}
	if l.Unsubscribe(a) == l.Unsubscribe(b) {
		t.Error("two readers have one leaving link")
	}
	if l.Click(a, 3) == l.Click(a, 4) {
		t.Error("two links have one address")
	}
	french := *b
	french.Language = French
	if l.Open(a) == l.Open(&french) {
		t.Error("two languages have one image")
	}
	a.Tracking, b.Tracking = Individual, Individual
	if l.Open(a) == l.Open(b) || l.Click(a, 3) == l.Click(b, 3) {
		t.Error("the image or link does not tell two readers apart in individual mode")
	}
}

// TestReadersOfPayloads signs what the program itself never would.
func TestReadersOfPayloads(t *testing.T) {
	l := testLinks()
	for _, payload := range []string{"", "a", "a~run", "a~run~en~x", "a~run~en~-1", "a~run~en~1~2", "i~run~en", "i~run.00~en", "b~run~en", "~~", "a~run~en~99999999999999999999"} {
		if got, ok := l.ReadOpen(l.Signer.Sign(forOpen, payload)); ok {
			t.Errorf("the open %q is read as %+v", payload, got)
		}
		if got, ok := l.ReadClick(l.Signer.Sign(forClick, payload)); ok {
			t.Errorf("the click %q is read as %+v", payload, got)
		}
	}
}

func TestReturnPath(t *testing.T) {
	l := testLinks()
	d := testDelivery(NewID(noon), Individual)
	for _, bounce := range []string{"bounce@example.org", "b@example.org", "bounces@example.org"} {
		got := l.ReturnPath(bounce, d.ID)
		local, domain, _ := strings.Cut(got, "@")
		if got == "" || len(local) > 64 || domain != "example.org" || !strings.Contains(local, "+"+d.ID+".") {
			t.Errorf("%s: %q, %d octets before the @", bounce, got, len(local))
		}
		if address, err := ParseAddress(got); err != nil || address != got {
			t.Errorf("%q is no address: %v", got, err)
		}
		if delivery, ok := l.ReadReturnPath(strings.ToUpper(got)); !ok || delivery != d.ID {
			t.Errorf("%s is read as %q", got, delivery)
		}
		last := map[bool]string{true: "1", false: "0"}[strings.HasSuffix(local, "0")]
		for _, forged := range []string{strings.Replace(got, "+", "+0", 1), local[:len(local)-1] + last + "@example.org", bounce, "bounce+@example.org", "no address", ""} {
			if delivery, ok := l.ReadReturnPath(forged); ok {
				t.Errorf("%q is read as %q", forged, delivery)
			}
		}
		if strings.ToLower(local) != local {
			t.Errorf("%q does not survive a server that folds case", local)
		}
	}
	if l.ReturnPath("b@example.org", d.ID) == (Links{Signer: NewSigner("another")}).ReturnPath("b@example.org", d.ID) {
		t.Error("a return path can be made without the secret")
	}
	for _, bounce := range []string{"bounces-of-the-press-office@example.org", "", "no address"} {
		if got := l.ReturnPath(bounce, d.ID); got != "" {
			t.Errorf("%q: %q", bounce, got)
		}
	}
}

func TestSuppressionID(t *testing.T) {
	s := NewSigner("a secret")
	id := s.SuppressionID("Ana@example.org")
	if kept := NewSigner("secret").SuppressionID("Ana@Example.org"); kept != "e1bwp1ymc6fp9edyb313az6zjtnjtmz5" {
		t.Errorf("an address is kept as %s now: what installations have suppressed would be forgotten", kept)
	}
	if id != s.SuppressionID("ana@EXAMPLE.org") {
		t.Error("one address has two hashes")
	}
	if id == s.SuppressionID("ana@example.com") || id == NewSigner("another").SuppressionID("ana@example.org") || id == DerivedID("ana@example.org") {
		t.Error("the hash can be found without the secret")
	}
	if strings.Contains(id, "ana") || len(id) != 32 {
		t.Errorf("the hash is %q", id)
	}
}

func FuzzLinks(f *testing.F) {
	l := testLinks()
	d := testDelivery(NewID(noon), Individual)
	for _, s := range []string{"", ".gif", "a~run~en", "i~a.b.c~en~1", "~~~.", lastPart(l.Open(d)), lastPart(l.Click(d, 2)), lastPart(l.Unsubscribe(d))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, token := range []string{s, l.Signer.Sign(forOpen, s), l.Signer.Sign(forClick, s), l.Signer.Sign(forUnsubscribe, s)} {
			if got, ok := l.ReadOpen(token); ok && (got.Run == "" && got.Delivery == "" && !strings.Contains(s, "~") || got.Link < -1) {
				t.Fatalf("%q is read as the open %+v", token, got)
			}
			if got, ok := l.ReadClick(token); ok && got.Link < 0 {
				t.Fatalf("%q is read as the click %+v", token, got)
			}
			l.ReadUnsubscribe(token)
		}
		l.ReturnPath(s, s)
	})
}

// lastPart is the last part of an address.
func lastPart(address string) string { return address[strings.LastIndexByte(address, '/')+1:] }
