package store_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

var (
	benchContacts = flag.Int("rules.contacts", 20000, "contacts of the benchmark of rules")
	benchFile     = flag.String("rules.file", "", "file the benchmark of rules keeps its contacts in, to be used again")
)

// benchRules are rules of many shapes: rare and common, ranges, negations, behaviour.
var benchRules = []string{
	"everyone", "kind = journalist", `list "Press"`, `tag = rare`, `place = "Niš"`, "attribute.circulation >= 10000", "attribute.circulation = 77", `attribute.beat contains "justice"`,
	`name contains "vić"`, `name contains "qx"`, `address contains "@example77.org"`, `search "petrov"`, "created > 2026-01-01", `joined "Press" less than 30 days ago`,
	`kind = journalist and language in (sr-Latn, sr-Cyrl) and list "Press" and not tag = regional`, `tag = rare or (kind = school and not language = en) or attribute.circulation < 100`,
	`not (kind = journalist or list "Press")`, `sent "Large"`, `not sent "Large" and list "Press"`, `opened "Large"`, `not opened "Large"`, `clicked "Large" link 2`, `clicked "Large" and not opened "Small"`,
	"last_sent > 30 days ago", "last_sent < 60 days ago and tag = regional", "score >= 50", "score < 20 and kind = journalist",
	`kind = journalist and list "Press" and (language in (sr-Latn, sr-Cyrl) or tag = regional) and not opened "Small" and last_sent > 30 days ago and attribute.circulation >= 10000`,
}

// benchSearches are what is typed into the search above the table of contacts.
var benchSearches = []string{"petrov", "ana", "person77", "ana babic", "nobody here"}

// BenchmarkRules counts, and reads the first page in the order of names: once as a program that was just started does it
// (cold). A million contacts: go test ./campaign/store -run - -bench Rules -rules.contacts 1000000 -rules.file /tmp/rules.db
func BenchmarkRules(b *testing.B) {
	open := benchStore(b)
	for _, text := range benchRules {
		benchFilter(b, open, text, func(s *store.Store) (store.ContactFilter, error) {
			r, err := s.Rules.ReadRule(ctx, text)
			return store.ContactFilter{Rule: &r}, err
		})
	}
}

// BenchmarkSearches does the same for searches.
func BenchmarkSearches(b *testing.B) {
	open := benchStore(b)
	for _, text := range benchSearches {
		benchFilter(b, open, text, func(*store.Store) (store.ContactFilter, error) { return store.ContactFilter{Search: text}, nil })
	}
}

func benchFilter(b *testing.B, open func() (*store.Store, func()), name string, filter func(*store.Store) (store.ContactFilter, error)) {
	for _, step := range []string{"count", "page"} {
		do := func(s *store.Store) error {
			f, err := filter(s)
			if err != nil {
				return err
			}
			if step == "count" {
				_, err = s.Contacts.CountContacts(ctx, f)
			} else {
				_, _, err = s.Contacts.FindContacts(ctx, f, store.Page{Sort: "sort_name", Limit: 50})
			}
			return err
		}
		b.Run(fmt.Sprintf("%s/cold/%s", step, name), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				s, done := open()
				b.StartTimer()
				if err := do(s); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				done()
				b.StartTimer()
			}
		})
	}
}

// benchStore returns what opens the store of the benchmarks, and fills it when it is new.
func benchStore(b *testing.B) func() (*store.Store, func()) {
	name := *benchFile
	if name == "" {
		name = b.TempDir() + "/rules.db"
	}
	_, missing := os.Stat(name)
	at := &clock{at: noon}
	open := func() (*store.Store, func()) {
		engine, err := sqlite.Open(ctx, name)
		if err != nil {
			b.Fatal(err)
		}
		s, err := store.New(ctx, engine, campaign.NewSigner("a secret of the test"), at.now)
		if err != nil {
			b.Fatal(err)
		}
		return s, func() { engine.Close(ctx) }
	}
	s, done := open()
	if missing != nil {
		began := time.Now()
		fillForRules(b, s, at, *benchContacts)
		b.Logf("filled in %s", time.Since(began))
	}
	if err := s.Rules.WarmRuns(ctx); err != nil { // as a server has done by the time somebody asks
		b.Fatal(err)
	}
	done()
	return open
}

