package contactfile

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// named is a full name with the column it is in.
type named struct {
	name   string
	column Column
}

// setName takes the name from a column of full names or else from beside the address; columns for the parts of a name win
// over both, and the full name is kept under its own. What is no person's name becomes none: a desk is not greeted as one.
func (rr *rowReader) setName(row *campaign.ImportRow, beside string, full named) {
	c := &row.Contact
	if c.FirstName != "" || c.LastName != "" {
		if full.name != "" && campaign.Fold(full.name) != campaign.Fold(c.FullName()) {
			addAttribute(c, full.column.Header, full.name)
		}
		if rr.export == nil {
			cleanParts(row, rr.french)
		}
		return
	}
	full.name = cmp.Or(full.name, beside)
	if full.name == "" {
		return
	}
	n := splitName(full.name, full.column.surnameFirst(), rr.french)
	c.FirstName, c.LastName = n.First, n.Last
	if n.First == "" && n.Last == "" && n.Outlet == "" && full.column.Header != "" {
		addAttribute(c, full.column.Header, full.name)
		row.Notes = append(row.Notes, campaign.Textf("“%s” is no name and was kept as an attribute", shorten(full.name)))
	}
	setBeside(row, n)
}

// cleanParts takes out of the columns for the parts of a name what is no part of one.
func cleanParts(row *campaign.ImportRow, french bool) {
	c := &row.Contact
	if isPlainName(c.FirstName) && isPlainName(c.LastName) {
		return
	}
	first, last := splitPart(c.FirstName, french), splitPart(c.LastName, french)
	both := Name{Suffix: strings.TrimSpace(first.Suffix + " " + last.Suffix), Title: strings.TrimSpace(first.Title + " " + last.Title), Role: first.Role}
	if both.Gender = first.Gender; both.Gender == "" {
		both.Gender = last.Gender
	}
	if last.Role != "" {
		both.addRole(last.Role)
	}
	if first.Outlet != "" || last.Outlet != "" {
		both.Outlet = strings.TrimSpace(first.Outlet + " " + last.Outlet)
		if first.Outlet != "" { // Redakcija | Primera
			both.Outlet = strings.TrimSpace(c.FirstName + " " + c.LastName)
			last.First = ""
		}
	}
	if first.First == "" && last.First == "" && both.Outlet == "" && both.Gender == "" && both.Title != "" {
		return // nothing but a title: it is what there is
	}
	both.Aside = strings.TrimSpace(first.Aside + " " + last.Aside)
	for _, part := range []string{c.FirstName, c.LastName} {
		if isNoName(part) && strings.ContainsAny(part, "=@:.") {
			both.Aside = strings.TrimSpace(both.Aside + " " + part)
			row.Notes = append(row.Notes, campaign.Textf("“%s” is no name and was kept as an attribute", shorten(part)))
		}
	}
	c.FirstName, c.LastName = first.First, last.First
	setBeside(row, both)
}

// splitPart takes a first or a last name apart; the name itself is its First.
func splitPart(part string, french bool) Name {
	var n Name
	if isNoName(part) {
		return n
	}
	part, inside := cutBrackets(part)
	n.readInside(inside)
	before, behind, _ := strings.Cut(part, ",")
	text := n.cutAfter(n.cutBefore(strings.Fields(before), french), false)
	if after := strings.Fields(behind); isDegree(after) {
		n.addTitle(strings.Join(after, " "))
	} else if rest := n.cutAfter(after, true); len(rest) > 0 {
		n.addRole(strings.Join(rest, " "))
	}
	if outletIn(text) || isGeneric(text) {
		n.Outlet = strings.Join(text, " ")
		return n
	}
	n.First = strings.Join(text, " ")
	return n
}

// isPlainName reports whether a part of a name is one word of letters that means nothing else, as nearly all are.
func isPlainName(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < utf8.RuneSelf && (b|0x20 < 'a' || b|0x20 > 'z') && b != '-' {
			return false
		}
	}
	return s == "" || s != "-" && !within(oddWords(), s) && s != "g"
}

// splitTwo takes apart what nearly all full names are: two words of letters that mean nothing else.
func splitTwo(full string, surnameFirst bool) (n Name, ok bool) {
	first, last, ok := strings.Cut(full, " ")
	if !ok || !isPlainWord(first) || !isPlainWord(last) {
		return n, false
	}
	if n.First, n.Last = first, last; surnameFirst || inCapitals(first) && !inCapitals(last) {
		n.First, n.Last = last, first
	}
	return n, true
}

// isPlainWord reports whether a word is of letters, more than one, and means nothing else.
func isPlainWord(s string) bool {
	runes := 0
	for _, r := range s {
		if !unicode.IsLetter(r) {
			return false
		}
		runes++
	}
	return runes > 2 && !oddOrSmall(s)
}

// oddOrSmall reports whether a word means something else than a name, or begins with a small letter as what somebody does.
func oddOrSmall(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLower(first) || within(oddWords(), s) || within(particles, s)
}

// setBeside keeps what stands with a name and is no part of it.
func setBeside(row *campaign.ImportRow, n Name) {
	c := &row.Contact
	if n.Role != "" {
		setRole(row, n.Role)
	}
	if n.Outlet != "" {
		switch text := strings.Fields(n.Outlet); {
		case row.Organisation == "" && !isGeneric(text):
			row.Organisation = n.Outlet
		case campaign.Fold(row.Organisation) != campaign.Fold(n.Outlet):
			addAttribute(c, "name", n.Outlet)
		}
	}
	for _, a := range []struct{ name, value string }{{nameTitle, n.Title}, {nameSuffix, n.Suffix}, {nameGender, n.Gender}, {nameAside, n.Aside}} {
		if a.value != "" && c.Attributes[a.name] == "" {
			addAttribute(c, a.name, a.value)
		}
	}
}

// setRole keeps what somebody does as their position, where the file says none.
func setRole(row *campaign.ImportRow, role string) {
	c := &row.Contact
	if s := sureStatus(role); s != campaign.Free {
		row.Standing.Say(s, campaign.Textf("“%s”", shorten(role)), dateIn(role))
	}
	switch {
	case c.Position == "":
		c.Position = role
	case campaign.Fold(c.Position) != campaign.Fold(role):
		addAttribute(c, nameAside, role)
	}
}

// setHonorific keeps a form of address, and whom it says it is for.
func setHonorific(c *campaign.Contact, value string) {
	var n Name
	fields := strings.Fields(value)
	n.cutBefore(fields, true)
	if n.Gender == "" && len(fields) == 1 {
		n.Gender = genderWords[headerKey(value)]
	}
	addAttribute(c, nameTitle, strings.TrimSpace(c.Attributes[nameTitle]+" "+value))
	if n.Gender != "" && c.Attributes[nameGender] == "" {
		addAttribute(c, nameGender, n.Gender)
	}
}

// isHonorific reports whether a cell holds forms of address and titles alone.
func isHonorific(value string) bool {
	if len(value) > 30 {
		return false
	}
	text := strings.Fields(value)
	for i, w := range text {
		if readCourtesy(text[i:], true) == "" && !within(titles, w) {
			return false
		}
	}
	return len(text) > 0
}
