package templates

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// Number and Plural write English where a handler's words are not in the catalogues yet.
func Number[T ~int | ~int64](n T) string { return language.Number(campaign.English, int64(n)) }

// Plural writes a number with the word it counts: "1 contact", "2 contacts".
func Plural(n any, one, many string) string {
	i := whole(n)
	if i == 1 {
		return "1 " + one
	}
	return Number(i) + " " + many
}
