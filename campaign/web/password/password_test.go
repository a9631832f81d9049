package password

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestPasswords(t *testing.T) {
	p := NewHasher()
	ctx := context.Background()
	hash, err := p.Hash(ctx, "лозинка од више речи")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("hash %q %v", hash, err)
	}
	for password, want := range map[string]bool{"лозинка од више речи": true, "лозинка од више": false, "": false} {
		if ok, _ := p.Matches(ctx, hash, password); ok != want {
			t.Errorf("%q matches: %v", password, ok)
		}
	}
	for _, bad := range []string{"", "plain", "$argon2id$v=19$m=1,t=0,p=1$AAAA$AAAA", "$argon2id$v=19$m=99999999,t=1,p=1$AAAA$AAAA", "$2b$10$abc"} {
		if ok, _ := p.Matches(ctx, bad, "plain"); ok {
			t.Errorf("the hash %q lets somebody in", bad)
		}
	}
	if _, err := p.Hash(ctx, strings.Repeat("x", maxLength+1)); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("an endless password: %v", err)
	}
}

func TestEasyPasswords(t *testing.T) {
	about := []string{"mila.ilic@example.org", "Mila Ilić", "Centar Primer"}
	for _, p := range []string{
		"1234567890", "0987654321", "aaaaaaaaaa", "password12", "Password123!", "P@ssw0rd2026", "glasnik123", "GlasnikGlasnik", "mila.ilic@example.org", "milailic2026",
		"Mila Ilic 1", "centarprimer1", "qwertyuiop", "1q2w3e4r5t", "abcabcabcabc", "abcdefghijkl", "iloveyou2026", "lozinka123", "лозинка123", "Beograd2026", "Београд2026",
		"crvenazvezda", "29111985291", "monkey monkey", "          ", "аааааааааааа",
	} {
		if err := Check(p, about...); campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%q is taken", p)
		}
	}
	for _, p := range []string{"seven quiet lamps drift", "four words in a row", "лозинка од више речи", "x7Gq2vLp9wTz", "tri bicikla na starom mostu", strings.Repeat("long words that go on ", 9)} {
		if err := Check(p, about...); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}
