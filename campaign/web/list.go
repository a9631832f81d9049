package web

import (
	"cmp"
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/reader"
	"github.com/glasnik/glasnik/templates"
)

// listPages are the pages about lists.
type listPages struct {
	*panel
	store    listStore
	offers   *offers
	tables   *contactTables
	snippets func(ctx context.Context, l *campaign.List) ([]templates.Snippet, error) // the forms for other sites
}

type listStore interface {
	CountMembers(ctx context.Context, list string) (map[campaign.MembershipStatus]int64, error)
	CreateList(ctx context.Context, l *campaign.List) error
	DeleteList(ctx context.Context, id string) error
	GetList(ctx context.Context, id string) (campaign.List, error)
	UpdateList(ctx context.Context, id string, fn func(*campaign.List) error) (campaign.List, error)
}

// listRow is a list with its counts.
type listRow struct {
	campaign.List
	Members   map[campaign.MembershipStatus]int64
	OwnerName string // of the user who answers for it
}

// MissingNames are the languages whose readers see the list's name in another.
func (r listRow) MissingNames() []missingText {
	return missing(campaign.Textf("Name"), "/lists/"+r.ID+"/edit", "names", r.PublicNames(), true)
}

// Missing are the texts of the list that some readers do not have in their language.
func (r listRow) Missing() []missingText {
	return append(r.MissingNames(), missing(campaign.Textf("Description"), "/lists/"+r.ID+"/edit", "descriptions", r.PublicDescriptions(), false)...)
}

// Subscribed is how many members get mail.
func (r listRow) Subscribed() int64 { return r.Members[campaign.Subscribed] }

// Count is how many members have a status.
func (r listRow) Count(status string) int64 { return r.Members[campaign.MembershipStatus(status)] }

// Gone is how many left or were taken off.
func (r listRow) Gone() int64 { return r.Members[campaign.Unsubscribed] + r.Members[campaign.Removed] }

type listsPage struct {
	Page
	Rows     []listRow
	Archived bool // archived lists are shown too
}

func (s *listPages) index(v *visit) error {
	p := listsPage{Page: v.page("lists", "Lists"), Archived: v.Query("archived") == "1"}
	var err error
	if p.Rows, err = s.offers.listRows(v.ctx(), p.Archived); err != nil {
		return err
	}
	return v.show("lists", &p)
}

// listPage is one list with its members.
type listPage struct {
	Page
	List      listRow
	Contacts  contactTable
	SignUpURL string // "" when nobody can sign up
	Snippets  []templates.Snippet
}

func (s *listPages) show(v *visit) error {
	l, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	v.auditDetail(l.Name)
	members, err := s.store.CountMembers(v.ctx(), l.ID)
	if err != nil {
		return err
	}
	owner, err := s.offers.userName(v.ctx(), l.Owner)
	if err != nil {
		return err
	}
	p := listPage{Page: v.page("lists", "%s", l.Name), List: listRow{List: l, Members: members, OwnerName: owner}}
	filter := store.ContactFilter{List: l.ID, Membership: campaign.MembershipStatus(v.Query("membership")), Search: v.Query("q")}
	if p.Contacts, err = s.tables.page(v, filter); err != nil {
		return err
	}
	if p.Snippets, err = s.snippets(v.ctx(), &l); err != nil {
		return err
	}
	if len(p.Snippets) > 0 {
		p.SignUpURL = s.BaseURL + reader.SubscribePath + "/" + l.ID
	}
	return v.show("list", &p)
}

// Membership is the status whose members are shown.
func (p *listPage) Membership() campaign.MembershipStatus {
	return cmp.Or(oneOf(p.Asked("membership"), campaign.MembershipStatuses), campaign.Subscribed)
}

// archive archives a list, or takes it into use again.
func (s *listPages) archive(v *visit) error {
	l, err := s.store.UpdateList(v.ctx(), v.Param("id"), func(l *campaign.List) error {
		l.Archived = v.PostForm("archived") != "false"
		return nil
	})
	if err != nil {
		return gone(err, "list")
	}
	v.auditDetail(l.Name)
	if l.Archived {
		return v.done("/lists", "“%s” is archived: its members and figures stay on record, nobody is put on it, and no new campaign offers it.", l.Name)
	}
	v.acted(campaign.Textf("Took a list up again"))
	return v.done("/lists/"+l.ID, "“%s” is in use again.", l.Name)
}

