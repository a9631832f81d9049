package sqlite

// limits say from where on another way to find documents is the better one. They were measured on two cores of a server
// (November 2026), over a million contacts of 1.5 kB each in a file that the system had in memory.
var limits = struct {
	walked, stepsEach, listed, scanned, share, bound int
}{
	// A page of n candidates is collected at 2.1 µs each, or walked to at 75 ns a step. Evenly spread among a million they are
	// met after 50 × 1,000,000 / n steps, which is the better of the two from n = 1340 on.
	walked: 1000,
	// A walk that meets none is given up after this many steps a candidate: it has then cost 1.5 µs each, less than collecting.
	stepsEach: 20,
	// Without a limit, up to this many candidates are read and sorted, which takes 45 MB; more are met in the order of an index.
	listed: 30_000,
	// The text of this many candidates is checked in 42 ms; a scan checks those of the whole million in 37 ms.
	scanned: 20_000,
	// Looking a candidate up costs 2.1 µs, reading it in passing 0.33 µs: when more than a sixth of the rows are candidates, all
	// rows are read.
	share: 6,
	// Up to this many values are bound one by one; as one JSON text they cost the same, but SQLite plans few values better.
	bound: 256,
}
