package store

import "time"

// SetBulkBatch makes the batches of actions on many contacts small, for tests of what happens between them.
func (s *Bulks) SetBulkBatch(n int) { s.bulkBatch = n }

// SetImportBeat says how often an import says how far it is.
func (s *Imports) SetImportBeat(every time.Duration) { s.importBeat = every }
