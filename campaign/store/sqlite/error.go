package sqlite

import (
	"fmt"

	lib "zombiezen.com/go/sqlite"

	"github.com/glasnik/glasnik/campaign"
)

func isTaken(err error) bool {
	code := lib.ErrCode(err)
	return code == lib.ResultConstraintPrimaryKey || code == lib.ResultConstraintUnique
}

// explain wraps an error with what was being done and, where a person can mend it, how.
func (e *Engine) explain(doing string, err error) error {
	if err == nil || campaign.CodeOf(err) != "" {
		return err
	}
	advice := ""
	switch lib.ErrCode(err).ToPrimary() {
	case lib.ResultBusy:
		advice = "another program has held the database file %s for ten seconds: stop it, or wait until it is done"
	case lib.ResultReadOnly:
		advice = "the database file %s or its folder can only be read: let this program's user write to both"
	case lib.ResultCantOpen:
		advice = "the database file %s cannot be opened: see that it is a file in a folder this program's user may write to"
	case lib.ResultFull:
		advice = "the disk of the database file %s is full: free some space; nothing that was saved is lost"
	case lib.ResultNotADB:
		advice = "the file %s is not a database of this program: name another in GLASNIK_STORE"
	case lib.ResultCorrupt:
		advice = "the database file %s is damaged: stop the program and put back a backup"
	case lib.ResultIOErr:
		advice = "the disk of the database file %s does not answer as it should: look at the system's log"
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: "+advice+": %w", doing, e.path, err)
}
