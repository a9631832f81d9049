package web

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// layoutPages are the pages about layouts of the team's own.
type layoutPages struct {
	*releasePages
	layouts layoutStore
}

type layoutStore interface {
	CreateLayout(ctx context.Context, l *campaign.Layout) error
	DeleteLayout(ctx context.Context, id string) error
	FindLayouts(ctx context.Context) ([]campaign.Layout, error)
	FindReleasesIn(ctx context.Context, layout string, limit int) ([]campaign.Release, error)
	GetLayout(ctx context.Context, id string) (campaign.Layout, error)
	UpdateLayout(ctx context.Context, id string, fn func(*campaign.Layout) error) (campaign.Layout, error)
}

type layoutsPage struct {
	Page
	BuiltIn []campaign.LayoutName
	Own     []layoutRow
}

// layoutRow is a layout with the releases that are shown in it.
type layoutRow struct {
	campaign.Layout
	Like  campaign.LayoutName
	Using []campaign.Release
}

const usesShown = 5

func (s *layoutPages) index(v *visit) error {
	p := layoutsPage{Page: v.page("releases", "Layouts"), BuiltIn: campaign.Collect(campaign.BuiltInLayouts, func(key string) campaign.LayoutName { return campaign.LayoutName(key) })}
	own, err := s.layouts.FindLayouts(v.ctx())
	if err != nil {
		return err
	}
	for _, l := range own {
		using, err := s.layouts.FindReleasesIn(v.ctx(), l.ID, usesShown)
		if err != nil {
			return err
		}
		p.Own = append(p.Own, layoutRow{l, campaign.LayoutName(l.Base), using})
	}
	return v.show("layouts", &p)
}

// layoutForm is what is typed about a layout.
type layoutForm struct {
	edited
	Name   string `form:"name"`
	Base   string `form:"base" merge:"-"`
	Source string `form:"source"`

	Release  string `form:"release" merge:"-"` // shown in the preview
	Shown    string `form:"shown" merge:"-"`   // its language there
	ShownHow string `form:"shown_how" merge:"-"`
}

type layoutEditPage struct {
	Page
	ID       string // "" for a new one
	Form     layoutForm
	Like     campaign.LayoutName
	Wrong    []layoutLine
	Hints    []layoutLine
	Releases []templates.Option
}

// layoutLine is what is said of a line of the source, and the line.
type layoutLine struct {
	Line   int
	Words  campaign.Text
	Source string
}

// Placeholders explain all there are.
func (p *layoutEditPage) Placeholders() []templates.LayoutPart { return templates.LayoutParts() }

// SlotExample and the others show how the language of layouts is written.
func (p *layoutEditPage) SlotExample() string { return "{{ slot sponsor line 80 }}" }
func (p *layoutEditPage) IfExample() string   { return "{{ if lead }}…{{ else }}…{{ end }}" }
func (p *layoutEditPage) EachExample() string { return "{{ each story }}…{{ end }}" }

// Ways are how the preview shows the message; Tongues in which language.
func (p *layoutEditPage) Ways() []templates.Option {
	return []templates.Option{{Value: "html", Label: p.say("As HTML")}, {Value: "dark", Label: p.say("As HTML, dark")}, {Value: "text", Label: p.say("As plain text")}}
}
func (p *layoutEditPage) Tongues() []templates.Option {
	return campaign.Collect(campaign.Languages, func(l campaign.Language) templates.Option {
		return templates.Option{Value: string(l), Label: l.Name()}
	})
}

func linesOf(source string, said []templates.LayoutProblem) []layoutLine {
	lines := strings.Split(source, "\n")
	return campaign.Collect(said, func(p templates.LayoutProblem) layoutLine {
		l := layoutLine{Line: p.Line, Words: p.Text}
		if p.Line > 0 && p.Line <= len(lines) {
			l.Source = templates.QuotedLine(lines[p.Line-1])
		}
		return l
	})
}

func (s *layoutPages) page(v *visit, page Page, id string) (layoutEditPage, error) {
	p := layoutEditPage{Page: page, ID: id}
	var err error
	p.Releases, err = newestReleaseOptions(v, s.store)
	return p, err
}

// describe adds the hints to what the page shows.
func (p *layoutEditPage) describe() {
	p.Like, p.Hints = campaign.LayoutName(p.Form.Base), linesOf(p.Form.Source, templates.MailHints(p.Form.Source))
}

// new begins a copy of a layout: ?from= is the key of a built-in one or the id of one of the team's.
func (s *layoutPages) new(v *visit) error {
	p, err := s.page(v, v.page("releases", "New layout"), "")
	if err != nil {
		return err
	}
	from := cmp.Or(v.Query("from"), campaign.PressLayout)
	p.Form.Base, p.Form.Source = from, templates.LayoutSource(from)
	if !slices.Contains(campaign.BuiltInLayouts, from) {
		own, err := s.layouts.GetLayout(v.ctx(), from)
		if err != nil {
			return gone(err, "layout")
		}
		p.Form.Base, p.Form.Source = own.Base, own.Source
	}
	p.describe()
	return v.show("layout_edit", &p)
}

