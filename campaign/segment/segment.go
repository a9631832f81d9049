// Package segment is the language that says which contacts are meant: `kind = journalist and list "Press"`.
//
// A Rule is a tree of conditions. It is stored and exchanged as JSON; people read and type it as text:
//
//	Parse(text)               text to tree, or an *Error with line, column and what was expected
//	rule.String()             the tree as canonical text, from which Parse makes the same tree
//	rule.Check()              must accept every tree that does not come from Parse
//	Complete(text, at, words) what may stand at a place of a text
//	Facts(contact)            the texts of a contact that a store answers most conditions from
//
// The package does not know which lists, campaigns, organisations and segments there are, and answers no rule: a store finds
// the names and turns a rule into a query. What a rule means for one contact is written down in segmenttest.
package segment

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Segment is a saved filter over contacts.
type Segment struct {
	ID          string    `json:"id"`
	Version     int64     `json:"version"`
	Name        string    `json:"name"`
	Key         string    `json:"key"` // Fold of Name; unique
	Description string    `json:"description,omitempty"`
	Rule        Rule      `json:"rule"`
	Owner       string    `json:"owner,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Normalize checks the segment and derives what is indexed.
func (s *Segment) Normalize() error {
	s.Name, s.Description = campaign.CleanLine(s.Name), campaign.CleanLine(s.Description)
	var faults campaign.Checks
	faults.Refuse(s.Name == "", "name", "the segment needs a name")
	faults.Refuse(campaign.LongerThan(s.Name, 120), "name", "the name is longer than 120 characters")
	faults.Refuse(campaign.LongerThan(s.Description, 1000), "description", "the description is longer than 1000 characters")
	s.Key = campaign.Fold(s.Name)
	return campaign.Together(append(faults, s.Rule.Check())...)
}

// Count is how many contacts a rule fits.
type Count struct {
	Contacts int64 `json:"contacts"`
	Of       int64 `json:"of"` // all contacts
	// Unknowable is how many were sent a campaign the rule asks about without individual tracking: whether they read it cannot
	// be known.
	Unknowable int64 `json:"unknowable,omitempty"`
}
