package main

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/letters"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns"
	"github.com/glasnik/glasnik/scheduler"
	"github.com/glasnik/glasnik/templates"
)

// scheduler joins everything that takes part in sending.
func (in *installation) scheduler() *scheduler.Scheduler {
	servers := in.servers()
	return scheduler.New(in.store.All(), scheduler.Config{
		Composer: composer{&letters.Writer{Store: in.store.All(), Links: in.links, Bounce: in.cfg.BounceAddress, Taken: in.cfg.takesMail(), Marks: in.cfg.marks(), From: in.cfg.from, Now: in.now}},
		Signer:   keyringOf(in).Signer,
		Mail:     servers[0],
		Others:   servers[1:],
		Routes:   in.cfg.routes(),
		ProviderOf: func(ctx context.Context, domain string) (string, error) {
			return dns.Provider(ctx, in.cfg.asks(in.dns), domain)
		},
		Pace:    in.pace(),
		Zone:    in.cfg.zone,
		Links:   templates.TrackedLinks,
		Planner: in.planner,
		Logger:  in.logger,
		Now:     in.now,
		Node:    in.thisProcess().Name,
		Ended:   in.thisProcess().Ended,
		Home:    in.home.Check,
		Retries: in.cfg.Retries,
		Resend:  in.cfg.Interrupted == "resend",
		Grace:   in.cfg.Grace,
	})
}

// composer lets the scheduler use the letters.
type composer struct{ *letters.Writer }

func (c composer) Compose(ctx context.Context, e *edition.Edition) (scheduler.Composition, error) {
	return c.Writer.Compose(ctx, e)
}

// servers are those that take our mail; they share the work.
func (in *installation) servers() (all []scheduler.Mail) {
	for _, s := range in.cfg.smtp {
		all = append(all, server{mailer.New(s, in.logger, in.now)})
	}
	if len(all) == 0 {
		all = append(all, noServer{})
	}
	return all
}

// routes say what goes over which server, by its name; none where all do the same.
func (c *config) routes() map[string]scheduler.Route {
	out := map[string]scheduler.Route{}
	for _, s := range c.smtp {
		if s.Weight > 0 || len(s.Takes) > 0 {
			out[s.Server()] = scheduler.Route{Weight: s.Weight, Takes: s.Takes}
		}
	}
	return out
}

// pace is how fast mail goes out where the team says nothing else.
func (in *installation) pace() campaign.Pace {
	if len(in.cfg.smtp) == 0 {
		return campaign.Pace{Connections: 1}
	}
	return in.cfg.smtp[0].Pace
}

// server lets the scheduler use the mailer.
type server struct{ *mailer.Mailer }

func (s server) Name() string { return s.Settings().Server() }

func (s server) Connect(ctx context.Context) (scheduler.Conn, error) {
	c, err := s.Mailer.Connect(ctx)
	if err != nil {
		return nil, err // a *mailer.ConnectError
	}
	return conn{c}, nil
}

// conn closes without an error: what became of its messages is known by then.
type conn struct{ *mailer.Conn }

func (c conn) Close() { _ = c.Conn.Close() }

func (c conn) Send(ctx context.Context, m campaign.Message, next func() *campaign.Message, beforeDot func() error) campaign.Outcome {
	return c.SendWithNext(ctx, m, next, beforeDot)
}

// errNoServer is what sending meets while no mail server is set.
var errNoServer = campaign.Errorf(campaign.Invalid, "no mail server is set: give its address in %sSMTP_URL, such as smtp://user:password@mail.example.org:587", prefix)

// noServer is the mail of an installation that has none yet: the panel works, and sending says what is missing.
type noServer struct{}

func (noServer) Name() string                                    { return "" }
func (noServer) Times() []campaign.PhaseTime                     { return nil }
func (noServer) Connect(context.Context) (scheduler.Conn, error) { return nil, errNoServer }

// checked is what a look at one mail server found.
type checked struct {
	report mailer.Report
	err    error
}

// checkServers finds out whether the mail servers can be used and take the envelopes, without sending anything.
func (in *installation) checkServers(ctx context.Context, trials []mailer.Trial) (out []checked) {
	for _, s := range in.cfg.smtp {
		report, err := mailer.New(s, in.logger, in.now).Check(ctx, trials...)
		out = append(out, checked{report, err})
	}
	return out
}

// anyServer returns an error when no mail server can be used for what a campaign sends.
func (in *installation) anyServer(ctx context.Context, c *campaign.Campaign) error {
	err := error(errNoServer)
	for _, found := range in.checkServers(ctx, in.trialsOf(ctx, c)) {
		if found.err == nil {
			found.err = found.report.Fatal()
		}
		if found.err == nil {
			return nil
		}
		err = found.err
	}
	return err
}
