// Package web is the domain over HTTP: the team's panel, the public pages readers come to, and the tracking addresses in
// messages. It reads forms, calls a rule of the domain or the store, and chooses the next page.
//
// It never sends mail: it writes down what the team wants and shows what became of it. GET changes nothing, because
// mail scanners and browsers follow links on their own.
//
// To add a page: a struct that embeds Page beside its handlers, a file templates/panel/NAME.html that defines "main",
// and a line in routes.go that says who may come.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/password"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
	"github.com/glasnik/glasnik/templates"
)

// Planner knows when schedules are due; the scheduler is one.
type Planner interface {
	// Next gives the next n slots of a schedule after a time.
	Next(s campaign.Schedule, after time.Time, n int) ([]campaign.Slot, error)
	// Describe says a schedule in words.
	Describe(s campaign.Schedule) (string, error)
}

// Home knows whether the store is the real one, or a copy that must not send.
type Home interface {
	Doubt() campaign.Doubt
	Adopt(ctx context.Context) (campaign.Adopted, error)
}

// Config is what the web needs from the program that starts it.
type Config struct {
	Links   campaign.Links
	Logger  *slog.Logger
	Now     func() time.Time // nil is time.Now
	Planner Planner          // nil shows no dates
	Wake    func()           // tells the scheduler to look now; nil does nothing
	Home    Home             // nil never doubts
	Trouble func() string    // says why nothing can be sent for want of the store, "" when all is well; nil is always well

	BaseURL        string            // as browsers and readers see it, without a slash at the end
	Addr           string            // host:port that is listened on; the panel answers as localhost where that is of this machine
	SecureCookies  bool              // cookies over HTTPS only, and HSTS
	TrustedProxies []string          // addresses or networks whose X-Forwarded-For is believed
	Version        string            // of the program
	DefaultZone    string            // of users and settings without one; "" is UTC
	Relay          string            // host that mail is handed to, for the record of processing
	Language       campaign.Language // of lists and releases that say none
	Pace           campaign.Pace     // how fast mail goes out where the team says nothing else

	Demo       bool
	MailboxURL string // of the demo's mail catcher
}

// Server answers HTTP requests. It holds no listener and starts nothing.
type Server struct {
	*gate
	store   *store.Store
	table   []route
	public  []string // first parts of the paths that know no user
	handler http.Handler

	readers        *templates.Pages // the pages readers see
	readerThrottle *request.Throttle
	signUps        *request.Throttle
	tracker        *tracker
}

// New reads the templates and lays out the routes.
func New(c Config, st *store.Store) (*Server, error) {
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
		c.Trouble = func() string { return "" }
	}
	p := &panel{Config: c, journal: st, campaigns: st}
	s := &Server{gate: &gate{panel: p, users: st, passwords: password.NewHasher(), tries: &tries{request.NewThrottle(func() time.Time { return p.Now() })}}, store: st}
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
	if s.readers, err = templates.NewPublic(assets); err != nil {
		return nil, err
	}
	if s.tracker, err = newTracker(c, st); err != nil {
		return nil, err
	}
	s.readerThrottle, s.signUps = request.NewThrottle(c.Now), request.NewThrottle(c.Now)
	s.sessions = session.New(st, c.Links.Signer, c.SecureCookies, func() time.Time { return p.Now() }, c.Logger)
	s.table = append(wire(s.gate, st, assets, s.snippetsOf).routes(), s.readerRoutes()...)
	s.handler, err = s.route()
	return s, err
}

// Handler gives the whole of the web.
func (s *Server) Handler() http.Handler { return s.handler }

// route puts the engine behind what every request passes: for public addresses nothing that knows a user, for the panel
// the session and the check that a form was sent from our own pages.
func (s *Server) route() (http.Handler, error) {
	engine, err := request.NewEngine(s.TrustedProxies, s.Logger, s.Now, func(c *gin.Context, err error) { (&visit{Context: c, s: s, panel: s.panel, zone: s.zone}).fail(err) })
	if err != nil {
		return nil, err
	}
	for _, r := range s.table {
		if r.who == public {
			s.public = append(s.public, firstPart(r.path))
		}
		engine.Handle(r.method, r.path, s.serve(s, r))
	}
	engine.NoRoute(s.serve(s, route{who: anyone, handle: notFound}))
	engine.NoMethod(s.serve(s, route{who: anyone, handle: wrongMethod}))

	origins := http.NewCrossOriginProtection()
	if base, err := url.Parse(s.BaseURL); err == nil && base.Host != "" {
		// A proxy may rewrite Host; what the browser says is compared with the address we are known by.
		if err := origins.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, fmt.Errorf("web: base address: %w", err)
		}
	}
	origins.SetDenyHandler(http.HandlerFunc(s.denyForeignForm))
	panel, isOurs := origins.Handler(s.sessions.Handler(engine)), panelHosts(s.BaseURL, s.Addr)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.setHeaders(w.Header())
		if s.isPublic(r.URL.Path) {
			engine.ServeHTTP(w, r)
			return
		}
		if !isOurs(r.Host) {
			s.denyHost(w)
			return
		}
		panel.ServeHTTP(w, r)
	}), nil
}

// isPublic reports whether a path is answered without looking for a session.
func (s *Server) isPublic(path string) bool { return slices.Contains(s.public, firstPart(path)) }

func firstPart(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}
