package returns

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/hooks"
	"github.com/glasnik/glasnik/mailer/inbound"
)

// InletStore counts what came.
type InletStore interface {
	UpdateMailbox(ctx context.Context, name string, fn func(*campaign.Mailbox)) (campaign.Mailbox, error)
}

// Inlet is a way by which what comes back reaches us without a mailbox. It may be used by many at once.
type Inlet struct {
	Desk  *Desk
	Store InletStore
	Name  string

	mu     sync.Mutex
	counts map[string]int64 // since the last count
}

// Knows reports whether an address is one that we have signed.
func (i *Inlet) Knows(address string) bool {
	if _, ok := i.Desk.Links.ReadReturnPath(address); ok {
		return true
	}
	_, ok := i.Desk.Links.ReadLeaveAddress(address)
	return ok
}

// Receive reads one message to its end and does what follows from it, for each of its recipients. Of one that is cut off nothing
// follows.
func (i *Inlet) Receive(ctx context.Context, sender string, recipients []string, message io.Reader) []error {
	errs := make([]error, len(recipients))
	m, err := inbound.Read(message)
	unreadable := errors.Is(err, inbound.ErrNoMessage)
	if err == nil || unreadable {
		_, err = io.Copy(io.Discard, message)
	}
	for n, to := range recipients {
		switch what := []string(nil); {
		case err != nil:
			errs[n] = err
		case unreadable:
			i.count(campaign.CountUnreadable)
		default:
			what, errs[n] = i.Desk.deal(ctx, m.Delivered(sender, to))
			i.count(what...)
		}
	}
	i.flush(ctx, nil)
	return errs
}

func (i *Inlet) count(what ...string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.counts == nil {
		i.counts = map[string]int64{}
	}
	for _, w := range what {
		i.counts[w]++
	}
}

// flush stores what was counted, and that the inlet was used. A count that cannot be stored waits for the next: what came is dealt
// with all the same.
func (i *Inlet) flush(ctx context.Context, fault error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.Desk.Now().UTC()
	_, err := i.Store.UpdateMailbox(ctx, i.Name, func(m *campaign.Mailbox) {
		m.Count(i.counts, now)
		switch {
		case fault == nil:
			m.Fault, m.FaultedAt = "", time.Time{}
		default:
			if m.Fault == "" {
				m.FaultedAt = now
			}
			m.Fault = campaign.WithoutAddresses(fault.Error())
		}
	})
	if err != nil {
		i.Desk.Logger.Warn("what came back cannot be counted yet", "inlet", i.Name, "error", err)
		return
	}
	i.counts = nil
}

// told does what follows from events of a mail service.
func (i *Inlet) told(ctx context.Context, events []hooks.Event) error {
	for n := range events {
		what, err := i.Desk.told(ctx, &events[n])
		if err != nil {
			return err
		}
		i.count(what)
	}
	return nil
}

// told does what follows from one event of a mail service, and says what it was.
func (d *Desk) told(ctx context.Context, e *hooks.Event) (string, error) {
	switch v := &e.Verdict; {
	case e.Unreadable:
		return campaign.CountUnreadable, nil
	case e.Leaves:
		del, ok, err := d.deliveryOf(ctx, v, false)
		if err != nil || !ok {
			return campaign.CountUnknown, err
		}
		return campaign.CountLeft, d.Store.LeaveByMail(ctx, &del)
	case v.Class == inbound.Automatic:
		return string(v.Class), nil
	case v.Action == "delayed":
		return campaign.CountDelayed, nil
	default:
		return d.returned(ctx, v, false)
	}
}

// Hooks answer what mail services post, each under HookPath and its name.
type Hooks struct {
	hooks  map[string]*hooks.Hook
	inlets map[string]*Inlet
}

// HookPath is what the addresses of hooks begin with.
const HookPath = "/hooks/"

// HookName is the name by which a service's events are counted.
func HookName(service string) string { return "hook:" + service }

// NewHooks returns the handler of some services.
func NewHooks(all []*hooks.Hook, desk *Desk, st InletStore) *Hooks {
	h := &Hooks{map[string]*hooks.Hook{}, map[string]*Inlet{}}
	for _, one := range all {
		h.hooks[one.Service] = one
		h.inlets[one.Service] = &Inlet{Desk: desk, Store: st, Name: HookName(one.Service)}
	}
	return h
}

// ServeHTTP takes one request. It is answered with 200 when all that follows from it is stored; with 503 it may come again.
func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hook := h.hooks[strings.TrimPrefix(r.URL.Path, HookPath)]
	if hook == nil {
		answer(w, http.StatusNotFound, "there is no such hook")
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed, "a hook takes POST alone")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hooks.MaxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			answer(w, http.StatusRequestEntityTooLarge, "the body is too large")
			return
		}
		answer(w, http.StatusBadRequest, "the body cannot be read")
		return
	}
	inlet := h.inlets[hook.Service]
	desk := inlet.Desk
	events, err := hook.Read(r.Context(), r.Header, body, desk.Links, desk.Now())
	switch {
	case errors.Is(err, hooks.ErrProof), errors.Is(err, hooks.ErrOld):
		desk.Logger.Warn("a request of a mail service is refused", "service", hook.Service, "error", err)
		answer(w, http.StatusUnauthorized, err.Error())
		return
	case errors.Is(err, hooks.ErrBody):
		inlet.flush(r.Context(), err)
		answer(w, http.StatusBadRequest, err.Error())
		return
	case err == nil:
		err = inlet.told(r.Context(), events)
	}
	inlet.flush(r.Context(), err)
	if err != nil {
		desk.Logger.Error("what a mail service told cannot be dealt with, it may come again", "service", hook.Service, "error", err)
		answer(w, http.StatusServiceUnavailable, "it cannot be dealt with now, try again later")
		return
	}
	answer(w, http.StatusOK, "")
}

// answer says a problem, or that there is none.
func answer(w http.ResponseWriter, status int, problem string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	out := struct {
		Error string `json:"error,omitempty"`
	}{problem}
	_ = json.NewEncoder(w).Encode(out)
}
