package contactfile

import (
	"net/mail"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// isAddressList reports whether a text is what somebody copied out of the To line of a letter, and no table: each of its
// first lines holds addresses and their names, some line several.
func isAddressList(text string) bool {
	several, lines := false, 0
	for line := range strings.Lines(text) {
		line = strings.Trim(strings.TrimSpace(strings.TrimPrefix(line, utf8Mark)), ",; ")
		if line == "" {
			continue
		}
		if strings.Contains(line, "|") || len(line) > MaxCell {
			return false
		}
		all := splitAddresses(line)
		if len(all) == 0 && !isAddress(line) || len(all) > 0 && !coversLine(line, all) {
			return false
		}
		several = several || len(all) > 1
		if lines++; lines == titleRows {
			break
		}
	}
	return several
}

// holdsAddresses reports whether a cell holds an address, or a line of them, and nothing else.
func holdsAddresses(cell string) bool {
	if isAddress(cell) {
		return true
	}
	if strings.Count(cell, "@") < 2 {
		return false
	}
	all := splitAddresses(cell)
	return len(all) > 0 && coversLine(cell, all)
}

// coversLine reports whether a line holds nothing but some sound addresses, and their names where those are in angle
// brackets.
func coversLine(line string, all []mail.Address) bool {
	rest := line
	for _, a := range all {
		if _, err := campaign.ParseAddress(a.Address); err != nil {
			return false
		}
		rest = strings.Replace(rest, a.Address, "", 1)
	}
	if _, err := mail.ParseAddressList(line); err == nil || strings.Count(line, "<") == len(all) {
		return true
	}
	return strings.Trim(rest, "<>,; \t") == ""
}
