package mailer

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"
)

// part is one text of a letter, HTML or plain, ready to be joined with a reader's values.
type part struct {
	html   bool
	base64 bool
	pieces []piece // literals are encoded already in quoted-printable, and raw for base64
	starts []bool  // of each piece: a literal that begins with a line break
	ends   []bool  // of each piece: a literal that ends with one
}

// base64 is shorter than quoted-printable, which triples each byte outside ASCII, above about this share of such bytes.
const base64Percent = 17

// newPart prepares a text. All its line ends become CRLF.
func newPart(text string, places int, html bool) (*part, error) {
	text = string(appendText(nil, text, false))
	pieces, err := cut(text, places)
	if err != nil {
		return nil, err
	}
	p := &part{html: html, base64: wantsBase64(pieces), pieces: pieces}
	p.starts, p.ends = make([]bool, len(pieces)), make([]bool, len(pieces))
	for i, piece := range pieces {
		p.starts[i] = strings.HasPrefix(piece.literal, "\r\n")
		p.ends[i] = strings.HasSuffix(piece.literal, "\r\n")
		if !p.base64 && piece.place < 0 {
			p.pieces[i].literal = string(appendQP(nil, piece.literal))
		}
	}
	return p, nil
}

func wantsBase64(pieces []piece) bool {
	foreign, all := 0, 0
	for _, p := range pieces {
		all += len(p.literal)
		for i := 0; i < len(p.literal); i++ {
			if p.literal[i] >= utf8.RuneSelf {
				foreign++
			}
		}
	}
	return foreign*100 > all*base64Percent
}

// append writes the encoded text with a reader's values; scratch is room to work in, handed back for the next time.
func (p *part) append(dst, scratch []byte, values []string) (encoded, room []byte) {
	if p.base64 {
		scratch = scratch[:0]
		for _, piece := range p.pieces {
			if piece.place < 0 {
				scratch = append(scratch, piece.literal...)
			} else {
				scratch = appendText(scratch, values[piece.place], p.html)
			}
		}
		return appendBase64(dst, scratch), scratch
	}
	return p.appendQP(dst, scratch, values)
}

// appendQP joins pieces that are encoded each on its own. A soft line break (RFC 2045 section 6.7, rule 5) before and
// after each value lets every piece begin in the first column, so that no line outgrows 76 characters whatever the value.
func (p *part) appendQP(dst, scratch []byte, values []string) (encoded, room []byte) {
	lineStart := true
	for i, piece := range p.pieces {
		if piece.place < 0 {
			if !lineStart && !p.starts[i] {
				dst = append(dst, "=\r\n"...)
			}
			dst = append(dst, piece.literal...)
			lineStart = p.ends[i]
			continue
		}
		value := values[piece.place]
		if value == "" {
			continue
		}
		if !lineStart {
			dst = append(dst, "=\r\n"...)
		}
		if !needsCare(value, p.html) {
			dst = appendQP(dst, value)
			lineStart = false
			continue
		}
		scratch = appendText(scratch[:0], value, p.html)
		dst = appendQP(dst, scratch)
		lineStart = scratch[len(scratch)-1] == '\n'
	}
	return dst, scratch
}

// qpLine is how many characters of a line may be used: one of the 76 is kept for the soft line break.
const qpLine = 75

// appendQP encodes text whose line breaks are CRLF as quoted-printable, beginning in the first column.
func appendQP[T string | []byte](dst []byte, s T) []byte {
	col := 0
	for i := 0; i < len(s); i++ {
		if run := bareRun(s, i, qpLine-col); run > 0 {
			dst = append(dst, s[i:i+run]...)
			i += run
			if col += run; i == len(s) {
				break
			}
		}
		c := s[i]
		if c == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			dst = append(dst, "\r\n"...)
			col = 0
			i++
			continue
		}
		bare := isBare(c) || (c == ' ' || c == '\t') && !endsLine(s, i)
		width := 3
		if bare {
			width = 1
		}
		if col+width > qpLine {
			dst = append(dst, "=\r\n"...)
			col = 0
		}
		if bare {
			dst = append(dst, c)
		} else {
			dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
		}
		col += width
	}
	return dst
}

// isBare reports whether an octet stands for itself in quoted-printable wherever it is.
func isBare(c byte) bool { return c > ' ' && c <= '~' && c != '=' }

// bareRun returns how many octets from s[i] on stand for themselves, at most room.
func bareRun[T string | []byte](s T, i, room int) int {
	s = s[i:min(len(s), i+room)]
	n := 0
	for n < len(s) && isBare(s[n]) {
		n++
	}
	return n
}

// endsLine reports whether nothing follows s[i] on its line; blanks there would be lost on the way (rule 3).
func endsLine[T string | []byte](s T, i int) bool {
	return i+1 == len(s) || s[i+1] == '\r'
}

// rawLine is how many bytes make a base64 line of 76 characters.
const rawLine = 57

func appendBase64(dst, raw []byte) []byte {
	dst = slices.Grow(dst, base64Length(len(raw)))
	for len(raw) > rawLine {
		dst = append(appendLine64(dst, (*[rawLine]byte)(raw)), "\r\n"...)
		raw = raw[rawLine:]
	}
	return base64.StdEncoding.AppendEncode(dst, raw)
}

func base64Length(raw int) int { return base64.StdEncoding.EncodedLen(raw) + 2*(raw/rawLine) }

// pairs64 holds the two characters of base64 for every 12 bits, the first in the low byte.
var pairs64 = func() (pairs [1 << 12]uint16) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range pairs {
		pairs[i] = uint16(letters[i>>6]) | uint16(letters[i&63])<<8
	}
	return pairs
}()

// appendLine64 encodes a whole line, six octets at a time: three times as fast as encoding/base64, in which composing
// Cyrillic letters would spend most of its time.
func appendLine64(dst []byte, raw *[rawLine]byte) []byte {
	var line [rawLine / 3 * 4]byte
	for i := 0; i < rawLine/6; i++ {
		v := binary.BigEndian.Uint64(raw[6*i:])
		binary.LittleEndian.PutUint64(line[8*i:], uint64(pairs64[v>>52])|uint64(pairs64[v>>40&0xfff])<<16|
			uint64(pairs64[v>>28&0xfff])<<32|uint64(pairs64[v>>16&0xfff])<<48)
	}
	const last = rawLine - 3
	binary.LittleEndian.PutUint16(line[72:], pairs64[uint(raw[last])<<4|uint(raw[last+1])>>4])
	binary.LittleEndian.PutUint16(line[74:], pairs64[uint(raw[last+1]&15)<<8|uint(raw[last+2])])
	return append(dst, line[:]...)
}
