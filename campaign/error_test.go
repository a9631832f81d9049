package campaign

import (
	"errors"
	"fmt"
	"testing"
)

func TestTogether(t *testing.T) {
	ours := errors.New("the disk is full")
	name, email := FieldError("name", "the name is missing"), FieldError("email", "the address is missing")
	for _, c := range []struct {
		errs  []error
		says  string
		count int
		code  Code
	}{
		{nil, "<nil>", 0, ""},
		{[]error{nil, nil}, "<nil>", 0, ""},
		{[]error{nil, name}, "the name is missing", 1, Invalid},
		{[]error{name, nil, email}, "the name is missing; the address is missing", 2, Invalid},
		{[]error{Together(name, email), Errorf(Conflict, "it is there")}, "the name is missing; the address is missing; it is there", 3, Invalid},
		{[]error{fmt.Errorf("line 3: %w", name), email}, "the name is missing; the address is missing", 2, Invalid},
		{[]error{name, ours}, "the disk is full", 0, ""},
	} {
		err := Together(c.errs...)
		if fmt.Sprint(err) != c.says || len(FaultsOf(err)) != c.count || CodeOf(err) != c.code {
			t.Errorf("%v: %v with %d faults and the code %q, want %q with %d and %q", c.errs, err, len(FaultsOf(err)), CodeOf(err), c.says, c.count, c.code)
		}
	}
}
