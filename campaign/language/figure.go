package language

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Figure is a percentage, a count or an amount in a text: what readers may ask the source of. Dates, years, hours, telephone numbers
// and the numbers of articles, laws and rooms are none.
type Figure struct {
	Text  string // as the text has it, with the sign or word that belongs to it: “85 %”, “1,2 miliona”
	Key   string // its value, the same in every language: "85%", "1200000"
	Begin int    // octets from the beginning of the text
	End   int
}

// digitGroups is a number as the languages write one: 1.245, 1,245, 1 245, 10,3.
var digitGroups = regexp.MustCompile(`\d+(?:[., \x{00a0}\x{202f}]\d{3})*(?:[.,]\d+)?`)

// percentAfter and scaleAfter are what may follow a number.
var (
	percentAfter  = regexp.MustCompile(`^[ \x{00a0}\x{202f}]?(?:%|‰|(?i:posto|odsto|посто|одсто|per ?cent|percent|pour ?cent)(?:\b|$|[^\p{L}]))`)
	scaleAfter    = regexp.MustCompile(`^[ \x{00a0}\x{202f}](?i:(milijard|милијард|billion|milliard)|(milion|милион|million)|(hiljad|хиљад|thousand|mille))\p{L}*`)
	dateAfter     = regexp.MustCompile(`^\.?[ \x{00a0}\x{202f}]*(?i:jan|feb|mar|apr|maj|jun|jul|avg|avgust|sep|okt|nov|dec|јан|феб|мар|апр|мај|јун|јул|авг|сеп|окт|нов|дец|may|aug|oct|janv|fév|avril|mai|juin|juil|août|déc)\p{L}*`)
	dateBefore    = regexp.MustCompile(`(?i:january|february|march|april|may|june|july|august|september|october|november|december|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)[ \x{00a0}\x{202f}]$`)
	hourAfter     = regexp.MustCompile(`^[ \x{00a0}\x{202f}]?(?i:h|čas\p{L}*|час\p{L}*|sat[ia]?|сат[иа]?|a\.?m|p\.?m|heures?|o’clock|min|km|kg|cm|mm|°C|MB|GB|god|год|godin\p{L}*|годин\p{L}*|years?[- ]old|ans|months?|meseci|месеци|mois|days?|dan[ai]?|дан[аи]?|jours?)(?:\b|$|[^\p{L}])`)
	minutesBefore = regexp.MustCompile(`\d[ \x{00a0}\x{202f}]?h[ \x{00a0}\x{202f}]?$`)

	helplines = map[string]bool{"116 000": true, "116000": true, "116 006": true, "116006": true, "116 111": true, "116111": true, "112": true, "192": true, "193": true, "194": true, "3919": true}
	// numberBefore is what is numbered, not counted.
	numberBefore = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:član\p{L}*|čl|члан\p{L}*|чл|stav\p{L}*|st|став\p{L}*|ст|tačk\p{L}*|тачк\p{L}*|art|arts|articles?|paragraphe?s?|para|section|br|broj\p{L}*|бр|број\p{L}*|no|nos|n|number|numéro|cets|poglavlj\p{L}*|поглављ\p{L}*|chapter|chapitre|glav\p{L}*|глав\p{L}*|klaster|soba|sala|str|page|p|tel|telefon\p{L}*|тел|телефон\p{L}*|fax|phone|call|linij\p{L}*|sos|helpline|ulic\p{L}*|trg|bulevar\p{L}*|rule|version|step|korak|slika|tabela|table|figure|fig|vol|god|год|kz|кз|tier|nivo\p{L}*)\.?[ \x{00a0}\x{202f}]?(?:\(|°|º)?[ \x{00a0}\x{202f}]?$`)
)

// Figures finds the figures of a text in Markdown, in order.
func Figures(l campaign.Language, text string) []Figure {
	var out []Figure
	at := 0
	p := protector{text: text, missing: map[string]int{}, broken: map[string]bool{}}
	p.found = func(begin, end int) { // what is protected has none
		out = figuresIn(out, l, text, at, begin)
		at = max(at, end)
	}
	p.all()
	return figuresIn(out, l, text, at, len(text))
}

// figuresIn adds the figures of a stretch of a text.
func figuresIn(out []Figure, l campaign.Language, text string, from, to int) []Figure {
	for from < to {
		m := digitGroups.FindStringIndex(text[from:to])
		if m == nil {
			break
		}
		begin, end := from+m[0], from+m[1]
		from = end
		before, after := text[max(0, begin-40):begin], text[end:min(len(text), end+40)]
		for len(before) > 0 && !utf8.RuneStart(before[0]) {
			before = before[1:]
		}
		if whole := wholeChunk(text, begin, end); whole > 0 { // an address, a code, a range of numbers with signs
			from = min(whole, to)
			continue
		}
		if f, ok := figureAt(l, text[begin:end], before, after); ok {
			f.Begin, f.End = begin, begin+len(f.Text)
			out = append(out, f)
			from = max(from, min(f.End, to))
		}
	}
	return out
}

// wholeChunk returns where what a number is a part of ends: an address, a code, a date, an hour, a telephone number; 0 of a number that
// stands alone.
func wholeChunk(text string, begin, end int) int {
	first, _ := utf8.DecodeLastRuneInString(text[:begin])
	next, size := utf8.DecodeRuneInString(text[end:])
	joined := begin > 0 && (unicode.IsLetter(first) || strings.ContainsRune("/_#@+=&?:", first) || first == '-' && begin > 1 && isNameByte(text[begin-2]))
	after := end < len(text) && (unicode.IsLetter(next) && next != 'h' || strings.ContainsRune("/_@:=&", next)) && size > 0
	if next == '.' || next == '-' || next == ',' {
		after = after || end+1 < len(text) && text[end+1] >= '0' && text[end+1] <= '9'
	}
	if text[begin] == '0' && end-begin > 1 && text[begin+1] != '.' && text[begin+1] != ',' {
		joined = true
	}
	if !joined && !after {
		return 0
	}
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsDigit(r) && !unicode.IsLetter(r) && !strings.ContainsRune("/_#@+=&?:-.", r) {
			if !(first == '+' || text[begin] == '0') || r != ' ' || end+1 >= len(text) || text[end+1] < '0' || text[end+1] > '9' {
				break
			}
		}
		end += size
	}
	return end
}

// figureAt says whether a number is a figure, from what stands around it.
func figureAt(l campaign.Language, number, before, after string) (Figure, bool) {
	value, ok := valueOf(l, number)
	if !ok {
		return Figure{}, false
	}
	if m := percentAfter.FindString(after); m != "" {
		m = strings.TrimRightFunc(m, func(r rune) bool { return r != '%' && r != '‰' && !unicode.IsLetter(r) })
		return Figure{Text: number + m, Key: format(value) + "%"}, true
	}
	money := strings.HasSuffix(before, "€") || strings.HasSuffix(before, "$") || strings.HasSuffix(before, "£") || strings.HasSuffix(before, "EUR ")
	if m := scaleAfter.FindStringSubmatch(after); m != nil {
		for i, zeros := range []float64{1e9, 1e6, 1e3} {
			if m[i+1] != "" {
				value *= zeros
			}
		}
		return Figure{Text: number + m[0], Key: format(value)}, true
	}
	plain := !strings.ContainsAny(number, "., \u00a0\u202f")
	switch {
	case numberBefore.MatchString(before), hourAfter.MatchString(after), dateAfter.MatchString(after), dateBefore.MatchString(before):
		return Figure{}, false
	case plain && len(number) == 4 && value >= 1900 && value < 2100: // a year
		return Figure{}, false
	case isOrdinal(l, after), startsItem(before, after):
		return Figure{}, false
	case helplines[number], minutesBefore.MatchString(before):
		return Figure{}, false
	case strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")"): // somebody's age, a note
		return Figure{}, false
	case value < 10 && !money && plain:
		return Figure{}, false
	case plain && (len(number) > 7 || len(number) == 5 && strings.HasPrefix(number, "19")): // telephone numbers
		return Figure{}, false
	}
	return Figure{Text: number, Key: format(value)}, true
}

// isOrdinal reports the full stop of a Serbian ordinal, or an English or French ending.
func isOrdinal(l campaign.Language, after string) bool {
	rest, dot := strings.CutPrefix(after, ".")
	if !isSerbian(l) || !dot {
		return false
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " \u00a0\u202f"))
	return unicode.IsLower(next) || unicode.IsDigit(next) || next == ',' || next == ')' || next == '–'
}

// startsItem reports the number of an item of a list.
func startsItem(before, after string) bool {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return len(before) < 40 && strings.TrimSpace(line) == "" && (strings.HasPrefix(after, ". ") || strings.HasPrefix(after, ") "))
}

// valueOf reads a number as a language writes it.
func valueOf(l campaign.Language, number string) (float64, bool) {
	_, point := separators(l)
	number = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(number)
	if i := strings.LastIndexAny(number, ".,"); i >= 0 && strings.Count(number, number[i:i+1]) == 1 && (len(number)-i-1 != 3 || number[i:i+1] == point) {
		number = strings.NewReplacer(".", "", ",", "").Replace(number[:i]) + "." + number[i+1:]
	} else {
		number = strings.NewReplacer(".", "", ",", "").Replace(number)
	}
	value, err := strconv.ParseFloat(number, 64)
	return value, err == nil
}

func format(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// LedgerFigure is a figure of a release with where it stands, and what it rests on.
type LedgerFigure struct {
	Key    string
	Said   map[campaign.Language]string // as each version has it
	Source *campaign.Source             // nil of one without
}

// Text returns the figure as one language has it, else any.
func (f *LedgerFigure) Text(l campaign.Language) string {
	for _, l := range append([]campaign.Language{l}, campaign.Languages...) {
		if said := f.Said[l]; said != "" {
			return said
		}
	}
	return f.Key
}

// LedgerFigures are the figures of all versions of a release, each once, in the order of its source version.
func LedgerFigures(r *campaign.Release) []LedgerFigure {
	var out []LedgerFigure
	at := map[string]int{}
	add := func(v *campaign.Version) {
		for _, text := range figureTexts(v) {
			for _, f := range Figures(v.Language, text) {
				i, known := at[f.Key]
				if !known {
					i = len(out)
					at[f.Key], out = i, append(out, LedgerFigure{Key: f.Key, Said: map[campaign.Language]string{}, Source: SourceOf(r.Sources, v.Language, f.Text)})
				}
				if out[i].Said[v.Language] == "" {
					out[i].Said[v.Language] = f.Text
				}
			}
		}
	}
	if v := r.In(r.Source); v != nil {
		add(v)
	}
	for i := range r.Versions {
		if v := &r.Versions[i]; v.Language != r.Source {
			add(v)
		}
	}
	return out
}

// figureTexts are the texts of a version whose figures need a source.
func figureTexts(v *campaign.Version) []string {
	texts := []string{v.Headline, v.Subhead, v.Lead, v.Body}
	for i := range v.Quotes {
		texts = append(texts, v.Quotes[i].Text)
	}
	for i := range v.Stories {
		texts = append(texts, v.Stories[i].Headline, v.Stories[i].Text)
	}
	return texts
}

// SourceOf returns the source of a figure or of words, as a version in a language has them; nil when there is none.
func SourceOf(sources []campaign.Source, l campaign.Language, said string) *campaign.Source {
	key := ""
	if f := Figures(l, said); len(f) > 0 {
		key = f[0].Key
	}
	return campaign.First(sources, func(s *campaign.Source) bool {
		if s.Said == said {
			return true
		}
		for _, of := range campaign.Languages {
			if key != "" && slices.ContainsFunc(Figures(of, s.Said), func(f Figure) bool { return f.Key == key }) {
				return true
			}
		}
		return false
	})
}

// FiguresWithoutSource counts the figures of a release that rest on nothing that is on record.
func FiguresWithoutSource(r *campaign.Release) (n int) {
	for _, f := range LedgerFigures(r) {
		if f.Source == nil {
			n++
		}
	}
	return n
}
