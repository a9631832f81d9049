// Package catcher is a mail server that delivers nothing: it takes every message, but to an address
// it is told to refuse, and keeps the last ones in memory, to be looked at. The demonstration sends to it, so that nothing ever leaves the machine; tests read what was sent from it.
// It forgets the oldest mails when it holds too many or too much, and all of them when it is closed.
package catcher

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Bounds of what is held in memory.
const (
	KeepMails   = 5000
	KeepBytes   = 128 << 20
	maxMessage  = 32 << 20
	maxLine     = 4000
	idleTimeout = 10 * time.Minute
)

// Catcher is a running catcher. It is safe for use by many goroutines.
type Catcher struct {
	server   *smtp.Server
	listener net.Listener
	served   chan struct{}

	mu      sync.RWMutex
	mails   []*caught // oldest first
	bytes   int
	total   int
	unknown string // an address that does not exist here
}

// caught is a mail as it is held: its source, and what the list of mails shows.
type caught struct {
	number  int
	summary Mail
	search  string // what is looked through, in lower case
	source  []byte
}

// Start takes mail at a loopback or other address; port 0 picks a free one.
func Start(addr string) (*Catcher, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for mail to catch: %w", err)
	}
	c := &Catcher{listener: listener, served: make(chan struct{})}
	c.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{catcher: c}, nil }))
	c.server.Domain = "catcher.glasnik.example"
	c.server.EnableSMTPUTF8 = true
	c.server.MaxMessageBytes = maxMessage
	c.server.MaxLineLength = maxLine
	c.server.ReadTimeout, c.server.WriteTimeout = idleTimeout, idleTimeout
	c.server.ErrorLog = quiet{}
	go func() {
		defer close(c.served)
		_ = c.server.Serve(listener) // ends with Close
	}()
	return c, nil
}

// quiet keeps a client that hangs up from being reported as an error of ours.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Addr is where mail is taken.
func (c *Catcher) Addr() string { return c.listener.Addr().String() }

// Total is how many mails were taken since the start, forgotten ones included.
func (c *Catcher) Total() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.total
}

// List returns the mails whose sender, recipient or subject contains search, newest first, without their texts, source
// and attachments; and how many there are in all.
func (c *Catcher) List(offset, limit int, search string) (page []Mail, matching int) {
	search = strings.ToLower(strings.TrimSpace(search))
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, m := range slices.Backward(c.mails) {
		if !strings.Contains(m.search, search) {
			continue
		}
		if matching >= offset && len(page) < limit {
			page = append(page, m.summary)
		}
		matching++
	}
	return page, matching
}

// Get returns a whole mail; ok is false when there is none with this id, or no longer.
func (c *Catcher) Get(id string) (mail Mail, ok bool) {
	number, err := strconv.Atoi(id)
	if err != nil {
		return Mail{}, false
	}
	c.mu.RLock()
	i, ok := slices.BinarySearchFunc(c.mails, number, func(m *caught, n int) int { return m.number - n })
	if !ok {
		c.mu.RUnlock()
		return Mail{}, false
	}
	m := c.mails[i]
	c.mu.RUnlock()
	mail = m.summary
	mail.Source = string(m.source)
	mail.read()
	return mail, true
}

// Refuse says of an address that it does not exist to all who write to it from now on.
func (c *Catcher) Refuse(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unknown = address
}

func (c *Catcher) isUnknown(address string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.unknown != "" && strings.EqualFold(address, c.unknown)
}

// Close stops taking mail and ends all conversations.
func (c *Catcher) Close() error {
	_ = c.listener.Close() // the server knows of it only once it serves, which may be later than this
	err := c.server.Close()
	<-c.served
	if errors.Is(err, net.ErrClosed) || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

func (c *Catcher) keep(from string, to []string, source []byte) {
	summary := summarise(source)
	summary.EnvelopeFrom, summary.EnvelopeTo = from, to
	summary.ReceivedAt = time.Now().UTC()
	m := &caught{summary: summary, source: source}
	m.search = strings.ToLower(strings.Join(append([]string{summary.From, summary.To, summary.Subject, from}, to...), "\n"))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
	m.number = c.total
	m.summary.ID = strconv.Itoa(c.total)
	c.mails = append(c.mails, m)
	c.bytes += len(source)
	forget := 0
	for forget < len(c.mails)-1 && (len(c.mails)-forget > KeepMails || c.bytes > KeepBytes) {
		c.bytes -= len(c.mails[forget].source)
		forget++
	}
	c.mails = slices.Delete(c.mails, 0, forget)
}

// session is one conversation.
type session struct {
	catcher *Catcher
	from    string
	to      []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.catcher.isUnknown(to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "The mailbox does not exist"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	source, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.catcher.keep(s.from, s.to, slices.Clip(source))
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }
