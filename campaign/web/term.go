package web

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/language"
)

// termRow is a term of the list, in the words of each language.
type termRow struct {
	campaign.Term
	Own bool
}

// In and Not are the words of a language to use, and not to use, as translators read them.
func (r termRow) In(l campaign.Language) []string  { return language.ShownTerms(r.Words, l) }
func (r termRow) Not(l campaign.Language) []string { return language.ShownTerms(r.Wrong, l) }

type termsPage struct {
	Page
	Rows      []termRow
	Languages []campaign.Language
	Count     int
	Bad       []campaign.Text // what is wrong with the lines of a file
}

// terms shows the glossary: the team's own terms, then those of the law, that hold what is searched for in any language.
func (s *vocabularyPages) terms(v *visit) (*termsPage, error) {
	p := &termsPage{Page: v.page("releases", "Terms"), Languages: []campaign.Language{campaign.English, campaign.French, campaign.SerbianLatin, campaign.SerbianCyrillic}}
	own, err := s.store.GetVocabulary(v.ctx())
	if err != nil {
		return nil, err
	}
	asked := campaign.SearchTerms(v.Query("q"))
	add := func(terms []campaign.Term, own bool) {
		for _, t := range terms {
			text := campaign.SearchText(append(slices.Concat(allTexts(t.Words), allTexts(t.Wrong)), t.Source, t.Note)...)
			if !slices.ContainsFunc(asked, func(term string) bool { return !strings.Contains(text, term) }) {
				p.Rows = append(p.Rows, termRow{t, own})
			}
		}
	}
	add(own.Terms, true)
	add(language.OfficialTerms(), false)
	p.Count = len(p.Rows)
	return p, nil
}

func allTexts(t campaign.Texts) []string {
	var out []string
	for _, l := range campaign.Languages {
		out = append(out, t[l])
	}
	return out
}

// termForm is one term of the team's own.
type termForm struct {
	edited
	ID     string   `form:"id" merge:"-"`
	Words  []string `form:"words" merge:"words,,texts"`
	Wrong  []string `form:"wrong" merge:"wrong,,texts"`
	Source string   `form:"source"`
	Note   string   `form:"note"`
}

type termPage struct {
	Page
	ID   string
	Form termForm
}

func termFormOf(t *campaign.Term, version int64) termForm {
	f := termForm{ID: t.ID, Source: t.Source, Note: t.Note}
	for _, l := range campaign.Languages {
		f.Words, f.Wrong = append(f.Words, t.Words[l]), append(f.Wrong, t.Wrong[l])
	}
	begin(&f, version)
	return f
}

// find returns the term that is edited; a new one has the id that the form was given.
func (s *vocabularyPages) find(v *visit) (campaign.Term, campaign.Vocabulary, error) {
	all, err := s.store.GetVocabulary(v.ctx())
	if err != nil || v.Param("id") == "" {
		return campaign.Term{}, all, err
	}
	t := all.Term(v.Param("id"))
	if t == nil {
		return campaign.Term{}, all, campaign.Errorf(campaign.NotFound, "there is no such term any more")
	}
	return *t, all, nil
}

func (s *vocabularyPages) term(v *visit) error {
	t, all, err := s.find(v)
	if err != nil {
		return err
	}
	p := termPage{Page: v.page("releases", "Term"), ID: t.ID, Form: termFormOf(&t, all.Version)}
	return v.show("term", &p)
}