func (s *layoutPages) create(v *visit) error {
	p, err := s.page(v, v.page("releases", "New layout"), "")
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	l := campaign.Layout{ID: v.once(), Name: p.Form.Name, Base: p.Form.Base, Source: unix(p.Form.Source)}
	if err := p.check(); err != nil {
		return v.refused(err, "layout_edit", &p)
	}
	v.auditDetail(l.Name)
	if err := s.layouts.CreateLayout(v.ctx(), &l); err != nil && !v.madeBefore(err, l.ID, s.hasLayout) {
		return v.refused(err, "layout_edit", &p)
	}
	return v.saved("/layouts/" + l.ID)
}

func (s *layoutPages) hasLayout(ctx context.Context, id string) error {
	_, err := s.layouts.GetLayout(ctx, id)
	return err
}

// check refuses a source that no message should be made with.
func (p *layoutEditPage) check() error {
	p.Form.Source = unix(p.Form.Source)
	p.describe()
	if p.Wrong = linesOf(p.Form.Source, templates.CheckLayout(p.Form.Base, p.Form.Source)); len(p.Wrong) > 0 {
		return campaign.FieldError("source", "nothing is saved yet: see what is wrong below")
	}
	return nil
}

func layoutFormOf(l *campaign.Layout) layoutForm {
	f := layoutForm{Name: l.Name, Base: l.Base, Source: l.Source}
	begin(&f, l.Version)
	return f
}

func (s *layoutPages) edit(v *visit) error {
	l, err := s.layouts.GetLayout(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "layout")
	}
	p, err := s.page(v, v.page("releases", "Edit layout"), l.ID)
	if err != nil {
		return err
	}
	p.Form = layoutFormOf(&l)
	p.describe()
	return v.show("layout_edit", &p)
}

func (s *layoutPages) update(v *visit) error {
	old, err := s.layouts.GetLayout(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "layout")
	}
	p, err := s.page(v, v.page("releases", "Edit layout"), old.ID)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	p.Form.Base, p.Form.Source = old.Base, unix(p.Form.Source)
	theirs := layoutFormOf(&old)
	if asked, err := v.together("layout_edit", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return v.refused(err, "layout_edit", &p)
	}
	_, err = s.layouts.UpdateLayout(v.ctx(), old.ID, func(l *campaign.Layout) error {
		if l.Version != p.Form.Version {
			return errChanged("layout")
		}
		return change(v, l.Name, l, func() error {
			l.Name, l.Source = p.Form.Name, p.Form.Source
			return nil
		})
	})
	if err != nil {
		return v.refused(gone(err, "layout"), "layout_edit", &p)
	}
	return v.saved("/layouts/" + old.ID)
}

func (s *layoutPages) deletion() deletion {
	return deletion{
		what: "layout", question: campaign.Textf("Delete the layout “%s”?"), delete: s.layouts.DeleteLayout,
		detail: campaign.Textf("What was sent stays as it is. A layout that a release uses cannot be deleted."),
		name: func(ctx context.Context, id string) (string, error) {
			l, err := s.layouts.GetLayout(ctx, id)
			return l.Name, err
		},
	}
}

// previewLayout shows a release in the layout as it is typed. It stores nothing.
func (s *layoutPages) previewLayout(v *visit) error {
	var f layoutForm
	if err := v.read(&f); err != nil {
		return err
	}
	f.Source = unix(f.Source)
	if wrong := templates.CheckLayout(f.Base, f.Source); len(wrong) > 0 {
		return previewProblems(v, campaign.Collect(wrong, func(p templates.LayoutProblem) campaign.Text {
			if p.Line == 0 {
				return p.Text
			}
			return campaign.Textf("line %d: %s", p.Line, p.Text)
		}))
	}
	r, err := s.store.GetRelease(v.ctx(), f.Release)
	if campaign.CodeOf(err) == campaign.NotFound {
		r, err = templates.ExampleRelease(), nil
	}
	if err != nil {
		return err
	}
	l := campaign.Language(f.Shown)
	if r.In(l) == nil {
		l = r.Source
	}
	e, files, err := previewEdition(v, s.store, &r)
	if err != nil {
		return err
	}
	e.Release.Layout, e.Layout = "typed", &campaign.Layout{ID: "typed", Name: f.Name, Base: f.Base, Source: f.Source}
	made, err := templates.Preview(e, l, templates.ExampleContact(l), language.TextFor(campaign.Texts{campaign.English: "Radio Example"}, l), files, templates.MediaOf(e.Pictures, ""), s.Now())
	if campaign.CodeOf(err) != "" {
		return previewFaults(v, err)
	}
	if err != nil {
		return err
	}
	v.inFrame()
	v.Data(200, htmlType, []byte(v.previewPage(made, f.ShownHow)))
	return nil
}
