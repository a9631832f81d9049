package campaign

import (
	"maps"
	"strings"
	"testing"
)

func TestSetAttributesLeavesWhatAnImportBrought(t *testing.T) {
	long := strings.Repeat("ž", 5000)
	c := Contact{Attributes: map[string]string{long: long, "beat": "courts"}}
	if err := c.SetAttributes([]Attribute{{long, long}, {" Beat ", "x"}, {"beat", " "}}); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{long: long, "Beat": "x"}; !maps.Equal(c.Attributes, want) {
		t.Errorf("attributes %.100q", c.Attributes)
	}
	err, ok := c.SetAttributes([]Attribute{{"Beat", "x"}, {long, long + "ž"}}).(*Error)
	if !ok || err.Code != Invalid || err.Field != "attribute_2" {
		t.Errorf("a longer value: %v", err)
	}
}
