package reader

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
)

// hit is what the log keeps of a fetch: what was fetched, hashes of who fetched it, and what it is taken for, which depends on how
// long after the message it came. Settling it twice is settling it once, since the ids of events derive from what they say.
type hit struct {
	At       time.Time         `json:"at"`
	Kind     opens.Kind        `json:"kind"`
	Run      string            `json:"run"`
	Arm      string            `json:"arm,omitempty"`
	Language campaign.Language `json:"language,omitempty"`
	Delivery string            `json:"delivery,omitempty"`
	Link     int64             `json:"link"`
	Source   string            `json:"source,omitempty"` // of a known reader, with Program
	Program  string            `json:"program,omitempty"`
	Reader   string            `json:"reader,omitempty"` // in aggregate mode
	Shared   bool              `json:"shared,omitempty"` // through a provider's proxy, whose address says nothing
	Results  opens.ByAge       `json:"results"`
	Lists    string            `json:"lists"` // the date of those it was classified by
}

// line is the hit as the log keeps it.
func (h *hit) line() []byte {
	b, _ := json.Marshal(h) // of texts and numbers, which cannot fail
	return append(b, '\n')
}

// readHits reads lines of the log; what a power cut left in their place is passed over.
func readHits(lines [][]byte) []hit {
	out := make([]hit, 0, len(lines))
	for _, line := range lines {
		var h hit
		if json.Unmarshal(line, &h) == nil && h.Run != "" {
			out = append(out, h)
		}
	}
	return out
}

// reduce returns what may be kept of a fetch.
func (t *tracking) reduce(ctx context.Context, at campaign.Tracked, f opens.Hit) (hit, error) {
	by := t.machines.Get()
	h := hit{
		At: t.now().UTC(), Kind: f.Kind, Run: at.Run, Arm: at.Arm, Language: at.Language, Delivery: at.Delivery, Link: int64(at.Link) + 1,
		Shared: opens.SharedProxy(f.Agent), Results: by.ByAge(f), Lists: by.Date,
	}
	var err error
	if at.Delivery == "" {
		// Readers of two arms who look alike are two, so that neither arm has the other's clicks.
		h.Reader, err = t.hash(ctx, h.At, f.IP, f.Agent, at.Run+at.Arm)
		return h, err
	}
	if h.Source, err = t.hash(ctx, h.At, f.IP); err == nil {
		h.Program, err = t.hash(ctx, h.At, f.IP, f.Agent)
	}
	return h, err
}

// settle records hits, and judges their readers again now that more is on record of them.
func (t *tracking) settle(ctx context.Context, hits []hit) error {
	known, err := t.known(ctx, hits)
	if err != nil {
		return err
	}
	s := settling{seen: map[string]bool{}, crowds: map[string]*campaign.Event{}}
	for i := range hits {
		e, err := t.event(ctx, &hits[i], known)
		if err != nil {
			return err
		}
		if e != nil {
			t.add(&s, &hits[i], e)
		}
	}
	if len(s.events) == 0 {
		return nil
	}
	if err := t.store.RecordEvents(ctx, s.events); err != nil {
		return err
	}
	for delivery, e := range s.crowds {
		if err := t.markCrowd(ctx, delivery, e); err != nil {
			return err
		}
	}
	if err := t.judgeDeliveries(ctx, s.deliveries); err != nil {
		return err
	}
	return t.judgeReaders(ctx, s.readers)
}

// settling is what comes of hits that are settled together.
type settling struct {
	events     []*campaign.Event
	seen       map[string]bool            // ids of events, and readers, that are in it
	crowds     map[string]*campaign.Event // by the deliveries that another's hit shows to have been fetched by a crowd
	deliveries []string                   // whose readers are to be judged
	readers    []*campaign.Event          // in aggregate mode
}

func (s *settling) once(id string) bool {
	if s.seen[id] {
		return false
	}
	s.seen[id] = true
	return true
}

