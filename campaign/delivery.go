package campaign

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// DeliveryState is what has become of one run's message to one contact. A delivery is always in exactly one.
type DeliveryState string

const (
	Queued      DeliveryState = "queued"      // nothing has been handed to any server
	InFlight    DeliveryState = "sending"     // the intent to send is on record; the outcome is not
	Accepted    DeliveryState = "sent"        // the server took it
	Timed       DeliveryState = "timed"       // not tried yet: leaves at NextAt, by window, quiet hours or ceiling
	Deferred    DeliveryState = "deferred"    // refused for now; goes again at NextAt
	Failed      DeliveryState = "failed"      // refused for good, or given up
	Interrupted DeliveryState = "interrupted" // we stopped between intent and answer: nobody knows; waits for a person
	Skipped     DeliveryState = "skipped"     // left out right before sending, Reason says why
)

// DeliveryStates are all states in the order they are shown.
var DeliveryStates = []DeliveryState{Queued, Timed, InFlight, Accepted, Deferred, Failed, Interrupted, Skipped}

// deliveryMoves is the whole state machine of a delivery.
var deliveryMoves = map[DeliveryState][]DeliveryState{
	Queued:      {InFlight, Timed, Skipped, Failed},
	Timed:       {InFlight, Skipped, Failed},
	InFlight:    {Accepted, Deferred, Failed, Interrupted, Queued, Skipped}, // Queued: given back untouched
	Deferred:    {InFlight, Timed, Failed, Skipped},
	Interrupted: {Queued, Accepted, Failed},
	Failed:      {Queued}, // tried again by hand
}

// CanBecome reports whether a delivery may go from one state to another.
func (s DeliveryState) CanBecome(next DeliveryState) bool {
	return slices.Contains(deliveryMoves[s], next)
}

// Open reports whether a run with a delivery in this state still has work to do by itself.
func (s DeliveryState) Open() bool { return slices.Contains(OpenStates, s) }

// OpenStates are the states for which Open holds.
var OpenStates = []DeliveryState{Queued, Timed, InFlight, Deferred}

// UntriedStates are those of deliveries that no server has been asked about just now: what ends them need not wait for an answer.
var UntriedStates = []DeliveryState{Queued, Timed, Deferred}

// Delivery is one run addressed to one contact. Every field is a column of its own in the stores: it is the one record
// written at the speed of the wire.
type Delivery struct {
	ID       string        `json:"id"`
	Run      string        `json:"run_id"`
	Campaign string        `json:"campaign_id"`
	Contact  string        `json:"contact_id"` // "" in a test send
	Shard    int64         `json:"shard"`
	Email    string        `json:"email"`
	Name     string        `json:"name"`
	Domain   string        `json:"domain"`
	Language Language      `json:"language"` // the version it gets
	Arm      string        `json:"arm"`      // of an A/B test: in it "a", of the others "=a" once it is decided; else ""
	Tracking Tracking      `json:"tracking"`
	State    DeliveryState `json:"state"`
	Reason   string        `json:"reason"`           // why skipped or failed; the server's words
	Code     int64         `json:"code"`             // SMTP reply code of the last answer, 0 without one
	Queue    string        `json:"queue"`            // the server's words on taking it, which hold its queue id
	Server   string        `json:"server,omitempty"` // host:port of the last server it was given to, where there are several
	Attempts int64         `json:"attempts"`
	Dead     bool          `json:"dead,omitempty"`   // the server said that the address does not work
	Epoch    int64         `json:"epoch"`            // of the lease under which it was last announced
	NextAt   time.Time     `json:"next_at,omitzero"` // when a deferred one goes again, or a timed one leaves
	MadeAt   time.Time     `json:"made_at"`
	SentAt   time.Time     `json:"sent_at,omitzero"`
	LastAt   time.Time     `json:"last_at"` // of the last change of state
}

// DeliveryID returns the id of the delivery of a run to a contact (or, in a test send, to an address). Ids of one shard
// stand together, in the order of the contacts.
func DeliveryID(run string, shards int, contact string) (id string, shard int64) {
	shard = Shard(contact, shards)
	return fmt.Sprintf("%s.%02d.%s", run, shard, contact), shard
}

// Shard says which of n shards of a run a contact belongs to.
func Shard(contact string, n int) int64 {
	if n < 2 {
		return 0
	}
	h := fnv.New32a()
	h.Write([]byte(contact))
	return int64(h.Sum32() % uint32(n))
}

// SplitDeliveryID takes a delivery's id apart into run and contact.
func SplitDeliveryID(id string) (run, contact string, ok bool) {
	run, rest, ok := strings.Cut(id, ".")
	_, contact, ok2 := strings.Cut(rest, ".")
	return run, contact, ok && ok2
}
