package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// leavePublicPage is the page to leave and to choose on. It says nothing of the reader but the masked address, because
// messages are forwarded.
type leavePublicPage struct {
	publicPage
	Done     string   // what was just done
	Problem  string   // what could not be done
	Old      bool     // the link is too old for anything but leaving
	Waits    []string // what waits for the button in a mail, in words
	WaitsFor string   // a change of address that waits, in words; it does not say for which
	On       bool     // the reader is on a list of the run
	OfRun    bool     // the page belongs to a message, whose lists can be left by one button
	Names    string   // of the run's lists
	Address  string
	Undo     []string // lists the reader can go back to
	Lists    []listChoice
	Choices  []languageChoice
	Tracking []trackingChoice
	Topics   []topicChoice
	Digest   bool // the weekly digest is on offer
	Weekly   bool
	Pause    string // a date, "" for none
	Earliest string // a pause may end on
	Latest   string
}

type listChoice struct {
	ID, Name, Description string
	On                    bool
	Waits                 bool     // to be joined, by the button in a mail
	lists                 []string // what it stands for
}

// otherLists stands for the lists a reader is on that neither everybody may join nor the message came by: their names are not
// told to whoever holds it.
const otherLists = "other"

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

type topicChoice struct {
	Key, Name string
	On        bool
}

// showLeave shows the page as things stand; left are lists the reader has just left and can go back to.
func (v *visit) showLeave(r *leaver, done string, left []string) error {
	p, err := v.preferencePage(r, left)
	if err != nil {
		return err
	}
	p.Done = done
	return v.showPublic(http.StatusOK, "leave", p.Style, p)
}

// refuseChoice shows the page with what cannot be done.
func (v *visit) refuseChoice(r *leaver, problem string) error {
	p, err := v.preferencePage(r, nil)
	if err != nil {
		return err
	}
	p.Problem = problem
	return v.showPublic(http.StatusUnprocessableEntity, "leave", p.Style, p)
}

func (v *visit) preferencePage(r *leaver, left []string) (*leavePublicPage, error) {
	c := &r.contact
	p := &leavePublicPage{publicPage: v.publicPage(r.language), Address: maskAddress(c.Email), OfRun: len(r.lists) > 0}
	p.Title, p.Old = p.T("preferences.title"), r.old
	p.otherLanguages(v.Request.URL.Path)
	reason, err := r.suppressedAs(v.ctx(), v.s.store)
	if err != nil {
		return nil, err
	}
	on := r.subscribedOf(r.lists)
	p.On = len(on) > 0 && reason == ""
	p.Names = v.s.namesOf(v.ctx(), r.ownLists())
	if p.On {
		p.Names = v.s.namesOf(v.ctx(), on)
	} else if p.Undo = left; left == nil {
		p.Undo = slices.DeleteFunc(slices.Clone(r.lists), func(l string) bool {
			m := c.Membership(l)
			return m == nil || m.Status != campaign.Unsubscribed
		})
	}
	if r.old {
		p.Undo = nil
		return p, nil
	}
	wish, err := v.showWaiting(r, p)
	if err != nil {
		return nil, err
	}
	for _, l := range campaign.Languages {
		p.Choices = append(p.Choices, languageChoice{l, l.Name(), l == r.preferred()})
	}
	now := v.trackingNow(r)
	if wish.Tracking != "" {
		now = wish.Tracking
	}
	for _, mode := range campaign.Trackings {
		p.Tracking = append(p.Tracking, trackingChoice{mode, p.T("tracking." + string(mode)), p.T("tracking." + string(mode) + "_help"), mode == now})
	}
	return p, v.showWishes(r, p, wish)
}

// showWaiting fills in the lists, and what waits for a button in a mail.
func (v *visit) showWaiting(r *leaver, p *leavePublicPage) (*campaign.Wish, error) {
	wish, err := v.s.waitingOr(v, r)
	if err != nil {
		return nil, err
	}
	if p.Lists, err = v.listChoices(r, wish); err != nil {
		return nil, err
	}
	p.Waits = v.s.wordsOf(v, wish, p.publicPage, p.Lists)
	change, err := v.s.store.WaitingChange(v.ctx(), r.contact.ID)
	if err == nil && change != nil {
		p.WaitsFor = p.T("address.waits", language.DateInSentence(p.Language, change.At.In(p.zone)))
	}
	return wish, err
}

// showWishes fills in what the reader can wish for beside lists.
func (v *visit) showWishes(r *leaver, p *leavePublicPage, wish *campaign.Wish) error {
	set, err := v.s.store.GetSettings(v.ctx())
	if err != nil {
		return err
	}
	c := &r.contact
	for _, t := range set.Topics {
		p.Topics = append(p.Topics, topicChoice{t.Key, topicName(&t, p.Language), slices.Contains(c.Topics, t.Key)})
	}
	p.Weekly = c.Frequency == campaign.Weekly
	p.Digest = set.Digest.On || p.Weekly
	now := v.s.Now().In(p.zone)
	p.Earliest, p.Latest = now.AddDate(0, 0, 1).Format(time.DateOnly), now.Add(campaign.MaxPause).Format(time.DateOnly)
	if now.Before(c.PausedUntil) {
		p.Pause = c.PausedUntil.In(p.zone).Format(time.DateOnly)
	}
	if now.Before(wish.PausedUntil) {
		p.Pause = wish.PausedUntil.In(p.zone).Format(time.DateOnly)
	}
	return nil
}

// topicName is a topic in a reader's language; one Serbian script is made from the other.
func topicName(t *campaign.Topic, l campaign.Language) string {
	latin := t.Names[campaign.SerbianLatin]
	if l == campaign.SerbianCyrillic && t.Names[l] == "" && latin != "" {
		return language.ToCyrillic(latin, language.Options{})
	}
	return t.Name(l)
}

// listChoices are the lists everybody may join, those the message came by, and the reader's others as one. wish says which are to
// be joined; nil where that does not matter.
func (v *visit) listChoices(r *leaver, wish *campaign.Wish) ([]listChoice, error) {
	all, err := v.s.store.FindLists(v.ctx(), true)
	if err != nil {
		return nil, err
	}
	page := v.publicPage(r.language)
	other := listChoice{ID: otherLists, Name: page.T("preferences.other_lists"), Description: page.T("preferences.other_lists_help"), On: true}
	var out []listChoice
	for _, l := range all {
		on := len(r.subscribedOf([]string{l.ID})) > 0
		switch {
		case l.Public && !l.Archived, on && slices.Contains(r.lists, l.ID):
			waits := wish != nil && !on && slices.Contains(wish.Lists, l.ID)
			out = append(out, listChoice{l.ID, l.Name, l.Description, on, waits, []string{l.ID}})
		case on:
			other.lists = append(other.lists, l.ID)
		}
	}
	if len(other.lists) > 0 {
		out = append(out, other)
	}
	return out, nil
}

// preferred is the language the reader gets mail in.
func (r *leaver) preferred() campaign.Language {
	if r.contact.Language != "" {
		return r.contact.Language
	}
	if r.delivery.Language != "" {
		return r.delivery.Language
	}
	return r.language
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
