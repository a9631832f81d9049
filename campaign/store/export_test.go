package store

// SetBulkBatch makes the batches of actions on many contacts small, for tests of what happens between them.
func (s *Bulks) SetBulkBatch(n int) { s.bulkBatch = n }
