package language

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/glasnik/glasnik/campaign"
)

func in(t *testing.T, zone string, year int, month time.Month, day, hour, minute int) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(year, month, day, hour, minute, 0, 0, loc)
}

func TestDates(t *testing.T) {
	day := in(t, "Europe/Belgrade", 2022, time.July, 13, 9, 5)
	for _, c := range []struct{ got, want string }{
		{LongDate(campaign.English, day), "13 July 2022"},
		{LongDate(campaign.SerbianLatin, day), "13. jul 2022."},
		{LongDate(campaign.SerbianCyrillic, day), "13. јул 2022."},
		{LongDate(campaign.French, day), "13 juillet 2022"},
		{LongDate(campaign.French, in(t, "UTC", 2026, time.July, 1, 0, 0)), "1er juillet 2026"},
		{DateInSentence(campaign.SerbianLatin, day), "13. jula 2022. godine"},
		{DateInSentence(campaign.SerbianCyrillic, day), "13. јула 2022. године"},
		{DateInSentence(campaign.English, day), "13 July 2022"},
		{Weekday(campaign.SerbianLatin, day), "sreda"},
		{Weekday(campaign.French, day), "mercredi"},
		{Clock(campaign.English, day), "9.05"},
		{DateAndTime(campaign.French, day), "13 juillet 2022 à 9\u00a0h\u00a005"},
		{DateAndTime(campaign.SerbianCyrillic, day), "13. јула 2022. у 9.05"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestEmbargo(t *testing.T) {
	belgrade := in(t, "Europe/Belgrade", 2026, time.October, 18, 10, 0)
	for _, c := range []struct{ got, want string }{
		{Embargo(campaign.English, belgrade), "EMBARGO: Sunday 18 October 2026, 10.00 (Belgrade, CEST, UTC+2)"},
		{Embargo(campaign.SerbianLatin, belgrade), "EMBARGO do nedelje, 18. oktobra 2026. u 10.00 (po beogradskom vremenu)"},
		{Embargo(campaign.SerbianCyrillic, belgrade), "ЕМБАРГО до недеље, 18. октобра 2026. у 10.00 (по београдском времену)"},
		{Embargo(campaign.French, belgrade), "SOUS EMBARGO jusqu’au dimanche 18 octobre 2026 à 10\u00a0h\u00a000 (heure de Belgrade)"},
		{Embargo(campaign.English, belgrade.UTC()), "EMBARGO: Sunday 18 October 2026, 8.00 (UTC)"},
		{Embargo(campaign.French, in(t, "Europe/Istanbul", 2026, time.May, 1, 7, 30)), "SOUS EMBARGO jusqu’au vendredi 1er mai 2026 à 7\u00a0h\u00a030 (heure d’Istanbul)"},
		{Embargo(campaign.English, in(t, "Europe/Istanbul", 2026, time.May, 1, 7, 30)), "EMBARGO: Friday 1 May 2026, 7.30 (Istanbul, UTC+3)"},
		{Embargo(campaign.SerbianLatin, in(t, "Asia/Kathmandu", 2026, time.May, 1, 7, 30)), "EMBARGO do petka, 1. maja 2026. u 7.30 (po vremenu UTC+5:45)"},
		{EmbargoSubject(campaign.English, belgrade), "EMBARGO 18 October 2026, 10.00 CEST"},
		{EmbargoSubject(campaign.SerbianCyrillic, belgrade), "ЕМБАРГО до 18. октобра 2026. у 10.00 CEST"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Number(campaign.SerbianLatin, 1234567), "1.234.567"},
		{Number(campaign.English, -1234), "-1,234"},
		{Number(campaign.French, 1234567), "1\u202f234\u202f567"},
		{Number(campaign.English, 12), "12"},
		{Signed(campaign.French, -1234), "−1\u202f234"},
		{Signed(campaign.SerbianLatin, 1234), "+1.234"},
		{Signed(campaign.English, 0), "0"},
		{Decimal(campaign.SerbianCyrillic, 1234567.891, 2), "1.234.567,89"},
		{Decimal(campaign.English, -0.04, 1), "0.0"},
		{Decimal(campaign.English, -0.06, 1), "-0.1"},
		{Percent(campaign.French, 0.85, 0), "85\u202f%"},
		{Percent(campaign.SerbianLatin, 0.8512, 1), "85,1%"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for _, c := range []struct {
		language campaign.Language
		numbers  []int64
		want     Category
	}{
		{campaign.SerbianLatin, []int64{1, 21, 101, -1}, One},
		{campaign.SerbianCyrillic, []int64{2, 3, 4, 22, 34}, Few},
		{campaign.SerbianLatin, []int64{0, 5, 11, 12, 14, 20, 111, 112}, Other},
		{campaign.French, []int64{0, 1}, One},
		{campaign.French, []int64{2, 21}, Other},
		{campaign.French, []int64{1_000_000}, Many},
		{campaign.English, []int64{1}, One},
		{campaign.English, []int64{0, 2, 21}, Other},
	} {
		for _, n := range c.numbers {
			if got := Plural(c.language, n); got != c.want {
				t.Errorf("Plural(%s, %d) = %s, want %s", c.language, n, got, c.want)
			}
		}
	}
}
