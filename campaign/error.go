package campaign

import (
	"errors"
	"fmt"
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

// Error is a mistake a person can read and mend: a code and a sentence fit for a user.
type Error struct {
	Code    Code
	Field   string // the form field it belongs to; may be empty
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an Error with a sentence for the user.
func Errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// FieldError makes an Invalid error that belongs to one field of a form.
func FieldError(field, format string, args ...any) error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// CodeOf gives the code of err, or "" when err is not a domain error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
