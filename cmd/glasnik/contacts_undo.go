package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
)

func contactsImportsCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "imports", Short: "List the latest imports", Args: cobra.NoArgs,
		Long:    "List the latest imports that wrote something, the last first, with what “contacts undo” calls them.",
		Example: "  glasnik contacts imports",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			in.thisProcess() // which knows of imports whose process has ended
			found, err := in.store.Imports.FindImports(ctx, 20)
			if err != nil {
				return err
			}
			for _, i := range found {
				if p.asJSON {
					if err := p.sayJSON(i); err != nil {
						return err
					}
					continue
				}
				p.say("%s  %s  %s  %s: %d added, %d updated", i.ID, i.StartedAt.Format("2006-01-02 15:04 MST"), strings.ReplaceAll(string(i.State), "_", " "), i.Source,
					i.Summary.Outcomes[campaign.RowAdded], i.Summary.Outcomes[campaign.RowUpdated])
			}
			return nil
		}),
	})
}

func contactsUndoCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "undo IMPORT", Short: "Take back a whole import", Args: cobra.ExactArgs(1),
		Long: `Take back a whole import, within thirty days: contacts it added are removed, contacts it
changed become what they were. It is refused as soon as something was sent to any of
them. Who was changed since, by the team or by their own act, stays as they are. One that
was cut off can be taken back too, at the latest a minute after.`,
		Example: "  glasnik contacts undo 2n3xs94m9xwkt4sz",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			in.thisProcess()
			if err := in.acted(ctx, campaign.ActUndoImport, "", nil); err != nil {
				return err
			}
			done, err := in.store.Imports.UndoImport(ctx, args[0])
			if campaign.CodeOf(err) == campaign.NotFound {
				return campaign.Errorf(campaign.NotFound, "there is no import %q: see “glasnik contacts imports”", args[0])
			}
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.sayJSON(done)
			}
			p.say("Undone: %d contacts removed, %d put back, %d changed since and kept.", done.Removed, done.Restored, done.Kept)
			return nil
		}),
	})
}
