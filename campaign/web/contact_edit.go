package web

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

type contactForm struct {
	edited
	Email        string   `form:"email"`
	FirstName    string   `form:"first_name"`
	LastName     string   `form:"last_name"`
	Gender       string   `form:"gender"`
	Kind         string   `form:"kind"`
	Language     string   `form:"language"`
	Organisation string   `form:"organisation"` // its name
	Position     string   `form:"position"`
	Place        string   `form:"place"`
	Zone         string   `form:"zone"` // time zone
	Phone        string   `form:"phone"`
	Tags         string   `form:"tags"`
	Source       string   `form:"source"`
	Notes        string   `form:"notes"`
	Status       string   `form:"status"`
	StatusReason string   `form:"status_reason"`
	Lists        []string `form:"lists" merge:"-"` // of a new contact
	Basis        string   `form:"basis" merge:"-"`
	Reference    string   `form:"reference" merge:"-"`

	// Attributes, by row.
	AttributeName  []string `form:"attribute_name" merge:"attributes,Attributes"`
	AttributeValue []string `form:"attribute_value" merge:"attributes,Attributes"`
}

func newContactForm(c *campaign.Contact, organisation string) contactForm {
	f := contactForm{
		Email: c.Email, FirstName: c.FirstName, LastName: c.LastName, Gender: string(c.Gender()), Kind: string(c.Kind), Language: string(c.Language),
		Organisation: organisation, Position: c.Position, Place: c.Place, Zone: c.Zone, Phone: c.Phone, Tags: strings.Join(c.Tags, ", "),
		Source: c.Source, Notes: c.Notes, Status: string(c.Status), StatusReason: c.StatusReason,
	}
	f.showAttributes(c)
	begin(&f, c.Version)
	return f
}

// fill copies what was typed into a contact; organisation is the id of the organisation whose name was typed.
func (f *contactForm) fill(c *campaign.Contact, organisation string) error {
	c.Email, c.FirstName, c.LastName, c.Organisation = f.Email, f.FirstName, f.LastName, organisation
	c.Kind, c.Language = campaign.Kind(f.Kind), campaign.Language(f.Language)
	c.Position, c.Place, c.Zone, c.Phone, c.Source, c.Notes = f.Position, f.Place, f.Zone, f.Phone, strings.TrimSpace(f.Source), strings.TrimSpace(f.Notes)
	c.Tags = strings.Split(f.Tags, ",")
	if f.Status != "" {
		c.Status, c.StatusReason = campaign.ContactStatus(f.Status), strings.TrimSpace(f.StatusReason)
	}
	return f.fillAttributes(c)
}

func (f *contactForm) check() error {
	var faults []error
	if f.Status != "" && !slices.Contains(campaign.ContactStatuses, campaign.ContactStatus(f.Status)) {
		faults = append(faults, campaign.FieldError("status", "choose one of the states offered"))
	}
	if f.Gender != "" && campaign.ParseGender(f.Gender) == "" {
		faults = append(faults, campaign.FieldError("gender", "choose one of the forms of address offered"))
	}
	if f.Basis != "" && len(f.Lists) == 0 && !slices.Contains(campaign.Bases, campaign.Basis(f.Basis)) {
		faults = append(faults, campaign.FieldError("basis", "choose one of the legal bases offered"))
	}
	return campaign.Together(faults...)
}

type contactEditPage struct {
	Page
	ID          string // "" for a new one
	Form        contactForm
	ListOptions []templates.Option
}

// Genders are the ways to address somebody.
func (p *contactEditPage) Genders() []templates.Option {
	return optionsOf(p.Language, p.say("Not known: a greeting for everybody"), campaign.Genders)
}

// OnList reports whether a list is ticked.
func (p *contactEditPage) OnList(id string) bool { return slices.Contains(p.Form.Lists, id) }

func (s *contactPages) form(v *visit, title campaign.Text) (*contactEditPage, error) {
	p := &contactEditPage{Page: v.page("contacts", "%s", title), ID: v.Param("id")}
	var err error
	p.ListOptions, err = s.offers.lists(v.ctx(), "")
	return p, err
}

func (s *contactPages) new(v *visit) error {
	p, err := s.form(v, campaign.Textf("New contact"))
	if err != nil {
		return err
	}
	p.Form = contactForm{Kind: string(campaign.Journalist), Basis: string(campaign.LegitimateInterest)}
	if l := v.Query("list"); l != "" {
		p.Form.Lists = []string{l}
	}
	if id := v.Query("organisation"); id != "" {
		o, err := s.store.GetOrganisation(v.ctx(), id)
		if err != nil {
			return gone(err, "organisation")
		}
		p.Form.Organisation = o.Name
	}
	return v.show("contact_edit", p)
}

