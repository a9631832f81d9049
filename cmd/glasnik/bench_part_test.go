//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// benchPart names the variable that has this test program take a part in a benchmark instead of running tests.
const benchPart = "BENCH_PART"

// maxrssPerMB is the unit in which a system tells the most memory a process had.
var maxrssPerMB = map[bool]float64{true: 1 << 20, false: 1 << 10}[runtime.GOOS == "darwin"]

func TestMain(m *testing.M) {
	var err error
	switch part := os.Getenv(benchPart); part {
	case "":
		_ = flag.Set("test.parallel", "8") // most tests wait for servers and processes
		code := m.Run()
		endChromium()
		removeProgram()
		os.Exit(code)
	case "glasnik":
		main()
	case "alarms": // the program, which looks for alarms all the time
		p := &program{stdin: os.Stdin, output: output{stdout: os.Stdout, stderr: os.Stderr}, environ: os.Environ(), now: time.Now, dns: noDNS{}, alarms: 20 * time.Millisecond}
		os.Exit(p.run(context.Background(), os.Args[1:]))
	case "sink":
		err = runSink(os.Args[1])
	default:
		err = runLoop(part, os.Args[1], os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runLoop sends ready-made messages over ten connections.
func runLoop(kind, addr, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	loop := map[string]func(string, func() string, []byte) error{"netsmtp": loopStandard, "pipeline": loopPipelined}[kind]
	if loop == nil {
		return fmt.Errorf("there is no part %q", kind)
	}
	var taken atomic.Int64
	next := func() string { // "" when all are sent
		if i := taken.Add(1); i <= int64(n) {
			return fmt.Sprintf("user%07d@example.test", i)
		}
		return ""
	}
	body := []byte("From: News <news@example.test>\r\nSubject: Autumn issue\r\n\r\n" + strings.Repeat(strings.Repeat("x", 74)+"\r\n", 140))
	var group sync.WaitGroup
	failed := make(chan error, 10)
	for range 10 {
		group.Go(func() { failed <- loop(addr, next, body) })
	}
	group.Wait()
	for range 10 {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

// loopStandard uses net/smtp as it is meant to be used.
func loopStandard(addr string, next func() string, body []byte) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	for to := next(); to != ""; to = next() {
		if err := c.Mail("news@example.test"); err != nil {
			return err
		}
		if err := c.Rcpt(to); err != nil {
			return err
		}
		w, err := c.Data()
		if err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	return c.Quit()
}

// loopPipelined sends each message with the envelope of the next in one write, and waits once for each.
func loopPipelined(addr string, next func() string, body []byte) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	answers := func(n int) error {
		for n > 0 {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return err
			}
			if line[0] > '3' {
				return fmt.Errorf("the sink says %s", line)
			}
			if line[3] == ' ' {
				n--
			}
		}
		return nil
	}
	envelope := func(dst []byte, to string) []byte {
		return append(dst, "MAIL FROM:<news@example.test>\r\nRCPT TO:<"+to+">\r\nDATA\r\n"...)
	}
	to := next()
	buffer := envelope([]byte("EHLO bench\r\n"), to)
	wait := 5 // the greeting, EHLO and the first envelope
	for to != "" {
		if _, err := conn.Write(buffer); err != nil {
			return err
		}
		if err := answers(wait); err != nil {
			return err
		}
		buffer = append(append(buffer[:0], body...), ".\r\n"...)
		if to, wait = next(), 4; to != "" {
			buffer = envelope(buffer, to)
		}
	}
	if _, err := conn.Write(buffer); err != nil {
		return err
	}
	return answers(1)
}

// mongodb returns the addresses of two databases on a server, the second of which answers late.
func (be *bench) mongodb(uri string, late time.Duration) (near, far string, end func()) {
	u, err := url.Parse(uri)
	be.must(err)
	proxy, err := startProxy(u.Host, late)
	be.must(err)
	u.Path = fmt.Sprintf("/glasnik_bench_%d", time.Now().UnixNano())
	near = u.String()
	u.Path += "_late"
	u.Host = proxy.Addr().String()
	return near, u.String(), func() { proxy.Close() }
}

// startProxy listens for connections and leads them to another address; what comes back comes back late.
func startProxy(to string, late time.Duration) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() { // ends with the listener, which nobody outlives
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near); far.Close() }()
			go func() { defer near.Close(); copyLate(near, far, late) }()
		}
	}()
	return l, nil
}

// copyLate hands on what arrives, each piece as long after its arrival.
func copyLate(to io.Writer, from io.Reader, late time.Duration) {
	type piece struct {
		data []byte
		due  time.Time
	}
	pieces := make(chan piece, 1000)
	go func() {
		defer close(pieces)
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			pieces <- piece{bytes.Clone(buffer[:n]), time.Now().Add(late)}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil {
			return
		}
	}
}
