package mailer

import (
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// piece is a stretch of a text: the same for everyone, or the place of a reader's value.
type piece struct {
	literal string
	place   int // -1 for a literal
}

const placeDigits = 4

// cut divides a text at its places.
func cut(text string, places int) ([]piece, error) {
	var pieces []piece
	for {
		i := strings.Index(text, campaign.PlaceBegin)
		if i < 0 {
			break
		}
		if i > 0 {
			pieces = append(pieces, piece{literal: text[:i], place: -1})
		}
		text = text[i+len(campaign.PlaceBegin):]
		n, ok := placeNumber(text)
		if !ok || n >= places {
			return nil, campaign.Errorf(campaign.Invalid, "the text holds a damaged mark for a reader's value")
		}
		pieces = append(pieces, piece{place: n})
		text = text[placeDigits+len(campaign.PlaceEnd):]
	}
	if text != "" {
		pieces = append(pieces, piece{literal: text, place: -1})
	}
	return pieces, nil
}

// placeNumber reads what follows PlaceBegin.
func placeNumber(s string) (int, bool) {
	if len(s) < placeDigits || !strings.HasPrefix(s[placeDigits:], campaign.PlaceEnd) {
		return 0, false
	}
	n := 0
	for i := 0; i < placeDigits; i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// merge joins pieces and values as they are.
func merge(dst []byte, pieces []piece, values []string) []byte {
	for _, p := range pieces {
		if p.place < 0 {
			dst = append(dst, p.literal...)
		} else {
			dst = append(dst, values[p.place]...)
		}
	}
	return dst
}

// appendText writes a value for a text body: line ends as CRLF, and for HTML what has a meaning there escaped, so that a
// name can never become markup, in an attribute neither.
func appendText(dst []byte, s string, html bool) []byte {
	if !needsCare(s, html) {
		return append(dst, s...)
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\r' && i+1 < len(s) && s[i+1] == '\n': // written with the \n
		case c == '\n' || c == '\r':
			dst = append(dst, "\r\n"...)
		case html && c == '&':
			dst = append(dst, "&amp;"...)
		case html && c == '<':
			dst = append(dst, "&lt;"...)
		case html && c == '>':
			dst = append(dst, "&gt;"...)
		case html && c == '"':
			dst = append(dst, "&#34;"...)
		case html && c == '\'':
			dst = append(dst, "&#39;"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

func needsCare(s string, html bool) bool {
	var found octetKind
	for i := 0; i < len(s); i++ {
		found |= octetKinds[s[i]]
	}
	return found&lineBreak != 0 || html && found&markup != 0 || found&foreign != 0 && !utf8.ValidString(s)
}

// octetKind is what has to be known of an octet before it is written into a text; kinds can be joined.
type octetKind byte

const (
	lineBreak octetKind = 1 << iota
	markup              // has a meaning in HTML
	foreign             // outside ASCII
)

var octetKinds = func() (kinds [256]octetKind) {
	for c := range kinds {
		switch {
		case c == '\r' || c == '\n':
			kinds[c] = lineBreak
		case strings.IndexByte("&<>\"'", byte(c)) >= 0:
			kinds[c] = markup
		case c >= utf8.RuneSelf:
			kinds[c] = foreign
		}
	}
	return kinds
}()
