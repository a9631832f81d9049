package templates

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestBuiltInLayoutsPassTheirCheck(t *testing.T) {
	for _, key := range campaign.BuiltInLayouts {
		if problems := CheckLayout(key, LayoutSource(key)); len(problems) > 0 {
			t.Errorf("%s: %v", key, problems)
		}
	}
}

func TestCheckLayout(t *testing.T) {
	const foot = "\n{{ view }}{{ kind }}{{ foot }}"
	for _, c := range []struct {
		name, source string
		line         int
		want         string
	}{
		{"an open placeholder", "<p>\n{{ headline\n}}</p>" + foot, 2, "is not closed"},
		{"an unknown one", "<p>\n\n{{ headlin }}</p>" + foot, 3, "did you mean “{{ headline }}”?"},
		{"no end", "{{ if lead }}<p></p>" + foot, 1, "{{ if lead }} has no “{{ end }}”"},
		{"an end too many", "<p></p>{{ end }}" + foot, 1, "before it"},
		{"a method", "{{ .Slot }}" + foot, 1, "there is no placeholder"},
		{"a loop for ever", "{{ each 9999999999 }}{{ end }}" + foot, 1, "only stories"},
		{"stories in stories", "{{ each story }}\n{{ each story }}{{ end }}{{ end }}" + foot, 2, "within stories"},
		{"a story outside", "{{ story.text }}" + foot, 1, "stands outside"},
		{"a script", "<p></p>\n<script>alert(1)</script>" + foot, 2, "<script> is not allowed"},
		{"an event handler", "<p onclick=\"x()\">a</p>" + foot, 1, "takes no onclick"},
		{"a frame", "<iframe></iframe>" + foot, 1, "<iframe> is not allowed"},
		{"a remote picture", "<img src=\"https://example.org/a.png\" alt=\"\">" + foot, 1, "would count readers"},
		{"a link that runs", "<a href=\"javascript:alert(1)\">a</a>" + foot, 1, "a link leads to"},
		{"a value as a link", "<a href=\"{{ headline }}\">a</a>" + foot, 1, "a link leads to"},
		{"a loaded style", "<style>\np { background: url(https://example.org/a) }\n</style>" + foot, 2, "must not load"},
		{"an import", "<style>@import 'x';</style>" + foot, 1, "must not load"},
		{"an escape", "<p style=\"background:u\\72l(x)\">a</p>" + foot, 1, "must not load"},
		{"hidden", "<div style=\"display:/**/none\">{{ view }}{{ kind }}{{ foot }}</div>", 1, "nothing may be hidden"},
		{"hidden by our class", "<div class=\"preheader\">{{ view }}{{ kind }}{{ foot }}</div>", 1, "nothing may be hidden"},
		{"tiny", "<div style=\"font-size:1px\">{{ view }}{{ kind }}{{ foot }}</div>", 1, "nothing may be hidden"},
		{"no foot", "{{ view }}{{ kind }}\n", 0, "your postal address: {{ foot }}, or {{ address }}"},
		{"no view", "{{ kind }}{{ foot }}\n", 0, "view the message in the browser"},
		{"no embargo", "{{ view }}{{ foot }}\n", 0, "the embargo"},
		{"a foot in a condition", "{{ if lead }}\n{{ foot }}{{ end }}{{ view }}{{ kind }}", 2, "must not stand within a condition"},
		{"a foot in a comment", "<!-- {{ foot }} -->{{ view }}{{ kind }}", 1, "within a comment"},
		{"an open element", "<p>\n<b>a</p>" + foot, 2, "</p> has no beginning here"},
		{"a placeholder in a tag", "<p {{ if lead }}class=\"a\"{{ end }}>a</p>" + foot, 1, "cannot stand here"},
		{"an open quotation mark", "{{ if lead }}<p style=\"color:red>a</p>{{ end }}\n<p class=\"a\">{{ if body }}b{{ end }}</p>" + foot, 1, "cannot stand here"},
		{"a quotation mark over a beginning", "<p>a</p><p style=\"color:red>{{ if lead }}</p>\n<p class=\"a\">{{ end }}b</p>" + foot, 1, "must end within it"},
		{"bodies without end", "\n" + strings.Repeat("{{ body }}", 21) + foot, 2, "{{ body }} more than 20 times"},
		{"the body in each story", "{{ each story }}\n{{ body }}{{ end }}" + foot, 2, "{{ body }} more than 20 times"},
		{"a text in each story", "{{ slot a text 20000 }}{{ each story }}\n{{ slot a }}{{ end }}" + foot, 2, "{{ a }} more than 20 times"},
		{"a slot twice", "{{ slot a line 80 }}\n{{ slot a text }}" + foot, 2, "in two ways"},
		{"a slot without a name", "{{ slot }}" + foot, 1, "a slot is written"},
		{"a slot of no kind", "{{ slot a film }}" + foot, 1, "and not “film”"},
	} {
		problems := CheckLayout(campaign.PressLayout, c.source)
		if len(problems) == 0 {
			t.Errorf("%s: nothing is said", c.name)
			continue
		}
		found := false
		for _, p := range problems {
			found = found || p.Line == c.line && strings.Contains(p.Text.String(), c.want)
		}
		if !found {
			t.Errorf("%s: %v, want %q on line %d", c.name, problems, c.want, c.line)
		}
	}
}

