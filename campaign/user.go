package campaign

import (
	"cmp"
	"slices"
	"time"
)

// Role says what a user of the panel may do.
type Role string

const (
	Admin  Role = "admin"  // everything, users and settings included
	Editor Role = "editor" // writes and sends
	Viewer Role = "viewer" // reads
)

// Roles are all roles, most rights first.
var Roles = []Role{Admin, Editor, Viewer}

// User is somebody of the team who signs in to the panel.
type User struct {
	ID            string    `json:"id"`
	Version       int64     `json:"version"`
	Email         string    `json:"email"`
	Address       string    `json:"address"` // AddressKey of Email; unique
	Name          string    `json:"name"`
	Role          Role      `json:"role"`
	Password      string    `json:"password,omitempty"` // argon2id in PHC form; "" until the first sign-in link is used
	Zone          string    `json:"zone,omitempty"`     // the time zone times are shown in
	Language      Language  `json:"language,omitempty"` // of the panel; "" is what the browser asks for
	Columns       []string  `json:"columns,omitempty"`  // of tables of contacts, as they chose them
	Skipped       []string  `json:"skipped,omitempty"`  // first steps of the home page they want to see no more
	Calendar      string    `json:"calendar,omitempty"` // part of the address of their calendar for other programs; "" has none
	Disabled      bool      `json:"disabled"`
	Reports       string    `json:"reports,omitempty"`       // the last month, 2026-10, whose report they were mailed or did not ask for; "" asks for none
	NoAlarms      bool      `json:"no_alarms,omitempty"`     // an admin who is mailed no alarms
	Exports       bool      `json:"exports,omitempty"`       // may take contacts away as files; an admin always may (E-15)
	Overrides     bool      `json:"overrides,omitempty"`     // may let text go out that the writing check blocks; an admin always may
	Approves      bool      `json:"approves,omitempty"`      // may approve campaigns of others, whatever their role; an admin always may
	Protected     bool      `json:"protected,omitempty"`     // sees the letters that ask for survivors; nobody else does, whatever their role
	SessionsSince time.Time `json:"sessions_since,omitzero"` // sessions begun earlier are over
	LastSeenAt    time.Time `json:"last_seen_at,omitzero"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

// AskReports says whether the user is mailed the report of each month, from the next one on.
func (u *User) AskReports(asks bool, now time.Time, zone *time.Location) {
	switch {
	case !asks:
		u.Reports = ""
	case u.Reports == "":
		u.Reports = LastClosedMonth(now, zone)
	}
}

// Normalize checks the user and derives what is indexed.
func (u *User) Normalize() error {
	email, err := ParseAddress(u.Email)
	faults := []error{err}
	if err == nil {
		u.Email, u.Address = email, AddressKey(email)
	}
	u.Name = cmp.Or(CleanLine(u.Name), u.Email)
	if !slices.Contains(Roles, u.Role) {
		faults = append(faults, FieldError("role", "the role %q is not one of admin, editor, viewer", u.Role))
	}
	if u.Language != "" && !u.Language.Known() {
		faults = append(faults, FieldError("language", "the language %q is not one of sr-Latn, sr-Cyrl, en, fr", string(u.Language)))
	}
	if u.Zone != "" {
		if _, err := time.LoadLocation(u.Zone); err != nil {
			faults = append(faults, FieldError("zone", "there is no time zone %q", u.Zone))
		}
	}
	return Together(faults...)
}

// May reports whether the user has at least the rights of a role. A user with an unknown role has no rights.
func (u *User) May(role Role) bool {
	rank := slices.Index(Roles, u.Role)
	return !u.Disabled && rank >= 0 && rank <= slices.Index(Roles, role)
}

// MayExport reports whether the user may take many contacts away as a file: a right of its own beside the role.
func (u *User) MayExport() bool { return u.May(Admin) || u.Exports && u.May(Editor) }

// MayOverride reports whether the user may let text go out that the writing check blocks: a right of its own beside the role.
func (u *User) MayOverride() bool { return u.May(Admin) || u.Overrides && u.May(Editor) }

// MayApprove reports whether the user may approve campaigns of others: a right of its own beside the role.
func (u *User) MayApprove() bool { return u.May(Admin) || u.Approves && u.May(Viewer) }

// MayProtect reports whether the user sees the letters that ask for a survivor's contact or an interview: a right that no role brings.
func (u *User) MayProtect() bool { return u.Protected && u.May(Viewer) }

// SignInLink is a link that works once: for the first admin, a new user, or a forgotten password. Only the hash of its
// secret is kept.
type SignInLink struct {
	ID        string    `json:"id"`      // DerivedID of the secret
	User      string    `json:"user_id"` // "" for the first admin, who does not exist yet
	ExpiresAt time.Time `json:"expires_at"`
}

// Session is one signed-in browser. Only the hash of its token is stored.
type Session struct {
	ID        string    `json:"id"` // DerivedID of the token
	Data      []byte    `json:"data"`
	ExpiresAt time.Time `json:"expires_at"`
}
