package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// importPages are the pages that bring contacts in from files.
type importPages struct {
	*panel
	store   importStore
	offers  *offers
	uploads *uploads
	turns   chan struct{} // limits how many files are read at once
}

type importStore interface {
	CanUndo(ctx context.Context, i *campaign.Import) error
	CheckUndo(ctx context.Context, i *campaign.Import) error
	FindImports(ctx context.Context, limit int) ([]campaign.Import, error)
	FindJournal(ctx context.Context, f store.JournalFilter, p store.Page) ([]campaign.Entry, string, error)
	GetImport(ctx context.Context, id string) (campaign.Import, error)
	GetList(ctx context.Context, id string) (campaign.List, error)
	GetMapping(ctx context.Context, shape string) ([]string, error)
	ImportFrom(ctx context.Context, rows campaign.ImportRows, o campaign.ImportOptions, report func(campaign.ImportResult)) (campaign.ImportSummary, error)
	SaveMapping(ctx context.Context, shape string, columns []string) error
	UndoImport(ctx context.Context, id string) (campaign.ImportUndo, error)
}

// importForm is what to do with the rows of a file.
type importForm struct {
	List      string `form:"list"`
	ListName  string `form:"list_name"` // of a new list
	Kind      string `form:"kind"`
	Language  string `form:"language"`
	Basis     string `form:"basis"`
	Reference string `form:"reference"`
	Source    string `form:"source"`
	Policy    string `form:"policy"`
	Unclear   string `form:"-"` // what the preview was told to do with unclear rows
}

// importPage asks for a file, and lists earlier imports.
type importPage struct {
	Page
	Form        importForm
	ListOptions []templates.Option
	Before      []importRow
}

// importRow is an import, with why it cannot be undone.
type importRow struct {
	campaign.Import
	Kept error // nil when it can be undone
}

// Name is what was imported.
func (r importRow) Name() string { return campaign.SourceForReader(r.Source) }

// By is who imported it; "" where that is not known.
func (r importRow) By() string { return campaign.SourceBy(r.Source) }

// Why says why it cannot be undone, where its state does not say so already.
func (r importRow) Why() campaign.Text {
	if r.Kept == nil || r.State != campaign.ImportDone && r.State != campaign.ImportCutOff {
		return campaign.Text{}
	}
	return campaign.TextOf(r.Kept)
}

// Count is how many rows had an outcome.
func (r importRow) Count(outcome string) int {
	return r.Summary.Outcomes[campaign.ImportOutcome(outcome)]
}

// shownImports is how many of the latest imports are shown.
const shownImports = 10

func (p *importPage) Policies() []templates.Option {
	return p.choices(
		choice{"fill", campaign.Textf("Fill in what is empty, keep what is written")},
		choice{string(campaign.Overwrite), campaign.Textf("Write over it with what the file says")},
		choice{"skip", campaign.Textf("Change nothing but the list")},
	)
}

func (s *importPages) form(v *visit) (*importPage, error) {
	p := &importPage{Page: v.page("import", "Import contacts")}
	p.Form = importForm{List: v.Query("list"), Kind: string(campaign.Journalist), Basis: string(campaign.LegitimateInterest)}
	var err error
	if p.ListOptions, err = s.offers.lists(v.ctx(), v.say("No list")); err != nil {
		return nil, err
	}
	before, err := s.store.FindImports(v.ctx(), shownImports)
	for _, i := range before {
		kept := s.store.CanUndo(v.ctx(), &i)
		if kept != nil && campaign.CodeOf(kept) != campaign.Conflict {
			return nil, kept
		}
		p.Before = append(p.Before, importRow{Import: i, Kept: kept})
	}
	return p, err
}

// upload reads a file and finds out what importing it would do.
func (s *importPages) upload(v *visit) error {
	v.unhurried()
	p, err := s.form(v)
	if err != nil {
		return err
	}
	p.Form = importForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	header, err := v.FormFile("file")
	switch {
	case err != nil:
		err = campaign.FieldError("file", "choose a file")
	case header.Size > maxUpload:
		err = campaign.FieldError("file", "the file is larger than %d MB: split it into several, or use “glasnik contacts import”", maxUpload>>20)
	}
	_, wrong := p.Form.options(v.user)
	if err = campaign.Together(err, wrong); err != nil {
		return v.refused(err, "import", p)
	}
	if p.Form.Source = strings.TrimSpace(p.Form.Source); p.Form.Source == "" {
		p.Form.Source = "file " + header.Filename
	}
	up := &upload{owner: v.user.ID, language: v.language, Name: header.Filename, Form: p.Form, at: v.now()}
	if up.delimiter, err = delimiterFor(v); err != nil {
		return v.refused(err, "import", p)
	}
	if err := up.take(header); err != nil {
		return err
	}
	if err := s.check(v, up); err != nil {
		up.close()
		if e := (*campaign.Error)(nil); errors.As(err, &e) && e.Code == campaign.Invalid && e.Field == "" {
			err = &campaign.Error{Code: campaign.Invalid, Field: "file", Text: e.Text}
		}
		return v.refused(err, "import", p)
	}
	s.uploads.add(up)
	return v.seeOther("/import/" + up.ID)
}

// check opens an upload in the chosen encoding and finds out what importing it would do. Its columns get the meanings that were
// chosen for the last file like it.
func (s *importPages) check(v *visit, up *upload) error {
	if err := up.open(); err != nil {
		return err
	}
	remembered, err := s.store.GetMapping(v.ctx(), up.File.Shape())
	if err != nil {
		return err
	}
	up.Remembered = remembered != nil
	up.File.Apply(remembered)
	return s.run(v.ctx(), v.user, up, true)
}

