package templates

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
)

var updateSchedules = flag.Bool("update-schedules", false, "write the sentences of rules in testdata anew")

// TestRulesInWords holds the sentences of rules in all languages of the panel against testdata/schedules.txt.
func TestRulesInWords(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	p := schedule.Planner{Zone: time.UTC}
	var out strings.Builder
	for _, line := range []string{
		"FREQ=DAILY", "FREQ=DAILY;BYHOUR=14;BYMINUTE=5;UNTIL=20261231", "FREQ=DAILY;BYMONTH=6,7,8",
		"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR serbia skip", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=WEEKLY;BYDAY=MO",
		"FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=WEEKLY;BYDAY=SU,MO,WE", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=3;BYDAY=FR", "FREQ=WEEKLY;INTERVAL=5;BYDAY=MO,TU,WE,TH,FR",
		"FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYMONTHDAY=2", "FREQ=MONTHLY;BYMONTHDAY=3", "FREQ=MONTHLY;BYMONTHDAY=11", "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=1", "FREQ=MONTHLY;BYMONTHDAY=22;COUNT=4", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=12",
		"FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=3WE", "FREQ=MONTHLY;BYDAY=4TH", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=1SA", "FREQ=MONTHLY;BYDAY=-1SU",
		"FREQ=MONTHLY;BYDAY=1WE", "FREQ=MONTHLY;BYDAY=2SA", "FREQ=MONTHLY;BYDAY=4SU", "FREQ=MONTHLY;BYDAY=3FR",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 serbia,closed skip",
		"FREQ=MONTHLY;BYMONTHDAY=1;BYMONTH=1,4,7,10 serbia,weekends before", "FREQ=MONTHLY;BYMONTHDAY=-1;BYMONTH=3,6,9,12 france after", "FREQ=MONTHLY;BYDAY=1MO;BYMONTH=5,9",
		"FREQ=WEEKLY;BYDAY=MO closed_school skip", "FREQ=DAILY eu,closed_journalist,closed_business,closed_partner,closed_other skip",
	} {
		fields := strings.Fields(line)
		r, err := schedule.ParseRule(fields[0], today)
		if err != nil {
			t.Fatal(line, err)
		}
		if len(fields) > 1 {
			for d := range strings.SplitSeq(fields[1], ",") {
				r.DaysOff = append(r.DaysOff, campaign.DaysOff(d))
			}
			r.Then = campaign.OnDayOff(strings.TrimPrefix(fields[2], "skip"))
		}
		words, err := p.Describe(campaign.Schedule{Kind: campaign.ByRule, Rule: r, Zone: "Europe/Belgrade"})
		if err != nil {
			t.Fatal(line, err)
		}
		fmt.Fprintln(&out, line)
		for _, l := range []campaign.Language{campaign.English, campaign.French, campaign.SerbianLatin, campaign.SerbianCyrillic} {
			fmt.Fprintf(&out, "  %s: %s\n", l, Sentence(l, words))
		}
	}
	const file = "testdata/schedules.txt"
	if *updateSchedules {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the sentences of rules differ from %s: look at them, and run the test with -update-schedules if they are right\n%s", file, out.String())
	}
}
