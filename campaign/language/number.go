package language

import (
	"math"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Number writes a whole number with the thousands separator of the language.
func Number(l campaign.Language, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	thousands, _ := separators(l)
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Signed writes how much there is more or less of something: a whole number with its sign, and a true minus.
func Signed(l campaign.Language, n int64) string {
	switch {
	case n > 0:
		return "+" + Number(l, n)
	case n < 0:
		return "−" + Number(l, -n)
	}
	return "0"
}

// Decimal writes a number, rounded to some decimals: 1.234,5 in Serbian, 1,234.5 in English, 1 234,5 in French.
func Decimal(l campaign.Language, f float64, decimals int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) >= 1<<62 {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	text := strconv.FormatFloat(math.Abs(f), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return text
	}
	out := Number(l, n)
	if fraction != "" {
		_, point := separators(l)
		out += point + fraction
	}
	if f < 0 && strings.Trim(text, "0.") != "" {
		out = "-" + out
	}
	return out
}

// Percent writes a share of one as a percentage: "85%", in French "85 %".
func Percent(l campaign.Language, share float64, decimals int) string {
	if l == campaign.French {
		return Decimal(l, share*100, decimals) + "\u202f%"
	}
	return Decimal(l, share*100, decimals) + "%"
}

func separators(l campaign.Language) (thousands, point string) {
	switch l {
	case campaign.SerbianLatin, campaign.SerbianCyrillic:
		return ".", ","
	case campaign.French:
		return "\u202f", ","
	}
	return ",", "."
}

// Category is a plural form in the terms of CLDR.
type Category string

const (
	One   Category = "one"
	Few   Category = "few"
	Many  Category = "many"
	Other Category = "other"
)

// Categories are the plural forms a language's texts need for whole numbers.
func Categories(l campaign.Language) []Category {
	switch l {
	case campaign.SerbianLatin, campaign.SerbianCyrillic:
		return []Category{One, Few, Other}
	case campaign.French:
		return []Category{One, Many, Other}
	}
	return []Category{One, Other}
}

// Plural returns the form that goes with a whole number: 21 poruka is one, 3 poruke few, 12 poruka other.
func Plural(l campaign.Language, n int64) Category {
	if n < 0 {
		n = -max(n, -math.MaxInt64)
	}
	switch l {
	case campaign.SerbianLatin, campaign.SerbianCyrillic:
		tens, ones := n%100, n%10
		switch {
		case ones == 1 && tens != 11:
			return One
		case ones >= 2 && ones <= 4 && (tens < 12 || tens > 14):
			return Few
		}
		return Other
	case campaign.French:
		switch {
		case n < 2:
			return One
		case n%1_000_000 == 0:
			return Many
		}
		return Other
	}
	if n == 1 {
		return One
	}
	return Other
}
