//go:build !linux

package sqlite

// birthOf is known on Linux alone; elsewhere machine and path have to do.
func birthOf(string) (string, bool) { return "", false }
