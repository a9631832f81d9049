package web

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// searchPages find everything the panel knows by parts of its name.
type searchPages struct {
	*panel
	store searchStore
}

type searchStore interface {
	FindMedia(ctx context.Context, f store.MediaFilter, p store.Page) ([]campaign.MediaItem, string, error)
	FindCampaignsNamed(ctx context.Context, search string, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindContacts(ctx context.Context, f store.ContactFilter, p store.Page) ([]campaign.Contact, string, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindOrganisations(ctx context.Context, search string, kind campaign.OrganisationKind, p store.Page) ([]campaign.Organisation, string, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	FindSegments(ctx context.Context) ([]segment.Segment, error)
	FindUsers(ctx context.Context) ([]campaign.User, error)
	GetOrganisations(ctx context.Context, ids []string) (map[string]campaign.Organisation, error)
	Tags(ctx context.Context) (map[string]int64, error)
}

// searchPage is what a search found, by kind.
type searchPage struct {
	Page
	Search string
	In     string // the kind that alone is searched; "" for all
	Groups []foundGroup
}

// foundGroup is what was found of one kind.
type foundGroup struct {
	ID    string
	Name  string
	Found []found
	All   string // the address of a page with everything of the kind that fits; "" where there is none
	Words string // of that link
	Cut   bool   // there is more than is here
}

// found is one thing with its page. A field that takes one thing takes the id, a field that is typed into the typed value.
type found struct {
	Name, Detail, Link, ID, Typed string

	Thumb string // of a picture
	Bar   string // why it must not be chosen now
}

// foundAt returns a thing whose page is below a path.
func foundAt(path, id, name, detail string) found {
	return found{Name: name, Detail: detail, Link: path + id, ID: id, Typed: name}
}

// Count is how many results are shown, and More whether there are others.
func (p *searchPage) Count() (n int) {
	for _, g := range p.Groups {
		n += len(g.Found)
	}
	return n
}

func (p *searchPage) More() bool {
	return slices.ContainsFunc(p.Groups, func(g foundGroup) bool { return g.Cut })
}

// searchable is one kind of thing that can be found.
type searchable struct {
	id        string
	name, all campaign.Text
	table     string // the page that shows everything that fits, where there is one
	find      func(*searchPages, *visit, string, int) ([]found, error)
}

const (
	foundOfEach = 5   // of each kind, where all are searched
	foundOfOne  = 100 // where one kind alone is searched
	foundToPick = 20  // where one of a kind is looked for
)

// searchables are all of them in the order they are shown.
var searchables = []searchable{
	{"pages", campaign.Textf("Pages and settings"), campaign.Textf("All pages that match"), "", (*searchPages).places},
	{"contacts", campaign.Textf("Contacts"), campaign.Textf("All contacts that match"), "/contacts", (*searchPages).contacts},
	{"organisations", campaign.Textf("Organisations"), campaign.Textf("All organisations that match"), "/organisations", (*searchPages).organisations},
	{"releases", campaign.Textf("Releases"), campaign.Textf("All releases that match"), "/releases", (*searchPages).releases},
	{"campaigns", campaign.Textf("Campaigns"), campaign.Textf("All campaigns that match"), "/campaigns", (*searchPages).campaigns},
	{"library", campaign.Textf("Media library"), campaign.Textf("All pictures and files that match"), "/library", (*searchPages).library},
	{"lists", campaign.Textf("Lists"), campaign.Textf("All lists that match"), "", (*searchPages).lists},
	{"segments", campaign.Textf("Segments"), campaign.Textf("All segments that match"), "", (*searchPages).segments},
	{"tags", campaign.Textf("Tags"), campaign.Textf("All tags that match"), "", (*searchPages).tags},
	{"users", campaign.Textf("Users"), campaign.Textf("All users that match"), "", (*searchPages).users},
}

func (s *searchPages) show(v *visit) error {
	p, err := s.search(v, foundOfOne)
	if err != nil {
		return err
	}
	return v.show("search", p)
}

// results sends what was found alone, to a field that asks while somebody types: that of the search over everything, and every
// field that takes one thing of a kind.
func (s *searchPages) results(v *visit) error {
	p, err := s.search(v, foundToPick)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(p.Groups, func(g foundGroup) bool { return g.ID == "contacts" }) {
		if p.In != "" {
			v.act.What = campaign.Textf("Searched contacts to choose one")
		}
		if err := v.noteShown(); err != nil {
			return err
		}
	}
	return v.showPart("search", "found-options", p)
}

// search looks for what is asked for among all kinds, or for at most ofOne things of a single one.
func (s *searchPages) search(v *visit, ofOne int) (*searchPage, error) {
	p := &searchPage{Page: v.page("search", "Search"), Search: strings.TrimSpace(v.Query("q")), In: v.Query("in")}
	if takesPicture(v) && strings.HasPrefix(p.Search, campaign.MediaScheme) {
		p.Search = "" // what is chosen already narrows nothing down
	}
	if p.Search == "" && !takesPicture(v) {
		places, err := s.places(v, "", foundOfOne)
		p.Groups = []foundGroup{{ID: "pages", Name: v.say("%s", searchables[0].name), Found: places}}
		return p, err
	}
	for _, k := range searchables {
		limit := foundOfEach
		if p.In == k.id {
			limit = ofOne
		} else if p.In != "" {
			continue
		}
		all, err := k.find(s, v, p.Search, limit+1)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			continue
		}
		g := foundGroup{ID: k.id, Name: v.say("%s", k.name), Found: all[:min(limit, len(all))], Cut: len(all) > limit}
		if q := (url.Values{"q": {p.Search}}); k.table != "" {
			g.All = withQuery(k.table, q)
		} else if g.Cut && p.In == "" {
			q.Set("in", k.id)
			g.All = withQuery("/search", q)
		}
		g.Words = v.say("%s", k.all)
		p.Groups = append(p.Groups, g)
	}
	return p, nil
}

func (s *searchPages) contacts(v *visit, search string, limit int) ([]found, error) {
	cs, _, err := s.store.FindContacts(v.ctx(), store.ContactFilter{Search: search}, pageOf(limit))
	if err != nil || len(cs) == 0 {
		return nil, err
	}
	of, err := s.store.GetOrganisations(v.ctx(), campaign.Collect(cs, func(c campaign.Contact) string { return c.Organisation }))
	return campaign.Collect(cs, func(c campaign.Contact) found {
		return found{Name: c.DisplayName(), Detail: joinParts(of[c.Organisation].Name, c.Email), Link: "/contacts/" + c.ID, ID: c.ID, Typed: c.Email}
	}), err
}

func (s *searchPages) organisations(v *visit, search string, limit int) ([]found, error) {
	os, _, err := s.store.FindOrganisations(v.ctx(), search, "", pageOf(limit))
	return campaign.Collect(os, func(o campaign.Organisation) found {
		return foundAt("/organisations/", o.ID, o.Name, joinParts(templates.Label(v.language, o.Kind), o.Place))
	}), err
}

func (s *searchPages) releases(v *visit, search string, limit int) ([]found, error) {
	rs, _, err := s.store.FindReleases(v.ctx(), store.ReleaseFilter{Search: search}, pageOf(limit))
	return campaign.Collect(rs, func(r campaign.Release) found {
		return foundAt("/releases/", r.ID, r.Title, templates.Label(v.language, r.Kind))
	}), err
}

// takesPicture reports whether a field asks that takes the address of a picture of the library, and offers the newest before
// anything is typed.
func takesPicture(v *visit) bool { return v.Query("in") == "library" && v.Query("take") == "picture" }

func (s *searchPages) library(v *visit, search string, limit int) ([]found, error) {
	f, take := store.MediaFilter{Search: search}, takesPicture(v)
	if take {
		f.Kind = campaign.MediaPicture
	}
	ms, _, err := s.store.FindMedia(v.ctx(), f, pageOf(limit))
	return campaign.Collect(ms, func(m campaign.MediaItem) found {
		out := foundAt("/library/", m.ID, m.Title, joinParts(templates.Label(v.language, m.Kind), m.Credit))
		if take {
			out.Detail, out.Typed, out.Thumb, out.Bar = m.Credit, campaign.MediaScheme+m.ID, m.Sized(campaign.ThumbWidth).Address(), v.sentence(m.Bar(v.now()))
		}
		return out
	}), err
}

func (s *searchPages) campaigns(v *visit, search string, limit int) ([]found, error) {
	cs, _, err := s.store.FindCampaignsNamed(v.ctx(), search, "", pageOf(limit))
	return campaign.Collect(cs, func(c campaign.Campaign) found {
		return foundAt("/campaigns/", c.ID, c.Name, templates.Label(v.language, c.State))
	}), err
}

func (s *searchPages) lists(v *visit, search string, limit int) ([]found, error) {
	ls, err := s.store.FindLists(v.ctx(), true)
	return keepFitting(ls, search, limit, func(l campaign.List) (found, string) {
		f := foundAt("/lists/", l.ID, l.Name, "")
		if l.Archived {
			f.Detail = v.say("list: archived")
		}
		return f, l.Description
	}), err
}

func (s *searchPages) segments(v *visit, search string, limit int) ([]found, error) {
	all, err := s.store.FindSegments(v.ctx())
	return keepFitting(all, search, limit, func(x segment.Segment) (found, string) {
		return foundAt("/segments/", x.ID, x.Name, ""), x.Description
	}), err
}

func (s *searchPages) tags(v *visit, search string, limit int) ([]found, error) {
	all, err := s.store.Tags(v.ctx())
	return keepFitting(slices.SortedFunc(maps.Keys(all), campaign.CompareNames), search, limit, func(tag string) (found, string) {
		return found{Name: tag, Detail: v.say("%d contacts", all[tag]), Link: withQuery("/contacts", url.Values{"tag": {tag}}), ID: tag, Typed: tag}, ""
	}), err
}

// users finds colleagues; only who may open their pages finds them among everything.
func (s *searchPages) users(v *visit, search string, limit int) ([]found, error) {
	if v.Query("in") == "" && !v.user.May(campaign.Admin) {
		return nil, nil
	}
	all, err := s.store.FindUsers(v.ctx())
	return keepFitting(all, search, limit, func(u campaign.User) (found, string) {
		return foundAt("/users/", u.ID, u.Name, templates.Label(v.language, u.Role)), ""
	}), err
}

// places finds pages of the panel that the user may open.
func (s *searchPages) places(v *visit, search string, limit int) ([]found, error) {
	mine := slices.DeleteFunc(slices.Clone(places), func(p place) bool { return !v.user.May(p.who.role()) })
	return keepFitting(mine, search, limit, func(p place) (found, string) {
		f := foundAt(p.path, "", v.say("%s", p.name), "")
		if !p.in.IsZero() {
			f.Detail = v.say("%s", p.in)
		}
		return f, f.Detail + " " + v.say("%s", p.words)
	}), nil
}

// keepFitting returns those records in whose name, or in the words beside it, each word of a search begins a word, and after them
// those whose name has each word anywhere in it; those in whose name all begin a word come first.
func keepFitting[T any](all []T, search string, limit int, look func(T) (found, string)) []found {
	terms := campaign.SearchTerms(search)
	var byName, byWords, byParts []found
	for _, x := range all {
		f, words := look(x)
		switch {
		case beginsWords(campaign.SearchText(f.Name), terms):
			byName = append(byName, f)
		case beginsWords(campaign.SearchText(f.Name, words), terms):
			byWords = append(byWords, f)
		case hasParts(campaign.SearchText(f.Name), terms):
			byParts = append(byParts, f)
		}
	}
	out := slices.Concat(byName, byWords, byParts)
	return out[:min(limit, len(out))]
}

func beginsWords(text string, terms []string) bool {
	return !slices.ContainsFunc(terms, func(term string) bool { return !strings.Contains(text, " "+strings.TrimPrefix(term, " ")) })
}

func hasParts(text string, terms []string) bool {
	return !slices.ContainsFunc(terms, func(term string) bool { return !strings.Contains(text, term) })
}

// joinParts joins what there is to say of a record.
func joinParts(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return cmp.Or(s, "–") == "–" }), " · ")
}

