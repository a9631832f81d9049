package request

import (
	"strings"
	"testing"
)

func TestFormsAreBounded(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"a form": {"a=b&c=d", nil}, "none": {"", nil}, "many fields": {strings.Repeat("a=b&", MaxFields), ErrTooLong},
		"a broken escape": {"a=%zz", ErrBrokenForm}, "a semicolon": {"a=b;c", ErrBrokenForm},
	} {
		if _, _, err := ReadFields(strings.NewReader(tt.body)); err != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
