package smtptest

import (
	"bufio"
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Sink is a server that takes every message as fast as it can, throws it away and counts it: the far end of benchmarks.
// Unlike Server it looks at nothing and remembers nothing.
type Sink struct {
	latency  time.Duration
	listener net.Listener
	conns    sync.WaitGroup
	first    atomic.Int64 // when the first and the last message were taken, in Unix nanoseconds
	last     atomic.Int64
	count    atomic.Int64
	octets   atomic.Int64
}

// StartSink runs a sink on a free loopback port. It waits for latency before it answers the final dot of each message.
func StartSink(latency time.Duration) (*Sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{latency: latency, listener: listener}
	s.conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() { s.serve(conn) })
		}
	})
	return s, nil
}

// Addr is where it listens.
func (s *Sink) Addr() string { return s.listener.Addr().String() }

// Taken says how many messages were taken, and when the first and the last of them.
func (s *Sink) Taken() (count int, first, last time.Time) {
	return int(s.count.Load()), time.Unix(0, s.first.Load()), time.Unix(0, s.last.Load())
}

// Octets is how many octets of data were taken in all.
func (s *Sink) Octets() int { return int(s.octets.Load()) }

// Close takes no more connections and waits for those there are to end.
func (s *Sink) Close() error {
	err := s.listener.Close()
	s.conns.Wait()
	return err
}

func (s *Sink) serve(conn net.Conn) {
	defer conn.Close()
	in, out := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	answer := "220 sink\r\n"
	for {
		_, _ = out.WriteString(answer) // an error shows at the next reading
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
		line, err := in.ReadSlice('\n')
		if err != nil || len(line) < 4 {
			return
		}
		switch string(bytes.ToUpper(line[:4])) {
		case "EHLO":
			answer = "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 10485760\r\n"
		case "DATA":
			_, _ = out.WriteString("354 go on\r\n")
			if out.Flush() != nil {
				return
			}
			n, err := skipData(in)
			if err != nil {
				return
			}
			s.take(n)
			answer = "250 taken\r\n"
		case "QUIT":
			_, _ = out.WriteString("221 bye\r\n")
			_ = out.Flush()
			return
		default:
			answer = "250 ok\r\n"
		}
	}
}

func (s *Sink) take(octets int) {
	if s.latency > 0 {
		time.Sleep(s.latency)
	}
	now := time.Now().UnixNano()
	s.first.CompareAndSwap(0, now)
	s.last.Store(now)
	s.octets.Add(int64(octets))
	s.count.Add(1)
}

var endOfData = []byte("\r\n.\r\n")

// skipData reads up to the final dot and says how much that was.
func skipData(in *bufio.Reader) (octets int, err error) {
	if start, err := in.Peek(3); err != nil || string(start) == ".\r\n" {
		n, _ := in.Discard(3)
		return n, err
	}
	for {
		if _, err := in.Peek(len(endOfData)); err != nil {
			return octets, err
		}
		some, _ := in.Peek(in.Buffered()) // what is there already
		n := len(some) - len(endOfData) + 1
		i := bytes.Index(some, endOfData)
		if i >= 0 {
			n = i + len(endOfData)
		}
		_, _ = in.Discard(n) // it is there
		if octets += n; i >= 0 {
			return octets, nil
		}
	}
}
