package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// importForm says what to do with the rows of a file.
type importForm struct {
	List     string `form:"list"`
	ListName string `form:"list_name"` // of a new list
	Kind     string `form:"kind"`
	Language string `form:"language"`
	Basis    string `form:"basis"`
	Source   string `form:"source"`
	Policy   string `form:"policy"`
}

// importPage asks for a file.
type importPage struct {
	Page
	Form        importForm
	ListOptions []templates.Option
}

func (p *importPage) Kinds() []templates.Option { return optionsOf("", campaign.Kinds) }
func (p *importPage) Languages() []templates.Option {
	return languageOptions("None: as the list, then the release")
}
func (p *importPage) Bases() []templates.Option { return basisOptions() }
func (p *importPage) Policies() []templates.Option {
	return []templates.Option{
		{Value: string(campaign.FillEmpty), Label: "Fill in what is empty, keep what is written"},
		{Value: string(campaign.Overwrite), Label: "Write over it with what the file says"},
		{Value: string(campaign.KeepAll), Label: "Change nothing but the list"},
	}
}

func (s *Server) newImportPage(v *visit) (*importPage, error) {
	p := &importPage{Page: v.page("Import contacts", "import")}
	p.Form = importForm{List: v.Query("list"), Kind: string(campaign.Journalist), Basis: string(campaign.LegitimateInterest)}
	lists, err := s.listOptions(v.ctx(), "No list")
	p.ListOptions = lists
	return p, err
}

func (s *Server) importPage(v *visit) error {
	p, err := s.newImportPage(v)
	if err != nil {
		return err
	}
	return v.show("import", p)
}

// uploadImport reads a file and finds out what would happen.
func (s *Server) uploadImport(v *visit) error {
	p, err := s.newImportPage(v)
	if err != nil {
		return err
	}
	p.Form = importForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	header, err := v.FormFile("file")
	if err != nil {
		return v.refused(campaign.FieldError("file", "choose a file"), "import", p)
	}
	if header.Size > maxUpload {
		return v.refused(campaign.FieldError("file", "the file is larger than %d MB: split it into several, or use “glasnik contacts import”", maxUpload>>20), "import", p)
	}
	body, err := header.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := contactfile.Read(body, contactfile.Options{})
	if err != nil {
		if campaign.CodeOf(err) == campaign.Invalid {
			err = campaign.FieldError("file", "%v", err)
		}
		return v.refused(err, "import", p)
	}
	if p.Form.Source = strings.TrimSpace(p.Form.Source); p.Form.Source == "" {
		p.Form.Source = "file " + header.Filename
	}
	up := &upload{owner: v.user.ID, Name: header.Filename, File: file, Form: p.Form}
	if err := s.runImport(v.ctx(), v.user, up, true); err != nil {
		return v.refused(err, "import", p)
	}
	s.uploads.keep(up)
	return v.seeOther("/import/" + up.ID)
}

// runImport runs the rows of an upload, for real or to see what would happen.
func (s *Server) runImport(ctx context.Context, by *campaign.User, up *upload, dry bool) error {
	f := up.Form
	if !slices.Contains(campaign.Bases, campaign.Basis(f.Basis)) {
		return campaign.FieldError("basis", "choose the legal basis: it is recorded for every contact")
	}
	if f.Kind != "" && !slices.Contains(campaign.Kinds, campaign.Kind(f.Kind)) {
		return campaign.FieldError("kind", "choose one of the kinds offered")
	}
	o := store.ImportOptions{
		List: f.List, Kind: campaign.Kind(f.Kind), Language: campaign.Language(f.Language), Basis: campaign.Basis(f.Basis),
		Source: f.Source + " (imported by " + by.Name + ")", Policy: campaign.UpdatePolicy(f.Policy), DryRun: dry,
	}
	if name := strings.TrimSpace(f.ListName); name != "" {
		o.List, o.ListName = "", name
	}
	// The rows are completed while they are imported; the file's own stay as they are, for the next time.
	rows := slices.Clone(up.File.Rows)
	var results []campaign.ImportResult
	summary, err := s.store.Import(ctx, rows, o, func(r campaign.ImportResult) { results = append(results, r) })
	if err != nil {
		return err
	}
	up.Results, up.Summary = results, summary
	return nil
}

