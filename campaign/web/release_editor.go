package web

import (
	"html"
	"html/template"
	"net/http"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/compare"
	"github.com/glasnik/glasnik/templates"
)

// editorText is one Markdown text for the editor of the panel, or why it cannot be shown there.
type editorText struct {
	Blocks  []templates.EditorBlock `json:"blocks"`
	Problem string                  `json:"problem,omitempty"`
	Warning string                  `json:"warning,omitempty"` // of what may be a slip
}

// editorTexts divides the Markdown texts of the form into blocks, each with the HTML the editor shows. It stores nothing.
func (s *releasePages) editorTexts(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	l := campaign.Language(v.PostForm("language"))
	r := campaign.Release{Versions: []campaign.Version{{Language: l, Lead: v.PostForm("lead"), Body: v.PostForm("body"), About: v.PostForm("about"), Notes: v.PostForm("notes")}}}
	library, err := libraryOf(v, s.store, &r)
	if err != nil {
		return err
	}
	out, slips := map[string]editorText{}, map[string]string{}
	for _, slip := range templates.ReleaseWarnings(&r) {
		slips[slip.Field] = strings.TrimSpace(slips[slip.Field] + " " + v.sentence(slip.AtField()))
	}
	for _, name := range templates.MarkdownFields {
		if !v.Request.PostForm.Has(name) {
			continue
		}
		blocks, err := templates.EditorBlocks(unix(v.PostForm(name)), l, library)
		if err != nil {
			out[name] = editorText{Problem: v.sentence(wordsOfError(err))}
			continue
		}
		out[name] = editorText{Blocks: blocks, Warning: slips[name]}
	}
	v.JSON(http.StatusOK, out)
	return nil
}

// markdownPage lists all that a text can hold.
type markdownPage struct {
	Page
	Examples []markdownExample
}

// markdownExample shows how something is written.
type markdownExample struct {
	What   campaign.Text
	Source string
}

func (p *markdownPage) MergeFields() []string { return templates.MergeFields() }

func (s *releasePages) markdown(v *visit) (*markdownPage, error) {
	p := &markdownPage{Page: v.page("releases", "All that a text can hold, and how it is written in Markdown")}
	words, name := v.say("Words"), v.say("Name, function")
	add := func(what campaign.Text, source string) {
		p.Examples = append(p.Examples, markdownExample{what, source})
	}
	add(campaign.Textf("Paragraphs: an empty line stands between two; a backslash at the end breaks a line"), words+"\\\n"+words+"\n\n"+words)
	add(campaign.Textf("Headings"), "## "+words+"\n### "+words+"\n#### "+words)
	add(campaign.Textf("Bold, italic, struck out"), "**"+words+"** *"+words+"* ~~"+words+"~~")
	add(campaign.Textf("Link"), "["+words+"](https://example.org)")
	add(campaign.Textf("Lists"), "- "+words+"\n  - "+words+"\n\n1. "+words+"\n2. "+words)
	add(campaign.Textf("A number at the beginning of a sentence"), "2026\\. "+words)
	add(campaign.Textf("Quotation with its speaker"), "> "+words+"\n>\n> — "+name)
	add(campaign.Textf("Fact box"), "> [!FACTS] "+words+"\n>\n> - "+words)
	add(campaign.Textf("Picture of the library, with what it shows, its caption and who made it"), "!["+words+"](media:ID \""+words+" | "+name+"\")")
	add(campaign.Textf("Picture among the files of the release"), "!["+words+"](cid:picture.jpg)")
	add(campaign.Textf("Button"), "["+words+"](https://example.org \"button\")")
	add(campaign.Textf("Table"), "| "+words+" | "+words+" |\n| --- | --: |\n| "+words+" | 1 |")
	add(campaign.Textf("Dividing line"), "---")
	add(campaign.Textf("Word that differs from reader to reader"), "{{ first_name | \""+v.say("colleague")+"\" }}")
	add(campaign.Textf("Words only for readers of whom something is known"), "{{ if organisation }}"+words+"{{ else }}"+words+"{{ end }}")
	add(campaign.Textf("Keep the script: not converted"), "[[keep]]"+words+"[[/keep]]")
	return p, nil
}

