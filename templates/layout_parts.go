package templates

import (
	"html/template"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// partClass says where a placeholder may stand.
type partClass int

const (
	blockPart  partClass = iota // between elements: it brings elements of its own
	wordsPart                   // between elements or in an alt or title: words alone
	linkPart                    // in an href alone
	colourPart                  // in a style or bgcolor
)

// layoutPart is a placeholder of layouts.
type layoutPart struct {
	name    string
	class   partClass
	html    string // what stands for it in a template of html/template; $ is the letter's page, the dot within stories the story
	ofStory bool
	shown   func(p *letterPage, s *letterStory) bool           // whether it has something to show; nil where it always has
	text    func(p *letterPage, s *letterStory, t *layoutText) // writes it into the plain-text part; nil: it does not stand there
	what    campaign.Text
}

// orderedParts are all placeholders in the order they are explained.
var orderedParts = sync.OnceValue(func() []layoutPart {
	words := func(value func(*letterPage) string) func(*letterPage, *letterStory, *layoutText) {
		return func(p *letterPage, _ *letterStory, t *layoutText) { t.say(value(p)) }
	}
	lines := func(value func(*letterPage) []string) func(*letterPage, *letterStory, *layoutText) {
		return func(p *letterPage, _ *letterStory, t *layoutText) { t.block(value(p)...) }
	}
	onPage := func(shown func(*letterPage) bool) func(*letterPage, *letterStory) bool {
		return func(p *letterPage, _ *letterStory) bool { return shown(p) }
	}
	inStory := func(shown func(*letterStory) bool) func(*letterPage, *letterStory) bool {
		return func(_ *letterPage, s *letterStory) bool { return s != nil && shown(s) }
	}
	return []layoutPart{
		{name: "headline", class: wordsPart, html: "{{$.Headline}}", text: words(func(p *letterPage) string { return p.Headline }), what: campaign.Textf("the headline")},
		{name: "subhead", class: wordsPart, html: "{{$.Subhead}}", shown: onPage(func(p *letterPage) bool { return p.Subhead != "" }), text: words(func(p *letterPage) string { return p.Subhead }), what: campaign.Textf("the subhead")},
		{name: "kind", html: `{{template "kind" $}}`, text: lines((*letterPage).topLines), what: campaign.Textf("the kind of release, and its embargo or “for immediate release”")},
		{name: "embargo", html: `{{template "embargo" $}}`, shown: onPage(func(p *letterPage) bool { return p.Embargoed }), text: lines((*letterPage).embargoLines), what: campaign.Textf("the embargo alone")},
		{name: "lead", html: `{{with $.Lead.HTML}}<div class="lead">{{.}}</div>{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Lead.HTML != "" }), text: lines(func(p *letterPage) []string { return p.Lead.lines }), what: campaign.Textf("the lead")},
		{name: "body", html: `{{with $.Body.HTML}}<div class="story">{{.}}</div>{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Body.HTML != "" }), text: lines(func(p *letterPage) []string { return p.Body.lines }), what: campaign.Textf("the body")},
		{name: "quotes", html: `{{range $.Quotes}}{{template "quote" .}}{{end}}`, shown: onPage(func(p *letterPage) bool { return len(p.Quotes) > 0 }), text: func(p *letterPage, _ *letterStory, t *layoutText) {
			for _, q := range p.Quotes {
				t.block(q.text()...)
			}
		}, what: campaign.Textf("the quotations")},
		{name: "end_mark", html: `{{with $.End}}<p class="end">{{.}}</p>{{end}}`, text: func(p *letterPage, _ *letterStory, t *layoutText) {
			if p.End != "" {
				t.block("", p.End)
			}
		}, what: campaign.Textf("the mark at the end of what may be quoted")},
		{name: "contact", html: `{{with $.Contact}}{{if .Title}}{{template "contact" .}}{{end}}{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Contact.Title != "" }), text: func(p *letterPage, _ *letterStory, t *layoutText) {
			t.section(p.Contact.Title, p.Contact.text())
		}, what: campaign.Textf("the media contact in a box")},
		{name: "signature", html: `{{with $.Contact}}{{if .Title}}{{template "signature" .}}{{end}}{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Contact.Title != "" }), text: func(p *letterPage, _ *letterStory, t *layoutText) {
			t.block(p.Contact.text()...)
		}, what: campaign.Textf("the media contact as the signature of a letter")},
		{name: "about", html: `{{if $.About.HTML}}{{with $.AboutTitle}}<h2>{{.}}</h2>{{end}}{{$.About.HTML}}{{end}}`, shown: onPage(func(p *letterPage) bool { return p.About.HTML != "" }), text: func(p *letterPage, _ *letterStory, t *layoutText) {
			t.section(p.AboutTitle, p.About.lines)
		}, what: campaign.Textf("what the release says about you")},
		{name: "notes", html: `{{if $.Notes.HTML}}{{with $.NotesTitle}}<h2>{{.}}</h2>{{end}}{{$.Notes.HTML}}{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Notes.HTML != "" }), text: func(p *letterPage, _ *letterStory, t *layoutText) {
			t.section(p.NotesTitle, p.Notes.lines)
		}, what: campaign.Textf("the notes to editors")},
		{name: "event", html: `{{with $.Event}}{{template "event" .}}{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Event != nil }), text: lines((*letterPage).eventLines), what: campaign.Textf("when and where the event is, with the map and the answer")},
		{name: "contents", html: `{{if $.Contents}}{{template "contents" $}}{{end}}`, shown: onPage(func(p *letterPage) bool { return p.Contents != "" }), text: lines((*letterPage).contentLines), what: campaign.Textf("the table of contents, from three stories on")},
		{name: "stories", html: `{{range $.Stories}}{{template "story" .}}{{end}}`, shown: onPage(func(p *letterPage) bool { return len(p.Stories) > 0 }), text: func(p *letterPage, _ *letterStory, t *layoutText) {
			for _, s := range p.Stories {
				s.write(t)
			}
		}, what: campaign.Textf("all stories, one below the other")},
		{name: "story.headline", class: wordsPart, ofStory: true, html: "{{.Headline}}", text: func(_ *letterPage, s *letterStory, t *layoutText) { t.say(s.Headline) }, what: campaign.Textf("the headline of a story")},
		{name: "story.title", ofStory: true, html: `{{template "story-title" .}}`, text: func(_ *letterPage, s *letterStory, t *layoutText) { t.block(s.title()...) }, what: campaign.Textf("the headline of a story as a heading, with its link")},
		{name: "story.text", ofStory: true, html: `{{.Text.HTML}}`, shown: inStory(func(s *letterStory) bool { return s.Text.HTML != "" }), text: func(_ *letterPage, s *letterStory, t *layoutText) { t.block(s.Text.lines...) }, what: campaign.Textf("the text of a story")},
		{name: "story.picture", ofStory: true, html: `{{with .Picture}}{{template "picture" .}}{{end}}`, shown: inStory(func(s *letterStory) bool { return s.Picture != nil }), what: campaign.Textf("the picture of a story")},
		{name: "story.more", ofStory: true, html: `{{template "story-more" .}}`, shown: inStory(func(s *letterStory) bool { return s.URL != "" }), text: func(_ *letterPage, s *letterStory, t *layoutText) { t.link(s.More, s.URL) }, what: campaign.Textf("“Read on”, with the link of a story")},
		{name: "story.link", class: linkPart, ofStory: true, html: "{{.URL}}", shown: inStory(func(s *letterStory) bool { return s.URL != "" }), what: campaign.Textf("the address of a story")},

		{name: "brand", class: wordsPart, html: "{{$.Brand}}", shown: onPage(func(p *letterPage) bool { return p.Brand != "" }), text: words(func(p *letterPage) string { return p.Brand }), what: campaign.Textf("your name")},
		{name: "logos", html: `{{if $.Logos}}{{template "logos" $}}{{end}}`, shown: onPage(func(p *letterPage) bool { return len(p.Logos) > 0 }), what: campaign.Textf("your logos, with the funding line below")},
		{name: "website", class: linkPart, html: "{{$.WebsiteURL}}", shown: onPage(func(p *letterPage) bool { return p.WebsiteURL != "" }), what: campaign.Textf("the address of your website")},
		{name: "colour", class: colourPart, html: "{{$.Colour}}", what: campaign.Textf("your colour, dark enough to read")},
		{name: "view", html: `{{template "view" $}}`, what: campaign.Textf("the link to view the message in the browser")},
		{name: "view_url", class: linkPart, html: "{{$.ViewURL}}", what: campaign.Textf("the address of that link")},
		{name: "foot", html: `{{template "foot" $}}`, what: campaign.Textf("all that must stand at the foot: funding line, footer, your name and address, why the reader gets it, the links to unsubscribe and to the privacy notice, and your social media")},
		{name: "why", html: `{{template "why" $}}`, what: campaign.Textf("of the foot: why the reader gets it, and for new readers where the address comes from")},
		{name: "funding", html: `{{with $.Funding.HTML}}<div class="credit">{{.}}</div>{{end}}`, what: campaign.Textf("of the foot: the funding line")},
		{name: "disclaimer", html: `{{with $.Disclaimer.HTML}}<div class="credit">{{.}}</div>{{end}}`, what: campaign.Textf("of the foot: the footer")},
		{name: "address", html: `{{template "address" $}}`, what: campaign.Textf("of the foot: your name and postal address")},
		{name: "leave", html: `{{template "leave" $}}`, what: campaign.Textf("of the foot: the link to unsubscribe")},
		{name: "privacy", html: `{{template "privacy" $}}`, shown: onPage(func(p *letterPage) bool { return p.PrivacyURL != "" }), what: campaign.Textf("of the foot: the link to the privacy notice")},
		{name: "social", html: `{{if $.Social}}{{template "social" $}}{{end}}`, shown: onPage(func(p *letterPage) bool { return len(p.Social) > 0 }), what: campaign.Textf("of the foot: your social media")},
	}
})

