package scheduler

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document/documenttest"
	"github.com/glasnik/glasnik/campaign/store/mongo"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// TestMain runs more tests side by side than there are processors: most of their time they wait, for a lease or a retry.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // the command line comes later and wins
	m.Run()
}

// post is a mail server within the test: it takes messages, or answers as it is told, and remembers every message taken.
// The real dialogue is tested in the mailer and, end to end, in cmd/glasnik.
type post struct {
	connections int
	refuse      func(to string, try int) campaign.Outcome // nil, or a zero Result, accepts
	onTaken     func(n int)                               // called when the nth message has been taken
	gate        chan struct{}                             // when set, each message waits for one value before its dot
	atMost      int                                       // messages over one connection; 0 is no limit
	check       func(m campaign.Message)                  // looks at each message

	mu    sync.Mutex
	down  error
	taken map[string]int
	tries map[string]int
	total int

	opened int // connections
	now    int // messages of a provider on the wire, and the most there were
	most   int
	ahead  int // messages announced while another was on its connection
	misled int // messages sent on a connection that was closed, or on which another was announced
}

func newPost(connections int) *post {
	return &post{connections: connections, taken: map[string]int{}, tries: map[string]int{}}
}

func (p *post) Name() string { return "post.example:25" }

func (p *post) Times() []campaign.PhaseTime { return nil }

func (p *post) Connect(context.Context) (Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down != nil {
		return nil, p.down
	}
	p.opened++
	return &postConn{post: p}, nil
}

func (p *post) setDown(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = err
}

func (p *post) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.total
}

// twice gives those who got more than one message.
func (p *post) twice() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, n := range p.taken {
		if n > 1 {
			out = append(out, to)
		}
	}
	return out
}

type postConn struct {
	post   *post
	broken bool
	served int
	ahead  string // to whom the message goes that was announced on this connection
}

func (c *postConn) Usable() bool { return !c.broken }
func (c *postConn) Close()       {}
func (c *postConn) Cut()         {}

func (c *postConn) Abandon() {
	c.broken = c.broken || c.ahead != ""
}

func (c *postConn) Send(ctx context.Context, m campaign.Message, next func() *campaign.Message, beforeDot func() error) campaign.Outcome {
	p := c.post
	p.mu.Lock()
	if c.ahead != "" && c.ahead != m.To || c.broken {
		p.misled++
	}
	c.ahead = ""
	p.tries[m.To]++
	try := p.tries[m.To]
	p.mu.Unlock()
	if c.served++; p.atMost > 0 && c.served > p.atMost {
		c.broken = true
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Code: 421, Answer: "421 4.7.0 too many messages on this connection"}
	}
	o := campaign.Outcome{Result: campaign.ResultAccepted, Code: 250, Answer: "250 taken"}
	if p.refuse != nil {
		if told := p.refuse(m.To, try); told.Answer != "" {
			o = told
		}
	}
	if p.gate != nil && !c.waitAtGate(ctx, next) {
		c.broken = true
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Answer: "stopped"}
	}
	if err := beforeDot(); err != nil {
		c.broken = true
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Answer: err.Error()}
	}
	c.announce(next)
	if p.check != nil {
		p.check(m)
	}
	c.broken = o.Result == campaign.ResultUnknown
	if o.Result == campaign.ResultAccepted || o.Result == campaign.ResultUnknown {
		p.mu.Lock()
		p.taken[m.To]++
		p.total++
		n := p.total
		p.mu.Unlock()
		if p.onTaken != nil {
			p.onTaken(n)
		}
	}
	return o
}

// waitAtGate asks again and again who follows, as the mailer does while it waits for an answer.
func (c *postConn) waitAtGate(ctx context.Context, next func() *campaign.Message) bool {
	for {
		c.announce(next)
		select {
		case <-c.post.gate:
			return true
		case <-ctx.Done():
			return false
		case <-time.After(time.Millisecond):
		}
	}
}

// announce asks who follows, unless it knows already.
func (c *postConn) announce(next func() *campaign.Message) {
	if c.ahead != "" {
		return
	}
	if following := next(); following != nil {
		c.ahead = following.To
		c.post.mu.Lock()
		c.post.ahead++
		c.post.mu.Unlock()
	}
}

// letters composes the shortest messages there are; a contact named "broken" cannot be composed.
type letters struct{ err error }

func (l letters) Compose(context.Context, *edition.Edition) (Composition, error) { return l, l.err }

func (letters) Message(buf []byte, d *campaign.Delivery, c *campaign.Contact, organisation string) (campaign.Message, error) {
	if c.FirstName == "broken" {
		return campaign.Message{}, errors.New("no such field")
	}
	return campaign.Message{To: d.Email, Data: fmt.Appendf(buf, "%s %s %s", d.ID, d.Tracking, organisation)}, nil
}

// office is a store with a press list, a release and a campaign, and a clock that can be moved.
type office struct {
	t        *testing.T
	store    *store.Store
	path     string // of the SQLite file; "" with another store
	address  string // of the MongoDB database; "" with another store
	list     campaign.List
	excluded campaign.List
	campaign campaign.Campaign

	mu    sync.Mutex
	clock time.Time // zero: the real time, moved by skew
	skew  time.Duration
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.clock.IsZero() {
		return time.Now().Add(o.skew)
	}
	return o.clock
}