func (s *settling) record(e *campaign.Event) {
	if s.once(e.ID) {
		s.events = append(s.events, e)
	}
}

// add records what a hit stands for. A person who clicked has read the message, whatever the image said (F-15).
func (t *tracking) add(s *settling, h *hit, e *campaign.Event) {
	kind, link := campaign.Opened, int64(0)
	switch h.Kind {
	case opens.Click:
		kind, link = campaign.Clicked, h.Link
	case opens.Trap:
		kind, e.Verdict = campaign.TrapEvent, campaign.Machine // whatever program it was
	default:
		if e.Delivery != "" && e.Verdict != campaign.Machine && !h.Shared {
			before, crowd := t.crowds.see(e.Source, e.Delivery, e.At)
			if crowd {
				e.Verdict, e.Rule = campaign.Machine, crowdRule
			}
			for _, delivery := range before {
				s.crowds[delivery] = e
			}
		}
	}
	for _, stands := range standsFor(kind, e.Verdict, link) {
		s.record(withKind(e, stands.kind, stands.link))
	}
	if e.Delivery == "" {
		if s.once(e.Run + " " + e.Reader) {
			s.readers = append(s.readers, e)
		}
		return
	}
	if kind != campaign.Opened || e.Verdict != campaign.Machine {
		s.record(evidenceOf(e, kind, link))
	}
	if s.once(e.Delivery) {
		s.deliveries = append(s.deliveries, e.Delivery)
	}
}

// recipients are the deliveries that hits name, with the contacts they went to.
type recipients struct {
	deliveries map[string]*campaign.Delivery
	contacts   map[string]*campaign.Contact
}

func (t *tracking) known(ctx context.Context, hits []hit) (k recipients, err error) {
	var deliveries, contacts []string
	seen := map[string]bool{}
	for i := range hits {
		if id := hits[i].Delivery; id != "" && !seen[id] {
			seen[id] = true
			deliveries = append(deliveries, id)
		}
	}
	if len(deliveries) == 0 {
		return k, nil
	}
	if k.deliveries, err = t.store.GetDeliveries(ctx, deliveries); err != nil {
		return k, err
	}
	for _, d := range k.deliveries {
		if d.Contact != "" && !seen[d.Contact] {
			seen[d.Contact] = true
			contacts = append(contacts, d.Contact)
		}
	}
	k.contacts, err = t.store.GetContacts(ctx, contacts)
	return k, err
}

// event returns an event with the run, verdict and reader of a hit, as far as the reader may be known; nil when nothing may be
// recorded: the run was deleted, or the contact is gone or has withdrawn consent, which holds for mails sent before too (E-03).
func (t *tracking) event(ctx context.Context, h *hit, known recipients) (*campaign.Event, error) {
	run, err := t.runs.get(ctx, h.Run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e := &campaign.Event{Run: h.Run, Campaign: run.campaign, Language: h.Language, Arm: h.Arm, Reader: h.Reader, Detail: "lists of " + h.Lists, At: h.At}
	var after *float64
	if h.Delivery != "" {
		d := known.deliveries[h.Delivery]
		if d == nil {
			return nil, nil
		}
		if c := known.contacts[d.Contact]; c == nil || !c.MayBeTracked() {
			return nil, nil
		}
		if !d.SentAt.IsZero() {
			seconds := h.At.Sub(d.SentAt).Seconds()
			after = &seconds
		}
		e.Reader, e.Delivery, e.Contact, e.Arm = d.ID, d.ID, d.Contact, campaign.TestedArm(d.Arm)
		e.Source, e.Program = h.Source, h.Program
	} else {
		// The seconds since the run began are never less than those since the delivery, which is not known: a small value proves haste.
		seconds := h.At.Sub(run.started).Seconds()
		after = &seconds
	}
	r := h.Results.At(after)
	e.Verdict, e.Rule = r.Verdict, strings.Join(r.Rules, " ")
	return e, nil
}
