package sqlite

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The library writes a commit to the log page by page, each in two system calls: together they take half of what a small
// commit costs. walFile stands in front of the log's file and hands what follows on one another over in one call, at the
// latest with the last page of a commit, so that whoever is told of the commit finds it in the file (the format of the log:
// https://sqlite.org/fileformat2.html, section 4). It is not for connections that force each commit to the disk: these pad
// the log in ways of their own.
type walFile struct {
	original uintptr                      // the methods of the file itself
	methods  *sqlite3.Tsqlite3_io_methods // the same
	held     []byte                       // not handed over yet
	at       int64                        // where in the file that begins
	end      int64                        // of what was handed over last: how long the log is
	commit   bool                         // the page that follows is the last of its commit
	read     bool                         // the last thing done was to read: what is written then may go anywhere
}

const (
	frameHeader = 24
	walHeader   = 32
	mostHeld    = 1<<17 - 1 // the library writes no more at a time
)

// walFiles finds what stands in front of a file by the library's handle of it.
var walFiles sync.Map // uintptr → *walFile

// gatherLog puts a walFile in front of the log of a connection that writes, and reports whether it could. Where it cannot,
// all goes on as it would without.
func (c *conn) gatherLog() bool {
	name, out := c.copyText("main"), c.newPointer()
	defer sqlite3.Xsqlite3_free(c.tls, name)
	code := sqlite3.Xsqlite3_file_control(c.tls, c.db, name, sqlite3.SQLITE_FCNTL_JOURNAL_POINTER, out)
	handle := c.takePointer(out)
	if code != sqlite3.SQLITE_OK || handle == 0 {
		return false
	}
	file := at[sqlite3.Tsqlite3_file](handle)
	if file.FpMethods == 0 {
		return false
	}
	w := &walFile{original: file.FpMethods, methods: at[sqlite3.Tsqlite3_io_methods](file.FpMethods)}
	own := sqlite3.Xsqlite3_malloc(c.tls, int32(unsafe.Sizeof(*w.methods)))
	if own == 0 {
		return false
	}
	methods := at[sqlite3.Tsqlite3_io_methods](own)
	*methods = *w.methods
	methods.FxWrite, methods.FxRead, methods.FxTruncate = pointerTo(walWrite), pointerTo(walRead), pointerTo(walTruncate)
	methods.FxSync, methods.FxFileSize, methods.FxClose = pointerTo(walSync), pointerTo(walFileSize), pointerTo(walClose)
	walFiles.Store(handle, w)
	file.FpMethods = own
	c.log = w
	return true
}

// forgetLog drops what a transaction that came to nothing has left: somebody else may write in its place from now on.
func (c *conn) forgetLog() {
	if c.log != nil {
		c.log.held = c.log.held[:0]
	}
}

// at gives what lies at an address of the library's memory.
func at[T any](address uintptr) *T {
	var size T
	return (*T)(unsafe.Pointer(&libc.GoBytes(address, int(unsafe.Sizeof(size)))[0]))
}

// pointerTo gives a function as the library calls it, call the function behind such a pointer.
func pointerTo(function any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&function))[1] }

func call[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{pointer})) }

func walOf(file uintptr) *walFile {
	w, _ := walFiles.Load(file)
	return w.(*walFile)
}

func (w *walFile) write(tls *libc.TLS, file, from uintptr, n int32, at int64) int32 {
	return call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](w.methods.FxWrite)(tls, file, from, n, at)
}

// flush hands over what is held. What cannot be written is let go: the commit it belongs to fails.
func (w *walFile) flush(tls *libc.TLS, file uintptr) int32 {
	if len(w.held) == 0 {
		return sqlite3.SQLITE_OK
	}
	code := w.write(tls, file, uintptr(unsafe.Pointer(&w.held[0])), int32(len(w.held)), w.at)
	w.end = w.at + int64(len(w.held))
	w.held = w.held[:0]
	return code
}

func walWrite(tls *libc.TLS, file, from uintptr, n int32, at int64) int32 {
	w := walOf(file)
	if len(w.held) > 0 && (w.at+int64(len(w.held)) != at || len(w.held)+int(n) > mostHeld) {
		if code := w.flush(tls, file); code != sqlite3.SQLITE_OK {
			return code
		}
	}
	if len(w.held) == 0 {
		w.at = at
	}
	data := libc.GoBytes(from, int(n))
	w.held = append(w.held, data...)
	header := n == frameHeader
	last := w.commit && !header
	w.commit = header && binary.BigEndian.Uint32(data[4:]) != 0
	hold := header && !w.read || n > walHeader && !last
	if w.read = false; hold {
		return sqlite3.SQLITE_OK // more follows
	}
	return w.flush(tls, file)
}

func walRead(tls *libc.TLS, file, into uintptr, n int32, at int64) int32 {
	w := walOf(file)
	w.read = true
	if code := w.flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return call[func(*libc.TLS, uintptr, uintptr, int32, int64) int32](w.methods.FxRead)(tls, file, into, n, at)
}

func walTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	w := walOf(file)
	if code := w.flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return call[func(*libc.TLS, uintptr, int64) int32](w.methods.FxTruncate)(tls, file, size)
}

func walSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	w := walOf(file)
	if code := w.flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return call[func(*libc.TLS, uintptr, int32) int32](w.methods.FxSync)(tls, file, flags)
}

func walFileSize(tls *libc.TLS, file, size uintptr) int32 {
	w := walOf(file)
	if code := w.flush(tls, file); code != sqlite3.SQLITE_OK {
		return code
	}
	return call[func(*libc.TLS, uintptr, uintptr) int32](w.methods.FxFileSize)(tls, file, size)
}

func walClose(tls *libc.TLS, file uintptr) int32 {
	w := walOf(file)
	walFiles.Delete(file)
	own := at[sqlite3.Tsqlite3_file](file)
	sqlite3.Xsqlite3_free(tls, own.FpMethods)
	own.FpMethods = w.original
	return call[func(*libc.TLS, uintptr) int32](w.methods.FxClose)(tls, file)
}
