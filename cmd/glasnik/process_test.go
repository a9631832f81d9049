package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

var (
	killReaders  = flag.Int("kill.readers", 400, "readers of the campaign whose sender is killed, on SQLite")
	killMongoDB  = flag.Int("kill.mongodb", 120, "and on MongoDB, for which the tests' stand-in is slow")
	killTimes    = flag.Int("kill.times", 3, "how often it is killed")
	shareReaders = flag.Int("share.readers", 300, "readers of the campaign that several processes share, on SQLite")
	shareMongoDB = flag.Int("share.mongodb", 160, "and on MongoDB")
)

// process is the program in a process of its own.
type process struct {
	cmd  *exec.Cmd
	said lockedBuffer
	done chan error
}

func (d *desk) process(args ...string) *process { return d.part("glasnik", args...) }

// part is a process that takes one of the parts that TestMain knows.
func (d *desk) part(part string, args ...string) *process {
	d.t.Helper()
	p := &process{done: make(chan error, 1)}
	p.cmd = exec.Command(os.Args[0], d.inFolder(args)...)
	p.cmd.Env = append(append(os.Environ(), d.environ...), benchPart+"="+part)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	must(d.t, p.cmd.Start())
	go func() { p.done <- p.cmd.Wait() }()
	d.t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// end ends the process by a signal and waits until it is gone.
func (p *process) end(s syscall.Signal) {
	p.signal(s)
	p.done <- <-p.done
}

// until waits until a condition holds or the process has ended.
func (p *process) until(t *testing.T, holds func() bool) {
	t.Helper()
	for range 30000 {
		if holds() {
			return
		}
		select {
		case err := <-p.done:
			p.done <- err
			return
		case <-time.After(10 * time.Millisecond): // the mail server gives no signal; the bound only ends a failing test
		}
	}
	t.Fatalf("waited for five minutes in vain; it said:\n%s", p.said.String())
}

func readers(n int) string {
	var b strings.Builder
	b.WriteString("email\n")
	for i := range n {
		fmt.Fprintf(&b, "reader%05d@example.org\n", i)
	}
	return b.String()
}

// audit holds what a run says against what the mail server saw: who is missing must be listed as interrupted.
func (d *desk) audit(id string, all, mostInterrupted int) {
	d.t.Helper()
	got := map[string]int{}
	for _, m := range d.sink.Taken() {
		got[m.To]++
	}
	twice := 0
	for _, n := range got {
		if n > 1 {
			twice++
		}
	}
	s := d.statusOf(id)
	states := s.Runs[0].States
	interrupted, missing := int(states[campaign.Interrupted]), all-len(got)
	d.t.Logf("%v: %d missing, %d twice", states, missing, twice)
	if s.State != campaign.Sent || int(states[campaign.Accepted])+interrupted != all || len(states) > 2 {
		d.t.Errorf("the campaign is %s, its messages %v", s.State, states)
	}
	if twice > 0 || missing > interrupted || interrupted > mostInterrupted {
		d.t.Errorf("%d missing, %d interrupted (of at most %d), %d twice", missing, interrupted, mostInterrupted, twice)
	}
}

// stopAgain stops a sending command by a signal at random points of a run, again and again, and lets the last one end.
func stopAgain(t *testing.T, by syscall.Signal, readersOf, mostInterrupted int, environ ...string) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, environ...)
	d.environ = append(d.environ, fmt.Sprintf("GLASNIK_SMTP_URL=smtp://%s?tls=none&connections=%d", d.sink.Addr(), killConnections))
	id := d.campaign(readers(readersOf))
	for n := range *killTimes {
		from := len(d.sink.Taken())
		at := from + 1 + rand.IntN(max(1, 2*(readersOf-from)/(*killTimes-n+1)))
		p := d.process("campaigns", "send", id, "--wait")
		p.until(t, func() bool { return d.sink.Count() >= at })
		p.end(by)
	}
	d.ok("campaigns", "send", id, "--wait")
	d.audit(id, readersOf, mostInterrupted)
	if by == syscall.SIGKILL {
		d.ok("campaigns", "send", id, "--wait", "--resend-interrupted")
		if states := d.statusOf(id).Runs[0].States; int(states[campaign.Accepted]) != readersOf {
			t.Errorf("after sending the interrupted again: %v", states)
		}
	}
}

const killConnections = 10

func TestKilledAgainAndAgain(t *testing.T) {
	stopAgain(t, syscall.SIGKILL, *killReaders, 2*killConnections**killTimes)
}

func TestKilledAgainAndAgainOnMongoDB(t *testing.T) {
	stopAgain(t, syscall.SIGKILL, *killMongoDB, 2*killConnections**killTimes, onMongoDB(t))
}

func TestTerminatedAgainAndAgain(t *testing.T) { stopAgain(t, syscall.SIGTERM, *killReaders, 0) }

func TestTerminatedAgainAndAgainOnMongoDB(t *testing.T) {
	stopAgain(t, syscall.SIGTERM, *killMongoDB, 0, onMongoDB(t))
}

// shareAndDie lets several servers share a run, on a file one sending at a time; in turn one is killed and started again, and one is stopped for longer than
// its leases last and goes on.
func shareAndDie(t *testing.T, servers, senders, readersOf int, environ ...string) {
	t.Parallel()
	const connections = 2
	d := newDesk(t, smtptest.Options{}, environ...)
	pace := max(1, readersOf/senders/16) // so that it takes longer than a lease, one of them being stopped
	d.environ = append(d.environ, fmt.Sprintf("GLASNIK_SMTP_URL=smtp://%s?tls=none&connections=%d&per_second=%d", d.sink.Addr(), connections, pace),
		"GLASNIK_LOG_LEVEL=warn")
	id := d.campaign(readers(readersOf))
	all := make([]*process, servers)
	for i := range all {
		all[i] = d.process("serve")
	}
	d.ok("campaigns", "send", id)
	reach := func(p *process, part int) { p.until(t, func() bool { return d.sink.Count() >= readersOf*part/10 }) }
	reach(all[0], 1)
	all[0].end(syscall.SIGKILL)
	all[0] = d.process("serve")
	stopped := all[servers-1]
	stopped.signal(syscall.SIGSTOP)
	for { // not while it holds the file's lock, which nobody can take from it
		if code, _, _ := d.run("users", "list"); code == 0 {
			break
		}
		stopped.signal(syscall.SIGCONT)
		stopped.signal(syscall.SIGSTOP)
	}
	reach(all[0], 4)
	all[0].end(syscall.SIGKILL)
	all[0] = d.process("serve")
	reach(all[0], 9)
	stopped.signal(syscall.SIGCONT)
	all[0].until(t, func() bool { return d.statusOf(id).State == campaign.Sent })
	for _, p := range all {
		p.end(syscall.SIGTERM)
	}
	d.audit(id, readersOf, 2*connections*3)
}

func TestServersShareAFile(t *testing.T) { shareAndDie(t, 2, 1, *shareReaders) }

func TestServersShareAMongoDB(t *testing.T) { shareAndDie(t, 4, 3, *shareMongoDB, onMongoDB(t)) }
