package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/glasnik/glasnik/campaign"
)

// Result codes of SQLite (https://www.sqlite.org/rescode.html); the low byte is the primary one.
const (
	codeBusy       = 5
	codeReadOnly   = 8
	codeInterrupt  = 9
	codeIO         = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeCannotOpen = 14
	codeNotADB     = 26

	codeTakenID     = 19 | 6<<8 // SQLITE_CONSTRAINT_PRIMARYKEY
	codeTakenUnique = 19 | 8<<8 // SQLITE_CONSTRAINT_UNIQUE
)

func codeOf(err error) int {
	var e *sqliteError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}

func isTaken(err error) bool {
	code := codeOf(err)
	return code == codeTakenID || code == codeTakenUnique
}

// explain wraps an error with what was being done and, where a person can mend it, how.
func (e *Engine) explain(doing string, err error) error {
	if err == nil || campaign.CodeOf(err) != "" {
		return err
	}
	advice := ""
	switch codeOf(err) & 0xff {
	case codeBusy:
		advice = "another program has held the database file %s for ten seconds: stop it, or wait until it is done"
	case codeReadOnly:
		advice = "the database file %s or its folder can only be read: let this program's user write to both"
	case codeCannotOpen:
		advice = "the database file %s cannot be opened: see that it is a file in a folder this program's user may write to"
	case codeFull:
		advice = "the disk of the database file %s is full: free some space; nothing that was saved is lost"
	case codeNotADB:
		advice = "the file %s is not a database of this program: name another in GLASNIK_STORE"
	case codeCorrupt:
		advice = "the database file %s is damaged: stop the program and put back a backup"
	case codeIO:
		advice = "the disk of the database file %s does not answer as it should: look at the system's log"
	case codeInterrupt:
		return fmt.Errorf("%s: %w", doing, errors.Join(context.Canceled, err))
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: "+advice+": %w", doing, e.path, err)
}
