package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// readingStore is what the page of a run asks of its readers beside figures.
type readingStore interface {
	letterReader
	FindCoverage(ctx context.Context, f store.OutcomeFilter, limit int) ([]campaign.Coverage, error)
	FindFollowers(ctx context.Context, run string, link int, p store.Page) ([]campaign.Delivery, string, error)
	FindGroup(ctx context.Context, r *campaign.Run, q store.ReaderQuery, p store.Page) ([]campaign.Delivery, string, error)
	FindReplied(ctx context.Context, r *campaign.Run) ([]campaign.Delivery, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	GetOrganisations(ctx context.Context, ids []string) (map[string]campaign.Organisation, error)
	LookReaders(ctx context.Context, r *campaign.Run, lists []string) (store.ReadersCount, error)
}

const (
	toldApart   = 5000 // messages of a run up to which its readers are told apart on its first page
	shownPieces = 20   // of coverage on the page of a run
	shownGroups = 12   // of a breakdown on the first page
	shownAll    = 300  // of a breakdown on its own page
	toCall      = 8    // journalists
)

// readingView is what a run's pages show of its readers.
type readingView struct {
	Replied  int64
	Coverage []campaign.Coverage
	Held     *sentRun // against the runs before it; nil where nothing was accepted yet
	Broken   *store.ReadersCount
	By       campaign.Dimension
	Groups   []groupRow
	MoreOf   int // groups that are not shown
	Call     []callRow
}

// groupRow is a line of a breakdown.
type groupRow struct {
	campaign.ReaderGroup
	Label   string
	Contact string // id, of a journalist
}

// callRow is a journalist worth a call.
type callRow struct {
	*campaign.Contact
	Outlet  string
	Clicked bool
}

// fillReading adds what is certain beside the figures, and who read where these are few enough to be told apart at once.
func (s *runPages) fillReading(v *visit, out *runResults) error {
	if !out.Run.Trigger.MovesCampaign() || out.Figures.Accepted == 0 {
		return nil
	}
	replied, err := s.store.FindReplied(v.ctx(), &out.Run)
	if err != nil {
		return err
	}
	out.Replied = int64(len(replied))
	if out.Run.Release != "" {
		if out.Coverage, err = s.store.FindCoverage(v.ctx(), store.OutcomeFilter{Release: out.Run.Release}, shownPieces); err != nil {
			return err
		}
	}
	if err := s.holdAgainstPast(v, out); err != nil || out.Figures.Accepted > toldApart {
		return err
	}
	return s.breakDown(v, out, shownGroups)
}

// holdAgainstPast holds the run against the last ten before it.
func (s *runPages) holdAgainstPast(v *visit, out *runResults) error {
	runs, err := s.store.FindLastRuns(v.ctx(), campaign.Sent, pastSearched)
	if err != nil {
		return err
	}
	var before []campaign.Figures
	for i := range runs {
		r := &runs[i]
		if len(before) == pastTen || r.ID == out.Run.ID || !r.StartedAt.Before(out.Run.StartedAt) {
			continue
		}
		f, err := s.store.PastFigures(v.ctx(), r)
		if err != nil {
			return err
		}
		before = append(before, f)
	}
	p := v.page("", "")
	held := held(&p, out.Run, campaign.Campaign{}, out.Figures, before)
	out.Held = &held
	return nil
}

// breakDown tells the run's readers apart by what the address asks for, at most so many groups.
func (s *runPages) breakDown(v *visit, out *runResults, most int) error {
	e := &out.Edition
	old, err := s.store.LookReaders(v.ctx(), &out.Run, campaign.Collect(e.Lists, func(l campaign.List) string { return l.ID }))
	if err != nil {
		return err
	}
	out.Broken, out.By = &old, cmp.Or(oneOf(v.Query("by"), campaign.Dimensions), campaign.ByOutlet)
	groups := old.Groups[out.By]
	out.MoreOf = max(0, len(groups)-most)
	groups = groups[:min(most, len(groups))]
	var people map[string]*campaign.Contact // who was erased since is not named
	if out.By == campaign.ByJournalist {
		if people, err = s.store.GetContacts(v.ctx(), campaign.Collect(groups, func(g campaign.ReaderGroup) string { return g.Key })); err != nil {
			return err
		}
	}
	for _, g := range groups {
		row := groupRow{ReaderGroup: g, Label: groupName(v, e, out.By, g.Key, g.Name)}
		if out.By == campaign.ByJournalist && !g.IsRest() {
			if c := people[g.Key]; c != nil {
				row.Contact, row.Label = g.Key, c.DisplayName()
			} else {
				row.Label = v.say("somebody who was erased")
			}
		}
		out.Groups = append(out.Groups, row)
	}
	return s.fillCalls(v, out, old.Groups[campaign.ByJournalist])
}

// fillCalls adds the journalists who are known to have clicked, then those known to have opened.
func (s *runPages) fillCalls(v *visit, out *runResults, journalists []campaign.ReaderGroup) error {
	var ids, offices []string
	clicked := map[string]bool{}
	for _, g := range journalists {
		if len(ids) < toCall && g.Opened > 0 && !g.IsRest() {
			ids = append(ids, g.Key)
			clicked[g.Key] = g.Clicked > 0
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := s.store.GetContacts(v.ctx(), ids)
	if err != nil {
		return err
	}
	for _, c := range found {
		offices = append(offices, c.Organisation)
	}
	outlets, err := s.store.GetOrganisations(v.ctx(), offices)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if c := found[id]; c != nil {
			out.Call = append(out.Call, callRow{Contact: c, Outlet: outlets[c.Organisation].Name, Clicked: clicked[id]})
		}
	}
	return nil
}

// groupWords name the groups that are none.
var groupWords = map[string]campaign.Text{
	campaign.GoneGroup: campaign.Textf("somebody who was erased"), campaign.NoGroup: campaign.Textf("not known"), campaign.FewGroup: campaign.Textf("all others together"),
}

// noGroupWords say what readers without a group lack, where more can be said than that it is not known.
var noGroupWords = map[campaign.Dimension]campaign.Text{
	campaign.ByOutlet: campaign.Textf("of no organisation"), campaign.ByTopic: campaign.Textf("every topic: none was chosen"), campaign.ByList: campaign.Textf("no longer on any of its lists"),
}

// groupName is how a group is called on the page.
func groupName(v *visit, e *edition.Edition, by campaign.Dimension, key, name string) string {
	if words, ok := noGroupWords[by]; ok && key == campaign.NoGroup {
		return v.say("%s", words)
	}
	if words, ok := groupWords[key]; ok {
		return v.say("%s", words)
	}
	switch by {
	case campaign.ByKind:
		return templates.Label(v.language, campaign.Kind(key))
	case campaign.ByLanguage:
		return templates.LanguageName(campaign.Language(key))
	case campaign.ByList:
		if l := campaign.First(e.Lists, func(l *campaign.List) bool { return l.ID == key }); l != nil {
			return l.Name
		}
	case campaign.ByTopic:
		for _, t := range v.set.Topics {
			if t.Key == key {
				return cmp.Or(language.TextFor(t.Names, v.language, v.set.Brand.Phrases...), key)
			}
		}
	}
	return cmp.Or(name, key)
}

// Dimensions are what the readers can be told apart by, and ByPath where that is shown.
func (r *runResults) Dimensions() []campaign.Dimension { return campaign.Dimensions }
func (p *runPage) ByPath(by campaign.Dimension) string {
	return p.URL.Path + "?by=" + string(by) + "#readers"
}

// Of is the address of the rows behind a number of a group: all of it, or who did something.
func (p *runPage) Of(g groupRow, did string) string {
	q := url.Values{"by": {string(p.By)}, "group": {g.Key}}
	if did != "" {
		q.Set("did", did)
	}
	return "/runs/" + p.Run.ID + "/recipients?" + q.Encode()
}

// Untracked, Together and Recognised are how many messages were accepted in each mode of counting.
func (r *runResults) Untracked() int64  { return r.Broken.Modes[campaign.NoTracking] }
func (r *runResults) Together() int64   { return r.Broken.Modes[campaign.Aggregate] }
func (r *runResults) Recognised() int64 { return r.Broken.Modes[campaign.Individual] }

// readers is the page that tells a run's readers apart, however many they are.
func (s *runPages) readers(v *visit) error {
	v.unhurried()
	p, err := s.lightPage(v, "readers")
	if err != nil {
		return err
	}
	if err := s.breakDown(v, &p.runResults, shownAll); err != nil {
		return err
	}
	return v.show("run_readers", p)
}

// lightPage is the page of a run with its figures and nothing that takes longer.
func (s *runPages) lightPage(v *visit, part string) (*runPage, error) {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "run")
	}
	c, err := s.store.GetCampaign(v.ctx(), r.Campaign)
	if err != nil {
		return nil, gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	p := &runPage{campaignPage: campaignPage{Page: v.page("campaigns", "%s", c.Name), Campaign: c, Tab: "results"}, Part: part}
	if p.runResults, err = s.progressOf(v, r); err != nil {
		return nil, err
	}
	p.Edition, err = s.store.GetEdition(v.ctx(), r.ID)
	return p, campaign.UnlessMissing(err)
}

// find returns the recipients a query of the table means.
func (s *runPages) find(v *visit, r *campaign.Run, q *recipientQuery, p store.Page) ([]campaign.Delivery, string, error) {
	switch {
	case q.Did == nothingKnown, q.By != "" && slices.Contains([]campaign.EventKind{"", campaign.Opened, campaign.Clicked}, q.Did):
		of := store.ReaderQuery{By: q.By, Group: q.Group, Did: q.Did, Quiet: q.Did == nothingKnown}
		if of.Quiet {
			of.Did = ""
		}
		if q.By == campaign.ByList {
			e, err := s.store.GetEdition(v.ctx(), r.ID)
			if campaign.UnlessMissing(err) != nil {
				return nil, "", err
			}
			of.Lists = campaign.Collect(e.Lists, func(l campaign.List) string { return l.ID })
		}
		return s.store.FindGroup(v.ctx(), r, of, p)
	case q.Did == repliedSince:
		found, err := s.store.FindReplied(v.ctx(), r)
		return found, "", err
	case q.Did == campaign.Clicked && q.Link > 0:
		return s.store.FindFollowers(v.ctx(), r.ID, q.Link, p)
	case q.Did != "":
		return s.store.FindReaders(v.ctx(), r.ID, q.Did, p)
	}
	return s.store.FindRecipients(v.ctx(), r, q.filter(), p)
}

// Ruled is the address at which the readers that the table shows become a segment; "" where no rule says who they are.
func (p *recipientsPage) Ruled() string {
	field := map[campaign.EventKind]string{campaign.Opened: "opened", campaign.Clicked: "clicked", nothingKnown: "no_open_known", "": "sent"}[p.Did]
	if field == "" || !p.Run.Trigger.MovesCampaign() || p.Did == "" && p.By == "" {
		return ""
	}
	whole := segment.Rule{Join: segment.And, Parts: []segment.Rule{{Field: field, Of: segment.Value{Text: p.Campaign.Name, ID: p.Campaign.ID}, Link: p.Link}}}
	add := func(field string, op segment.Op, values ...string) {
		whole.Parts = append(whole.Parts, segment.Rule{Field: field, Op: op, Values: campaign.Collect(values, func(s string) segment.Value { return segment.Value{Text: s} })})
	}
	switch none := p.Group == campaign.NoGroup; {
	case p.By == "":
	case p.By == campaign.ByOutlet && none, p.By == campaign.ByPlace && none:
		add(map[campaign.Dimension]string{campaign.ByOutlet: "organisation", campaign.ByPlace: "place"}[p.By], segment.Empty)
	case p.Group == campaign.GoneGroup || none:
		return ""
	case p.By == campaign.ByOutlet:
		add("organisation", segment.Is, p.GroupWords)
	case p.By == campaign.ByPlace:
		add("place", segment.Is, p.Group)
	case p.By == campaign.ByKind:
		add("kind", segment.Is, p.Group)
	case p.By == campaign.ByList:
		whole.Parts = append(whole.Parts, segment.Rule{Field: "list", Of: segment.Value{Text: p.GroupWords, ID: p.Group}})
	default:
		return ""
	}
	return "/segments/new?" + url.Values{"rule": {whole.String()}}.Encode()
}

// nameGroup names the group the table is narrowed to.
func (s *runPages) nameGroup(v *visit, p *recipientsPage) error {
	if p.By == "" {
		return nil
	}
	e, err := s.store.GetEdition(v.ctx(), p.Run.ID)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	name := ""
	switch p.By {
	case campaign.ByOutlet:
		found, err := s.store.GetOrganisations(v.ctx(), []string{p.Group})
		if err != nil {
			return err
		}
		name = found[p.Group].Name
	case campaign.ByJournalist:
		found, err := s.store.GetContacts(v.ctx(), []string{p.Group})
		if err != nil {
			return err
		}
		if c := found[p.Group]; c != nil {
			name = c.DisplayName()
		}
	}
	p.GroupWords = groupName(v, &e, p.By, p.Group, name)
	return nil
}
