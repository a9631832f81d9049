package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// bulkPages are the pages that change many contacts at once.
type bulkPages struct {
	*panel
	store   bulkStore
	offers  *offers
	tables  *contactTables
	exports *contactExports
}

type bulkStore interface {
	CanUndoBulk(b *store.Bulk) error
	CountContacts(ctx context.Context, f store.ContactFilter) (int64, error)
	CreateBulk(ctx context.Context, b *store.Bulk) error
	FindBulks(ctx context.Context, limit int) ([]store.Bulk, error)
	GetBulk(ctx context.Context, id string) (store.Bulk, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	GetList(ctx context.Context, id string) (campaign.List, error)
	RunBulk(ctx context.Context, id string, held func() error) (store.Bulk, error)
	StopBulk(ctx context.Context, id string) (store.Bulk, error)
	UndoBulk(ctx context.Context, id string, inHand bool) (store.Bulk, error)
}

// bulkAtOnce is how many contacts are changed within the request that asks for it; more are left to the scheduler, and the
// page shows how far it is.
const bulkAtOnce = 500

// bulkForm is one action on many contacts: first as it is chosen under a table, then with its details.
type bulkForm struct {
	ID          string   `form:"bulk"` // of the action, so that a form that is sent twice acts once
	Action      string   `form:"action"`
	Scope       string   `form:"scope"` // chosen or all
	Chosen      []string `form:"id"`
	Back        string   `form:"back"`
	Tag         string   `form:"tag"`
	List        string   `form:"list"`
	Basis       string   `form:"basis"`
	Source      string   `form:"source"`
	Reference   string   `form:"reference"`
	Language    string   `form:"language"`
	ContactKind string   `form:"contact_kind"`
	Reason      string   `form:"reason"`
	Until       string   `form:"until"`
	Typed       string   `form:"typed"`
}

// bulkPage shows in words what would be done to how many contacts, and asks for the details.
type bulkPage struct {
	Page
	Form        bulkForm
	Filter      store.ContactFilter
	Whom        []campaign.Text // the filter in words
	Count       int64
	ListOptions []templates.Option
}

func (p *bulkPage) Kind() campaign.BulkKind { return campaign.BulkKind(p.Form.Action) }
func (p *bulkPage) Do() string              { return withQuery("/bulk", filterQuery(p.Filter)) }
func (p *bulkPage) IsFinal() bool           { return p.Kind() == campaign.BulkErase }
func (p *bulkPage) AllOfThem() bool         { return p.Form.Scope == "all" }

// Exports are chosen in the same list as actions, and change nothing.
const (
	bulkCSV  = "csv"
	bulkXLSX = "xlsx"
)

// bulkOptions are what the user may do with many contacts.
func bulkOptions(p *Page) []templates.Option {
	say := func(words campaign.Text) string { return templates.Say(p.Language, words) }
	out := []templates.Option{{Label: say(campaign.Textf("Choose what to do"))}}
	for _, k := range campaign.BulkKinds {
		if k != campaign.BulkErase && k != campaign.BulkKeep {
			out = append(out, templates.Option{Value: string(k), Label: templates.Label(p.Language, k) + "…"})
		}
	}
	if p.MayExport() {
		out = append(out, templates.Option{Value: bulkCSV, Label: say(campaign.Textf("Export as CSV"))}, templates.Option{Value: bulkXLSX, Label: say(campaign.Textf("Export as a workbook"))})
	}
	if p.May(string(campaign.Admin)) {
		out = append(out, templates.Option{Value: string(campaign.BulkErase), Label: templates.Label(p.Language, campaign.BulkErase) + "…"})
	}
	return out
}

// ask asks before anything is done. It changes nothing.
func (s *bulkPages) ask(v *visit) error {
	p, err := s.form(v)
	if err != nil {
		return err
	}
	switch {
	case p.Form.Scope != "all" && len(p.Form.Chosen) == 0:
		return v.done(p.Form.Back, "Nobody was ticked: tick the contacts that are meant, or choose all of them.")
	case p.Form.Action == bulkCSV || p.Form.Action == bulkXLSX:
		return s.exportSelection(v, p)
	case !slices.Contains(campaign.BulkKinds, p.Kind()):
		return v.done(p.Form.Back, "%s", v.sentence(campaign.Textf("choose what to do with the contacts")))
	}
	if err := mayBulk(v, p.Kind()); err != nil {
		return err
	}
	p.Form.ID, p.Form.Basis = campaign.NewID(s.Now()), string(campaign.LegitimateInterest)
	return v.show("bulk_ask", p)
}

// mayBulk refuses an action that needs an admin.
func mayBulk(v *visit, k campaign.BulkKind) error {
	if k == campaign.BulkErase && !v.user.May(campaign.Admin) {
		return campaign.Errorf(campaign.Forbidden, "Only an admin can erase many contacts at once.")
	}
	return nil
}

func (s *bulkPages) form(v *visit) (*bulkPage, error) {
	p := &bulkPage{Page: v.page("contacts", "Change many contacts")}
	var err error
	if p.Filter, err = s.tables.filter(v); err != nil {
		return nil, err
	}
	if err := v.read(&p.Form); err != nil {
		return nil, err
	}
	p.Form.Back = v.back("/contacts")
	slices.Sort(p.Form.Chosen)
	p.Form.Chosen = slices.Compact(p.Form.Chosen)
	if p.Form.Scope == "all" {
		p.Form.Chosen = nil
		p.Count, err = s.store.CountContacts(v.ctx(), p.Filter)
	} else {
		var found map[string]*campaign.Contact
		if len(p.Form.Chosen) > store.MaxChosen {
			return nil, campaign.Errorf(campaign.Invalid, "no more than %d contacts can be chosen one by one", store.MaxChosen)
		}
		found, err = s.store.GetContacts(v.ctx(), p.Form.Chosen)
		p.Count = int64(len(found))
	}
	if err != nil {
		return nil, err
	}
	if p.Whom, err = s.tables.words(v.ctx(), p.Filter); err != nil {
		return nil, err
	}
	if p.ListOptions, err = s.offers.lists(v.ctx(), v.say("Choose a list")); err != nil {
		return nil, err
	}
	return p, nil
}

// action returns what the form asks for.
func (f *bulkForm) action(by, hygiene string, zone *time.Location) (campaign.BulkAction, error) {
	a := campaign.BulkAction{
		Kind: campaign.BulkKind(f.Action), Tag: f.Tag, List: f.List, Basis: campaign.Basis(f.Basis), Source: f.Source, Reference: f.Reference, By: by,
		Language: campaign.Language(f.Language), ContactKind: campaign.Kind(f.ContactKind), Reason: f.Reason,
	}
	a.Hygiene, _, _ = strings.Cut(hygiene, "@")
	var undated error
	if f.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, f.Until, zone)
		if err != nil {
			undated = campaign.FieldError("until", "write the day like 2026-12-31")
		}
		a.Until = day
	}
	return a, campaign.Together(a.Normalize(), undated)
}

