package main

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/templates"
)

// Each wrong line is answered with what is wrong in it, in every language of the panel.
func TestWrongLinesAreExplained(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"": "write when it leaves", "   ": "write when it leaves", "09:00": "it has 1 field and", "* * * *": "it has 4 fields", "0 0 9 * * 1": "it has 6 fields", "0 9 * * 1 2027": "it has 6 fields",
		"every monday at nine": "it has 4 fields", "60 9 * * *": "the minute is “60”, but may be 0 to 59", "-1 9 * * *": "the minute is “-1”", "a b c d e": "the minute is “a”", "1-2-3 9 * * *": "the minute is “1-2-3”",
		"*/5/2 9 * * *": "the minute is “*/5/2”", "*/0 9 * * *": "a step, as in */2, has to be 1 or more", "0 24 * * *": "the hour is “24”, but may be 0 to 23", "0 9:00 * * *": "the hour is “9:00”",
		"0 9/ * * *": "the hour is “9/”", "0 9, * * *": "the hour is “9,”, and a comma has to", "0 9 * * ,": "a comma has to", "0 9 1,,15 * *": "a comma has to", "0 */x * * *": "the hour is “*/x”", "0 17-9 * * *": "a range has to go upwards", "0 9 0 * *": "the day of the month is “0”",
		"0 9 1,32 * *": "the day of the month is “1,32”, but may be 1 to 31", "0 9 L * *": "#, L and W", "0 9 15W * *": "#, L and W", "0 9 1,LW * *": "#, L and W", "0 9 * * 1#1": "#, L and W", "0 9 * * FRIL": "#, L and W",
		"0 9 * 13 *": "the month is “13”", "0 9 * APRIL *": "the month is “APRIL”, but may be 1 to 12 or JAN to DEC", "0 9 * JULY *": "the month is “JULY”, but may be", "0 9 * * 8": "the weekday is “8”, but may be 0 to 7",
		"0 9 * * Wednesday": "the weekday is “Wednesday”, but may be", "0 9 * * pon": "the weekday is “pon”", "0 9 * * FRI-MON": "a range has to go upwards", "0 9 * * 1—5": "the weekday is “1—5”", "0 9 * * 0-8": "the weekday is “0-8”",
		"0 9 31 2 *": "never comes", "@daly": "behind the @", "@": "behind the @", "@reboot": "behind the @", "@every": "behind the @", "@every 5": "is “5”, but is written in hours", "@every 1d": "is “1d”, but is written in hours",
		"@every 500ms": "is “500ms”, but must be a second or more", "@every -5m": "must be a second or more", "TZ=Europe/Belgrade 0 9 * * 1": "choose the time zone in its own field", "CRON_TZ=UTC 0 9 * * 1": "choose the time zone",
	} {
		_, err := (schedule.Planner{Zone: time.UTC}).Next(campaign.Schedule{Kind: campaign.ByCron, Cron: line}, time.Now(), 1)
		if campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(templates.Say(campaign.English, campaign.TextOf(err)), says) {
			t.Errorf("%q: %v, want %q", line, err, says)
			continue
		}
		said := map[string]bool{}
		for _, l := range campaign.Languages {
			words := templates.Say(l, campaign.TextOf(err))
			if said[words] {
				t.Errorf("%q: not said in %s: %s", line, l, words)
			}
			said[words] = true
			if strings.Contains(words, "Л и") {
				t.Errorf("%q: what is typed is written in Cyrillic: %s", line, words)
			}
		}
	}
}
