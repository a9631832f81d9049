package mailer

import (
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// far is between client and server and lets everything take its time, each way, without holding back what follows:
// the wire to a server on another continent.
func far(t testing.TB, server string, oneWay time.Duration) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", server)
			if err != nil {
				_ = near.Close()
				continue
			}
			go carry(there, near, oneWay)
			go carry(near, there, oneWay)
		}
	}()
	return listener.Addr().String()
}

type parcel struct {
	due  time.Time
	data []byte
}

func carry(to, from net.Conn, oneWay time.Duration) {
	parcels := make(chan parcel, 1000)
	go func() {
		for p := range parcels {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				break
			}
		}
		_ = to.Close()
	}()
	defer close(parcels)
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			parcels <- parcel{time.Now().Add(oneWay), append([]byte(nil), buffer[:n]...)}
		}
		if err != nil {
			if err != io.EOF {
				_ = from.Close()
			}
			return
		}
	}
}

// BenchmarkFarServer measures messages over one connection to a server 20 ms away, as round trips a message.
func BenchmarkFarServer(b *testing.B) {
	const roundTrip = 20 * time.Millisecond
	for name, extensions := range map[string][]string{"pipelined": nil, "plain": plainExtensions} {
		for _, ahead := range []bool{false, true} {
			if ahead {
				name += ", next announced"
			}
			b.Run(name, func(b *testing.B) {
				server := startServer(b, smtptest.Options{Extensions: extensions, Forget: true})
				s := settingsFor(b, server, "")
				address, err := url.Parse("smtp://" + far(b, server.Addr(), roundTrip/2))
				if err != nil {
					b.Fatal(err)
				}
				s.Port = 0
				if err := s.setScheme(address); err != nil {
					b.Fatal(err)
				}
				c := connect(b, New(s, slog.New(slog.DiscardHandler), time.Now))
				msg := campaign.Message{From: "b@example.org", To: "a@example.org", Data: []byte(strings.Repeat(strings.Repeat("x", 74)+"\r\n", 130))}
				var next func() *campaign.Message
				if ahead {
					next = func() *campaign.Message { return &msg }
				}
				for b.Loop() {
					if o := c.SendWithNext(b.Context(), msg, next, nil); o.Result != campaign.ResultAccepted {
						b.Fatalf("%+v", o)
					}
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(roundTrip), "roundtrips/op")
			})
		}
	}
}
