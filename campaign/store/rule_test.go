package store_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/segment/segmenttest"
	"github.com/glasnik/glasnik/campaign/store"
)

// ruleWorld is a small office: everything rules can ask about, from few values, so that rules often fit.
type ruleWorld struct {
	*rand.Rand
	d             *desk
	lists         []campaign.List
	campaigns     []campaign.Campaign
	organisations []campaign.Organisation
	segments      []segment.Segment
	runs          map[string]campaign.Run
	contacts      []string
	deliveries    map[string][]campaign.Delivery
	events        map[string][]campaign.Event
}

func pick[T any](w *ruleWorld, from ...T) T { return from[w.IntN(len(from))] }

func newRuleWorld(t *testing.T, d *desk, seed uint64, contacts int) *ruleWorld {
	w := &ruleWorld{
		Rand: rand.New(rand.NewPCG(seed, 11)), d: d, runs: map[string]campaign.Run{}, deliveries: map[string][]campaign.Delivery{}, events: map[string][]campaign.Event{},
	}
	for _, name := range []string{"Press", "Škole", `The "best"`} {
		w.lists = append(w.lists, d.addList(t, name))
	}
	for _, name := range []string{"Радио", "Daily"} {
		o := campaign.Organisation{Name: name}
		must(t, d.Organisations.CreateOrganisation(ctx, &o))
		w.organisations = append(w.organisations, o)
	}
	for range contacts {
		w.addContact(t)
	}
	for i, name := range []string{"Guide", "Водич", "Never"} {
		c := d.addCampaign(t, name, w.lists[0].ID)
		w.campaigns = append(w.campaigns, c)
		for n := range 2 - i {
			w.addRun(t, c, campaign.TriggerHand, n)
		}
		w.addRun(t, c, campaign.TriggerTest, 5)
	}
	for i, text := range []string{`kind = journalist or list "Press"`, `segment "Segment 0" and not language is empty`} {
		r, err := d.Rules.ReadRule(ctx, text)
		must(t, err)
		seg := segment.Segment{Name: fmt.Sprintf("Segment %d", i), Rule: r}
		must(t, d.Segments.CreateSegment(ctx, &seg))
		w.segments = append(w.segments, seg)
	}
	return w
}

func (w *ruleWorld) contact() campaign.Contact {
	c := campaign.Contact{
		Email: fmt.Sprintf("%s.%d@example.%s", pick(w, "ana", "marko", "Vera"), w.IntN(1e9), pick(w, "org", "test")), FirstName: pick(w, "Ana", "Ана", "Đorđe", ""), LastName: pick(w, "Anić", "Петровић", ""),
		Kind: pick(w, campaign.Kinds...), Language: pick(w, append(campaign.Languages, "")...), Place: pick(w, "Niš", "Ниш", "Novi Sad", ""), Position: pick(w, "urednik", ""), Phone: pick(w, "011 123", ""),
		Source: pick(w, "fair", "web site", ""), Status: pick(w, campaign.ContactStatuses...), Attributes: map[string]string{},
	}
	if w.IntN(2) == 0 {
		c.Organisation = pick(w, w.organisations...).ID
	}
	for _, tag := range []string{"regional", "region", "two words"} {
		if w.IntN(3) == 0 {
			c.Tags = append(c.Tags, tag)
		}
	}
	for _, name := range []string{"circulation", "Broj učenika", "a=b", "member"} {
		if w.IntN(3) > 0 {
			c.Attributes[name] = pick(w, "10.000", "9999", "10000,5", "-3", "da", "ne", "yes", "31.1.2026.", "2026-02-01", "", "  ", "veliki tiraž", "Велики тираж", "10")
		}
	}
	for _, l := range w.lists {
		if w.IntN(2) == 0 {
			c.Memberships = append(c.Memberships, campaign.Membership{
				List: l.ID, Status: pick(w, campaign.MembershipStatuses...), Basis: pick(w, append(campaign.Bases, "")...), Since: noon.Add(-time.Duration(w.IntN(40*24)) * time.Hour),
			})
		}
	}
	return c
}

func (w *ruleWorld) addContact(t *testing.T) {
	c := w.contact()
	must(t, w.d.Contacts.CreateContact(ctx, &c))
	w.contacts = append(w.contacts, c.ID)
	w.d.pass(time.Duration(w.IntN(48)) * time.Hour)
}

