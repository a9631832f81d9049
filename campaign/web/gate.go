package web

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/password"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
	"github.com/glasnik/glasnik/templates"
)

// gate is what a request passes before its handler: who is visiting, whether they may come, and the form they sent.
type gate struct {
	*panel
	users     gateStore
	passwords *password.Hasher
	tries     *tries
	throttled minutely // places whose tries to sign in were too many
}

type gateStore interface {
	GetSettings(ctx context.Context) (campaign.Settings, error)
	GetUser(ctx context.Context, id string) (campaign.User, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

// serve makes a gin handler of a route: it finds who is visiting, turns away who may not come, and shows what went wrong.
func (g *gate) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := &visit{Context: c, panel: g.panel, zone: g.zone, language: chosenLanguage(c.Request), body: r.body, act: acts[r.method+" "+r.path]}
		r.body.Bound(c.Writer, c.Request)
		defer v.dropFiles()
		err := g.answer(v, r)
		if errors.Is(err, errAskAgain) {
			err = g.askAgain(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// answer lets a route answer a visitor who may come, with a body the route accepts. Where only users may come the form is read
// before the route's own work; elsewhere a throttle comes first.
func (g *gate) answer(v *visit, r route) error {
	if r.path != "" {
		if err := r.body.Check(v.Request); err != nil {
			return err
		}
	}
	v.Header("Cache-Control", "no-store") // a page of the panel must not outlive the session in a cache
	if err := g.findUser(v); err != nil {
		return err
	}
	if err := g.admit(v, r); err != nil || v.Writer.Written() {
		return err
	}
	if r.who.role() != "" && v.Request.Method == http.MethodPost {
		if err := g.takeForm(v); err != nil || v.Writer.Written() {
			return err
		}
	}
	if r.who.again() && !v.isSure() {
		return errAskAgain
	}
	if err := r.handle(v); err != nil {
		return err
	}
	return v.noteDone()
}

// admit turns away a visitor without the role a route asks for; somebody not signed in is led to the sign-in page and,
// after it, to where they wanted to go.
func (g *gate) admit(v *visit, r route) error {
	role := r.who.role()
	switch {
	case role == "":
		return nil
	case v.user == nil:
		return g.askSignIn(v)
	case !v.user.May(role):
		return campaign.Errorf(campaign.Forbidden, "This needs the role %q; yours is %q. An admin can change it on the Users page.", role, v.user.Role)
	}
	return nil
}

// seenEvery is how often a user's last visit is written down.
const seenEvery = 10 * time.Minute

// findUser finds who the session belongs to. A user who was disabled, deleted or signed out everywhere is nobody.
func (g *gate) findUser(v *visit) error {
	id, since := g.sessions.User(v.ctx())
	if id == "" {
		return nil
	}
	u, err := g.users.GetUser(v.ctx(), id)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	if err != nil || u.Disabled || since.Before(u.SessionsSince) {
		return g.sessions.End(v.ctx())
	}
	if g.Now().Sub(u.LastSeenAt) > seenEvery {
		u, err = g.users.UpdateUser(v.ctx(), id, func(u *campaign.User) error {
			u.LastSeenAt = g.Now().UTC()
			return nil
		})
		if err != nil {
			return err
		}
	}
	v.user = &u
	g.sessions.Remember(v.Writer, v.Request, u.ID)
	if v.set, err = g.users.GetSettings(v.ctx()); err != nil {
		return err
	}
	v.zone = firstZone(g.zone, u.Zone, v.set.Zone)
	v.language = cmp.Or(u.Language, v.language)
	return nil
}

// admitUser signs a user in.
func (g *gate) admitUser(v *visit, u *campaign.User) error {
	if err := g.startSession(v, u); err != nil {
		return err
	}
	words, err := g.placeWords(v, u.ID, signedInFrom)
	if err != nil {
		return err
	}
	return g.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.SignedInEntry, Audit: true, Detail: words.Stored(), Place: g.place(v)})
}

func (g *gate) startSession(v *visit, u *campaign.User) error {
	if err := g.sessions.Begin(v.ctx(), u.ID); err != nil {
		return err
	}
	v.user = u
	g.sessions.Remember(v.Writer, v.Request, u.ID)
	return nil
}

// languageCookie names the cookie that remembers the panel's language in a browser where nobody is signed in.
const languageCookie = "panel_language"

// chosenLanguage is the language the panel has for a visitor who is not signed in: the one chosen in this browser, else the one
// the browser asks for.
func chosenLanguage(r *http.Request) campaign.Language {
	if c, err := r.Cookie(languageCookie); err == nil && campaign.Language(c.Value).Known() {
		return campaign.Language(c.Value)
	}
	return request.AcceptedLanguage(r)
}

// chooseLanguage takes the language in the address, ?lang=, and remembers it in the browser.
func (v *visit) chooseLanguage() {
	l := campaign.Language(v.Query("lang"))
	if !l.Known() {
		return
	}
	v.language = l
	http.SetCookie(v.Writer, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: v.panel.SecureCookies, SameSite: http.SameSiteLaxMode,
	})
}

// LanguageChoices are the languages of the panel, and the browser's.
func (p *Page) LanguageChoices() []templates.Option {
	return append([]templates.Option{{Label: p.say("As the browser asks")}}, p.PanelLanguages()...)
}

// PanelLanguages are the languages of the panel, each under its own name.
func (p *Page) PanelLanguages() []templates.Option {
	return campaign.Collect(campaign.Languages, func(l campaign.Language) templates.Option {
		return templates.Option{Value: string(l), Label: l.Name()}
	})
}

// readTexts reads the fields of a text in every language, which come in the order of campaign.Languages.
func readTexts(values []string) campaign.Texts {
	texts := campaign.Texts{}
	for i, l := range campaign.Languages {
		if text := strings.TrimSpace(unix(nth(values, i))); text != "" {
			texts[l] = text
		}
	}
	return texts
}

// showTexts returns the fields of a text in every language. One of no language stands in that of the installation.
func (p *panel) showTexts(texts campaign.Texts, own campaign.Language) []string {
	values := make([]string, len(campaign.Languages))
	for i, l := range campaign.Languages {
		values[i] = texts[l]
		if l == cmp.Or(own, p.Language, campaign.SerbianLatin) {
			values[i] = cmp.Or(values[i], texts[""])
		}
	}
	return values
}

func nth(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// missingText is a text that readers of a language do not have in it, with the address of its field.
type missingText struct {
	What campaign.Text
	In   campaign.Language
	URL  string
}

// missing returns the languages a text is not in; none of a text that is in no language, unless it has to be there.
func missing(what campaign.Text, page, field string, texts campaign.Texts, compulsory bool) []missingText {
	if texts.Empty() && !compulsory {
		return nil
	}
	return campaign.Collect(texts.Missing(), func(l campaign.Language) missingText {
		return missingText{what, l, page + "#f-" + campaign.TextField(field, l)}
	})
}

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

// noteRefused adds a refused sign-in to the audit log: for which user, if there is one, and whether it came from where they sign in.
func (g *gate) noteRefused(v *visit, u *campaign.User, why campaign.Text) error {
	from, err := g.placeWords(v, u.ID, refusedFrom)
	if err != nil {
		return err
	}
	words, object := why, ""
	if u.ID != "" {
		words, object = campaign.Textf("%s: %s, %s", u.Name, why, from), "/users/"+u.ID
	}
	e := campaign.Entry{Kind: campaign.KeptOutEntry, Audit: true, Object: object, Detail: words.Stored(), Place: g.place(v)}
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

// The words for a place: that of the user's last sign-in, that of an earlier one, another.
var (
	signedInFrom = [...]campaign.Text{
		campaign.Textf("Signed in from the same place as last time"), campaign.Textf("Signed in from a place seen before"), campaign.Textf("Signed in from a place not seen before"),
	}
	refusedFrom = [...]campaign.Text{
		campaign.Textf("from the place of their last sign-in"), campaign.Textf("from a place seen before"), campaign.Textf("from a place not seen before"),
	}
)

// placesCompared is how many sign-ins of a user are compared with the place of a request.
const placesCompared = 50

// placeWords compares the place of a request with those a user signed in from. A user who does not exist takes the same work.
func (g *gate) placeWords(v *visit, user string, words [3]campaign.Text) (campaign.Text, error) {
	f := store.JournalFilter{User: cmp.Or(user, "nobody"), Kind: campaign.SignedInEntry}
	before, _, err := g.journal.FindJournal(v.ctx(), f, store.Page{Limit: placesCompared})
	if err != nil {
		return campaign.Text{}, err
	}
	switch i := slices.IndexFunc(before, func(e campaign.Entry) bool { return e.CameFrom() == g.place(v) }); {
	case i == 0:
		return words[0], nil
	case i > 0:
		return words[1], nil
	}
	return words[2], nil
}

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
