package reader

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// choosing saves what readers choose on their page.
type choosing struct {
	store       contactUpdater
	settings    settingsReader
	preferences *preferences
	wishes      *wishes
	tracking    *tracking
	now         func() time.Time
}

type contactUpdater interface {
	UpdateContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error)
}

// choices are what a reader asked for on their page; what the form did not offer is nil or "".
type choices struct {
	lists     []string
	language  campaign.Language
	tracking  campaign.Tracking
	name      *[2]string
	topics    *[]string // among those offered
	frequency *campaign.Frequency
	pause     *time.Time
}

// readChoices reads the form; days are those of the zone of now. ok is false when the pause is no date or ends too late.
func readChoices(form url.Values, now time.Time) (w choices, ok bool) {
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

// save does at once what allows less than before. What allows more, or hides mail, waits for the button in a mail to the reader's
// address: this page's address is in messages, and messages are passed on.
func (s *choosing) save(v *visit, r *recipient, form url.Values) error {
	offered, err := s.preferences.choices(v, r, nil)
	if err != nil {
		return err
	}
	set, err := s.settings.GetSettings(v.ctx())
	if err != nil {
		return err
	}
	page := v.page(r.language)
	w, ok := readChoices(form, s.now().In(page.zone))
	if !ok {
		return s.preferences.refuse(v, r, page.T("preferences.error.pause"))
	}
	before, preferred := s.preferences.trackingNow(v, r), r.preferred()
	wish, err := s.wishOf(v, r, &w, offered, before)
	if err != nil {
		return err
	}
	if wish.Normalize() != nil {
		return s.preferences.refuse(v, r, page.T("subscribe.error.name"))
	}
	s.wishes.agreed(v, wish, page)
	var left []string
	c, err := s.store.UpdateContact(v.ctx(), r.contact.ID, func(c *campaign.Contact) error {
		left = leaveUnticked(c, offered, w.lists, s.now().UTC())
		if w.language != "" && w.language != preferred {
			c.Language = w.language
		}
		if slices.Contains(campaign.Trackings, w.tracking) && w.tracking.Less(before) {
			c.LimitTracking(w.tracking, s.now().UTC(), preferenceSource)
		}
		w.apply(c, &set, s.now())
		return nil
	})
	if err != nil {
		return err
	}
	r.contact = c
	if slices.ContainsFunc(left, func(l string) bool { return slices.Contains(r.lists, l) }) {
		if err := s.tracking.left(v.ctx(), &r.delivery); err != nil { // the message made them leave
			return err
		}
	}
	if v.Query("lang") == "" && w.language != "" {
		r.language = w.language
		page = v.page(w.language)
	}
	done := page.T("preferences.saved")
	if before == campaign.Individual && w.tracking != campaign.Individual && w.tracking != "" {
		done += " " + page.T("tracking.withdrawn")
	}
	return s.wishes.ask(v, r, wish, done)
}

// wishOf returns those of the choices that need the button in a mail. What waits already and is not taken back stays.
func (s *choosing) wishOf(v *visit, r *recipient, w *choices, offered []listChoice, before campaign.Tracking) (*campaign.Wish, error) {
	wish, err := s.preferences.waiting(v, r)
	if err != nil {
		return nil, err
	}
	wish.Lists = nil
	for _, l := range offered {
		if !l.On && slices.Contains(w.lists, l.ID) {
			wish.Lists = append(wish.Lists, l.ID)
		}
	}
	if slices.Contains(campaign.Trackings, w.tracking) {
		if wish.Tracking = ""; before.Less(w.tracking) {
			wish.Tracking = w.tracking
		}
	}
	if w.name != nil {
		wish.FirstName, wish.LastName = cmp.Or(w.name[0], wish.FirstName), cmp.Or(w.name[1], wish.LastName)
	}
	if w.pause != nil {
		if wish.PausedUntil = (time.Time{}); hidesMail(&r.contact, *w.pause, s.now()) {
			wish.PausedUntil = *w.pause
		}
	}
	return wish, nil
}

// hidesMail reports whether a pause is long, or makes a running one longer.
func hidesMail(c *campaign.Contact, until, now time.Time) bool {
	if now.Before(c.PausedUntil) {
		return until.After(c.PausedUntil)
	}
	return until.After(now.Add(campaign.ShortPause))
}

// apply makes the choices that are neither lists nor language nor tracking, and need no button in a mail. Topics that were not
// offered stay, and so does the frequency when there is no digest: a reader who chose it would get nothing.
func (w *choices) apply(c *campaign.Contact, set *campaign.Settings, now time.Time) {
	if w.topics != nil {
		for _, t := range set.Topics {
			c.Topics = slices.DeleteFunc(c.Topics, func(k string) bool { return k == t.Key })
			if slices.Contains(*w.topics, t.Key) {
				c.Topics = append(c.Topics, t.Key)
			}
		}
	}
	if w.frequency != nil && (set.Digest.On || *w.frequency == campaign.EachMessage) {
		c.Frequency = *w.frequency
	}
	if w.pause != nil && !hidesMail(c, *w.pause, now) {
		c.PausedUntil = *w.pause
	}
}

// leaveUnticked ends the contact's memberships of the lists that were offered and not ticked. Lists that are not public are
// offered together, as otherLists.
func leaveUnticked(c *campaign.Contact, offered []listChoice, ticked []string, now time.Time) (left []string) {
	for _, l := range offered {
		if !l.On || slices.Contains(ticked, l.ID) {
			continue
		}
		for _, id := range l.lists {
			if c.Leave(id, campaign.Unsubscribed, now) {
				left = append(left, id)
			}
		}
	}
	return left
}
