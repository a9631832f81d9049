package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// sourcesForm is the ledger of a release: what its figures and quotations rest on, by row.
type sourcesForm struct {
	edited
	Said    []string `form:"source_said" merge:"sources,Sources"`
	Title   []string `form:"source_title" merge:"sources,Sources"`
	Link    []string `form:"source_link" merge:"sources,Sources"`
	Date    []string `form:"source_date" merge:"sources,Sources"`
	By      []string `form:"source_by" merge:"-"` // who checked it, and when
	At      []string `form:"source_at" merge:"-"`
	Checked []string `form:"source_checked" merge:"-"` // numbers of the rows that are checked now
	List    bool     `form:"list_sources"`
}

// sourceRow is one row of the form.
type sourceRow struct {
	Number                  int
	Said, Title, Link, Date string
	By, At                  string
	CheckedAt               time.Time
	Checked                 bool
	Amber                   bool // a figure or quotation of the release that rests on nothing yet
}

type sourcesPage struct {
	Page
	Release campaign.Release
	Form    sourcesForm
	Figures []language.LedgerFigure
}

func sourcesFormOf(r *campaign.Release) sourcesForm {
	f := sourcesForm{List: r.ListSources}
	for _, s := range r.Sources {
		f.add(s)
	}
	begin(&f, r.Version)
	return f
}

func (f *sourcesForm) add(s campaign.Source) {
	f.Said, f.Title, f.Link, f.Date, f.By = append(f.Said, s.Said), append(f.Title, s.Title), append(f.Link, s.Link), append(f.Date, s.Date), append(f.By, s.CheckedBy)
	at := ""
	if !s.CheckedAt.IsZero() {
		at = s.CheckedAt.UTC().Format(time.RFC3339)
	}
	f.At = append(f.At, at)
}

// Rows are those of the form, one for each figure and quotation that rests on nothing yet, and an empty one.
func (p *sourcesPage) Rows() []sourceRow {
	var rows []sourceRow
	add := func(row sourceRow) {
		row.Number = len(rows) + 1
		rows = append(rows, row)
	}
	f := &p.Form
	for i := range f.Said {
		at, _ := time.Parse(time.RFC3339, nth(f.At, i))
		row := sourceRow{Said: f.Said[i], Title: nth(f.Title, i), Link: nth(f.Link, i), Date: nth(f.Date, i), By: nth(f.By, i), At: nth(f.At, i), CheckedAt: at,
			Checked: slices.Contains(f.Checked, strconv.Itoa(i+1))}
		row.Amber = row.Title+row.Link == ""
		if row.Said+row.Title+row.Link != "" {
			add(row)
		}
	}
	for _, said := range p.open() {
		if !slices.Contains(f.Said, said) {
			add(sourceRow{Said: said, Amber: true})
		}
	}
	add(sourceRow{})
	return rows
}

// open are the figures and the quotations of the release without a source, as its source version has them.
func (p *sourcesPage) open() []string {
	var out []string
	for i := range p.Figures {
		if p.Figures[i].Source == nil {
			out = append(out, p.Figures[i].Text(p.Release.Source))
		}
	}
	if v := p.Release.In(p.Release.Source); v != nil {
		for _, q := range v.Quotes {
			if said := campaign.CleanLine(q.Text); !campaign.LongerThan(said, 500) && language.SourceOf(p.Release.Sources, v.Language, said) == nil {
				out = append(out, said)
			}
		}
	}
	return out
}

// fill copies the form into a release. A row that names only what it would be for is left out.
func (f *sourcesForm) fill(r *campaign.Release, by string, now time.Time) {
	r.ListSources, r.Sources = f.List, nil
	for i := range f.Said {
		s := campaign.Source{Said: f.Said[i], Title: nth(f.Title, i), Link: nth(f.Link, i), Date: nth(f.Date, i), CheckedBy: nth(f.By, i)}
		s.CheckedAt, _ = time.Parse(time.RFC3339, nth(f.At, i))
		if slices.Contains(f.Checked, strconv.Itoa(i+1)) {
			s.CheckedBy, s.CheckedAt = by, now
		}
		if s.CheckedAt.IsZero() {
			s.CheckedBy = ""
		}
		if strings.TrimSpace(s.Title+s.Link) != "" {
			r.Sources = append(r.Sources, s)
		}
	}
}

func (s *releasePages) sources(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	return v.show("release_sources", &sourcesPage{Page: v.page("releases", "Sources: %s", r.Title), Release: r, Form: sourcesFormOf(&r), Figures: language.LedgerFigures(&r)})
}

func (s *releasePages) updateSources(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	p := sourcesPage{Page: v.page("releases", "Sources: %s", r.Title), Release: r, Figures: language.LedgerFigures(&r)}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := sourcesFormOf(&r)
	if asked, err := v.together("release_sources", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err = s.store.UpdateRelease(v.ctx(), r.ID, func(r *campaign.Release) error {
		if r.Version != p.Form.Version {
			return errChanged("release")
		}
		return change(v, r.Title, r, func() error {
			p.Form.fill(r, v.user.Name, s.Now().UTC())
			return nil
		})
	})
	if err != nil {
		return v.refused(gone(err, "release"), "release_sources", &p)
	}
	return v.saved("/releases/" + r.ID + "/sources")
}

// Figures are those of the release with what they rest on, and Unsourced how many rest on nothing.
func (p *releasePage) Figures() []language.LedgerFigure { return language.LedgerFigures(&p.Release) }
func (p *releasePage) Unsourced() int                   { return language.FiguresWithoutSource(&p.Release) }
