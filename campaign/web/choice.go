package web

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/templates"
)

// optionsOf returns the options of a select for named values of the domain, labelled in a language; none is the label of the
// empty option, "" offers none.
func optionsOf[T ~string](l campaign.Language, none string, values []T) []templates.Option {
	return optionsFor(none, values, func(v T) templates.Option {
		return templates.Option{Value: string(v), Label: templates.Label(l, v)}
	})
}

// oneOf returns what was asked for if it is one of the values, else "".
func oneOf[T ~string](asked string, values []T) T {
	if slices.Contains(values, T(asked)) {
		return T(asked)
	}
	return ""
}

// What the forms of several pages offer; none is the label of the empty option in the user's language, "" offers none.

func (p *Page) Bases() []templates.Option { return optionsOf(p.Language, "", campaign.Bases) }

func (p *Page) KindsOr(none string) []templates.Option {
	return optionsOf(p.Language, none, campaign.Kinds)
}

func (p *Page) LanguagesOr(none string) []templates.Option {
	return optionsOf(p.Language, none, campaign.Languages)
}

func (p *Page) StatusesOr(none string) []templates.Option {
	return optionsOf(p.Language, none, campaign.ContactStatuses)
}

func (p *Page) OrganisationKindsOr(none string) []templates.Option {
	return optionsOf(p.Language, none, campaign.OrganisationKinds)
}

func (p *Page) TrackingsOr(none string) []templates.Option {
	words := map[campaign.Tracking]campaign.Text{
		campaign.NoTracking: campaign.Textf("None – no image, links untouched"), campaign.Aggregate: campaign.Textf("Aggregate – counts only, nobody is recognised"),
		campaign.Individual: campaign.Textf("Individual – only with recorded consent"),
	}
	return optionsFor(none, campaign.Trackings, func(t campaign.Tracking) templates.Option {
		return templates.Option{Value: string(t), Label: templates.Say(p.Language, words[t])}
	})
}

// choice is an option with its words.
type choice struct {
	value string
	words campaign.Text
}

// choices returns the options of a select in the user's language.
func (p *Page) choices(all ...choice) []templates.Option {
	return optionsFor("", all, func(c choice) templates.Option {
		return templates.Option{Value: c.value, Label: templates.Say(p.Language, c.words)}
	})
}

// offers looks up the records that forms offer by name.
type offers struct{ store offerStore }

