package contactfile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// maxStyles is how many looks of cells, and forms of numbers, are read: Excel allows 65,490.
const maxStyles = 100_000

// styles are the forms in which a workbook shows its numbers, by the number of a cell's look.
type styles struct {
	since1904 bool
	forms     []*numberForm
}

// numberForm is what a form of cells says of the numbers in them.
type numberForm struct {
	moment string // how a date or time is written, as package time has it; "" for what is none
	day    bool   // it shows the day, so that the number is one
	length string // h, m or s: the number is a length of time, counted in these
	exact  bool   // a length of time with its seconds
	masks  []mask // the number is one by its digits alone, such as 011 or +381 64 123
}

func (s *styles) read(a *archive, name string) error {
	codes, forms := map[string]string{}, map[string]*numberForm{}
	looks, n := false, 0
	return a.each(name, func(x *xmlReader) error {
		switch string(x.name) {
		case "cellXfs":
			looks = x.depth == 2
		case "cellStyles", "dxfs", "cellStyleXfs":
			looks = false
		case "numFmt":
			if code := x.attr("formatCode"); x.depth == 3 && len(codes) < maxStyles && len(code) < 1000 {
				codes[x.attr("numFmtId")] = code
			}
		case "xf":
			if n++; !looks || x.depth != 3 {
				return nil
			}
			if n > maxStyles {
				return campaign.Errorf(campaign.Invalid, "the workbook has more than %d styles of cells: copy its cells into a new one, and use that", maxStyles)
			}
			id := x.attr("numFmtId")
			if forms[id] == nil {
				forms[id] = formOf(id, codes[id])
			}
			s.forms = append(s.forms, forms[id])
		}
		return nil
	})
}

// formOf returns what a form of numbers means, by its code or, for those every workbook has, its number.
func formOf(id, code string) *numberForm {
	if code != "" {
		return formOfCode(code)
	}
	switch n, _ := strconv.Atoi(id); {
	case 14 <= n && n <= 17, 27 <= n && n <= 31, n == 36, 50 <= n && n <= 54, n == 57, n == 58:
		return formOfCode("yyyy-mm-dd")
	case n == 18, n == 20, 32 <= n && n <= 35, n == 55, n == 56:
		return formOfCode("h:mm")
	case n == 19, n == 21, n == 45, n == 47:
		return formOfCode("h:mm:ss")
	case n == 22:
		return formOfCode("yyyy-mm-dd h:mm")
	case n == 46:
		return formOfCode("[h]:mm:ss")
	}
	return &numberForm{}
}

func formOfCode(code string) *numberForm {
	if f := momentForm(code); f != nil {
		return f
	}
	return &numberForm{masks: masksOf(code)}
}

// form returns the form of a look; one that is not there is none.
func (s *styles) form(look int) *numberForm {
	if look < 0 || look >= len(s.forms) {
		return &numberForm{}
	}
	return s.forms[look]
}

// number returns a number as text: a date or length of time in one form, a number whose digits are a code as it is shown, and
// any other as the number that it is, whatever thousands, decimals, percents, units and currency it is shown with.
func (s *styles) number(value string, look int) string {
	f := s.form(look)
	n, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil || math.IsInf(n, 0) || math.IsNaN(n):
		return value
	case f.moment != "":
		if text, ok := s.momentText(n, f); ok {
			return text
		}
	case f.length != "":
		return f.lengthText(n)
	}
	for i := range f.masks {
		if f.masks[i].fits(n) {
			return f.masks[i].show(n)
		}
	}
	return decimal(value, n)
}

// exactIntegers is the first number that has neighbours closer than one.
const exactIntegers = 1 << 53

// decimal writes a number in decimal digits so that nothing takes its dot for one that separates thousands. Whole numbers
// keep all their digits; others have the fifteen that a spreadsheet shows.
func decimal(value string, n float64) string {
	if digits := strings.TrimLeft(value, "-"); len(value)-len(digits) <= 1 && digits != "" && strings.Trim(digits, "0123456789") == "" {
		if digits = strings.TrimLeft(digits, "0"); digits == "" {
			return "0"
		}
		return value[:min(1, len(value)-len(strings.TrimLeft(value, "-")))] + digits
	}
	if n != math.Trunc(n) || math.Abs(n) >= exactIntegers {
		n, _ = strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	}
	if size := math.Abs(n); size >= 1e30 || size > 0 && size < 1e-30 {
		return strconv.FormatFloat(n, 'g', -1, 64)
	}
	return campaign.FormatNumber(n)
}

// A mask is a form that shows a number's digits in places: 00000 of postal codes, 000-000-000 and +381 ## of phones.
type mask struct {
	places []place
	upTo   float64 // the largest number it is for
	from   float64
}

