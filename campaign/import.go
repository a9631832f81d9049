package campaign

import "strings"

// ImportRow is one row of a file of contacts, as far as the file alone says what it is.
type ImportRow struct {
	Line         int
	Contact      Contact
	Organisation string   // its name
	Problem      string   // why the row cannot be taken; "" when it can
	Notes        []string // what was understood only in part
}

// ImportOutcome is what became of one row. Every row ends in exactly one.
type ImportOutcome string

const (
	RowAdded     ImportOutcome = "added"
	RowUpdated   ImportOutcome = "updated"
	RowUnchanged ImportOutcome = "unchanged"
	RowDuplicate ImportOutcome = "duplicate" // the same address stands on an earlier line
	RowRejected  ImportOutcome = "rejected"
	RowLeft      ImportOutcome = "left_alone" // left, bounced, complained or suppressed: an import does not bring anybody back
)

// ImportOutcomes are all of them in the order they are shown.
var ImportOutcomes = []ImportOutcome{RowAdded, RowUpdated, RowUnchanged, RowDuplicate, RowLeft, RowRejected}

// ImportResult says what became of one row, and why.
type ImportResult struct {
	Line    int           `json:"line"`
	Email   string        `json:"email"`
	Outcome ImportOutcome `json:"outcome"`
	Fields  []string      `json:"fields,omitempty"` // what was updated
	Reason  string        `json:"reason,omitempty"`
	Notes   []string      `json:"notes,omitempty"`
}

// ImportSummary counts what became of all rows.
type ImportSummary struct {
	Rows          int                   `json:"rows"`
	Outcomes      map[ImportOutcome]int `json:"outcomes"`
	Organisations int                   `json:"organisations"` // added
	List          string                `json:"list_id,omitempty"`
	DryRun        bool                  `json:"dry_run"`
}

// UpdatePolicy says what an import does with a contact that is there already.
type UpdatePolicy string

const (
	FillEmpty UpdatePolicy = ""          // fills what is empty, keeps what the team wrote
	Overwrite UpdatePolicy = "overwrite" // what the file says wins, where it says something
	KeepAll   UpdatePolicy = "keep"      // changes nothing but the list
)

// neverContacts are people a press office must not keep as contacts, whatever a file calls them (domain.md E.2).
var neverContacts = map[string]bool{
	"victim": true, "victims": true, "zrtva": true, "zrtve": true, "victime": true, "victimes": true,
	"survivor": true, "survivors": true, "preziveli": true, "prezivele": true, "survivant": true, "survivante": true, "survivants": true,
	"pupil": true, "pupils": true, "ucenik": true, "ucenica": true, "ucenici": true, "eleve": true, "eleves": true,
	"child": true, "children": true, "dete": true, "deca": true, "enfant": true, "enfants": true,
	"hotline callers": true, "callers": true, "sos callers": true, "pozivaoci": true,
}

// CheckAudience refuses the name of a kind or list of people who must never be contacts: victims, survivors, pupils,
// callers of a helpline.
func CheckAudience(name string) error {
	if neverContacts[strings.Join(strings.Fields(Fold(name)), " ")] {
		return Errorf(Invalid, "%q: victims, survivors, children and helpline callers are never kept as contacts", strings.TrimSpace(name))
	}
	return nil
}
