package sqlite

import (
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// pageMemory is how much memory is set aside for the pages of all connections' caches. Beyond it a page is allocated by
// itself.
const pageMemory = 12 << 20

// pageSize is that of the files made here.
const pageSize = 4096

// setPageMemory has the library keep pages in one stretch of memory, cut to their size. By itself it allocates each page:
// in twice the memory, since the allocator rounds up to powers of two, and with a system call for many of them, since a
// reading connection drops its cache whenever the file has changed. It has to be done before the first file is opened,
// and where the library refuses it things only cost more.
var setPageMemory = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	list := libc.Xcalloc(tls, 3, 8)
	defer libc.Xfree(tls, list)
	header := libc.Xcalloc(tls, 1, 8)
	defer libc.Xfree(tls, header)
	if list == 0 || header == 0 || sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PCACHE_HDRSZ, libc.VaList(list, header)) != sqlite3.SQLITE_OK {
		return
	}
	slot := (pageSize + *(*int32)(unsafe.Pointer(&libc.GoBytes(header, 4)[0])) + 7) &^ 7
	memory := libc.Xmalloc(tls, pageMemory)
	if memory == 0 {
		return
	}
	if sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_PAGECACHE, libc.VaList(list, memory, slot, pageMemory/slot)) != sqlite3.SQLITE_OK {
		libc.Xfree(tls, memory)
	}
})
