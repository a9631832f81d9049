package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/returns"
	"github.com/glasnik/glasnik/mailer/hooks"
	"github.com/glasnik/glasnik/mailer/listener"
	"github.com/glasnik/glasnik/mailer/mailboxes"
)

// checkInlets reads where what comes back is brought to, and which services post.
func (c *config) checkInlets(wrong *mistakes) {
	for _, address := range strings.Fields(c.BounceListen) {
		s, err := listener.ParseURL(address)
		switch {
		case err != nil:
			wrong.add("BOUNCE_LISTEN", "cannot be used: %v", err)
		case slices.ContainsFunc(c.listeners, func(other listener.Settings) bool { return other.Address == s.Address }):
			wrong.add("BOUNCE_LISTEN", "names %s twice", s.Address)
		default:
			c.listeners = append(c.listeners, s)
		}
	}
	wrong.when(len(c.listeners) > 0 && c.BounceAddress == "", "BOUNCE_LISTEN", "needs %sBOUNCE_ADDRESS: only addresses made of it are taken there", prefix)
	var err error
	if c.hooks, err = hooks.Parse(c.Hooks); err != nil {
		wrong.add("HOOKS", "cannot be used: %v", err)
	}
}

// takesMail reports whether mail to addresses of ours is read.
func (c *config) takesMail() bool { return len(c.mailboxes)+len(c.listeners) > 0 }

// readsReturns reports whether what comes back later is known.
func (c *config) readsReturns() bool { return c.takesMail() || len(c.hooks) > 0 }

// inlets are all ways by which what comes back reaches us.
func (c *config) inlets() (out []campaign.Inlet) {
	for _, s := range c.mailboxes {
		out = append(out, campaign.Inlet{Name: s.Name(), Kind: campaign.MailboxInlet})
	}
	for _, s := range c.listeners {
		out = append(out, campaign.Inlet{Name: s.Name(), Kind: campaign.ListenerInlet})
	}
	for _, h := range c.hooks {
		out = append(out, campaign.Inlet{Name: returns.HookName(h.Service), Kind: campaign.HookInlet})
	}
	return out
}

// marks are the fields by which mail services tell us which delivery they speak of.
func (c *config) marks() (out []string) {
	for _, h := range c.hooks {
		if mark := h.Mark(); mark != "" {
			out = append(out, mark)
		}
	}
	return out
}

// hooksOf takes what mail services post; nil where none is set.
func hooksOf(in *installation) http.Handler {
	if len(in.cfg.hooks) == 0 {
		return nil
	}
	return returns.NewHooks(in.cfg.hooks, returnsDesk(in), in.store.All())
}

// bringing are the listeners that what comes back is brought to.
type bringing struct {
	in  *installation
	all []*listener.Listener
}

// openListeners opens all places to listen at, so that one that is taken is found before anything starts.
func openListeners(in *installation) (*bringing, error) {
	b := &bringing{in: in}
	_, domain, _ := strings.Cut(in.cfg.BounceAddress, "@")
	for _, s := range in.cfg.listeners {
		inlet := &returns.Inlet{Desk: returnsDesk(in), Store: in.store.All(), Name: s.Name()}
		l, err := listener.Listen(s, domain, inlet, in.logger)
		if err != nil {
			b.close()
			return nil, cannotListen(s, err)
		}
		b.all = append(b.all, l)
	}
	return b, nil
}

func cannotListen(s listener.Settings, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("the address %s is taken by another program: stop it, or choose another in %sBOUNCE_LISTEN", s.Address, prefix)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("the address %s may not be listened at by this user: choose a port above 1023 in %sBOUNCE_LISTEN, or let the mail server bring it there", s.Address, prefix)
	}
	return fmt.Errorf("the address %s cannot be listened at: choose another in %sBOUNCE_LISTEN (%w)", s.Address, prefix, err)
}

func (b *bringing) close() {
	for _, l := range b.all {
		_ = l.Close()
	}
}

// bringGrace is how long a stop waits for messages that are being brought.
const bringGrace = 5 * time.Second

// run takes what is brought until ctx ends; wait returns when nothing is taken any more.
func (b *bringing) run(ctx context.Context) (wait func()) {
	var all sync.WaitGroup
	for _, l := range b.all {
		b.in.logger.Info("taking what comes back", "at", l.Name())
		all.Go(func() {
			if err := l.Run(ctx, bringGrace); err != nil && !errors.Is(err, net.ErrClosed) {
				b.in.logger.Error("nothing that comes back is taken here any more", "error", err)
			}
		})
	}
	return all.Wait
}

// examineInlets looks at the ways by which what comes back reaches us.
func examineInlets(ctx context.Context, cfg config) (out []finding) {
	const what = "what comes back"
	if !cfg.readsReturns() {
		return []finding{{What: what, Status: warn, Detail: "nothing that comes back is read, so that addresses that do not work stay on the lists", Mend: "name its mailbox in " + prefix + "BOUNCE_IMAP, or see “What comes back” in the README"}}
	}
	for _, s := range cfg.mailboxes {
		reader := mailboxes.Reader{Settings: s}
		n, err := reader.Check(ctx)
		if err != nil {
			out = append(out, finding{What: what, Status: fail, Detail: "the mailbox " + s.Name() + " cannot be read: " + mailboxes.Told(err), Mend: "mend its address in " + prefix + "BOUNCE_IMAP"})
			continue
		}
		out = append(out, finding{What: what, Status: fine, Detail: fmt.Sprintf("the mailbox %s can be read; messages in it: %d", s.Name(), n)})
	}
	for _, s := range cfg.listeners {
		out = append(out, finding{What: what, Status: fine, Detail: "“glasnik serve” listens at " + s.Name() + " for addresses made of " + cfg.BounceAddress})
	}
	for _, h := range cfg.hooks {
		f := finding{What: what, Status: fine, Detail: h.Service + " posts to " + cfg.BaseURL + returns.HookPath + h.Service}
		if strings.HasPrefix(cfg.BaseURL, "http://") {
			f.Status, f.Mend = warn, "services post over https alone, and the secret must not travel openly: set "+prefix+"BASE_URL to the https address of the proxy"
		}
		out = append(out, f)
	}
	return out
}
