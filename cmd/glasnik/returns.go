package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/hygiene"
	"github.com/glasnik/glasnik/campaign/returns"
	"github.com/glasnik/glasnik/mailer/mailboxes"
)

func fetchCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "fetch", Short: "Read the mailboxes of what came back once", Args: cobra.NoArgs,
		Long: `Read what is new in the mailboxes that GLASNIK_BOUNCE_IMAP names, and do what
follows from it: record bounces and complaints with their deliveries, and mark the
addresses that do not work. “glasnik serve” does this by itself; this is for trying
it out, and for machines without it. A message is dealt with once, however often it
is read. Where another process reads a mailbox, this one waits for it.`,
		Example: "  GLASNIK_BOUNCE_IMAP=imaps://bounces:password@mail.example.org/INBOX glasnik bounces fetch",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			if len(in.cfg.mailboxes) == 0 {
				return usagef("no mailbox is set: set %sBOUNCE_IMAP", prefix)
			}
			for _, s := range in.cfg.mailboxes {
				box := newBox(in, s)
				n := 0
				err := box.Alone(byProgram(ctx), true, func(ctx context.Context) (err error) {
					n, err = box.reader().Fetch(ctx)
					return err
				})
				if err != nil {
					return fmt.Errorf("%s: %w", s.Name(), err)
				}
				m, err := in.store.Mailboxes.UpdateMailbox(ctx, s.Name(), func(*campaign.Mailbox) {})
				if err != nil {
					return err
				}
				in.say("%s: %d read. Of all that was read so far:%s", s.Name(), n, countsOf(&m))
			}
			return nil
		}),
	}
}

// countsOf tells what was in a mailbox.
func countsOf(m *campaign.Mailbox) string {
	var out strings.Builder
	for _, name := range campaign.MailboxCounts {
		if n := m.Counts[name]; n > 0 {
			fmt.Fprintf(&out, " %s %d,", name, n)
		}
	}
	if out.Len() == 0 {
		return " nothing"
	}
	return strings.TrimSuffix(out.String(), ",")
}

// box joins a mailbox to the desk that takes what comes back.
type box struct {
	*returns.Box
	settings mailboxes.Settings
}

func newBox(in *installation, s mailboxes.Settings) *box {
	return &box{&returns.Box{Desk: returnsDesk(in), Store: in.store.All(), Name: s.Name(), Owner: campaign.NewID(in.now()) + "-" + in.thisProcess().Name}, s}
}

func (b *box) reader() *mailboxes.Reader {
	return &mailboxes.Reader{Settings: b.settings, Taker: taker{b.Box}}
}

// returnsDesk is where all that comes back is dealt with.
func returnsDesk(in *installation) *returns.Desk {
	return &returns.Desk{Store: in.store.All(), Links: in.links, Now: in.now, Logger: in.logger, First: in.domainDesk().Take}
}

// taker is a box as a reader of mailboxes needs it.
type taker struct{ box *returns.Box }

func (t taker) Cursor(ctx context.Context) (mailboxes.Cursor, error) {
	validity, last, err := t.box.Cursor(ctx)
	return mailboxes.Cursor{Validity: validity, Last: last}, err
}
func (t taker) Take(ctx context.Context, message io.Reader) error { return t.box.Take(ctx, message) }
func (t taker) Keep(ctx context.Context, c mailboxes.Cursor) error {
	return t.box.Keep(ctx, c.Validity, c.Last)
}
func (t taker) Failed(ctx context.Context, err error) { t.box.Failed(ctx, mailboxes.Told(err)) }

// readMailboxes reads all mailboxes until ctx ends; wait returns when none is read any more.
func readMailboxes(ctx context.Context, in *installation) (wait func()) {
	var all sync.WaitGroup
	for _, s := range in.cfg.mailboxes {
		box := newBox(in, s)
		all.Go(func() {
			_ = box.Alone(ctx, false, func(ctx context.Context) error { // it ends with ctx alone
				box.reader().Run(ctx)
				return nil
			})
		})
	}
	return all.Wait
}

// lookAfterAddresses makes the lists of addresses worth a second look, once a day and when somebody asks for it, until ctx ends; wait
// returns when it has ended.
func lookAfterAddresses(ctx context.Context, in *installation, r hygiene.Resolver) (wait func()) {
	l := &hygiene.Looker{Store: in.store.All(), Resolver: r, Now: in.now, Logger: in.logger, Pause: 200 * time.Millisecond}
	var done sync.WaitGroup
	done.Go(func() { l.Run(ctx, 20*time.Second) })
	return done.Wait
}
