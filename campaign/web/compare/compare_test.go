package compare

import (
	"fmt"
	"strings"
	"testing"
)

func TestWordsOfOneSideAreMarked(t *testing.T) {
	for _, c := range [][4]string{
		{"a long text", "a long text", "a long text", "a long text"},
		{"one two three", "one four three", "one <mark>two</mark> three", "one <mark>four</mark> three"},
		{"", "new", "", "<mark>new</mark>"},
		{"Ђаци & <b>", "Ђаци & <i>", "Ђаци &amp; &lt;<mark>b</mark>&gt;", "Ђаци &amp; &lt;<mark>i</mark>&gt;"},
	} {
		left, right := Words(c[0], c[1])
		if string(left) != c[2] || string(right) != c[3] {
			t.Errorf("%q and %q: %q and %q", c[0], c[1], left, right)
		}
	}
	var text strings.Builder
	for i := range 60_000 { // more words than fit below the surrogates
		fmt.Fprintf(&text, "w%d ", i)
	}
	many := text.String()
	if left, _ := Words(many, many+"end"); string(left) != many {
		t.Error("many words come back changed")
	}
	if left, _ := Words("first "+many, "second "+many+"end"); string(left) != "<mark>first</mark> "+many {
		t.Error("many words come back changed behind a change")
	}
}
