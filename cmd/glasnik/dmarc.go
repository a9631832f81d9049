package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/dmarc"
)

func dmarcCommand(p *program) *cobra.Command {
	var store bool
	var lastDays int
	cmd := &cobra.Command{
		Use: "dmarc [FILE…|-]", Short: "Sum up who sends in your name, by receivers' reports (DMARC)",
		Long: `Read aggregate reports of DMARC and sum them up by source: who sends in your name,
and how much of it can be proved. A FILE is a report as it comes (XML, gzip, zip), a
message that brings one, or a folder of these; - is the standard input. With --store
they are stored too, each once, and stand on the Sender page of the panel. Without a
FILE the stored ones are summed up; “glasnik serve” stores those that come to the
mailbox of bounces. It ends with 1 when something cannot be read; the rest is summed up.`,
		Example: "  glasnik dmarc reports/*.xml.gz\n  glasnik dmarc --days 30 --json",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			if lastDays < 1 {
				return usagef("--days must be 1 or more")
			}
			if len(args) == 0 {
				sum, err := in.store.SenderLooks.SumDMARCReports(ctx, in.now().AddDate(0, 0, -lastDays))
				if err != nil {
					return err
				}
				return tellDMARC(in, sum)
			}
			return sumFiles(ctx, in, p.stdin, args, store)
		}),
	}
	cmd.Flags().BoolVar(&store, "store", false, "store the reports of the files too")
	cmd.Flags().IntVar(&lastDays, "days", 30, "of the stored reports, those of so many days")
	return withJSON(p, cmd)
}

// sumFiles reads reports out of files; one that cannot be read does not keep the others.
func sumFiles(ctx context.Context, in *installation, stdin io.Reader, args []string, store bool) error {
	var tally campaign.DMARCTally
	seen := map[string]bool{}
	take := func(r campaign.DMARCReport) error {
		if seen[r.ID] {
			return nil
		}
		seen[r.ID] = true
		tally.Add(&r)
		if !store {
			return nil
		}
		_, err := in.store.SenderLooks.RecordDMARCReport(ctx, r)
		return err
	}
	failed := false
	fail := func(file string, err error) {
		failed = true
		fmt.Fprintf(in.stderr, "glasnik: %s: %s\n", file, sentence(err))
	}
	for _, arg := range args {
		if arg == "-" {
			if err := readReport(stdin, take); err != nil {
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
			if err := readReportFile(file, take); err != nil {
				fail(file, err)
			}
		}
	}
	if err := tellDMARC(in, tally.Sum()); err != nil {
		return err
	}
	if failed {
		return errReported
	}
	return nil
}

func readReportFile(file string, take func(campaign.DMARCReport) error) error {
	f, err := os.Open(file)
	if err != nil {
		return withoutPath(err)
	}
	defer f.Close()
	return readReport(f, take)
}

// readReport reads a report, or a message that brings one. What is neither is put aside up to a bound, for a message is told by its parts.
func readReport(r io.Reader, take func(campaign.DMARCReport) error) error {
	held, err := spool(r)
	if err != nil {
		return err
	}
	defer os.Remove(held.Name())
	defer held.Close()
	err = dmarc.Read(held, take)
	if !errors.Is(err, dmarc.ErrNoReport) {
		return err
	}
	if _, err := held.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = dmarc.ReadMessage(held, take)
	return err
}

// mostReport is how many octets of a file are read.
const mostReport = 64 << 20

func spool(r io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "glasnik-report-*")
	if err != nil {
		return nil, err
	}
	if _, err = io.Copy(f, io.LimitReader(r, mostReport)); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

// tellDMARC tells who sends in our name.
func tellDMARC(in *installation, sum campaign.DMARCSummary) error {
	if in.asJSON {
		return in.sayJSON(sum)
	}
	if sum.Reports == 0 {
		in.say("There are no reports.")
		return nil
	}
	in.say("%s of %s, %s to %s: %s in your name, %d proved.", counted(sum.Reports, "report"), counted(len(sum.Reporters), "receiver"),
		sum.Since.Format(time.DateOnly), sum.Until.Format(time.DateOnly), counted(int(sum.All.Messages), "message"), sum.All.Passed)
	for _, s := range sum.Sources {
		in.say("  %-39s  %d messages, %d proved (%d by DKIM, %d by SPF), %d stopped%s", cmp.Or(s.Address, "others"), s.Messages, s.Passed, s.DKIM, s.SPF, s.Stopped, domainsBy("; signed for ", s.Signers)+domainsBy("; SPF of ", s.Paths))
	}
	return nil
}

func domainsBy(before string, all []string) string {
	if len(all) == 0 {
		return ""
	}
	return before + strings.Join(all, ", ")
}
