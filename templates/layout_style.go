package templates

import (
	"regexp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// hiding is style by which what must be read could be hidden. Filters take hidden text for a fraud, too.
var hiding = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0?\.?0*[0-4]?\s*(;|$|!)|font-size\s*:\s*0*[0-8](\.\d+)?(px|pt)?\s*(;|$|!)|mso-hide|text-indent\s*:\s*-|position\s*:\s*(absolute|fixed)|clip(-path)?\s*:|(max-)?(height|width)\s*:\s*0(px|%)?\s*(;|$|!)|left\s*:\s*-|transform\s*:`)

// loading is style that loads something from elsewhere or runs it.
var loading = regexp.MustCompile(`(?i)url\s*\(|@import|@font-face|expression\s*\(|behavior\s*:|-moz-binding|\\|image-set|src\s*\(`)

var styleComment = regexp.MustCompile(`(?s)/\*.*?(\*/|$)`)

// style checks a style sheet, or the style of one element.
func (c *layoutChecker) style(source string, sheet bool) {
	if sheet {
		if strings.Count(source, "{") > maxLayoutRules {
			c.refuse(c.line, campaign.Textf("the layout has more than %d rules of style: leave some out", maxLayoutRules))
		}
		c.only(markPattern.FindAllStringSubmatch(source, -1), colourPart)
		source = strings.ReplaceAll(source, "}", ";}")
	}
	source = styleComment.ReplaceAllStringFunc(source, func(s string) string { return strings.Repeat("\n", strings.Count(s, "\n")) })
	for n, line := range strings.Split(source, "\n") {
		if loading.MatchString(line) {
			c.refuse(c.line+n, campaign.Textf("style must not load anything from elsewhere"))
		}
		if hiding.MatchString(line) {
			c.refuse(c.line+n, isHidden)
		}
	}
	c.followed(source, sheet)
}

// followed refuses style of which nobody can say what it does to words: properties that no message needs, and rules that depend on
// what stands around.
func (c *layoutChecker) followed(source string, sheet bool) {
	line := c.line
	for rule := range strings.SplitAfterSeq(source, "}") {
		head, body, inBraces := strings.Cut(rule, "{")
		if !sheet {
			head, body = "", rule
		}
		for strings.Contains(body, "{") { // a rule within @media
			var more string
			more, body, _ = strings.Cut(body, "{")
			head += "{" + more
		}
		if name := strings.TrimSpace(strings.ReplaceAll(head, "}", "")); inBraces && !plainSelector.MatchString(markPattern.ReplaceAllString(name, "")) {
			c.refuse(line+strings.Count(head, "\n"), campaign.Textf("style may name elements and classes, within conditions of screens, and not “%s”", shorten(name, quotedCharacters)))
		}
		at := line + strings.Count(rule[:len(rule)-len(body)], "\n")
		for part := range strings.SplitAfterSeq(body, ";") {
			name, value, found := strings.Cut(strings.Trim(part, "; \n\r\t}"), ":")
			here := at + strings.Count(part[:len(part)-len(strings.TrimLeft(part, " \n\r\t"))], "\n")
			at += strings.Count(part, "\n")
			name = strings.ToLower(strings.TrimSpace(name))
			switch {
			case !found:
			case !slices.Contains(layoutProperties, name) && !layoutProperty.MatchString(name):
				c.refuse(here, campaign.Textf("“%s” is no style for messages: leave it out", shorten(name, quotedCharacters)))
			case !isFollowed(value):
				c.refuse(here, campaign.Textf("what “%s” comes to cannot be told: write numbers, and colours such as #1d4f7c", shorten(strings.TrimSpace(value), quotedCharacters)))
			}
		}
		line += strings.Count(rule, "\n")
	}
}

// plainSelector is what style may be for: elements, classes and ids, and conditions of what a screen is like.
var plainSelector = regexp.MustCompile(`(?i)^\s*(@media[\w\s():,.-]*(\{\s*|$))?([\w\s.#,>*-]|:(hover|active|focus|link|visited|first-child|last-child|root)\b)*$`)

// layoutProperties are the properties of style a message needs.
var layoutProperties = strings.Fields(`background background-color background-image background-position background-repeat background-size box-sizing caption-side clear
	color color-scheme direction display empty-cells float font font-family font-size font-style font-variant font-weight height hyphens letter-spacing line-height
	max-height max-width min-height min-width opacity overflow overflow-wrap overflow-x overflow-y page-break-after page-break-before page-break-inside position
	supported-color-schemes table-layout text-align text-align-last text-decoration text-decoration-color text-decoration-line text-indent text-transform vertical-align visibility white-space
	width word-break word-spacing word-wrap -ms-interpolation-mode -ms-text-size-adjust -webkit-text-size-adjust text-size-adjust -webkit-text-fill-color`)

var layoutProperty = regexp.MustCompile(`^(border|margin|padding|list-style|mso)(-[a-z-]+)?$`)

var (
	plainFunction = regexp.MustCompile(`(rgb|hsl)a?\([^()]*\)|(repeating-)?(linear|radial|conic)-gradient\(`)
	oddWord       = regexp.MustCompile(`\w\(|\b(currentcolor|canvas|canvastext|initial|unset|revert|wingdings\d?|webdings|symbol|zapf|marlett|blank)\b`)
	numberWith    = regexp.MustCompile(`(?:^|[\s,(/])[-+]?[\d.]+([a-z%]+)`)
)

// isFollowed reports whether it can be told what a value comes to: no sums, variables, unknown units, or fonts of signs for letters.
func isFollowed(value string) bool {
	value = plainFunction.ReplaceAllString(strings.ToLower(markPattern.ReplaceAllString(value, "")), " ")
	for _, m := range numberWith.FindAllStringSubmatch(value, -1) {
		if unit := m[1]; pixelsOf[unit] == 0 && !slices.Contains([]string{"%", "em", "ex", "ch", "deg"}, unit) {
			return false
		}
	}
	return !oddWord.MatchString(value)
}
