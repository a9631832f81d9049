package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strings"
	"time"
)

// ImportRow is one row of a file of contacts, as far as the file alone says what it is.
type ImportRow struct {
	Line         int      // as a spreadsheet counts its rows: a line break inside a cell does not count
	TextLine     int      // as a text editor counts its lines, where that is another number
	Cells        []string // as they stand in the file, for the report
	Contact      Contact
	Organisation string // its name
	Problem      Text   // why the row cannot be taken; none when it can
	Notes        []Text // what was understood only in part
	Standing     RowStanding

	// The contact's kind and language are those of the import's options: the row says none.
	KindAssumed, LanguageAssumed bool
}

// ImportOutcome is what became of one row. Every row ends in exactly one.
type ImportOutcome string

const (
	RowAdded     ImportOutcome = "added"
	RowUpdated   ImportOutcome = "updated"
	RowUnchanged ImportOutcome = "unchanged"
	RowDuplicate ImportOutcome = "duplicate" // the same address stands on an earlier line
	RowRejected  ImportOutcome = "rejected"
	RowNotActive ImportOutcome = "not_active" // stored as somebody who left, bounced or complained: not written to
	RowUnclear   ImportOutcome = "unclear"    // nobody can tell whether the person may be written to: not taken
	RowLeft      ImportOutcome = "left_alone" // nothing changed: the person left, bounced, complained or is suppressed, and an import brings nobody back
)

// ImportOutcomes are all of them in the order they are shown.
var ImportOutcomes = []ImportOutcome{RowAdded, RowUpdated, RowNotActive, RowUnchanged, RowDuplicate, RowLeft, RowUnclear, RowRejected}

// ImportResult says what became of one row, and why.
type ImportResult struct {
	Line     int           `json:"line"` // as ImportRow has both
	TextLine int           `json:"text_line,omitempty"`
	Email    string        `json:"email"`
	Outcome  ImportOutcome `json:"outcome"`
	Cells    []string      `json:"-"`                // as they stand in the file
	Fields   []ImportField `json:"fields,omitempty"` // what was updated
	Reason   Text          `json:"reason,omitzero"`
	Notes    []Text        `json:"notes,omitempty"`
	// Standing is what the row says of whether its person may be written to.
	Standing Standing `json:"standing,omitempty"`
}

// ImportField is what an import changes of a contact: a field, the list, or their standing.
type ImportField string

// Words name what was changed.
func (f ImportField) Words() Text {
	switch f {
	case "list":
		return Textf("list")
	case "attributes":
		return Textf("attributes")
	}
	if name, ok := fieldNames[string(f)]; ok {
		return name
	}
	return Textf("standing") // a Standing
}

// ImportSummary counts what became of all rows.
type ImportSummary struct {
	Rows          int                   `json:"rows"`
	Outcomes      map[ImportOutcome]int `json:"outcomes"`
	Standings     map[Standing]int      `json:"standings,omitempty"` // what rows say against writing to their people
	Organisations int                   `json:"organisations"`       // added
	List          string                `json:"list_id,omitempty"`
	ListMade      bool                  `json:"list_made,omitempty"` // there was no list of that name
	Import        string                `json:"import_id,omitempty"` // by which it can be undone; "" when nothing was written
	DryRun        bool                  `json:"dry_run"`
}

// UpdatePolicy says what an import does with a contact that is there already.
type UpdatePolicy string

const (
	FillEmpty UpdatePolicy = ""          // fills what is empty, keeps what the team wrote
	Overwrite UpdatePolicy = "overwrite" // what the file says wins, where it says something
	KeepAll   UpdatePolicy = "keep"      // changes nothing but the list
)

// ParsePolicy reads a policy: fill, overwrite or skip; "" is fill.
func ParsePolicy(s string) (UpdatePolicy, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "fill":
		return FillEmpty, nil
	case "overwrite":
		return Overwrite, nil
	case "skip", string(KeepAll):
		return KeepAll, nil
	}
	return "", FieldError("policy", "the policy %q is not one of fill, overwrite, skip", s)
}

// ImportState says how far an import is.
type ImportState string

const (
	ImportRunning ImportState = "running"
	ImportCutOff  ImportState = "cut_off" // before its end: it can be run again, or undone
	ImportDone    ImportState = "done"
	ImportUndone  ImportState = "undone"
	ImportClosed  ImportState = "kept" // too old to be undone
)

// Import is the record of one import that wrote something.
type Import struct {
	ID        string        `json:"id"`
	Version   int64         `json:"version"`
	Source    string        `json:"source"` // the file and who brought it
	State     ImportState   `json:"state"`
	Process   string        `json:"process,omitempty"` // name of the process that runs it
	Summary   ImportSummary `json:"summary"`
	StartedAt time.Time     `json:"started_at"`
	HeardAt   time.Time     `json:"heard_at,omitzero"` // when its summary was written last
	EndedAt   time.Time     `json:"ended_at,omitzero"`
}

// ImportUndo says what undoing an import did.
type ImportUndo struct {
	Removed  int `json:"removed"`  // contacts it had added
	Restored int `json:"restored"` // contacts it had changed
	Kept     int `json:"kept"`     // contacts somebody, or their own act, changed since: they stay as they are
}

// Mapping is what the columns of a file were said to hold, remembered for the next file with the same column names.
type Mapping struct {
	ID        string    `json:"id"`
	Columns   []string  `json:"columns"`
	UpdatedAt time.Time `json:"updated_at"`
}

// MappingID is the id of what is remembered for files of a shape.
func MappingID(shape string) string {
	sum := sha256.Sum256([]byte(shape))
	return hex.EncodeToString(sum[:16])
}

// ImportOptions say what an import does with its rows.
type ImportOptions struct {
	List     string   // id of the list rows are put on; "" is none
	ListName string   // instead of its id: the list with this name, added when there is none
	Kind     Kind     // of rows that say none
	Language Language // of rows that say none
	Basis    Basis    // of the memberships; "" is the list's
	// Reference is what the basis rests on, see Basis.Needs; "" where that is not at hand.
	Reference string
	Source    string // the file and who brought it, for the record (E-01)
	Policy    UpdatePolicy
	Unclear   UnclearPolicy // with rows that do not say for sure whether the person may be written to
	DryRun    bool          // tells what would happen and writes nothing
}

// ImportRows are the rows of a file one after the other. An error ends them.
type ImportRows = iter.Seq2[ImportRow, error]
