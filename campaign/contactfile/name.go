package contactfile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a full name taken apart.
type Name struct {
	Title, First, Last string
	Suffix             string // Jr., ml.
	Role               string // what the person does, after the name
	Aside              string // what else is in brackets
	Outlet             string // an organisation that is where a person's name should
	Gender             string // female or male, where the form of address says it
}

// The attributes in which parts of a name are kept that a contact has no field for.
const (
	nameTitle  = "honorific"
	nameSuffix = "name suffix"
	nameGender = "gender"
	nameAside  = "beside the name"
)

// splitName takes a full name apart: "Ana Petrović", "Petrović, Ana", "prof. dr Ana Petrović", "Jean de La Fontaine",
// "DUPONT Marie", "Liam Hill, Jr.", "Ana Petrović, novinarka", "Ana Petrović (urednica)". The last word is the last name, or
// with surnameFirst the first one; a comma and capitals win over that. What is no name at all is none.
// french says that “M. Dupont” is Monsieur Dupont and not an initial.
func splitName(full string, surnameFirst, french bool) Name {
	if n, ok := splitTwo(full, surnameFirst); ok {
		return n
	}
	var n Name
	if isNoName(full) {
		return n
	}
	full, inside := cutBrackets(full)
	n.readInside(inside)
	parts := strings.Split(commasForSigns(full), ",")
	text := n.cutAfter(n.cutBefore(strings.Fields(parts[0]), french), false)
	var after []string
	for _, part := range parts[1:] {
		fields := strings.Fields(part)
		switch {
		case len(text) == 0 || !isDegree(fields):
		case knownDegree(fields):
			n.addTitle(strings.Join(fields, " "))
			continue
		default: // an acronym of something else
			n.Aside = strings.TrimSpace(n.Aside + " " + strings.Join(fields, " "))
			continue
		}
		switch rest := n.cutAfter(n.cutBefore(fields, french), true); {
		case len(rest) == 0:
		case isGeneric(text) && outletIn(rest) && n.Outlet == "":
			n.Outlet, text = strings.Join(rest, " "), nil
			n.addRole(strings.TrimSpace(parts[0]))
		case len(text) > 0 && outletIn(rest) && !outletIn(text) && n.Outlet == "" && !isRole(rest):
			n.Outlet = strings.Join(rest, " ")
		case len(text) > 0 && len(after) == 0 && !isAfter(text, rest):
			after = rest
		default:
			n.addRole(strings.Join(rest, " "))
		}
	}
	switch {
	case len(text) == 0 && len(after) == 0 && n.Outlet != "":
	case len(text) == 0 && len(after) == 0 && n.Gender == "": // nothing but a title: it is what there is
		n.First, n.Title = strings.TrimSpace(strings.Trim(full, ", ")), ""
	case outletIn(text) || isGeneric(text):
		n.Outlet = strings.Join(append(slices.Clone(text), after...), " ")
	case len(after) > 0:
		n.First, n.Last = strings.Join(after, " "), strings.Join(text, " ")
	case len(text) == 1 && (n.Gender != "" || n.Title != ""): // Mr Smith, dr Petrović
		n.Last = text[0]
	case len(text) == 1:
		n.First = text[0]
	case len(text) > 1:
		from, to := surname(text, surnameFirst)
		n.First, n.Last = strings.Join(slices.Concat(text[:from], text[to:]), " "), strings.Join(text[from:to], " ")
	}
	return n
}

// readInside reads what is in brackets: what the person does, for whom, or something else.
func (n *Name) readInside(inside string) {
	text := strings.Fields(inside)
	first, _ := utf8.DecodeRuneInString(inside)
	switch {
	case len(text) == 0:
	case isRole(text), unicode.IsLower(first) && !strings.ContainsAny(inside, "/0123456789"):
		n.Role = inside
	case outletIn(text):
		n.Outlet = inside
	default:
		n.Aside = inside
	}
}

// isDegree reports whether words after a comma are degrees, as their capitals say: M.D., MA, CFA.
func isDegree(text []string) bool {
	for _, w := range text {
		bare := strings.ReplaceAll(w, ".", "")
		if n := utf8.RuneCountInString(bare); n < 2 || n > 5 || strings.ToUpper(bare) != bare || within(generations, w) || within(outletWords, w) {
			return false
		}
	}
	return len(text) > 0 && len(text) < 4
}

// knownDegree reports whether capitals after a comma are those of a degree: known, short, or with dots between them.
func knownDegree(text []string) bool {
	return !slices.ContainsFunc(text, func(w string) bool {
		return utf8.RuneCountInString(w) > 2 && !strings.Contains(w, ".") && !within(titles, w)
	})
}

