package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// wishes are what a reader asked for on their page; what the form did not offer is nil or "".
type wishes struct {
	lists     []string
	language  campaign.Language
	tracking  campaign.Tracking
	name      *[2]string
	topics    *[]string // among those offered
	frequency *campaign.Frequency
	pause     *time.Time
}

// readWishes reads the form; days are those of where now is told. A pause that is no date, or lies too far, is a mistake.
func readWishes(form url.Values, now time.Time) (w wishes, ok bool) {
	w.lists, w.tracking = form["list"], campaign.Tracking(form.Get("tracking"))
	if l, err := campaign.ParseLanguage(form.Get("language")); err == nil {
		w.language = l
	}
	if name := [2]string{strings.TrimSpace(form.Get("first_name")), strings.TrimSpace(form.Get("last_name"))}; name != [2]string{} {
		w.name = &name
	}
	if form.Has("topics") {
		chosen := form["topic"]
		w.topics = &chosen
	}
	if form.Has("frequency") {
		f := campaign.EachMessage
		if form.Get("frequency") == string(campaign.Weekly) {
			f = campaign.Weekly
		}
		w.frequency = &f
	}
	if form.Has("pause") {
		until, ok := readPause(form.Get("pause"), now)
		if !ok {
			return w, false
		}
		w.pause = &until
	}
	return w, true
}

// readPause reads the day a pause ends on; "" ends it now.
func readPause(s string, now time.Time) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	day, err := time.ParseInLocation(time.DateOnly, s, now.Location())
	if err != nil || day.After(now.Add(campaign.MaxPause)) {
		return time.Time{}, false
	}
	if !day.After(now) {
		return time.Time{}, true // it is over
	}
	return day.UTC(), true
}

// savePreferences takes over what the reader chose. Joining a list is their consent to it, in the words of the page.
func (s *Server) savePreferences(v *visit, r *leaver, form url.Values) error {
	choices, err := v.listChoices(r)
	if err != nil {
		return err
	}
	set, err := s.store.GetSettings(v.ctx())
	if err != nil {
		return err
	}
	page := v.publicPage(r.language)
	w, ok := readWishes(form, s.Now().In(page.zone))
	if !ok {
		return v.refuseChoice(r, page.T("preferences.error.pause"))
	}
	before, preferred := v.trackingNow(r), r.preferred()
	var left, joined []string
	c, err := s.store.UpdateContact(v.ctx(), r.contact.ID, func(c *campaign.Contact) error {
		left, joined = s.chooseLists(c, choices, w.lists, page)
		if w.language != "" && w.language != preferred {
			c.Language = w.language
		}
		if slices.Contains(campaign.Trackings, w.tracking) && w.tracking != before {
			s.chooseTracking(c, w.tracking, page)
		}
		w.apply(c, set.Topics)
		return nil
	})
	if campaign.CodeOf(err) == campaign.Invalid {
		return v.refuseChoice(r, page.T("subscribe.error.name"))
	}
	if err != nil {
		return err
	}
	r.contact = c
	if err := s.recordChoice(v, r, left, joined); err != nil {
		return err
	}
	if v.Query("lang") == "" && w.language != "" {
		r.language = w.language
		page = v.publicPage(w.language)
	}
	done := page.T("preferences.saved")
	if before == campaign.Individual && w.tracking != campaign.Individual && w.tracking != "" {
		done += " " + page.T("tracking.withdrawn")
	}
	return v.showLeave(r, done, nil)
}

// apply takes over the wishes that are neither lists nor language nor tracking. Topics that were not offered stay.
func (w *wishes) apply(c *campaign.Contact, offered []campaign.Topic) {
	if w.name != nil { // what is left empty stays: the page does not show what is on record
		c.FirstName, c.LastName = cmp.Or(w.name[0], c.FirstName), cmp.Or(w.name[1], c.LastName)
	}
	if w.topics != nil {
		for _, t := range offered {
			c.Topics = slices.DeleteFunc(c.Topics, func(k string) bool { return k == t.Key })
			if slices.Contains(*w.topics, t.Key) {
				c.Topics = append(c.Topics, t.Key)
			}
		}
	}
	if w.frequency != nil {
		c.Frequency = *w.frequency
	}
	if w.pause != nil {
		c.PausedUntil = *w.pause
	}
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
func (s *Server) chooseLists(c *campaign.Contact, offered []listChoice, ticked []string, page publicPage) (left, joined []string) {
	for _, l := range offered {
		switch {
		case slices.Contains(ticked, l.ID):
			if m := c.Membership(l.ID); m == nil || m.Status != campaign.Subscribed {
				s.join(c, l.ID, page)
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
