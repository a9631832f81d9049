package mailer

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Lengths of header lines, without CRLF.
const (
	maxWord      = 75 // an encoded word, RFC 2047 section 2
	maxWordLine  = 76 // a line that holds encoded words, RFC 2047 section 2
	maxLine      = 78 // any line that can be folded, RFC 5322 section 2.1.1
	maxHardLine  = 998
	wordOverhead = len("=?UTF-8?B??=")
)

// Address is a mailbox with the name shown beside it.
type Address struct {
	Name  string
	Email string
}

// checkHeader refuses what could end a header line and begin another one.
func checkHeader(field, value string) error {
	if strings.ContainsAny(value, "\r\n\x00") {
		return campaign.FieldError(field, "%q holds a line break, which has no place in the head of a message", value)
	}
	return nil
}

// checkEmail refuses an address that cannot be between angle brackets as it is. It is no judge of whether the
// address makes sense: that is campaign.ParseAddress.
func checkEmail(field, address string) error {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || len(address) > 254 || !utf8.ValidString(address) {
		return campaign.FieldError(field, "the address %q is not an e-mail address", address)
	}
	for i := 0; i < len(address); i++ {
		c := address[i]
		if c <= ' ' || c == 0x7f || strings.IndexByte(`<>()[]\,;:"`, c) >= 0 || c >= 0x80 && i > at || c == '@' && i != at {
			return campaign.FieldError(field, "the address %q holds a character that cannot be mailed to", address)
		}
	}
	return nil
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// plain reports whether s can be in a header as it is: printable ASCII, nothing that looks like an encoded word, and
// no blanks that folding would lose.
func plain(s string) bool {
	blank := true // at the start, and after a blank
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && blank || c == '=' && i+1 < len(s) && s[i+1] == '?' {
			return false
		}
		blank = c == ' '
	}
	return !blank || s == ""
}

// appendField writes an unstructured header field, folded and encoded as needed.
func appendField(dst []byte, name, value string) []byte {
	dst = append(append(dst, name...), ": "...)
	col := len(name) + 2
	value = strings.ToValidUTF8(value, "\uFFFD")
	if !plain(value) || longestRun(value) > maxHardLine-col {
		dst, _ = appendWords(dst, col, value)
		return append(dst, "\r\n"...)
	}
	return append(appendFolded(dst, col, value), "\r\n"...)
}

// appendSubject is appendField for the one field in which a word longer than a line is worth encoding.
func appendSubject(dst []byte, value string) []byte {
	const name = "Subject: "
	value = strings.ToValidUTF8(value, "\uFFFD")
	if plain(value) && longestRun(value) <= maxLine-len(name) {
		return append(appendFolded(append(dst, name...), len(name), value), "\r\n"...)
	}
	dst, _ = appendWords(append(dst, name...), len(name), value)
	return append(dst, "\r\n"...)
}

