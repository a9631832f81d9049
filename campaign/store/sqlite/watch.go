package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// unknownVersion stands for a data version that nobody can tell just now.
const unknownVersion = -1

// patience is how long the writing connection is waited for while it is not in a transaction: it begins or ends one.
const patience = 20 * time.Millisecond

// foreignVersion returns the data version, which changes when other programs have written to the file. The writing connection
// tells it while nobody uses it, and at the beginning of its transactions: until the end of one nobody else can write.
func (e *Engine) foreignVersion() int64 {
	if version := e.foreign.Load(); version != unknownVersion {
		return version
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case w := <-e.writer:
		defer func() { e.writer <- w }()
		if version, err := w.dataVersion(); err == nil {
			return version
		}
	case <-timer.C:
	}
	return unknownVersion
}

func (c *conn) dataVersion() (version int64, err error) {
	err = c.query("PRAGMA data_version", nil, func(row *row) error { version = row.Int(0); return nil })
	return version, err
}

// Changes tells by the data version and by what was counted here.
func (e *Engine) Changes(_ context.Context, collections ...*document.Collection) string {
	version := e.foreignVersion()
	if version == unknownVersion {
		return ""
	}
	out := fmt.Sprint(version)
	for _, c := range collections {
		t, err := e.table(c)
		if err != nil {
			return ""
		}
		out += fmt.Sprint(" ", t.changes.Load())
	}
	return out
}
