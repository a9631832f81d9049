package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/templates"
)

// importPreviewPage shows what a file holds and what would happen, or what happened.
type importPreviewPage struct {
	Page
	Upload   *upload
	ListName string
	Shown    []campaign.ImportResult
	More     int // rows that fit the filter and are not shown
}

// Count is how many rows have an outcome.
func (p *importPreviewPage) Count(o any) int {
	return p.Upload.Summary.Outcomes[campaign.ImportOutcome(fmt.Sprint(o))]
}

// Outcome is the one whose rows are shown; "" shows all.
func (p *importPreviewPage) Outcome() campaign.ImportOutcome {
	return oneOf(p.Asked("outcome"), campaign.ImportOutcomes)
}

// Changed names what an import changes of a contact.
func (p *importPreviewPage) Changed(r campaign.ImportResult) *campaign.Text {
	if len(r.Fields) == 0 {
		return nil
	}
	words := campaign.Join(campaign.Collect(r.Fields, campaign.ImportField.Words), ", ")
	return &words
}

// Outcomes are all of them, in order.
func (p *importPreviewPage) Outcomes() []campaign.ImportOutcome { return campaign.ImportOutcomes }

// Changes is how many rows would be written.
func (p *importPreviewPage) Changes() int {
	return p.Count(campaign.RowAdded) + p.Count(campaign.RowUpdated) + p.Count(campaign.RowNotActive)
}

// Encodings, Delimiters, Sheets and Meanings are what the person can choose.
func (p *importPreviewPage) Encodings() []templates.Option {
	return optionsFor("", contactfile.Encodings, func(e contactfile.Encoding) templates.Option {
		return templates.Option{Value: string(e), Label: templates.Say(p.Language, e.Label())}
	})
}

func (p *importPreviewPage) Delimiters() []templates.Option {
	return p.choices(choice{",", campaign.Textf("Comma")}, choice{";", campaign.Textf("Semicolon")}, choice{"tab", campaign.Textf("Tab")}, choice{"|", campaign.Textf("Vertical bar")})
}

func (p *importPreviewPage) Delimiter() string {
	if p.Upload.File.Delimiter == '\t' {
		return "tab"
	}
	return string(p.Upload.File.Delimiter)
}

func (p *importPreviewPage) Sheets() []templates.Option {
	return optionsFor("", p.Upload.File.Sheets, func(s contactfile.Sheet) templates.Option {
		words := campaign.Textf("%s", s.Name)
		switch {
		case s.Addresses && s.Hidden:
			words = campaign.Textf("%s (hidden, holds addresses)", s.Name)
		case s.Addresses:
			words = campaign.Textf("%s (holds addresses)", s.Name)
		case s.Hidden:
			words = campaign.Textf("%s (hidden)", s.Name)
		}
		return templates.Option{Value: s.Name, Label: templates.Say(p.Language, words)}
	})
}

func (p *importPreviewPage) Meanings() []templates.Option {
	return optionsFor("", contactfile.Meanings, func(m contactfile.Meaning) templates.Option {
		return templates.Option{Value: string(m), Label: templates.Say(p.Language, m.Words())}
	})
}

// HiddenColumns are the names of the columns that a workbook hides.
func (p *importPreviewPage) HiddenColumns() campaign.Text {
	return contactfile.Quoted(p.Upload.File.HiddenColumns)
}

// Samples are the first different cells of a column.
func (p *importPreviewPage) Samples(column int) []string {
	if column < len(p.Upload.File.Samples) {
		return p.Upload.File.Samples[column]
	}
	return nil
}

// standingRow is how many rows name a reason against writing to their people.
type standingRow struct {
	Standing campaign.Standing
	Count    int
}

// Standings are the reasons that some row names.
func (p *importPreviewPage) Standings() []standingRow {
	var out []standingRow
	for _, s := range campaign.Standings {
		if n := p.Upload.Summary.Standings[s]; n > 0 {
			out = append(out, standingRow{Standing: s, Count: n})
		}
	}
	return out
}

// Unclears are what can be done with rows that do not tell whether their people may be written to.
func (p *importPreviewPage) Unclears() []templates.Option {
	return p.choices(
		choice{"out", campaign.Textf("Leave them out")}, choice{string(campaign.UnclearLeft), campaign.Textf("Keep them as people who left")},
		choice{string(campaign.UnclearActive), campaign.Textf("Write to them: I know that we may")},
	)
}

// AsksUnclear reports whether there are such rows, or were before somebody decided.
func (p *importPreviewPage) AsksUnclear() bool {
	return p.Count(campaign.RowUnclear) > 0 || p.Upload.Form.Unclear != ""
}

// Surpluses are what can be done with rows that have more cells than there are columns.
func (p *importPreviewPage) Surpluses() []templates.Option {
	return p.choices(
		choice{"", campaign.Textf("Leave them out: their cells may have moved")}, choice{"take", campaign.Textf("Take them as they stand; what is over is kept as attributes")},
	)
}

func (p *importPreviewPage) Surplus() string {
	if p.Upload.Reading.Surplus {
		return "take"
	}
	return ""
}

func (s *importPages) show(v *visit) error {
	up, err := s.find(v)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	p, err := s.preview(v, up)
	if err != nil {
		return err
	}
	return v.show("import_preview", p)
}

