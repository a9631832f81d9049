package campaign

import "time"

// Hold holds mail to one provider back, in all runs, because the provider refuses us by policy (domain.md D-02). After a
// wait one message tries; a person may let it try at once. The id is the provider.
type Hold struct {
	ID      string    `json:"id"` // the provider
	Version int64     `json:"version"`
	Why     string    `json:"why"`  // the provider's words
	Code    int64     `json:"code"` // the reply code they came with
	Run     string    `json:"run_id"`
	Since   time.Time `json:"since"`
	LastAt  time.Time `json:"last_at"` // of the last refusal
	Until   time.Time `json:"until"`   // when one message tries again
	Refused int64     `json:"refused"` // tries that were refused, one after another
}

// Trying reports whether a message may find out if the provider takes mail from us again.
func (h *Hold) Trying(now time.Time) bool { return !now.Before(h.Until) }
