package scheduler

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // for a file that another program holds

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/mongo"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// outageCase sends to some readers, takes the store away in the middle for as long as it takes to be noticed, gives it
// back, and holds the end against what the mail server saw. away must make the store fail, and back undo it.
func outageCase(t *testing.T, f *fixture, st *store.Store, away, back func()) {
	t.Helper()
	const readers, connections, ttl = 120, 3, 600 * time.Millisecond
	run := f.startRun()
	p := newMailServer(connections)
	var once sync.Once
	reached := make(chan struct{})
	p.onTaken = func(n int) {
		if n >= 40 {
			once.Do(func() { away(); close(reached) })
		}
	}
	log := &lockedLog{}
	s := f.scheduler(p, func(c *setup) {
		c.Store, c.Poll, c.LeaseTTL = st, 20*time.Millisecond, ttl
		c.Logger = slog.New(slog.NewTextHandler(log, nil))
	})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.Wake()
	<-reached
	waitFor(t, func() bool { return !s.Trouble().IsZero() })
	sent := func() int { before := p.count(); <-time.After(ttl); return p.count() - before } // longer than a lease is believed in
	if n := sent(); n > 2*connections {
		t.Errorf("%d messages went out while nothing could be recorded", n)
	}
	if n := sent(); n > 0 {
		t.Errorf("%d messages went out long after the store was gone", n)
	}
	back()
	waitFor(t, func() bool {
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	if !s.Trouble().IsZero() {
		t.Errorf("with the store back it still says: %s", s.Trouble())
	}
	stop()
	must(t, <-ended)
	states := f.states(run.ID)
	if states[campaign.Accepted] != readers || len(states) != 1 || p.count() != readers || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
	for _, words := range []string{"sending waits for it", "sending goes on"} {
		if !strings.Contains(log.String(), words) {
			t.Errorf("the log does not say %q:\n%s", words, log.String())
		}
	}
}

type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestStoreGone has every call fail for a while.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 120)
	engine := &cutOff{Engine: f.engine()}
	st, err := store.New(t.Context(), engine, campaign.NewSigner("test"), f.now)
	must(t, err)
	outageCase(t, f, st, func() { engine.cut.Store(true) }, func() { engine.cut.Store(false) })
}

// TestDatabaseFileHeld has another process hold the SQLite file for longer than the ten seconds a write waits for it.
func TestDatabaseFileHeld(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 120)
	other, err := sql.Open("sqlite", f.path)
	must(t, err)
	defer other.Close()
	holder, err := other.Conn(t.Context())
	must(t, err)
	defer holder.Close()
	exec := func(what string) {
		if _, err := holder.ExecContext(context.Background(), what); err != nil {
			t.Error(err)
		}
	}
	exec("PRAGMA busy_timeout=5000")
	outageCase(t, f, f.store, func() { exec("BEGIN EXCLUSIVE") }, func() { exec("ROLLBACK") })
}

// TestWritesFail has no write succeed for a while; what can be read can still be read.
func TestWritesFail(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 120)
	engine := &cutOff{Engine: f.engine(), readsWork: true}
	st, err := store.New(t.Context(), engine, campaign.NewSigner("test"), f.now)
	must(t, err)
	outageCase(t, f, st, func() { engine.cut.Store(true) }, func() { engine.cut.Store(false) })
}

// TestDiskFull gives the SQLite file no more room: at first for writing down the audience, then again and again while messages
// go out. What SQLite does with a transaction it has no room for is its own.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	const readers = 3000
	f := newFixture(t, 0)
	for i := range readers { // one by one, which leaves no free pages
		f.add(fmt.Sprintf("reader%04d@example.org", i), f.list)
	}
	full, err := sqlite.Open(t.Context(), f.path, sqlite.MaxPages(1)) // no page more than there are
	must(t, err)
	t.Cleanup(func() { full.Close(context.Background()) })
	engine := &cutOff{Engine: f.engine(), readsWork: true, instead: full}
	st, err := store.New(t.Context(), engine, campaign.NewSigner("test"), f.now)
	must(t, err)
	run := f.startRun()
	p := newMailServer(3)
	var mended atomic.Bool
	p.onTaken = func(n int) {
		if mended.Load() && n%100 < 2 {
			engine.cut.Store(n%100 == 0)
		}
	}
	s := f.scheduler(p, func(c *setup) { c.Store, c.Poll, c.LeaseTTL = st, 20*time.Millisecond, 600*time.Millisecond })
	engine.cut.Store(true)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.Wake()
	waitFor(t, func() bool { return strings.Contains(s.Trouble().String(), "is full: free some space") })
	if states := f.states(run.ID); states[campaign.Queued]+states[campaign.Accepted] >= readers {
		t.Fatalf("there was room for everybody: %v", states)
	}
	mended.Store(true)
	engine.cut.Store(false)
	waitFor(t, func() bool {
		engine.cut.Store(false) // when a message in which the room ended was the last for a while
		r, err := f.store.Runs.GetRun(context.Background(), run.ID)
		return err == nil && r.State == campaign.Sent
	})
	stop()
	must(t, <-ended)
	states := f.states(run.ID)
	if states[campaign.Accepted] != readers || len(states) != 1 || p.count() != readers || len(p.twice()) > 0 {
		t.Errorf("states %v, taken %d, twice %v", states, p.count(), p.twice())
	}
}

// TestServerOfTheStoreGone cuts the connections to a MongoDB server and refuses new ones for a while, as an election or a
// restart does.
func TestServerOfTheStoreGone(t *testing.T) {
	t.Parallel()
	f := newFixtureOn(t, 120, onMongoDB(t))
	wire := newProxy(t, f.address)
	engine, err := mongo.Open(t.Context(), wire.address)
	must(t, err)
	defer engine.Close(context.Background())
	st, err := store.New(t.Context(), engine, campaign.NewSigner("test"), f.now)
	must(t, err)
	outageCase(t, f, st, wire.cut, wire.mend)
}

// proxy stands between a program and its MongoDB server. Cut, it closes what is open and refuses what comes.
type proxy struct {
	t       *testing.T
	address string // of the store, by way of the proxy
	server  string
	addr    string

	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
	group    sync.WaitGroup
}

func newProxy(t *testing.T, address string) *proxy {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	p := &proxy{t: t, server: u.Host, addr: "127.0.0.1:0"}
	p.mend()
	u.Host = p.addr
	u.RawQuery = "directConnection=true&serverSelectionTimeoutMS=3000&timeoutMS=20000"
	p.address = u.String()
	t.Cleanup(p.cut)
	return p
}

func (p *proxy) mend() {
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		p.t.Error(err)
		return
	}
	p.mu.Lock()
	p.listener, p.addr = l, l.Addr().String()
	p.mu.Unlock()
	p.group.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", p.server)
			if err != nil {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.open = append(p.open, in, out)
			p.mu.Unlock()
			p.group.Go(func() { io.Copy(in, out); in.Close() })
			p.group.Go(func() { io.Copy(out, in); out.Close() })
		}
	})
}

func (p *proxy) cut() {
	p.mu.Lock()
	p.listener.Close()
	for _, c := range p.open {
		c.Close()
	}
	p.open = nil
	p.mu.Unlock()
	p.group.Wait()
}