// do carries the action out, or leaves it to the scheduler where it takes long.
func (s *bulkPages) do(v *visit) error {
	p, err := s.form(v)
	if err != nil {
		return err
	}
	if err := mayBulk(v, p.Kind()); err != nil {
		return err
	}
	if p.IsFinal() && !v.isSure() {
		return errAskAgain
	}
	if b, err := s.store.GetBulk(v.ctx(), p.Form.ID); err == nil {
		return v.seeOther("/bulk/" + b.ID) // the form was sent twice
	} else if campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	a, err := p.Form.action(v.user.Name, p.Filter.Hygiene, v.zone)
	if err == nil && p.IsFinal() && !saysNumber(p.Form.Typed, p.Count) {
		err = campaign.FieldError("typed", "type the number %d: it cannot be undone", p.Count)
	}
	if err == nil && p.Count == 0 {
		err = campaign.Errorf(campaign.Invalid, "There is nobody to change.")
	}
	if err == nil && len(p.Form.ID) != len(campaign.NewID(s.Now())) {
		p.Form.ID = campaign.NewID(s.Now())
	}
	b := store.Bulk{
		ID: p.Form.ID, Action: a, Filter: p.Filter, Chosen: p.Form.Chosen, User: v.user.ID, By: v.user.Name,
		Expected: p.Count, InHand: p.Count <= bulkAtOnce,
	}
	if err == nil {
		err = s.store.CreateBulk(v.ctx(), &b)
	}
	if err != nil {
		return v.refused(err, "bulk_ask", p)
	}
	s.Logger.Info("many contacts are changed", "user_id", v.user.ID, "bulk_id", b.ID, "kind", a.Kind, "count", p.Count)
	return s.carryOut(v, &b, p.Form.Back)
}

// carryOut finishes a small action and leads back; a large one is shown while it goes on.
func (s *bulkPages) carryOut(v *visit, b *store.Bulk, back string) error {
	if !b.InHand {
		s.Wake()
		return v.seeOther("/bulk/" + b.ID)
	}
	// A browser that is closed meanwhile must not leave half of it done.
	done, err := s.store.RunBulk(context.WithoutCancel(v.ctx()), b.ID, func() error { return nil })
	if err != nil {
		return err
	}
	if done.State == campaign.BulkUndone {
		return v.done(back, "%s", takenBack(done.Reverted, done.Changed-done.Reverted))
	}
	words, err := s.words(v, &done)
	if err != nil {
		return err
	}
	if s.store.CanUndoBulk(&done) == nil && done.Changed > 0 {
		s.sessions.Undo(v.ctx(), "/bulk/"+done.ID+"/undo")
	}
	return v.done(back, "%s", words.Done)
}

