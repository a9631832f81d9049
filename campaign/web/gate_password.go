package web

import (
	"maps"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
)

// How often somebody may try to sign in: a number of times in a row, then once in each interval. An address has tries for each
// place they come from, so that a stranger elsewhere does not use up its user's; the limit of all places together is wide.
const (
	triesPerAddress = 8
	waitPerAddress  = 30 * time.Second
	triesAnywhere   = 200
	waitAnywhere    = 20 * time.Second
	triesPerIP      = 30
	waitPerIP       = 5 * time.Second
)

// tries limits tries to sign in.
type tries struct{ *request.Throttle }

// allowBrowser takes a try from a browser in which somebody signed in before.
func (t *tries) allowBrowser(id string) bool {
	return t.Allow("device "+id, triesPerAddress, waitPerAddress)
}

// allowIP takes a try from a place on the network. Nothing more is checked of a place that has none left.
func (t *tries) allowIP(ip string) bool {
	return t.Allow("ip "+request.Network(ip), triesPerIP, waitPerIP)
}

// allowUser takes one of a user's tries to type the present password; only their own session can use them up.
func (t *tries) allowUser(id string) bool {
	return t.Allow("password "+id, triesPerAddress, waitPerAddress)
}

// allowAddress takes a try at an address from a place, and one from all places together.
func (t *tries) allowAddress(address, ip string) bool {
	return t.Allow(fromPlace(address, ip), triesPerAddress, waitPerAddress) && t.Allow("address "+address, triesAnywhere, waitAnywhere)
}

func fromPlace(address, ip string) string {
	return "from " + request.Network(ip) + " address " + address
}

// forgive restores the tries at an address from a place, and those of a browser, after a right password.
func (t *tries) forgive(address, ip, browser string) {
	t.Forgive(fromPlace(address, ip))
	t.Forgive("device " + browser)
}

// takePassword checks the user's password and notes that they have just shown who they are.
func (g *gate) takePassword(v *visit, password string) error {
	if err := g.checkPassword(v, session.PasswordField, password); err != nil {
		return err
	}
	g.sessions.BeSure(v.ctx())
	return nil
}

// checkPassword compares what was typed into a field with the user's password.
func (g *gate) checkPassword(v *visit, field, password string) error {
	if !g.tries.allowUser(v.user.ID) {
		return &request.TooMany{Text: campaign.Textf("There were too many attempts. Wait a minute and try again.")}
	}
	ok, err := g.passwords.Matches(v.ctx(), v.user.Password, password)
	if err != nil {
		return err
	}
	if !ok {
		if err := g.noteRefused(v, v.user, campaign.Textf("Wrong present password")); err != nil {
			return err
		}
		return campaign.FieldError(field, "this is not your present password")
	}
	g.tries.Forgive("password " + v.user.ID)
	return nil
}

// noteRefused adds a refused sign-in to the audit log: for which user, if there is one, and from which place, as a keyed hash.
func (g *gate) noteRefused(v *visit, u *campaign.User, why campaign.Text) error {
	words, object := campaign.Textf("%s, from place %s", why, g.place(v)), ""
	if u.ID != "" {
		words, object = campaign.Textf("%s: %s", u.Name, words), "/users/"+u.ID
	}
	e := campaign.Entry{Kind: campaign.KeptOutEntry, Audit: true, Object: object, Detail: words.Stored()}
	ctx := v.ctx()
	if v.user == nil {
		ctx = store.As(v.Request.Context(), campaign.Actor{Name: campaign.BySomebody})
	}
	return g.journal.Log(ctx, e)
}

// noteThrottled adds too many tries, once a minute for each place: they must not fill the store.
func (g *gate) noteThrottled(v *visit, u *campaign.User) error {
	g.Logger.Warn("sign-in throttled")
	if !g.throttled.first(v.ClientIP(), g.Now()) {
		return nil
	}
	return g.noteRefused(v, u, campaign.Textf("Too many attempts"))
}

// place names where a request comes from, without revealing it.
func (g *gate) place(v *visit) string { return g.Links.Signer.NetworkHash(v.ClientIP())[:8] }

// minutely lets each name through once a minute.
type minutely struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (m *minutely) first(name string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.last, func(_ string, at time.Time) bool { return now.Sub(at) >= time.Minute })
	if _, recent := m.last[name]; recent {
		return false
	}
	if m.last == nil {
		m.last = map[string]time.Time{}
	}
	m.last[name] = now
	return true
}