// A layout of the team's shows its slots in both parts, with the layout's own words between them.
func TestOwnLayout(t *testing.T) {
	e := exampleOf(campaign.NewsletterLayout)
	e.Layout = &campaign.Layout{ID: "own", Name: "Own", Base: campaign.NewsletterLayout, Source: `{{ view }}{{ kind }}
<style>h3 { color: {{ colour }} }</style>
<table role="presentation" class="paper"><tr><td class="text"><h1 title="{{ headline }}">{{ headline }}</h1>
{{ if slot sponsor }}<p>With thanks &amp; regards to {{ slot sponsor line 80 }}</p>{{ else }}<p>No sponsor</p>{{ end }}
{{ slot box text 500 }}{{ slot banner picture }}
{{ each story }}<h3><a href="{{ story.link }}">{{ story.headline }}</a></h3>{{ if story.text }}{{ story.text }}{{ end }}{{ end }}
</td></tr><tr><td class="foot">{{ foot }}</td></tr></table>`}
	must(t, e.Layout.Normalize())
	if problems := CheckLayout(e.Layout.Base, e.Layout.Source); len(problems) > 0 {
		t.Fatal(problems)
	}
	e.Release.Layout = "own"
	v := e.Release.In(campaign.English)
	v.Slots = map[string]string{"sponsor": "<b>Us</b> {{ first_name }}", "box": "Some **bold** words", "banner": "media:guide"}
	letter, err := Compose(e, v, campaign.NoTracking, nil, exampleMedia, exampleLinks(), exampleTime())
	must(t, err)
	p := letter.Preview(exampleDelivery(e, "c1", campaign.English, campaign.NoTracking), ExampleContact(campaign.English), "")
	for _, want := range []string{"With thanks &amp; regards to &lt;b&gt;Us&lt;/b&gt; Ana", "<strong>bold</strong>", "/media/guide.png", `color:#1d4f7c`, `href="https://example.org/guide"`} {
		if !strings.Contains(p.HTML, want) {
			t.Errorf("no %s in %s", want, p.HTML)
		}
	}
	for _, want := range []string{"\nWith thanks & regards to <b>Us</b> Ana\n", "\nSome bold words\n", "\nInspectors from nine cities complete their training\n", "/u/"} {
		if !strings.Contains(p.Text, want) {
			t.Errorf("no %q in %s", want, p.Text)
		}
	}
	if strings.Contains(p.Text, "No sponsor") || strings.Contains(p.Text, "color") {
		t.Error(p.Text)
	}
}

// The page of a release is the same for everybody: no value of a reader, no image that counts, no address to leave.
func TestWebLetterIsNobodysOwn(t *testing.T) {
	for _, layout := range campaign.BuiltInLayouts {
		for _, l := range campaign.Languages {
			e := exampleOf(layout)
			page, err := WebLetter(e, e.Release.In(l), nil, exampleMedia, exampleLinks(), WebFrame{Languages: []WebLanguage{{Tag: "en", Name: "English", URL: "/r/x"}}}, exampleTime())
			must(t, err)
			for _, no := range []string{campaign.PlaceBegin, "/u/", "/o/", "/c/", "Ana Petrović,", "preheader\""} {
				if strings.Contains(page, no) {
					t.Errorf("%s, %s: the page holds %q", layout, l, no)
				}
			}
			if !strings.Contains(page, "noindex") || !strings.Contains(page, ">English<") {
				t.Errorf("%s, %s: the page can be found, or cannot be read in English", layout, l)
			}
		}
	}
}

func TestCalendar(t *testing.T) {
	e := exampleOf(campaign.InvitationLayout)
	v := e.Release.In(campaign.SerbianCyrillic)
	v.Headline = strings.Repeat("Представљање; водича, за \\ редакције {{ first_name | \"колеге\" }} ", 5)
	first := string(Calendar(e, v, "news.example.org", exampleTime()))
	e.Release.Version++
	e.Release.Occasion.Start = e.Release.Occasion.Start.Add(time.Hour)
	second := string(Calendar(e, v, "news.example.org", exampleTime()))
	for _, want := range []string{"UID:r1@news.example.org\r\n", "METHOD:PUBLISH\r\n"} {
		if !strings.Contains(first, want) || !strings.Contains(second, want) {
			t.Errorf("no %q in %s", want, first)
		}
	}
	if !strings.Contains(first, "SEQUENCE:3\r\n") || !strings.Contains(second, "SEQUENCE:4\r\n") || !strings.Contains(first, "DTSTART:20261022T090000Z\r\n") {
		t.Error(first, second)
	}
	unfolded := strings.ReplaceAll(first, "\r\n ", "")
	if !strings.Contains(unfolded, `водича\, за \\ редакције колеге`) || !strings.Contains(unfolded, `Представљање\;`) {
		t.Error(unfolded)
	}
	for line := range strings.SplitSeq(first, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || strings.ToValidUTF8(line, "") != line {
			t.Errorf("line %q", line)
		}
	}
	e.Release.Occasion = nil
	if Calendar(e, v, "h", exampleTime()) != nil {
		t.Error("an event without an occasion")
	}
}
