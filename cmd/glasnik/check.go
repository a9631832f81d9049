package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language/check"
	"github.com/glasnik/glasnik/templates"
)

// checkedFinding is a finding as JSON tells it.
type checkedFinding struct {
	Rule       string `json:"rule"`
	Category   string `json:"category"`
	Severity   string `json:"severity"`
	Start      int    `json:"start"` // octets of the file
	End        int    `json:"end"`
	Line       int    `json:"line"`
	Column     int    `json:"column"`
	Text       string `json:"text"`
	Why        string `json:"why"`
	Suggestion string `json:"suggestion"` // the words that fit in its place, or else the first wording, or what to do where there is none

	Suggestions []string `json:"suggestions"` // all wordings
	Source      string   `json:"source"`
	Doc         string   `json:"doc"`
}

func checkCommand(p *program) *cobra.Command {
	var asJSON bool
	var in string
	cmd := &cobra.Command{
		Use: "check FILE|- [--language L]", Short: "Find wording that harms the people a text is about",
		Long: `Check a release file, or any text, for wording that harms or identifies the
people it is about, misleads, or is poor craft. The language is that of the
release file, or what the name of the file says (text.sr-Latn.md), or what
--language says: sr-Latn, sr-Cyrl, en or fr; sr is either script. With it, a file
whose front matter is no release's is checked as any other text.

It ends with 1 when something blocks, 2 when it was called wrongly or the text
cannot be read or checked, else 0. With --json it prints a list of findings: rule, category,
severity (block, warn or hint), start and end (octets of the file), line and
column (in characters, from 1; 0 of what is missing in the whole text), text,
why, suggestion (the first wording, or what to do), suggestions (all wordings),
source (the guidelines) and doc (where the panel explains the rule). Where there
is a store, the rules and helplines are those of the panel, else the built-in ones.`,
		Example: "  glasnik check release.fr.md\n  echo \"Illegal migrants\" | glasnik check - --language en --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := campaign.ParseLanguage(in)
			if err != nil {
				return usagef("--language must be sr-Latn, sr-Cyrl, en or fr")
			}
			return p.does(func(cmd *cobra.Command, _ []string) error {
				return p.checkText(cmd.Context(), args[0], l, asJSON)
			})(cmd, args)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	cmd.Flags().StringVar(&in, "language", "", "the language of the text: sr-Latn, sr-Cyrl, en or fr")
	return cmd
}

func (p *program) checkText(ctx context.Context, file string, l campaign.Language, asJSON bool) error {
	text, err := p.readChecked(file)
	if err != nil {
		return usageError{err}
	}
	settings, err := p.settingsOfTeam(ctx)
	if err != nil {
		return usageError{fmt.Errorf("the rules of the team cannot be read: %w", err)}
	}
	found, unchecked, err := findIn(file, text, l, settings)
	if err != nil {
		return usageError{err}
	}
	blocks := false
	out := output{stdout: p.stdout, stderr: p.stderr, asJSON: asJSON}
	told := []checkedFinding{}
	for _, f := range found {
		blocks = blocks || f.Severity == check.Block
		told = append(told, tellFinding(f))
	}
	if asJSON {
		if err := out.sayJSON(told); err != nil {
			return err
		}
	} else {
		out.tellFindings(file, told, len(unchecked) == 0)
	}
	if len(unchecked) > 0 {
		return usagef("%s: %s", file, unchecked[0].Why)
	}
	if blocks {
		return errReported
	}
	return nil
}

// maxChecked is how large a text may be, in octets: a release file has the same limit.
const maxChecked = 1 << 20

// readChecked reads a text, or says why it is none.
func (p *program) readChecked(file string) (string, error) {
	in := p.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("the file cannot be read: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxChecked+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("the file cannot be read: %w", err)
	case len(data) > maxChecked:
		return "", fmt.Errorf("%s is larger than 1 MB: check a text at a time", file)
	case isUTF16(data):
		return "", fmt.Errorf("%s is UTF-16 text: save it as UTF-8", file)
	case bytes.IndexByte(data, 0) >= 0:
		return "", fmt.Errorf("%s is no text", file)
	case !utf8.Valid(data):
		return "", fmt.Errorf("%s is not UTF-8 text: save it as UTF-8", file)
	}
	return string(data), nil
}

// isUTF16 reports text that Windows calls Unicode, by its mark, or by octets of 0 at every second place where a line is Latin.
func isUTF16(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return true
	}
	begin := data[:min(len(data), 200)/2*2]
	var zeros [2]int
	for i, c := range begin {
		if c == 0 {
			zeros[i%2]++
		}
	}
	return min(zeros[0], zeros[1]) == 0 && max(zeros[0], zeros[1]) > len(begin)/4
}