func (w *ruleWorld) addRun(t *testing.T, c campaign.Campaign, trigger campaign.Trigger, n int) {
	slot := w.d.now().Add(time.Duration(n) * time.Minute)
	r := campaign.Run{ID: campaign.RunID(c.ID, slot), Campaign: c.ID, Trigger: trigger, State: campaign.Sent, Slot: slot, Shards: 2}
	must(t, w.d.Runs.CreateRun(ctx, &r, &edition.Edition{ID: r.ID}))
	r, err := w.d.Runs.GetRun(ctx, r.ID)
	must(t, err)
	w.runs[r.ID] = r
	var ds []*campaign.Delivery
	var es []*campaign.Event
	for _, contact := range w.contacts {
		if w.IntN(4) == 0 {
			continue
		}
		id, shard := campaign.DeliveryID(r.ID, 2, contact)
		d := campaign.Delivery{ID: id, Run: r.ID, Campaign: c.ID, Contact: contact, Shard: shard, State: pick(w, campaign.Accepted, campaign.Accepted, campaign.Failed, campaign.Skipped), Tracking: pick(w, campaign.Trackings...)}
		ds = append(ds, &d)
		w.deliveries[contact] = append(w.deliveries[contact], d)
		if d.Tracking != campaign.Individual {
			continue
		}
		for range w.IntN(4) {
			kind, verdict, link := pick(w, campaign.Opened, campaign.Clicked, campaign.BouncedEvent), pick(w, campaign.Human, campaign.Machine, campaign.Unknown), int64(0)
			if kind == campaign.Clicked {
				link = int64(w.IntN(3))
			}
			e := campaign.Event{ID: campaign.EventID(r.ID, kind, verdict, contact, link), Run: r.ID, Campaign: c.ID, Kind: kind, Verdict: verdict, Contact: contact, Link: link, At: w.d.now()}
			es = append(es, &e)
			w.events[contact] = append(w.events[contact], e)
		}
	}
	must(t, w.d.Deliveries.PlanDeliveries(ctx, ds))
	must(t, w.d.Events.RecordEvents(ctx, es))
	w.d.pass(time.Duration(w.IntN(60*24)) * time.Hour)
}

// rule draws a rule.
func (w *ruleWorld) rule(depth int) segment.Rule {
	if depth > 0 && w.IntN(2) == 0 {
		switch w.IntN(3) {
		case 0:
			return segment.Rule{Join: segment.Neg, Parts: []segment.Rule{w.rule(depth - 1)}}
		case 1:
			return segment.Rule{Join: segment.Or, Parts: []segment.Rule{w.rule(depth - 1), w.rule(depth - 1)}}
		}
		return segment.Rule{Join: segment.And, Parts: []segment.Rule{w.rule(depth - 1), w.rule(depth - 1)}}
	}
	f := pick(w, segment.Fields...)
	r := segment.Rule{Field: f.Name}
	switch {
	case f.Of == segment.OfList:
		r.Of.Text = pick(w, w.lists...).Name
	case f.Of == segment.OfCampaign:
		r.Of.Text = pick(w, w.campaigns...).Name
	case f.Of == segment.OfSegment:
		r.Of.Text = pick(w, w.segments...).Name
	case f.Of == segment.OfAttribute:
		r.Of.Text = pick(w, "circulation", "broj ucenika", "a=b", "member", "none")
	}
	if strings.Contains(f.Name, "click") {
		r.Link = w.IntN(3)
	}
	if f.Kind == segment.SearchField {
		r.Values = []segment.Value{{Text: pick(w, "an", "ани", "Niš radio", "xyz", "ma 1")}}
	}
	if ops := f.Ops(); ops != nil {
		r.Op = pick(w, ops...)
		w.values(&r, f)
	}
	return r
}

func (w *ruleWorld) values(r *segment.Rule, f segment.Field) {
	n := 1
	switch r.Op {
	case segment.Empty, segment.NotEmpty:
		n = 0
	case segment.OneOf, segment.NoneOf:
		n = 1 + w.IntN(2)
	}
	ordered := slices.Contains([]segment.Op{segment.Less, segment.AtMost, segment.More, segment.AtLeast}, r.Op)
	for range n {
		v := segment.Value{Text: pick(w, "Niš", "novi", "ur", "urednik", "011 123", "fair", "web", "ana", "Ана Анић", "@example.org", "anić", "tiraz", "regional", "reg", "veliki")}
		switch {
		case f.Kind == segment.ChoiceField:
			v.Text = pick(w, f.Choices...)
		case f.Kind == segment.NameField:
			v.Text = pick(w, w.organisations...).Name
		case f.Kind == segment.TagField:
			v.Text = pick(w, "regional", "Region", "two words", "re")
		case f.Kind == segment.DateField && ordered && w.IntN(2) == 0:
			v = segment.Value{As: segment.AsAgo, Text: pick(w, "1 day", "10 days", "5 weeks", "3 months", "1 year")}
		case f.Kind == segment.DateField:
			v = segment.Value{As: segment.AsDate, Text: w.d.now().AddDate(0, 0, -w.IntN(100)).Format(time.DateOnly)}
		case f.Kind == segment.NumberField:
			v = segment.Value{As: segment.AsNumber, Text: fmt.Sprint(pick(w, -1, 0, 20, 33, 60, 99, 100, 101))}
		case f.Kind == segment.AttributeField && (ordered || w.IntN(2) == 0) && r.Op != segment.Contains && r.Op != segment.Begins:
			v = pick(w, segment.Value{As: segment.AsNumber, Text: "10000"}, segment.Value{As: segment.AsNumber, Text: "-2.5"}, segment.Value{As: segment.AsDate, Text: "2026-01-31"})
			if !ordered && w.IntN(3) == 0 {
				v = segment.Value{As: segment.AsYesNo, Text: pick(w, "yes", "no")}
			}
		}
		r.Values = append(r.Values, v)
	}
}