// findingJSON is a finding as the editor reads it.
type findingJSON struct {
	Rule       string   `json:"rule"`
	Category   string   `json:"category"`
	Severity   string   `json:"severity"`
	Field      string   `json:"field"`
	Block      int      `json:"block"`
	Nth        int      `json:"nth"`
	Text       string   `json:"text"`
	Why        string   `json:"why"`
	Suggestion []string `json:"suggestion"`
	Replace    []string `json:"replace"` // words that fit in the place of Text
	Source     string   `json:"source"`
	Doc        string   `json:"doc"`
}

// uncheckedJSON is a text that could not be checked, as the editor reads it.
type uncheckedJSON struct {
	Field string `json:"field"`
	Why   string `json:"why"`
}

// draftOf returns a release as it would be stored with what is typed.
func (s releaseWriting) draftOf(v *visit, f *releaseForm) (campaign.Release, error) {
	var r campaign.Release
	if f.PreviewOf != "" {
		stored, err := s.store.GetRelease(v.ctx(), f.PreviewOf)
		if campaign.UnlessMissing(err) != nil {
			return r, err
		}
		if err == nil {
			r = stored
		}
	}
	if err := f.fill(&r, s.Now().UTC()); campaign.CodeOf(err) == "" && err != nil {
		return r, err
	}
	f.assure(&r, campaign.Actor{}, s.Now().UTC())
	return r, nil
}

// checkDraft answers the editor what the writing check finds in the form. It stores nothing.
func (s releaseWriting) checkDraft(v *visit) error {
	var f releaseForm
	if err := v.read(&f); err != nil {
		return err
	}
	r, err := s.draftOf(v, &f)
	if err != nil {
		return err
	}
	own, err := s.store.GetVocabulary(v.ctx())
	if err != nil {
		return err
	}
	out, not := []findingJSON{}, []uncheckedJSON{}
	if version := r.In(f.LanguageTag()); version != nil {
		for _, u := range templates.Unchecked(version) {
			not = append(not, uncheckedJSON{u.Field, templates.Sentence(v.language, u.Why)})
		}
		found := append(templates.WritingFindings(&r, version, &v.set, templates.RulesOf(&v.set)), templates.SpellingFindings(&r, version, own.Words)...)
		for _, w := range findingWords(found, v.language, version.Language) {
			why := w.WhyWords
			if w.Mend != "" {
				why = strings.TrimSpace(why + " " + w.Mend)
			}
			out = append(out, findingJSON{Rule: w.Rule, Category: w.Category, Severity: string(w.Severity), Field: w.Field, Block: w.Block, Nth: w.Nth, Text: w.Text,
				Why: why, Suggestion: append([]string{}, w.Suggestions...), Replace: append([]string{}, w.Replacements...), Source: w.Source, Doc: w.GuideAt})
		}
	}
	v.JSON(http.StatusOK, map[string]any{"findings": out, "unchecked": not})
	return nil
}

// versionTexts are the texts of a version that are translated, by their fields in the form.
var versionTexts = []struct {
	name, label string
	long        bool
	of          func(*campaign.Version) string
}{
	{"headline", "Headline", false, func(v *campaign.Version) string { return v.Headline }},
	{"subhead", "Subhead", false, func(v *campaign.Version) string { return v.Subhead }},
	{"place", "Place", false, func(v *campaign.Version) string { return v.Place }},
	{"lead", "Lead", true, func(v *campaign.Version) string { return v.Lead }},
	{"body", "Body", true, func(v *campaign.Version) string { return v.Body }},
	{"about", "About us", true, func(v *campaign.Version) string { return v.About }},
	{"notes", "Notes to editors", true, func(v *campaign.Version) string { return v.Notes }},
	{"subject", "Subject", false, func(v *campaign.Version) string { return v.Subject }},
	{"preheader", "First line, shown after the subject", false, func(v *campaign.Version) string { return v.Preheader }},
}

