package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

type listForm struct {
	Version        int64  `form:"version"` // of what was edited
	Name           string `form:"name"`
	Purpose        string `form:"purpose"`
	Description    string `form:"description"`
	Owner          string `form:"owner"`
	Language       string `form:"language"`
	Tracking       string `form:"tracking"`
	Basis          string `form:"basis"`
	RequireConsent bool   `form:"require_consent"`
	Public         bool   `form:"public"`
	OptIn          string `form:"opt_in"`
}

// listFormOf gives the form of a list as it stands.
func listFormOf(l *campaign.List) listForm {
	return listForm{
		Version: l.Version, Name: l.Name, Purpose: l.Purpose, Description: l.Description, Owner: l.Owner, Language: string(l.Language),
		Tracking: string(l.Tracking), Basis: string(l.Basis), RequireConsent: l.RequireConsent, Public: l.Public, OptIn: string(l.OptIn),
	}
}

func (f *listForm) fill(l *campaign.List) {
	l.Name, l.Purpose, l.Description, l.Owner = f.Name, f.Purpose, f.Description, f.Owner
	l.Language, l.Tracking, l.Basis = campaign.Language(f.Language), campaign.Tracking(f.Tracking), campaign.Basis(f.Basis)
	l.RequireConsent, l.Public, l.OptIn = f.RequireConsent, f.Public, campaign.OptIn(f.OptIn)
}

type listEditPage struct {
	Page
	ID     string // "" for a new one
	Form   listForm
	Owners []templates.Option
}

// Languages, Trackings, Bases and OptIns are the choices of the form.
func (p *listEditPage) Languages() []templates.Option {
	return languageOptions("As the release's own language")
}
func (p *listEditPage) Trackings() []templates.Option { return trackingOptions("") }
func (p *listEditPage) Bases() []templates.Option     { return basisOptions() }
func (p *listEditPage) OptIns() []templates.Option    { return optionsOf("", campaign.OptIns) }

// listEdit gives the page of the form; owner is who is offered although disabled.
func (s *listPages) form(v *visit, title, id, owner string) (listEditPage, error) {
	p := listEditPage{Page: v.page(title, "lists"), ID: id}
	var err error
	p.Owners, err = s.offers.users(v.ctx(), "Nobody in particular", owner)
	return p, err
}

func (s *listPages) new(v *visit) error {
	p, err := s.form(v, "New list", "", v.user.ID)
	if err != nil {
		return err
	}
	l := campaign.List{Name: "new", Owner: v.user.ID, OptIn: campaign.DoubleOptIn}
	if err := l.Normalize(); err != nil {
		return err
	}
	l.Name = ""
	p.Form = listFormOf(&l)
	return v.show("list_edit", &p)
}

func (s *listPages) create(v *visit) error {
	p, err := s.form(v, "New list", "", v.user.ID)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var l campaign.List
	p.Form.fill(&l)
	trial := l
	if err := campaign.Together(trial.Normalize(), s.offers.checkOwner(v.ctx(), p.Form.Owner)); err != nil {
		return v.refused(err, "list_edit", &p)
	}
	v.tell(l.Name)
	if err := s.store.CreateList(v.ctx(), &l); err != nil {
		return v.refused(err, "list_edit", &p)
	}
	return v.done("/lists/"+l.ID, "The list “%s” is there. Put contacts on it by import, or one by one.", l.Name)
}

func (s *listPages) edit(v *visit) error {
	l, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	p, err := s.form(v, "Edit list", l.ID, l.Owner)
	if err != nil {
		return err
	}
	p.Form = listFormOf(&l)
	return v.show("list_edit", &p)
}

func (s *listPages) update(v *visit) error {
	old, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	p, err := s.form(v, "Edit list", old.ID, old.Owner)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var ownerless error
	if p.Form.Owner != old.Owner {
		ownerless = s.offers.checkOwner(v.ctx(), p.Form.Owner)
	}
	_, err = s.store.UpdateList(v.ctx(), p.ID, func(l *campaign.List) error {
		if p.Form.Version != l.Version {
			p.Form.Version = l.Version
			return errChanged("list")
		}
		return change(v, l, func() error {
			p.Form.fill(l)
			trial := *l
			return campaign.Together(trial.Normalize(), ownerless)
		})
	})
	if err != nil {
		return v.refused(gone(err, "list"), "list_edit", &p)
	}
	return v.done("/lists/"+p.ID, "Saved.")
}
