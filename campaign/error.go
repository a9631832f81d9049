package campaign

import (
	"errors"
	"strings"
)

// Code says what kind of mistake an Error is; the web turns it into a status, a command into an exit code.
type Code string

const (
	Invalid         Code = "invalid"         // what was given cannot be accepted as it is
	NotFound        Code = "not_found"       // there is no such record
	Conflict        Code = "conflict"        // it exists already, or somebody else changed it meanwhile
	Forbidden       Code = "forbidden"       // this user, or this state, does not allow it
	Unauthenticated Code = "unauthenticated" // nobody is signed in
)

// Error is a mistake a person can read and mend: a code and a sentence fit for a user, which a page puts into their language.
type Error struct {
	Code  Code
	Field string // the form field it belongs to; may be empty
	Text  Text
}

// Error returns the sentence in English.
func (e *Error) Error() string { return e.Text.String() }

// Errorf makes an Error with a sentence for the user.
func Errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Text: Textf(format, args...)}
}

// FieldError makes an Invalid error that belongs to one field of a form.
func FieldError(field, format string, args ...any) error {
	return &Error{Code: Invalid, Field: field, Text: Textf(format, args...)}
}

// Checks collects what Together makes one error of.
type Checks []error

// Refuse adds a FieldError when something is wrong.
func (c *Checks) Refuse(wrong bool, field, format string, args ...any) {
	if wrong {
		*c = append(*c, FieldError(field, format, args...))
	}
}

// Faults are several mistakes that are told at once, so that they can be mended at once.
type Faults []*Error

func (f Faults) Error() string {
	words := Collect(f, (*Error).Error)
	return strings.Join(words, "; ")
}

// Unwrap returns the mistakes one by one, so that the code of the first is that of all.
func (f Faults) Unwrap() []error {
	return Collect(f, func(e *Error) error { return e })
}

// Together makes one error of all there are: nil of none, and one alone as it is. An error that no user can mend comes
// before all that a user can.
func Together(errs ...error) error {
	var all Faults
	for _, err := range errs {
		found := FaultsOf(err)
		if err != nil && found == nil {
			return err
		}
		all = append(all, found...)
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// FaultsOf returns the mistakes an error tells of; nil when it is no domain error.
func FaultsOf(err error) Faults {
	var all Faults
	var one *Error
	if !errors.As(err, &all) && errors.As(err, &one) {
		all = Faults{one}
	}
	return all
}

// TextOf returns the words of an error.
func TextOf(err error) Text {
	faults := FaultsOf(err)
	if len(faults) == 0 {
		return Textf("%s", err.Error())
	}
	words := faults[0].Text
	for _, e := range faults[1:] {
		words = Textf("%s; %s", words, e.Text)
	}
	return words
}

// CodeOf returns the code of err, or "" when err is not a domain error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// UnlessMissing returns nil for a NotFound error and any other as it is.
func UnlessMissing(err error) error {
	if CodeOf(err) == NotFound {
		return nil
	}
	return err
}