type offerStore interface {
	CountAllMembers(ctx context.Context) (map[string]map[campaign.MembershipStatus]int64, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindSegments(ctx context.Context) ([]segment.Segment, error)
	FindUsers(ctx context.Context) ([]campaign.User, error)
	GetUser(ctx context.Context, id string) (campaign.User, error)
	Tags(ctx context.Context) (map[string]int64, error)
}

// optionsFor returns an option for each record; none is the label of the empty option, "" offers none.
func optionsFor[T any](none string, records []T, option func(T) templates.Option) []templates.Option {
	var out []templates.Option
	if none != "" {
		out = append(out, templates.Option{Label: none})
	}
	for _, r := range records {
		out = append(out, option(r))
	}
	return out
}

// lists offers the lists in use.
func (o *offers) lists(ctx context.Context, none string) ([]templates.Option, error) {
	lists, err := o.store.FindLists(ctx, false)
	return optionsFor(none, lists, listOption), err
}

func listOption(l campaign.List) templates.Option {
	return templates.Option{Value: l.ID, Label: l.Name}
}

// listNames returns the names of all lists by id.
func (o *offers) listNames(ctx context.Context) (map[string]string, error) {
	lists, err := o.store.FindLists(ctx, true)
	names := make(map[string]string, len(lists))
	for _, l := range lists {
		names[l.ID] = l.Name
	}
	return names, err
}

// listRows returns the lists with their counts and the names of their owners.
func (o *offers) listRows(ctx context.Context, archived bool) ([]listRow, error) {
	lists, err := o.store.FindLists(ctx, archived)
	if err != nil {
		return nil, err
	}
	counts, err := o.store.CountAllMembers(ctx)
	if err != nil {
		return nil, err
	}
	names, err := o.userNames(ctx)
	return campaign.Collect(lists, func(l campaign.List) listRow {
		return listRow{List: l, Members: counts[l.ID], OwnerName: names[l.Owner]}
	}), err
}

func (o *offers) segments(ctx context.Context, none string) ([]templates.Option, error) {
	all, err := o.store.FindSegments(ctx)
	return optionsFor(none, all, func(s segment.Segment) templates.Option { return templates.Option{Value: s.ID, Label: s.Name} }), err
}

// tags returns all tags in alphabetical order.
func (o *offers) tags(ctx context.Context) ([]string, error) {
	tags, err := o.store.Tags(ctx)
	return slices.SortedFunc(maps.Keys(tags), campaign.CompareNames), err
}

// users offers the users who may sign in, and the one with the id also even if disabled.
func (o *offers) users(ctx context.Context, none, also string) ([]templates.Option, error) {
	users, err := o.store.FindUsers(ctx)
	users = slices.DeleteFunc(users, func(u campaign.User) bool { return u.Disabled && u.ID != also })
	return optionsFor(none, users, userOption), err
}

func userOption(u campaign.User) templates.Option {
	return templates.Option{Value: u.ID, Label: u.Name}
}

// userNames returns the names of the team by id.
func (o *offers) userNames(ctx context.Context) (map[string]string, error) {
	users, err := o.store.FindUsers(ctx)
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return names, err
}

// userName returns the name of a user, "" if there is none.
func (o *offers) userName(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	u, err := o.store.GetUser(ctx, id)
	return u.Name, campaign.UnlessMissing(err)
}

// checkOwner refuses an owner who is no user.
func (o *offers) checkOwner(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := o.store.GetUser(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.FieldError("owner", "choose one of the users offered")
	}
	return err
}

// confirmPage asks before something that cannot be undone, in the user's language; without Do it says why it cannot be done.
type confirmPage struct {
	Page
	Question, Detail, Do, Back string
}

// deletion asks before a record is deleted, and deletes it.
type deletion struct {
	what             string        // list, for records under /lists
	question, detail campaign.Text // question has room for the record's name
	name             func(ctx context.Context, id string) (string, error)
	delete           func(ctx context.Context, id string) error
}

// deletionWords are the title of the page, the button and the notice of a deletion.
var deletionWords = map[string][3]campaign.Text{
	"list":         {campaign.Textf("Delete list"), campaign.Textf("Delete the list"), campaign.Textf("The list is deleted.")},
	"organisation": {campaign.Textf("Delete organisation"), campaign.Textf("Delete the organisation"), campaign.Textf("The organisation is deleted.")},
	"release":      {campaign.Textf("Delete release"), campaign.Textf("Delete the release"), campaign.Textf("The release is deleted.")},
	"segment":      {campaign.Textf("Delete segment"), campaign.Textf("Delete the segment"), campaign.Textf("The segment is deleted.")},
}

func (d deletion) ask(v *visit) error {
	name, err := d.name(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, d.what)
	}
	words := deletionWords[d.what]
	return v.show("confirm", &confirmPage{
		Page: v.page(d.what+"s", "%s", words[0]), Question: v.say(d.question.Format, name), Detail: v.say("%s", d.detail),
		Do: v.say("%s", words[1]), Back: "/" + d.what + "s/" + v.Param("id"),
	})
}

func (d deletion) do(v *visit) error {
	name, err := d.name(v.ctx(), v.Param("id"))
	if err == nil {
		v.auditDetail(name)
		err = d.delete(v.ctx(), v.Param("id"))
	}
	if err != nil {
		return gone(err, d.what)
	}
	return v.done("/"+d.what+"s", "%s", deletionWords[d.what][2])
}

