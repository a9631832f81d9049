package check

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Document is a version of a release as the check reads it: plain texts without markup, merge fields, code and addresses.
type Document struct {
	Language campaign.Language
	Parts    []Part

	Readings  [][]Part    // the parts as some readers read them, with fallbacks and branches filled in
	Unchecked []Unchecked // texts that cannot be read; Parts has them as they are typed

	// What is known of the release the parts are from. Release is nil for a text by itself, of which nothing is found missing.
	Release *Release
}

// Unchecked is a text that cannot be checked as readers would read it.
type Unchecked struct {
	Field string
	Why   campaign.Text
}

// Release is what a document's release says beside its texts.
type Release struct {
	Kind       campaign.ReleaseKind
	Date       time.Time          // of the version, or when it is sent; zero: not known
	Embargo    bool               // it has one, with hour and zone
	Quotes     int                // in fields of their own
	Contact    bool               // a media contact with a telephone or an address
	About      bool               // a text about the organisation
	Dateline   bool               // a place and a date
	Lead       bool               // a lead of its own
	Differ     []string           // figures that stand in this version or in the source version, and not in both
	Helplines  []string           // numbers the team verified, of every language; nil: none are set up
	Assured    []campaign.Assured // what the team gives its word for
	Answering  []string           // those of them that are for readers of the document
	Helped     bool               // its texts give the page of one that is
	Alone      bool               // the settings of the team are not known
	Sourced    []string           // figures and quotations that the source ledger holds
	Funded     bool               // the action it belongs to has funders to name
	FundedLine bool               // it names them
}

// Role is what a part of a document is for, which decides how strictly it is read.
type Role string

const (
	Headline  Role = "headline" // of the release, its subject, and headings in it
	Paragraph Role = "paragraph"
	Quotation Role = "quotation" // what somebody said, marked as such
	Caption   Role = "caption"   // of a picture, or the words that stand for it
	File      Role = "file"      // the name of a picture's file
	Contact   Role = "contact"   // names, functions and numbers of speakers and contacts
)

// Part is one block of text, such as a paragraph, a heading or a cell.
type Part struct {
	Field  string // of the form: headline, lead, body, quotes.0.text
	Block  int    // number of the top-level Markdown block in the field, from 0
	Role   Role
	Text   string // plain
	Places []Place
	Marks  []Mark
}

// Place says where a piece of the plain text stands in the source of its field. A part without places is its source.
type Place struct {
	At     int // octet of the plain text
	Source int // octet of the field
}

// MarkKind is how a stretch of a part's text stands out.
type MarkKind string

const (
	Code     MarkKind = "code"     // no text of the release: code, an address, a merge field
	Emphasis MarkKind = "emphasis" // in italics or bold
	Link     MarkKind = "link"
	Foreign  MarkKind = "foreign" // in another language, which only its own rules read
)

// Mark is a stretch of a part's text that stands out.
type Mark struct {
	From, To int // octets of the plain text
	Kind     MarkKind
	Language campaign.Language // of a Foreign one
}

// Finding is one place of a document that a rule is about.
type Finding struct {
	Rule     string
	Category string
	Severity Severity

	// Where: Field is "" for what is missing in the whole release. Start and End are octets of the field's source, Line and Column
	// (in characters) count from 1; Nth says which occurrence of Text in the plain text of its block is meant, from 0.
	Field        string
	Block, Nth   int
	Start, End   int
	Line, Column int
	Text         string

	Why          campaign.Texts // in the languages of the panel
	Suggestions  []string       // better wordings in the language of the document
	Replacements []string       // those words that fit in the place of Text as they are
	Advice       campaign.Texts // what to do instead, in the languages of the panel
	Sources      []string       // keys of the guidelines, see Guidelines
	Doc          string         // the part of the guide about the rule: #T01

	part *Part // while the document is read
}

// Severity is how much harm a finding may do.
type Severity string

const (
	Block Severity = "block" // likely to harm or to identify a person: nothing goes out without somebody's reason
	Warn  Severity = "warn"  // misleading, stigmatising or unfair
	Hint  Severity = "hint"  // a better choice exists
)

// Severities are all of them, the gravest first.
var Severities = []Severity{Block, Warn, Hint}