// fillForRules makes contacts, and deliveries to all of them in four runs.
func fillForRules(b *testing.B, s *store.Store, now *clock, n int) {
	r := rand.New(rand.NewPCG(1, 1))
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	list := campaign.List{Name: "Press"}
	must(s.Lists.CreateList(ctx, &list))
	from := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	ids := make([]string, n)
	var batch []*campaign.Contact
	for i := range n {
		c := &campaign.Contact{
			ID: campaign.NewID(noon.Add(time.Duration(i) * time.Millisecond)), Version: 1, Email: fmt.Sprintf("person%d@example%d.org", i, r.IntN(1000)), FirstName: from("Ana", "Marko", "Јелена", "Đorđe", "Vera"),
			LastName: from("Petrović", "Anić", "Јовановић", "Marić", "Čuković") + from("", " Babić", " Nikolić") + fmt.Sprint(r.IntN(9000)), Kind: campaign.Kinds[r.IntN(5)], Language: campaign.Languages[r.IntN(4)],
			Place: from("Beograd", "Niš", "Novi Sad", "Subotica", "Чачак"), Position: from("urednik", "novinar", ""), Source: "import", CreatedAt: noon.AddDate(0, 0, -r.IntN(600)), UpdatedAt: noon,
			Attributes: map[string]string{"circulation": fmt.Sprint(r.IntN(20000)), "beat": from("courts", "justice and home", "culture", "sport")},
		}
		if i%10000 == 0 {
			c.Tags = []string{"rare"}
		} else if r.IntN(3) == 0 {
			c.Tags = []string{"regional"}
		}
		if r.IntN(2) == 0 {
			c.Memberships = []campaign.Membership{{List: list.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Since: noon.AddDate(0, 0, -r.IntN(300))}}
		}
		must(c.Normalize(""))
		ids[i], batch = c.ID, append(batch, c)
		if len(batch) == 1000 || i == n-1 {
			must(s.Contacts.InsertContacts(ctx, batch))
			batch = nil
		}
	}
	for i, run := range []struct {
		name string
		part int // one of so many
		days int
	}{{"Large", 2, 20}, {"Large", 4, 50}, {"Small", 5, 100}, {"Other", 20, 10}} {
		now.at = noon.AddDate(0, 0, -run.days)
		fillRun(b, s, r, ids, run.name, i, run.part, now.at)
	}
	now.at = noon
}

func fillRun(b *testing.B, s *store.Store, r *rand.Rand, ids []string, name string, number, part int, at time.Time) {
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	rule, err := s.Rules.ReadRule(ctx, fmt.Sprintf("sent %q", name))
	var c campaign.Campaign
	if err == nil {
		c.ID = rule.Of.ID
	} else {
		release := campaign.Release{Title: name, Versions: []campaign.Version{{Language: campaign.English, Headline: name}}}
		must(s.Releases.CreateRelease(ctx, &release))
		c = campaign.Campaign{Name: name, Release: release.ID, Sender: campaign.Sender{Email: "press@example.org"}}
		must(s.Campaigns.CreateCampaign(ctx, &c))
	}
	run := campaign.Run{ID: campaign.RunID(c.ID, at), Campaign: c.ID, Trigger: campaign.TriggerHand, State: campaign.Sent, Slot: at, Shards: 4}
	must(s.Runs.CreateRun(ctx, &run, &edition.Edition{}))
	var ds []*campaign.Delivery
	var es []*campaign.Event
	for i, contact := range ids {
		if r.IntN(part) == 0 {
			id, shard := campaign.DeliveryID(run.ID, 4, contact)
			d := &campaign.Delivery{ID: id, Run: run.ID, Campaign: c.ID, Contact: contact, Shard: shard, Email: "x@example.org", Domain: "example.org", State: campaign.Accepted, Tracking: campaign.Aggregate, MadeAt: at, SentAt: at, LastAt: at}
			if r.IntN(2) == 0 {
				d.Tracking = campaign.Individual
				for _, kind := range []campaign.EventKind{campaign.Opened, campaign.Clicked} {
					if r.IntN(3) == 0 {
						es = append(es, &campaign.Event{ID: fmt.Sprintf("%d-%d-%s", number, i, kind), Run: run.ID, Campaign: c.ID, Kind: kind, Verdict: campaign.Human, Delivery: id, Contact: contact, Link: int64(r.IntN(3)), At: at})
					}
				}
			}
			ds = append(ds, d)
		}
		if len(ds) >= 2000 || i == len(ids)-1 {
			must(s.Deliveries.PlanDeliveries(ctx, ds))
			must(s.Events.RecordEvents(ctx, es))
			ds, es = nil, nil
		}
	}
}

// BenchmarkAudience counts the audience of a campaign to half of the contacts.
func BenchmarkAudience(b *testing.B) {
	s, done := benchStore(b)()
	defer done()
	press, err := s.Lists.GetListByName(ctx, "Press")
	if err != nil {
		b.Fatal(err)
	}
	r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English}, {Language: campaign.SerbianLatin}}}
	for range b.N {
		count, err := s.Audiences.CountAudience(ctx, &edition.Edition{Lists: []campaign.List{press}, Release: r, LeaveToDigest: true})
		if err != nil || count.Members == 0 {
			b.Fatal(count, err)
		}
	}
}
