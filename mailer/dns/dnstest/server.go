// Package dnstest is a DNS server for tests: it answers over UDP and TCP from records that the test sets.
package dnstest

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// Server answers what is set, and that there is nothing else.
type Server struct {
	Addr string // host:port to ask

	mu      sync.Mutex
	records map[string][]string
	asked   []string
}

// Fails as a value of a record has the server answer SERVFAIL.
const Fails = "SERVFAIL"

// Start runs a server until the test ends. Records stand under “TYPE name”: TXT, MX (“10 mx.example.org”), A, AAAA, PTR (under the name
// in in-addr.arpa or ip6.arpa).
func Start(t testing.TB, records map[string][]string) *Server {
	t.Helper()
	s := &Server{records: map[string][]string{}}
	for k, v := range records {
		s.Set(k, v...)
	}
	var all sync.WaitGroup
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = udp.LocalAddr().String()
	tcp, err := net.Listen("tcp", s.Addr)
	if err != nil {
		udp.Close()
		t.Skipf("the port is taken over TCP: %v", err)
	}
	all.Go(func() { s.serveUDP(udp) })
	all.Go(func() { s.serveTCP(tcp) })
	t.Cleanup(func() {
		udp.Close()
		tcp.Close()
		all.Wait()
	})
	return s
}

// Set replaces the records of a name and type; without values there are none.
func (s *Server) Set(record string, values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, name, _ := strings.Cut(record, " ")
	key := kind + " " + strings.ToLower(strings.TrimSuffix(name, "."))
	if len(values) == 0 {
		delete(s.records, key)
		return
	}
	s.records[key] = values
}

// Asked returns what was asked so far, as “TYPE name”.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *Server) serveUDP(c net.PacketConn) {
	buf := make([]byte, 4096)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer := s.answer(buf[:n]); answer != nil {
			_, _ = c.WriteTo(answer, from) // who asked may be gone
		}
	}
}

func (s *Server) serveTCP(l net.Listener) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		all.Go(func() {
			defer c.Close()
			var length [2]byte
			if _, err := io.ReadFull(c, length[:]); err != nil {
				return
			}
			question := make([]byte, binary.BigEndian.Uint16(length[:]))
			if _, err := io.ReadFull(c, question); err != nil {
				return
			}
			answer := s.answer(question)
			_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
		})
	}
}

func (s *Server) answer(question []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(question)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	kind := strings.TrimPrefix(q.Type.String(), "Type")
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	s.mu.Lock()
	s.asked = append(s.asked, kind+" "+name)
	values := s.records[kind+" "+name]
	exists := false
	for key := range s.records {
		_, known, _ := strings.Cut(key, " ")
		exists = exists || known == name || strings.HasSuffix(known, "."+name)
	}
	s.mu.Unlock()
	h.Response, h.Authoritative, h.RecursionAvailable = true, true, true
	switch {
	case len(values) > 0 && values[0] == Fails:
		h.RCode, values = dnsmessage.RCodeServerFailure, nil
	case !exists:
		h.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, h)
	if b.StartQuestions() != nil || b.Question(q) != nil || b.StartAnswers() != nil {
		return nil
	}
	for _, v := range values {
		if add(&b, dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, kind, v) != nil {
			return nil
		}
	}
	out, err := b.Finish()
	if err != nil {
		return nil
	}
	return out
}

func add(b *dnsmessage.Builder, h dnsmessage.ResourceHeader, kind, value string) error {
	switch kind {
	case "TXT":
		var parts []string
		for part := range slices.Chunk([]byte(value), 255) {
			parts = append(parts, string(part))
		}
		return b.TXTResource(h, dnsmessage.TXTResource{TXT: parts})
	case "MX":
		pref, host, _ := strings.Cut(value, " ")
		n, err := strconv.Atoi(pref)
		if err != nil {
			return err
		}
		name, err := dnsmessage.NewName(strings.TrimSuffix(host, ".") + ".")
		if err != nil {
			return err
		}
		return b.MXResource(h, dnsmessage.MXResource{Pref: uint16(n), MX: name})
	case "PTR":
		name, err := dnsmessage.NewName(strings.TrimSuffix(value, ".") + ".")
		if err != nil {
			return err
		}
		return b.PTRResource(h, dnsmessage.PTRResource{PTR: name})
	}
	ip, err := netip.ParseAddr(value)
	switch {
	case err != nil:
		return err
	case kind == "A":
		return b.AResource(h, dnsmessage.AResource{A: ip.As4()})
	}
	return b.AAAAResource(h, dnsmessage.AAAAResource{AAAA: ip.As16()})
}