var layoutParts = sync.OnceValue(func() map[string]*layoutPart {
	byName := map[string]*layoutPart{}
	for i := range orderedParts() {
		byName[orderedParts()[i].name] = &orderedParts()[i]
	}
	return byName
})

func layoutPartNames() []string {
	return campaign.Collect(orderedParts(), func(p layoutPart) string { return p.name })
}

// Shows reports whether a placeholder has something to show; within stories dot is the story.
func (p *letterPage) Shows(part string, dot any) bool {
	s, _ := dot.(*letterStory)
	known := layoutParts()[part]
	return known != nil && (known.shown == nil || known.shown(p, s))
}

// LayoutPart explains a placeholder to who writes a layout.
type LayoutPart struct {
	Name string // with its braces
	What campaign.Text
}

// LayoutParts are all placeholders of layouts.
func LayoutParts() []LayoutPart {
	return campaign.Collect(orderedParts(), func(p layoutPart) LayoutPart { return LayoutPart{"{{ " + p.name + " }}", p.what} })
}

// mandatory are the placeholders no layout may lack, each with those that hold it. Funding and disclaimer may be empty for one
// installation and set for the next, or set tomorrow: a layout shows them whenever they are.
var mandatory = []struct {
	in   []string
	what campaign.Text
}{
	{[]string{"view", "view_url"}, campaign.Textf("the link to view the message in the browser: {{ view }}")},
	{[]string{"foot", "leave"}, campaign.Textf("the link to unsubscribe: {{ foot }}, or {{ leave }}")},
	{[]string{"foot", "address"}, campaign.Textf("your postal address: {{ foot }}, or {{ address }}")},
	{[]string{"foot", "why"}, campaign.Textf("why the reader gets it: {{ foot }}, or {{ why }}")},
	{[]string{"foot", "funding"}, campaign.Textf("the funding line: {{ foot }}, or {{ funding }}")},
	{[]string{"foot", "disclaimer"}, campaign.Textf("the footer of the settings: {{ foot }}, or {{ disclaimer }}")},
}

// mustShow are placeholders without which readers of an embargoed release would not know of it.
var mustShow = struct {
	in   []string
	what campaign.Text
}{[]string{"kind", "embargo"}, campaign.Textf("the embargo: {{ kind }}, or {{ embargo }}")}

// letterStory is a story of a newsletter.
type letterStory struct {
	Number   int
	Headline string
	Text     letterText
	Picture  *letterPicture
	URL      template.URL
	More     string // “Read on”
	Label    string // “Read on: the headline”, for who hears the link alone
}

// title is the headline of the story in the plain-text part.
func (s *letterStory) title() []string { return wrapText(s.Headline, textWidth) }

func (s *letterStory) write(t *layoutText) {
	t.block("")
	t.block(s.title()...)
	t.block(s.Text.lines...)
	t.link(s.More, s.URL)
}

// letterPicture is a picture as a message shows it.
type letterPicture struct {
	Source        template.URL
	Alt           string
	Width, Height int
}
