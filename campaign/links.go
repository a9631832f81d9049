package campaign

import (
	"strconv"
	"strings"
	"time"
)

// Links makes the addresses that stand in messages, and reads them back.
type Links struct {
	Base   string // of the public pages, without a slash at the end
	Signer *Signer
}

// Paths of the public addresses; each is followed by a token.
const (
	OpenPath        = "/o/" // the image; the token is followed by .gif
	ClickPath       = "/c/"
	ConfirmPath     = "/confirm/"
	PreferencesPath = "/preferences/"
	DataPath        = "/data/"
	ReadPath        = "/r/" // a release as a page
	UnsubscribePath = "/u/" // leaving and preferences: the only address in a message that tells readers apart, outside individual mode
)

// Purposes of tokens: one made for one purpose is not valid for another.
const (
	forOpen        = "open"
	forClick       = "click"
	forUnsubscribe = "unsubscribe"
	forBounce      = "bounce"
	forConfirm     = "confirm"
	forPreferences = "preferences"
	forData        = "data"
	forReading     = "read"
)

// Tracked is what an open or click address says: a delivery in individual mode, a run and language otherwise.
type Tracked struct {
	Run      string
	Language Language
	Delivery string // "" in aggregate mode
	Link     int    // number of the tracked link, from 0; -1 for an open
}

func (t Tracked) payload() string {
	parts := []string{"a", t.Run, string(t.Language)}
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
func (l Links) Read(run string, version Language) string {
	return l.Base + ReadPath + l.Signer.Sign(forReading, run+"~"+string(version))
}

// ReadRead returns the run and version whose page a token opens.
func (l Links) ReadRead(token string) (run string, version Language, ok bool) {
	payload, ok := l.Signer.Verify(forReading, token)
	if !ok {
		return "", "", false
	}
	run, tag, ok := strings.Cut(payload, "~")
	return run, Language(tag), ok
}

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
	case ConfirmSignUp, ConfirmAddress, AddressChanged, ConfirmWish, StillWanted:
		return l.Base + ConfirmPath + l.Signer.Sign(forConfirm, string(n.Kind)+"~"+n.About+"~"+moment(n.At))
	}
	return ""
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

// ReadUnsubscribe returns the delivery whose message the token stands in.
func (l Links) ReadUnsubscribe(token string) (deliveryID string, ok bool) {
	return l.Signer.Verify(forUnsubscribe, token)
}

// ReturnPath is the envelope sender that names the delivery (VERP): local+b.DELIVERY.SIGNATURE@domain of an address that
// takes bounces. It is "" where that would pass the 64 octets of RFC 5321 section 4.5.3.1.1, and where bounce is no address.
func (l Links) ReturnPath(bounce string, deliveryID string) string {
	at := strings.LastIndexByte(bounce, '@')
	if at < 1 {
		return ""
	}
	local := bounce[:at] + "+" + l.Signer.shortSign(forBounce, deliveryID)
	if len(local) > maxLocal {
		return ""
	}
	return local + bounce[at:]
}

func trackedFor(d *Delivery) (Tracked, bool) {
	t := Tracked{Run: d.Run, Language: d.Language, Link: -1}
	switch d.Tracking {
	case Individual:
		t.Delivery = d.ID
		return t, true
	case Aggregate:
		return t, true
	}
	return t, false
}

func readTracked(payload string) (Tracked, bool) {
	parts := strings.Split(payload, "~")
	if len(parts) < 3 || len(parts) > 4 {
		return Tracked{}, false
	}
	t := Tracked{Run: parts[1], Language: Language(parts[2]), Link: -1}
	switch parts[0] {
	case "a":
	case "i":
		t.Delivery = parts[1]
		var ok bool
		if t.Run, _, ok = SplitDeliveryID(t.Delivery); !ok {
			return Tracked{}, false
		}
	default:
		return Tracked{}, false
	}
	if len(parts) == 4 {
		n, err := strconv.Atoi(parts[3])
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