func (s *listPages) deletion() deletion {
	return deletion{
		what: "list", question: campaign.Textf("Delete the list “%s”?"), delete: s.store.DeleteList,
		detail: campaign.Textf("Only a list nobody was ever on and no campaign ever went to can be deleted. One that was used is archived instead, because its memberships prove why people were written to."),
		name: func(ctx context.Context, id string) (string, error) {
			r, err := s.store.GetList(ctx, id)
			return r.Name, err
		},
	}
}

type listForm struct {
	edited
	Name           string   `form:"name"`
	Names          []string `form:"names" merge:"names,,texts"` // by campaign.Languages
	Descriptions   []string `form:"descriptions" merge:"descriptions,,texts"`
	Purpose        string   `form:"purpose"`
	Owner          string   `form:"owner"`
	Language       string   `form:"language"`
	Tracking       string   `form:"tracking"`
	Basis          string   `form:"basis"`
	RequireConsent bool     `form:"require_consent"`
	Public         bool     `form:"public"`
	OptIn          string   `form:"opt_in"`
}

// formOf returns the form of a list.
func (s *listPages) formOf(l *campaign.List) listForm {
	f := listForm{
		Name: l.Name, Purpose: l.Purpose,
		Names: s.showTexts(l.PublicNames(), l.Language), Descriptions: s.showTexts(l.PublicDescriptions(), l.Language), Owner: l.Owner, Language: string(l.Language),
		Tracking: string(l.Tracking), Basis: string(l.Basis), RequireConsent: l.RequireConsent, Public: l.Public, OptIn: string(l.OptIn),
	}
	begin(&f, l.Version)
	return f
}

func (f *listForm) fill(l *campaign.List) {
	l.Name, l.Purpose, l.Owner = f.Name, f.Purpose, f.Owner
	l.SetTexts(readTexts(f.Names), readTexts(f.Descriptions))
	l.Language, l.Tracking, l.Basis = campaign.Language(f.Language), campaign.Tracking(f.Tracking), campaign.Basis(f.Basis)
	l.RequireConsent, l.Public, l.OptIn = f.RequireConsent, f.Public, campaign.OptIn(f.OptIn)
}

type listEditPage struct {
	Page
	ID     string // "" for a new one
	Form   listForm
	Owners []templates.Option
}

func (p *listEditPage) OptIns() []templates.Option { return optionsOf(p.Language, "", campaign.OptIns) }

// form returns the page of the form; owner is offered even if disabled.
func (s *listPages) form(v *visit, title campaign.Text, id, owner string) (listEditPage, error) {
	p := listEditPage{Page: v.page("lists", "%s", title), ID: id}
	var err error
	p.Owners, err = s.offers.users(v.ctx(), v.say("Nobody in particular"), owner)
	return p, err
}

func (s *listPages) new(v *visit) error {
	p, err := s.form(v, campaign.Textf("New list"), "", v.user.ID)
	if err != nil {
		return err
	}
	l := campaign.List{Name: "new", Unnamed: true, Owner: v.user.ID, OptIn: campaign.DoubleOptIn}
	if err := l.Normalize(); err != nil {
		return err
	}
	l.Name = ""
	p.Form = s.formOf(&l)
	return v.show("list_edit", &p)
}

func (s *listPages) create(v *visit) error {
	p, err := s.form(v, campaign.Textf("New list"), "", v.user.ID)
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
	v.auditDetail(l.Name)
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
	p, err := s.form(v, campaign.Textf("Edit list"), l.ID, l.Owner)
	if err != nil {
		return err
	}
	p.Form = s.formOf(&l)
	return v.show("list_edit", &p)
}

func (s *listPages) update(v *visit) error {
	old, err := s.store.GetList(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "list")
	}
	p, err := s.form(v, campaign.Textf("Edit list"), old.ID, old.Owner)
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
	theirs := s.formOf(&old)
	if asked, err := v.together("list_edit", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err = s.store.UpdateList(v.ctx(), p.ID, func(l *campaign.List) error {
		if p.Form.Version != l.Version {
			return errChanged("list")
		}
		return change(v, l.Name, l, func() error {
			p.Form.fill(l)
			trial := *l
			return campaign.Together(trial.Normalize(), ownerless)
		})
	})
	if err != nil {
		return v.refused(gone(err, "list"), "list_edit", &p)
	}
	return v.saved("/lists/" + p.ID)
}
