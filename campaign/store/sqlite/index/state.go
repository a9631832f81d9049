package index

// State says how far a collection has come, in the file.
type State struct {
	High    int64 // the highest row number that was ever given
	Changes int64 // how often something changed that cached sets may have been made of
}

// CreateState makes the table of states. Its last column is one of an earlier version.
func CreateState(db Querier) error {
	return exec(db, `CREATE TABLE IF NOT EXISTS "index.state"(collection TEXT PRIMARY KEY NOT NULL, high INTEGER NOT NULL, changes INTEGER NOT NULL, last TEXT NOT NULL) WITHOUT ROWID`)
}

// ReadState reads the state of a collection.
func ReadState(db Querier, collection string) (s State, err error) {
	err = db.Query(`SELECT high,changes FROM "index.state" WHERE collection=?`, []any{collection}, func(row Row) error {
		s = State{row.Int(0), row.Int(1)}
		return nil
	})
	return s, err
}

func (s State) write(db Querier, collection string) error {
	return exec(db, `REPLACE INTO "index.state" VALUES(?,?,?,'')`, collection, s.High, s.Changes)
}

// CountChange counts a change of a collection that others' cached sets are made of.
func CountChange(db Querier, collection string) error {
	s, err := ReadState(db, collection)
	if err != nil {
		return err
	}
	s.Changes++
	return s.write(db, collection)
}