// compare checks one rule against the plain evaluator.
func (w *ruleWorld) compare(t *testing.T, r segment.Rule) (fitted int) {
	t.Helper()
	if err := w.d.Rules.CheckRule(ctx, &r); err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	typed, err := w.d.Rules.ReadRule(ctx, r.String())
	must(t, err)
	a, _ := json.Marshal(typed)
	b, _ := json.Marshal(r)
	if string(a) != string(b) {
		t.Fatalf("%s\nis read as %s\ninstead of %s", r, a, b)
	}
	h := &segmenttest.History{Now: w.d.now(), Runs: w.runs, Segments: map[string]*segment.Rule{}}
	for i := range w.segments {
		h.Segments[w.segments[i].ID] = &w.segments[i].Rule
	}
	all, err := w.d.Contacts.GetContacts(ctx, w.contacts)
	must(t, err)
	want := []string{}
	for _, id := range w.contacts {
		if h.Deliveries, h.Events = w.deliveries[id], w.events[id]; segmenttest.Matches(&r, all[id], h) {
			want = append(want, id)
		}
	}
	slices.SortFunc(want, func(a, b string) int {
		return strings.Compare(all[a].Name+"\x00"+a, all[b].Name+"\x00"+b)
	})
	got := []string{}
	for p := (store.Page{Limit: 25}); ; {
		found, next, err := w.d.Contacts.FindContacts(ctx, store.ContactFilter{Rule: &r}, p)
		must(t, err)
		for _, c := range found {
			got = append(got, c.ID)
		}
		if p.After = next; next == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s\ngot  %d %v\nwant %d %v", r, len(got), got, len(want), want)
	}
	n, err := w.d.Rules.CountRule(ctx, &r)
	must(t, err)
	if n.Contacts != int64(len(want)) || n.Of != int64(len(w.contacts)) {
		t.Fatalf("%s fits %+v, not %d of %d", r, n, len(want), len(w.contacts))
	}
	return len(want)
}

// addEvent has a contact do something with a mail that says who did.
func (w *ruleWorld) addEvent(t *testing.T, by *store.Store, contact string) {
	i := slices.IndexFunc(w.deliveries[contact], func(d campaign.Delivery) bool { return d.Tracking == campaign.Individual })
	if i < 0 {
		return
	}
	run := w.deliveries[contact][i].Run
	e := campaign.Event{ID: campaign.NewID(w.d.now()), Run: run, Campaign: w.runs[run].Campaign, Kind: pick(w, campaign.Opened, campaign.Clicked), Verdict: campaign.Human, Contact: contact, Link: int64(w.IntN(3)), At: w.d.now()}
	must(t, by.Events.RecordEvents(ctx, []*campaign.Event{&e}))
	w.events[contact] = append(w.events[contact], e)
}

// stir changes something.
func (w *ruleWorld) stir(t *testing.T) {
	switch i := w.IntN(len(w.contacts)); w.IntN(6) {
	case 0:
		w.addContact(t)
	case 4, 5:
		w.addEvent(t, pick(w, w.d.Store, w.d.other), w.contacts[i])
	case 1:
		must(t, w.d.Eraser.DeleteContact(ctx, w.contacts[i]))
		w.contacts = slices.Delete(w.contacts, i, i+1)
	default:
		_, err := w.d.other.Contacts.UpdateContact(ctx, w.contacts[i], func(c *campaign.Contact) error {
			n := w.contact()
			c.Tags, c.Attributes, c.Place, c.Memberships, c.Status, c.Kind = n.Tags, n.Attributes, n.Place, n.Memberships, n.Status, n.Kind
			return nil
		})
		must(t, err)
	}
}

var randomRules = flag.Int("rules.random", 150, "random rules that SQLite must answer as the plain evaluator does")

// The stores answer random rules as the plain evaluator does.
func TestRandomRules(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		contacts, rules, depth := 120, *randomRules, 4
		if strings.Contains(t.Name(), "mongodb") {
			contacts, rules, depth = 25, 60, 3
		}
		w := newRuleWorld(t, d, 5, contacts)
		fitted := 0
		for i := range rules {
			if i == rules/2 {
				d.Store = d.lists(3) // from here on lists are put together, as those of a million contacts are
			}
			n := w.compare(t, w.rule(depth))
			if n > 0 && n < len(w.contacts) {
				fitted++
			}
			if i%10 == 0 {
				w.stir(t)
			}
		}
		if fitted < rules/3 {
			t.Fatalf("only %d of %d rules fit some and not all", fitted, rules)
		}
	})
}

// A rule that was asked before sees what happened since, though no contact changed.
func TestRuleSeesWhatHappens(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		w := newRuleWorld(t, d, 3, 12)
		rule, err := d.Rules.ReadRule(ctx, `opened "Guide" or opened "Водич"`)
		must(t, err)
		before := w.compare(t, rule)
		for _, contact := range w.contacts {
			w.addEvent(t, d.Store, contact)
			w.compare(t, rule)
		}
		if before == w.compare(t, rule) {
			t.Fatal("nothing happened")
		}
	})
}