func (s *vocabularyPages) updateTerm(v *visit) error {
	t, all, err := s.find(v)
	if err != nil {
		return err
	}
	p := termPage{Page: v.page("releases", "Term"), ID: t.ID}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if t.ID != "" { // others may have changed other terms
		theirs := termFormOf(&t, all.Version)
		if asked, err := v.together("term", &p, &p.Form, &theirs); asked || err != nil {
			return err
		}
	}
	t.ID = cmp.Or(t.ID, v.once(), campaign.NewID(v.now()))
	t.Words, t.Wrong, t.Source, t.Note, t.UpdatedAt = readTexts(p.Form.Words), readTexts(p.Form.Wrong), p.Form.Source, p.Form.Note, s.Now().UTC()
	if _, err := s.store.UpdateVocabulary(v.ctx(), func(all *campaign.Vocabulary) error { return all.Put(t) }); err != nil {
		return v.refused(err, "term", &p)
	}
	v.auditDetail(t.Name())
	return v.saved("/terms")
}

func (s *vocabularyPages) deleteTerm(v *visit) error {
	t, _, err := s.find(v)
	if err != nil {
		return err
	}
	_, err = s.store.UpdateVocabulary(v.ctx(), func(all *campaign.Vocabulary) error {
		all.Terms = slices.DeleteFunc(all.Terms, func(old campaign.Term) bool { return old.ID == t.ID })
		return nil
	})
	if err != nil {
		return err
	}
	v.auditDetail(t.Name())
	return v.done("/terms", "The term “%s” is deleted.", t.Name())
}

// termColumns are the columns of a file of terms.
var termColumns = []string{"en", "fr", "sr-Latn", "sr-Cyrl", "not en", "not fr", "not sr-Latn", "not sr-Cyrl", "source", "note"}

