package sqlite

import (
	"context"
	"fmt"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// statement is a prepared statement with the memory its arguments are bound from.
type statement struct {
	row
	sql    string
	memory uintptr // the library's; texts are bound where they lie here, so that it need not copy them once more
	size   int

	running bool // its rows are being gone through
}

// keptMemory is how much memory a statement keeps for the arguments of its next run.
const keptMemory = 64 << 10

// bind sets all parameters. They stay good until the statement is run again.
func (s *statement) bind(args []any) error {
	texts := 0
	for _, arg := range args {
		switch x := arg.(type) {
		case string:
			texts += len(x)
		case []byte:
			texts += len(x)
		}
	}
	if err := s.reserve(texts); err != nil {
		return err
	}
	memory, used := libc.GoBytes(s.memory, s.size), 0
	for i, arg := range args {
		var code int32
		n := int32(i + 1)
		switch x := arg.(type) {
		case int64:
			code = sqlite3.Xsqlite3_bind_int64(s.tls, s.handle, n, x)
		case string:
			at := s.memory + uintptr(used)
			used += copy(memory[used:], x)
			code = sqlite3.Xsqlite3_bind_text(s.tls, s.handle, n, at, int32(len(x)), 0)
		case []byte:
			if x == nil {
				code = sqlite3.Xsqlite3_bind_null(s.tls, s.handle, n)
				break
			}
			at := s.memory + uintptr(used)
			used += copy(memory[used:], x)
			code = sqlite3.Xsqlite3_bind_blob(s.tls, s.handle, n, at, int32(len(x)), 0)
		default:
			return fmt.Errorf("a %T cannot be bound to a statement", arg)
		}
		if code != sqlite3.SQLITE_OK {
			return s.failure(code)
		}
	}
	return nil
}

// run runs the statement with arguments that stand in texts, and says how many rows it changed.
func (s *statement) run(args []cell, texts []byte) (int64, error) {
	if err := s.reserve(len(texts)); err != nil {
		return 0, err
	}
	defer s.reset()
	copy(libc.GoBytes(s.memory, s.size), texts)
	for i, arg := range args {
		var code int32
		switch n := int32(i + 1); arg.kind {
		case isNumber:
			code = sqlite3.Xsqlite3_bind_int64(s.tls, s.handle, n, arg.number)
		case isText:
			code = sqlite3.Xsqlite3_bind_text(s.tls, s.handle, n, s.memory+uintptr(arg.number), arg.size, 0)
		case isBytes:
			code = sqlite3.Xsqlite3_bind_blob(s.tls, s.handle, n, s.memory+uintptr(arg.number), arg.size, 0)
		default:
			code = sqlite3.Xsqlite3_bind_null(s.tls, s.handle, n)
		}
		if code != sqlite3.SQLITE_OK {
			return 0, s.failure(code)
		}
	}
	if code := sqlite3.Xsqlite3_step(s.tls, s.handle); code != sqlite3.SQLITE_DONE {
		return 0, s.failure(code)
	}
	return int64(sqlite3.Xsqlite3_changes(s.tls, s.db)), nil
}

// maxValue is what the library takes at most in one value.
const maxValue = 1_000_000_000

// reserve makes the statement's memory large enough for the texts of its arguments.
func (s *statement) reserve(texts int) error {
	need := texts + 1 // never none: a text of no bytes must lie somewhere, or it would be NULL
	if need <= s.size {
		return nil
	}
	need = max(2*s.size, need, 256)
	if need > 2*maxValue {
		return &sqliteError{sqlite3.SQLITE_TOOBIG, "the values are too large for one statement"}
	}
	s.release()
	if s.memory = sqlite3.Xsqlite3_malloc(s.tls, int32(need)); s.memory == 0 {
		return &sqliteError{sqlite3.SQLITE_NOMEM, "out of memory"}
	}
	s.size = need
	return nil
}

func (s *statement) release() {
	sqlite3.Xsqlite3_clear_bindings(s.tls, s.handle)
	sqlite3.Xsqlite3_free(s.tls, s.memory)
	s.memory, s.size = 0, 0
}

// reset ends a run of the statement, so that it holds no lock and can be run again.
func (s *statement) reset() {
	sqlite3.Xsqlite3_reset(s.tls, s.handle)
	if s.size > keptMemory {
		s.release()
	}
}

func (s *statement) close() {
	s.release()
	sqlite3.Xsqlite3_finalize(s.tls, s.handle)
}

// row is the row of an answer at which a statement stands.
type row struct {
	*conn
	handle uintptr
	texts  []string // by column, the text read last
}

// null reports whether a column holds no value.
func (r *row) null(column int) bool {
	return sqlite3.Xsqlite3_column_type(r.tls, r.handle, int32(column)) == sqlite3.SQLITE_NULL
}

// integer gives a column's number, 0 when it holds none.
func (r *row) integer(column int) int64 {
	return sqlite3.Xsqlite3_column_int64(r.tls, r.handle, int32(column))
}

// text gives a column's text, "" when it holds none. Many columns hold the same in row after row (a run, a state, a
// language): their text is made once.
func (r *row) text(column int) string {
	if b := r.view(column); string(b) != r.texts[column] {
		r.texts[column] = string(b)
	}
	return r.texts[column]
}

// view gives the bytes of a column's text without copying them: they are only good until the next column or row is read.
func (r *row) view(column int) []byte {
	at := sqlite3.Xsqlite3_column_text(r.tls, r.handle, int32(column))
	if at == 0 {
		return nil
	}
	return libc.GoBytes(at, int(sqlite3.Xsqlite3_column_bytes(r.tls, r.handle, int32(column))))
}

// blob gives a column's bytes without copying them, as view does.
func (r *row) blob(column int) []byte {
	at := sqlite3.Xsqlite3_column_blob(r.tls, r.handle, int32(column))
	if at == 0 {
		return nil
	}
	return libc.GoBytes(at, int(sqlite3.Xsqlite3_column_bytes(r.tls, r.handle, int32(column))))
}

// bytes gives a copy of a column's bytes, nil when it holds none.
func (r *row) bytes(column int) []byte {
	at := sqlite3.Xsqlite3_column_blob(r.tls, r.handle, int32(column))
	if at == 0 {
		return nil
	}
	return append([]byte(nil), libc.GoBytes(at, int(sqlite3.Xsqlite3_column_bytes(r.tls, r.handle, int32(column))))...)
}

// interruptWith interrupts what the connection runs once ctx ends, until the function it gives is called.
func (c *conn) interruptWith(ctx context.Context) (stop func()) {
	stopped, ended := make(chan struct{}), make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(ended)
		tls := libc.NewTLS() // the connection's is in use
		defer tls.Close()
		for { // again and again: what is interrupted before its first step does not notice
			sqlite3.Xsqlite3_interrupt(tls, c.db)
			select {
			case <-stopped:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	})
	return func() {
		close(stopped)
		if !forget() {
			<-ended // or it would interrupt the connection's next user
		}
	}
}

// copyText gives a copy of a text in the library's memory, ended as C wants it.
func (c *conn) copyText(text string) uintptr {
	p := sqlite3.Xsqlite3_malloc(c.tls, int32(len(text)+1))
	b := libc.GoBytes(p, len(text)+1)
	b[copy(b, text)] = 0
	return p
}

// newPointer gives memory for the library to write an address to, takePointer reads it and gives the memory back.
func (c *conn) newPointer() uintptr {
	return sqlite3.Xsqlite3_malloc(c.tls, int32(unsafe.Sizeof(uintptr(0))))
}

func (c *conn) takePointer(p uintptr) uintptr {
	defer sqlite3.Xsqlite3_free(c.tls, p)
	return *(*uintptr)(unsafe.Pointer(&libc.GoBytes(p, int(unsafe.Sizeof(uintptr(0))))[0]))
}
