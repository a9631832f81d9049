package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
)

// importMemory is how much memory the Go side of an import should keep to.
const importMemory = 86 << 20

// importOrder is what “contacts import” was told.
type importOrder struct {
	file, list                  string
	kind, language              string
	basis, reference            string
	policy, encoding, delimiter string
	sheet, report, unclear      string
	dryRun, surplus, hidden     bool
}

func contactsImportCommand(p *program) *cobra.Command {
	var o importOrder
	cmd := &cobra.Command{
		Use: "import FILE --list NAME", Short: "Bring contacts from a CSV file or workbook into a list", Args: cobra.ExactArgs(1),
		Long: `Bring contacts from a CSV file or an Excel workbook (.xlsx) into a list. The encoding
and the delimiter of a CSV file are found out; a title above the column names is
passed over. Column names are understood in English, Serbian and French; one must
hold addresses. What was said of the columns in the panel holds for the next file
with the same ones. A list that is not there is made. Every row that was not plainly
added is told with its line and why. Who left the list, complained, or bounced is
left alone, and whoever a column says so of (status, unsubscribed, consent, bounced,
complained, in four languages) is kept as that and not written to.

A file that cannot be read as a whole is an error, and nothing is written. An import
that was cut off can be run again, and one to which nothing was sent can be undone:
see “contacts imports” and “contacts undo”.`,
		Example: `  glasnik contacts import people.csv --list Press --kind journalist --dry-run
  glasnik contacts import škole.xlsx --sheet Niš --list Schools --kind school --language sr-Latn --basis public_contact
  glasnik contacts import stari.csv --encoding windows-1250 --list Press --policy overwrite --report report.csv`,
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
	f.StringVar(&o.reference, "basis-reference", "", "what the basis rests on: the assessment's reference, the words agreed to, the page that publishes the address, or the contract")
	f.StringVar(&o.policy, "policy", "fill", "with who is a contact already: fill what is empty, overwrite, or skip")
	f.StringVar(&o.unclear, "unclear", "out", "with rows that do not say for sure whether the person may be written to: leave them out, keep them as left, or take them as active")
	f.StringVar(&o.encoding, "encoding", "", "of a CSV file: utf-8, windows-1250, windows-1251, windows-1252, iso-8859-2, utf-16le or utf-16be (default: found out)")
	f.StringVar(&o.delimiter, "delimiter", "", "of a CSV file: comma, semicolon, tab or bar (default: found out)")
	f.StringVar(&o.sheet, "sheet", "", "of a workbook: its name or number (default: the first with addresses)")
	f.BoolVar(&o.surplus, "take-surplus", false, "take rows with more filled cells than there are columns, too")
	f.BoolVar(&o.hidden, "hidden", false, "of a workbook: take rows that a filter or their owner hides, too")
	f.StringVar(&o.report, "report", "", "write what became of every row, with the row, to this CSV file")
	f.BoolVar(&o.dryRun, "dry-run", false, "tell what would happen and write nothing")
	_ = cmd.MarkFlagRequired("list")
	return withJSON(p, cmd)
}

func (p *program) importContacts(ctx context.Context, o importOrder) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	reading, err := o.reading()
	if err != nil {
		return err
	}
	if err := campaign.CheckAudience(o.list); err != nil {
		return err
	}
	source, err := os.Open(o.file)
	if err != nil {
		return campaign.Errorf(campaign.Invalid, "the file %s cannot be read: %v", o.file, err)
	}
	defer source.Close()
	// A file of a million rows makes much garbage and keeps little: the memory is bounded, and collected no more often than
	// that needs.
	if p.alone {
		debug.SetMemoryLimit(importMemory)
	}
	return p.with(ctx, func(in *installation) error {
		in.thisProcess()
		file, err := openContacts(ctx, in, source, reading)
		if err != nil {
			return fmt.Errorf("%s: %w", o.file, err)
		}
		defer file.Close()
		return importFile(ctx, in, file, o, options)
	})
}

