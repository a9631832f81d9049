package campaign

import "time"

// Progress is what the sender of a run last said about its work. It is a hint for people who watch, thrown away when the
// run ends; the truth is in the deliveries.
type Progress struct {
	ID          string    `json:"id" bson:"_id"` // the run's
	PerSecond   float64   `json:"per_second"`    // messages taken by the server in the last seconds
	Connections int       `json:"connections"`
	Answers     []string  `json:"answers,omitempty"` // the server's last words when they were not "taken", latest first
	Trouble     string    `json:"trouble,omitempty"` // why nothing goes out just now
	At          time.Time `json:"at"`
}