// saysNumber reports whether what was typed is a number, however its thousands are divided.
func saysNumber(typed string, n int64) bool {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \u00a0\u202f.,'’", r) {
			return -1
		}
		return r
	}, typed)
	return digits == strconv.FormatInt(n, 10)
}

// exportSelection sends a file of the chosen contacts, or leads to the file of the whole filter.
func (s *bulkPages) exportSelection(v *visit, p *bulkPage) error {
	if !v.user.MayExport() {
		return errMayNotExport
	}
	if !v.isSure() {
		return errAskAgain
	}
	if p.Form.Scope == "all" {
		q := filterQuery(p.Filter)
		q.Set("format", p.Form.Action)
		return v.seeOther("/export?" + q.Encode())
	}
	each := func(fn func([]campaign.Contact) error) error {
		found, err := s.store.GetContacts(v.ctx(), p.Form.Chosen)
		if err != nil {
			return err
		}
		var cs []campaign.Contact
		for _, id := range p.Form.Chosen {
			if c := found[id]; c != nil {
				cs = append(cs, *c)
			}
		}
		return fn(cs)
	}
	return s.exports.write(v, p.Form.Action, each)
}

// takenBack says how many contacts are as they were, and how many somebody changed since.
func takenBack(back, changed int64) campaign.Text {
	if changed > 0 {
		return campaign.Textf("%s %s", campaign.Textf("%d contacts are as they were before.", back), campaign.Textf("%d were changed by somebody since and stay so.", changed))
	}
	return campaign.Textf("%d contacts are as they were before.", back)
}

// bulkWordsOf describes an action on many contacts and its outcome.
type bulkWordsOf struct {
	What campaign.Text // Tag “beat”
	Done campaign.Text // Tag “beat”: 60 contacts changed.
	Link string        // to the contacts it was about, where they can still be told
}

func (s *bulkPages) words(v *visit, b *store.Bulk) (bulkWordsOf, error) {
	a := &b.Action
	list := ""
	if a.List != "" {
		l, err := s.store.GetList(v.ctx(), a.List)
		if campaign.UnlessMissing(err) != nil {
			return bulkWordsOf{}, err
		}
		list = l.Name
	}
	w := bulkWordsOf{What: campaign.Textf("%s", a.Kind)}
	switch a.Kind {
	case campaign.BulkTag:
		w = bulkWordsOf{What: campaign.Textf("Tag “%s”", a.Tag), Link: "/contacts?" + url.Values{"tag": {a.Tag}}.Encode()}
	case campaign.BulkUntag:
		w.What = campaign.Textf("Take the tag “%s” off", a.Tag)
	case campaign.BulkSubscribe:
		w = bulkWordsOf{What: campaign.Textf("Put on “%s”", list), Link: "/lists/" + a.List}
	case campaign.BulkRemove:
		w = bulkWordsOf{What: campaign.Textf("Take off “%s”", list), Link: "/lists/" + a.List + "?membership=removed"}
	case campaign.BulkLanguage:
		w.What = campaign.Textf("Set the language: %s", a.Language)
	case campaign.BulkSetKind:
		w = bulkWordsOf{What: campaign.Textf("Set the kind: %s", a.ContactKind), Link: "/contacts?kind=" + string(a.ContactKind)}
	case campaign.BulkSuppress:
		w = bulkWordsOf{What: campaign.Textf("Never mail them again"), Link: "/suppressions?reason=by_hand"}
	case campaign.BulkKeep:
		w.What = campaign.Textf("Keep, and do not ask again")
	case campaign.BulkPause:
		if w.Link = "/contacts?status=paused"; !a.Until.IsZero() {
			w = bulkWordsOf{What: campaign.Textf("Pause until %s", campaign.Day(a.Until.In(v.zone)))}
		}
	}
	if a.Kind == campaign.BulkErase {
		w.Done = campaign.Textf("%d contacts are erased.", b.Changed)
	} else {
		w.Done = campaign.Textf("%s: %d contacts changed.", w.What, b.Changed)
	}
	if same := b.Seen - b.Changed; same > 0 {
		unchanged := campaign.Textf("Unchanged: %s.", campaign.Textf("%d contacts", same))
		if why, ok := whyAlone[a.Kind]; ok {
			unchanged = campaign.Textf("Unchanged: %s (%s).", campaign.Textf("%d contacts", same), why)
		}
		w.Done = campaign.Textf("%s %s", w.Done, unchanged)
	}
	return w, nil
}

// whyAlone is why an action leaves contacts as they are.
var whyAlone = map[campaign.BulkKind]campaign.Text{
	campaign.BulkTag: campaign.Textf("they have the tag already"), campaign.BulkUntag: campaign.Textf("they do not have the tag"),
	campaign.BulkSubscribe: campaign.Textf("on the list already, left it themselves, or not to be written to"),
	campaign.BulkRemove:    campaign.Textf("not on the list"),
	campaign.BulkSuppress:  campaign.Textf("suppressed already"),
}