func importFile(ctx context.Context, in *installation, file *contactfile.File, o importOrder, options campaign.ImportOptions) error {
	lines := bufio.NewWriterSize(in.stdout, 64<<10)
	rows := in.output // a million times
	rows.stdout = lines
	tell := func(r campaign.ImportResult) error { tellRow(rows, r); return nil }
	if o.report != "" {
		f, err := os.OpenFile(o.report, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("the report cannot be written: %w", err)
		}
		defer f.Close()
		report, err := contactfile.NewReport(f, file, file.Delimiter, nil)
		if err != nil {
			return fmt.Errorf("the report cannot be written: %w", err)
		}
		defer report.Close()
		plain := tell
		tell = func(r campaign.ImportResult) error { return errors.Join(plain(r), report.Result(r)) }
	}
	if !o.dryRun {
		if err := in.acted(ctx, campaign.ActImport, "", nil); err != nil {
			return err
		}
	}
	var broken error
	summary, err := in.store.Imports.ImportFrom(ctx, file.Rows(), options, func(r campaign.ImportResult) {
		if broken == nil {
			broken = tell(r)
		}
	})
	if err = errors.Join(err, broken, lines.Flush()); err != nil {
		return err
	}
	if summary.ListMade && !o.dryRun {
		fmt.Fprintf(in.stderr, "The list %q is new and was made: readers are counted, but not told apart.\n", o.list)
	}
	return tellImport(in, summary, file, o)
}

// openContacts opens a file, its columns understood as they were said to be for the last one like it.
func openContacts(ctx context.Context, in *installation, source *os.File, reading contactfile.Options) (*contactfile.File, error) {
	info, err := source.Stat()
	if err != nil {
		return nil, err
	}
	file, err := contactfile.Open(source, info.Size(), reading)
	if err != nil {
		return nil, err
	}
	remembered, err := in.store.Imports.GetMapping(ctx, file.Shape())
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	file.Apply(remembered)
	fmt.Fprintf(in.stderr, "%s\n", describeFile(file))
	if err := file.Check(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// describeFile says what a file was taken for.
func describeFile(f *contactfile.File) string {
	text := f.EncodingName().String()
	if name := f.DelimiterName(); !name.IsZero() {
		text += fmt.Sprintf(", cells divided by %s", name)
	}
	if f.Sheet != "" {
		text = fmt.Sprintf("%s, sheet “%s”", f.EncodingName(), f.Sheet)
	}
	if f.Unnamed {
		text += ", without column names"
	}
	if len(f.Sheets) > 1 {
		text += fmt.Sprintf(", of %d sheets", len(f.Sheets))
	}
	for _, s := range f.OtherSheets() {
		text += fmt.Sprintf("\nThe sheet “%s” holds addresses too", s.Name)
		if s.Hidden {
			text += " and is hidden"
		}
		text += fmt.Sprintf(": --sheet %q reads it.", s.Name)
	}
	switch {
	case f.HiddenRows > 0 && f.Hidden:
		text += fmt.Sprintf("\nHidden rows: %d; they are read too.", f.HiddenRows)
	case f.HiddenRows > 0:
		text += fmt.Sprintf("\nHidden rows, by a filter or by hand: %d; they are left out. --hidden reads them.", f.HiddenRows)
	}
	if len(f.HiddenColumns) > 0 {
		text += fmt.Sprintf("\nHidden columns, which are read: “%s”.", strings.Join(f.HiddenColumns, "”, “"))
	}
	return text
}

// reading reads the flags that say how the file is written.
func (o importOrder) reading() (contactfile.Options, error) {
	out := contactfile.Options{Sheet: o.sheet, Surplus: o.surplus, Hidden: o.hidden}
	var err error
	if out.Encoding, err = contactfile.ParseEncoding(o.encoding); err != nil {
		return out, usageError{err}
	}
	if out.Delimiter, err = contactfile.ParseDelimiter(o.delimiter); err != nil {
		return out, usageError{err}
	}
	return out, nil
}

// options reads the flags, before anything is opened.
func (o importOrder) options() (campaign.ImportOptions, error) {
	out := campaign.ImportOptions{ListName: o.list, Basis: campaign.Basis(o.basis), Source: "import of " + filepath.Base(o.file), DryRun: o.dryRun}
	var err error
	if out.Reference, err = campaign.CleanReference(o.reference); err != nil {
		return out, usageError{err}
	}
	if out.Kind, err = campaign.ParseKind(o.kind); err != nil {
		return out, usageError{err}
	}
	if out.Language, err = campaign.ParseLanguage(o.language); err != nil {
		return out, usageError{err}
	}
	if out.Policy, err = campaign.ParsePolicy(o.policy); err != nil {
		return out, usageError{err}
	}
	if out.Unclear, err = campaign.ParseUnclear(o.unclear); err != nil {
		return out, usageError{err}
	}
	if slices.Contains(append([]campaign.Basis{""}, campaign.Bases...), out.Basis) {
		return out, nil
	}
	return out, usagef("--basis must be legitimate_interest, consent, public_contact or contract")
}

// toldRow is what became of a row, for JSON: its words are English.
type toldRow struct {
	campaign.ImportResult
	Reason string   `json:"reason,omitempty"`
	Notes  []string `json:"notes,omitempty"`
}

// tellRow says what became of a row, unless it was plainly added.
func tellRow(out output, r campaign.ImportResult) {
	if out.asJSON {
		told := toldRow{ImportResult: r, Reason: r.Reason.String(), Notes: campaign.Collect(r.Notes, campaign.Text.String)}
		_ = out.sayJSON(told) // the summary meets the same error
		return
	}
	if r.Outcome == campaign.RowAdded && len(r.Notes) == 0 {
		return
	}
	fields := campaign.Collect(r.Fields, func(f campaign.ImportField) string { return string(f) })
	why := strings.Join(append(append([]string{r.Reason.String()}, campaign.Collect(r.Notes, campaign.Text.String)...), strings.Join(fields, ", ")), "; ")
	line := strconv.Itoa(r.Line)
	if r.TextLine > 0 {
		line += fmt.Sprintf(" (%d in a text editor)", r.TextLine)
	}
	out.say("line %s: %s %s: %s", line, r.Email, strings.ReplaceAll(string(r.Outcome), "_", " "), strings.Trim(why, "; "))
}

// tellStandings says how many rows speak against writing to their people.
func tellStandings(out output, s campaign.ImportSummary) {
	var words []string
	for _, standing := range campaign.Standings {
		if n := s.Standings[standing]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, standing))
		}
	}
	if len(words) > 0 {
		out.say("The file says of some that they must not be written to, or does not say it for sure: %s.", strings.Join(words, ", "))
	}
	if n := s.Outcomes[campaign.RowUnclear]; n > 0 {
		out.say("%d unclear rows are not taken: mend the column, or decide with --unclear left or --unclear active.", n)
	}
}