// missingPart is a text the source has and the translation lacks, or has in fewer paragraphs.
type missingPart struct {
	Label         string
	Target        string // id of its field
	Theirs, Count int    // paragraphs of the source and of the translation
}

// followedText is a text of the source beside its translation, paragraph by paragraph, with what changed since it was translated.
type followedText struct {
	Blocks []followedBlock
	Gone   []string // paragraphs the source has no longer
}

type followedBlock struct {
	Words   template.HTML
	Was     template.HTML // what stood in its place; "" for a new one
	Changed bool
}

func (f followedText) changes() int {
	n := len(f.Gone)
	for _, b := range f.Blocks {
		if b.Changed {
			n++
		}
	}
	return n
}

// Changes counts the paragraphs of the source that changed since the version was translated.
func (p *releaseEditPage) Changes() int {
	n := 0
	for _, f := range p.Followed {
		n += f.changes()
	}
	return n
}

// beside adds the source to the page of a translation: how it changed since, and what the translation lacks.
func (s *releasePages) beside(v *visit, p *releaseEditPage, r *campaign.Release) error {
	source, mine := p.Original, r.In(p.Form.LanguageTag())
	if source == nil {
		return nil
	}
	var was *campaign.Version
	if mine != nil && p.Outdated {
		old, err := s.store.RevisionAt(v.ctx(), r.ID, r.Source, mine.Follows())
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if err == nil {
			was = &old.Text
		}
	}
	typed := p.Form.version()
	p.Followed, p.Missing = map[string]followedText{}, nil
	for _, f := range versionTexts {
		now, before := f.of(source), f.of(source)
		if was != nil {
			before = f.of(was)
		}
		p.Followed[f.name] = follow(now, before)
		m := missingPart{Label: templates.Translate(v.language, f.label), Target: "f-" + f.name, Theirs: len(paragraphs(now)), Count: len(paragraphs(f.of(&typed)))}
		if m.Count < m.Theirs {
			p.Missing = append(p.Missing, m)
		}
	}
	var err error
	if p.Terms, err = termsBeside(v, s.store, source, &typed); err != nil {
		return err
	}
	if len(typed.Quotes) < len(source.Quotes) {
		p.Missing = append(p.Missing, missingPart{templates.Translate(v.language, "Quotations"), "quotes", len(source.Quotes), len(typed.Quotes)})
	}
	return nil
}

// follow compares a text with what it was, paragraph by paragraph. A paragraph that replaced another is shown with what stood there.
func follow(now, was string) followedText {
	var out followedText
	var gone []string
	for _, piece := range compare.Units(paragraphs(was), paragraphs(now), false) {
		switch piece.Only {
		case diffmatchpatch.DiffDelete:
			gone = append(gone, piece.Units...)
			continue
		case diffmatchpatch.DiffInsert:
			for _, text := range piece.Units {
				b := followedBlock{Changed: true}
				if len(gone) > 0 {
					b.Was, b.Words = compare.Words(gone[0], text)
					gone = gone[1:]
				} else {
					b.Words = "<mark>" + template.HTML(html.EscapeString(text)) + "</mark>"
				}
				out.Blocks = append(out.Blocks, b)
			}
		default:
			for _, text := range piece.Units {
				out.Blocks = append(out.Blocks, followedBlock{Words: template.HTML(html.EscapeString(text))})
			}
		}
		out.Gone, gone = append(out.Gone, gone...), nil
	}
	out.Gone = append(out.Gone, gone...)
	return out
}

// paragraphs cuts a Markdown text at its empty lines.
func paragraphs(text string) []string {
	var out, lines []string
	end := func() {
		if len(lines) > 0 {
			out, lines = append(out, strings.Join(lines, "\n")), nil
		}
	}
	for line := range strings.Lines(unix(text)) {
		line = strings.TrimRight(line, " \t\n")
		if line == "" {
			end()
			continue
		}
		lines = append(lines, line)
	}
	end()
	return out
}