func (s *importPages) preview(v *visit, up *upload) (*importPreviewPage, error) {
	p := &importPreviewPage{Page: v.page("import", "Import %s", up.Name), Upload: up}
	if up.Problem != nil {
		p.Problem = templates.SentenceOf(p.Language, up.Problem)
	}
	only := p.Outcome()
	p.Shown = up.Results[only]
	all := up.Summary.Rows
	if only != "" {
		all = up.Summary.Outcomes[only]
	}
	p.More = all - len(p.Shown)
	var err error
	p.ListName, err = s.listName(v.ctx(), up)
	return p, err
}

func (s *importPages) listName(ctx context.Context, up *upload) (string, error) {
	if name := strings.TrimSpace(up.Form.ListName); name != "" {
		return name, nil
	}
	if up.Form.List == "" {
		return "", nil
	}
	l, err := s.store.GetList(ctx, up.Form.List)
	return l.Name, gone(err, "list")
}

// adjustForm is how to read a file, and what its columns hold.
type adjustForm struct {
	Encoding  string   `form:"encoding"`
	Delimiter string   `form:"delimiter"`
	Sheet     string   `form:"sheet"`
	Hidden    bool     `form:"hidden"` // rows too
	Columns   []string `form:"column"`
	Unclear   string   `form:"unclear"`
	Surplus   string   `form:"surplus"`
}

// adjust reads an upload another way, or gives its columns other meanings, which are stored for the next file with the same
// columns.
func (s *importPages) adjust(v *visit) error {
	v.unhurried()
	up, err := s.find(v)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	var form adjustForm
	if err := v.read(&form); err != nil {
		return err
	}
	if up.Done {
		return v.seeOther("/import/" + up.ID)
	}
	if err := s.change(v, up, form); err != nil {
		p, pageErr := s.preview(v, up)
		if pageErr != nil {
			return errors.Join(err, pageErr)
		}
		return v.refused(err, "import_preview", p)
	}
	return v.seeOther("/import/" + up.ID)
}

func (s *importPages) change(v *visit, up *upload, form adjustForm) error {
	reading, err := form.reading(up.File)
	if err != nil {
		return err
	}
	unclear, err := campaign.ParseUnclear(form.Unclear)
	if err != nil {
		return err
	}
	decided := unclear != campaign.UnclearPolicy(up.Form.Unclear)
	now := contactfile.Options{Encoding: up.File.Encoding, Delimiter: up.File.Delimiter, Sheet: up.File.Sheet, Hidden: up.File.Hidden, Surplus: up.Reading.Surplus}
	if reading != now {
		old, asked := up.Reading, up.Form.Unclear
		up.Reading, up.Form.Unclear = reading, string(unclear)
		if err := s.check(v, up); err != nil {
			up.Reading, up.Form.Unclear = old, asked
			return err
		}
		if now.Surplus = reading.Surplus; reading != now { // its columns are others now
			return nil
		}
		decided = false
	}
	up.Form.Unclear = string(unclear)
	if len(form.Columns) != len(up.File.Columns) || slices.Equal(form.Columns, up.File.Mapping()) {
		if decided {
			return s.run(v.ctx(), v.user, up, true)
		}
		return nil
	}
	up.File.Apply(form.Columns)
	if err := s.store.SaveMapping(v.ctx(), up.File.Shape(), up.File.Mapping()); err != nil {
		return err
	}
	up.Remembered = true
	return s.run(v.ctx(), v.user, up, true)
}

// reading returns how to read a file; what the form does not tell stays as it is.
func (f adjustForm) reading(now *contactfile.File) (contactfile.Options, error) {
	out := contactfile.Options{Encoding: now.Encoding, Delimiter: now.Delimiter, Sheet: now.Sheet, Surplus: f.Surplus == "take"}
	if now.Encoding == "" {
		out.Hidden = f.Hidden
		if f.Sheet != "" {
			out.Sheet = f.Sheet
		}
		return out, nil
	}
	encoding, err := contactfile.ParseEncoding(f.Encoding)
	if err != nil {
		return out, err
	}
	delimiter, err := contactfile.ParseDelimiter(f.Delimiter)
	if encoding != "" {
		out.Encoding = encoding
	}
	if delimiter != 0 {
		out.Delimiter = delimiter
	}
	return out, err
}

// progress is how far an import is; its rows are an estimate until all are read.
func (u *upload) progress() workProgress {
	p := workProgress{Page: "/import/" + u.ID + "/progress", Running: u.running.Load(), Done: u.read.Load(), Total: u.lines.Load()}
	p.Total = max(p.Total, p.Done)
	p.Words = campaign.Textf("%d of about %d rows", p.Done, p.Total)
	return p
}

// progress answers the page that asks how far its import is. It waits for nothing.
func (s *importPages) progress(v *visit) error {
	up, err := s.find(v)
	if err != nil {
		return err
	}
	return v.showProgress(up.progress())
}

// Progress is the bar as the page begins: it shows nothing until the import is under way.
func (p *importPreviewPage) Progress() workProgress {
	return workProgress{Page: "/import/" + p.Upload.ID + "/progress"}
}