func (s *contactPages) create(v *visit) error {
	p, err := s.form(v, campaign.Textf("New contact"))
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	m := campaign.Membership{
		Status: campaign.Subscribed, Basis: campaign.Basis(p.Form.Basis), Source: clean(p.Form.Source), Reference: clean(p.Form.Reference),
		By: v.user.Name, Since: s.Now().UTC(),
	}
	var unfounded error
	if len(p.Form.Lists) > 0 {
		unfounded = campaign.CheckBasis(&m)
	}
	var c campaign.Contact
	if err := s.take(v.ctx(), p, &c, unfounded); err != nil {
		return v.refused(err, "contact_edit", p)
	}
	for _, l := range p.Form.Lists {
		if !slices.ContainsFunc(p.ListOptions, func(o templates.Option) bool { return o.Value == l }) {
			continue // a list deleted meanwhile
		}
		m.List = l
		c.Subscribe(m, false)
	}
	if err := s.store.CreateContact(v.ctx(), &c); err != nil {
		return v.refused(err, "contact_edit", p)
	}
	return v.done("/contacts/"+c.ID, "The contact is added.") // no name: notices are stored until they are read
}

// take checks the form and copies it into a contact, adding the organisation when its name is new. The errors also are reported
// together with those found here.
func (s *contactPages) take(ctx context.Context, p *contactEditPage, c *campaign.Contact, also ...error) error {
	// Before an organisation is added for it, the contact must be sound.
	trial := *c
	faults := []error{p.Form.fill(&trial, ""), trial.Normalize(""), p.Form.check()}
	if err := campaign.Together(append(faults, also...)...); err != nil {
		return err
	}
	organisation := ""
	if name := strings.TrimSpace(p.Form.Organisation); name != "" {
		o, err := s.store.GetOrganisationByName(ctx, name)
		if campaign.CodeOf(err) == campaign.NotFound {
			o = campaign.Organisation{Name: name, Kind: campaign.OrganisationKindFor(trial.Kind)}
			err = s.store.CreateOrganisation(ctx, &o)
		}
		if err != nil {
			if campaign.CodeOf(err) == campaign.Invalid {
				return campaign.FieldError("organisation", "%v", err)
			}
			return err
		}
		organisation = o.ID
	}
	return p.Form.fill(c, organisation)
}

func (s *contactPages) edit(v *visit) error {
	p, err := s.form(v, campaign.Textf("Edit contact"))
	if err != nil {
		return err
	}
	c, organisation, err := s.withOrganisation(v.ctx(), p.ID)
	if err != nil {
		return err
	}
	p.Form = newContactForm(&c, organisation.Name)
	return v.show("contact_edit", p)
}

func (s *contactPages) update(v *visit) error {
	p, err := s.form(v, campaign.Textf("Edit contact"))
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	stored, organisation, err := s.withOrganisation(v.ctx(), p.ID)
	if err != nil {
		return err
	}
	theirs := newContactForm(&stored, organisation.Name)
	if asked, err := v.together("contact_edit", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	c, err := s.store.UpdateContact(v.ctx(), p.ID, func(c *campaign.Contact) error {
		if p.Form.Version != c.Version {
			return errChanged("contact")
		}
		return s.take(v.ctx(), p, c)
	})
	if err != nil {
		return v.refused(gone(err, "contact"), "contact_edit", p)
	}
	if warning := campaign.Sensitive(c.Notes); !warning.IsZero() {
		return v.done("/contacts/"+c.ID, "Saved. %s", warning)
	}
	return v.saved("/contacts/" + c.ID)
}

// attributeRow is one attribute of the form.
type attributeRow struct {
	Number      int
	Name, Value string
	Problem     string
}

// Lines is how high the field of the value is.
func (r attributeRow) Lines() int { return min(1+strings.Count(r.Value, "\n"), 6) }

// attributes are the rows of the form that are not empty.
func (f *contactForm) attributes() []campaign.Attribute {
	var rows []campaign.Attribute
	for i := range f.AttributeName {
		if a := (campaign.Attribute{Name: f.AttributeName[i], Value: nth(f.AttributeValue, i)}); strings.TrimSpace(a.Name+a.Value) != "" {
			rows = append(rows, a)
		}
	}
	return rows
}

// Attributes are the rows of the form with three empty ones at the end.
func (p *contactEditPage) Attributes() []attributeRow {
	var rows []attributeRow
	for i, a := range append(p.Form.attributes(), make([]campaign.Attribute, 3)...) {
		rows = append(rows, attributeRow{Number: i + 1, Name: a.Name, Value: a.Value, Problem: p.Problems[fmt.Sprintf("attribute_%d", i+1)]})
	}
	return rows
}

func (f *contactForm) showAttributes(c *campaign.Contact) {
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		if name == campaign.GenderAttribute && c.Gender() != "" {
			continue // has a field of its own
		}
		f.AttributeName, f.AttributeValue = append(f.AttributeName, name), append(f.AttributeValue, c.Attributes[name])
	}
}

// fillAttributes copies the attributes. A form that has no rows for them leaves them as they are.
func (f *contactForm) fillAttributes(c *campaign.Contact) error {
	if len(f.AttributeName) == 0 {
		return nil
	}
	rows := f.attributes()
	if f.Gender != "" {
		rows = append(rows, campaign.Attribute{Name: campaign.GenderAttribute, Value: f.Gender})
	}
	return c.SetAttributes(rows)
}
