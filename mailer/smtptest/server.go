// Package smtptest is an SMTP server for tests that does as it is told: at every moment of the conversation it can
// refuse, be slow, be silent, say nonsense or cut the connection, and it records what it has taken. It is real as far as
// a client can tell: a socket on the loopback interface, TLS with a certificate of its own, PIPELINING.
package smtptest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Phase is a moment of the conversation.
type Phase string

// The moments in the order they come. Body is inside the data, Dot after the final dot.
const (
	Connect  Phase = "connect" // before the greeting, and before the handshake of implicit TLS
	Greeting Phase = "greeting"
	Hello    Phase = "ehlo"
	StartTLS Phase = "starttls"
	Auth     Phase = "auth"
	Mail     Phase = "mail"
	Rcpt     Phase = "rcpt"
	Data     Phase = "data"
	Body     Phase = "body"
	Dot      Phase = "dot"
	Reset    Phase = "rset"
	Noop     Phase = "noop"
	Quit     Phase = "quit"
)

// Moment is what Options.Act is asked about.
type Moment struct {
	Phase Phase
	Conn  int    // number of the connection, from 1
	Nth   int    // how often this phase has come, over all connections, from 1
	Line  string // the command, where there is one
}

// Action is what to do at a moment. The zero Action is what a good server does.
type Action struct {
	Reply  string          // the answer instead of the usual one; lines are separated by "\n"
	Drop   bool            // close the connection: after Reply if there is one, else instead of an answer
	Silent bool            // never answer
	Wait   <-chan struct{} // answer only when this is closed
	Slow   bool            // answer one octet at a time
	After  int             // at Body: how many octets of data to read before Drop, Silent or Reply happens
	Take   bool            // at Dot: take the message although Reply or Drop says otherwise
}

// Options say how a server behaves when Act has nothing to say.
type Options struct {
	Extensions []string // nil: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES
	StartTLS   bool     // offer it
	TLS        bool     // implicit TLS
	// CertificateFor are the names its certificate is for, nil: this machine's; and CertificateUntil is when it runs out.
	CertificateFor   []string
	CertificateUntil time.Time
	User             string // wants AUTH PLAIN or LOGIN with these
	Password         string

	DataAnyway       bool // answer 354 to DATA although no recipient was taken (RFC 2920 section 3.2 allows it)
	HatesPipelining  bool // hang up when a command comes before the last was answered
	ForgetsPipelined bool // drop what was sent before the last command was answered
	HatesAhead       bool // hang up when a command comes together with the final dot
	ForgetsAhead     bool // drop what comes together with the final dot
	HoldsBack        bool // when it hangs up, answers that were not sent yet are lost: also to a message that was taken
	Forget           bool // keep no messages, only count them: for benchmarks

	Act func(Moment) Action
}

// Message is one that was taken.
type Message struct {
	Conn       int
	From, To   string
	Parameters string // of MAIL
	Data       []byte // without dot-stuffing
}

// Server is a running server.
type Server struct {
	options     Options
	listener    net.Listener
	certificate tls.Certificate
	roots       *x509.CertPool
	wait        sync.WaitGroup
	closing     chan struct{}
	closed      sync.Once

	mu       sync.Mutex
	conns    map[net.Conn]bool
	opened   int
	times    map[Phase]int
	taken    []Message
	count    int
	ahead    int
	commands []string
}

// Start runs a server on a free loopback port.
func Start(options Options) (*Server, error) {
	if options.Extensions == nil {
		options.Extensions = []string{"PIPELINING", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"}
	}
	if options.CertificateFor == nil {
		options.CertificateFor = []string{"127.0.0.1", "localhost"}
	}
	if options.CertificateUntil.IsZero() {
		options.CertificateUntil = time.Now().Add(300 * 24 * time.Hour)
	}
	certificate, roots, err := selfSigned(options.CertificateFor, options.CertificateUntil)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &Server{
		options: options, listener: listener, certificate: certificate, roots: roots,
		closing: make(chan struct{}), conns: map[net.Conn]bool{}, times: map[Phase]int{},
	}
	s.wait.Go(s.serve)
	return s, nil
}

// At makes an Act that does one thing at one phase, always.
func At(phase Phase, action Action) func(Moment) Action {
	return func(m Moment) Action {
		if m.Phase == phase {
			return action
		}
		return Action{}
	}
}

// Once makes an Act that does one thing the nth time a phase comes.
func Once(phase Phase, nth int, action Action) func(Moment) Action {
	return func(m Moment) Action {
		if m.Phase == phase && m.Nth == nth {
			return action
		}
		return Action{}
	}
}

// Addr is the server's host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// RootCAs holds the authority of the server's certificate.
func (s *Server) RootCAs() *x509.CertPool { return s.roots }

// Taken returns the messages that were taken, in order.
func (s *Server) Taken() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// Count is how many messages were taken.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Commands returns all command lines that came, in order.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// Ahead is how many times a command came together with the final dot of the message before.
func (s *Server) Ahead() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ahead
}

// Connections is how many connections there have been.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// Close ends all connections and waits until nothing runs any more.
func (s *Server) Close() {
	s.closed.Do(func() { close(s.closing) })
	_ = s.listener.Close()
	s.mu.Lock()
	for conn := range s.conns {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.wait.Wait()
}

func (s *Server) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.opened++
		s.conns[conn] = true
		number := s.opened
		s.mu.Unlock()
		select {
		case <-s.closing: // Close may have missed it
			_ = conn.Close()
		default:
		}
		s.wait.Go(func() {
			c := &session{server: s, number: number, socket: conn}
			c.use(conn)
			c.run()
			_ = conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

func (s *Server) act(phase Phase, conn int, line string) Action {
	s.mu.Lock()
	s.times[phase]++
	m := Moment{Phase: phase, Conn: conn, Nth: s.times[phase], Line: line}
	if line != "" && !s.options.Forget {
		s.commands = append(s.commands, line)
	}
	s.mu.Unlock()
	if s.options.Act == nil {
		return Action{}
	}
	return s.options.Act(m)
}

func (s *Server) take(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if !s.options.Forget {
		s.taken = append(s.taken, m)
	}
}

// use puts the conversation on a connection: the socket, or TLS over it.
func (c *session) use(conn net.Conn) {
	c.conn, c.in, c.out = conn, bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
}

// envelopeAddress reads the address out of "MAIL FROM:<a> SIZE=1".
func envelopeAddress(line string) (address, parameters string) {
	_, rest, _ := strings.Cut(line, "<")
	address, parameters, _ = strings.Cut(rest, ">")
	return address, strings.TrimSpace(parameters)
}
