package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
)

func adoptCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "adopt", Short: "Say that this database is the real one, so that it may send", Args: cobra.NoArgs,
		Long: `Say that this database is the real one. A database that was put back from a backup,
copied or moved does not send by itself, because it does not know what went out
since, or what its original sends. See first that the other one has stopped.

Campaigns that were being sent are paused, for you to look at and resume or
cancel; those whose time has come wait for you or for their next time.`,
		Example: "  glasnik adopt",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			done, err := in.home.Adopt(ctx)
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.sayJSON(done)
			}
			p.say("This database is the real one now.")
			if len(done.Paused) > 0 {
				p.say("Paused, because part of it may have been sent: %s. Go on with “glasnik campaigns resume ID”.", strings.Join(done.Paused, ", "))
			}
			if len(done.Held) > 0 {
				p.say("Not sent, because it may have been sent: %s.", strings.Join(done.Held, ", "))
			}
			return nil
		}),
	})
}
