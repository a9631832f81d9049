package templates

import (
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// Kilobytes writes the size of a file.
func Kilobytes(l campaign.Language, octets int64) string {
	if octets >= 1_000_000 {
		return language.Decimal(l, float64(octets)/1e6, 1) + " MB"
	}
	return fmt.Sprintf("%d kB", max(1, (octets+500)/1000))
}
