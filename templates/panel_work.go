package templates

import (
	"fmt"
	"strings"
)

// Kilobytes writes the size of a file.
func Kilobytes(octets int64) string {
	if octets >= 1_000_000 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(octets)/1e6), ".0") + " MB"
	}
	return fmt.Sprintf("%d kB", max(1, (octets+500)/1000))
}
