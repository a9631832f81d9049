package campaign

import "time"

// Reply is what a person wrote back.
type Reply struct {
	Contact   string
	From      string    // the address it came from
	MessageID string    // by which it is known when it is read again
	At        time.Time // the same each time
	Words     string    // their own, on one line
	Leaves    bool      // they ask to be taken off
	Protected bool      // they ask for a survivor's contact or an interview
	Rule      string    // by which that was decided
	Delivery  string    // that they answer; "" where that is not known

	Subject   string
	Text      string // all of it, up to MostForwarded octets
	Attached  bool   // there is more than text
	ForwardTo string // whom it is forwarded to; "" for nobody
	Language  Language
}

// MostForwarded is how much of a letter is forwarded, in octets.
const MostForwarded = 16 << 10

// ReplyRules say what becomes of letters.
type ReplyRules struct {
	LeaveAtOnce bool `json:"leave_at_once,omitempty"` // who answers a message of ours and asks in words to be taken off is taken off; else somebody of the team confirms it
	NoForward   bool `json:"no_forward,omitempty"`    // letters are not forwarded to the campaign's contact
}

// Enquiry is a letter that asks for a survivor's contact or for an interview with one. Only users who are named for it see that it is
// there. It goes with its contact.
type Enquiry struct {
	ID       string    `json:"id"`
	Version  int64     `json:"version"`
	Contact  string    `json:"contact_id"`
	At       time.Time `json:"at"` // when it was written
	Open     bool      `json:"open"`
	Sealed   string    `json:"sealed"` // EnquiryText, encrypted
	ClosedAt time.Time `json:"closed_at,omitzero"`
	ClosedBy string    `json:"closed_by,omitempty"`
}

// EnquiryText is what an Enquiry says.
type EnquiryText struct {
	Person  string `json:"person"`
	From    string `json:"from"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
	Rule    string `json:"rule"`
	Answer  string `json:"answer,omitempty"` // what was done, or why not
}
