package sqlite

import (
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// TestPagesAreKeptInOneStretch finds out whether the library took the memory it was given.
func TestPagesAreKeptInOneStretch(t *testing.T) {
	c := openConn(t)
	if _, err := c.exec(t.Context(), "CREATE TABLE words(word TEXT)"); err != nil {
		t.Fatal(err)
	}
	tls := libc.NewTLS()
	defer tls.Close()
	now, most := libc.Xcalloc(tls, 1, 8), libc.Xcalloc(tls, 1, 8)
	defer libc.Xfree(tls, now)
	defer libc.Xfree(tls, most)
	if code := sqlite3.Xsqlite3_status(tls, sqlite3.SQLITE_STATUS_PAGECACHE_USED, now, most, 0); code != sqlite3.SQLITE_OK {
		t.Fatalf("status: %d", code)
	}
	if used := libc.GoBytes(now, 4); used[0] == 0 && used[1] == 0 {
		t.Fatal("no page is kept in the memory set aside for pages")
	}
}
