package web

import (
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// vocabularyPages are the pages about terms, the two scripts of Serbian, and words that are no mistakes.
type vocabularyPages struct {
	*panel
	store vocabularyStore
}

type vocabularyStore interface {
	vocabularyReader
	UpdateVocabulary(ctx context.Context, fn func(*campaign.Vocabulary) error) (campaign.Vocabulary, error)
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

type vocabularyReader interface {
	GetVocabulary(ctx context.Context) (campaign.Vocabulary, error)
}

// scriptsForm is the phrases of a team, by row, and a text to try them on.
type scriptsForm struct {
	edited
	Latin    []string `form:"latin" merge:"phrases,Phrases"`
	Cyrillic []string `form:"cyrillic" merge:"phrases,Phrases"`
	Try      string   `form:"try" merge:"-"`
	Do       string   `form:"do" merge:"-"`
}

type scriptsPage struct {
	Page
	Form   scriptsForm
	Tried  string
	Kept   string
	Unsure string
}

// phraseRow is one phrase of the form.
type phraseRow struct {
	Number          int
	Latin, Cyrillic string
	Problem         string
}

// Rows are the phrases with three empty ones at the end.
func (p *scriptsPage) Rows() []phraseRow {
	var rows []phraseRow
	for i := range len(p.Form.Latin) + 3 {
		row := phraseRow{Number: i + 1, Latin: nth(p.Form.Latin, i), Cyrillic: nth(p.Form.Cyrillic, i), Problem: p.Problems[campaign.PhraseField(i+1)]}
		if row.Latin+row.Cyrillic != "" || i >= len(p.Form.Latin) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (f *scriptsForm) phrases() []campaign.Phrase {
	var out []campaign.Phrase
	for i := range f.Latin {
		out = append(out, campaign.Phrase{Latin: f.Latin[i], Cyrillic: nth(f.Cyrillic, i)})
	}
	return out
}

func scriptsFormOf(set *campaign.Settings) scriptsForm {
	var f scriptsForm
	for _, p := range set.Brand.Phrases {
		f.Latin, f.Cyrillic = append(f.Latin, p.Latin), append(f.Cyrillic, p.Cyrillic)
	}
	begin(&f, set.Version)
	return f
}

func (s *vocabularyPages) scripts(v *visit) error {
	return v.show("scripts", &scriptsPage{Page: v.page("releases", "The two scripts"), Form: scriptsFormOf(&v.set)})
}

func (s *vocabularyPages) updateScripts(v *visit) error {
	p := scriptsPage{Page: v.page("releases", "The two scripts")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if p.Form.Do == "try" {
		phrases, err := campaign.CleanPhrases(p.Form.phrases())
		if err != nil {
			return v.refused(err, "scripts", &p)
		}
		made := language.ConvertToCyrillic(p.Form.Try, language.Options{Fallbacks: true, Phrases: language.NewPhrasebook(phrases)})
		p.Tried, p.Kept, p.Unsure = made.Text, strings.Join(made.Kept, ", "), strings.Join(made.Unsure, ", ")
		return v.show("scripts", &p)
	}
	theirs := scriptsFormOf(&v.set)
	if asked, err := v.together("scripts", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err := s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) (err error) {
		if set.Version != p.Form.Version {
			return errChanged("settings")
		}
		set.Brand.Phrases, err = campaign.CleanPhrases(p.Form.phrases())
		return err
	})
	if err != nil {
		return v.refused(err, "scripts", &p)
	}
	return v.saved("/scripts")
}

// wordsForm is the team's dictionary, a word a line.
type wordsForm struct {
	edited
	Words string `form:"words"`
}

type wordsPage struct {
	Page
	Form wordsForm
}

func (s *vocabularyPages) words(v *visit) error {
	all, err := s.store.GetVocabulary(v.ctx())
	if err != nil {
		return err
	}
	p := wordsPage{Page: v.page("releases", "Dictionary"), Form: wordsForm{Words: strings.Join(all.Words, "\n")}}
	begin(&p.Form, all.Version)
	return v.show("words", &p)
}

func (s *vocabularyPages) updateWords(v *visit) error {
	p := wordsPage{Page: v.page("releases", "Dictionary")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	all, err := s.store.GetVocabulary(v.ctx())
	if err != nil {
		return err
	}
	theirs := wordsForm{Words: strings.Join(all.Words, "\n")}
	begin(&theirs, all.Version)
	if asked, err := v.together("words", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err = s.store.UpdateVocabulary(v.ctx(), func(all *campaign.Vocabulary) error {
		if all.Version != p.Form.Version {
			return errChanged("settings")
		}
		return all.SetWords(strings.Split(p.Form.Words, "\n"))
	})
	if err != nil {
		return v.refused(err, "words", &p)
	}
	return v.saved("/words")
}

// addWord adds one word to the dictionary, from a text in which it stands.
func (s *vocabularyPages) addWord(v *visit) error {
	var f struct {
		Word string `form:"word"`
	}
	if err := v.read(&f); err != nil {
		return err
	}
	_, err := s.store.UpdateVocabulary(v.ctx(), func(all *campaign.Vocabulary) error { return all.SetWords(append(slices.Clone(all.Words), f.Word)) })
	if err != nil {
		return err
	}
	v.auditDetail(campaign.CleanLine(f.Word))
	return v.done("/words", "“%s” is in the dictionary.", campaign.CleanLine(f.Word))
}

func (w *wiring) vocabularyRoutes() []route {
	pages := &vocabularyPages{panel: w.panel, store: w.store}
	return []route{
		get("/terms", viewer, shows("terms", pages.terms)),
		get("/terms.csv", viewer, pages.exportTerms),
		post("/terms/import", editor, pages.importTerms).takes(releaseBody),
		get("/terms/new", editor, pages.term),
		post("/terms/new", editor, pages.updateTerm),
		get("/terms/:id/edit", editor, pages.term),
		post("/terms/:id/edit", editor, pages.updateTerm),
		post("/terms/:id/delete", editor, pages.deleteTerm),
		get("/scripts", editor, pages.scripts),
		post("/scripts", editor, pages.updateScripts),
		get("/words", editor, pages.words),
		post("/words", editor, pages.updateWords),
		post("/words/add", editor, pages.addWord),
	}
}

// Here is the tab that is lit.
func (p *termsPage) Here() string   { return "terms" }
func (p *scriptsPage) Here() string { return "scripts" }
func (p *wordsPage) Here() string   { return "words" }
