package templates

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

const seenFoot = "{{ view }}{{ kind }}{{ foot }}"

// Nothing hides the foot: not by what one rule says, nor by what several come to.
func TestWordsOfALayoutAreSeen(t *testing.T) {
	in := func(style string) []string {
		return []string{
			`<div style="` + style + `">` + seenFoot + `</div>`,
			`<style>.a { margin: 0 } .b { ` + style + ` }</style><div class="b">` + seenFoot + `</div>`,
			`<style>@media (max-width: 480px) { .b { ` + style + ` } }</style><div class="b">` + seenFoot + `</div>`,
		}
	}
	of := func(style string) []string { // of the words themselves
		return []string{
			"<style>.b p, .b a, .b span, .b strong, .b div { " + style + " }</style><div class=\"b\">" + seenFoot + "</div>",
			"<style>@media only screen and (min-width:600px) { p, a, span, strong { " + strings.ReplaceAll(style, ";", " !important;") + " !important } }</style>" + seenFoot,
		}
	}
	whole := func(source string) []string { return []string{source} }
	for _, c := range []struct {
		name      string
		sources   []string
		isRefused bool
	}{
		{"cut off", in("max-height:1px;overflow:hidden"), true},
		{"cut off at a line", in("max-height: 20px; overflow: hidden"), true},
		{"cut off in two rules", whole(`<style>.a { height: 0.5px } .b { overflow-y: clip }</style><div class="a b">` + seenFoot + `</div>`), true},
		{"a narrow box", in("max-width:2px"), true},
		{"lines on each other", of("line-height:1px"), true},
		{"lines of nothing", of("line-height:0"), true},
		{"lines by a part", of("line-height:10%"), true},
		{"tiny", of("font-size:1px"), true},
		{"tiny by a part", of("font-size: 3%"), true},
		{"tiny by em", of("font-size: .05em"), true},
		{"tiny by a shorthand", of("font: 0/0 serif"), true},
		{"tiny by steps", whole(`<style>div { font-size: 60% } .b p, .b a, .b strong { font-size: .9em }</style><div><div><div class="b">` + seenFoot + `</div></div></div>`), true},
		{"white on white", of("color:#fff;background:#fff"), true},
		{"pale", of("color:#eee;background-color:#ffffff"), true},
		{"by rgb", of("color:rgb(255,255,255);background:#fff"), true},
		{"by rgb without commas", of("color:rgb(99% 99% 99% / 1);background:white"), true},
		{"by hsl", of("color: hsl(0, 0%, 98%); background: hsl(210 20% 99%)"), true},
		{"by names", of("color:lavender;background:aliceblue"), true},
		{"by the paper", of("color:#f3f6f9"), true},
		{"by two rules", whole(`<style>.a { background-color: navy } .a p, .a a, .a strong { color: #000080 }</style><div class="a">` + seenFoot + `</div>`), true},
		{"by the attribute", whole(`<style>p, a { color: black }</style><table bgcolor="#111111"><tr><td>` + seenFoot + `</td></tr></table>`), true},
		{"by a gradient", of("color:#fff;background-image:linear-gradient(#ffffff, #fefefe)"), true},
		{"by a gradient in short", of("color:#fff;background:linear-gradient(90deg, white 0%, snow)"), true},
		{"transparent", of("color:transparent"), true},
		{"nearly so", of("color:rgba(0,0,0,0.05)"), true},
		{"by four digits", of("color:#0000"), true},
		{"by eight", of("color:#00000005"), true},
		{"filled", of("-webkit-text-fill-color: #fff"), true},
		{"faint", in("opacity: 0.2"), true},
		{"faint in parts", in("opacity: 12%"), true},
		{"faint on faint", whole(`<div style="opacity:.6"><div style="opacity:.6"><div style="opacity:.6">` + seenFoot + `</div></div></div>`), true},
		{"gone", in("display: none"), true},
		{"gone by important", in("display: none !important"), true},
		{"not visible", in("visibility:hidden"), true},
		{"away", in("position:absolute;left:-9999px"), true},
		{"a margin away", in("margin-left:-9999px"), true},
		{"a margin up", in("margin: -500px 0 0 0"), true},
		{"pushed down", in("padding-top:9000px"), true},
		{"indented", in("text-indent:-9999px"), true},
		{"indented to the right", in("text-indent:3000px"), true},
		{"turned", in("transform:scale(0)"), true},
		{"scaled", in("scale:0"), true},
		{"zoomed", in("zoom:0.01"), true},
		{"clipped", in("clip-path: inset(100%)"), true},
		{"filtered", in("filter: opacity(0)"), true},
		{"blended", in("mix-blend-mode: screen"), true},
		{"masked", in("mask-image: linear-gradient(transparent, transparent)"), true},
		{"as dots", in("-webkit-text-security: disc"), true},
		{"covered", in("outline: 500px solid white"), true},
		{"moving", in("animation: a 1s"), true},
		{"in signs", of("font-family: Wingdings"), true},
		{"close together", in("letter-spacing:-20px"), true},
		{"raised", of("vertical-align: 900px"), true},
		{"by a variable", whole(`<style>:root { --a: 0px } p { font-size: var(--a) }</style>` + seenFoot), true},
		{"by a sum", of("font-size: calc(1px * 0)"), true},
		{"by a power", of("font-size: 1e-9px"), true},
		{"by an odd unit", in("max-height: 0lh; overflow: hidden"), true},
		{"by a colour nobody reads", of("color: oklch(1 0 0)"), true},
		{"by what stands before", whole(`<style>h1 ~ div { color: #fff }</style><h1>a</h1><div>` + seenFoot + `</div>`), true},
		{"by language", whole(`<style>[lang=sr] p { color: #fff }</style>` + seenFoot), true},
		{"in dark mode", whole(`<style>@media (prefers-color-scheme: dark) { p, a, strong { color: #111 !important } }</style>` + seenFoot), true},
		{"on a light ground in dark mode", whole(`<div style="background:#fffbe6">` + seenFoot + `</div>`), true},
		{"in print", whole(`<style>@media print { .a { display: none } }</style><div class="a">` + seenFoot + `</div>`), true},
		{"where it can be held", whole(`<style>@media (hover: none) { p, a { color: #fff } }</style>` + seenFoot), true},
		{"from those who listen", whole(`<div aria-hidden="true">` + seenFoot + `</div>`), true},
		{"between a comment", whole(`<style>p, a { col/**/or: #fff; opac/* */ity: 0 }</style>` + seenFoot), true},

		{"dark on light", in("color:#1f2933"), false},
		{"a line", in("line-height:1.5"), false},
		{"a line in pixels", in("line-height:20px"), false},
		{"a wide box", in("max-width:600px"), false},
		{"tidy", in("overflow:hidden"), false},
		{"a height that grows", in("height:1px"), false},
		{"a colour", in("color:rgb(10,20,200)"), false},
		{"no ground", in("background:transparent"), false},
		{"a line by a part", in("line-height:150%"), false},
		{"a font", of("font: italic 15px/1.5 Georgia, serif"), false},
		{"boxes", in("padding: 24px 6%; margin: 0 auto; border: 1px solid #dbe1e7; border-radius: 4px"), false},
		{"white on the brand", whole(`<table role="presentation" class="action"><tr><td style="background-color:{{ colour }};padding:8px"><a href="{{ view_url }}" style="color:#ffffff">a</a></td></tr></table>` + seenFoot), true}, // not in dark mode, where the brand is light
		{"white on navy", whole(`<table role="presentation"><tr><td style="background-color:navy"><a href="{{ view_url }}" style="color:#ffffff !important">a</a></td></tr></table>` + seenFoot), false},
		{"a ground of its own in dark mode", whole(`<style>.a { background: #fffbe6 } @media (prefers-color-scheme: dark) { .a { background: #242b33 !important } }</style><div class="a">` + seenFoot + `</div>`), false},
		{"on telephones", whole(`<style>@media only screen and (max-width: 480px) { td.text { padding: 12px !important } h1 { font-size: 22px !important } }</style>` + seenFoot), false},
		{"under the hand", whole(`<style>a:hover { text-decoration: none; color: #000 }</style>` + seenFoot), false},
	} {
		for _, source := range c.sources {
			if problems := CheckLayout(campaign.PressLayout, source); (len(problems) > 0) != c.isRefused {
				t.Errorf("%s: %s: %v", c.name, source, problems)
			}
		}
	}
}

// What is refused is told at its line.
func TestHiddenWordsAreToldAtTheirLine(t *testing.T) {
	problems := CheckLayout(campaign.PressLayout, "<style>\n.a { background: #ffffff }\n.a p, .a a, .a strong, .a span { color: #fdfdfd }\n</style>\n<div class=\"a\">"+seenFoot+"</div>")
	if len(problems) == 0 || problems[0].Line != 3 || !strings.Contains(problems[0].Text.String(), "contrast") {
		t.Errorf("%+v", problems)
	}
}
