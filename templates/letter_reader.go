package templates

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// letterReader is one reader of a letter while their values are worked out.
type letterReader struct {
	letter       *Letter
	delivery     *campaign.Delivery
	contact      *campaign.Contact
	organisation string
}

// field returns the value of a merge field, "" when the reader has none. Line breaks never come from data.
func (r *letterReader) field(name string) string {
	c := r.contact
	switch name {
	case "first_name":
		return c.FirstName
	case "last_name":
		return c.LastName
	case "full_name":
		return c.FullName()
	case "email":
		return c.Email
	case "organisation":
		return r.organisation
	case "position":
		return c.Position
	case "place":
		return c.Place
	case "kind":
		if c.Kind == "" || c.Kind == campaign.OtherKind {
			return ""
		}
		return Translate(r.letter.language, "kind."+string(c.Kind))
	case "language":
		return Translate(r.letter.language, "language."+string(r.letter.language))
	case "greeting":
		return r.greeting()
	case "list":
		return r.list()
	}
	if attribute, ok := strings.CutPrefix(name, campaign.AttributePrefix); ok {
		return c.Attributes[attribute]
	}
	return ""
}

// greeting is the opening without the comma after it.
func (r *letterReader) greeting() string {
	l := r.letter.language
	r.letter.teamGreeting.Do(func() {
		brand := &r.letter.edition.Brand
		r.letter.ours = language.OwnText(brand.Greeting, l, brand.Phrases...)
	})
	return Greeting(l, r.contact, r.letter.ours)
}

// Greeting returns how a contact is greeted in a language, without the comma after it. What a colleague wrote for this person in this
// language wins (G-07); then the form for a known woman or man; then one that fits everybody (G-08, G-09): the team's, given as ours,
// else the program's.
func Greeting(l campaign.Language, c *campaign.Contact, ours string) string {
	if own := c.Attributes[campaign.SalutationAttribute(l)]; own != "" {
		return own
	}
	g := language.GreetingFor(l, c)
	if ours != "" && !g.Personal() {
		return ours
	}
	return Translate(l, g.Key, g.Name)
}

// list is the name of the list that brought the reader here.
func (r *letterReader) list() string {
	lists := r.letter.edition.Lists
	if l := r.contact.FirstOn(lists); l != nil {
		return ListName(l, r.letter.language)
	}
	if len(lists) > 0 {
		return ListName(&lists[0], r.letter.language)
	}
	return ""
}

// source says where the reader's address comes from, as the team put it into words.
func (r *letterReader) source() string {
	source := r.contact.Source
	if m := r.membership(); campaign.IsFileName(source) || source == "" {
		if source = ""; m != nil && !campaign.IsFileName(m.Source) {
			source = m.Source
		}
	}
	if source = campaign.SourceForReader(source); source == "" {
		return Translate(r.letter.language, "mail.first.source")
	}
	return strings.TrimSuffix(source, ".")
}

// why says the legal basis in words.
func (r *letterReader) why() string {
	basis := campaign.LegitimateInterest
	if m := r.membership(); m != nil && m.Basis != "" {
		basis = m.Basis
	}
	return Translate(r.letter.language, "mail.first."+string(basis))
}

// membership is that by which the reader gets the letter.
func (r *letterReader) membership() *campaign.Membership {
	if l := r.contact.FirstOn(r.letter.edition.Lists); l != nil {
		return r.contact.Membership(l.ID)
	}
	return nil
}
