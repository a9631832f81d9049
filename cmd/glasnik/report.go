package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	reports "github.com/glasnik/glasnik/campaign/report"
)

// reportFlags are what “report” is asked for.
type reportFlags struct {
	release, action, from, until, month, language, format, delimiter, table, output string
	anew, names                                                                     bool
}

func reportCommand(p *program) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use: "report", Short: "Write a report for a funder", Args: cobra.NoArgs,
		Long: `Write a report on one release, on a period or on an action: what went out, to whom, what is known
to have been read, what came back, how the lists grew, and what the team typed in of events, coverage
and helplines. It names no reader unless --names asks for it, which is noted in the audit log, and shows
no group of fewer than five.

The figures of a period are closed a week after its last day: they are counted once then, stored, and
come out byte for byte the same. --anew counts them again.`,
		Example: `  glasnik report --month 2026-10 --language sr-Latn --output oktobar.pdf
  glasnik report --from 2026-01-01 --until 2026-06-30 --format xlsx --output half-year.xlsx
  glasnik report --action "Schools 2026" --language fr --output ecoles.html
  glasnik report --release 01jabcdefghjkmnp --format csv --table opened`,
		RunE: p.does(func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd.Context(), func(in *installation) error { return writeReport(cmd.Context(), in, f) })
		}),
	}
	cmd.Flags().StringVar(&f.release, "release", "", "id of the release it tells of")
	cmd.Flags().StringVar(&f.action, "action", "", "name or id of the action it tells of")
	cmd.Flags().StringVar(&f.month, "month", "", "the month it tells of, 2026-10")
	cmd.Flags().StringVar(&f.from, "from", "", "first day of the period it tells of, 2026-10-01")
	cmd.Flags().StringVar(&f.until, "until", "", "last day of the period")
	cmd.Flags().StringVar(&f.language, "language", "en", "en, sr-Latn, sr-Cyrl or fr")
	cmd.Flags().StringVar(&f.format, "format", "", "html, pdf, xlsx, csv or json (default: by the name of the file, else json)")
	cmd.Flags().StringVar(&f.table, "table", "", "of a CSV file: this table alone, such as mailings or opened")
	cmd.Flags().StringVar(&f.delimiter, "delimiter", "", "between the cells of a CSV file: comma, semicolon, tab or bar (default: as spreadsheets in the language expect)")
	cmd.Flags().StringVar(&f.output, "output", "", "the file to write (default: the standard output)")
	cmd.Flags().BoolVar(&f.names, "names", false, "name the readers who agreed to be recognised and are known to have read")
	cmd.Flags().BoolVar(&f.anew, "anew", false, "count the figures of a closed period again, and keep these")
	return cmd
}

func writeReport(ctx context.Context, in *installation, f reportFlags) error {
	if f.format == "" && f.output != "" {
		f.format = filepath.Ext(f.output)[min(1, len(filepath.Ext(f.output))):]
	}
	if f.format == "" {
		f.format = string(reports.JSON)
	}
	format, err := reports.ParseFormat(f.format)
	if err != nil {
		return usageError{err}
	}
	language, err := campaign.ParseLanguage(f.language)
	if err != nil {
		return usageError{err}
	}
	var delimiter rune
	if f.delimiter != "" {
		if delimiter, err = contactfile.ParseDelimiter(f.delimiter); err != nil {
			return usageError{err}
		}
	}
	q, err := reportRequest(ctx, in, f)
	if err != nil {
		return err
	}
	r, err := in.store.Reports.GetReport(ctx, q, f.anew)
	if err != nil {
		return err
	}
	if f.names {
		if err := in.store.Reports.NameReaders(ctx, &r); err != nil {
			return err
		}
		if err := in.acted(ctx, campaign.Act{Kind: campaign.ExportedEntry, What: campaign.Textf("Took a report that names readers away as %s: %s", format.Name(), q.Name())}, "", nil); err != nil {
			return err
		}
	}
	logos, err := reports.LoadLogos(ctx, in.store.Media, &r, language)
	if err != nil {
		return err
	}
	out, err := reports.Write(&r, reports.Options{Language: language, Logos: logos}, format, f.table, delimiter)
	if err != nil {
		return err
	}
	return in.writeWhole(f.output, out)
}

// writeWhole writes a file that appears only when it is whole, or to the standard output.
func (o output) writeWhole(name string, data []byte) error {
	if name == "" {
		_, err := o.stdout.Write(data)
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".glasnik-report-*")
	if err != nil {
		return fmt.Errorf("the file %s cannot be written: %w", name, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// reportRequest reads what the report is to tell of: exactly one thing.
func reportRequest(ctx context.Context, in *installation, f reportFlags) (q campaign.ReportRequest, err error) {
	named := 0
	for _, s := range []string{f.release, f.action, f.month, f.from} {
		if s != "" {
			named++
		}
	}
	if named != 1 {
		return q, usagef("say what the report is on: --release, --action, --month, or --from with --until")
	}
	switch {
	case f.release != "":
		q = campaign.ReportRequest{Scope: campaign.ReleaseReport, Of: f.release}
	case f.action != "":
		a, err := in.store.Actions.GetActionByName(ctx, f.action)
		if campaign.CodeOf(err) == campaign.NotFound {
			a, err = in.store.Actions.GetAction(ctx, f.action)
		}
		if err != nil {
			return q, err
		}
		q = campaign.ReportRequest{Scope: campaign.ActionReport, Of: a.ID}
	case f.month != "":
		q, err = campaign.MonthReport(f.month, in.cfg.zone)
	default:
		q, err = campaign.DaysReport(f.from, f.until, in.cfg.zone)
	}
	q.Zone = in.cfg.zone
	if err != nil {
		return q, usageError{err}
	}
	return q, nil
}