// commasForSigns puts commas for the dashes, strokes and semicolons after which stands what somebody does or for whom; a
// last name of two parts keeps its dash.
func commasForSigns(full string) string {
	for _, sign := range []string{" - ", " – ", " — ", "|", ";", " / "} {
		before, behind, ok := strings.Cut(full, sign)
		first, second := strings.Fields(before), strings.Fields(strings.ReplaceAll(behind, ",", " "))
		if ok && len(first) > 0 && len(second) > 0 && unicode.IsUpper([]rune(first[0])[0]) && !outletIn(first) && isAfter(first, second) {
			full = strings.TrimSpace(before) + ", " + behind
		}
	}
	return full
}

// isAfter reports whether words after a comma say what the person before it does, and are not the first name.
func isAfter(before, behind []string) bool {
	if outletIn(before) || isRole(behind) || outletIn(behind) || isGeneric(behind) {
		return true
	}
	lower := func(w string) bool { r, _ := utf8.DecodeRuneInString(w); return unicode.IsLower(r) }
	return lower(behind[0]) && !within(particles, behind[0]) && !lower(before[len(before)-1])
}

func (n *Name) addRole(role string) {
	if n.Role != "" {
		role = n.Role + ", " + role
	}
	n.Role = role
}

// cutBefore takes titles and forms of address off the beginning of a name.
func (n *Name) cutBefore(text []string, french bool) []string {
	for i, w := range text {
		gender := readCourtesy(text[i:], french)
		if gender == "" && !within(titles, w) {
			return text[i:]
		}
		n.addTitle(w)
		if gender != "" && n.Gender == "" {
			n.Gender = gender
		}
	}
	return nil
}

func (n *Name) addTitle(w string) { n.Title = strings.TrimSpace(n.Title + " " + w) }

// cutAfter takes degrees and “Jr.” off the end of a name; unless all says that there may be nothing else, one word stays.
func (n *Name) cutAfter(text []string, all bool) []string {
	end := len(text)
	for end > 0 && (all || end > 1) && (within(titles, text[end-1]) || within(generations, text[end-1])) {
		end--
	}
	for _, w := range text[end:] {
		if within(generations, w) {
			n.Suffix = strings.TrimSpace(n.Suffix + " " + w)
		} else {
			n.addTitle(w)
		}
	}
	return text[:end]
}

// readCourtesy returns the gender that the first of some words says as a form of address, "" where it is none. “mr” in small
// letters is a Serbian degree, “M.” an initial unless the file is French or a whole name follows.
func readCourtesy(text []string, french bool) string {
	word := text[0]
	bare := strings.TrimSuffix(word, ".")
	switch {
	case bare == "mr":
		return ""
	case word == "g." || word == "g":
		return male
	case word == "M." || bare == "M" && french:
		if french || len(text) > 2 && !isInitial(text[1]) {
			return male
		}
		return ""
	}
	return courtesies[headerKey(word)]
}

func isInitial(word string) bool {
	return utf8.RuneCountInString(strings.TrimSuffix(word, ".")) == 1
}

// cutBrackets takes what is in brackets off a name; a title there is none of its own.
func cutBrackets(full string) (name, inside string) {
	if !strings.ContainsAny(full, "([{") {
		return full, ""
	}
	var out, in strings.Builder
	depth := 0
	for _, r := range full {
		switch {
		case strings.ContainsRune("([{", r):
			depth++
			out.WriteByte(' ')
			in.WriteByte(' ')
		case strings.ContainsRune(")]}", r):
			depth = max(depth-1, 0)
		case depth > 0:
			in.WriteRune(r)
		default:
			out.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(out.String()), " "), strings.Join(strings.Fields(in.String()), " ")
}

// isNoName reports whether a cell of names holds none: a formula, a link, an address, a sign, “unknown”.
func isNoName(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || s[0] == '=' || strings.ContainsAny(s, "@\x00") || strings.Contains(s, "://") || strings.HasPrefix(strings.ToLower(s), "www.") {
		return true
	}
	key := headerKey(s)
	return key == "" || strings.EqualFold(s, "n/a") || within(nobody, s) && !strings.Contains(strings.TrimSpace(s), " ") || strings.Trim(key, "0123456789") == ""
}

// surname says which of several words are the last name.
func surname(words []string, first bool) (from, to int) {
	capitals := 0
	for _, w := range words {
		if inCapitals(w) {
			capitals++
		}
	}
	if capitals > 0 && capitals < len(words) { // DUPONT Marie, Marie LE GALL; not the C of John C. Smith
		for from < len(words) && !inCapitals(words[from]) {
			from++
		}
		for to = from; to < len(words) && inCapitals(words[to]); to++ {
		}
		return from, to
	}
	if first {
		to = 1
		for to < len(words)-1 && within(particles, words[to-1]) {
			to++
		}
		return 0, to
	}
	for from = 1; from < len(words)-1 && !within(particles, words[from]); from++ {
	}
	return from, len(words)
}

func inCapitals(word string) bool {
	letters := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
	capital := false
	for _, r := range letters {
		if unicode.ToUpper(r) != r {
			return false
		}
		capital = capital || unicode.ToLower(r) != r
	}
	return capital && utf8.RuneCountInString(letters) > 1
}
