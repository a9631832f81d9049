package index

// State says how far a collection has come, in the file.
type State struct {
	High    int64  // the highest row number that was ever given
	Changes int64  // how often something changed that cached sets may have been made of
	Last    string // the highest id that such a change was about, there or not
}

const createState = `CREATE TABLE IF NOT EXISTS "index.state"(collection TEXT PRIMARY KEY NOT NULL, high INTEGER NOT NULL, changes INTEGER NOT NULL, last TEXT NOT NULL) WITHOUT ROWID`

// CreateState makes the table of states.
func CreateState(db Querier) error { return exec(db, createState) }

// ReadState reads the state of a collection.
func ReadState(db Querier, collection string) (s State, err error) {
	err = db.Query(`SELECT high,changes,last FROM "index.state" WHERE collection=?`, []any{collection}, func(row Row) error {
		s = State{row.Int(0), row.Int(1), row.Text(2)}
		return nil
	})
	return s, err
}

func (s State) write(db Querier, collection string) error {
	return exec(db, `REPLACE INTO "index.state" VALUES(?,?,?,?)`, collection, s.High, s.Changes, s.Last)
}

// Concern counts a change of a collection that others' cached sets are made of. It was about documents with ids up to last;
// when it is known that none of them is there, the sets stay right until one comes.
func Concern(db Querier, collection, last string, there bool) error {
	s, err := ReadState(db, collection)
	if err != nil {
		return err
	}
	if there {
		s.Changes++
	}
	s.Last = max(s.Last, last)
	return s.write(db, collection)
}
