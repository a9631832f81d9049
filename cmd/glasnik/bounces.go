package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/mailer/inbound"
)

func bouncesCommand(p *program) *cobra.Command {
	return group("bounces", "What came back by mail", "What came back by mail: bounces, complaints, automatic answers and replies.", classifyCommand(p), fetchCommand(p))
}

func classifyCommand(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "classify FILE…|-", Short: "Say what messages that came back mean",
		Long: `Say what messages that came back mean. A FILE is a message, a mailbox file
(mbox) or a folder of messages (Maildir, or any folder of files); - is the
standard input. Nothing is changed by it.

The class is hard (the address does not work), soft (not for now, or not from
us), full (the mailbox is full), block (we are refused: reputation, content or
policy), complaint, automatic (out of office, challenge, receipt, report of
success) or reply. A delay has the class soft and the action delayed: nothing
has failed.

With --json it prints one object a line for each recipient: file, message (its
number in a file of several), recipient, class, status, rule, delivery, why, and
where there is something to say action, diagnostic, reporting_mta,
original_message_id, from, leave and protected. A delivery is named only by a
return address that was signed with this installation's secret. What the team
taught about words of servers decides first, where there is an installation.

It ends with 1 when something cannot be read; the rest is classified all the same.`,
		Example: "  glasnik bounces classify bounce.eml --json\n  glasnik bounces classify ~/Maildir - < mail.mbox",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("name the files to classify, or - for the standard input")
			}
			return nil
		},
		RunE: p.does(func(cmd *cobra.Command, args []string) error { return p.classifyBounces(cmd.Context(), args, asJSON) }),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

// toldVerdict is a verdict as JSON tells it.
type toldVerdict struct {
	File    string `json:"file"`
	Message int    `json:"message"`
	inbound.Verdict
}

// bounceTeller tells what messages mean.
type bounceTeller struct {
	output
	links  inbound.ReadsReturnPath
	taught []campaign.BounceText
}

func (p *program) classifyBounces(ctx context.Context, args []string, asJSON bool) error {
	links, err := p.returnPaths()
	if err != nil {
		return err
	}
	out := bounceTeller{output: output{stdout: p.stdout, stderr: p.stderr, asJSON: asJSON}, links: links}
	if out.taught, err = p.taughtWords(ctx); err != nil {
		fmt.Fprintf(p.stderr, "glasnik: what the team taught is left out: %s\n", sentence(err))
	}
	failed := false
	fail := func(file string, err error) {
		failed = true
		fmt.Fprintf(p.stderr, "glasnik: %s: %s\n", file, sentence(err))
	}
	for _, arg := range args {
		if arg == "-" {
			if err := out.classifyAll(p.stdin, "-"); err != nil {
				fail("the standard input", err)
			}
			continue
		}
		files, err := filesIn(arg)
		if err != nil {
			fail(arg, err)
			continue
		}
		for _, file := range files {
			if err := out.classifyFile(file); err != nil {
				fail(file, err)
			}
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// returnPaths reads deliveries off return addresses by the installation's secret, where there is one: none is made for this.
func (p *program) returnPaths() (inbound.ReadsReturnPath, error) {
	cfg, err := readConfig(p.environ)
	if mistakenIn(err, "SECRET", "DATA_DIR") {
		return nil, err
	}
	secret := cfg.Secret
	if secret == "" {
		if secret, err = datadir.FindSecret(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	if secret == "" {
		return nil, nil
	}
	return campaign.Links{Signer: campaign.NewSigner(secret)}, nil
}

// taughtWords reads what the team taught about words of servers, where there is a store.
func (p *program) taughtWords(ctx context.Context) ([]campaign.BounceText, error) {
	set, err := p.settingsOfTeam(ctx)
	if set == nil {
		return nil, err
	}
	return set.Learned, err
}

// filesIn returns a file itself, and of a folder the files in it, or in its parts cur and new where it is a Maildir.
func filesIn(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	folders := []string{name}
	if cur, err := os.Stat(filepath.Join(name, "cur")); err == nil && cur.IsDir() {
		folders = []string{filepath.Join(name, "cur"), filepath.Join(name, "new")}
	}
	var out []string
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, withoutPath(err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
				out = append(out, filepath.Join(folder, e.Name()))
			}
		}
	}
	return out, nil
}

func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("it cannot be read: %w", path.Err)
	}
	return err
}

func (c bounceTeller) classifyFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return withoutPath(err)
	}
	defer f.Close()
	return c.classifyAll(f, file)
}

// classifyAll tells what each message of a file means; one that is none does not keep the others.
func (c bounceTeller) classifyAll(r io.Reader, file string) (failed error) {
	mbox := inbound.NewMbox(r)
	n := 0
	for mbox.Next() {
		n++
		m, err := inbound.Read(mbox)
		if err != nil {
			if failed == nil {
				failed = withoutPath(err)
			}
			continue
		}
		for _, v := range inbound.Classify(m, c.links) {
			for _, t := range c.taught {
				if v.Learn(inbound.Class(t.Class), t.Words) {
					break
				}
			}
			if err := c.tellVerdict(toldVerdict{file, n, v}); err != nil {
				return err
			}
		}
	}
	if n == 0 {
		return errors.New("it is empty")
	}
	return failed
}

func (o output) tellVerdict(v toldVerdict) error {
	if o.asJSON {
		return o.sayJSON(v)
	}
	var words []string
	for _, w := range []string{string(v.Class), v.Recipient, v.Status} {
		if w != "" {
			words = append(words, w)
		}
	}
	for _, mark := range []struct {
		is   bool
		name string
	}{{v.Action == "delayed", "(delayed)"}, {v.Leave, "(asks to be taken off)"}, {v.Protected, "(protected)"}} {
		if mark.is {
			words = append(words, mark.name)
		}
	}
	o.say("%s: %s\n  %s\n  rule: %s", v.File, strings.Join(words, " "), v.Why, v.Rule)
	return nil
}
