package web

import (
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/contactfile"
)

// commaDecimals are languages whose numbers have a comma for the decimal point: their spreadsheets divide cells by semicolons.
var commaDecimals = strings.Fields("sr hr bs cnr sh sl mk bg fr de it es pt nl ru uk pl cs sk ro hu el tr da sv nb no fi")

// delimiter is what divides the cells of a CSV file: what the address asks for, or what spreadsheets in the country of the
// browser's first language expect.
func (v *visit) delimiter() (rune, error) {
	if asked := v.Query("delimiter"); asked != "" {
		return contactfile.ParseDelimiter(asked)
	}
	first, _, _ := strings.Cut(v.GetHeader("Accept-Language"), ",")
	language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(first)), ";")
	language, _, _ = strings.Cut(language, "-")
	if slices.Contains(commaDecimals, language) {
		return ';', nil
	}
	return ',', nil
}
