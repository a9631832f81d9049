//go:build unix

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

// BenchmarkSend measures a whole “campaigns send --wait” over real sockets: the program, the server that takes its mail
// and the bare loops it is held against are processes of their own. What it prints are ratios, because they hold on any
// machine. “make bench” runs it; BENCH_CONTACTS says to how many (20000).
func BenchmarkSend(b *testing.B) {
	if testing.Short() {
		b.Skip("it takes a minute")
	}
	const runs = 3
	n, err := strconv.Atoi(cmp.Or(os.Getenv("BENCH_CONTACTS"), "20000"))
	if err != nil {
		b.Fatal(err)
	}
	bench := newBench(b, n)
	var bare, pipelined, sent []measured
	for range runs {
		bare = append(bare, bench.loop("netsmtp"))
		pipelined = append(pipelined, bench.loop("pipeline"))
		sent = append(sent, bench.send(n, 10, 0, bench.office))
	}
	rate, memory := median(sent, measured.rate), median(sent, func(m measured) float64 { return m.megabytes })
	fmt.Fprintf(os.Stdout, "\n%d messages of %d octets over 10 connections, median of %d runs taken in turn\n\n", n, sent[0].octets, runs)
	printRow("rate, as a multiple of a bare net/smtp loop", "%.2f", rate/median(bare, measured.rate))
	printRow("rate, as a part of a bare pipelined loop", "%.2f", rate/median(pipelined, measured.rate))
	printRow("processor time for a message, of that of the net/smtp loop", "%.2f  (%.0f µs)", median(sent, measured.micros)/median(bare, measured.micros), median(sent, measured.micros))
	printRow("processor time for a message, of that of the pipelined loop", "%.2f", median(sent, measured.micros)/median(pipelined, measured.micros))
	printRow("first message after", "%.0f ms", median(sent, func(m measured) float64 { return 1000 * m.toFirst }))
	printRow("most memory", "%.0f MB", memory)
	far := bench.send(2000, 10, 20*time.Millisecond, bench.few)
	printRow("with 20 ms before each answer, of what that allows", "%.2f", far.rate()/(10/0.020))
}

// BenchmarkSendDelayed compares sending on a MongoDB store with and without a millisecond before each of its answers.
func BenchmarkSendDelayed(b *testing.B) {
	uri := os.Getenv("GLASNIK_TEST_MONGODB_URI")
	if uri == "" {
		b.Skip("GLASNIK_TEST_MONGODB_URI names no server")
	}
	const n, connections = 500, 20
	bench := &bench{b: b, n: n}
	near, far, end := bench.mongodb(uri, time.Millisecond)
	defer end()
	ordinary := bench.sendOn(near, bench.prepare(n, near), n, connections, 0)
	late := bench.sendOn(far, bench.prepare(n, far), n, connections, 0)
	printRow("with 1 ms before each answer of the store, of without", "%.2f  (MongoDB, 20 connections)", late.rate()/ordinary.rate())
}

func printRow(what, format string, values ...any) {
	fmt.Fprintf(os.Stdout, "  %-60s "+format+"\n", append([]any{what}, values...)...)
}

// measured is how one process sent.
type measured struct {
	messages  int
	octets    int
	seconds   float64 // from the first message to the last
	toFirst   float64 // from the start of the process
	processor time.Duration
	megabytes float64
}

func (m measured) rate() float64   { return float64(m.messages) / m.seconds }
func (m measured) micros() float64 { return float64(m.processor.Microseconds()) / float64(m.messages) }