func longestRun(s string) int {
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		run++
		if s[i] == ' ' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

// appendFolded writes plain text from a column on, breaking lines before blanks (RFC 5322 section 2.2.3).
func appendFolded(dst []byte, col int, s string) []byte {
	for first := true; s != ""; first = false {
		word, rest, _ := strings.Cut(s, " ")
		s = rest
		switch {
		case first:
		case col+1+len(word) > maxLine:
			dst, col = append(dst, "\r\n "...), 1
		default:
			dst, col = append(dst, ' '), col+1
		}
		dst, col = append(dst, word...), col+len(word)
	}
	return dst
}

// appendWords writes text as encoded words (RFC 2047), none of which cuts a character in two, and returns the column it
// ends in.
func appendWords(dst []byte, col int, s string) ([]byte, int) {
	useBase64 := mostlyForeign(s)
	for first := true; s != ""; first = false {
		if !first {
			dst, col = append(dst, "\r\n "...), 1
		}
		n := wordLength(s, min(maxWord, maxWordLine-col)-wordOverhead, useBase64)
		if n == 0 {
			continue // too far to the right: begin on the next line
		}
		start := len(dst)
		if useBase64 {
			dst = base64.StdEncoding.AppendEncode(append(dst, "=?UTF-8?B?"...), []byte(s[:n]))
		} else {
			dst = appendQ(append(dst, "=?UTF-8?Q?"...), s[:n])
		}
		dst = append(dst, "?="...)
		col += len(dst) - start
		s = s[n:]
	}
	return dst, col
}

// mostlyForeign reports whether base64 is the shorter way to encode s.
func mostlyForeign(s string) bool {
	foreign := 0
	for i := 0; i < len(s); i++ {
		if !qSafe(s[i]) && s[i] != ' ' {
			foreign++
		}
	}
	return foreign*6 > len(s)
}

// wordLength returns how many bytes of s, in whole characters, fit into an encoded text of the given length.
func wordLength(s string, room int, useBase64 bool) int {
	if useBase64 {
		room = max(room, 0) / 4 * 3
	}
	n := 0
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		cost := size
		if !useBase64 {
			cost = qCost(s[n : n+size])
		}
		if room -= cost; room < 0 {
			break
		}
		n += size
	}
	return n
}

func qCost(s string) int {
	if len(s) == 1 && (qSafe(s[0]) || s[0] == ' ') {
		return 1
	}
	return 3 * len(s)
}

// qSafe reports whether a byte may stand for itself in a Q word wherever it is, phrases included (RFC 2047 section 5).
func qSafe(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!*+-/", c) >= 0
}

func appendQ(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			dst = append(dst, '_')
		case qSafe(c):
			dst = append(dst, c)
		default:
			dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

const upperHex = "0123456789ABCDEF"

// appendMailbox writes a header field with one address in it.
func appendMailbox(dst []byte, name string, a Address) []byte {
	dst = append(append(dst, name...), ": "...)
	dst, col := appendPhrase(dst, len(name)+2, a.Name)
	if a.Name != "" {
		dst, _ = appendBlank(dst, col, len(a.Email)+2)
	}
	dst = append(append(dst, '<'), a.Email...)
	return append(dst, ">\r\n"...)
}

// appendBlank writes a blank, or begins a new line when what follows would not fit.
func appendBlank(dst []byte, col, next int) ([]byte, int) {
	if col+1+next > maxWordLine {
		return append(dst, "\r\n "...), 1
	}
	return append(dst, ' '), col + 1
}

// appendPhrase writes a display name (RFC 5322 section 3.2.5): as it is, in quotes, or as encoded words.
func appendPhrase(dst []byte, col int, name string) ([]byte, int) {
	switch {
	case !plain(name) || len(name) > 60:
		return appendWords(dst, col, strings.ToValidUTF8(name, "\uFFFD"))
	case strings.ContainsAny(name, `()<>[]:;@\,."`):
		start := len(dst)
		dst = append(dst, '"')
		for i := 0; i < len(name); i++ {
			if name[i] == '"' || name[i] == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, name[i])
		}
		dst = append(dst, '"')
		return dst, col + len(dst) - start
	}
	return append(dst, name...), col + len(name)
}

// appendMessageID writes a Message-ID (RFC 5322 section 3.6.4). What is no atom in the left part is written as =XX, so
// that any two ids stay apart.
func appendMessageID(dst []byte, left, domain string) []byte {
	dst = append(dst, "Message-ID: <"...)
	for i := 0; i < len(left); i++ {
		c := left[i]
		dotInside := c == '.' && i > 0 && i < len(left)-1 && left[i-1] != '.'
		if isAtom(c) && c != '=' || dotInside {
			dst = append(dst, c)
		} else {
			dst = append(dst, '=', upperHex[c>>4], upperHex[c&15])
		}
	}
	return append(append(append(dst, '@'), domain...), ">\r\n"...)
}

// isAtom reports whether c is atext (RFC 5322 section 3.2.3).
func isAtom(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}
