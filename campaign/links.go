package campaign

import (
	"crypto/hmac"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Links makes the addresses that stand in messages, and reads them back.
type Links struct {
	Base   string // of the public pages, without a slash at the end
	Signer *Signer
}

// Host is the name of the public pages' host, by which what we make is told from what others make.
func (l Links) Host() string {
	if base, err := url.Parse(l.Base); err == nil && base.Hostname() != "" {
		return base.Hostname()
	}
	return "glasnik.invalid"
}

// Paths of the public addresses; each is followed by a token.
const (
	OpenPath        = "/o/" // the image; the token is followed by .gif
	ClickPath       = "/c/"
	TrapPath        = "/t/" // a link that people do not see: who follows it is a machine
	ConfirmPath     = "/confirm/"
	PreferencesPath = "/preferences/"
	DataPath        = "/data/"
	ReadPath        = "/r/"             // a release as a page
	KitPath         = "/kit/"           // the press kit of a release
	CalendarPath    = "/calendar/feed/" // a user's calendar for other programs
	ApprovalPath    = "/approve/"       // of the panel: who follows it still has to sign in
	UnsubscribePath = "/u/"             // leaving and preferences: the only address in a message that tells readers apart, outside individual mode
)

// Purposes of tokens: one made for one purpose is not valid for another.
const (
	forOpen        = "open"
	forClick       = "click"
	forTrap        = "trap"
	forUnsubscribe = "unsubscribe"
	forBounce      = "bounce"
	forLeaving     = "leave"
	forConfirm     = "confirm"
	forPreferences = "preferences"
	forData        = "data"
	forReading     = "read"
	forKit         = "kit"
	forApproval    = "approval"
	forCalendar    = "calendar"
)

// Tracked is what an open or click address says: a delivery in individual mode, otherwise a run and language, and the arm where its
// readers are in an A/B test.
type Tracked struct {
	Run      string
	Arm      string // in aggregate mode; a delivery knows its own
	Language Language
	Delivery string // "" in aggregate mode
	Link     int    // number of the tracked link, from 0; -1 for an open
}

func (t Tracked) payload() string {
	parts := []string{"a" + t.Arm, t.Run, string(t.Language)}
	if t.Delivery != "" {
		parts = []string{"i", t.Delivery, string(t.Language)}
	}
	if t.Link >= 0 {
		parts = append(parts, strconv.Itoa(t.Link))
	}
	return strings.Join(parts, "~")
}

// Open is the address of the image in a message to d; "" in mode none.
func (l Links) Open(d *Delivery) string {
	t, ok := trackedFor(d)
	if !ok {
		return ""
	}
	return l.Base + OpenPath + l.Signer.Sign(forOpen, t.payload()) + ".gif"
}

// Click is the address that leads through us to the tracked link with a number; "" in mode none.
func (l Links) Click(d *Delivery, link int) string {
	t, ok := trackedFor(d)
	if !ok {
		return ""
	}
	t.Link = link
	return l.Base + ClickPath + l.Signer.Sign(forClick, t.payload())
}

// Trap is the address of the link that people do not see; "" in mode none. It tells readers apart no more than Open does.
func (l Links) Trap(d *Delivery) string {
	t, ok := trackedFor(d)
	if !ok {
		return ""
	}
	return l.Base + TrapPath + l.Signer.Sign(forTrap, t.payload())
}

// Unsubscribe is the address of the page to leave or choose on; the RFC 8058 POST goes to it too.
func (l Links) Unsubscribe(d *Delivery) string {
	return l.Base + UnsubscribePath + l.Signer.Sign(forUnsubscribe, d.ID)
}

// Preferences is the address of a contact's page to choose on, from mails that belong to no list. made is when the message was
// made that leads there: a contact whose address changed since has left its links behind.
func (l Links) Preferences(contact string, made time.Time) string {
	return l.Base + PreferencesPath + l.Signer.Sign(forPreferences, contact+"~"+moment(made))
}

// ReadPreferences returns the contact whose page a token opens, and when it was made.
func (l Links) ReadPreferences(token string) (contact string, made time.Time, ok bool) {
	payload, ok := l.Signer.Verify(forPreferences, token)
	contact, at, _ := strings.Cut(payload, "~")
	return contact, readMoment(at), ok
}

// Calendar is the address of a user's calendar for other programs, which holds as long as their key.
func (l Links) Calendar(user, key string) string {
	return l.Base + CalendarPath + l.Signer.Sign(forCalendar, user+"~"+key) + ".ics"
}

// ReadCalendar returns the user and the key that a token of a calendar was made for.
func (l Links) ReadCalendar(token string) (user, key string, ok bool) {
	payload, ok := l.Signer.Verify(forCalendar, token)
	user, key, _ = strings.Cut(payload, "~")
	return user, key, ok
}

// moment writes a time in a token; the zero time, of messages that did not say theirs, is "0".
func moment(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 36)
}

