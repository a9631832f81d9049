package campaign

import (
	"slices"
	"strings"
	"time"
)

// List is what contacts are put on or subscribe to.
type List struct {
	ID          string    `json:"id" bson:"_id"`
	Version     int64     `json:"version"`
	Name        string    `json:"name"`
	Key         string    `json:"key"`                   // Fold of Name; unique
	Description string    `json:"description,omitempty"` // shown to readers on their preference page
	Language    Language  `json:"language,omitempty"`    // of members who have none of their own
	Tracking    Tracking  `json:"tracking"`
	Basis       Basis     `json:"basis,omitempty"` // offered when somebody is put on the list
	Public      bool      `json:"public"`          // readers see it on their preference page and may join
	Archived    bool      `json:"archived"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Normalize checks the list and derives what is indexed.
func (l *List) Normalize() error {
	l.Name = cleanLine(l.Name)
	if l.Name == "" {
		return FieldError("name", "the list needs a name")
	}
	if len(l.Name) > 120 {
		return FieldError("name", "the name is longer than 120 characters")
	}
	if l.Tracking == "" {
		l.Tracking = Aggregate
	}
	if !slices.Contains(Trackings, l.Tracking) {
		return FieldError("tracking", "the tracking mode %q is not one of none, aggregate, individual", l.Tracking)
	}
	if l.Basis == "" {
		l.Basis = LegitimateInterest
	}
	var err error
	if l.Language, err = ParseLanguage(string(l.Language)); err != nil {
		return err
	}
	l.Key = Fold(l.Name)
	return nil
}

// HeaderID gives the value of List-Id without its angle brackets (RFC 2919): stable while the list lives.
func (l *List) HeaderID(domain string) string {
	return strings.ToLower(l.ID) + ".list." + domain
}
