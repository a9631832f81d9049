package preflight

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers every question for an address of IPv4 with the next of some addresses, over UDP of this machine.
func nameServer(t *testing.T, addresses ...[4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf, asked := make([]byte, 1500), 0
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			m.Header.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA && len(addresses) > 0 {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: addresses[asked%len(addresses)]}}}
				asked++
			} else if len(addresses) == 0 {
				m.Header.RCode = dnsmessage.RCodeNameError
			}
			out, err := m.Pack()
			if err == nil {
				conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// mayAskHere lets tests ask servers of this machine at 127.0.0.1, and nowhere else.
func mayAskHere(ip netip.Addr) bool { return ip == netip.MustParseAddr("127.0.0.1") }

func TestLinks(t *testing.T) {
	mux := http.NewServeMux()
	say := func(path string, status int) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
	}
	go404, here := http.NotFoundHandler(), ""
	say("/works", 200)
	say("/gone", 410)
	say("/forbidden", 403)
	mux.Handle("/none", go404)
	mux.HandleFunc("/no-head", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(405)
			return
		}
		if r.Header.Get("Range") != "bytes=0-1023" || !strings.Contains(r.UserAgent(), "Glasnik") {
			t.Errorf("asked with %v", r.Header)
		}
		w.WriteHeader(206)
	})
	mux.HandleFunc("/huge", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(405)
			return
		}
		for i := 0; ; i++ {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
			if i > 200 {
				t.Error("200 MB of a page were read")
				return
			}
		}
	})
	redirect := func(path, to string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(to, "HERE", here, 1), http.StatusFound)
		})
	}
	redirect("/moved", "/works?x=1")
	redirect("/slash", "/slash/")
	mux.HandleFunc("/slash/", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) })
	redirect("/loop", "/loop")
	redirect("/to-loopback", "http://127.0.0.2/")
	redirect("/to-six", "http://[::1]/")
	redirect("/to-metadata", "http://169.254.169.254/latest/meta-data/")
	redirect("/to-file", "file:///etc/passwd")
	redirect("/to-none", "/none")
	server := httptest.NewServer(mux)
	defer server.Close()
	here = server.URL
	var targets []string
	wants := map[string]Outcome{
		"/works": Works, "/gone": Refused, "/forbidden": Refused, "/none": Refused, "/no-head": Works, "/huge": Works, "/moved": Moved, "/slash": Works, "/loop": Endless,
		"/to-loopback": Private, "/to-six": Private, "/to-metadata": Private, "/to-file": Refused, "/to-none": Refused,
		"http://10.0.0.1/": Private, "http://[fd00::1]/": Private, "http://%5B::1%5D:9/": Private, "http://[::ffff:127.0.0.3]/": Private, "http://0x7f000002/": Private, "ftp://example.org/": Unasked, "http://": Unasked, "::": Unasked,
	}
	for target := range wants {
		if strings.HasPrefix(target, "/") {
			target = here + target
		}
		targets = append(targets, target)
	}
	found := newLooker(mayAskHere, &net.Dialer{}, nil).Look(t.Context(), targets)
	for i, link := range found {
		want := wants[strings.TrimPrefix(link.URL, here)]
		if link.URL == "http://0x7f000002/" && link.Outcome == Nameless { // where the name is not taken for a number
			want = Nameless
		}
		if link.URL != targets[i] || link.Outcome != want {
			t.Errorf("%s: %s, want %s", link.URL, link.Outcome, want)
		}
	}
}

func TestLinksToNames(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200) }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	target := "http://rebound.example.org:" + port + "/"
	for name, c := range map[string]struct {
		may       func(netip.Addr) bool
		addresses [][4]byte
		want      Outcome
	}{
		"a name of this machine":    {isPublic, [][4]byte{{127, 0, 0, 1}}, Private},
		"a name of a private host":  {isPublic, [][4]byte{{10, 0, 0, 7}}, Private},
		"a name that changes":       {mayAskHere, [][4]byte{{127, 0, 0, 1}, {192, 168, 1, 1}}, Private}, // HEAD is answered with 405 below, GET is asked elsewhere
		"a name that may be asked":  {mayAskHere, [][4]byte{{127, 0, 0, 1}}, Works},
		"a name that is not there":  {isPublic, nil, Nameless},
		"the demo looks up no name": {nil, [][4]byte{{127, 0, 0, 1}}, Unasked},
	} {
		t.Run(name, func(t *testing.T) {
			asked := target
			if c.may == nil {
				if got := NewDemoLooker().Look(t.Context(), []string{target})[0]; got.Outcome != Unasked {
					t.Errorf("%+v", got)
				}
				if got := NewDemoLooker().Look(t.Context(), []string{server.URL})[0]; got.Outcome != Works {
					t.Errorf("%+v", got)
				}
				return
			}
			if name == "a name that changes" {
				refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(405) }))
				defer refusing.Close()
				_, port, _ := net.SplitHostPort(refusing.Listener.Addr().String())
				asked = "http://rebound.example.org:" + port + "/"
			}
			got := newLooker(c.may, &net.Dialer{Resolver: nameServer(t, c.addresses...)}, nil).Look(t.Context(), []string{asked})
			if got[0].Outcome != c.want {
				t.Errorf("%+v, want %s", got[0], c.want)
			}
		})
	}
}

func TestLinksOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	server.Config.ErrorLog = nil
	defer server.Close()
	known := x509.NewCertPool()
	known.AddCert(server.Certificate())
	if got := newLooker(mayAskHere, &net.Dialer{}, nil).Look(t.Context(), []string{server.URL})[0]; got.Outcome != Certificate {
		t.Errorf("an unknown certificate: %+v", got)
	}
	if got := newLooker(mayAskHere, &net.Dialer{}, known).Look(t.Context(), []string{server.URL})[0]; got.Outcome != Works {
		t.Errorf("a known certificate: %+v", got)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if got := newLooker(mayAskHere, &net.Dialer{}, known).Look(t.Context(), []string{strings.Replace(plain.URL, "http:", "https:", 1)})[0]; got.Outcome != Silent && got.Outcome != Certificate {
		t.Errorf("no TLS at all: %+v", got)
	}
}

// TestSlowServers takes a server that never ends its headers, and one that never answers, and one that refuses connections.
func TestSlowServers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.Read(make([]byte, 1000))
				io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
				for i := 0; ; i++ { // as much as it likes
					if _, err := fmt.Fprintf(conn, "X-%d: %s\r\n", i, strings.Repeat("x", 4000)); err != nil {
						return
					}
				}
			}()
		}
	}()
	looker := newLooker(mayAskHere, &net.Dialer{}, nil)
	if got := looker.Look(t.Context(), []string{"http://" + l.Addr().String()})[0]; got.Outcome != Silent {
		t.Errorf("endless headers: %+v", got)
	}
	asked := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }() // time is up while it waits
	if got := looker.Look(ctx, []string{silent.URL, silent.URL + "/2"}); got[0].Outcome != Unasked || got[1].Outcome != Unasked {
		t.Errorf("what there was no time for: %+v", got)
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	if got := looker.Look(t.Context(), []string{closed.URL})[0]; got.Outcome != Silent {
		t.Errorf("nobody listens: %+v", got)
	}
}

func TestHostsAreAskedOneAtATime(t *testing.T) {
	var now, most atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		if n > most.Load() {
			most.Store(n)
		}
	}))
	defer server.Close()
	var targets []string
	for i := range 30 {
		targets = append(targets, fmt.Sprint(server.URL, "/", i))
	}
	for _, l := range newLooker(mayAskHere, &net.Dialer{}, nil).Look(t.Context(), targets) {
		if l.Outcome != Works {
			t.Errorf("%+v", l)
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d at once", most.Load())
	}
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2a00:1450:4001::1": true, "127.0.0.1": false, "10.1.2.3": false, "172.31.255.255": false, "172.32.0.1": true, "192.168.0.1": false, "169.254.169.254": false,
		"100.100.100.200": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "168.63.129.16": false, "::1": false, "::": false, "fe80::1%eth0": false, "fd00:ec2::254": false,
		"::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::a00:1": false, "2002:a00:1::": false, "2001::1": false, "fec0::1": false, "ff02::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if isPublic(netip.Addr{}) || !errors.Is(fmt.Errorf("x: %w", errPrivate), errPrivate) {
		t.Error("no address at all")
	}
}

func TestDesk(t *testing.T) {
	at := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	clock := atomic.Pointer[time.Time]{}
	clock.Store(&at)
	d := NewDesk(func() time.Time { return *clock.Load() })
	asked, go1 := 0, make(chan int)
	ask := func() Found[int] {
		return Ask(d, "question", time.Hour, func(ctx context.Context) int { asked++; return <-go1 })
	}
	for range 2 {
		if ask().Done() {
			t.Error("it is known before it was looked up")
		}
	}
	d.Forget("question") // is just being looked up
	go1 <- 1
	settle := func(want int) {
		for f := ask(); !f.Done() || f.Value != want; f = ask() {
			select {
			case <-t.Context().Done():
				t.Fatal("no answer")
			default:
			}
		}
	}
	settle(1)
	if asked != 1 || !ask().At.Equal(at) {
		t.Errorf("asked %d times", asked)
	}
	later := at.Add(2 * time.Hour)
	clock.Store(&later)
	if ask().Done() {
		t.Error("what is old is believed")
	}
	go1 <- 2
	settle(2)
	d.Forget("question")
	if ask().Done() {
		t.Error("what was forgotten is known")
	}
	go1 <- 3
	settle(3)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	slow := make(chan int)
	wait := func(ctx context.Context) Found[int] {
		return Wait(ctx, d, "slow", time.Hour, func(context.Context) int { return <-slow })
	}
	if wait(ended).Done() {
		t.Error("nobody waited, and it is known")
	}
	close(slow)
	if !wait(t.Context()).Done() {
		t.Error("who waits has no answer")
	}
	stopped := false
	Ask(d, "other", time.Hour, func(ctx context.Context) int { <-ctx.Done(); stopped = true; return 0 })
	d.Close()
	if !stopped {
		t.Error("closing did not wait")
	}
}