func readMoment(s string) time.Time {
	ms, err := strconv.ParseInt(s, 36, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Read is the address of a release's version as a page, as a run sent it: the same for everybody.
func (l Links) Read(run string, version Language) string { return l.ReadArm(run, version, "") }

// ReadArm is Read for the arm of an A/B test: the same for all who got it.
func (l Links) ReadArm(run string, version Language, arm string) string {
	payload := run + "~" + string(version)
	if arm != "" {
		payload += "~" + arm
	}
	return l.Base + ReadPath + l.Signer.Sign(forReading, payload)
}

// ReadRead returns the run and version whose page a token opens, and the arm of its A/B test.
func (l Links) ReadRead(token string) (run string, version Language, arm string, ok bool) {
	payload, ok := l.Signer.Verify(forReading, token)
	parts := append(strings.Split(payload, "~"), "", "")
	return parts[0], Language(parts[1]), parts[2], ok && parts[1] != ""
}

// Kit is the address of a release's press kit: the same for everybody, as long as the release is there.
func (l Links) Kit(release string) string { return l.Base + KitPath + l.Signer.Sign(forKit, release) }

// ReadKit returns the release whose press kit a token opens.
func (l Links) ReadKit(token string) (release string, ok bool) { return l.Signer.Verify(forKit, token) }

// ReadData returns the contact whose record a token opens, until when, and when it was made.
func (l Links) ReadData(token string) (contact string, until, made time.Time, ok bool) {
	payload, ok := l.Signer.Verify(forData, token)
	parts := append(strings.Split(payload, "~"), "", "")
	seconds, err := strconv.ParseInt(parts[1], 36, 64)
	return parts[0], time.Unix(seconds, 0), readMoment(parts[2]), ok && err == nil
}

// Answer is the address of the page a notice leads to, to confirm what it is about or to see what it offers; "" where the
// reader's page of choices is all there is.
func (l Links) Answer(n *Notice) string {
	switch n.Kind {
	case YourData:
		return l.Base + DataPath + l.Signer.Sign(forData, n.About+"~"+strconv.FormatInt(n.ExpiresAt.Unix(), 36)+"~"+moment(n.At))
	case TeamNotice:
		return l.Base + ApprovalPath + l.Signer.Sign(forApproval, n.About+"~"+moment(n.At))
	case ForwardedReply:
		return l.Base + "/contacts/" + n.About
	case ConfirmSignUp, ConfirmAddress, AddressChanged, ConfirmWish, StillWanted:
		return l.Base + ConfirmPath + l.Signer.Sign(forConfirm, string(n.Kind)+"~"+n.About+"~"+moment(n.At))
	}
	return ""
}

// ReadApproval returns what the token in a mail about an approval says, and when the mail was made.
func (l Links) ReadApproval(token string) (r ApprovalRequest, made time.Time, ok bool) {
	payload, ok := l.Signer.Verify(forApproval, token)
	parts := append(strings.Split(payload, "~"), "", "", "", "")
	return ApprovalRequest{User: parts[0], Campaign: parts[1], Print: parts[2]}, readMoment(parts[3]), ok && parts[2] != ""
}

// ReadConfirm returns what a token confirms: a sign-up, a wish or a change of address, and when it was made.
func (l Links) ReadConfirm(token string) (kind NoticeKind, about string, made time.Time, ok bool) {
	payload, ok := l.Signer.Verify(forConfirm, token)
	parts := append(strings.Split(payload, "~"), "", "")
	return NoticeKind(parts[0]), parts[1], readMoment(parts[2]), ok && parts[1] != ""
}

// ReadOpen returns what the token of an open address says; ok is false for a forged or foreign one.
func (l Links) ReadOpen(token string) (Tracked, bool) {
	payload, ok := l.Signer.Verify(forOpen, strings.TrimSuffix(token, ".gif"))
	if !ok {
		return Tracked{}, false
	}
	return readTracked(payload)
}

// ReadClick returns what the token of a click address says.
func (l Links) ReadClick(token string) (Tracked, bool) {
	payload, ok := l.Signer.Verify(forClick, token)
	if !ok {
		return Tracked{}, false
	}
	t, ok := readTracked(payload)
	return t, ok && t.Link >= 0
}

// ReadTrap returns what the token of a trap says.
func (l Links) ReadTrap(token string) (Tracked, bool) {
	payload, ok := l.Signer.Verify(forTrap, token)
	if !ok {
		return Tracked{}, false
	}
	return readTracked(payload)
}

// ReadUnsubscribe returns the delivery whose message the token stands in.
func (l Links) ReadUnsubscribe(token string) (deliveryID string, ok bool) {
	return l.Signer.Verify(forUnsubscribe, token)
}

// ReturnPath is the envelope sender that names the delivery (VERP): local+b.DELIVERY.SIGNATURE@domain of an address that
// takes bounces. It is "" where that would pass the 64 octets of RFC 5321 section 4.5.3.1.1, and where bounce is no address.
func (l Links) ReturnPath(bounce string, deliveryID string) string {
	return l.signedAddress(forBounce, bounce, deliveryID)
}

// LeaveAddress is where a mail takes its sender off the lists of a delivery, whatever it says: an address of the same mailbox as
// ReturnPath, under another signature.
func (l Links) LeaveAddress(bounce string, deliveryID string) string {
	return l.signedAddress(forLeaving, bounce, deliveryID)
}

func (l Links) signedAddress(purpose, bounce, deliveryID string) string {
	at := strings.LastIndexByte(bounce, '@')
	if at < 1 {
		return ""
	}
	local := bounce[:at] + "+" + l.Signer.shortSign(purpose, deliveryID)
	if len(local) > maxLocal {
		return ""
	}
	return local + bounce[at:]
}

// ReadReturnPath returns the delivery that an envelope sender made by ReturnPath names. Servers may have changed the size of its
// letters, and who the bounces are read for may have changed the address since: the signature alone counts.
func (l Links) ReadReturnPath(address string) (deliveryID string, ok bool) {
	return l.readAddress(forBounce, address)
}

// ReadLeaveAddress returns the delivery that an address made by LeaveAddress names.
func (l Links) ReadLeaveAddress(address string) (deliveryID string, ok bool) {
	return l.readAddress(forLeaving, address)
}

func (l Links) readAddress(purpose, address string) (deliveryID string, ok bool) {
	local := strings.ToLower(address[:max(0, strings.LastIndexByte(address, '@'))])
	token := local[strings.LastIndexByte(local, '+')+1:]
	i := strings.LastIndexByte(token, '.')
	if i < 0 || !hmac.Equal([]byte(token), []byte(l.Signer.shortSign(purpose, token[:i]))) {
		return "", false
	}
	return token[:i], true
}

func trackedFor(d *Delivery) (Tracked, bool) {
	t := Tracked{Run: d.Run, Language: d.Language, Link: -1}
	switch d.Tracking {
	case Individual:
		t.Delivery = d.ID
		return t, true
	case Aggregate:
		t.Arm = TestedArm(d.Arm)
		return t, true
	}
	return t, false
}

// readTracked reads what payload wrote. It is asked for each image and link, and makes no memory.
func readTracked(payload string) (Tracked, bool) {
	who, rest, _ := strings.Cut(payload, "~")
	of, rest, whole := strings.Cut(rest, "~")
	version, link, clicked := strings.Cut(rest, "~")
	t := Tracked{Run: of, Language: Language(version), Link: -1}
	switch arm, aggregate := strings.CutPrefix(who, "a"); {
	case !whole:
		return Tracked{}, false
	case aggregate && (arm == "" || ArmIndex(arm) >= 0):
		t.Arm = arm
	case who == "i":
		t.Delivery = of
		var ok bool
		if t.Run, _, ok = SplitDeliveryID(of); !ok {
			return Tracked{}, false
		}
	default:
		return Tracked{}, false
	}
	if clicked {
		n, err := strconv.Atoi(link)
		if err != nil || n < 0 {
			return Tracked{}, false
		}
		t.Link = n
	}
	return t, true
}

// Link is one tracked address of an edition; a click carries its number.
type Link struct {
	URL string `json:"url"`
}
