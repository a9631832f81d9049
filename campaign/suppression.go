package campaign

import "time"

// Suppression is an address that must never be mailed again, whatever list it is on.
type Suppression struct {
	ID     string            `json:"id"` // SuppressionID of the address
	Reason SuppressionReason `json:"reason"`
	Detail string            `json:"detail,omitempty"`
	At     time.Time         `json:"at"`
	Gone   bool              `json:"gone,omitempty"` // its contact was erased, whatever the reason says
}

// SuppressionReason says how an address came to be suppressed.
type SuppressionReason string

const (
	LeftAll          SuppressionReason = "left_all" // asked to hear nothing from us again
	HardBounce       SuppressionReason = "hard_bounce"
	ComplaintReason  SuppressionReason = "complaint"
	Erased           SuppressionReason = "erased"
	SuppressedByHand SuppressionReason = "by_hand"
)
