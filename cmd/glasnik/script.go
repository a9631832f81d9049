package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign/language"
)

func scriptCommand(p *program) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use: "script --to cyrillic|latin [FILE]", Short: "Convert Serbian text from one script to the other",
		Long: `Convert Serbian text between Latin and Cyrillic script, from a file or from the
standard input to the standard output. Addresses, code and foreign names are
left as they are.`,
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
			if to == "latin" {
				text = language.ToLatin(text)
			} else {
				text = language.ToCyrillic(text, language.Options{})
			}
			_, err = io.WriteString(p.stdout, text)
			return err
		}),
	}
	cmd.Flags().StringVar(&to, "to", "", "the script to convert to: cyrillic or latin (required)")
	return cmd
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
