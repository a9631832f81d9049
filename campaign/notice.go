package campaign

import (
	"slices"
	"time"
)

// Notice is what the program writes to one person by itself, in answer to what they did on a public page. It stands
// beside the delivery that carries it, under the same id. It holds no token: the links in the mail are made when the mail
// is.
type Notice struct {
	ID        string     `json:"id"`
	Kind      NoticeKind `json:"kind"`
	About     string     `json:"about"`   // id of the SignUp, Wish or AddressChange, or of the contact
	Address   string     `json:"address"` // SuppressionID of whom it goes to, to find and to count by
	Names     []string   `json:"names,omitempty"`
	At        time.Time  `json:"at"`
	ExpiresAt time.Time  `json:"expires_at"` // after this the mail is of no use
}

// NoticeKind says what a notice is about.
type NoticeKind string

const (
	ConfirmSignUp  NoticeKind = "confirm_sign_up" // asks the owner of an address to confirm a sign-up
	AlreadyOn      NoticeKind = "already_on"      // tells somebody who signed up that they are subscribed
	ConfirmAddress NoticeKind = "confirm_address" // asks the owner of a new address to confirm the change
	AddressChanged NoticeKind = "address_changed" // asks the old address whether it agrees, and lets it stop the change
	ConfirmWish    NoticeKind = "confirm_wish"    // asks a reader to confirm what was chosen on their page
	NewLink        NoticeKind = "new_link"        // the link to a reader's page, where an old one opens it no more
	StillWanted    NoticeKind = "still_wanted"    // asks somebody we have not heard of for long whether they still want mail
	YourData       NoticeKind = "your_data"       // the link to everything on record about a contact
)

// NoticeKinds are all of them.
var NoticeKinds = []NoticeKind{ConfirmSignUp, AlreadyOn, ConfirmAddress, AddressChanged, ConfirmWish, NewLink, StillWanted, YourData}

// LeftOut says why a notice must not go to an address that is suppressed, or "". Who asks for a mail on a public page gets
// the one that lets them confirm it, even when they left everything, were erased, or their mailbox did not work once. Who
// reported us as spam gets nothing a stranger can set off, and neither does an address the team entered.
func (k NoticeKind) LeftOut(suppressed SuppressionReason) string {
	if suppressed == "" || k != AlreadyOn && k != StillWanted && slices.Contains(ownActLifts, suppressed) {
		return ""
	}
	return "the address must not be mailed: " + suppressedWords[suppressed]
}

// ownActLifts are the reasons that end when the owner of an address confirms a sign-up.
var ownActLifts = []SuppressionReason{LeftAll, Erased, HardBounce}

// LiftedByOwnAct are the reasons for suppressing an address that end when its owner confirms that they want mail.
func LiftedByOwnAct() []SuppressionReason { return slices.Clone(ownActLifts) }

// NoticeRunID is the run that carries the notices of a day.
func NoticeRunID(day time.Time) string { return "n" + day.UTC().Format("20060102") }
