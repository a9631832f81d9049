package store

import "time"

// Lease says who plans or sends something, until when. Its epoch grows with every change of owner, so that what a former
// owner writes late can be told and refused.
type Lease struct {
	ID        string    `json:"id" bson:"_id"`
	Owner     string    `json:"owner"`
	Epoch     int64     `json:"epoch"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Salt is the secret of one day under which readers are told apart in aggregate mode; it is deleted when the day is over.
type Salt struct {
	ID    string `json:"id" bson:"_id"` // YYYY-MM-DD, UTC
	Value []byte `json:"value"`
}
