package main

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/alarms"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/campaign/language/check"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/scheduler"
)

func serveCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "Run the panel, the public pages, the scheduler and the sender", Args: cobra.NoArgs,
		Long: `Run everything: the panel, the pages readers come to, the counting of opens and
clicks, the scheduler, and the sender. While there is no user it prints a one-time
link that makes the first admin.

Any number of these may run on one store; what is sent by which is decided by
leases. Ctrl-C or SIGTERM stops cleanly: nothing is left between sent and unsent.`,
		Example: `  GLASNIK_SMTP_URL=smtp://127.0.0.1:1025 glasnik serve
  GLASNIK_STORE=mongodb://127.0.0.1:27017/glasnik GLASNIK_ADDR=:8080 glasnik serve`,
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			return serve(ctx, in)
		}),
	}
}

func serve(ctx context.Context, in *installation) error {
	l, err := listen(in.cfg.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	bring, err := openListeners(in)
	if err != nil {
		return err
	}
	defer bring.close()
	if in.hits, err = datadir.OpenLog(in.cfg.DataDir, in.logger); err != nil {
		return err
	}
	defer in.hits.Close()
	sender := in.scheduler()
	handler, err := in.web(sender, "")
	if err != nil {
		return err
	}
	if err := in.greet(ctx, l.Addr().String()); err != nil {
		return err
	}
	in.logger.Info("serving", "addr", l.Addr().String(), "base_url", in.cfg.BaseURL, "version", buildOf().Version)
	if len(in.cfg.smtp) == 0 {
		in.logger.Warn("no mail server is set, so nothing can be sent: set " + prefix + "SMTP_URL")
	}
	reading, stopReading := context.WithCancel(byProgram(ctx))
	defer stopReading()
	wait := readMailboxes(reading, in)
	brought := bring.run(reading)
	looked := lookAfterAddresses(reading, in, in.cfg.asks(in.dns))
	var looking sync.WaitGroup
	looking.Go(func() { in.domainDesk().Run(reading) })
	looking.Go(func() {
		(&alarms.Desk{Store: in.store.All(), Now: in.now, Every: in.alarms, Logger: in.logger}).Run(reading)
	})
	looking.Go(func() {
		(&machinesFile{path: in.cfg.Machines, inUse: in.machines, logger: in.logger}).refreshing(reading)
	})
	settling, stopSettling := context.WithCancel(context.WithoutCancel(reading)) // until the web has stopped
	defer stopSettling()
	looking.Go(func() { in.hits.Run(settling, in.settleHits) })
	err = runAll(byProgram(ctx), sender, newWebServer(l, handler, in.logger))
	stopReading()
	stopSettling()
	wait()
	brought()
	looked()
	looking.Wait()
	in.logger.Info("stopped")
	return err
}

// byProgram is the context of what the program does by itself.
func byProgram(ctx context.Context) context.Context {
	return store.As(ctx, campaign.Actor{Name: campaign.ByProgram})
}

// greet says where the panel is, and returns the first admin a way in.
func (in *installation) greet(ctx context.Context, addr string) error {
	in.say("Glasnik listens on %s. The panel: %s", addr, in.cfg.BaseURL)
	n, err := in.store.Users.CountUsers(ctx)
	if err != nil || n > 0 {
		return err
	}
	link, err := in.signInLink(ctx, "")
	if err != nil {
		return err
	}
	in.say("There is no user yet. Make the first admin by this link, which works once, within two days:\n%s", link)
	return nil
}

// runAll runs web servers and the scheduler until ctx ends or one of the servers fails. The web stops first, so that
// nobody asks for what is being taken down; then the sender finishes what is on the wire.
func runAll(ctx context.Context, sender *scheduler.Scheduler, servers ...*webServer) error {
	answering, stopWeb := context.WithCancel(ctx)
	defer stopWeb()
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSending()
	errs := make([]error, len(servers)+1)
	var web, work sync.WaitGroup
	work.Go(func() { errs[len(servers)] = sender.Run(sending) })
	work.Go(func() { check.Standard() }) // reads the rules, so that no page waits for it
	for i, s := range servers {
		web.Go(func() {
			errs[i] = s.run(answering)
			stopWeb() // when one fails, all stop
		})
	}
	web.Wait()
	stopSending()
	work.Wait()
	for i, err := range errs {
		if errors.Is(err, http.ErrServerClosed) {
			errs[i] = nil
		}
	}
	return errors.Join(errs...)
}
