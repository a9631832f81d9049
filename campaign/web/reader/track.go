package reader

import (
	"bytes"
	"context"
	"encoding/hex"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// tracking turns fetches of images and links out of messages into events. A reader is answered as soon as the hit is written to the
// log; what it says of the run is settled later (track_settle.go). It never stores or logs an address on the network or an agent
// string: they are classified, hashed under the salt of the day, and forgotten.
type tracking struct {
	store    trackingStore
	links    campaign.Links
	now      func() time.Time
	logger   *slog.Logger
	machines *opens.Current
	log      HitLog // nil settles each hit before it is answered
	runs     *runCache
	crowds   *crowds
	lines    sync.Pool // of *[]byte, to write a hit in
	lately   latest
	lost     lost

	mu  sync.Mutex
	day *dayReaders
}

// HitLog keeps a line that describes a hit until it is settled, even when the process is killed. Append is done with the line when it
// returns.
type HitLog interface {
	Append(line []byte) error
}

type trackingStore interface {
	GetDeliveries(ctx context.Context, ids []string) (map[string]*campaign.Delivery, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	DailySalt(ctx context.Context, day time.Time) ([]byte, error)
	RecordEvents(ctx context.Context, es []*campaign.Event) error
	judgedStore
}

// emptyImage is a transparent GIF of one pixel in 43 bytes.
var emptyImage = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// openImage sends the image of a message. Valid, forged and erased addresses get the same bytes (F-17).
func (t *tracking) openImage(v *visit) error {
	v.Header("Cache-Control", "no-store")
	if at, ok := t.links.ReadOpen(v.Param("token")); ok {
		t.keep(v, at, opens.Open)
	}
	v.Data(http.StatusOK, "image/gif", emptyImage)
	return nil
}

// clickLink leads a reader to where a link in a message points. Machines get there too, since a refusal would look like phishing
// (F-18).
func (t *tracking) clickLink(v *visit) error {
	v.Header("Cache-Control", "no-store")
	at, ok := t.links.ReadClick(v.Param("token"))
	if !ok {
		return v.showMessage(http.StatusNotFound, request.AcceptedLanguage(v.Request), "error.not_found")
	}
	run, err := t.runs.get(v.ctx(), at.Run)
	if campaign.CodeOf(err) == campaign.NotFound || err == nil && at.Link >= len(run.links) {
		return v.showMessage(http.StatusNotFound, knownLanguage(at.Language), "error.not_found")
	}
	if err != nil {
		t.logger.Error("a link could not be looked up", "run_id", at.Run, "error", err)
		return v.showMessage(http.StatusServiceUnavailable, knownLanguage(at.Language), "error.server")
	}
	t.keep(v, at, opens.Click)
	v.Header("Location", run.links[at.Link].URL)
	v.Status(http.StatusFound)
	return nil
}

// followTrap records that a machine follows links (F-07), and leads to the release as everybody may read it: somebody who comes here
// all the same, by the source of the message, finds nothing strange.
func (t *tracking) followTrap(v *visit) error {
	v.Header("Cache-Control", "no-store")
	at, ok := t.links.ReadTrap(v.Param("token"))
	if !ok {
		return v.showMessage(http.StatusNotFound, request.AcceptedLanguage(v.Request), "error.not_found")
	}
	t.keep(v, at, opens.Trap)
	v.Header("Location", t.links.Read(at.Run, knownLanguage(at.Language)))
	v.Status(http.StatusFound)
	return nil
}

// keep writes a hit down. The reader is answered all the same where that fails: nobody is lost over our figures.
func (t *tracking) keep(v *visit, at campaign.Tracked, kind opens.Kind) {
	h, err := t.reduce(v.ctx(), at, hitOf(v, kind))
	if err == nil && t.log == nil {
		err = t.settle(v.ctx(), []hit{h})
	} else if err == nil {
		err = t.write(&h)
	}
	if err != nil {
		t.lost.tell(t.logger, t.now(), err)
	}
}

// write puts a hit into the log, unless the same is there already of the same second: nothing comes of it then, and somebody who asks
// for one link without end must not fill the log.
func (t *tracking) write(h *hit) error {
	line := t.lines.Get().(*[]byte)
	defer t.lines.Put(line)
	*line = h.appendLine((*line)[:0])
	second, says := h.At.Unix(), (*line)[bytes.IndexByte(*line, '\t'):]
	if t.lately.has(second, says) {
		return nil
	}
	if err := t.log.Append(*line); err != nil {
		return err
	}
	t.lately.add(second, says)
	return nil
}

// latest are hits of the same second, by what they say.
type latest struct {
	mu     sync.Mutex
	second int64 // since 1970
	seed   maphash.Seed
	hits   map[uint64]bool
}

const maxLatest = 100_000

func (l *latest) has(second int64, says []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.second == second && l.hits[maphash.Bytes(l.seed, says)]
}

func (l *latest) add(second int64, says []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hits == nil || l.second != second || len(l.hits) >= maxLatest {
		l.second, l.seed, l.hits = second, maphash.MakeSeed(), map[uint64]bool{}
	}
	l.hits[maphash.Bytes(l.seed, says)] = true
}

// lost counts the hits that could not be written down, and says so once a minute.
type lost struct {
	mu    sync.Mutex
	total int64
	told  int64 // of them
	said  time.Time
}

func (l *lost) tell(logger *slog.Logger, now time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total++; now.Sub(l.said) < time.Minute {
		return
	}
	logger.Error("opens and clicks were answered but could not be kept", "count", l.total-l.told, "error", err)
	l.told, l.said = l.total, now
}

func (l *lost) count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// hitOf returns what the classifier looks at.
func hitOf(v *visit, kind opens.Kind) opens.Hit {
	h := opens.Hit{Kind: kind, Agent: v.Request.UserAgent(), IP: v.ClientIP(), Method: v.Request.Method}
	for _, name := range [...]string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if values := v.Request.Header[name]; len(values) > 0 && values[0] != "" {
			if h.Headers == nil {
				h.Headers = map[string]string{}
			}
			h.Headers[name] = values[0]
		}
	}
	return h
}

// left records that its reader left by a message; with an empty delivery it records nothing.
func (t *tracking) left(ctx context.Context, d *campaign.Delivery) error {
	if d.ID == "" {
		return nil
	}
	return t.store.RecordEvents(ctx, []*campaign.Event{{
		ID:  campaign.EventID(d.Run, campaign.UnsubscribedEvent, campaign.Human, d.ID, 0),
		Run: d.Run, Campaign: d.Campaign, Kind: campaign.UnsubscribedEvent, Verdict: campaign.Human,
		Delivery: d.ID, Contact: d.Contact, Reader: d.ID, Language: d.Language, At: t.now().UTC(),
	}})
}

// withKind returns a copy of an event or hit as an event of a kind.
func withKind(e *campaign.Event, kind campaign.EventKind, link int64) *campaign.Event {
	out := *e
	out.Kind, out.Link, out.Fetched, out.Source, out.Program = kind, link, "", "", ""
	out.ID = campaign.EventID(out.Run, kind, out.Verdict, out.Reader, link)
	return &out
}

// dayReaders tells the readers of a run apart within one day and nothing more: its key is thrown away when the day ends.
type dayReaders struct {
	day    int64
	hasher *campaign.Hasher
}

func (d *dayReaders) hash(of ...string) string {
	sum := d.hasher.Hash(of...)
	return hex.EncodeToString(sum[:10])
}

func (t *tracking) readersOf(ctx context.Context, now time.Time) (*dayReaders, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if day := now.Unix() / (24 * 60 * 60); t.day == nil || t.day.day != day {
		salt, err := t.store.DailySalt(ctx, now)
		if err != nil {
			return nil, err
		}
		t.day = &dayReaders{day, campaign.NewHasher(salt)}
	}
	return t.day, nil
}
