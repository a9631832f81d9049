package session

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A form that is sent after the session ended waits: sealed, in the sign-in page that answers it, for the user who wrote it.
// Nothing of it is stored here, and nobody can read it out of the page. Files are too large to wait in this way.

// Names of fields that stand beside those of a route's own.
const (
	FormField     = "kept"         // a sealed form
	OwnerField    = "signed_in_as" // who was signed in when the page was made, signed
	PasswordField = "again"        // the password, given again
)

const (
	formPurpose  = "kept form"
	ownerPurpose = "form of"
	formLife     = idle
)

// Form is a form on its way through signing in.
type Form struct {
	User   string     `json:"user"` // id of who wrote it
	At     time.Time  `json:"at"`
	To     string     `json:"path"` // the address it was sent to, with its query
	Fields url.Values `json:"fields"`
	Files  []string   `json:"files,omitempty"` // names of those that are lost
	Sealed string     `json:"-"`               // the text it stands in a page as
}

// Seal returns a form that waits for its user. Passwords are left out.
func (s *Sessions) Seal(user, to string, fields url.Values, files []string) *Form {
	f := &Form{User: user, At: s.now().UTC(), To: to, Fields: fields, Files: files}
	for _, name := range []string{OwnerField, FormField, PasswordField} {
		f.Fields.Del(name)
	}
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // texts and a time
	}
	f.Sealed = s.signer.Seal(formPurpose, text)
	return f
}

// Open opens a sealed form; nil when it is none, or too old.
func (s *Sessions) Open(sealed string) *Form {
	text, ok := s.signer.Open(formPurpose, sealed)
	f := &Form{Sealed: sealed}
	if !ok || json.Unmarshal(text, f) != nil || s.now().Sub(f.At) > formLife {
		return nil
	}
	return f
}

// Lost names the files that have to be added again.
func (f *Form) Lost() string { return strings.Join(f.Files, ", ") }

// Texts returns what was written, the longest first.
func (f *Form) Texts() []string { return TextsOf(f.Fields) }

// TextsOf returns what was written into a form, the longest first, without passwords.
func TextsOf(form url.Values) []string {
	var out []string
	for name, values := range form {
		if name == OwnerField || name == FormField || name == PasswordField || strings.Contains(name, "password") {
			continue
		}
		for _, text := range values {
			if strings.TrimSpace(text) != "" {
				out = append(out, text)
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return out
}

var postForm = regexp.MustCompile(`<form [^>]*method="post"[^>]*>`)

// Mark notes in every form of a page for whom the page was made.
func (s *Sessions) Mark(page []byte, user string) []byte {
	mark := fmt.Sprintf(`$0<input type="hidden" name="%s" value="%s">`, OwnerField, s.signer.Sign(ownerPurpose, user))
	return postForm.ReplaceAll(page, []byte(mark))
}

// Owner returns the id of the user a form's page was made for, "" when it does not tell.
func (s *Sessions) Owner(form url.Values) string {
	id, _ := s.signer.Verify(ownerPurpose, form.Get(OwnerField))
	return id
}
