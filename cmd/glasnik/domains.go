package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/domains"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns"
)

// keyringOf signs messages.
func keyringOf(in *installation) *domains.Keyring {
	if in.keys == nil {
		in.keys = &domains.Keyring{Store: in.store.All(), Fixed: in.cfg.dkim, Logger: in.logger}
	}
	return in.keys
}

// domainDesk looks after the domains that mail is sent from.
func (in *installation) domainDesk() *domains.Desk {
	if in.domains == nil {
		in.domains = &domains.Desk{Setup: setupOf(in), Store: in.store.All(), Keys: keyringOf(in), Links: in.links, Sender: in.cfg.from, Now: in.now, Logger: in.logger}
		if len(in.cfg.smtp) > 0 {
			in.domains.Send = func(ctx context.Context, m campaign.Message) error { return sendOne(ctx, in, m) }
		}
	}
	return in.domains
}

// setupOf is what the settings say of the mail.
func setupOf(in *installation) domains.Setup {
	s := in.cfg.setup(in.dns)
	s.Account = func(ctx context.Context) []dns.Finding { return lookAtAccount(ctx, in) }
	return s
}

// asks is what the DNS is asked by: the resolver of the settings, one of tests, or the machine's.
func (c *config) asks(tests dns.Resolver) dns.Resolver {
	return cmp.Or[dns.Resolver](c.resolver, tests, net.DefaultResolver)
}

func (c *config) setup(tests dns.Resolver) domains.Setup {
	r := c.asks(tests)
	s := domains.Setup{
		Resolver: r, Fixed: c.dkim, From: c.from.Email, Bounce: c.BounceAddress, Read: c.takesMail(),
		Addresses: c.addresses, Lists: c.lists, Base: c.BaseURL,
	}
	if tests == nil {
		s.Fetch = dns.NewFetch(r)
	}
	for _, server := range c.smtp {
		s.Servers = append(s.Servers, server.Host)
		s.Helo = cmp.Or(s.Helo, server.HeloName())
	}
	return s
}

// lookAtAccount tries the mail servers for the Sender page.
func lookAtAccount(ctx context.Context, in *installation) (out []dns.Finding) {
	senders := allSenders(ctx, &in.cfg, in.store)
	for i, c := range in.checkServers(ctx, in.cfg.trials(senders, 0)) {
		out = append(out, domains.Account(in.cfg.smtp[i].Server(), &c.report, c.err))
	}
	if len(out) == 0 {
		out = append(out, domains.NoAccount())
	}
	return out
}

// handoverFor bounds handing over a test mail.
const handoverFor = time.Minute

// sendOne hands one message to the first server that takes it.
func sendOne(ctx context.Context, in *installation, m campaign.Message) error {
	ctx, cancel := context.WithTimeout(ctx, handoverFor)
	defer cancel()
	var last error
	for _, s := range in.cfg.smtp {
		c, err := mailer.New(s, in.logger, in.now).Connect(ctx)
		if err != nil {
			last = err
			continue
		}
		outcome := c.SendWithNext(ctx, m, nil, func() error { return nil })
		_ = c.Close() // what became of the message is known
		if outcome.Result == campaign.ResultAccepted || outcome.Result == campaign.ResultUnknown {
			return nil // it may have been taken: the mailbox will tell
		}
		last = errors.New(strings.TrimSpace(outcome.Answer))
	}
	return last
}
