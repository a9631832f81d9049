package templates

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

// paint is a colour with how much of it is seen, 0 to 1.
type paint struct {
	letterColour
	alpha float64
}

// over is the colour that is seen of a paint on another.
func (p paint) over(ground paint) paint {
	mix := func(a, b float64) float64 { return a*p.alpha + b*(1-p.alpha) }
	return paint{letterColour{mix(p.r, ground.r), mix(p.g, ground.g), mix(p.b, ground.b)}, 1}
}

var paintText = regexp.MustCompile(`#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^()]*\)|\b[a-z]+\b`)

// paintsIn returns the colours a value names, in their order.
func paintsIn(value string) (all []paint) {
	for _, text := range paintText.FindAllString(value, -1) {
		if p, ok := parsePaint(text); ok {
			all = append(all, p)
		}
	}
	return all
}

// parsePaint reads a colour as style writes it: CSS Color 4, sections 5 to 7.
func parsePaint(s string) (paint, bool) {
	if s == "transparent" {
		return paint{}, true
	}
	if named, ok := colornames.Map[s]; ok {
		return paint{letterColour{float64(named.R) / 255, float64(named.G) / 255, float64(named.B) / 255}, 1}, true
	}
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		if len(hex) == 3 || len(hex) == 4 {
			var b strings.Builder
			for _, d := range hex {
				b.WriteString(strings.Repeat(string(d), 2))
			}
			hex = b.String()
		}
		n, err := strconv.ParseUint(hex, 16, 32)
		switch {
		case err != nil || len(hex) != 6 && len(hex) != 8:
			return paint{}, false
		case len(hex) == 6:
			n = n<<8 | 255
		}
		part := func(shift int) float64 { return float64(n>>shift&255) / 255 }
		return paint{letterColour{part(24), part(16), part(8)}, part(0)}, true
	}
	name, rest, found := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	parts := strings.FieldsFunc(rest, func(r rune) bool { return r == ',' || r == '/' || r == ' ' })
	if !found || len(parts) < 3 || len(parts) > 4 {
		return paint{}, false
	}
	var v [4]float64
	v[3] = 1
	for i, part := range parts {
		number, isPercent := strings.CutSuffix(strings.TrimSuffix(part, "deg"), "%")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return paint{}, false
		}
		switch {
		case isPercent:
			n /= 100
		case i < 3 && strings.HasPrefix(name, "rgb"):
			n /= 255
		}
		v[i] = n
		if i > 0 || strings.HasPrefix(name, "rgb") {
			v[i] = min(max(n, 0), 1)
		}
	}
	if strings.HasPrefix(name, "hsl") {
		return paint{fromHSL(v[0], v[1], v[2]), v[3]}, true
	}
	return paint{letterColour{v[0], v[1], v[2]}, v[3]}, strings.HasPrefix(name, "rgb")
}

func fromHSL(hue, saturation, lightness float64) letterColour {
	part := func(n float64) float64 {
		k := math.Mod(n+math.Mod(hue, 360)/30+12, 12)
		return lightness - saturation*min(lightness, 1-lightness)*max(-1, min(k-3, 9-k, 1))
	}
	return letterColour{part(0), part(8), part(4)}
}
