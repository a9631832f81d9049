package campaign

import "time"

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