// importedFile says in JSON what of a file was read.
type importedFile struct {
	Format        string              `json:"format"`
	Sheet         string              `json:"sheet,omitempty"`
	Sheets        []contactfile.Sheet `json:"sheets,omitempty"`
	HiddenRows    int                 `json:"hidden_rows,omitempty"`
	HiddenRead    bool                `json:"hidden_rows_read,omitempty"`
	HiddenColumns []string            `json:"hidden_columns,omitempty"`
	Tables        []contactfile.Table `json:"further_tables,omitempty"`
}

func tellImport(in *installation, s campaign.ImportSummary, f *contactfile.File, o importOrder) error {
	if in.asJSON {
		of := importedFile{Format: f.EncodingName().String(), Sheet: f.Sheet, Sheets: f.Sheets, HiddenRows: f.HiddenRows, HiddenRead: f.HiddenRows > 0 && f.Hidden, HiddenColumns: f.HiddenColumns, Tables: f.Tables}
		if err := in.sayJSON(map[string]any{"summary": s, "file": of}); err != nil {
			return err
		}
	} else {
		for _, t := range f.Tables {
			in.say("On line %d another table begins; its rows were read under its own column names.", t.Line)
		}
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
		in.say("%s: %d rows: %s.", what, s.Rows, strings.Join(words, ", "))
		tellStandings(in.output, s)
		if s.Import != "" {
			in.say("While nothing is sent to it, “glasnik contacts undo %s” takes it back.", s.Import)
		}
	}
	if s.Rows == 0 {
		return campaign.Errorf(campaign.Invalid, "the file %s holds no contacts, only column names", o.file)
	}
	if s.Outcomes[campaign.RowRejected] == s.Rows {
		return campaign.Errorf(campaign.Invalid, "no row of %s could be taken, and nothing was written", o.file)
	}
	return nil
}
