package contactfile

import (
	"strings"
	"unicode/utf8"
)

// cellEnds are what some spreadsheet takes for the end of a cell, whatever delimiter the file was written with: which one
// it is depends on the country of the person who opens it.
const cellEnds = ",;\t|\n\r"

// beforeFormula are signs that a spreadsheet passes over at the beginning of a cell.
const beforeFormula = " \u00a0\"\u200b\ufeff"

// formulaSigns begin a formula, in the width of ASCII and of Japanese.
const formulaSigns = "=+-@＝＋－＠"

// Harmless keeps a spreadsheet from running a cell of a CSV file, or what it takes for a cell within one, as a formula: before
// what begins like one it puts an apostrophe. So it does before apostrophes with a formula after them: exactly one is taken off
// again, by unharm.
func Harmless(cell string) string {
	if !strings.ContainsAny(cell, formulaSigns+"\t\r") {
		return cell
	}
	return eachBeginning(cell, func(out *strings.Builder, apostrophes string) { out.WriteString("'" + apostrophes) })
}

// unharm takes the apostrophes off again that Harmless put into a cell.
func unharm(cell string) string {
	if strings.IndexByte(cell, '\'') < 0 {
		return cell
	}
	return eachBeginning(cell, func(out *strings.Builder, apostrophes string) {
		out.WriteString(apostrophes[min(1, len(apostrophes)):])
	})
}

// unharmFirst is unharm for a cell of a file that is not known to be ours: only its beginning is looked at.
func unharmFirst(cell string) string {
	if !strings.HasPrefix(cell, "'") {
		return cell
	}
	if rest := strings.TrimLeft(cell, "'"); beginsLikeFormula(rest) || beginsWithControl(rest) {
		return cell[1:]
	}
	return cell
}

// eachBeginning calls fn wherever in a cell a formula begins after what may end a cell, with the apostrophes before it.
func eachBeginning(cell string, fn func(out *strings.Builder, apostrophes string)) string {
	var out strings.Builder
	out.Grow(len(cell) + 8)
	for rest, first := cell, true; ; first = false {
		bare := strings.TrimLeft(rest, beforeFormula)
		out.WriteString(rest[:len(rest)-len(bare)])
		rest = bare
		bare = strings.TrimLeft(rest, "'")
		if beginsLikeFormula(bare) || first && beginsWithControl(bare) {
			fn(&out, rest[:len(rest)-len(bare)])
			rest = bare
		}
		end := strings.IndexAny(rest, cellEnds)
		if end < 0 {
			out.WriteString(rest)
			return out.String()
		}
		out.WriteString(rest[:end+1])
		rest = rest[end+1:]
	}
}

func beginsLikeFormula(s string) bool {
	first, size := utf8.DecodeRuneInString(s)
	return size > 0 && strings.ContainsRune(formulaSigns, first)
}

// beginsWithControl reports whether a cell begins with a sign that some spreadsheet drops, to take what is after it for its
// beginning.
func beginsWithControl(s string) bool { return s != "" && (s[0] == '\t' || s[0] == '\r') }
