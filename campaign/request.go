package campaign

import (
	"slices"
	"strings"
	"time"
)

// Request is what a person asks for about their data: a job of the team with a clock (E-06).
type Request struct {
	ID         string      `json:"id"`
	Version    int64       `json:"version"`
	Kind       RequestKind `json:"kind"`
	Contact    string      `json:"contact_id"`         // "" when we hold nothing on them, or nothing any more
	Person     string      `json:"person,omitempty"`   // who asks, as they gave it; goes with the contact
	Identity   string      `json:"identity,omitempty"` // how it was checked that they are who they say
	Details    string      `json:"details,omitempty"`  // what they ask for in their words
	ReceivedAt time.Time   `json:"received_at"`
	DueAt      time.Time   `json:"due_at"`
	Open       bool        `json:"open"`
	Delivery   string      `json:"delivery_id,omitempty"` // the message they answered to be taken off its lists
	Reply      bool        `json:"reply,omitempty"`       // it was read in a letter that asks to be taken off
	Answer     string      `json:"answer,omitempty"`      // what was done, or why not
	ClosedAt   time.Time   `json:"closed_at,omitzero"`
	ClosedBy   string      `json:"closed_by,omitempty"`
	CreatedBy  string      `json:"created_by,omitempty"`
	CreatedAt  time.Time   `json:"created_at"`
}

// RequestKind is which right a person uses.
type RequestKind string

const (
	AccessRequest        RequestKind = "access" // also portability: the answer is the same file
	RectificationRequest RequestKind = "rectification"
	RestrictionRequest   RequestKind = "restriction"
	ObjectionRequest     RequestKind = "objection"
	ErasureRequest       RequestKind = "erasure"
)

// RequestKinds are all of them in the order they are offered.
var RequestKinds = []RequestKind{AccessRequest, RectificationRequest, RestrictionRequest, ObjectionRequest, ErasureRequest}

// RequestDays is how long the law gives for an answer (ZZPL: 30 days; GDPR: a month).
const RequestDays = 30

// Normalize checks the request and sets its clock.
func (r *Request) Normalize(now time.Time) error {
	r.Person, r.Identity, r.Details = CleanLine(r.Person), strings.TrimSpace(r.Identity), strings.TrimSpace(r.Details)
	var faults Checks
	faults.Refuse(!slices.Contains(RequestKinds, r.Kind), "kind", "choose what is asked for")
	faults.Refuse(r.ReceivedAt.IsZero(), "received", "give the day it came: the clock runs from it")
	faults.Refuse(r.ReceivedAt.After(now), "received", "this day has not come yet")
	faults.Refuse(r.Person == "", "person", "say who asks")
	for _, f := range []struct{ name, value string }{{"person", r.Person}, {"identity", r.Identity}, {"details", r.Details}, {"answer", r.Answer}} {
		faults.Refuse(LongerThan(f.value, 5000), f.name, "this is longer than 5000 characters")
	}
	r.DueAt = r.ReceivedAt.AddDate(0, 0, RequestDays)
	return Together(faults...)
}

// DaysLeft is how many whole days are left for the answer; below zero it is late.
func (r *Request) DaysLeft(now time.Time) int {
	left := r.DueAt.Sub(now)
	if left < 0 {
		return int(left/(24*time.Hour)) - 1
	}
	return int(left / (24 * time.Hour))
}
