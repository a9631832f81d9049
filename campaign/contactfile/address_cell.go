package contactfile

import (
	"maps"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// setAddress reads the address cell, which may be "Name <address>" or hold several, and returns the name in it. Of several
// addresses the first sound one is written to, unless they are those of several people: then the others are more.
func (rr *rowReader) setAddress(row *campaign.ImportRow, address, full string) (name string, more []mail.Address) {
	c := &row.Contact
	c.Email = address
	var others []string
	switch all := splitAddresses(address); {
	case len(all) == 0:
		c.Email, name = pickAddress(strings.Trim(address, " ,;"))
		if c.Email != strings.Trim(address, " ,;") {
			row.Notes = append(row.Notes, campaign.Textf("of the cell “%s” the address was taken", shorten(address)))
		}
	case rr.arePeople(all) && c.FirstName == "" && c.LastName == "" && full == "":
		all = eachOnce(all)
		c.Email, name, more = all[0].Address, all[0].Name, all[1:]
		row.Notes = append(row.Notes, campaign.Textf("the cell holds %d people: each becomes a contact", len(all)))
	case len(all) == 1:
		c.Email = all[0].Address
		name = all[0].Name
	case len(all) > 1:
		all = eachOnce(all)
		best := slices.IndexFunc(all, func(a mail.Address) bool { _, err := campaign.ParseAddress(a.Address); return err == nil })
		best = max(best, 0)
		c.Email = all[best].Address
		name = all[best].Name
		for i, a := range all {
			if i != best && !slices.Contains(others, a.Address) {
				others = append(others, a.Address)
			}
		}
	}
	if len(others) > 0 {
		addAttribute(c, campaign.OtherAddresses, strings.Join(others, ", "))
		row.Notes = append(row.Notes, campaign.Textf("the cell holds %d addresses: %s is the contact's, the rest was kept as an attribute", len(others)+1, strings.Clone(c.Email)))
	}
	return name, more
}

// eachOnce drops addresses that are in a cell before.
func eachOnce(all []mail.Address) []mail.Address {
	var seen []string
	return slices.DeleteFunc(all, func(a mail.Address) bool {
		key := campaign.AddressKey(a.Address)
		again := slices.Contains(seen, key)
		seen = append(seen, key)
		return again
	})
}

// arePeople reports whether addresses in one cell are those of several people: at least two have names, each its own, or the file
// says nobody's name and no organisation's. In a table of people further bare addresses are those of the person of the row, in
// one of organisations the organisation's.
func (mp *mapping) arePeople(all []mail.Address) bool {
	if len(eachOnce(slices.Clone(all))) < 2 {
		return false
	}
	var names []string
	for _, a := range all {
		name := campaign.Fold(a.Name)
		if _, err := campaign.ParseAddress(a.Address); err != nil || !mp.bare && slices.Contains(names, name) {
			return false
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return mp.bare || len(names) > 1
}

// people returns the rows of the further people of a row.
func (rr *rowReader) people(row campaign.ImportRow, more []mail.Address) []campaign.ImportRow {
	var rows []campaign.ImportRow
	for _, a := range more {
		r := row
		c := &r.Contact
		c.Email, c.FirstName, c.LastName, c.Position = a.Address, "", "", ""
		c.Attributes, c.Tags, r.Notes = maps.Clone(c.Attributes), slices.Clone(c.Tags), slices.Clone(row.Notes)
		for _, name := range []string{nameTitle, nameSuffix, nameGender, nameAside} {
			delete(c.Attributes, name)
		}
		rr.setName(&r, a.Name, named{})
		rows = append(rows, r)
	}
	return rows
}

// joinAddress joins what several columns of addresses hold, each address once.
func joinAddress(before, value string) string {
	switch {
	case before == "":
		return value
	case strings.EqualFold(before, value):
		return before
	}
	return before + "; " + value
}

// visible drops the marks without width that cells copied from web pages and letters hold, those of direction among them.
func visible(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == 0x202d || r == 0x202e: // what they turn round inside an address is not what is seen
			return r
		case unicode.Is(unicode.Cf, r):
			return -1
		case r == '＠':
			return '@'
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// pickAddress finds the one address among the words of a cell, and the name before it, where it is plain what is which: a word
// that may be a part of the address is not passed over.
func pickAddress(cell string) (address, name string) {
	if _, err := campaign.ParseAddress(cell); err == nil || strings.Count(cell, "@") != 1 || !strings.ContainsFunc(cell, unicode.IsSpace) {
		return cell, ""
	}
	words := strings.Fields(cell)
	at := slices.IndexFunc(words, func(w string) bool { return strings.Contains(w, "@") })
	word := strings.Trim(words[at], "()[],;:/")
	if _, err := campaign.ParseAddress(word); err != nil {
		return cell, ""
	}
	before, after := words[:at], words[at+1:]
	if len(before) > 0 && words[at][0] != '(' && words[at][0] != '[' && !endsApart(before[len(before)-1]) {
		for _, w := range before {
			if first, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(first) {
				return cell, ""
			}
		}
		name = strings.Join(before, " ")
	}
	if len(after) > 0 && !strings.ContainsAny(after[0][:1], "(/,;[-") && !endsApart(words[at]) && !strings.HasPrefix(after[0], "–") {
		return cell, ""
	}
	if inside := strings.Join(after, " "); name == "" && strings.HasPrefix(inside, "(") && strings.HasSuffix(inside, ")") && holdsOnlyName(inside[1:len(inside)-1]) {
		name = inside[1 : len(inside)-1]
	}
	return word, name
}

func endsApart(word string) bool {
	return strings.ContainsAny(word[len(word)-1:], ",;:/|)]-.") || strings.HasSuffix(word, "–")
}

func holdsOnlyName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != ' ' && r != '-' }) && unicode.IsUpper([]rune(s)[0])
}

// splitAddresses takes apart a cell that holds more than a bare address; nil for one it cannot make out.
func splitAddresses(cell string) []mail.Address {
	if !strings.ContainsAny(cell, "<>") && strings.Count(cell, "@") < 2 {
		return nil
	}
	if strings.Count(cell, "@") == 1 {
		if a, err := mail.ParseAddress(strings.Trim(cell, " ,;")); err == nil {
			return []mail.Address{*a}
		}
		if name, rest, ok := strings.Cut(cell, "<"); ok { // a name that should be in quotation marks
			return []mail.Address{{Name: strings.Trim(name, ` "'`), Address: strings.Trim(rest, "<> ,;")}}
		}
		return nil
	}
	if list, err := mail.ParseAddressList(strings.NewReplacer(";", ",", "\r", " ", "\n", ",").Replace(cell)); err == nil {
		return campaign.Collect(list, func(a *mail.Address) mail.Address { return *a })
	}
	var all []mail.Address
	for _, word := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|/<>()", r) || unicode.IsSpace(r) }) {
		if word = strings.TrimPrefix(strings.Trim(word, ".:"), "mailto:"); strings.Contains(word, "@") {
			all = append(all, mail.Address{Address: word})
		}
	}
	return all
}