// errChanged refuses a form that was filled in while somebody else changed its record.
func errChanged(what string) error {
	words := map[string]campaign.Text{
		"action":       campaign.Textf("Somebody changed this action while you were editing."),
		"campaign":     campaign.Textf("Somebody changed this campaign while you were editing."),
		"contact":      campaign.Textf("Somebody changed this contact while you were editing."),
		"coverage":     campaign.Textf("Somebody changed this piece while you were editing."),
		"event":        campaign.Textf("Somebody changed this event while you were editing."),
		"list":         campaign.Textf("Somebody changed this list while you were editing."),
		"media":        campaign.Textf("Somebody changed this item while you were editing."),
		"organisation": campaign.Textf("Somebody changed this organisation while you were editing."),
		"release":      campaign.Textf("Somebody changed this release while you were editing."),
		"segment":      campaign.Textf("Somebody changed this segment while you were editing."),
		"settings":     campaign.Textf("Somebody changed the settings while you were editing."),
		"user":         campaign.Textf("Somebody changed this user while you were editing."),
	}[what]
	return campaign.Errorf(campaign.Invalid, "%s What you typed is still here: look at it again, and save to let it stand.", words)
}

// goneWords say what is not found.
var goneWords = map[string]campaign.Text{
	"enquiry":      campaign.Textf("This letter does not exist. It may have gone with its contact."),
	"bounce":       campaign.Textf("This message does not exist. It may have been taken for no bounce."),
	"suppression":  campaign.Textf("This is not on record any more."),
	"action":       campaign.Textf("This action does not exist. It may have been deleted."),
	"campaign":     campaign.Textf("This campaign does not exist. It may have been deleted."),
	"change":       campaign.Textf("This change does not exist. It may have been deleted."),
	"contact":      campaign.Textf("This contact does not exist. It may have been deleted."),
	"coverage":     campaign.Textf("This piece of coverage does not exist. It may have been deleted."),
	"event":        campaign.Textf("This event does not exist. It may have been deleted."),
	"hold":         campaign.Textf("This hold does not exist. It may have been lifted."),
	"import":       campaign.Textf("This import does not exist. It may have been deleted."),
	"list":         campaign.Textf("This list does not exist. It may have been deleted."),
	"media":        campaign.Textf("This picture or file does not exist. It may have been deleted."),
	"organisation": campaign.Textf("This organisation does not exist. It may have been deleted."),
	"release":      campaign.Textf("This release does not exist. It may have been deleted."),
	"request":      campaign.Textf("This request does not exist. It may have been deleted."),
	"run":          campaign.Textf("This run does not exist. It may have been deleted."),
	"series":       campaign.Textf("This series does not exist. It may have been deleted."),
	"segment":      campaign.Textf("This segment does not exist. It may have been deleted."),
	"user":         campaign.Textf("This user does not exist. The account may have been deleted."),
}

// gone puts into words what was not found; other errors pass.
func gone(err error, what string) error {
	if campaign.CodeOf(err) == campaign.NotFound {
		return &campaign.Error{Code: campaign.NotFound, Text: goneWords[what]}
	}
	return err
}

// zoneNames are offered while typing; any other name of the time-zone database is accepted too.
func zoneNames() []string {
	return []string{
		"Europe/Belgrade", "Europe/Sarajevo", "Europe/Podgorica", "Europe/Skopje", "Europe/Tirane", "Europe/Zagreb", "Europe/Ljubljana",
		"Europe/Budapest", "Europe/Bucharest", "Europe/Sofia", "Europe/Athens", "Europe/Istanbul", "Europe/Kyiv", "Europe/Chisinau",
		"Europe/Vienna", "Europe/Berlin", "Europe/Brussels", "Europe/Paris", "Europe/Rome", "Europe/Madrid", "Europe/London", "UTC",
	}
}

// Zones are the time zones a form suggests.
func (p *Page) Zones() []string { return zoneNames() }

// checkZone refuses a name that is no time zone; "" is fine.
func checkZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return campaign.FieldError("zone", "there is no time zone %q: write it like Europe/Belgrade", name)
	}
	return nil
}