func median(ms []measured, of func(measured) float64) float64 {
	values := make([]float64, len(ms))
	for i, m := range ms {
		values[i] = of(m)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// bench is where a benchmark stands: offices whose campaign is ready to be sent.
type bench struct {
	b           *testing.B
	n           int
	office, few string // folders
}

func newBench(b *testing.B, n int) *bench {
	be := &bench{b: b, n: n}
	be.office, be.few = be.prepare(n, ""), be.prepare(2000, "")
	return be
}

// prepare makes an office with a number of readers on a store and returns its folder.
func (be *bench) prepare(n int, store string) string {
	folder := be.b.TempDir()
	var people bytes.Buffer
	people.WriteString("email,first_name,last_name,organisation\n")
	for i := range n {
		fmt.Fprintf(&people, "user%07d@example.test,Ana,Petrović %d,Radio %d\n", i, i%100, i%30)
	}
	be.must(os.WriteFile(filepath.Join(folder, "people.csv"), people.Bytes(), 0o600))
	be.must(os.WriteFile(filepath.Join(folder, "autumn.en.md"), []byte(benchRelease()), 0o600))
	be.glasnik(folder, store, "contacts", "import", "people.csv", "--list", "Press")
	var release, made struct{ ID string }
	be.must(json.Unmarshal(be.glasnik(folder, store, "releases", "add", "autumn.en.md", "--json"), &release))
	be.must(json.Unmarshal(be.glasnik(folder, store, "campaigns", "create", "--release", release.ID, "--list", "Press", "--json"), &made))
	be.must(os.WriteFile(filepath.Join(folder, "campaign"), []byte(made.ID), 0o600))
	return folder
}

// benchRelease is a newsletter that comes to about ten kilobytes, with three tracked links.
func benchRelease() string {
	var text strings.Builder
	text.WriteString("---\ntitle: Autumn issue\nkind: newsletter\nlanguage: en\nheadline: Autumn issue\n" +
		"lead: What changed, what is planned and where we meet. Poštovani, hvala vam što nas čitate.\n---\n\n" +
		"Dear {{ first_name | \"reader\" }},\n\n[Read the report](https://www.example.test/report)\n\n")
	for i := range 3 {
		fmt.Fprintf(&text, "## Section %d: news from the schools and the towns\n\nThe council opened a reading room for pupils who travel "+
			"far, and the bus company moved two lines so that they arrive before the first lesson. Teachers asked for quiet hours, and from "+
			"this month they have them. Čitaonica radi od osam do dvadeset časova. More is told in the long version, with figures for each "+
			"town and a map.\n\n", i+1)
	}
	text.WriteString("We meet on the open day: [programme and places](https://www.example.test/open-day?city=beograd&lang=sr). " +
		"Earlier issues are in [the archive](https://www.example.test/archive). {{ first_name }}, you asked for it.\n")
	return text.String()
}

// glasnik runs a command of the program that must succeed.
func (be *bench) glasnik(folder, store string, args ...string) []byte {
	cmd := be.command(folder, "glasnik", args...)
	cmd.Env = append(cmd.Env, "GLASNIK_STORE="+store, "GLASNIK_SECRET=a secret for benchmarks only")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		be.b.Fatalf("glasnik %s: %v\n%s%s", strings.Join(args, " "), err, out, failed.Stderr)
	}
	be.must(err)
	return out
}

// command is this test program in another part: see TestMain.
func (be *bench) command(folder, part string, args ...string) *exec.Cmd {
	program, err := os.Executable()
	be.must(err)
	cmd := exec.CommandContext(be.b.Context(), program, args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), benchPart+"="+part, "GLASNIK_FROM=News <news@example.test>", "GLASNIK_BASE_URL=https://press.example.test")
	return cmd
}

func (be *bench) must(err error) {
	be.b.Helper()
	if err != nil {
		be.b.Fatal(err)
	}
}

// send sends the campaign of a copy of an office to its n readers.
func (be *bench) send(n, connections int, latency time.Duration, office string) measured {
	folder := be.b.TempDir()
	be.must(os.CopyFS(folder, os.DirFS(office)))
	be.glasnik(folder, "", "adopt")
	return be.sendOn("", folder, n, connections, latency)
}

func (be *bench) sendOn(store, folder string, n, connections int, latency time.Duration) measured {
	id, err := os.ReadFile(filepath.Join(folder, "campaign"))
	be.must(err)
	return be.measure(n, latency, func(addr string) *exec.Cmd {
		cmd := be.command(folder, "glasnik", "campaigns", "send", string(id), "--wait")
		cmd.Env = append(cmd.Env, "GLASNIK_STORE="+store, "GLASNIK_SECRET=a secret for benchmarks only",
			fmt.Sprintf("GLASNIK_SMTP_URL=smtp://%s?tls=none&connections=%d", addr, connections))
		return cmd
	})
}

// loop sends as many messages of the same size by a loop that does nothing else.
func (be *bench) loop(kind string) measured {
	return be.measure(be.n, 0, func(addr string) *exec.Cmd { return be.command("", kind, addr, strconv.Itoa(be.n)) })
}

// measure runs a process that sends n messages to a sink of its own.
func (be *bench) measure(n int, latency time.Duration, sender func(addr string) *exec.Cmd) measured {
	sink := be.command("", "sink", latency.String())
	told, err := sink.StdinPipe()
	be.must(err)
	says, err := sink.StdoutPipe()
	be.must(err)
	be.must(sink.Start())
	read := json.NewDecoder(says)
	var addr string
	be.must(read.Decode(&addr))
	cmd := sender(addr)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		be.b.Fatalf("%v: %v\n%s", cmd.Args[1:], err, out)
	}
	be.must(told.Close())
	var s sunk
	be.must(read.Decode(&s))
	be.must(sink.Wait())
	if s.Count != n {
		be.b.Fatalf("%v: %d messages were taken, not %d", cmd.Args[1:], s.Count, n)
	}
	state := cmd.ProcessState
	usage := state.SysUsage().(*syscall.Rusage)
	return measured{
		messages: n, octets: s.Octets / n, seconds: s.Last.Sub(s.First).Seconds(), toFirst: s.First.Sub(began).Seconds(),
		processor: state.UserTime() + state.SystemTime(), megabytes: float64(usage.Maxrss) / maxrssPerMB,
	}
}

// sunk is what a sink says when it is told to end.
type sunk struct {
	Count, Octets int
	First, Last   time.Time
}

// runSink is the part of the server: it prints its address, and what it took when its input ends.
func runSink(latency string) error {
	wait, err := time.ParseDuration(latency)
	if err != nil {
		return err
	}
	s, err := smtptest.StartSink(wait)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(s.Addr()); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	var u sunk
	u.Count, u.First, u.Last = s.Taken()
	u.Octets = s.Octets()
	return out.Encode(u)
}