// step sets the clock forward or back; it goes on from there.
func (o *office) step(by time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.skew += by
}

func (o *office) setClock(t time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clock = t
}

func newOffice(t *testing.T, contacts int) *office {
	t.Helper()
	return newOfficeOn(t, contacts, "")
}

// onMongoDB gives the address of a database that is dropped with the test.
func onMongoDB(t *testing.T) string {
	address := documenttest.MongoDB(t)
	t.Cleanup(func() {
		ctx := context.Background()
		client, err := driver.Connect(options.Client().ApplyURI(address))
		must(t, err)
		defer client.Disconnect(ctx)
		must(t, client.Database(address[strings.LastIndexByte(address, '/')+1:]).Drop(ctx))
	})
	return address
}

// newOfficeOn makes an office on a MongoDB database, or on an SQLite file of its own.
func newOfficeOn(t *testing.T, contacts int, address string) *office {
	t.Helper()
	o := &office{t: t, path: filepath.Join(t.TempDir(), "glasnik.db"), address: address}
	o.store = o.open()
	ctx := t.Context()
	o.list = campaign.List{Name: "Press", Basis: campaign.LegitimateInterest}
	o.excluded = campaign.List{Name: "Partners"}
	must(t, o.store.Lists.CreateList(ctx, &o.list))
	must(t, o.store.Lists.CreateList(ctx, &o.excluded))
	r := campaign.Release{Title: "Training for newsrooms", Versions: []campaign.Version{
		{Language: campaign.English, Headline: "Newsrooms learn to protect victims", Body: "Text."},
		{Language: campaign.SerbianLatin, Headline: "Redakcije uče da štite žrtve", Body: "Tekst."},
	}}
	must(t, o.store.Releases.CreateRelease(ctx, &r))
	for i := range contacts {
		o.add(fmt.Sprintf("reader%04d@example.org", i), o.list)
	}
	o.campaign = campaign.Campaign{Name: "Training", Release: r.ID, Lists: []string{o.list.ID},
		Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}}
	must(t, o.store.Campaigns.CreateCampaign(ctx, &o.campaign))
	return o
}

// open opens the office's file once more, as another process would.
func (o *office) open() *store.Store {
	o.t.Helper()
	s, err := store.New(context.Background(), o.engine(), campaign.NewSigner("test"), o.now)
	must(o.t, err)
	return s
}

func (o *office) engine() document.Engine {
	o.t.Helper()
	var engine document.Engine
	var err error
	if o.address != "" {
		engine, err = mongo.Open(context.Background(), o.address)
	} else {
		engine, err = sqlite.Open(context.Background(), o.path)
	}
	must(o.t, err)
	o.t.Cleanup(func() { engine.Close(context.Background()) })
	return engine
}

func (o *office) add(email string, lists ...campaign.List) campaign.Contact {
	o.t.Helper()
	c := campaign.Contact{Email: email, Kind: campaign.Journalist}
	for _, l := range lists {
		c.Subscribe(campaign.Membership{List: l.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false)
	}
	must(o.t, o.store.Contacts.CreateContact(o.t.Context(), &c))
	return c
}

// setup is what a test changes of a scheduler.
type setup struct {
	Config
	Store *store.Store
}

func (o *office) scheduler(p *post, change func(*setup)) *Scheduler {
	cfg := setup{Store: o.store, Config: Config{
		Composer: letters{}, Mail: p, Logger: slog.New(slog.DiscardHandler), Now: o.now,
		Links:   func(*campaign.Release) []campaign.Link { return nil },
		Pace:    campaign.Pace{Connections: p.connections},
		Planner: schedule.Planner{Zone: time.UTC}, Node: "test", Retries: []time.Duration{time.Millisecond, time.Millisecond},
	}}
	if change != nil {
		change(&cfg)
	}
	o.t.Cleanup(func() {
		if p.misled > 0 {
			o.t.Errorf("%d messages went over a connection on which another was announced, or that was closed", p.misled)
		}
	})
	return New(cfg.Store.All(), cfg.Config)
}

// startRun makes the run of the office's campaign.
func (o *office) startRun() campaign.Run {
	o.t.Helper()
	c, err := o.store.Sending.SendNow(o.t.Context(), o.campaign.ID, 0)
	must(o.t, err)
	r, err := o.store.Sending.StartRun(o.t.Context(), o.campaign.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand,
		func(*campaign.Release) []campaign.Link { return nil })
	must(o.t, err)
	return r
}

func (o *office) states(run string) map[campaign.DeliveryState]int64 {
	o.t.Helper()
	states, err := o.store.Deliveries.CountDeliveries(context.Background(), run)
	must(o.t, err)
	return states
}

// runUntil runs a scheduler until a condition holds, then stops it as SIGTERM does.
func (o *office) runUntil(s *Scheduler, holds func() bool) {
	o.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.Wake()
	waitFor(o.t, holds)
	cancel()
	must(o.t, <-ended)
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for range 3000 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond) // polling a store that sends no signal; the bound only ends a failing test
	}
	t.Error("waited for half a minute in vain")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func campaignPage() store.Page { return store.Page{Limit: 1000} }
