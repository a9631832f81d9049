package contactfile

import (
	"bytes"
	"unicode/utf8"
)

// What a file's bytes look like.
const (
	utf8Plain    = "UTF-8"
	utf8Mark     = "UTF-8 with a byte order mark"
	utf16        = "UTF-16"
	windows1250  = "windows-1250 (Central European)"
	windows1251  = "windows-1251 (Cyrillic)"
	workbook     = "Excel workbook"
	unknownBytes = "no text"
)

// sampled is how much of a file is looked at where looking at all of it would tell no more.
const sampled = 64 << 10

// guessEncoding tells what a file is written in. A file is taken for UTF-8 when it has more sound sequences of several
// bytes than broken ones: some broken rows do not make it another encoding.
func guessEncoding(data []byte) string {
	head := data[:min(len(data), sampled)]
	switch {
	case bytes.HasPrefix(data, []byte("\ufeff")):
		return utf8Mark
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return workbook
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), everyOtherNUL(head):
		return utf16
	case bytes.Count(head, []byte{0}) > len(head)/20:
		return unknownBytes
	}
	sound, broken := 0, 0
	for rest := data; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			broken++
		case n > 1:
			sound++
		}
		rest = rest[n:]
	}
	if broken <= sound {
		return utf8Plain
	}
	return guessLegacy(head)
}

// everyOtherNUL is the look of Latin text in UTF-16 without a byte order mark.
func everyOtherNUL(b []byte) bool {
	var nul [2]int
	for i, c := range b {
		if c == 0 {
			nul[i%2]++
		}
	}
	half := len(b) / 2
	return half > 4 && max(nul[0], nul[1]) > half*3/4 && min(nul[0], nul[1]) < half/4
}

// guessLegacy tells the two one-byte encodings of Serbian offices apart: in Cyrillic whole words are made of high bytes, in
// Latin script single letters are.
func guessLegacy(b []byte) string {
	high, together := 0, 0
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		high++
		if i > 0 && b[i-1] >= 0x80 {
			together++
		}
	}
	if together*2 > high {
		return windows1251
	}
	return windows1250
}
