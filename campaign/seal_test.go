package campaign

import (
	"bytes"
	"strings"
	"testing"
)

func TestSeal(t *testing.T) {
	s := NewSigner("a secret of the test")
	text := []byte("what was written")
	sealed := s.Seal("form", text)
	if got, ok := s.Open("form", sealed); !ok || !bytes.Equal(got, text) {
		t.Errorf("opened %q %v", got, ok)
	}
	if s.Seal("form", text) == sealed {
		t.Error("the same text is sealed the same way twice")
	}
	if strings.Contains(sealed, "written") {
		t.Error("the text can be read")
	}
	changed := "A" + sealed[1:]
	if sealed[0] == 'A' {
		changed = "B" + sealed[1:]
	}
	for name, bad := range map[string]string{"": "", "short": "AAAA", "changed": changed, "cut": sealed[:len(sealed)-4], "no text": "…"} {
		if _, ok := s.Open("form", bad); ok {
			t.Errorf("%s opens", name)
		}
	}
	if _, ok := s.Open("other", sealed); ok {
		t.Error("it opens for another purpose")
	}
	if _, ok := NewSigner("another secret").Open("form", sealed); ok {
		t.Error("it opens under another secret")
	}
}