// exportTerms gives the team's own terms as a file.
func (s *vocabularyPages) exportTerms(v *visit) error {
	all, err := s.store.GetVocabulary(v.ctx())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w, err := contactfile.NewTable(&b, 0, termColumns...)
	for i := 0; err == nil && i < len(all.Terms); i++ {
		t, row := &all.Terms[i], []string{}
		for _, texts := range []campaign.Texts{t.Words, t.Wrong} {
			for _, l := range []campaign.Language{campaign.English, campaign.French, campaign.SerbianLatin, campaign.SerbianCyrillic} {
				row = append(row, texts[l])
			}
		}
		err = w.Row(append(row, t.Source, t.Note)...)
	}
	if err := campaign.Together(err, w.Close()); err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="terms.csv"`)
	v.Data(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
	return nil
}

// maxTermFile is what a file of terms may weigh, in octets.
const maxTermFile = 2 << 20

// importTerms adds the terms of a file; one whose first words are there already takes their place. All are taken, or none, and then
// each line that is wrong is told.
func (s *vocabularyPages) importTerms(v *visit) error {
	data, err := uploaded(v, "file", maxTermFile)
	if err != nil {
		return s.refusedTerms(v, err, nil)
	}
	terms, lines, bad, err := readTerms(data)
	if err != nil || len(bad) > 0 {
		return s.refusedTerms(v, err, bad)
	}
	if len(terms) == 0 {
		return s.refusedTerms(v, campaign.Errorf(campaign.Invalid, "there are no terms in the file"), nil)
	}
	for i := range terms {
		terms[i].ID, terms[i].UpdatedAt = campaign.NewID(v.now()), s.Now().UTC()
	}
	_, err = s.store.UpdateVocabulary(v.ctx(), func(all *campaign.Vocabulary) error {
		faults := all.PutAll(terms)
		if len(faults) < len(lines) {
			return campaign.Together(faults...)
		}
		bad = nil
		for i, fault := range faults {
			if fault != nil {
				bad = append(bad, campaign.Textf("line %d: %s", lines[i], campaign.TextOf(fault)))
			}
		}
		return errBadLines
	})
	if err != nil {
		return s.refusedTerms(v, err, bad)
	}
	return v.done("/terms", "%d terms are taken from the file.", len(terms))
}

var errBadLines = campaign.Errorf(campaign.Invalid, "nothing was taken from the file: these lines have to be mended first")

// uploaded returns the bytes of a file that came with the form.
func uploaded(v *visit, name string, most int64) ([]byte, error) {
	form := v.Request.MultipartForm
	if form == nil || len(form.File[name]) == 0 || form.File[name][0].Size == 0 {
		return nil, campaign.Errorf(campaign.Invalid, "choose a file that is not empty")
	}
	header := form.File[name][0]
	if header.Size > most {
		return nil, campaign.Errorf(campaign.Invalid, "“%s” weighs %.1f MB; %d MB are taken", header.Filename, float64(header.Size)/1e6, most>>20)
	}
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// refusedTerms shows the glossary again with what is wrong with a file.
func (s *vocabularyPages) refusedTerms(v *visit, err error, bad []campaign.Text) error {
	p, failed := s.terms(v)
	if failed != nil {
		return failed
	}
	if p.Bad = bad; err == nil {
		err = errBadLines
	}
	return v.refused(err, "terms", p)
}

// readTerms reads a file with the columns of termColumns, in any order, and says in which line each term stands. What no column is for
// is told in bad, and nothing of it is taken.
func readTerms(data []byte) (terms []campaign.Term, lines []int, bad []campaign.Text, err error) {
	rows, err := contactfile.ReadLines(data)
	if err != nil {
		return nil, nil, nil, err
	}
	unread := campaign.Errorf(campaign.Invalid, "the file cannot be read: save it as CSV, with a first line of en, fr, sr-Latn …")
	if len(rows) == 0 {
		return nil, nil, nil, unread
	}
	columns, known := make([]string, len(rows[0].Cells)), false
	for i, name := range rows[0].Cells {
		name = strings.Join(strings.Fields(name), " ")
		at := slices.IndexFunc(termColumns, func(c string) bool { return strings.EqualFold(c, name) })
		if at >= 0 && !slices.Contains(columns, termColumns[at]) {
			columns[i], known = termColumns[at], known || at < 8
		} else if name != "" {
			bad = append(bad, campaign.Textf("line %d: there is no column “%s”, or it stands twice: the columns are %s", rows[0].Number, name, strings.Join(termColumns, ", ")))
		}
	}
	if !known {
		return nil, nil, nil, unread
	}
	for _, row := range rows[1:] {
		if strings.TrimSpace(strings.Join(row.Cells, "")) == "" {
			continue
		}
		t := campaign.Term{Words: campaign.Texts{}, Wrong: campaign.Texts{}}
		for i, cell := range row.Cells {
			switch {
			case i >= len(columns) || columns[i] == "":
				if strings.TrimSpace(cell) != "" {
					bad = append(bad, campaign.Textf("line %d: “%s” stands in no column", row.Number, strings.TrimSpace(cell)))
				}
			case columns[i] == "source":
				t.Source = cell
			case columns[i] == "note":
				t.Note = cell
			case strings.HasPrefix(columns[i], "not "):
				t.Wrong[campaign.Language(columns[i][len("not "):])] = cell
			default:
				t.Words[campaign.Language(columns[i])] = cell
			}
		}
		terms, lines = append(terms, t), append(lines, row.Number)
	}
	return terms, lines, bad, nil
}

// termsBeside are the terms of a source that a translation writes otherwise.
func termsBeside(v *visit, st vocabularyReader, source, made *campaign.Version) ([]language.TermFinding, error) {
	own, err := st.GetVocabulary(v.ctx())
	if err != nil {
		return nil, err
	}
	return language.CheckTerms(source.Language, versionWords(source), made.Language, versionWords(made), own.Terms), nil
}

// versionWords are the texts of a version in which terms stand.
func versionWords(v *campaign.Version) string {
	words := []string{v.Headline, v.Subhead, v.Lead, v.Body, v.Notes}
	for i := range v.Quotes {
		words = append(words, v.Quotes[i].Text, v.Quotes[i].Role)
	}
	for i := range v.Stories {
		words = append(words, v.Stories[i].Headline, v.Stories[i].Text)
	}
	return strings.Join(words, "\n\n")
}
