package campaign

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// CommentField names a field of a version that a comment can be about.
type CommentField string

// CommentFields are all of them in the order of the form.
var CommentFields = []CommentField{"subject", "preheader", "headline", "subhead", "lead", "body", "quotes", "about", "notes"}

// Comment is a remark of a colleague on words of a release, with the answers to it.
type Comment struct {
	ID         string       `json:"id"`
	Version    int64        `json:"version"`
	Release    string       `json:"release_id"`
	Language   Language     `json:"language"`
	Field      CommentField `json:"field"`
	Quote      string       `json:"quote,omitempty"` // the words it is about; "" is the whole field
	Remarks    []Remark     `json:"remarks"`         // the first, and the answers
	Resolved   bool         `json:"resolved"`
	ResolvedBy string       `json:"resolved_by,omitempty"` // the name of who did
	ResolvedAt time.Time    `json:"resolved_at,omitzero"`
	At         time.Time    `json:"at"` // of the first remark
}

// Remark is what one person says in a comment.
type Remark struct {
	User string    `json:"user"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

const (
	maxRemark  = 4000
	maxQuote   = 1000
	maxRemarks = 200
)

// Normalize checks a comment.
func (c *Comment) Normalize() error {
	var faults Checks
	c.Quote = CleanLine(c.Quote)
	faults.Refuse(LongerThan(c.Quote, maxQuote), "quote", "this is longer than %d characters", maxQuote)
	faults.Refuse(!slices.Contains(CommentFields, c.Field), "field", "choose what the comment is about")
	faults.Refuse(len(c.Remarks) > maxRemarks, "text", "this comment has too many answers: resolve it, and begin another")
	for i := range c.Remarks {
		c.Remarks[i].Text = cleanText(c.Remarks[i].Text)
		faults.Refuse(c.Remarks[i].Text == "", "text", "write what you want to say")
		faults.Refuse(LongerThan(c.Remarks[i].Text, maxRemark), "text", "this is longer than %d characters", maxRemark)
	}
	return Together(faults...)
}

// Of returns the text of a version that a comment's field holds.
func (f CommentField) Of(v *Version) string {
	switch f {
	case "subject":
		return cmp.Or(v.Subject, v.Headline)
	case "preheader":
		return v.Preheader
	case "headline":
		return v.Headline
	case "subhead":
		return v.Subhead
	case "lead":
		return v.Lead
	case "body":
		return v.Body
	case "about":
		return v.About
	case "notes":
		return v.Notes
	case "quotes":
		return strings.Join(Collect(v.Quotes, func(q Quote) string { return q.Text + " " + q.Name }), " ")
	}
	return ""
}

// Stands reports whether the words a comment is about are still in its version.
func (c *Comment) Stands(v *Version) bool {
	return v != nil && (c.Quote == "" || strings.Contains(wordsAlone(c.Field.Of(v)), wordsAlone(c.Quote)))
}

// linkTarget is where a link of Markdown leads, behind its words.
var linkTarget = regexp.MustCompile(`\]\([^)]*\)`)

// wordsAlone writes a text as its words with single spaces: words are quoted from pages, which break lines elsewhere, and which show
// no marks of Markdown.
func wordsAlone(s string) string {
	return strings.Join(strings.FieldsFunc(linkTarget.ReplaceAllString(s, "] "), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }), " ")
}
