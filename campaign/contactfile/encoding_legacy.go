package contactfile

import (
	"bytes"
	"strings"
	"unicode"
)

// The letters beyond ASCII that Serbian is written with, those that French has and no neighbour of Serbia, those that its
// neighbours have, most of them French too, and the marks that typists use.
const (
	serbianLatin    = "čćđšžČĆĐŠŽ"
	serbianCyrillic = "абвгдђежзијклљмнњопрстћуфхцчџшАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ"
	frenchOnly      = "àêïùÿœÀÊÏÙŸŒ"
	neighbourLatin  = "áéíóöőúüűýäëçôâîûěňřůßÁÉÍÓÖŐÚÜŰÝÄËÇÔÂÎÛ"
	quotation       = "„“”‘’‚–—…»«€§°"
)

// frenchHeaders are names of columns that are French and nothing else, as headerKey writes them.
const frenchHeaders = " nom prenom prenoms nometprenom prenometnom nomcomplet courriel mel adresseemail adressemail ville langue ecole etablissement " +
	"organisme entreprise societe redaction fonction poste telephone remarque remarques commentaire "

// guessLegacy takes the one-byte encoding in which a text looks most like one that is written in Serbia, or in French:
// Latin letters stand beside other Latin ones, Cyrillic beside Cyrillic, and signs do not stand inside words. The head holds
// the names of the columns. Libraries that guess encodings take Windows-1250 for Windows-1252 and ISO-8859-2 for ISO-8859-1.
func guessLegacy(head, sample []byte) Encoding {
	best, bestScore := Windows1250, 0
	for i, e := range []Encoding{Windows1250, Latin2, Windows1251, Windows1252, CodePage852} { // the commonest first: it wins when they are equal
		score := legacyScore(e, sample)
		if e == Windows1252 && inFrench(head) {
			score += 4
		}
		if i == 0 || score > bestScore {
			best, bestScore = e, score
		}
	}
	return best
}

func legacyScore(e Encoding, sample []byte) int {
	m, own := charmap8(e), serbianLatin
	if e == Windows1252 {
		own = frenchOnly
	}
	at := func(i int) byte {
		if i < 0 || i >= len(sample) {
			return ' '
		}
		return sample[i]
	}
	score := 0
	for i, c := range sample {
		if c < 0x80 {
			continue
		}
		r := m.DecodeByte(c)
		latinBefore, latinAfter := isLatin(at(i-1)), isLatin(at(i+1))
		beside := latinBefore || latinAfter
		switch {
		case strings.ContainsRune(serbianCyrillic, r) && beside:
			score -= 3 // no word mixes the scripts
		case e != Windows1251 && !caseFits(at(i-1), r, at(i+1)):
			score -= 2
		case strings.ContainsRune("čČ", r) && beside && graveFits(at(i-1), at(i+1)): // most likely è
		case strings.ContainsRune("èÈ", r) && graveFits(at(i-1), at(i+1)):
			score += 3
		case strings.ContainsRune(serbianCyrillic, r), strings.ContainsRune(own, r) && beside:
			score += 3
		case strings.ContainsRune(serbianLatin, r), strings.ContainsRune(neighbourLatin, r) && beside:
			score++
		case strings.ContainsRune(quotation, r) && !(latinBefore && latinAfter):
			score++
		case r < 0xa0 || r == 0xfffd:
			score -= 4 // a control character
		default:
			score -= 2
		}
	}
	return score
}

// caseFits reports whether a letter stands beside others as capitals and small letters do: no capital after a small letter,
// no small one between capitals.
func caseFits(before byte, r rune, after byte) bool {
	small := func(c byte) bool { return c >= 'a' && c <= 'z' }
	if unicode.IsUpper(r) {
		return !small(before)
	}
	return !unicode.IsLower(r) || small(before) || small(after) || !isLatin(before) || !isLatin(after)
}

func isLatin(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// graveFits reports whether the letter between two others, which is č in one encoding and è in another, is è: Genève,
// première, Hélène. A č is before a vowel, at the end, or before one of few consonants: Čačak, Kolač, Grčka, lična.
func graveFits(before, after byte) bool {
	switch {
	case !isLatin(before) || !isLatin(after):
		return false
	case strings.IndexByte("nlm", after|0x20) >= 0:
		return strings.IndexByte("aeiou", before|0x20) < 0
	}
	return strings.IndexByte("rdcgtvsbpfqxz", after|0x20) >= 0
}

// inFrench reports whether one of the first rows has names of columns in French.
func inFrench(head []byte) bool {
	rows := 0
	for row := range bytes.Lines(head) {
		if rows++; rows > titleRows {
			break
		}
		text, _ := charmap8(Windows1252).NewDecoder().Bytes(row)
		for _, cell := range strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(delimiters, r) }) {
			if key := headerKey(cell); key != "" && strings.Contains(frenchHeaders, " "+key+" ") {
				return true
			}
		}
	}
	return false
}