// importsAtOnce is how many files are read at the same time: each takes some fifty megabytes of memory.
const importsAtOnce = 2

// run imports the rows of an upload, or only finds out what that would do, when it is its turn.
func (s *importPages) run(ctx context.Context, by *campaign.User, up *upload, dry bool) error {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	o, err := up.Form.options(by)
	if err != nil {
		return err
	}
	o.DryRun = dry
	if up.Problem = up.File.Check(); up.Problem != nil {
		up.forget()
		return nil // the person says which column it is
	}
	if err := up.startReport(); err != nil {
		return err
	}
	up.running.Store(true)
	defer up.running.Store(false)
	summary, err := s.store.ImportFrom(ctx, up.rows(), o, up.result)
	if err = errors.Join(err, up.endReport()); err != nil {
		return err
	}
	up.Summary = summary
	return nil
}

// options returns the form as the store takes it.
func (f importForm) options(by *campaign.User) (campaign.ImportOptions, error) {
	var faults campaign.Checks
	refuse := func(err error) { faults = append(faults, err) }
	if name := strings.TrimSpace(f.ListName); f.List != "" || name != "" {
		// The rule for putting somebody on a list. The source is the file where nothing else is typed.
		refuse(campaign.CheckBasis(&campaign.Membership{Basis: campaign.Basis(f.Basis), Source: cmp.Or(strings.TrimSpace(f.Source), "file"), Reference: f.Reference}))
	} else {
		faults.Refuse(!slices.Contains(campaign.Bases, campaign.Basis(f.Basis)), "basis", "choose the legal basis: it is recorded for every contact")
	}
	faults.Refuse(f.Kind != "" && !slices.Contains(campaign.Kinds, campaign.Kind(f.Kind)), "kind", "choose one of the kinds offered")
	policy, err := campaign.ParsePolicy(f.Policy)
	refuse(err)
	o := campaign.ImportOptions{
		List: f.List, Kind: campaign.Kind(f.Kind), Language: campaign.Language(f.Language), Basis: campaign.Basis(f.Basis),
		Reference: f.Reference, Source: f.Source + " (imported by " + by.Name + ")", Policy: policy, Unclear: campaign.UnclearPolicy(f.Unclear),
	}
	if name := strings.TrimSpace(f.ListName); name != "" {
		o.List, o.ListName = "", name
	}
	return o, campaign.Together(faults...)
}

// confirm imports a file after its preview.
func (s *importPages) confirm(v *visit) error {
	v.unhurried()
	up, err := s.find(v)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	if up.Done || up.Problem != nil {
		return v.seeOther("/import/" + up.ID)
	}
	// A browser that is closed meanwhile must not leave half a file imported.
	if err := s.run(context.WithoutCancel(v.ctx()), v.user, up, false); err != nil {
		return err
	}
	up.Done = true
	s.Logger.Info("contacts imported", "rows", up.Summary.Rows, "added", up.Summary.Outcomes[campaign.RowAdded], "updated", up.Summary.Outcomes[campaign.RowUpdated])
	return v.done("/import/"+up.ID, "Imported: %s, %s.", campaign.Textf("%d contacts added", up.Summary.Outcomes[campaign.RowAdded]),
		campaign.Textf("%d updated", up.Summary.Outcomes[campaign.RowUpdated]))
}

func (s *importPages) cancel(v *visit) error {
	up, err := s.find(v)
	if err != nil {
		return err
	}
	s.uploads.drop(up)
	return v.done("/import", "Nothing was imported.")
}

// report sends the outcome of every line as a file.
func (s *importPages) report(v *visit) error {
	up, err := s.find(v)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	if up.report == nil {
		return campaign.Errorf(campaign.NotFound, "There is no report yet: say first which column holds the addresses.")
	}
	info, err := up.report.Stat()
	if err != nil {
		return err
	}
	if err := s.noteExport(v, campaign.Textf("the report of an import"), string(contactfile.CSV)); err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="import-report.csv"`)
	v.DataFromReader(http.StatusOK, info.Size(), contactfile.CSV.ContentType(), io.NewSectionReader(up.report, 0, info.Size()), nil)
	return nil
}

// askUndo asks before a whole import is taken back.
func (s *importPages) askUndo(v *visit) error {
	i, err := s.store.GetImport(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "import")
	}
	p := &confirmPage{Page: v.page("import", "Undo an import"), Question: v.say("Take back the import of %s?", importRow{Import: i}.Name()), Back: "/import"}
	if err := s.store.CheckUndo(v.ctx(), &i); err != nil {
		if !p.refuse(err) {
			return err
		}
		return v.show("confirm", p)
	}
	p.Do = v.say("Take it back")
	p.Detail = v.say("%s that it added will be removed, and %s that it changed will be as before. Whoever was changed since stays.",
		campaign.Textf("%d contacts", i.Summary.Outcomes[campaign.RowAdded]), campaign.Textf("%d contacts", i.Summary.Outcomes[campaign.RowUpdated]))
	return v.show("confirm", p)
}

func (s *importPages) undo(v *visit) error {
	done, err := s.store.UndoImport(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "import")
	}
	s.Logger.Info("import undone", "import_id", v.Param("id"), "removed", done.Removed, "restored", done.Restored, "kept", done.Kept)
	removed, restored := campaign.Textf("%d contacts", done.Removed), campaign.Textf("%d contacts", done.Restored)
	if done.Kept == 0 {
		return v.done("/import", "Taken back: %s removed, %s put back.", removed, restored)
	}
	return v.done("/import", "Taken back: %s removed, %s put back, %s changed since and kept.", removed, restored, campaign.Textf("%d contacts", done.Kept))
}
