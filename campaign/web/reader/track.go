package reader

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// tracking turns fetches of images and links out of messages into events. It never stores or logs an address on the network or
// an agent string: they are classified, in aggregate mode hashed under the salt of the day, and forgotten.
type tracking struct {
	store    trackingStore
	links    campaign.Links
	now      func() time.Time
	logger   *slog.Logger
	machines *opens.Current
	recorder *recorder
	runs     *runCache
	suspects *suspects
	crowds   *crowds

	mu   sync.Mutex
	day  string
	salt []byte
}

type trackingStore interface {
	GetDelivery(ctx context.Context, id string) (campaign.Delivery, error)
	GetContact(ctx context.Context, id string) (campaign.Contact, error)
	DailySalt(ctx context.Context, day time.Time) ([]byte, error)
	RecordEvents(ctx context.Context, es []*campaign.Event) error
	judgedStore
}

// emptyImage is a transparent GIF of one pixel in 43 bytes.
var emptyImage = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// openImage sends the image of a message. Valid, forged and erased addresses get the same bytes (F-17). There is no image only
// when an open could not be recorded: what was answered is stored.
func (t *tracking) openImage(v *visit) error {
	v.Header("Cache-Control", "no-store")
	if at, ok := t.links.ReadOpen(v.Param("token")); ok {
		if err := t.opened(v.ctx(), at, hitOf(v, opens.Open)); err != nil {
			t.logger.Error("an open could not be recorded", "run_id", at.Run, "error", err)
			v.Status(http.StatusServiceUnavailable)
			return nil
		}
	}
	v.Data(http.StatusOK, "image/gif", emptyImage)
	return nil
}

// clickLink leads a reader to where a link in a message points. Machines get there too, since a refusal would look like phishing
// (F-18). When the click could not be recorded the reader gets a page with the link instead of a redirect: a redirect says that
// the click is stored, and a reader must never be lost over our figures.
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
	target := run.links[at.Link].URL
	if err := t.clicked(v.ctx(), at, hitOf(v, opens.Click)); err != nil {
		t.logger.Error("a click could not be recorded", "run_id", at.Run, "error", err)
		return v.showLink(knownLanguage(at.Language), target)
	}
	v.Header("Location", target)
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
	if err := t.trapped(v.ctx(), at, hitOf(v, opens.Trap)); err != nil {
		t.logger.Error("a followed trap could not be recorded", "run_id", at.Run, "error", err)
	}
	v.Header("Location", t.links.Read(at.Run, knownLanguage(at.Language)))
	v.Status(http.StatusFound)
	return nil
}

func (t *tracking) trapped(ctx context.Context, at campaign.Tracked, h opens.Hit) error {
	e, err := t.event(ctx, at, &h)
	if err != nil || e == nil {
		return err
	}
	e.Verdict = campaign.Machine // whatever program it was
	es := []*campaign.Event{withKind(e, campaign.TrapEvent, 0)}
	if e.Delivery != "" {
		es = append(es, evidenceOf(e, campaign.TrapEvent, 0))
	}
	if err := t.recorder.add(ctx, es...); err != nil {
		return err
	}
	return t.judgeAgain(ctx, e)
}

// hitOf returns what the classifier looks at.
func hitOf(v *visit, kind opens.Kind) opens.Hit {
	h := opens.Hit{Kind: kind, Agent: v.Request.UserAgent(), IP: v.ClientIP(), Method: v.Request.Method, Headers: map[string]string{}}
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if value := v.GetHeader(name); value != "" {
			h.Headers[name] = value
		}
	}
	return h
}

func (t *tracking) opened(ctx context.Context, at campaign.Tracked, h opens.Hit) error {
	e, err := t.event(ctx, at, &h)
	if err != nil || e == nil {
		return err
	}
	var before []string
	if e.Delivery != "" && e.Verdict != campaign.Machine && !opens.SharedProxy(h.Agent) {
		var crowd bool
		if before, crowd = t.crowds.see(e.Source, e.Delivery, e.At); crowd {
			e.Verdict, e.Rule = campaign.Machine, crowdRule
		}
	}
	es := []*campaign.Event{withKind(e, campaign.Opened, 0)}
	if e.Delivery != "" && e.Verdict != campaign.Machine {
		es = append(es, evidenceOf(e, campaign.Opened, 0))
	}
	if err := t.recorder.add(ctx, es...); err != nil {
		return err
	}
	for _, delivery := range before {
		if err := t.markCrowd(ctx, delivery, e); err != nil {
			return err
		}
	}
	if !t.suspects.has(senderOf(e)) {
		return nil
	}
	return t.judgeAgain(ctx, e)
}