// place is a place of a digit, or text.
type place struct {
	digit byte // 0, # or ?
	text  string
}

// masksOf returns the masks of a form; none where it shows a number as a quantity.
func masksOf(code string) []mask {
	var out []mask
	all := sections(code)
	for _, section := range all {
		m, numeric := maskOf(section, len(all) == 1)
		if numeric && len(m.places) > 0 {
			out = append(out, m)
		} else if m.upTo == math.MaxFloat64 && len(out) == 0 {
			return nil // the form of most numbers is a quantity
		}
		if m.upTo == math.MaxFloat64 {
			break // what follows is for negative numbers, nothing, and text
		}
	}
	return out
}

// sections cuts a form where its semicolons stand.
func sections(code string) []string {
	var out []string
	from := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			i = skipTo(code, i, '"')
		case '[':
			i = skipTo(code, i, ']')
		case '\\', '_', '*':
			i++
		case ';':
			out = append(out, code[from:i])
			from = i + 1
		}
	}
	return append(out, code[from:])
}

// maskOf reads one section; numeric is false where it shows a quantity or no number at all.
func maskOf(section string, only bool) (m mask, numeric bool) {
	m.upTo = math.MaxFloat64
	quantity := false
	for i := 0; i < len(section); i++ {
		switch c := section[i]; c {
		case '"':
			end := skipTo(section, i, '"')
			m.addText(section[i+1 : end])
			i = end
		case '[':
			end := skipTo(section, i, ']')
			m.bracket(section[i+1 : end])
			i = end
		case '\\':
			text := letterAt(section, i+1)
			m.addText(text)
			i += len(text)
		case '_', '*':
			text := letterAt(section, i+1)
			i += len(text)
		case '0', '#', '?':
			m.places = append(m.places, place{digit: c})
		case '.', ',', '%', '/', '@':
			quantity = true
		case 'E', 'e', 'G', 'g': // a power of ten, or General
			quantity = true
		default:
			m.addText(section[i : i+1])
		}
	}
	return m, !quantity && m.isCode(only)
}

// letterAt returns the letter that begins at a place; "" after the end.
func letterAt(s string, at int) string {
	s = s[min(at, len(s)):]
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

func (m *mask) addText(text string) {
	if last := len(m.places) - 1; last >= 0 && m.places[last].digit == 0 {
		m.places[last].text += text
	} else if text != "" {
		m.places = append(m.places, place{text: text})
	}
}

// bracket reads a condition, as in [<=9999999]; colours and languages say nothing, and a currency is of a quantity.
func (m *mask) bracket(in string) {
	sign := strings.TrimRight(in, "0123456789.")
	n, err := strconv.ParseFloat(in[len(sign):], 64)
	switch {
	case err != nil:
	case sign == "<=":
		m.upTo = n
	case sign == "<":
		m.upTo = n - 1
	case sign == ">=":
		m.from = n
	case sign == ">":
		m.from = n + 1
	}
}

// isCode reports whether the digits are those of a code: zeros in front are shown, something is between the digits
// that does not separate thousands, or digits are before them.
func (m *mask) isCode(only bool) bool {
	first := slices.IndexFunc(m.places, func(p place) bool { return p.digit != 0 })
	if first < 0 {
		return false
	}
	last := len(m.places) - 1
	for m.places[last].digit == 0 {
		last--
	}
	zeros, group, code := 0, 0, false
	for i := last; i >= first; i-- {
		switch p := m.places[i]; {
		case p.digit == 0:
			code = code || group != 3 || strings.Trim(p.text, " .'\u00a0\u202f") != ""
			group = 0
			continue
		case p.digit == '0':
			zeros++
		}
		group++
	}
	if first > 0 {
		before := m.places[0].text
		code = code || strings.ContainsAny(before, "0123456789") || only && strings.TrimSpace(before) == "+"
	}
	return code || zeros > 1
}

func (m *mask) fits(n float64) bool {
	return n >= m.from && n <= m.upTo && n == math.Trunc(n) && n < 1e15 && n >= 0
}

// show puts the digits of a number into their places, from the last one on; the first takes all that are left.
func (m *mask) show(n float64) string {
	digits := strconv.FormatFloat(n, 'f', 0, 64)
	first := slices.IndexFunc(m.places, func(p place) bool { return p.digit != 0 })
	out := make([]string, len(m.places))
	for i := len(m.places) - 1; i >= 0; i-- {
		switch p := m.places[i]; {
		case p.digit == 0:
			out[i] = p.text
		case i == first:
			out[i] = digits
		case digits != "":
			out[i], digits = digits[len(digits)-1:], digits[:len(digits)-1]
		}
		if p := m.places[i]; p.digit == '0' && out[i] == "" {
			out[i] = "0"
		}
	}
	return strings.TrimSpace(strings.Join(out, ""))
}
