// Package web is the domain over HTTP: the team's panel, before which it puts what readers see (campaign/web/reader). It reads
// forms, calls a rule of the domain or the store, and chooses the next page.
//
// It never sends mail: it stores what the team wants and shows the outcome. GET changes nothing, because mail scanners and
// browsers follow links on their own.
//
// To add a page: a struct that embeds Page, a handler on the struct of its noun, with what it reads in that noun's interface, a
// file templates/panel/NAME.html that defines "main", and a line in routes.go with the role it needs.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/campaign/web/password"
	"github.com/glasnik/glasnik/campaign/web/reader"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
	"github.com/glasnik/glasnik/templates"
)

// Planner knows when schedules are due; the scheduler is one.
type Planner interface {
	// Next returns the next n slots of a schedule after a time.
	Next(s campaign.Schedule, after time.Time, n int) ([]campaign.Slot, error)
	// Describe returns a schedule in words.
	Describe(s campaign.Schedule) (campaign.Text, error)
	// Often returns how soon a schedule comes again when that is within the hour, else 0.
	Often(s campaign.Schedule, after time.Time) (time.Duration, error)
}

// Home knows whether the store is the real one, or a copy that must not send.
type Home interface {
	Doubt() campaign.Doubt
	Adopt(ctx context.Context) (campaign.Adopted, error)
}

// athome is a Home without doubt.
type athome struct{}

func (athome) Doubt() campaign.Doubt { return campaign.NoDoubt }

func (athome) Adopt(context.Context) (campaign.Adopted, error) {
	return campaign.Adopted{}, campaign.Errorf(campaign.Conflict, "this database is known to be the real one")
}

// Config is what the web needs from the program that starts it.
type Config struct {
	Links   campaign.Links
	Logger  *slog.Logger
	Now     func() time.Time     // nil is time.Now
	Planner Planner              // nil shows no dates
	Wake    func()               // tells the scheduler to look now; nil does nothing
	Home    Home                 // nil never doubts
	Domains Domains              // looks after the domains mail is sent from; nil does not
	Desk    *preflight.Desk      // looks up before sending what no page can wait for; nil looks nothing up
	Trouble func() campaign.Text // says why nothing can be sent for want of the store, none when all is well; nil is always well

	BaseURL        string            // as browsers and readers see it, without a slash at the end
	Addr           string            // host:port that is listened on; the panel answers as localhost where that is of this machine
	SecureCookies  bool              // cookies over HTTPS only, and HSTS
	TrustedProxies []string          // addresses or networks whose X-Forwarded-For is believed
	Version        string            // of the program
	DefaultZone    string            // of users and settings without one; "" is UTC
	Relay          string            // host that mail is handed to, for the record of processing
	Language       campaign.Language // of lists and releases that say none
	Pace           campaign.Pace     // how fast mail goes out where the team says nothing else

	Machines *opens.Current   // tells people's opens and clicks from machines'
	Hits     reader.HitLog    // keeps opens and clicks until they are settled; nil settles each before it is answered
	Inlets   []campaign.Inlet // by which what comes back reaches us
	Hooks    http.Handler     // takes what mail services post; nil takes nothing

	Demo       bool
	MailboxURL string // of the demo's mail catcher
}

// Server answers HTTP requests. It holds no listener and starts nothing.
type Server struct {
	*gate
	table   []route
	readers *reader.Site
	handler http.Handler
}

