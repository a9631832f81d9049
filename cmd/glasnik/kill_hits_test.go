package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

var listensOn = regexp.MustCompile(`Glasnik listens on (\S+?)\. `)

// serving starts the program and returns it with the address it answers at.
func (d *desk) serving() (p *process, address string) {
	d.t.Helper()
	p = d.process("serve")
	p.until(d.t, func() bool {
		m := listensOn.FindStringSubmatch(p.said.String())
		if m != nil {
			address = "http://" + m[1]
		}
		return m != nil
	})
	return p, address
}

// killAnswering kills the program while readers open and click, who are all different, and counts whom it answered before.
func killAnswering(t *testing.T, environ ...string) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, environ...)
	id := d.campaign(readers(3))
	d.ok("campaigns", "send", id, "--wait")
	body, _ := bodies(t, d.sink.Taken()[0].Data)
	image, link := pixelAddress.FindStringSubmatch(body), clickAddress.FindStringSubmatch(body)
	if image == nil || link == nil {
		t.Fatalf("the message holds no image and link:\n%s", body)
	}
	var opened, clicked, asked atomic.Int64
	for range *killTimes {
		p, address := d.serving()
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		goal := opened.Load() + clicked.Load() + 300
		var group sync.WaitGroup
		for n := range 8 {
			of, count := image[1], &opened
			if n%4 == 0 {
				of, count = link[1], &clicked
			}
			group.Go(func() {
				for {
					r, _ := http.NewRequest(http.MethodGet, address+strings.TrimPrefix(of, "http://127.0.0.1:9"), nil)
					r.Header.Set("User-Agent", fmt.Sprintf("Mozilla/5.0 Thunderbird/%d.0", asked.Add(1)))
					answer, err := client.Do(r)
					if err != nil {
						return // it was killed
					}
					answer.Body.Close()
					if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusFound {
						count.Add(1)
					}
				}
			})
		}
		p.until(t, func() bool { return opened.Load()+clicked.Load() >= goal })
		p.end(syscall.SIGKILL)
		group.Wait()
	}
	p, _ := d.serving()
	const cut = 8 // requests that each kill may have cut between the log and the answer
	counted := func() (opens, clicks int64) {
		f := d.statusOf(id).Runs[0].Figures
		opens, clicks = f.Opened.Times+f.Opened.Machines+f.Opened.Unknown, f.Clicked.Times+f.Clicked.Machines+f.Clicked.Unknown
		return opens - f.Clicked.Times, clicks // a person who clicked counts as having opened too
	}
	p.until(t, func() bool {
		o, c := counted()
		return o >= opened.Load() && c >= clicked.Load()
	})
	p.end(syscall.SIGTERM)
	if o, c := counted(); o+c > opened.Load()+clicked.Load()+int64(cut**killTimes) || o < opened.Load() || c < clicked.Load() {
		t.Errorf("counted %d opens and %d clicks, answered %d and %d", o, c, opened.Load(), clicked.Load())
	}
}

func TestKilledWhileReadersCome(t *testing.T)          { killAnswering(t) }
func TestKilledWhileReadersComeOnMongoDB(t *testing.T) { killAnswering(t, onMongoDB(t)) }
