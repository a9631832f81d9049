package templates

import (
	"fmt"
	"math"
	"strconv"
)

// letterColour is a colour in sRGB.
type letterColour struct{ r, g, b float64 } // 0 to 1

// Backgrounds the brand's colour has to be read on, and what is used without one. They are in mail/*.css too.
const (
	letterLight   = "#f3f6f9" // of the boxes in a light mail, darker than its paper
	letterDark    = "#242b33" // of the boxes in a dark mail, lighter than its paper
	letterDefault = "#1d4f7c"
)

// minContrast is what WCAG 2.2 asks of text (1.4.3).
const minContrast = 4.5

// accentColours returns the brand's colour as it can be read on light and on dark: darkened or lightened step by step until
// the contrast is enough. A colour that cannot be read stands for none.
func accentColours(brand string) (light, dark string) {
	c, ok := parseColour(brand)
	if !ok {
		c, _ = parseColour(letterDefault)
	}
	onLight, _ := parseColour(letterLight)
	onDark, _ := parseColour(letterDark)
	return c.towards(letterColour{}, onLight).String(), c.towards(letterColour{r: 1, g: 1, b: 1}, onDark).String()
}

func parseColour(s string) (letterColour, bool) {
	if len(s) != 7 || s[0] != '#' {
		return letterColour{}, false
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return letterColour{}, false
	}
	return letterColour{r: float64(n>>16) / 255, g: float64(n>>8&255) / 255, b: float64(n&255) / 255}, true
}

// towards mixes in a little of an end colour until there is enough contrast against a background.
func (c letterColour) towards(end, background letterColour) letterColour {
	mixed := c
	for step := 1; step <= 20 && mixed.contrast(background) < minContrast; step++ {
		f := float64(step) / 20
		mixed = letterColour{r: c.r + (end.r-c.r)*f, g: c.g + (end.g-c.g)*f, b: c.b + (end.b-c.b)*f}
	}
	return mixed
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func (c letterColour) contrast(o letterColour) float64 {
	a, b := c.luminance(), o.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

func (c letterColour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

func (c letterColour) String() string {
	octet := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", octet(c.r), octet(c.g), octet(c.b))
}

// Contrast is how well the brand's colour is read in messages.
type Contrast struct {
	Ratio      float64 // of the colour itself, on the boxes of a light message
	Light      string  // what stands for it there
	LightRatio float64
}

// BrandContrast measures a colour; false for what is none.
func BrandContrast(colour string) (Contrast, bool) {
	c, ok := parseColour(colour)
	if !ok {
		return Contrast{}, false
	}
	light, _ := accentColours(colour)
	used, _ := parseColour(light)
	paper, _ := parseColour(letterLight)
	return Contrast{Ratio: c.contrast(paper), Light: light, LightRatio: used.contrast(paper)}, true
}
