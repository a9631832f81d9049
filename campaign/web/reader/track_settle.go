package reader

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
)

// hit is what the log keeps of a fetch: what was fetched, hashes of who fetched it, and what it is taken for, which depends on how
// long after the message it came. Settling it twice is settling it once, since the ids of events derive from what they say.
type hit struct {
	At       time.Time
	Kind     opens.Kind
	Run      string
	Arm      string
	Language campaign.Language
	Delivery string
	Link     int64
	Source   string // of a known reader, with Program
	Program  string
	Reader   string // in aggregate mode
	Shared   bool   // through a provider's proxy, whose address says nothing
	Results  opens.ByAge
	Lists    string // the date of those it was classified by
}

// hitFields is how many fields a line of the log has, one for each of a hit's.
const hitFields = 13

// appendLine writes the hit as the log keeps it: its fields in their order, with a tab between. None of them holds a tab or a line
// break: they are from tokens of ours, numbers and hashes.
func (h *hit) appendLine(b []byte) []byte {
	b = strconv.AppendInt(b, h.At.UnixNano(), 10)
	for _, s := range []string{string(h.Kind), h.Run, h.Arm, string(h.Language), h.Delivery} {
		b = append(append(b, '\t'), s...)
	}
	b = strconv.AppendInt(append(b, '\t'), h.Link, 10)
	for _, s := range []string{h.Source, h.Program, h.Reader} {
		b = append(append(b, '\t'), s...)
	}
	b = strconv.AppendBool(append(b, '\t'), h.Shared)
	b = h.Results.AppendText(append(b, '\t'))
	return append(append(append(b, '\t'), h.Lists...), '\n')
}

// readHits reads lines of the log; what a power cut left in their place is passed over.
func readHits(lines [][]byte) []hit {
	out := make([]hit, 0, len(lines))
	for _, line := range lines {
		if h, ok := readHit(string(line)); ok {
			out = append(out, h)
		}
	}
	return out
}

func readHit(line string) (hit, bool) {
	line, whole := strings.CutSuffix(line, "\n")
	f := strings.Split(line, "\t")
	if !whole || len(f) != hitFields {
		return hit{}, false
	}
	at, err := strconv.ParseInt(f[0], 10, 64)
	link, err2 := strconv.ParseInt(f[6], 10, 64)
	return hit{
		At: time.Unix(0, at).UTC(), Kind: opens.Kind(f[1]), Run: f[2], Arm: f[3], Language: campaign.Language(f[4]), Delivery: f[5], Link: link,
		Source: f[7], Program: f[8], Reader: f[9], Shared: f[10] == "true", Results: opens.ParseByAge(f[11]), Lists: f[12],
	}, err == nil && err2 == nil && f[2] != ""
}

// reduce returns what may be kept of a fetch.
func (t *tracking) reduce(ctx context.Context, at campaign.Tracked, f opens.Hit) (hit, error) {
	by := t.machines.Get()
	h := hit{
		At: t.now().UTC(), Kind: f.Kind, Run: at.Run, Arm: at.Arm, Language: at.Language, Delivery: at.Delivery, Link: int64(at.Link) + 1,
		Shared: opens.SharedProxy(f.Agent), Results: by.ByAge(f), Lists: by.Date,
	}
	readers, err := t.readersOf(ctx, h.At)
	switch {
	case err != nil:
	case at.Delivery == "":
		// Readers of two arms who look alike are two, so that neither arm has the other's clicks.
		h.Reader = readers.hash(f.IP, f.Agent, at.Run+at.Arm)
	default:
		h.Source, h.Program = readers.hash(f.IP), readers.hash(f.IP, f.Agent)
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
	for some := range slices.Chunk(s.events, storedAtOnce) {
		if err := t.store.RecordEvents(ctx, some); err != nil {
			return err
		}
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

// storedAtOnce is how many events are recorded, or deliveries read, in one go: others write to the store too.
const storedAtOnce = 1000

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

func (t *tracking) known(ctx context.Context, hits []hit) (recipients, error) {
	k := recipients{map[string]*campaign.Delivery{}, map[string]*campaign.Contact{}}
	ids := map[string]bool{}
	for i := range hits {
		if id := hits[i].Delivery; id != "" {
			ids[id] = true
		}
	}
	for some := range slices.Chunk(slices.Collect(maps.Keys(ids)), storedAtOnce) {
		deliveries, err := t.store.GetDeliveries(ctx, some)
		if err != nil {
			return k, err
		}
		var to []string
		for id, d := range deliveries {
			k.deliveries[id] = d
			if d.Contact != "" {
				to = append(to, d.Contact)
			}
		}
		contacts, err := t.store.GetContacts(ctx, to)
		if err != nil {
			return k, err
		}
		maps.Copy(k.contacts, contacts)
	}
	return k, nil
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
