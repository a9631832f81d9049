package campaign

import (
	"slices"
	"strings"
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
	ExpiresAt time.Time  `json:"expires_at"`       // after this the mail is of no use
	Letter    *Letter    `json:"letter,omitempty"` // of a TeamNotice or ForwardedReply: what it says; of one that was sent, nothing any more
	ReplyTo   string     `json:"reply_to,omitempty"`
}

// Letter is what a mail to one of the team says, in stored Texts, which are put into the language of whom it goes to.
type Letter struct {
	Subject string   `json:"subject"`
	Lines   []string `json:"lines"`
	Button  string   `json:"button"`
}

// ApprovalRequest is what the link in a mail about an approval says: who it is for, and what they were to look at. Of a mail about the
// next edition of a campaign the print is OfEdition, and in one about its results OfResults. In one about the report of a month it is
// OfMonth, and the month, such as 2026-10, stands in the place of a campaign; in one about an alarm OfAlarm, and the path of its page.
type ApprovalRequest struct{ User, Campaign, Print string }

// What stands for a print in a mail that is about an edition, what came of the last run, the report of a month, or an alarm.
const (
	OfEdition = "edition"
	OfResults = "results"
	OfMonth   = "month"
	OfAlarm   = "alarm"
)

// Payload writes the request for a link.
func (r ApprovalRequest) Payload() string { return r.User + "~" + r.Campaign + "~" + r.Print }

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
	TeamNotice     NoticeKind = "team"            // tells one of the team about a campaign's approval or next edition, the report of a month, or an alarm
	ForwardedReply NoticeKind = "forwarded_reply" // what a reader wrote back, to the campaign's contact
)

// NoticeKinds are all of them that go to readers.
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
func NoticeRunID(day time.Time) string { return noticeRuns + day.UTC().Format("20060102") }

const noticeRuns = "n"

// IsNoticeRun reports whether a run with an id carries notices.
func IsNoticeRun(id string) bool {
	day, ok := strings.CutPrefix(id, noticeRuns)
	return ok && len(day) == len("20060102") && strings.Trim(day, "0123456789") == ""
}
