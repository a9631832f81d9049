package reader

import (
	"bytes"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

func TestWhatCannotBeKeptIsAnsweredAllTheSame(t *testing.T) {
	d := newDesk(t)
	d.Engine.BreakWith(io.ErrShortWrite)
	if w := d.Fetch("GET", d.Links.Open(&d.Ana), webtest.Chrome, nil, ""); w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), emptyImage) {
		t.Errorf("image: %d with %d bytes", w.Code, w.Body.Len())
	}
	w := d.Fetch("GET", d.Links.Click(&d.Ana, 0), webtest.Chrome, nil, "")
	if w.Code != http.StatusFound || w.Header().Get("Location") != "https://example.org/pomoc" {
		t.Errorf("link: %d %s", w.Code, w.Body)
	}
	if n := d.site.LostHits(); n != 2 {
		t.Errorf("%d are counted as lost", n)
	}
}

// linesOf is a log in memory.
type linesOf struct{ lines [][]byte }

func (l *linesOf) Append(line []byte) error {
	l.lines = append(l.lines, bytes.Clone(line))
	return nil
}

// What was answered is settled once, however often the log is read, and holds nothing by which a reader is found.
func TestHitsOfTheLogAreSettledOnce(t *testing.T) {
	d := newDesk(t)
	log := &linesOf{}
	d.site.tracking.log = log
	d.Fetch("GET", d.Links.Open(&d.Ana), webtest.Chrome, nil, "")
	d.Fetch("GET", d.Links.Open(&d.Marko), webtest.Firefox, nil, "")
	d.Fetch("GET", d.Links.Click(&d.Ana, 1), webtest.Chrome, nil, "")
	if w := d.Fetch("GET", d.Links.Trap(&d.Marko), webtest.Firefox, nil, ""); w.Code != 302 {
		t.Errorf("trap: %d", w.Code)
	}
	if f := d.Figures(); f.Opened.Times != 0 || len(log.lines) != 4 {
		t.Fatalf("%d lines, %+v", len(log.lines), f)
	}
	for _, line := range log.lines {
		if s := string(line); strings.Contains(s, "192.0.2.") || strings.Contains(s, "Mozilla") || strings.Count(s, "\n") != 1 {
			t.Errorf("the log holds %s", s)
		}
	}
	for _, lines := range [][][]byte{log.lines, log.lines, {[]byte("{\"at\":\"2026-"), []byte("\x00\x00\n"), log.lines[2], log.lines[0]}} {
		webtest.Must(t, d.site.SettleHits(t.Context(), lines))
		if f := d.Figures(); f.Opened.Known != 1 || f.Opened.Times != 1 || f.Opened.Machines != 1 || f.Clicked.Known != 1 || f.Clicked.Times != 1 {
			t.Errorf("figures %+v", f)
		}
	}
	webtest.Must(t, d.Store.Eraser.DeleteContact(t.Context(), d.Ana.Contact))
	before := d.Figures()
	webtest.Must(t, d.site.SettleHits(t.Context(), log.lines))
	if f := d.Figures(); f.Opened != before.Opened || f.Clicked != before.Clicked {
		t.Errorf("a hit of somebody erased since: %+v, before %+v", f, before)
	}
}

// Who asks for the same without end fills no log; every second keeps one, and another program or link is another hit.
func TestTheSameHitIsKeptOnceASecond(t *testing.T) {
	d := newDesk(t)
	log := &linesOf{}
	d.site.tracking.log = log
	for range 2 {
		for range 50 {
			d.Fetch("GET", d.Links.Click(&d.Ana, 1), webtest.Chrome, nil, "")
			d.Fetch("GET", d.Links.Open(&d.Ana), webtest.Chrome, nil, "")
			d.Fetch("GET", d.Links.Click(&d.Ana, 1), webtest.Firefox, nil, "")
		}
		d.Pass(time.Second)
	}
	if len(log.lines) != 6 {
		t.Errorf("%d lines", len(log.lines))
	}
}

func TestLinesOfTheLog(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 9, 0, 0, 123456789, time.UTC)
	for _, h := range []hit{
		{
			At: at, Kind: opens.Click, Run: "run", Arm: "b", Language: campaign.SerbianCyrillic, Link: 12, Reader: "0f", Shared: true, Lists: "2026-11-01",
			Results: opens.ByAge{{Verdict: campaign.Unknown, Rules: []string{"F-10"}}, {Verdict: campaign.Human, Rules: []string{"F-13", "F-15"}}},
		},
		{At: at, Kind: opens.Open, Run: "run", Delivery: "run.00.ana", Source: "0a", Program: "0b", Results: opens.ByAge{{Verdict: campaign.Machine, Rules: []string{"F-05"}}}},
	} {
		line := string(h.appendLine(nil))
		if got, ok := readHit(line); !ok || !reflect.DeepEqual(got, h) {
			t.Errorf("%q is read as %+v", line, got)
		}
		for i := range len(line) {
			if _, ok := readHit(line[:i]); ok {
				t.Errorf("a line that was cut is read: %q", line[:i])
			}
		}
	}
}
