// Package reader is all of the web that readers see: pages to sign up, to confirm, to choose and to leave on, a release to read,
// what is held on a person, and the addresses in messages that count opens and clicks; and what monitors and browsers ask for.
//
// Nothing in it has a session, a user, a cookie or a script, and nothing in it can reach one: the package imports neither the
// panel nor the store, and declares beside each handler the few methods it needs.
package reader

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// Config is what the pages need of the program beside the store.
type Config struct {
	Links   campaign.Links
	Logger  *slog.Logger
	Now     func() time.Time
	Wake    func()               // tells the scheduler that a mail to a reader waits
	Trouble func() campaign.Text // why the store cannot be used just now; none when it can

	Assets         *templates.Assets
	BaseURL        string         // without a slash at the end
	TrustedProxies []string       // addresses or networks whose X-Forwarded-For is believed
	Zone           *time.Location // of an installation whose settings name none
	Machines       *opens.Current // nil judges by the embedded lists
	Hits           HitLog         // nil settles each hit before it is answered
}

// Store is what the handlers use of the store.
type Store interface {
	settingsReader
	listReader
	runReader
	trackingStore
	leavingStore
	preferenceReader
	contactUpdater
	wishStore
	confirmationStore
	signUpStore
	recordStore
	releaseReader
	mediaStore
	kitStore
	pinger
}

// Site answers readers and their mail programs.
type Site struct {
	Config
	pages         *pages
	plain         *plain
	tracking      *tracking
	leaving       *leaving
	confirmations *confirmations
	signUps       *signUps
	records       *records
	releases      *releases
	media         *mediaFiles
	kits          *kits
	failures      request.Failures
	firstParts    map[string]bool // of the paths that are answered here
	engine        *gin.Engine
}

// New reads the templates and lays out the routes.
func New(c Config, st Store) (*Site, error) {
	html, err := templates.NewPublic(c.Assets)
	if err != nil {
		return nil, err
	}
	if c.Machines == nil {
		embedded, err := opens.New()
		if err != nil {
			return nil, err
		}
		c.Machines = opens.NewCurrent(embedded)
	}
	limits := &limits{forms: request.NewThrottle(c.Now), signUps: request.NewThrottle(c.Now)}
	lists := &lists{store: st}
	s := &Site{
		Config: c, failures: request.Failures{Logger: c.Logger, Trouble: c.Trouble}, firstParts: map[string]bool{},
		pages: &pages{templates: html, settings: st, zone: c.Zone},
		plain: &plain{store: st, assets: c.Assets, logger: c.Logger},
		tracking: &tracking{
			store: st, links: c.Links, now: c.Now, logger: c.Logger, machines: c.Machines,
			log: c.Hits, runs: &runCache{store: st, runs: map[string]cachedRun{}}, crowds: &crowds{},
			lines: sync.Pool{New: func() any { return new([]byte) }},
		},
		signUps:  &signUps{store: st, lists: lists, limits: limits, signer: c.Links.Signer, wake: c.Wake, baseURL: c.BaseURL},
		records:  &records{store: st, links: c.Links, limits: limits, now: c.Now},
		releases: &releases{store: st, links: c.Links, now: c.Now},
		media:    &mediaFiles{store: st, now: c.Now},
		kits:     &kits{store: st, links: c.Links, now: c.Now},
	}
	s.confirmations = &confirmations{store: st, lists: lists, limits: limits, links: c.Links}
	preferences := &preferences{store: st, settings: st, lists: lists, now: c.Now}
	wishes := &wishes{store: st, preferences: preferences, limits: limits, signer: c.Links.Signer, now: c.Now, wake: c.Wake}
	s.leaving = &leaving{
		store: st, lists: lists, limits: limits, links: c.Links, tracking: s.tracking, preferences: preferences, wishes: wishes,
		choosing: &choosing{store: st, settings: st, preferences: preferences, wishes: wishes, tracking: s.tracking, now: c.Now},
	}
	if s.engine, err = request.NewEngine(c.TrustedProxies, c.Logger, c.Now, s.fail); err != nil {
		return nil, err
	}
	for _, r := range s.routes() {
		s.firstParts[firstPart(r.path)] = true
		for _, method := range strings.Fields(r.methods) {
			s.engine.Handle(method, r.path, s.serve(r))
		}
	}
	s.engine.NoRoute(func(c *gin.Context) { s.fail(c, request.ErrNoPage) })
	s.engine.NoMethod(func(c *gin.Context) { s.fail(c, request.ErrMethod) })
	return s, nil
}

