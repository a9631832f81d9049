package campaign

import "time"

// Revision is one language version of a release as it was saved once.
type Revision struct {
	ID       string    `json:"id"`
	Release  string    `json:"release_id"`
	Language Language  `json:"language"`
	At       time.Time `json:"at"`           // when it was saved
	By       string    `json:"by,omitempty"` // the name of who saved it; "" is unknown
	Text     Version   `json:"text"`
}

// RevisionID returns the id of the revision a version is, so that it is recorded once.
func RevisionID(release string, v *Version) string {
	return DerivedID("revision", release, string(v.Language), v.UpdatedAt.UTC().Format(time.RFC3339Nano))
}

// WorkingCopy is what somebody has typed into the form of a release and not saved; without fields, that they have it open.
type WorkingCopy struct {
	ID       string              `json:"id"`
	Release  string              `json:"release_id"` // of a new one: the id it will have
	Language Language            `json:"language"`
	User     string              `json:"user_id"`
	By       string              `json:"by"` // the user's name
	New      bool                `json:"new,omitempty"`
	Title    string              `json:"title,omitempty"`
	Fields   map[string][]string `json:"fields,omitempty"` // by the names of the form
	TypedAt  time.Time           `json:"typed_at,omitzero"`
	SeenAt   time.Time           `json:"seen_at"`        // when their page was last heard of
	Tab      string              `json:"tab,omitempty"`  // the tab of a browser it was typed in
	Apart    time.Time           `json:"apart,omitzero"` // when another tab of the user had typed something else
}

// WorkingCopyID returns the id of a user's working copy of one version.
func WorkingCopyID(release string, l Language, user string) string {
	return DerivedID("working copy", release, string(l), user)
}

const (
	// WorkingCopyLife is how long it is kept after its page was last heard of.
	WorkingCopyLife = 30 * 24 * time.Hour
	// WorkingCopySeen is how long somebody counts as here after their page was last heard of.
	WorkingCopySeen = 45 * time.Second
	// MaxWorkingCopy is what it may weigh, in octets of its texts.
	MaxWorkingCopy = 8 << 20
)

// Size is what the typed texts weigh, in octets.
func (d *WorkingCopy) Size() int {
	n := 0
	for name, values := range d.Fields {
		n += len(name)
		for _, v := range values {
			n += len(v)
		}
	}
	return n
}

// Who says who saved it.
func (r *Revision) Who() Text { return (&Entry{By: r.By}).Who() }