// findIn checks a release file, or any other text.
func findIn(file, text string, l campaign.Language, settings *campaign.Settings) ([]check.Finding, []check.Unchecked, error) {
	const mark = "\ufeff"
	start := strings.TrimPrefix(text, mark)
	if strings.HasPrefix(start, "---\n") || strings.HasPrefix(start, "---\r\n") {
		_, v, err := templates.ParseReleaseFile(file, []byte(text))
		if err == nil && l != "" && !sameTongue(l, v.Language) {
			return nil, nil, fmt.Errorf("%s is in %s: leave --language out", file, v.Language.Name())
		}
		if err == nil || l == "" {
			return templates.FileFindings(file, []byte(text), settings)
		} // else it is a text that begins with a line, or with what another program reads
	}
	if l == "" {
		for _, part := range strings.Split(filepath.Base(file), ".") {
			if named, err := campaign.ParseLanguage(part); err == nil && named != "" {
				l = named
			}
		}
	}
	if l == "" {
		return nil, nil, usagef("say the language of %s: --language sr-Latn, sr-Cyrl, en or fr", file)
	}
	document := templates.TextDocument(start, l)
	found := check.Find(document, templates.RulesOf(settings))
	templates.PlaceFindings(found, func(string) string { return start })
	for i := range found {
		if f := &found[i]; f.End > 0 {
			f.Start, f.End = f.Start+len(text)-len(start), f.End+len(text)-len(start)
		}
	}
	return found, document.Unchecked, nil
}

// sameTongue reports whether two languages are one, whatever its script.
func sameTongue(a, b campaign.Language) bool {
	tongue, _, _ := strings.Cut(string(a), "-")
	return strings.HasPrefix(string(b), tongue)
}

func tellFinding(f check.Finding) checkedFinding {
	why := f.Why[campaign.English]
	if why == "" {
		why = f.Why[""]
	}
	suggestion := f.Advice[campaign.English]
	if fitting := slices.Concat(f.Replacements, f.Suggestions); len(fitting) > 0 {
		suggestion = fitting[0]
	}
	var sources []string
	for _, key := range f.Sources {
		sources = append(sources, check.TheGuide().Guidelines[key].Name[campaign.English])
	}
	return checkedFinding{Rule: f.Rule, Category: f.Category, Severity: string(f.Severity), Start: f.Start, End: f.End, Line: f.Line, Column: f.Column,
		Text: f.Text, Why: why, Suggestion: suggestion, Suggestions: append([]string{}, f.Suggestions...), Source: strings.Join(sources, "; "), Doc: "/writing-rules" + f.Doc}
}

func (o output) tellFindings(file string, all []checkedFinding, whole bool) {
	for _, f := range all {
		place := file
		if f.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", file, f.Line, f.Column)
		}
		o.say("%s: %s %s “%s”\n  %s", place, f.Severity, f.Rule, strings.Join(strings.Fields(f.Text), " "), f.Why)
		if len(f.Suggestions) > 0 {
			o.say("  Write: %s", strings.Join(f.Suggestions, "; "))
		} else if f.Suggestion != "" {
			o.say("  %s", f.Suggestion)
		}
	}
	if len(all) == 0 && whole {
		o.say("Nothing was found.")
	}
}
