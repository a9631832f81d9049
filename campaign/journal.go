package campaign

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Entry is one line of the journal: what people and the program did to a contact, and what the team did that somebody may
// have to answer for (E-15). It names fields and lists, never what stood in them: the journal must not be a second place
// that holds a person's data. Only a note that a colleague wrote (NotedEntry) is text, and goes with the contact.
type Entry struct {
	ID      string    `json:"id"` // NewID: in the order of time
	At      time.Time `json:"at"`
	Kind    EntryKind `json:"kind"`
	Contact string    `json:"contact_id"` // "" when it concerns none, or one that was erased
	User    string    `json:"user_id"`    // id of who of the team did it; "" for the person themselves and the program
	By      string    `json:"by"`         // their name, ByPerson, ByProgram or ByCommand
	Audit   bool      `json:"audit"`      // an act of the team, kept when the contact is erased
	List    string    `json:"list,omitempty"`
	Object  string    `json:"object,omitempty"` // the path in the panel of what it was done to, "/releases/ID"
	Detail  string    `json:"detail,omitempty"` // what exactly: for the team's own records also from what to what
}

// pausedDetail begins the detail of an entry that a pause was set; the moment it ends follows, whose day depends on the zone.
const pausedDetail = "until "

// PauseDetail is the detail of an entry about a pause, with the moment it ends; the zero time ends it now.
func PauseDetail(until time.Time) string {
	if until.IsZero() {
		return Textf("ended").Stored()
	}
	return pausedDetail + until.UTC().Format(time.RFC3339)
}

// PausedUntil returns the moment at which the pause ends that an entry says was set.
func (e *Entry) PausedUntil() (until time.Time, ok bool) {
	text, ok := strings.CutPrefix(e.Detail, pausedDetail)
	if e.Kind != PausedEntry || !ok {
		return until, false
	}
	until, err := time.Parse(time.RFC3339, text)
	return until, err == nil
}

// Who did it, where it was nobody with an account.
const (
	ByPerson  = "the person"
	ByProgram = "Glasnik"
	ByCommand = "command line"
)

// Actor is on whose behalf something is done.
type Actor struct {
	User string // id of a user; "" for the others
	Name string
}

// EntryKind says what was done.
type EntryKind string

const (
	CreatedEntry   EntryKind = "created"
	EditedEntry    EntryKind = "edited"
	JoinedEntry    EntryKind = "joined"
	ConfirmedEntry EntryKind = "confirmed"
	LeftEntry      EntryKind = "left"
	RemovedEntry   EntryKind = "taken_off"
	AgreedEntry    EntryKind = "consented"
	TrackingEntry  EntryKind = "tracking_changed"
	PausedEntry    EntryKind = "pause_set"
	StatusEntry    EntryKind = "status_changed"
	MergedEntry    EntryKind = "merged"
	RepliedEntry   EntryKind = "replied"
	NotedEntry     EntryKind = "noted"
	ReviewedEntry  EntryKind = "reviewed"

	// What was done about an address by links in mails: the team has to see it, and it is in the audit log.
	AddressAskedEntry   EntryKind = "address_asked"
	AddressAgreedEntry  EntryKind = "address_agreed" // by the new or the former one
	AddressStoppedEntry EntryKind = "address_stopped"
	AddressMovedEntry   EntryKind = "address_moved"

	// Acts that are in the audit log whatever becomes of the contact.
	ViewedEntry    EntryKind = "viewed"
	ExportedEntry  EntryKind = "exported"
	ErasedEntry    EntryKind = "erased"
	RequestEntry   EntryKind = "request"
	SignedInEntry  EntryKind = "signed_in"
	SignedOutEntry EntryKind = "signed_out"
	KeptOutEntry   EntryKind = "sign_in_failed"
	AccountEntry   EntryKind = "account_changed"
	SettingsEntry  EntryKind = "settings_changed"
	ImportedEntry  EntryKind = "imported"
	RetainedEntry  EntryKind = "retention"
	MadeEntry      EntryKind = "made"    // a release, list, segment, campaign or organisation
	ChangedEntry   EntryKind = "changed" // one of these
	DeletedEntry   EntryKind = "deleted"
	SendingEntry   EntryKind = "sent_or_stopped" // what goes out: sent, planned, stopped, gone on with, tried
	BackedUpEntry  EntryKind = "backed_up"       // the whole store left as a file, or came from one
)

// EntryKinds are all of them in the order they are offered.
var EntryKinds = []EntryKind{
	ViewedEntry, ExportedEntry, ErasedEntry, MergedEntry, RequestEntry, SignedInEntry, SignedOutEntry, KeptOutEntry, AccountEntry, SettingsEntry,
	ImportedEntry, RetainedEntry, MadeEntry, ChangedEntry, DeletedEntry, SendingEntry, BackedUpEntry,
	CreatedEntry, EditedEntry, JoinedEntry, ConfirmedEntry, LeftEntry, RemovedEntry, AgreedEntry, TrackingEntry, PausedEntry, StatusEntry,
	RepliedEntry, NotedEntry, ReviewedEntry, AddressAskedEntry, AddressAgreedEntry, AddressStoppedEntry, AddressMovedEntry,
}

// changedLong is how many letters of a value the journal shows.
const changedLong = 120

// Changes says what differs between two states of a record the team keeps, field by field: "role: editor → viewer". Fields are
// those of its JSON form, nested ones joined by a dot; unsaid names the ones that are left out, or whose values are nobody's
// business. It is never for contacts, of whom the journal holds no values.
func Changes(before, after any, unsaid ...string) string {
	was, is := fieldsOf(before), fieldsOf(after)
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] && !slices.Contains(unsaid, name) {
			out = append(out, strings.ReplaceAll(name, "_", " ")+": "+shown(was[name])+" → "+shown(is[name]))
		}
	}
	return strings.Join(out, "; ")
}

// fieldsOf is the JSON form of a record as texts by path; lists stay one text.
func fieldsOf(record any) map[string]string {
	data, err := json.Marshal(record)
	if err != nil {
		return nil
	}
	var tree map[string]json.RawMessage
	if json.Unmarshal(data, &tree) != nil {
		return nil
	}
	out := map[string]string{}
	flatten(out, "", tree)
	return out
}

func flatten(out map[string]string, prefix string, tree map[string]json.RawMessage) {
	for name, value := range tree {
		var inner map[string]json.RawMessage
		if json.Unmarshal(value, &inner) == nil && inner != nil {
			flatten(out, prefix+name+".", inner)
			continue
		}
		if text := plain(value); text != "" {
			out[prefix+name] = text
		}
	}
}

// plain writes a value as people do: a list with commas, a record in it as its values side by side.
func plain(value json.RawMessage) string {
	var text string
	var list []json.RawMessage
	var record map[string]json.RawMessage
	var parts []string
	switch {
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &list) == nil:
		for _, v := range list {
			parts = append(parts, plain(v))
		}
		return strings.Join(parts, ", ")
	case json.Unmarshal(value, &record) == nil:
		for _, name := range slices.Sorted(maps.Keys(record)) {
			if v := plain(record[name]); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, " ")
	}
	return string(value)
}

func shown(value string) string {
	if value == "" {
		return "none"
	}
	if letters := []rune(value); len(letters) > changedLong {
		return string(letters[:changedLong]) + "…"
	}
	return value
}
