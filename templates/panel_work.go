package templates

import (
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// Kilobytes writes the size of a file.
func Kilobytes(l campaign.Language, octets int64) string {
	unit := "B"
	if l == campaign.French {
		unit = "o"
	}
	if octets >= 1_000_000 {
		return language.Decimal(l, float64(octets)/1e6, 1) + " M" + unit
	}
	return fmt.Sprintf("%d k%s", max(1, (octets+500)/1000), unit)
}
