package inbound

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Mbox reads a file that holds one message, or several as mailbox files do: before each a line that begins with "From "
// (RFC 4155).
type Mbox struct {
	in      *bufio.Reader
	rest    []byte // of the line that is handed out
	inside  bool   // the last piece did not end its line
	blank   bool   // the line before is empty, or there is none
	started bool
	begun   bool   // something of this message was handed out
	next    []byte // the line with which the next message begins
	err     error
}

// NewMbox reads from a file.
func NewMbox(r io.Reader) *Mbox { return &Mbox{in: bufio.NewReaderSize(r, maxLine), blank: true} }

// Next goes on to the next message, whatever was read of the one before; false when there is none.
func (b *Mbox) Next() bool {
	if !b.started {
		b.started = true
		_, err := b.in.Peek(1)
		return err == nil
	}
	_, _ = io.Copy(io.Discard, b) // its error comes again
	if b.next == nil {
		return false
	}
	b.begun, b.rest, b.next = false, b.next, nil
	return true
}

// Read reads of the message Next went on to.
func (b *Mbox) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if b.next != nil {
			return 0, io.EOF
		}
		if b.err != nil {
			return 0, b.err
		}
		line, err := b.in.ReadSlice('\n')
		starts := !b.inside
		b.inside = errors.Is(err, bufio.ErrBufferFull)
		if err != nil && !b.inside {
			b.err = err
		}
		if starts && b.blank && b.begun && bytes.HasPrefix(line, []byte("From ")) {
			b.next = bytes.Clone(line)
			return 0, io.EOF
		}
		b.blank = starts && len(bytes.TrimRight(line, "\r\n")) == 0
		b.rest = line
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	b.begun = true
	if n == 0 && b.err != nil {
		return 0, b.err
	}
	return n, nil
}
