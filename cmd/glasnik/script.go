package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

func scriptCommand(p *program) *cobra.Command {
	var to, phrases string
	var report bool
	cmd := &cobra.Command{
		Use: "script --to cyrillic|latin [--phrases FILE] [FILE]", Short: "Convert Serbian text from one script to the other",
		Long: `Convert Serbian text between Latin and Cyrillic script, from a file or from the
standard input to the standard output. Addresses, code and foreign names are
left as they are, and so is what stands in [[ … ]] or in [[keep]] … [[/keep]].

A file of phrases has a line for each: "New York* = Њујорк*", or "Astra" alone
for what stays as it is. A word that ends with * stands for all its forms.`,
		Example: "  glasnik script --to cyrillic saopštenje.md\n  echo \"Ljubav i džez\" | glasnik script --to cyrillic",
		Args:    cobra.MaximumNArgs(1),
		RunE: p.does(func(_ *cobra.Command, args []string) error {
			if to != "cyrillic" && to != "latin" {
				return usagef("--to must be cyrillic or latin")
			}
			text, err := p.readInput(args)
			if err != nil {
				return err
			}
			for _, at := range language.LoneKeeps(text) {
				fmt.Fprintf(p.stderr, "line %d: the mark has no partner, and protects nothing: [[keep]] needs [[/keep]]\n", 1+strings.Count(text[:at], "\n"))
			}
			options, err := p.scriptOptions(phrases)
			if err != nil {
				return err
			}
			if to == "latin" {
				text = language.ToLatin(text, options)
			} else {
				made := language.ConvertToCyrillic(text, options)
				if text = made.Text; report {
					fmt.Fprintf(p.stderr, "kept: %s\n", strings.Join(made.Kept, ", "))
					fmt.Fprintf(p.stderr, "unsure: %s\n", strings.Join(made.Unsure, ", "))
				}
			}
			_, err = io.WriteString(p.stdout, text)
			return err
		}),
	}
	cmd.Flags().StringVar(&to, "to", "", "the script to convert to: cyrillic or latin (required)")
	cmd.Flags().StringVar(&phrases, "phrases", "", "a file of phrases that are written in a way of their own")
	cmd.Flags().BoolVar(&report, "report", false, "say on the standard error which words were kept, and which to look at")
	return cmd
}

// scriptOptions reads a file of phrases; "" is none.
func (p *program) scriptOptions(phrases string) (language.Options, error) {
	if phrases == "" {
		return language.Options{}, nil
	}
	text, err := p.readInput([]string{phrases})
	if err != nil {
		return language.Options{}, err
	}
	all, err := campaign.ParsePhrases(text)
	if err != nil {
		return language.Options{}, fmt.Errorf("%s: %w", phrases, err)
	}
	return language.Options{Phrases: language.NewPhrasebook(all)}, nil
}

// readInput reads the file a command names, or else the standard input.
func (p *program) readInput(args []string) (string, error) {
	if len(args) == 0 || args[0] == "-" {
		data, err := io.ReadAll(p.stdin)
		return string(data), err
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	return string(data), nil
}