// clicked records the reader once and the link once. A person who clicked has read the message, whatever the image said (F-15).
func (t *tracking) clicked(ctx context.Context, at campaign.Tracked, h opens.Hit) error {
	e, err := t.event(ctx, at, &h)
	if err != nil || e == nil {
		return err
	}
	link := int64(at.Link) + 1
	var es []*campaign.Event
	for _, s := range standsFor(campaign.Clicked, e.Verdict, link) {
		es = append(es, withKind(e, s.kind, s.link))
	}
	if e.Delivery != "" {
		es = append(es, evidenceOf(e, campaign.Clicked, link))
	}
	if err := t.recorder.add(ctx, es...); err != nil {
		return err
	}
	return t.judgeAgain(ctx, e)
}

// left records that its reader left by a message; with an empty delivery it records nothing.
func (t *tracking) left(ctx context.Context, d *campaign.Delivery) error {
	if d.ID == "" {
		return nil
	}
	return t.recorder.add(ctx, &campaign.Event{
		ID:  campaign.EventID(d.Run, campaign.UnsubscribedEvent, campaign.Human, d.ID, 0),
		Run: d.Run, Campaign: d.Campaign, Kind: campaign.UnsubscribedEvent, Verdict: campaign.Human,
		Delivery: d.ID, Contact: d.Contact, Reader: d.ID, Language: d.Language, At: t.now().UTC(),
	})
}

// withKind returns a copy of an event or hit as an event of a kind.
func withKind(e *campaign.Event, kind campaign.EventKind, link int64) *campaign.Event {
	out := *e
	out.Kind, out.Link, out.Fetched, out.Source, out.Program = kind, link, "", "", ""
	out.ID = campaign.EventID(out.Run, kind, out.Verdict, out.Reader, link)
	return &out
}

// event classifies a hit and returns an event with its run, verdict and reader, as far as the reader may be known; nil when
// nothing may be recorded.
func (t *tracking) event(ctx context.Context, at campaign.Tracked, h *opens.Hit) (*campaign.Event, error) {
	run, err := t.runs.get(ctx, at.Run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil // the run was deleted since
	}
	if err != nil {
		return nil, err
	}
	now := t.now().UTC()
	e := &campaign.Event{Run: at.Run, Campaign: run.campaign, Language: at.Language, Arm: at.Arm, At: now}
	if at.Delivery != "" {
		ok, err := t.identify(ctx, e, at.Delivery, h)
		if err != nil || !ok {
			return nil, err
		}
	} else {
		// Readers of two arms who look alike are two, so that neither arm has the other's clicks.
		if e.Reader, err = t.hash(ctx, now, h.IP, h.Agent, at.Run+at.Arm); err != nil {
			return nil, err
		}
		h.After = sinceStart(run.started, now)
	}
	by := t.machines.Get()
	r := by.Classify(*h)
	e.Verdict, e.Rule, e.Detail = r.Verdict, strings.Join(r.Rules, " "), "lists of "+by.Date
	return e, nil
}

// sinceStart returns the seconds since the run began, in place of those since the delivery, which aggregate mode does not know.
// It is never less than those, so a small value proves haste; from a minute on it returns nil.
func sinceStart(started, now time.Time) *float64 {
	if s := now.Sub(started).Seconds(); s < 60 {
		return &s
	}
	return nil
}

// identify fills in the reader of a delivery. It returns false when nothing may be recorded: the contact is gone or has withdrawn
// consent, which holds for mails sent before too (E-03).
func (t *tracking) identify(ctx context.Context, e *campaign.Event, deliveryID string, h *opens.Hit) (bool, error) {
	d, err := t.store.GetDelivery(ctx, deliveryID)
	if err != nil || d.Contact == "" {
		return false, campaign.UnlessMissing(err)
	}
	c, err := t.store.GetContact(ctx, d.Contact)
	if err != nil || !c.MayBeTracked() {
		return false, campaign.UnlessMissing(err)
	}
	if !d.SentAt.IsZero() {
		after := e.At.Sub(d.SentAt).Seconds()
		h.After = &after
	}
	e.Reader, e.Delivery, e.Contact, e.Arm = d.ID, d.ID, d.Contact, campaign.TestedArm(d.Arm)
	if e.Source, err = t.hash(ctx, e.At, h.IP); err == nil {
		e.Program, err = t.hash(ctx, e.At, h.IP, h.Agent)
	}
	return true, err
}

// hash tells the readers of a run apart within one day and nothing more: its key is thrown away when the day ends.
func (t *tracking) hash(ctx context.Context, now time.Time, of ...string) (string, error) {
	salt, err := t.daySalt(ctx, now)
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, salt)
	m.Write([]byte(strings.Join(of, "\x00")))
	return hex.EncodeToString(m.Sum(nil)[:10]), nil
}

func (t *tracking) daySalt(ctx context.Context, now time.Time) ([]byte, error) {
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
