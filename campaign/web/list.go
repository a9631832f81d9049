package web

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// listRow is a list with its counts.
type listRow struct {
	campaign.List
	Members map[campaign.MembershipStatus]int64
}

// Subscribed is how many would get mail.
func (r listRow) Subscribed() int64 { return r.Members[campaign.Subscribed] }

// Count is how many stand with a status.
func (r listRow) Count(status string) int64 { return r.Members[campaign.MembershipStatus(status)] }

// Gone is how many left or were taken off.
func (r listRow) Gone() int64 { return r.Members[campaign.Unsubscribed] + r.Members[campaign.Removed] }

func (s *Server) listRows(ctx context.Context, archived bool) ([]listRow, error) {
	lists, err := s.store.FindLists(ctx, archived)
	if err != nil {
		return nil, err
	}
	counts, err := s.store.CountAllMembers(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]listRow, len(lists))
	for i, l := range lists {
		rows[i] = listRow{l, counts[l.ID]}
	}
	return rows, nil
}

type listsPage struct {
	Page
	Rows     []listRow
	Archived bool // archived lists are shown too
}

func (s *Server) lists(v *visit) error {
	p := listsPage{Page: v.page("Lists", "lists"), Archived: v.Query("archived") == "1"}
	var err error
	if p.Rows, err = s.listRows(v.ctx(), p.Archived); err != nil {
		return err
	}
	return v.show("lists", &p)
}

// listPage is one list with its members.
type listPage struct {
	Page
	List     listRow
	Contacts contactTable
}

func (s *Server) list(v *visit) error {
	l, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	members, err := s.store.CountMembers(v.ctx(), l.ID)
	if err != nil {
		return err
	}
	p := listPage{Page: v.page(l.Name, "lists"), List: listRow{l, members}}
	filter := store.ContactFilter{List: l.ID, Membership: campaign.MembershipStatus(v.Query("membership")), Search: v.Query("q")}
	if p.Contacts, err = s.contactTable(v, filter); err != nil {
		return err
	}
	return v.show("list", &p)
}

type listForm struct {
	Version     int64  `form:"version"` // of what was edited
	Name        string `form:"name"`
	Description string `form:"description"`
	Language    string `form:"language"`
	Tracking    string `form:"tracking"`
	Basis       string `form:"basis"`
	Public      bool   `form:"public"`
}

func (f *listForm) fill(l *campaign.List) {
	l.Name, l.Description, l.Public = f.Name, f.Description, f.Public
	l.Language, l.Tracking, l.Basis = campaign.Language(f.Language), campaign.Tracking(f.Tracking), campaign.Basis(f.Basis)
}

type listEditPage struct {
	Page
	ID   string // "" for a new one
	Form listForm
}

// Languages, Trackings and Bases are the choices of the form.
func (p *listEditPage) Languages() []templates.Option {
	return languageOptions("As the release's own language")
}
func (p *listEditPage) Trackings() []templates.Option { return trackingOptions("") }
func (p *listEditPage) Bases() []templates.Option     { return basisOptions() }

func (s *Server) newList(v *visit) error {
	p := listEditPage{Page: v.page("New list", "lists")}
	p.Form = listForm{Tracking: string(campaign.Aggregate), Basis: string(campaign.LegitimateInterest)}
	return v.show("list_edit", &p)
}

func (s *Server) createList(v *visit) error {
	p := listEditPage{Page: v.page("New list", "lists")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var l campaign.List
	p.Form.fill(&l)
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
	p := listEditPage{Page: v.page("Edit list", "lists"), ID: l.ID}
	p.Form = listForm{l.Version, l.Name, l.Description, string(l.Language), string(l.Tracking), string(l.Basis), l.Public}
	return v.show("list_edit", &p)
}

func (s *Server) updateList(v *visit) error {
	p := listEditPage{Page: v.page("Edit list", "lists"), ID: v.Param("id")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	_, err := s.store.UpdateList(v.ctx(), p.ID, func(l *campaign.List) error {
		if p.Form.Version != l.Version {
			p.Form.Version = l.Version
			return errChanged("list")
		}
		p.Form.fill(l)
		return nil
	})
	if err != nil {
		return v.refused(gone(err, "list"), "list_edit", &p)
	}
	return v.done("/lists/"+p.ID, "Saved.")
}

// archiveList puts a list away, or takes it out again.
func (s *Server) archiveList(v *visit) error {
	l, err := s.store.UpdateList(v.ctx(), v.Param("id"), func(l *campaign.List) error {
		l.Archived = v.PostForm("archived") != "false"
		return nil
	})
	if err != nil {
		return gone(err, "list")
	}
	if l.Archived {
		return v.done("/lists", "“%s” is archived: its members stay on record, and no new campaign offers it.", l.Name)
	}
	return v.done("/lists/"+l.ID, "“%s” is in use again.", l.Name)
}

func (s *Server) askDeleteList(v *visit) error {
	l, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("Delete list", "lists"), Question: "Delete the list “" + l.Name + "”?", Do: "Delete the list", Back: "/lists/" + l.ID,
		Detail: "Only a list nobody was ever on can be deleted. One that was used is archived instead, because its memberships prove why people were written to.",
	})
}

func (s *Server) deleteList(v *visit) error {
	if err := s.store.DeleteList(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "list")
	}
	return v.done("/lists", "The list is deleted.")
}
