package sqlite

// limits say from where on another way to find documents is the better one. They were measured on two cores of a server
// (November 2026), over a million contacts of 1.5 kB each in a file that the system had in memory.
var limits = struct {
	walked, stepsEach, listed, scanned, share, bound int
}{
	// A page of n candidates is collected at 2.1 µs each, or walked to at 75 ns a step. Evenly spread among a million they are
	// met after 50 × 1,000,000 / n steps, which is the better of the two from n = 1340 on.
	walked: 1000,
	// A walk that meets none is given up after so many steps a candidate: it has then cost 1.5 µs each, less than collecting.
	stepsEach: 20,
	// Without a limit, so many candidates are read and sorted, which holds 45 MB; more are met in the order of an index.
	listed: 30_000,
	// The text of so many candidates is checked in 42 ms; a scan checks those of all million in 37 ms.
	scanned: 20_000,
	// A candidate that is looked up costs 2.1 µs, one that is met while all documents are read 0.33 µs: of more than a sixth of
	// the rows all are read.
	share: 6,
	// So many values are bound one by one; as one JSON text they cost the same, but SQLite plans few values better than many.
	bound: 256,
}
