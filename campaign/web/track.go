package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/opens"
)

// tracker turns fetches of images and links out of messages into events. It never keeps or logs an address on the network
// or an agent string: they are classified, in aggregate mode hashed under the salt of the day, and forgotten.
type tracker struct {
	store      *store.Store
	links      campaign.Links
	now        func() time.Time
	classifier *opens.Classifier
	recorder   *recorder
	runs       *runCache

	mu   sync.Mutex
	day  string
	salt []byte
}

func newTracker(c Config, st *store.Store) (*tracker, error) {
	classifier, err := opens.New()
	if err != nil {
		return nil, err
	}
	return &tracker{
		store: st, links: c.Links, now: c.Now, classifier: classifier,
		recorder: newRecorder(st.RecordEvents), runs: newRunCache(st),
	}, nil
}

// emptyImage is a transparent GIF of one pixel in 43 bytes.
var emptyImage = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// openImage answers for the image in a message. Valid, forged and erased addresses get the same bytes (F-17). Only when
// an open could not be recorded is there no image: what was answered is stored.
func (s *Server) openImage(v *visit) error {
	v.Header("Cache-Control", "no-store")
	if t, ok := s.tracker.links.ReadOpen(v.Param("token")); ok {
		if err := s.tracker.opened(v.ctx(), t, hitOf(v)); err != nil {
			s.Logger.Error("an open could not be recorded", "run_id", t.Run, "error", err)
			v.Status(http.StatusServiceUnavailable)
			return nil
		}
	}
	v.Data(http.StatusOK, "image/gif", emptyImage)
	return nil
}

// clickLink leads a reader to the page a link in a message is meant for. Machines get there too, since a refusal would look
// like phishing (F-18). Where the click could not be recorded the reader gets a page with the link instead of a redirect: a
// redirect says that the click is stored, and a reader must never be lost over our figures.
func (s *Server) clickLink(v *visit) error {
	v.Header("Cache-Control", "no-store")
	t, ok := s.tracker.links.ReadClick(v.Param("token"))
	if !ok {
		return v.tellReader(http.StatusNotFound, v.acceptedLanguage(), "error.not_found")
	}
	run, err := s.tracker.runs.get(v.ctx(), t.Run)
	if campaign.CodeOf(err) == campaign.NotFound || err == nil && t.Link >= len(run.links) {
		return v.tellReader(http.StatusNotFound, readerLanguage(t.Language), "error.not_found")
	}
	if err != nil {
		s.Logger.Error("a link could not be looked up", "run_id", t.Run, "error", err)
		return v.tellReader(http.StatusServiceUnavailable, readerLanguage(t.Language), "error.server")
	}
	target := run.links[t.Link].URL
	if err := s.tracker.clicked(v.ctx(), t, hitOf(v)); err != nil {
		s.Logger.Error("a click could not be recorded", "run_id", t.Run, "error", err)
		return v.showLink(readerLanguage(t.Language), target)
	}
	v.Header("Location", target)
	v.Status(http.StatusFound)
	return nil
}

// hitOf returns what the classifier looks at.
func hitOf(v *visit) opens.Hit {
	h := opens.Hit{Agent: v.Request.UserAgent(), IP: v.ClientIP(), Method: v.Request.Method, Headers: map[string]string{}}
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if value := v.GetHeader(name); value != "" {
			h.Headers[name] = value
		}
	}
	return h
}

func (t *tracker) opened(ctx context.Context, at campaign.Tracked, h opens.Hit) error {
	e, err := t.event(ctx, at, h)
	if err != nil || e == nil {
		return err
	}
	return t.recorder.add(ctx, t.as(e, campaign.Opened, 0))
}

// clicked records the reader once and the link once; somebody who clicked has read the message, whatever the image said
// (F-15).
func (t *tracker) clicked(ctx context.Context, at campaign.Tracked, h opens.Hit) error {
	e, err := t.event(ctx, at, h)
	if err != nil || e == nil {
		return err
	}
	es := []*campaign.Event{t.as(e, campaign.Clicked, 0), t.as(e, campaign.Clicked, int64(at.Link)+1)}
	if e.Verdict == campaign.Human {
		es = append(es, t.as(e, campaign.Opened, 0))
	}
	return t.recorder.add(ctx, es...)
}

// as gives an event of a kind after the pattern of another.
func (t *tracker) as(e *campaign.Event, kind campaign.EventKind, link int64) *campaign.Event {
	out := *e
	out.Kind, out.Link = kind, link
	out.ID = campaign.EventID(out.Run, kind, out.Verdict, out.Reader, link)
	return &out
}

// event says who did something, as far as it may be known; nil when nothing may be recorded.
func (t *tracker) event(ctx context.Context, at campaign.Tracked, h opens.Hit) (*campaign.Event, error) {
	run, err := t.runs.get(ctx, at.Run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil // the run was deleted since
	}
	if err != nil {
		return nil, err
	}
	now := t.now().UTC()
	e := &campaign.Event{Run: at.Run, Campaign: run.campaign, Language: at.Language, At: now}
	if at.Delivery != "" {
		ok, err := t.identify(ctx, e, at.Delivery, &h)
		if err != nil || !ok {
			return nil, err
		}
	} else {
		if e.Reader, err = t.readerHash(ctx, at.Run, h, now); err != nil {
			return nil, err
		}
		h.After = sinceStart(run.started, now)
	}
	r := t.classifier.Classify(h)
	e.Verdict, e.Rule, e.Detail = r.Verdict, r.Rule, "lists of "+t.classifier.Date
	return e, nil
}

// sinceStart stands for the time since delivery where nobody knows which delivery it was: it is never less than that, so
// while it is short the rules about haste hold. Later it says nothing.
func sinceStart(started, now time.Time) *float64 {
	if s := now.Sub(started).Seconds(); s < 60 {
		return &s
	}
	return nil
}

// identify fills in whose delivery it is. Once a reader has withdrawn the consent, or is gone, nothing is recorded, also
// about mails sent before (E-03).
func (t *tracker) identify(ctx context.Context, e *campaign.Event, deliveryID string, h *opens.Hit) (bool, error) {
	d, err := t.store.GetDelivery(ctx, deliveryID)
	if err != nil || d.Contact == "" {
		return false, unlessMissing(err)
	}
	c, err := t.store.GetContact(ctx, d.Contact)
	if err != nil || !c.MayBeTracked() {
		return false, unlessMissing(err)
	}
	if !d.SentAt.IsZero() {
		after := e.At.Sub(d.SentAt).Seconds()
		h.After = &after
	}
	e.Reader, e.Delivery, e.Contact = d.ID, d.ID, d.Contact
	return true, nil
}

func unlessMissing(err error) error {
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil
	}
	return err
}

// readerHash tells readers of a run apart within one day and says nothing else: its key is thrown away when the day ends.
func (t *tracker) readerHash(ctx context.Context, run string, h opens.Hit, now time.Time) (string, error) {
	salt, err := t.daySalt(ctx, now)
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(strings.Join([]string{h.IP, h.Agent, run}, "\x00")))
	return hex.EncodeToString(m.Sum(nil)[:10]), nil
}

func (t *tracker) daySalt(ctx context.Context, now time.Time) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if day := now.Format(time.DateOnly); t.day != day {
		salt, err := t.store.DailySalt(ctx, now)
		if err != nil {
			return nil, err
		}
		t.day, t.salt = day, salt
	}
	return t.salt, nil
}
