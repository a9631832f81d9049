package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign/store/document"
)

func FuzzPrefixEnd(f *testing.F) {
	for _, s := range []string{"", "a", "љ", "a\U0010FFFF", "\U0010FFFF", "\uD7FF", "z\u007f"} {
		f.Add(s, s+"x")
		f.Add(s, "b")
	}
	f.Fuzz(func(t *testing.T, prefix, text string) {
		if !utf8.ValidString(prefix) || !utf8.ValidString(text) {
			return
		}
		end := document.PrefixEnd(prefix)
		if !utf8.ValidString(end) {
			t.Fatalf("the texts that begin with %+q end before %+q", prefix, end)
		}
		if inside := text >= prefix && (end == "" || text < end); inside != strings.HasPrefix(text, prefix) {
			t.Fatalf("%+q is between %+q and %+q: %v", text, prefix, end, inside)
		}
	})
}
