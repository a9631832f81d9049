package campaign

import (
	"slices"
	"time"
)

// Installation is what a store knows of itself, so that a copy of it can be told from the one that is worked with.
type Installation struct {
	ID      string   `json:"id"` // InstallationID
	Version int64    `json:"version"`
	Name    string   `json:"name"`   // drawn at random when the store was begun or adopted
	Places  []string `json:"places"` // where the store was when somebody last said it is the real one

	// A backup is being put back; when nobody is doing that, it was cut off, and the store is of no use.
	Restoring bool `json:"restoring,omitempty"`

	// In the records of the data folders: grows with every start and again and again while something is sent from there. The
	// folder holds it too. Each has a record of its own, so that it has one writer.
	Epoch int64 `json:"epoch"`
}

// InstallationID is the id of the one record.
const InstallationID = "installation"

// NoPlace stands for the place of a store that a backup was put into: nobody has said where it belongs.
const NoPlace = "nowhere"

// Doubt is why a store may not be the real one.
type Doubt string

const (
	NoDoubt  Doubt = ""
	Copied   Doubt = "copied"    // it stands where nobody said it should
	PutIn    Doubt = "put_in"    // a backup was put into it
	HalfDone Doubt = "half_done" // a backup was being put back, and that was cut off
	Restored Doubt = "restored"  // it is older than what was seen of it: what went out since is not in it
)

// Words says a doubt to people.
func (d Doubt) Words() Text {
	switch d {
	case HalfDone:
		return Textf("a backup is being put back into this database, or that was cut off: run “glasnik restore” again; until then it is of no use")
	case Copied:
		return Textf("this database is a copy, or was moved, so nothing is sent from it until somebody says that it is the real one")
	case Restored, PutIn:
		return Textf("this database was put back from a backup and does not know what went out since, so nothing is sent from it until somebody says that it is the real one")
	}
	return Text{}
}

// Doubt compares the store with where it is found: one of the names of the place must be known, and the epoch stored in the
// data folder must be the one the store has for it.
func (i *Installation) Doubt(places []string, kept, found int64) Doubt {
	known := func(place string) bool { return slices.Contains(i.Places, place) }
	switch {
	case i.Restoring:
		return HalfDone
	case slices.Contains(i.Places, NoPlace):
		return PutIn
	case !slices.ContainsFunc(places, known):
		return Copied
	case kept > found:
		return Restored
	}
	return NoDoubt
}

// Adopted is what was done when somebody said that a store is the real one: what stood ready to be sent may have been sent
// by the other.
type Adopted struct {
	Paused  []string `json:"paused"`  // campaigns that were being sent, by name
	Held    []string `json:"held"`    // campaigns whose time had come: drafts now, or waiting for their next time
	Dropped int      `json:"dropped"` // runs of single mails and tests that send nothing more
}

// BackupFormat is the version of the form in which a backup is written. It is raised when an older program would lose
// something of a newer one's backup.
const BackupFormat = 1

// Backup is the head of a backup: what it is, and what the store cannot be used without.
type Backup struct {
	Format  int       `json:"glasnik_backup"`
	MadeAt  time.Time `json:"made_at"`
	Program string    `json:"program"` // the version that wrote it
	Secret  string    `json:"secret"`  // signs links and keys hashes
}

// PutBack says what was put back, and what was not.
type PutBack struct {
	Backup      Backup           `json:"-"`
	MadeAt      time.Time        `json:"made_at"`
	Records     map[string]int64 `json:"records"`
	LeftOut     int64            `json:"left_out,omitempty"` // records that could not both be: a database that was written to meanwhile
	Erased      int              `json:"erased"`             // contacts who were erased since it was made
	Interrupted int64            `json:"interrupted"`        // deliveries that were on the wire
}
