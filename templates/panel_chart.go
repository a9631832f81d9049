package templates

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// Series is one line of a chart, or one group of its bars: a value for every label.
type Series struct {
	Name   string
	Values []int64
}

// Size of the drawing in its own units; the style sheet stretches it to the column.
const (
	chartWidth, chartHeight         = 720, 240
	chartLeft, chartRight           = 52, 12
	chartTop, chartBottom           = 14, 34
	plotWidth, plotHeight   float64 = chartWidth - chartLeft - chartRight, chartHeight - chartTop - chartBottom
)

// LineChart draws values over time as lines. It holds no script and no inline style; a table with the same figures
// stands below for those who cannot see the drawing or want the numbers.
func LineChart(l campaign.Language, title string, labels []string, series ...Series) template.HTML {
	return chart(l, title, labels, series, func(b *strings.Builder, top float64) {
		for i, s := range series {
			var points []string
			for j, v := range s.Values {
				points = append(points, fmt.Sprintf("%.1f,%.1f", slotMiddle(j, len(labels)), plotY(v, top)))
			}
			fmt.Fprintf(b, `<polyline class="line s%d" points="%s"></polyline>`, i%4, strings.Join(points, " "))
			if len(points) == 1 { // a line of one point is invisible
				fmt.Fprintf(b, `<circle class="dot s%d" cx="%.1f" cy="%.1f" r="4"></circle>`, i%4, slotMiddle(0, 1), plotY(s.Values[0], top))
			}
		}
	})
}

// BarChart draws values as upright bars, the series side by side.
func BarChart(l campaign.Language, title string, labels []string, series ...Series) template.HTML {
	return chart(l, title, labels, series, func(b *strings.Builder, top float64) {
		slot := plotWidth / float64(len(labels))
		width := slot * 0.7 / float64(len(series))
		for i, s := range series {
			for j, v := range s.Values {
				y := plotY(v, top)
				fmt.Fprintf(b, `<rect class="bar s%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"></rect>`,
					i%4, chartLeft+slot*(float64(j)+0.15)+float64(i)*width, y, width, chartTop+plotHeight-y)
			}
		}
	})
}

// Bars draws a few shares as a row of small bars, the last one marked, with a line where the middle is; words say what it shows.
func Bars(words string, shares []float64, middle float64) template.HTML {
	const step, width, height = 11.0, 8.0, 30.0
	top := max(0.0001, middle)
	for _, s := range shares {
		top = max(top, s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bars-of" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">`,
		step*float64(len(shares)), height, step*float64(len(shares)), height, template.HTMLEscapeString(words))
	for i, s := range shares {
		class, h := "was", max(1, s/top*(height-2))
		if i == len(shares)-1 {
			class = "now"
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"></rect>`, class, step*float64(i), height-h, width, h)
	}
	y := height - middle/top*(height-2)
	fmt.Fprintf(&b, `<line class="middle" x1="0" x2="%.0f" y1="%.1f" y2="%.1f"></line></svg>`, step*float64(len(shares)), y, y)
	return template.HTML(b.String())
}

func chart(l campaign.Language, title string, labels []string, series []Series, draw func(b *strings.Builder, top float64)) template.HTML {
	esc := template.HTMLEscapeString
	if len(labels) == 0 || len(series) == 0 {
		return template.HTML(`<p class="empty">` + esc(Translate(l, "{0}: nothing yet.", title)) + `</p>`)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="chart"><figcaption>%s%s</figcaption>`, esc(title), legend(series))
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, chartWidth, chartHeight, esc(Translate(l, "{0}: the figures stand in the table below", title)))
	top := scaleTop(series)
	for _, share := range []float64{0, 0.5, 1} {
		value := int64(math.Round(top * share))
		y := plotY(value, top)
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"></line>`, chartLeft, chartWidth-chartRight, y, y)
		fmt.Fprintf(&b, `<text class="tick" x="%d" y="%.1f" text-anchor="end">%s</text>`, chartLeft-8, y+4, language.Number(l, value))
	}
	step := (len(labels) + 7) / 8
	for i := 0; i < len(labels); i += step {
		class := "tick"
		if i/step%2 == 1 { // left out on a phone, where letters are large beside the drawing
			class += " every-other"
		}
		x, first, second := slotMiddle(i, len(labels)), labels[i], ""
		if at := strings.LastIndexByte(first, ' '); at > 0 {
			first, second = first[:at], first[at+1:]
		}
		fmt.Fprintf(&b, `<text class="%s" x="%.1f" y="%d" text-anchor="middle"><tspan dy="1.15em">%s</tspan> <tspan x="%.1f" dy="1.15em">%s</tspan></text>`,
			class, x, chartHeight-chartBottom+4, esc(first), x, esc(second))
	}
	draw(&b, top)
	b.WriteString(`</svg>`)
	chartTable(&b, l, title, labels, series)
	b.WriteString(`</figure>`)
	return template.HTML(b.String())
}

func chartTable(b *strings.Builder, in campaign.Language, title string, labels []string, series []Series) {
	esc := template.HTMLEscapeString
	fmt.Fprintf(b, `<details><summary>%s</summary><div class="scroll" tabindex="0" role="region" aria-label="%s"><table class="figures"><caption class="unseen">%s</caption><thead><tr><th scope="col">%s</th>`,
		esc(Say(in, campaign.Textf("Figures as a table"))), esc(title), esc(title), esc(Say(in, campaign.Textf("Time"))))
	for _, s := range series {
		fmt.Fprintf(b, `<th scope="col" class="num">%s</th>`, esc(s.Name))
	}
	b.WriteString(`</tr></thead><tbody>`)
	for i, l := range labels {
		fmt.Fprintf(b, `<tr><th scope="row">%s</th>`, esc(l))
		for _, s := range series {
			fmt.Fprintf(b, `<td class="num">%s</td>`, language.Number(in, s.Values[i]))
		}
		b.WriteString(`</tr>`)
	}
	b.WriteString(`</tbody></table></div></details>`)
}

func legend(series []Series) string {
	var b strings.Builder
	b.WriteString(`<span class="legend">`)
	for i, s := range series {
		fmt.Fprintf(&b, `<span class="key s%d">%s</span>`, i%4, template.HTMLEscapeString(s.Name))
	}
	b.WriteString(`</span>`)
	return b.String()
}

// scaleTop is the value at the upper edge: 2, 4 or 10 times a power of ten, so that its half is a round number too.
func scaleTop(series []Series) float64 {
	highest := int64(1)
	for _, s := range series {
		for _, v := range s.Values {
			highest = max(highest, v)
		}
	}
	for power := 1.0; ; power *= 10 {
		for _, f := range []float64{2, 4, 10} {
			if f*power >= float64(highest) {
				return f * power
			}
		}
	}
}

func plotY(v int64, top float64) float64 {
	return chartTop + plotHeight*(1-float64(v)/top)
}

func slotMiddle(i, n int) float64 { return chartLeft + plotWidth*(float64(i)+0.5)/float64(n) }
