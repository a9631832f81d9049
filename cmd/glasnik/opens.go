package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign/web/opens"
)

func opensCommand(p *program) *cobra.Command {
	return group("opens", "Who fetched images and links: people or machines", "Who fetched the images and links of messages: people or machines.", opensClassifyCommand(p), opensListsCommand(p))
}

func opensClassifyCommand(p *program) *cobra.Command {
	var asJSON bool
	var lists string
	cmd := &cobra.Command{
		Use: "classify [FILE]", Short: "Say of recorded hits whether people or machines made them",
		Long: `Say of recorded hits whether people or machines made them, and by which rules.
A hit is one fetch of an image or link out of a message, one JSON object a line,
in a FILE or on the standard input (-). Nothing is changed by it.

Fields, all of them optional; others are passed over:

  kind                    open, click, trap (the link people do not see) or leave
  user_agent, ip, method  of the request; ua is user_agent too
  headers                 of the request, an object
  seconds_after_delivery  since our server handed the message over; or instead
  time, delivered         both as 2026-10-14T09:30:00Z
  run, delivery, link     which of them; hits of one delivery, and of those
                          without one the hits of one run, are compared, in
                          whatever order they stand
  context                 an object of what was counted elsewhere:
                          distinct_deliveries_same_ip_60s,
                          honeypot_clicked_same_delivery,
                          links_clicked_same_delivery_10s

With --json it prints one object for each line, in the same order: verdict (human,
machine or unknown), rules (the names of the rules that decided) and why; of a
line that cannot be read line and error, and the command ends with 1.

Names of scanners and networks are from lists with a date and a source;
--lists FILE, or the setting GLASNIK_MACHINES, puts others in their place;
"glasnik opens lists" prints them.`,
		Example: "  glasnik opens classify hits.jsonl --json\n  echo '{\"user_agent\": \"curl/8.5.0\"}' | glasnik opens classify",
		Args:    cobra.MaximumNArgs(1),
		RunE:    p.does(func(_ *cobra.Command, args []string) error { return p.classifyOpens(args, lists, asJSON) }),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	cmd.Flags().StringVar(&lists, "lists", "", "a file with other names and networks")
	return cmd
}

// unread says why a line of recorded hits cannot be read.
type unread struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
}

func (p *program) classifyOpens(args []string, lists string, asJSON bool) error {
	if lists == "" {
		cfg, err := readConfig(p.environ)
		if mistakenIn(err, "MACHINES") {
			return err
		}
		lists = cfg.Machines
	}
	judge, err := classifier(lists)
	if err != nil {
		return fmt.Errorf("%s: %w", lists, err)
	}
	in := p.stdin
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], withoutPath(err))
		}
		defer f.Close()
		in = f
	}
	hits, wrong, err := readHits(in)
	if err != nil {
		return err
	}
	out := output{stdout: p.stdout, stderr: p.stderr, asJSON: asJSON}
	for i, r := range judge.Judge(hits) {
		bad := wrong[i]
		switch {
		case bad != nil:
			fmt.Fprintf(p.stderr, "glasnik: line %d: %s\n", bad.Line, bad.Error)
			if asJSON {
				err = out.sayJSON(bad)
			}
		case asJSON:
			err = out.sayJSON(r)
		default:
			out.say("%s: %s (%s)", r.Verdict, r.Why, strings.Join(r.Rules, ", "))
		}
		if err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return errReported
	}
	return nil
}

// readHits reads a hit a line, passing over empty lines; wrong says of the hits that could not be read why.
func readHits(r io.Reader) (hits []opens.Hit, wrong map[int]*unread, err error) {
	wrong = map[int]*unread{}
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, withoutPath(err)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			h, bad := opens.ReadHit(line)
			if bad != nil {
				wrong[len(hits)] = &unread{Line: n, Error: bad.Error()}
			}
			hits = append(hits, h)
		}
		if err != nil {
			return hits, wrong, nil
		}
	}
}