// New reads the templates and lays out the routes.
func New(c Config, st Store) (*Server, error) {
	if st == nil || c.Logger == nil {
		return nil, errors.New("web: a store and a logger are needed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	if c.Home == nil {
		c.Home = athome{}
	}
	if c.Trouble == nil {
		c.Trouble = func() campaign.Text { return campaign.Text{} }
	}
	p := &panel{Config: c, journal: st, campaigns: st, records: recordNames{st}}
	s := &Server{gate: &gate{panel: p, users: st, passwords: password.NewHasher(), tries: &tries{request.NewThrottle(func() time.Time { return p.Now() })}}}
	var err error
	if s.zone, err = time.LoadLocation(c.DefaultZone); err != nil {
		return nil, fmt.Errorf("web: time zone %q: %w", c.DefaultZone, err)
	}
	assets, err := templates.NewAssets()
	if err != nil {
		return nil, err
	}
	if s.pages, err = templates.NewPanel(assets); err != nil {
		return nil, err
	}
	s.readers, err = reader.New(reader.Config{
		Links: c.Links, Logger: c.Logger, Now: c.Now, Wake: c.Wake, Trouble: c.Trouble,
		Assets: assets, BaseURL: c.BaseURL, TrustedProxies: c.TrustedProxies, Zone: s.zone, Machines: c.Machines, Hits: c.Hits,
	}, st)
	if err != nil {
		return nil, err
	}
	s.sessions = session.New(st, c.Links.Signer, c.SecureCookies, func() time.Time { return p.Now() }, p.denySession)
	s.table = wire(s.gate, st, s.readers.Snippets).routes()
	s.handler, err = s.route()
	return s, err
}

// Handler returns the whole of the web.
func (s *Server) Handler() http.Handler { return s.handler }

// SettleHits stores what lines of Config.Hits say.
func (s *Server) SettleHits(ctx context.Context, lines [][]byte) error {
	return s.readers.SettleHits(ctx, lines)
}

// LostHits is how many opens and clicks were answered but could not be kept.
func (s *Server) LostHits() int64 { return s.readers.LostHits() }

// Part says who asks for a path: "readers", "programs" or "team".
func (s *Server) Part(path string) string {
	switch {
	case strings.HasPrefix(path, reportsAPI):
		return "programs"
	case s.readers.Owns(path):
		return "readers"
	}
	return "team"
}

// route puts the panel behind the session and the check that a form was sent from our own pages, and the readers' pages behind
// nothing that knows a user.
func (s *Server) route() (http.Handler, error) {
	engine, err := request.NewEngine(s.TrustedProxies, s.Logger, s.Now, func(c *gin.Context, err error) { (&visit{Context: c, panel: s.panel, zone: s.zone}).fail(err) })
	if err != nil {
		return nil, err
	}
	for _, r := range s.table {
		engine.Handle(r.method, r.path, s.serve(r))
	}
	engine.NoRoute(s.serve(route{who: anyone, handle: func(*visit) error { return request.ErrNoPage }}))
	engine.NoMethod(s.serve(route{who: anyone, handle: func(*visit) error { return request.ErrMethod }}))

	origins := http.NewCrossOriginProtection()
	if base, err := url.Parse(s.BaseURL); err == nil && base.Host != "" {
		// A proxy may rewrite Host; the browser's Origin is compared with our own address.
		if err := origins.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, fmt.Errorf("web: base address: %w", err)
		}
	}
	origins.SetDenyHandler(http.HandlerFunc(s.denyForeignForm))
	panel, isOurs := origins.Handler(s.sessions.Handler(engine)), request.PanelHosts(s.BaseURL, s.Addr)
	headers, counted := s.securityHeaders(), s.countedHeaders()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.readers.Counts(r.URL.Path) {
			maps.Copy(w.Header(), counted)
			s.readers.ServeHTTP(w, r)
			return
		}
		maps.Copy(w.Header(), headers)
		if s.Part(r.URL.Path) == "readers" {
			s.readers.ServeHTTP(w, r.WithContext(store.As(r.Context(), campaign.Actor{Name: campaign.ByPerson})))
			return
		}
		if s.Hooks != nil && strings.HasPrefix(r.URL.Path, hooksPath) {
			s.Hooks.ServeHTTP(w, r.WithContext(store.As(r.Context(), campaign.Actor{Name: campaign.ByProgram})))
			return
		}
		if !isOurs(r.Host) {
			s.denyHost(w, r)
			return
		}
		panel.ServeHTTP(w, r)
	}), nil
}

// hooksPath is what the addresses begin with that mail services post to; they prove themselves, and have no session.
const hooksPath = "/hooks/"

