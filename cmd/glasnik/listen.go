package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/metrics"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/campaign/web"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/scheduler"
)

// webServer answers HTTP on a listener that is open already, so that a taken port is found before anything starts.
type webServer struct {
	listener net.Listener
	server   *http.Server
}

// How long a stop waits for requests that are being answered.
const webGrace = 10 * time.Second

// listen opens the address of the panel, or says which setting to change.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s is taken by another program (another “glasnik serve”, perhaps): stop it, or choose another in %sADDR", addr, prefix)
	}
	if err != nil {
		return nil, fmt.Errorf("the address %s cannot be listened on: choose another in %sADDR (%w)", addr, prefix, err)
	}
	return l, nil
}

// listenNear opens the address, or a free port of the same host when it is taken.
func listenNear(addr string) (l net.Listener, moved bool, err error) {
	l, err = net.Listen("tcp", addr)
	if err == nil {
		return l, false, nil
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, false, err
	}
	other, otherErr := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if otherErr != nil {
		return nil, false, err // the port was not what is wrong
	}
	return other, true, nil
}

func newWebServer(l net.Listener, handler http.Handler, logger *slog.Logger) *webServer {
	return &webServer{l, &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute, WriteTimeout: 5 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}}
}

// run answers until ctx ends, then finishes what is being answered.
func (s *webServer) run(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.server.Serve(s.listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the web server stopped: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), webGrace)
	defer cancel()
	if err := s.server.Shutdown(stop); err != nil {
		s.server.Close() // somebody kept a connection open for longer than the grace time
	}
	<-failed
	return nil
}

// preflight returns what looks up links and senders before a campaign goes out. In a demo, and in a test that brings its own DNS, it
// asks this computer alone.
func (in *installation) preflight(demo bool) *preflight.Desk {
	d := preflight.NewDesk(in.now)
	if d.Links = preflight.NewLooker().Look; demo || in.dns != nil {
		d.Links = preflight.NewDemoLooker().Look
	}
	if !demo {
		d.Sender = in.proveSender
	}
	return d
}

// web makes the panel and the public pages of an installation.
func (in *installation) web(sender *scheduler.Scheduler, demoMailbox string) (http.Handler, error) {
	in.desk = in.preflight(demoMailbox != "")
	var looks web.Domains
	if demoMailbox == "" {
		looks = in.domainDesk()
	}
	c := web.Config{
		Domains: looks,
		Links:   in.links, Logger: in.logger, Now: in.now, Planner: in.planner, Wake: sender.Wake, Trouble: sender.Trouble, Home: in.home,
		BaseURL: in.cfg.BaseURL, Addr: in.cfg.Addr, SecureCookies: strings.HasPrefix(in.cfg.BaseURL, "https://"), TrustedProxies: in.cfg.TrustedProxies,
		Version: buildOf().Version, DefaultZone: in.cfg.Timezone, Language: in.cfg.language, Pace: in.pace(), Relay: in.cfg.relay(),
		Demo: demoMailbox != "", MailboxURL: demoMailbox, Desk: in.desk, Machines: in.machines, Inlets: in.cfg.inlets(), Hooks: hooksOf(in),
	}
	if in.hits != nil {
		c.Hits = in.hits
	}
	s, err := web.New(c, in.store.All())
	if err != nil {
		return nil, err
	}
	in.settleHits = s.SettleHits
	if in.cfg.MetricsToken == "" {
		return s.Handler(), nil
	}
	return metrics.New(in.cfg.MetricsToken, buildOf().Version, in.store.All(), sender, s).Handler(s.Handler(), s.Part), nil
}

// relay names the servers mail is handed to, for the record of processing; "" when none is set.
func (c *config) relay() string {
	return strings.Join(campaign.Collect(c.smtp, func(s mailer.Settings) string { return s.Host }), ", ")
}
