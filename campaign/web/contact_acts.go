package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// clean joins what was typed into one line.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

type pauseForm struct {
	Until string `form:"until"`
}

// pause stops mail to the contact until a day, on which it ends by itself, or ends the pause.
func (s *contactPages) pause(v *visit) error {
	p, err := s.contactPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Pause); err != nil {
		return err
	}
	var until time.Time
	ended := v.PostForm("end") != ""
	if !ended {
		if until, err = time.ParseInLocation(time.DateOnly, clean(p.Pause.Until), v.zone); err != nil {
			return v.refused(campaign.FieldError("until", "give the day on which they may be written to again"), "contact", p)
		}
		if !until.After(v.now()) {
			return v.refused(campaign.FieldError("until", "this day is over already"), "contact", p)
		}
	}
	_, err = s.store.UpdateContact(v.ctx(), p.Contact.ID, func(c *campaign.Contact) error {
		c.PausedUntil = until.UTC()
		return nil
	})
	if err != nil {
		return v.refused(err, "contact", p)
	}
	if ended {
		return v.done("/contacts/"+p.Contact.ID, "The pause is over.")
	}
	return v.done("/contacts/"+p.Contact.ID, "They are not written to before that day.")
}

type noteForm struct {
	Kind string `form:"kind"`
	Text string `form:"text"`
}

// NoteKinds are what can be noted on a contact's timeline.
func (p *contactPage) NoteKinds() []templates.Option {
	return optionsOf(p.Language, "", []campaign.EntryKind{campaign.RepliedEntry, campaign.NotedEntry})
}

// note adds a colleague's own line to the timeline: that the contact replied, or what was agreed.
func (s *contactPages) note(v *visit) error {
	p, err := s.contactPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Note); err != nil {
		return err
	}
	kind, text := campaign.EntryKind(p.Note.Kind), strings.TrimSpace(p.Note.Text)
	switch {
	case !slices.Contains([]campaign.EntryKind{campaign.RepliedEntry, campaign.NotedEntry}, kind):
		return v.refused(campaign.FieldError("kind", "choose what it is"), "contact", p)
	case text == "" && kind == campaign.NotedEntry:
		return v.refused(campaign.FieldError("text", "write something"), "contact", p)
	case campaign.LongerThan(text, 2000):
		return v.refused(campaign.FieldError("text", "this is longer than 2000 characters"), "contact", p)
	}
	if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: kind, Contact: p.Contact.ID, Detail: text}); err != nil {
		return err
	}
	if kind == campaign.RepliedEntry {
		if err := s.store.StopReplied(v.ctx(), p.Contact.ID); err != nil {
			return err
		}
	}
	if warning := campaign.Sensitive(text); !warning.IsZero() {
		return v.done("/contacts/"+p.Contact.ID, "Noted. %s", warning)
	}
	return v.done("/contacts/"+p.Contact.ID, "Noted.")
}

type mergePage struct {
	Page
	Keep   campaign.Contact
	Other  *campaign.Contact // chosen; nil while it is looked for
	Found  []campaign.Contact
	Search string
}

func (s *contactPages) mergePage(v *visit, other string) (*mergePage, error) {
	c, err := s.store.GetContact(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "contact")
	}
	p := &mergePage{Page: v.page("contacts", "Merge contacts"), Keep: c, Search: clean(v.Query("q"))}
	if other != "" {
		o, err := s.store.GetContact(v.ctx(), other)
		if err != nil {
			return nil, gone(err, "contact")
		}
		if o.ID == c.ID {
			return nil, campaign.Errorf(campaign.Invalid, "a contact cannot be merged with itself")
		}
		p.Other = &o
		return p, nil
	}
	search := cmp.Or(p.Search, c.LastName)
	if search == "" {
		return p, nil
	}
	found, _, err := s.store.FindContacts(v.ctx(), store.ContactFilter{Search: search}, store.Page{Limit: 20})
	p.Search, p.Found = search, slices.DeleteFunc(found, func(f campaign.Contact) bool { return f.ID == c.ID })
	return p, err
}

func (s *contactPages) askMerge(v *visit) error {
	p, err := s.mergePage(v, v.Query("other"))
	if err != nil {
		return err
	}
	return v.show("contact_merge", p)
}

func (s *contactPages) merge(v *visit) error {
	p, err := s.mergePage(v, v.PostForm("other"))
	if err != nil {
		return err
	}
	if p.Other == nil {
		return v.refused(campaign.Errorf(campaign.Invalid, "choose the contact that becomes part of this one"), "contact_merge", p)
	}
	if err := s.store.MergeContacts(v.ctx(), p.Keep.ID, p.Other.ID); err != nil {
		return v.refused(err, "contact_merge", p)
	}
	return v.done("/contacts/"+p.Keep.ID, "The two contacts are one.")
}

type erasePage struct {
	Page
	Contact campaign.Contact
}

func (s *contactPages) askErase(v *visit) error {
	c, err := s.store.GetContact(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "contact")
	}
	return v.show("contact_erase", &erasePage{Page: v.page("contacts", "Erase contact"), Contact: c})
}

// erase removes everything that identifies a person; unless a plain deletion was chosen, no import brings them back.
func (s *contactPages) erase(v *visit) error {
	erase, notice := s.store.EraseContact, campaign.Textf("The contact is erased. No import brings them back.")
	if v.PostForm("how") == "delete" {
		erase, notice = s.store.DeleteContact, campaign.Textf("The contact is deleted.")
	}
	c, err := s.store.GetContact(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "contact")
	}
	consents, err := s.store.FindConsentsOf(v.ctx(), &c)
	if err != nil {
		return err
	}
	if err := erase(v.ctx(), c.ID); err != nil {
		return gone(err, "contact")
	}
	s.uploads.forgetAll()
	if len(consents) > 0 {
		titles := campaign.Collect(consents, func(m campaign.MediaItem) string { return "“" + m.Title + "”" })
		notice = campaign.Textf("%s A person of the same name agreed to be shown in %s: look in the media library whether that record must stay.", notice, strings.Join(titles, ", "))
	}
	return v.done("/contacts", "%s", notice)
}

// data sends everything held on a person, as a page or as a file, and logs who took it. The file is an export of contacts like
// any other.
func (s *contactPages) data(v *visit) error {
	page := strings.HasSuffix(v.Request.URL.Path, ".html")
	switch {
	case page:
	case !v.user.MayExport():
		return errMayNotExport
	case !v.isSure():
		return errAskAgain
	}
	d, err := s.store.Dossier(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "contact")
	}
	if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ExportedEntry, Contact: d.Contact.ID, Audit: true, Detail: campaign.Textf("Took all that is held on a person").Stored()}); err != nil {
		return err
	}
	body, kind := []byte(nil), "application/json"
	if page {
		kind = htmlType
		v.inFrame() // the page brings its own style, and nothing in it runs
		body, err = templates.DossierPage(&d, d.Contact.Language, v.zone, "")
	} else {
		body, err = templates.DossierJSON(&d)
		v.Header("Content-Disposition", `attachment; filename="person.json"`)
	}
	if err != nil {
		return err
	}
	v.Data(http.StatusOK, kind, body)
	return nil
}
