package web

import (
	"context"

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
		l.Version, l.Name, l.Purpose, l.Description, l.Owner, string(l.Language), string(l.Tracking), string(l.Basis), l.RequireConsent, l.Public, string(l.OptIn),
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
func (s *Server) listEdit(v *visit, title, id, owner string) (listEditPage, error) {
	p := listEditPage{Page: v.page(title, "lists"), ID: id}
	var err error
	p.Owners, err = s.userOptions(v.ctx(), "Nobody in particular", owner)
	return p, err
}

func (s *Server) newList(v *visit) error {
	p, err := s.listEdit(v, "New list", "", v.user.ID)
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

func (s *Server) createList(v *visit) error {
	p, err := s.listEdit(v, "New list", "", v.user.ID)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var l campaign.List
	p.Form.fill(&l)
	trial := l
	if err := campaign.Together(trial.Normalize(), s.checkOwner(v.ctx(), p.Form.Owner)); err != nil {
		return v.refused(err, "list_edit", &p)
	}
	v.tell(l.Name)
	if err := s.store.CreateList(v.ctx(), &l); err != nil {
		return v.refused(err, "list_edit", &p)
	}
	return v.done("/lists/"+l.ID, "The list “%s” is there. Put contacts on it by import, or one by one.", l.Name)
}

func (s *Server) editList(v *visit) error {
	l, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	p, err := s.listEdit(v, "Edit list", l.ID, l.Owner)
	if err != nil {
		return err
	}
	p.Form = listFormOf(&l)
	return v.show("list_edit", &p)
}

func (s *Server) updateList(v *visit) error {
	old, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	p, err := s.listEdit(v, "Edit list", old.ID, old.Owner)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var ownerless error
	if p.Form.Owner != old.Owner {
		ownerless = s.checkOwner(v.ctx(), p.Form.Owner)
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

// checkOwner refuses an owner who is no user.
func (s *Server) checkOwner(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := s.store.GetUser(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.FieldError("owner", "choose one of the users offered")
	}
	return err
}

// userOptions offers the users who may sign in, and the one with an id whatever became of them.
func (s *Server) userOptions(ctx context.Context, none, also string) ([]templates.Option, error) {
	users, err := s.store.FindUsers(ctx)
	out := []templates.Option{{Label: none}}
	for _, u := range users {
		if !u.Disabled || u.ID == also {
			out = append(out, templates.Option{Value: u.ID, Label: u.Name})
		}
	}
	return out, err
}

// userName gives the name of a user, "" of none and of one who is gone.
func (s *Server) userName(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	u, err := s.store.GetUser(ctx, id)
	return u.Name, unlessMissing(err)
}