// panel is what all handlers of the team's panel share. What they read and write of one noun is declared beside them.
type panel struct {
	Config
	journal   journal
	campaigns runLooker
	records   recordNames
	pages     *templates.Pages
	sessions  *session.Sessions
	zone      *time.Location
}

// goingOut returns the campaigns that are being sent: each can be stopped from every page. One that rests is not among them.
func (p *panel) goingOut(ctx context.Context) ([]campaign.Campaign, error) {
	found, err := p.underWay(ctx)
	found = slices.DeleteFunc(found, func(o onItsWay) bool { return o.Rests })
	return campaign.Collect(found, func(o onItsWay) campaign.Campaign { return o.Campaign }), err
}

// onItsWay is a campaign whose run has begun, with how far it is.
type onItsWay struct {
	Campaign  campaign.Campaign
	Run       campaign.Run
	Done, All int64
	Rests     bool      // nothing of it leaves before Until: the others wait for their hours, or for the result of a test
	Until     time.Time // zero where that is not known
}

// restsFor is for how long at least nothing leaves of a run that rests.
const restsFor = 5 * time.Minute

// underWay returns the campaigns that are being sent, and those of them that rest.
func (p *panel) underWay(ctx context.Context) ([]onItsWay, error) {
	found, _, err := p.campaigns.FindCampaigns(ctx, campaign.Sending, pageOf(5))
	if err != nil {
		return nil, err
	}
	out := make([]onItsWay, len(found))
	for i, c := range found {
		o := &out[i]
		o.Campaign = c
		if o.Run, err = p.campaigns.GetRun(ctx, c.LastRun); campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		f, err := p.campaigns.LookDeliveries(ctx, &o.Run)
		if err != nil {
			return nil, err
		}
		o.Done, o.All = f.Settled(), f.ToSend()
		if !o.Run.Planned || f.States[campaign.Timed] == 0 || f.States[campaign.Queued]+f.States[campaign.InFlight] > 0 {
			continue
		}
		next, err := p.campaigns.NextDeferred(ctx, o.Run.ID)
		if err != nil {
			return nil, err
		}
		if o.Rests = next.IsZero() || next.After(p.Now().Add(restsFor)); !o.Rests {
			continue
		}
		if o.Until = next; next.IsZero() && o.Run.ABTest.Open() && !o.Run.ABTest.Waits() {
			o.Until = o.Run.ABTest.DecideAt
		}
	}
	return out, nil
}

// journal holds the entries of the audit log and of timelines.
type journal interface {
	FindJournal(ctx context.Context, f store.JournalFilter, p store.Page) ([]campaign.Entry, string, error)
	Log(ctx context.Context, entries ...campaign.Entry) error
}

// campaignFinder finds campaigns by their state.
type campaignFinder interface {
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
}

// runLooker finds what is going out, and how far it is.
type runLooker interface {
	campaignFinder
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	NextDeferred(ctx context.Context, run string) (time.Time, error)
}

// denyHost answers a request under a name that is not ours.
func (s *Server) denyHost(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusMisdirectedRequest)
	words := campaign.Textf("The panel is not under this name: open it at %s. An admin can change that address by GLASNIK_BASE_URL; a proxy before it has to pass the name on (Host).", s.BaseURL)
	fmt.Fprintln(w, templates.Say(request.AcceptedLanguage(r), words))
}

// policy lets pages use what this server sends and nothing else: no inline script or style, no other host, no frame
// around the panel.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// securityHeaders are in every answer but those to images and links; a handler may replace one.
func (s *Server) securityHeaders() http.Header {
	h := http.Header{}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	s.keepSecure(h)
	return h
}

// countedHeaders are in every answer to an image or a link: it shows no page, and is one of very many.
func (s *Server) countedHeaders() http.Header {
	h := http.Header{}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	s.keepSecure(h)
	return h
}

// keepSecure has browsers come by HTTPS only.
func (s *Server) keepSecure(h http.Header) {
	if s.SecureCookies {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