// place is a page of the panel, or a part of one, that is found by its name and by other words for it.
type place struct {
	name, in, words campaign.Text // in is the page it is part of
	path            string
	who             access
}

// places are all of them in the order they are shown.
var places = []place{
	{campaign.Textf("Home"), campaign.Text{}, campaign.Textf("start, overview, what waits"), "/", viewer},
	{campaign.Textf("Campaigns"), campaign.Text{}, campaign.Textf("sending, mailings, results"), "/campaigns", viewer},
	{campaign.Textf("New campaign"), campaign.Text{}, campaign.Textf("send, mail a release"), "/campaigns/new", editor},
	{campaign.Textf("Releases"), campaign.Text{}, campaign.Textf("texts, press releases, newsletters"), "/releases", viewer},
	{campaign.Textf("Media library"), campaign.Text{}, campaign.Textf("pictures, photographs, files, upload, consent, licence, credit"), "/library", viewer},
	{campaign.Textf("New release"), campaign.Text{}, campaign.Textf("write, press release, advisory, newsletter"), "/releases/new", editor},
	{campaign.Textf("Contacts"), campaign.Text{}, campaign.Textf("people, journalists, addresses"), "/contacts", viewer},
	{campaign.Textf("New contact"), campaign.Text{}, campaign.Textf("add a person, a journalist"), "/contacts/new", editor},
	{campaign.Textf("Organisations"), campaign.Text{}, campaign.Textf("newsrooms, media, schools, businesses"), "/organisations", viewer},
	{campaign.Textf("New organisation"), campaign.Text{}, campaign.Textf("add a newsroom, a school"), "/organisations/new", editor},
	{campaign.Textf("Lists"), campaign.Text{}, campaign.Textf("subscribers, members, sign-up"), "/lists", viewer},
	{campaign.Textf("New list"), campaign.Text{}, campaign.Textf("add subscribers"), "/lists/new", editor},
	{campaign.Textf("Segments"), campaign.Text{}, campaign.Textf("filters, rules, who"), "/segments", viewer},
	{campaign.Textf("New segment"), campaign.Text{}, campaign.Textf("filter, rule"), "/segments/new", editor},
	{campaign.Textf("Import"), campaign.Text{}, campaign.Textf("upload, spreadsheet, Excel, CSV"), "/import", editor},
	{campaign.Textf("Changes to many contacts"), campaign.Text{}, campaign.Textf("bulk, undo"), "/bulk", editor},
	{campaign.Textf("Mails to single readers"), campaign.Text{}, campaign.Textf("confirmations, welcome, sign-ups that wait"), "/notices", viewer},
	{campaign.Textf("Requests about data"), campaign.Textf("Data protection"), campaign.Textf("access, erasure, objection, GDPR"), "/requests", editor},
	{campaign.Textf("Contacts to look at"), campaign.Textf("Data protection"), campaign.Textf("old contacts, review"), "/review", editor},
	{campaign.Textf("Asked to be taken off"), campaign.Textf("What comes back"), campaign.Textf("unsubscribe by mail, replies, letters"), "/replies", editor},
	{campaign.Textf("Returned messages"), campaign.Textf("What comes back"), campaign.Textf("bounces, undelivered mail, dead addresses, full mailboxes, blocks"), "/bounces", editor},
	{campaign.Textf("Words of servers"), campaign.Textf("What comes back"), campaign.Textf("bounce rules, learned, classes of returned mail"), "/bounce-rules", editor},
	{campaign.Textf("Hygiene"), campaign.Textf("What comes back"), campaign.Textf("dead domains, disposable addresses, silent contacts, sunset"), "/hygiene", editor},
	{campaign.Textf("Suppressions"), campaign.Textf("What comes back"), campaign.Textf("never mail, block list, unsubscribed, suppressed addresses and domains"), "/suppressions", editor},
	{campaign.Textf("Record of processing"), campaign.Textf("Data protection"), campaign.Textf("register, article 30, legal basis"), "/processing", viewer},
	{campaign.Textf("How long things are kept"), campaign.Textf("Data protection"), campaign.Textf("retention, months, deletion"), "/retention", admin},
	{campaign.Textf("Audit log"), campaign.Textf("Data protection"), campaign.Textf("who did what, journal"), "/audit", admin},
	{campaign.Textf("When an account fell into wrong hands"), campaign.Textf("Data protection"), campaign.Textf("breach, stolen password"), "/breach", admin},
	{campaign.Textf("Users"), campaign.Text{}, campaign.Textf("team, colleagues, roles, rights"), "/users", admin},
	{campaign.Textf("Invite a colleague"), campaign.Textf("Users"), campaign.Textf("new user, account"), "/users/new", admin},
	{campaign.Textf("Settings"), campaign.Text{}, campaign.Textf("brand, name, address, footer, colour, time zone"), "/settings", admin},
	{campaign.Textf("Senders"), campaign.Textf("Settings"), campaign.Textf("from, reply address"), "/settings#senders", admin},
	{campaign.Textf("Topics"), campaign.Textf("Settings"), campaign.Textf("what readers choose"), "/settings#topics", admin},
	{campaign.Textf("Weekly digest"), campaign.Textf("Settings"), campaign.Textf("once a week, frequency"), "/settings#digest", admin},
	{campaign.Textf("Sender: what proves it is you"), campaign.Textf("Settings"), campaign.Textf("SPF, DKIM, DMARC, keys, block lists, test mail, reports"), "/settings/sender", admin},
	{campaign.Textf("place: Pace of sending"), campaign.Textf("Settings"), campaign.Textf("limits, messages a second, providers, connections"), "/settings/sending", admin},
	{campaign.Textf("Your account"), campaign.Text{}, campaign.Textf("language, time zone, name"), "/account", viewer},
	{campaign.Textf("Password"), campaign.Textf("Your account"), campaign.Textf("change the password, sign out everywhere"), "/account/password", viewer},
}
