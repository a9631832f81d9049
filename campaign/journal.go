package campaign

import (
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
	Contact string    `json:"contact_id"`      // "" when it concerns none, or one that was erased
	User    string    `json:"user_id"`         // id of who of the team did it; "" for the person themselves and the program
	By      string    `json:"by"`              // their name, ByPerson, ByProgram or ByCommand
	Login   string    `json:"login,omitempty"` // of the operating system, of who called a command
	Audit   bool      `json:"audit"`           // an act of the team, kept when the contact is erased
	List    string    `json:"list,omitempty"`
	Object  string    `json:"object,omitempty"`  // the path in the panel of what it was done to, "/releases/ID"
	Detail  string    `json:"detail,omitempty"`  // what exactly: a stored Text, or what somebody wrote
	Changed []string  `json:"changed,omitempty"` // stored Texts: each field of a record of the team's, from what to what
	Place   string    `json:"place,omitempty"`   // of an entry about signing in: a keyed hash of the network it came from, see CameFrom
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

	BySomebody = "somebody" // who was refused when signing in: nobody knows who it was
)

// Actor is on whose behalf something is done.
type Actor struct {
	User  string // id of a user; "" for the others
	Name  string
	Login string // of the operating system, of who called a command; "" where it is not known
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
	ApprovalEntry  EntryKind = "approval"        // what was asked, said or lost about leaving with a second person's approval
	BackedUpEntry  EntryKind = "backed_up"       // the whole store left as a file, or came from one
)

// EntryKinds are all of them in the order they are offered.
var EntryKinds = []EntryKind{
	ViewedEntry, ExportedEntry, ErasedEntry, MergedEntry, RequestEntry, SignedInEntry, SignedOutEntry, KeptOutEntry, AccountEntry, SettingsEntry,
	ImportedEntry, RetainedEntry, MadeEntry, ChangedEntry, DeletedEntry, SendingEntry, ApprovalEntry, BackedUpEntry,
	CreatedEntry, EditedEntry, JoinedEntry, ConfirmedEntry, LeftEntry, RemovedEntry, AgreedEntry, TrackingEntry, PausedEntry, StatusEntry,
	RepliedEntry, NotedEntry, ReviewedEntry, AddressAskedEntry, AddressAgreedEntry, AddressStoppedEntry, AddressMovedEntry,
}

// UndoRecord holds what undoing a part of an import or of an action on many contacts needs. It is written before the change.
type UndoRecord struct {
	ID            string   `json:"id"`         // the work's, a dot, and what makes it unique in the work
	Contact       string   `json:"contact_id"` // whose Before it is; "" where it is about several
	Before        *Contact `json:"before,omitempty"`
	Added         []string `json:"added,omitempty"`         // ids of contacts that were added
	Version       int64    `json:"version_left,omitempty"`  // in which the work left them; 0 is 1, as they were added
	Organisations []string `json:"organisations,omitempty"` // ids of those that were added
	Changed       []string `json:"changed,omitempty"`       // ids of contacts an action changed
	Was           string   `json:"was,omitempty"`           // what they all were before, see BulkAction.Was
}