// SettleHits stores what lines of the log say. It may be given a line twice, and passes over what is no hit.
func (s *Site) SettleHits(ctx context.Context, lines [][]byte) error {
	return s.tracking.settle(ctx, readHits(lines))
}

// LostHits is how many hits were answered but could not be kept.
func (s *Site) LostHits() int64 { return s.tracking.lost.count() }

// Owns reports whether a path is answered here, and so by nothing that knows a user.
func (s *Site) Owns(path string) bool { return s.firstParts[firstPart(path)] }

// Counts reports whether a path is that of an image or a link in messages, which many come to at once: it shows no page, and writes
// nothing that the journal tells of.
func (s *Site) Counts(path string) bool {
	return strings.HasPrefix(path, campaign.OpenPath) || strings.HasPrefix(path, campaign.ClickPath) || strings.HasPrefix(path, campaign.TrapPath)
}

func firstPart(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

// route is one line of the table: methods and path, what is done, and what is accepted as a body.
type route struct {
	methods, path string
	handle        func(*visit) error
	body          request.Body
}

func get(path string, handle func(*visit) error) route {
	return route{methods: http.MethodGet, path: path, handle: handle}
}

// look is a page that mail scanners and monitors ask for with HEAD too.
func look(path string, handle func(*visit) error) route {
	return route{methods: http.MethodGet + " " + http.MethodHead, path: path, handle: handle}
}

func post(path string, body request.Body, handle func(*visit) error) route {
	return route{methods: http.MethodPost, path: path, handle: handle, body: body}
}

// routes is the table of all that readers, their mail programs, browsers and monitors ask for. The first part of a path belongs
// to this table alone.
func (s *Site) routes() []route {
	return []route{
		look(campaign.OpenPath+":token", s.tracking.openImage),
		look(campaign.ClickPath+":token", s.tracking.clickLink),
		look(campaign.TrapPath+":token", s.tracking.followTrap),
		look(campaign.UnsubscribePath+":token", s.leaving.show),
		post(campaign.UnsubscribePath+":token", leaveBody, s.leaving.act),
		look(campaign.PreferencesPath+":token", s.leaving.show),
		post(campaign.PreferencesPath+":token", choiceBody, s.leaving.act),
		get(campaign.DataPath+":token", s.records.ask),
		post(campaign.DataPath+":token", formBody, s.records.show),
		look(campaign.ReadPath+":token", s.releases.show),
		look(campaign.MediaPath+":hash/:name", s.media.show),
		look(campaign.KitPath+":token", s.kits.show),
		look(campaign.ReadPath+":token/"+templates.CalendarName, s.releases.calendar),
		look(campaign.ConfirmPath+":token", s.confirmations.show),
		post(campaign.ConfirmPath+":token", formBody, s.confirmations.act),

		look(SubscribePath, s.signUps.show),
		post(SubscribePath, signUpBody, s.signUps.create),
		get(subscribedPath, s.signUps.sent),
		look(SubscribePath+"/:list", s.signUps.show),
		post(SubscribePath+"/:list", signUpBody, s.signUps.create),
		get(subscribeAPI, s.signUps.offer),
		post(subscribeAPI, jsonBody, s.signUps.createByAPI),
		{methods: http.MethodOptions, path: subscribeAPI, handle: s.signUps.preflight},

		look("/healthz", s.plain.health), // most monitors ask with HEAD
		look("/assets/*name", s.plain.asset),
		get("/favicon.ico", s.plain.favicon),
		get("/robots.txt", s.plain.robots),
	}
}

// serve makes a gin handler of a route.
func (s *Site) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := &visit{Context: c, pages: s.pages}
		r.body.Bound(c.Writer, c.Request)
		err := r.body.Check(c.Request)
		if err == nil {
			err = r.handle(v)
		}
		switch {
		case err == nil:
		case slices.Contains(r.body.Types, request.JSON):
			s.failures.Answer(c, err, v.failJSON)
		default:
			s.fail(c, err)
		}
	}
}

// fail answers a request that ended with an error by the page of an error.
func (s *Site) fail(c *gin.Context, err error) {
	v := &visit{Context: c, pages: s.pages}
	s.failures.Answer(c, err, func(status int, words campaign.Text) {
		if err := v.explain(status, words); err != nil {
			s.Logger.Error("error page failed", "error", err)
			v.String(status, "%s\n", templates.Sentence(v.pageLanguage(), words))
		}
	})
}
