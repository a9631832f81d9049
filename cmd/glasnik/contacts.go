package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
)

func contactsCommand(p *program) *cobra.Command {
	return group("contacts", "Bring contacts in from files, and out again",
		"Bring contacts into lists from CSV files and Excel workbooks, and write them out again.",
		contactsImportCommand(p), contactsImportsCommand(p), contactsUndoCommand(p), contactsExportCommand(p))
}

func contactsExportCommand(p *program) *cobra.Command {
	var list, segment, format, delimiter, output string
	cmd := &cobra.Command{
		Use: "export", Short: "Write contacts as CSV or as a workbook", Args: cobra.NoArgs,
		Long: `Write all contacts, or those subscribed to a list or in a segment, as CSV or as an Excel workbook that
office programs open and “contacts import” reads back. The file holds personal data: keep it no longer
than you need it.`,
		Example: `  glasnik contacts export --list Press --output press.csv
  glasnik contacts export --segment 'kind = journalist and not tag = regional' --output journalists.csv
  glasnik contacts export --format xlsx --output everybody.xlsx
  glasnik contacts export --delimiter semicolon --output svi.csv`,
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			as, err := contactfile.ParseFormat(format)
			if err != nil {
				return usageError{err}
			}
			divided, err := contactfile.ParseDelimiter(delimiter)
			if err != nil {
				return usageError{err}
			}
			return p.with(cmd.Context(), func(in *installation) error {
				return p.exportTo(output, func(w io.Writer) (int, error) { return in.export(cmd.Context(), w, as, divided, list, segment) })
			})
		}),
	}
	cmd.Flags().StringVar(&list, "list", "", "only those subscribed to this list")
	cmd.Flags().StringVar(&segment, "segment", "", "only those in this saved segment, or those this rule fits")
	cmd.Flags().StringVar(&format, "format", "csv", "csv or xlsx")
	cmd.Flags().StringVar(&delimiter, "delimiter", "comma", "between the cells of a CSV file: comma, semicolon (as spreadsheets in Serbia and France expect), tab or bar")
	cmd.Flags().StringVar(&output, "output", "", "the file to write (default: the standard output)")
	return cmd
}

// exportTo writes to a file that appears only when it is whole, or to the standard output.
func (p *program) exportTo(name string, write func(io.Writer) (int, error)) error {
	if name == "" {
		_, err := write(p.stdout)
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".glasnik-export-*") // readable by the owner alone
	if err != nil {
		return fmt.Errorf("the file %s cannot be written: %w", name, err)
	}
	defer os.Remove(tmp.Name())
	n, err := write(tmp)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), name); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "%d contacts are in %s.\n", n, name)
	return nil
}

// export writes contacts page by page; the names of further columns are found in a pass of its own.
func (in *installation) export(ctx context.Context, w io.Writer, format contactfile.Format, delimiter rune, listName, segment string) (int, error) {
	filter := store.ContactFilter{}
	if listName != "" {
		ids, err := in.listIDs(ctx, []string{listName})
		if err != nil {
			return 0, err
		}
		filter.List = ids[0]
	}
	if segment != "" {
		rule, err := in.rule(ctx, segment)
		if err != nil {
			return 0, err
		}
		filter.Rule = &rule
	}
	lists, err := in.store.Lists.FindLists(ctx, true)
	if err != nil {
		return 0, err
	}
	names := map[string]string{}
	for _, l := range lists {
		names[l.ID] = l.Name
	}
	attributes, err := in.store.Contacts.AttributeNames(ctx, filter)
	if err != nil {
		return 0, err
	}
	count, err := in.store.Contacts.CountContacts(ctx, filter)
	if err != nil {
		return 0, err
	}
	// Before the first byte: a file that is broken off may hold them all.
	if err := in.acted(ctx, campaign.Act{Kind: campaign.ExportedEntry, What: campaign.Textf("Exported %s as %s", campaign.Textf("%d contacts", count), format)}, "", nil); err != nil {
		return 0, err
	}
	out, err := contactfile.NewWriter(w, format, delimiter, campaign.English, attributes)
	if err != nil {
		return 0, err
	}
	n := 0
	err = in.store.Contacts.EachContactIn(ctx, filter, func(cs []campaign.Contact) error {
		n += len(cs)
		return in.exportPage(ctx, out, cs, names)
	})
	return n, errors.Join(err, out.Close())
}

func (in *installation) exportPage(ctx context.Context, out *contactfile.Writer, cs []campaign.Contact, lists map[string]string) error {
	var ids, addresses []string
	for _, c := range cs {
		addresses = append(addresses, c.Address)
		if c.Organisation != "" {
			ids = append(ids, c.Organisation)
		}
	}
	organisations, err := in.store.Organisations.GetOrganisations(ctx, ids)
	if err != nil {
		return err
	}
	gone, err := in.store.Suppressions.Suppressed(ctx, addresses)
	if err != nil {
		return err
	}
	for i := range cs {
		var on []contactfile.ListStatus
		for _, m := range cs[i].Memberships {
			on = append(on, contactfile.ListStatus{List: lists[m.List], Status: m.Status})
		}
		if err := out.Contact(&cs[i], organisations[cs[i].Organisation].Name, on, gone[cs[i].Address] != ""); err != nil {
			return err
		}
	}
	return nil
}
