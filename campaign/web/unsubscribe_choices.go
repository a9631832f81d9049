package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// leavePublicPage is the page to leave and to choose on. It says nothing of the reader but the masked address, because
// messages are forwarded.
type leavePublicPage struct {
	publicPage
	Done     string // what was just done
	On       bool   // the reader is on a list of the run
	Names    string // of the run's lists
	Address  string
	Undo     []string // lists the reader can go back to
	Known    bool
	Lists    []listChoice
	Choices  []languageChoice
	Tracking []trackingChoice
}

type listChoice struct {
	ID, Name, Description string
	On                    bool
}

type languageChoice struct {
	Tag     campaign.Language
	Name    string
	Current bool
}

type trackingChoice struct {
	Mode       campaign.Tracking
	Name, Help string
	Current    bool
}

// showLeave shows the page as things stand; left are lists the reader has just left and can go back to.
func (v *visit) showLeave(r *leaver, done string, left []string) error {
	if !r.known {
		return v.tellReader(http.StatusOK, r.language, "reader.gone")
	}
	p := leavePublicPage{publicPage: v.publicPage(r.language), Done: done, Known: true, Address: maskAddress(r.contact.Email)}
	p.Title = p.T("preferences.title")
	p.otherLanguages(v.Request.URL.Path)
	reason, err := r.suppressedAs(v.ctx(), v.s.store)
	if err != nil {
		return err
	}
	on := r.subscribedOf(r.lists)
	p.On = len(on) > 0 && reason == ""
	p.Names = v.s.namesOf(v.ctx(), r.ownLists())
	if p.On {
		p.Names = v.s.namesOf(v.ctx(), on)
	} else if p.Undo = left; left == nil {
		p.Undo = slices.DeleteFunc(slices.Clone(r.lists), func(l string) bool {
			m := r.contact.Membership(l)
			return m == nil || m.Status != campaign.Unsubscribed
		})
	}
	if p.Lists, err = v.listChoices(r); err != nil {
		return err
	}
	for _, l := range campaign.Languages {
		p.Choices = append(p.Choices, languageChoice{l, l.Name(), l == r.preferred()})
	}
	now := v.trackingNow(r)
	for _, mode := range campaign.Trackings {
		p.Tracking = append(p.Tracking, trackingChoice{mode, p.T("tracking." + string(mode)), p.T("tracking." + string(mode) + "_help"), mode == now})
	}
	return v.showPublic(http.StatusOK, "leave", p.Style, &p)
}

// listChoices are the lists the reader is on and those everybody may join.
func (v *visit) listChoices(r *leaver) ([]listChoice, error) {
	all, err := v.s.store.FindLists(v.ctx(), true)
	if err != nil {
		return nil, err
	}
	var out []listChoice
	for _, l := range all {
		on := len(r.subscribedOf([]string{l.ID})) > 0
		if on || l.Public && !l.Archived {
			out = append(out, listChoice{l.ID, l.Name, l.Description, on})
		}
	}
	return out, nil
}

// preferred is the language the reader gets mail in.
func (r *leaver) preferred() campaign.Language {
	if r.contact.Language != "" {
		return r.contact.Language
	}
	return r.delivery.Language
}

// trackingNow is the mode the reader's next message would have: their own wish, or that of the lists they are on.
func (v *visit) trackingNow(r *leaver) campaign.Tracking {
	var modes []campaign.Tracking
	for _, m := range r.contact.Memberships {
		if l, err := v.s.store.GetList(v.ctx(), m.List); err == nil && m.Status == campaign.Subscribed {
			modes = append(modes, l.Tracking)
		}
	}
	return campaign.TrackingFor(&r.contact, modes)
}

// savePreferences takes over what the reader chose. Joining a list is their consent to it, in their own words on record.
func (s *Server) savePreferences(v *visit, r *leaver, form url.Values) error {
	choices, err := v.listChoices(r)
	if err != nil {
		return err
	}
	page := v.publicPage(r.language)
	mode, before := campaign.Tracking(form.Get("tracking")), v.trackingNow(r)
	language, err := campaign.ParseLanguage(form.Get("language"))
	if err != nil {
		language = ""
	}
	var left, joined []string
	c, err := s.store.UpdateContact(v.ctx(), r.contact.ID, func(c *campaign.Contact) error {
		left, joined = s.chooseLists(c, choices, form["list"])
		if language != "" && language != r.preferred() {
			c.Language = language
		}
		if slices.Contains(campaign.Trackings, mode) && mode != before {
			s.chooseTracking(c, mode, page)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.contact = c
	if err := s.recordChoice(v, r, left, joined); err != nil {
		return err
	}
	if v.Query("lang") == "" && language != "" {
		r.language = language
		page = v.publicPage(language)
	}
	done := page.T("preferences.saved")
	if before == campaign.Individual && mode != campaign.Individual && mode != "" {
		done += " " + page.T("tracking.withdrawn")
	}
	return v.showLeave(r, done, nil)
}

// recordChoice keeps what follows from leaving and joining lists: who comes back may be written to again, and who left a
// list of the run did so because of its message.
func (s *Server) recordChoice(v *visit, r *leaver, left, joined []string) error {
	if len(joined) > 0 {
		if err := s.store.LiftLeaving(v.ctx(), r.contact.Email); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(left, func(l string) bool { return slices.Contains(r.lists, l) }) {
		return s.recordLeaving(v.ctx(), r)
	}
	return nil
}

// chooseLists makes the contact's memberships what was ticked among the lists that were offered.
func (s *Server) chooseLists(c *campaign.Contact, offered []listChoice, ticked []string) (left, joined []string) {
	for _, l := range offered {
		switch {
		case slices.Contains(ticked, l.ID):
			if m := c.Membership(l.ID); m == nil || m.Status != campaign.Subscribed {
				c.Subscribe(s.ownMembership(l.ID), true)
				joined = append(joined, l.ID)
			}
		case l.On && c.Leave(l.ID, campaign.Unsubscribed, s.Now().UTC()):
			left = append(left, l.ID)
		}
	}
	return left, joined
}

// chooseTracking records the reader's wish: for individual tracking the consent with the words it was given to, for anything
// less its withdrawal, which holds for mails already sent too.
func (s *Server) chooseTracking(c *campaign.Contact, mode campaign.Tracking, page publicPage) {
	if mode != campaign.Individual {
		c.LimitTracking(mode, s.Now().UTC(), preferenceSource)
		return
	}
	c.AllowTracking(campaign.TrackingConsent{
		At: s.Now().UTC(), Basis: campaign.ConsentBasis, Source: preferenceSource, Language: page.Language,
		Text: trackingWords(page),
	})
}

// trackingWords is what somebody agrees to who lets their own opens and clicks be seen.
func trackingWords(page publicPage) string {
	return page.T("tracking.individual") + ": " + page.T("tracking.individual_help")
}
