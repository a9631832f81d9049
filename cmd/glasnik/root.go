package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake in how a command was called.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errReported ends a command as failed when it has said why already.
var errReported = errors.New("reported")

// run executes one command and returns its exit code. What went wrong is one sentence on the error output.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &usage), !p.started:
		fmt.Fprintf(p.stderr, "glasnik: %s\nSee “%s --help”.\n", sentence(err), cmd.CommandPath())
		return exitUsage
	}
	fmt.Fprintf(p.stderr, "glasnik: %s\n", sentence(err))
	return exitFailed
}

// listError is several mistakes told together, one a line.
type listError struct {
	head  string
	lines []string
}

func (e listError) Error() string { return e.head + "\n  " + strings.Join(e.lines, "\n  ") }

// sentence returns an error on one line, unless it is a list of mistakes.
func sentence(err error) string {
	var list listError
	if errors.As(err, &list) {
		return err.Error()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

func (p *program) root() *cobra.Command {
	root := group("glasnik", "An outreach desk: contacts, press releases, campaigns, and who opened them",
		`Glasnik keeps lists of journalists, schools and businesses, holds press releases
in every language they read, sends them on time and exactly once, and tells
honestly who opened them.

It is set up by environment variables and a .env file in the working directory;
.env.example describes them all. “glasnik demo” needs none of it.`)
	root.Example = `  glasnik demo
  glasnik contacts import people.csv --list Press
  glasnik serve`
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.AddCommand(demoCommand(p), serveCommand(p), contactsCommand(p), segmentsCommand(p), releasesCommand(p), campaignsCommand(p), seriesCommand(p),
		usersCommand(p), backupCommand(p), restoreCommand(p), adoptCommand(p), doctorCommand(p), scriptCommand(p), checkCommand(p), bouncesCommand(p), dkimCommand(p), dmarcCommand(p), opensCommand(p), reportCommand(p), versionCommand(p))
	return root
}

// group is a command that only holds others.
func group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Long: long, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("there is no command %q in “%s”", args[0], cmd.CommandPath())
		}
		return cmd.Help()
	}}
	cmd.Args = cobra.ArbitraryArgs
	cmd.AddCommand(commands...)
	return cmd
}

// does makes the RunE of a command: an error from here on is a failure of the work, not of the call.
func (p *program) does(work func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		p.started = true
		cmd.SetContext(store.As(cmd.Context(), campaign.Actor{Name: campaign.ByCommand, Login: p.login}))
		return work(cmd, args)
	}
}

// opened makes the RunE of a command whose work needs the installation.
func (p *program) opened(work func(ctx context.Context, in *installation, args []string) error) func(*cobra.Command, []string) error {
	return p.does(func(cmd *cobra.Command, args []string) error {
		return p.with(cmd.Context(), func(in *installation) error { return work(cmd.Context(), in, args) })
	})
}

// output is where a command writes.
type output struct {
	stdout, stderr io.Writer
	asJSON         bool
}

// say prints a line for people.
func (o output) say(format string, args ...any) { fmt.Fprintf(o.stdout, format+"\n", args...) }

// sayJSON prints one JSON document on one line.
func (o output) sayJSON(v any) error {
	enc := json.NewEncoder(o.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