// importPreviewPage shows what a file holds and what would happen, or what happened.
type importPreviewPage struct {
	Page
	Upload   *upload
	ListName string
	Shown    []campaign.ImportResult
	More     int // rows that fit the filter and are not shown
	Sample   []sampleRow
}

type sampleRow struct {
	Line   int
	Cells  []string
	Result campaign.ImportResult
}

// How much of a file a page shows.
const (
	shownResults = 200
	shownSample  = 8
)

// Count is how many rows have an outcome.
func (p *importPreviewPage) Count(o any) int {
	return p.Upload.Summary.Outcomes[campaign.ImportOutcome(fmt.Sprint(o))]
}

// Outcomes are all of them, in order.
func (p *importPreviewPage) Outcomes() []campaign.ImportOutcome { return campaign.ImportOutcomes }

// Changes is how many rows would be written.
func (p *importPreviewPage) Changes() int {
	return p.Count(campaign.RowAdded) + p.Count(campaign.RowUpdated)
}

func (s *Server) previewImport(v *visit) error {
	up, err := s.uploads.find(v.Param("id"), v.user.ID)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	p := importPreviewPage{Page: v.page("Import "+up.Name, "import"), Upload: up}
	if p.ListName, err = s.importListName(v.ctx(), up); err != nil {
		return err
	}
	only := campaign.ImportOutcome(v.Query("outcome"))
	for _, r := range up.Results {
		switch {
		case only != "" && r.Outcome != only:
		case len(p.Shown) == shownResults:
			p.More++
		default:
			p.Shown = append(p.Shown, r)
		}
	}
	for i, r := range up.File.Rows {
		if len(p.Sample) == shownSample {
			break
		}
		c := r.Contact
		p.Sample = append(p.Sample, sampleRow{Line: r.Line, Result: up.Results[i], Cells: []string{
			c.Email, c.FullName(), r.Organisation, templates.Label(c.Kind), string(c.Language), c.Place, strings.Join(c.Tags, ", "),
		}})
	}
	return v.show("import_preview", &p)
}

func (s *Server) importListName(ctx context.Context, up *upload) (string, error) {
	if name := strings.TrimSpace(up.Form.ListName); name != "" {
		return name, nil
	}
	if up.Form.List == "" {
		return "", nil
	}
	l, err := s.store.GetList(ctx, up.Form.List)
	return l.Name, gone(err, "list")
}

// confirmImport imports a file that was looked at.
func (s *Server) confirmImport(v *visit) error {
	up, err := s.uploads.find(v.Param("id"), v.user.ID)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	if up.Done {
		return v.seeOther("/import/" + up.ID)
	}
	// A browser that is closed meanwhile must not leave half a file imported.
	if err := s.runImport(context.WithoutCancel(v.ctx()), v.user, up, false); err != nil {
		return err
	}
	up.Done = true
	s.Logger.Info("contacts imported", "rows", up.Summary.Rows, "added", up.Summary.Outcomes[campaign.RowAdded], "updated", up.Summary.Outcomes[campaign.RowUpdated])
	return v.done("/import/"+up.ID, "Imported: %s.", templates.Plural(up.Summary.Outcomes[campaign.RowAdded], "contact added", "contacts added")+
		", "+templates.Plural(up.Summary.Outcomes[campaign.RowUpdated], "updated", "updated"))
}

func (s *Server) cancelImport(v *visit) error {
	up, err := s.uploads.find(v.Param("id"), v.user.ID)
	if err != nil {
		return err
	}
	s.uploads.drop(up.ID)
	return v.done("/import", "Nothing was imported.")
}

// importReport gives what became of every line as a file.
func (s *Server) importReport(v *visit) error {
	up, err := s.uploads.find(v.Param("id"), v.user.ID)
	if err != nil {
		return err
	}
	up.busy.Lock()
	defer up.busy.Unlock()
	w, err := v.startCSV("import-report.csv", "line", "address", "outcome", "changed", "why", "notes")
	if err != nil {
		return err
	}
	for _, r := range up.Results {
		if err := w.Row(strconv.Itoa(r.Line), r.Email, string(r.Outcome), strings.Join(r.Fields, ", "), r.Reason, strings.Join(r.Notes, "; ")); err != nil {
			return err
		}
	}
	return w.Flush()
}
