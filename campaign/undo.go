package campaign

// UndoRecord holds what undoing a part of an import or of an action on many contacts needs. It is written before the change.
type UndoRecord struct {
	ID            string   `json:"id"`         // the work's, a dot, and what makes it unique in the work
	Contact       string   `json:"contact_id"` // whose Before it is; "" where it is about several
	Before        *Contact `json:"before,omitempty"`
	Added         []string `json:"added,omitempty"`         // ids of contacts that were added
	Version       int64    `json:"version_left,omitempty"`  // in which the work left them; 0 is 1, as they were added
	Organisations []string `json:"organisations,omitempty"` // ids of those that were added
	Changed       []string `json:"changed,omitempty"`       // ids of contacts an action changed
	Was           string   `json:"was,omitempty"`           // what they all were before, see BulkAction.Was
}
