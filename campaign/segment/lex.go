package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Error is what is wrong with a rule, and where.
type Error struct {
	Line, Column int           // from 1, in characters; 0 for a rule that was not typed
	Offset       int           // in bytes
	Text         campaign.Text // says what was expected, and the nearest known word

	at int
}

func (e *Error) Error() string {
	return e.words().String()
}

func (e *Error) words() campaign.Text {
	if e.Line == 0 {
		return e.Text
	}
	return campaign.Textf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// Unwrap makes it an Invalid error of the field “rule”.
func (e *Error) Unwrap() error {
	return &campaign.Error{Code: campaign.Invalid, Field: "rule", Text: e.words()}
}

func (r *Rule) wrong(format string, args ...any) error {
	return &Error{Text: campaign.Textf(format, args...), at: r.at}
}

func (v *Value) wrong(format string, args ...any) error {
	return &Error{Text: campaign.Textf(format, args...), at: v.at}
}

// Wrong returns an error that points at a name in a rule.
func (v *Value) Wrong(format string, args ...any) error { return v.wrong(format, args...) }

// Locate adds line and column to an error of the text its rule was read from.
func Locate(err error, text string) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	e.Offset = min(max(e.at-1, 0), len(text))
	before := text[:e.Offset]
	e.Line = strings.Count(before, "\n") + 1
	e.Column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return e
}

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	stringToken
	signToken // ( ) , and comparisons
)

// token is one word of a rule's text. at and end are bytes from 1, so that 0 is nowhere.
type token struct {
	kind    tokenKind
	text    string
	at, end int
	open    bool // a quotation that does not end
}

// closers are opening quotation marks and what closes each.
var closers = map[rune]string{'"': `"`, '\'': "'", '“': "”", '„': "“”\"", '«': "»"}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_-.@#/+&:%", r)
}

// lex divides a text into tokens; the last one is the end.
func lex(text string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		start := i
		switch {
		case unicode.IsSpace(r):
			i += size
			continue
		case closers[r] != "":
			t, next := lexString(text, i, size, closers[r])
			tokens, i = append(tokens, t), next
			continue
		case isWordRune(r):
			for i < len(text) {
				r, size := utf8.DecodeRuneInString(text[i:])
				if !isWordRune(r) || r == utf8.RuneError {
					break
				}
				i += size
			}
			tokens = append(tokens, token{kind: wordToken, text: text[start:i], at: start + 1, end: i + 1})
			continue
		}
		sign := string(r)
		for _, s := range []string{"!=", "<>", "<=", ">="} {
			if strings.HasPrefix(text[i:], s) {
				sign = s
			}
		}
		if !strings.Contains("()=,<>", sign) && len(sign) < 2 || r == utf8.RuneError || len(sign) != 1 && r >= 0x80 {
			return nil, &Error{Text: campaign.Textf("%q has no meaning here", sign), at: start + 1}
		}
		i += len(sign)
		tokens = append(tokens, token{kind: signToken, text: strings.Replace(sign, "<>", "!=", 1), at: start + 1, end: i + 1})
	}
	return append(tokens, token{at: len(text) + 1, end: len(text) + 1}), nil
}

// lexString reads a quotation; a backslash escapes the next character.
func lexString(text string, start, size int, end string) (token, int) {
	var b strings.Builder
	for i := start + size; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune(end, r) && r != utf8.RuneError:
			return token{kind: stringToken, text: b.String(), at: start + 1, end: i + n + 1}, i + n
		case r == '\\' && i+n < len(text):
			i += n
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		b.WriteRune(r)
		i += n
	}
	return token{kind: stringToken, text: b.String(), at: start + 1, end: len(text) + 1, open: true}, len(text)
}
