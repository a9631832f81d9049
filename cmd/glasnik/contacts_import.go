package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
)

// importOrder is what “contacts import” was told.
type importOrder struct {
	file, list            string
	kind, language, basis string
	dryRun, asJSON        bool
}

func (p *program) contactsImportCommand() *cobra.Command {
	var o importOrder
	cmd := &cobra.Command{
		Use: "import FILE --list NAME", Short: "Bring contacts from a CSV file into a list", Args: cobra.ExactArgs(1),
		Long: `Bring contacts from a CSV file (UTF-8; comma, semicolon or tab) into a list. Column
names are understood in English, Serbian and French; one must hold addresses. A
list that is not there is made. Every row that was not plainly added is told with
its line and why. Who left the list, complained, or bounced is left alone.

A file that cannot be read as a whole is an error, and nothing is written.`,
		Example: `  glasnik contacts import people.csv --list Press --kind journalist --dry-run
  glasnik contacts import škole.csv --list Schools --kind school --language sr-Latn --basis public_contact`,
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return p.importContacts(cmd.Context(), o)
		}),
	}
	f := cmd.Flags()
	f.StringVar(&o.list, "list", "", "name of the list to put them on (required)")
	f.StringVar(&o.kind, "kind", "", "of rows that say none: journalist, school, business, partner or other")
	f.StringVar(&o.language, "language", "", "of rows that say none: sr-Latn, sr-Cyrl, en or fr")
	f.StringVar(&o.basis, "basis", "", "why we may write: legitimate_interest, consent, public_contact or contract (default: the list's)")
	f.BoolVar(&o.dryRun, "dry-run", false, "tell what would happen and write nothing")
	jsonFlag(cmd, &o.asJSON)
	_ = cmd.MarkFlagRequired("list")
	return cmd
}

func (p *program) importContacts(ctx context.Context, o importOrder) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	if err := campaign.CheckAudience(o.list); err != nil {
		return err
	}
	file, err := readContacts(o.file)
	if err != nil {
		return err
	}
	return p.with(ctx, func(in *installation) error {
		made, err := in.importList(ctx, o, file.Rows, &options)
		if err != nil {
			return err
		}
		if made {
			fmt.Fprintf(p.stderr, "The list %q is new and was made: readers are counted, but not told apart.\n", o.list)
		}
		summary, err := in.store.Import(ctx, file.Rows, options, func(r campaign.ImportResult) { p.tellRow(r, o.asJSON) })
		if err != nil {
			return err
		}
		return p.tellImport(summary, o)
	})
}

// options reads the flags, before anything is opened.
func (o importOrder) options() (store.ImportOptions, error) {
	out := store.ImportOptions{Basis: campaign.Basis(o.basis), Source: "import of " + filepath.Base(o.file), DryRun: o.dryRun}
	var err error
	if out.Kind, err = campaign.ParseKind(o.kind); err != nil {
		return out, usageError{err}
	}
	if out.Language, err = campaign.ParseLanguage(o.language); err != nil {
		return out, usageError{err}
	}
	for _, b := range append([]campaign.Basis{""}, campaign.Bases...) {
		if b == out.Basis {
			return out, nil
		}
	}
	return out, usagef("--basis must be legitimate_interest, consent, public_contact or contract")
}

func readContacts(name string) (*contactfile.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, campaign.Errorf(campaign.Invalid, "the file %s cannot be read: %v", name, err)
	}
	defer f.Close()
	file, err := contactfile.Read(f, contactfile.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return file, nil
}

// importList finds the list, or makes it once it is clear that somebody will be on it.
func (in *installation) importList(ctx context.Context, o importOrder, rows []campaign.ImportRow, options *store.ImportOptions) (made bool, err error) {
	l, err := in.store.GetListByName(ctx, o.list)
	if err == nil {
		options.List = l.ID
		return false, nil
	}
	if campaign.CodeOf(err) != campaign.NotFound || o.dryRun {
		return false, ignoreMissing(err)
	}
	trial := *options
	trial.DryRun = true
	summary, err := in.store.Import(ctx, append([]campaign.ImportRow(nil), rows...), trial, nil)
	if err != nil || summary.Rows == summary.Outcomes[campaign.RowRejected] {
		return false, err
	}
	l = campaign.List{Name: o.list, Basis: options.Basis, Language: options.Language}
	if err := in.store.CreateList(ctx, &l); err != nil {
		return false, err
	}
	options.List = l.ID
	return true, nil
}

func ignoreMissing(err error) error {
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil
	}
	return err
}

// tellRow says what became of a row, unless it was plainly added.
func (p *program) tellRow(r campaign.ImportResult, asJSON bool) {
	if asJSON {
		_ = p.sayJSON(r) // the summary meets the same error
		return
	}
	if r.Outcome == campaign.RowAdded && len(r.Notes) == 0 {
		return
	}
	why := strings.Join(append(append([]string{r.Reason}, r.Notes...), strings.Join(r.Fields, ", ")), "; ")
	p.say("line %d: %s %s: %s", r.Line, r.Email, strings.ReplaceAll(string(r.Outcome), "_", " "), strings.Trim(why, "; "))
}

func (p *program) tellImport(s campaign.ImportSummary, o importOrder) error {
	if o.asJSON {
		if err := p.sayJSON(map[string]any{"summary": s}); err != nil {
			return err
		}
	} else {
		var words []string
		for _, outcome := range campaign.ImportOutcomes {
			if n := s.Outcomes[outcome]; n > 0 {
				words = append(words, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(outcome), "_", " ")))
			}
		}
		what := "Done"
		if s.DryRun {
			what = "Nothing was written. It would be"
		}
		p.say("%s: %d rows: %s.", what, s.Rows, strings.Join(words, ", "))
	}
	if s.Rows == 0 {
		return campaign.Errorf(campaign.Invalid, "the file %s holds no contacts, only column names", o.file)
	}
	if s.Outcomes[campaign.RowRejected] == s.Rows {
		return campaign.Errorf(campaign.Invalid, "no row of %s could be taken, and nothing was written", o.file)
	}
	return nil
}
