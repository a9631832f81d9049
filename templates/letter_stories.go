package templates

import (
	"cmp"
	"html/template"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// contentsFrom is with how many stories a newsletter begins with a table of contents.
const contentsFrom = 3

// letterLink is a link of the brand.
type letterLink struct {
	Name string
	URL  template.URL
}

// letterSlot is what a slot of a layout holds: a line, a text or a picture.
type letterSlot struct {
	Line    string
	Text    letterText
	Picture *letterPicture
}

// Slot returns what a slot holds; nil when it is empty.
func (p *letterPage) Slot(name string) *letterSlot { return p.slots[name] }

// Stories returns how releases are told in newsletters: in the version that readers of a language get, in their script, with a link
// to the page where the release can be read.
func Stories(links campaign.Links) func(*campaign.Brand) campaign.StoryOf {
	return func(brand *campaign.Brand) campaign.StoryOf {
		book := language.NewPhrasebook(brand.Phrases)
		return func(r *campaign.Release, l campaign.Language) campaign.Story {
			v := r.For(l)
			if v == nil {
				return campaign.Story{}
			}
			converted := language.ConvertVersion(*v, l, book)
			s := converted.Story(r)
			if p := r.Publication; p != nil && p.Link != "" {
				s.Link = p.Link
			} else if p != nil && p.Run != "" {
				s.Link = links.Read(p.Run, v.Language)
			}
			return s
		}
	}
}

// stories renders the stories of a newsletter.
func (w *letterWriter) stories(v *campaign.Version) {
	p, t := w.page, func(key string, args ...any) string { return Translate(w.letter.language, key, args...) }
	for i, s := range v.Stories {
		story := &letterStory{
			Number: i + 1, Headline: w.plain(s.Headline), Text: w.text(s.Text, ""), Picture: w.picture(s.Picture, w.own(s.Alt)),
			More: t("mail.story.more"),
		}
		if s.Link != "" {
			story.URL = template.URL(w.letter.rewriteLink(s.Link, story.More))
			story.Label = t("mail.story.more_of", story.Headline)
		}
		p.Stories = append(p.Stories, story)
	}
	if len(p.Stories) >= contentsFrom {
		p.Contents = t("mail.contents")
	}
}

// contentLines are the table of contents of the plain-text part.
func (p *letterPage) contentLines() []string {
	if p.Contents == "" {
		return nil
	}
	lines := []string{p.Contents + ":"}
	for _, s := range p.Stories {
		lines = append(lines, prefixLines(wrapText(s.Headline, textWidth-2), "- ", "  ")...)
	}
	return lines
}

// slots renders what writers filled in for a layout of the team's.
func (w *letterWriter) slots(v *campaign.Version) {
	w.page.slots = map[string]*letterSlot{}
	for _, s := range w.page.layout.slots {
		held := v.Slots[s.Name]
		if held == "" {
			continue
		}
		var slot letterSlot
		switch s.Kind {
		case LineSlot:
			slot.Line = oneLine(w.plain(held))
		case TextSlot:
			slot.Text = w.text(held, "")
		case PictureSlot:
			if slot.Picture = w.picture(held, ""); slot.Picture == nil {
				continue
			}
		}
		w.page.slots[s.Name] = &slot
	}
}

// picture finds a picture of the library or among the files; nil where there is none.
func (w *letterWriter) picture(address, alt string) *letterPicture {
	known := w.md.pictures.at(address)
	if known.source == "" {
		return nil
	}
	return &letterPicture{Source: template.URL(known.source), Alt: cmp.Or(alt, known.alt), Width: known.width, Height: known.height}
}

// brand adds the logos, each as high as the others, and the links to social media.
func (w *letterWriter) brand(brand *campaign.Brand) {
	const high, widest = 56, 240
	for _, logo := range brand.Logos {
		picture := w.picture(logo.Picture, language.TextFor(logo.Alt, w.letter.language))
		if picture == nil || picture.Height == 0 {
			continue
		}
		picture.Width, picture.Height = picture.Width*high/picture.Height, high
		if picture.Width > widest {
			picture.Width, picture.Height = widest, picture.Height*widest/picture.Width
		}
		w.page.Logos = append(w.page.Logos, *picture)
	}
	w.page.FundingUp = len(w.page.Logos) > 0 && w.page.layout.has("logos")
	for _, s := range brand.Social {
		w.page.Social = append(w.page.Social, letterLink{s.Name, template.URL(s.URL)})
	}
}
