package inbound

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/mail"
	"strings"
)

// Field is a line of a header, unfolded and decoded.
type Field struct{ Name, Value string }

// Fields are a header, or a group of a report.
type Fields []Field

// Get returns the first value of a field, "" without one.
func (f Fields) Get(name string) string {
	for _, one := range f {
		if strings.EqualFold(one.Name, name) {
			return one.Value
		}
	}
	return ""
}

// All returns the values of a field.
func (f Fields) All(name string) (out []string) {
	for _, one := range f {
		if strings.EqualFold(one.Name, name) {
			out = append(out, one.Value)
		}
	}
	return out
}

// Has reports whether there is a field of one of some names.
func (f Fields) Has(names ...string) bool {
	for _, one := range f {
		for _, n := range names {
			if strings.EqualFold(one.Name, n) {
				return true
			}
		}
	}
	return false
}

// addressesIn returns the addresses of a value, read as leniently as can be.
func addressesIn(value string) (out []string) {
	if list, err := mail.ParseAddressList(value); err == nil {
		for _, a := range list {
			out = append(out, a.Address)
		}
		return out
	}
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t,;<>()[]\"", r) }) {
		if strings.Count(word, "@") == 1 && !strings.HasPrefix(word, "@") && !strings.HasSuffix(word, "@") {
			out = append(out, word)
		}
	}
	return out
}

// fieldsOf reads a header that is the text of a part.
func fieldsOf(text string) Fields {
	in := &lineReader{in: bufio.NewReaderSize(strings.NewReader(text), maxLine)}
	return in.header(nil)
}

// groupsOf reads groups of fields with empty lines between them.
func groupsOf(text string) (out []Fields) {
	in := &lineReader{in: bufio.NewReaderSize(strings.NewReader(text), maxLine)}
	for len(out) < maxGroups {
		group := in.header(nil)
		if len(group) == 0 {
			if _, _, ok := in.line(); !ok { // a line that is no field is passed over
				return out
			}
			continue
		}
		out = append(out, group)
	}
	return out
}

// lineReader reads lines, with one that can be put back.
type lineReader struct {
	in     *bufio.Reader
	held   []byte
	inside bool // the last piece did not end its line
	read   int  // octets
	cut    bool // more was in a header than is held
	err    error
}

// line returns the next line with its end, or the next piece of a long one; starts is false for its further pieces.
func (l *lineReader) line() (line []byte, starts, ok bool) {
	if l.held != nil {
		line, l.held = l.held, nil
		return line, true, true
	}
	starts = !l.inside
	line, err := l.in.ReadSlice('\n')
	l.inside = errors.Is(err, bufio.ErrBufferFull)
	l.read += len(line)
	if err != nil && !l.inside {
		l.err = err
	}
	return line, starts, len(line) > 0
}

func (l *lineReader) failed() error {
	if l.err == nil || errors.Is(l.err, io.EOF) {
		return nil
	}
	return l.err
}

// header reads fields up to an empty line, a boundary, or a line that is none: mails in the wild forget the empty line.
// Of a longer header than the bounds allow, the rest is passed over.
func (l *lineReader) header(boundaries []string) Fields {
	type field struct {
		name  string
		value []byte
	}
	var raw []field
	size := 0
	for {
		line, starts, ok := l.line()
		if !ok {
			break
		}
		text := bytes.TrimRight(line, "\r\n")
		if len(text) == 0 && starts {
			if len(raw) == 0 && boundaries == nil {
				continue // a file may begin with empty lines
			}
			break
		}
		size += len(text)
		if size > maxHeader || len(raw) > maxFields {
			l.cut = true
			continue
		}
		if !starts || text[0] == ' ' || text[0] == '\t' {
			if len(raw) > 0 {
				last := &raw[len(raw)-1]
				last.value = append(last.value, text...)
			}
			continue
		}
		if bytes.HasPrefix(text, []byte("From ")) && len(raw) == 0 {
			continue // of a mailbox file
		}
		name, value, ok := bytes.Cut(text, []byte(":"))
		if level, _ := delimiterOf(text, boundaries); level >= 0 || !ok || !isName(bytes.TrimRight(name, " \t")) {
			l.held = bytes.Clone(line)
			break
		}
		raw = append(raw, field{string(bytes.TrimRight(name, " \t")), bytes.Clone(value)})
	}
	var out Fields
	for _, f := range raw {
		out = append(out, Field{f.name, decodeValue(string(f.value))})
	}
	return out
}

func delimiterOf(text []byte, boundaries []string) (int, bool) {
	if !bytes.HasPrefix(text, []byte("--")) {
		return -1, false
	}
	return delimiter(text, boundaries)
}

func isName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0
}

func decodeValue(v string) string {
	v = strings.TrimSpace(strings.ToValidUTF8(v, "?"))
	if decoded, err := wordDecoder.DecodeHeader(v); err == nil {
		v = strings.ToValidUTF8(decoded, "?")
	}
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, v)
}
