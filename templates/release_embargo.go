package templates

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// embargoForms are how an embargo may be written.
var embargoForms = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05"}

// parseEmbargo reads an hour in a zone: "2026-10-18 10:00 Europe/Belgrade", with the zone in its own key, or with a
// distance from UTC. An embargo without a zone is refused: two newsrooms would read two hours (C.2).
func parseEmbargo(written, zone string) (time.Time, string, error) {
	return parseMoment("embargo", written, zone)
}

// parseMoment is parseEmbargo for any hour that readers are told.
func parseMoment(what, written, zone string) (time.Time, string, error) {
	written, zone = strings.TrimSpace(written), strings.TrimSpace(zone)
	if written == "" {
		return time.Time{}, zone, checkZone(zone)
	}
	if t, err := time.Parse(time.RFC3339, written); err == nil {
		zone = cmp.Or(zone, "UTC")
		return t.UTC(), zone, checkZone(zone)
	}
	if space := strings.LastIndexByte(written, ' '); space > 0 && strings.ContainsFunc(written[space:], isLatinLetter) {
		written, zone = strings.TrimSpace(written[:space]), written[space+1:]
	}
	if zone == "" {
		return time.Time{}, "", fmt.Errorf("the %s needs a time zone: 2026-10-18 10:00 Europe/Belgrade", what)
	}
	location, err := loadZone(zone)
	if err != nil {
		return time.Time{}, "", err
	}
	for _, form := range embargoForms {
		if t, err := time.ParseInLocation(form, written, location); err == nil {
			return t.UTC(), zone, nil
		}
	}
	return time.Time{}, "", fmt.Errorf("the %s “%s” is not of the form 2026-10-18 10:00 Europe/Belgrade", what, shorten(written, 40))
}

func isLatinLetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }

func checkZone(zone string) error {
	if zone == "" {
		return nil
	}
	_, err := loadZone(zone)
	return err
}

func loadZone(zone string) (*time.Location, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, fmt.Errorf("there is no time zone “%s”; write it like Europe/Belgrade", shorten(zone, 40))
	}
	return location, nil
}

// momentInFile writes an instant as parseMoment reads it; "" for none.
func momentInFile(t time.Time, zone string) string {
	if t.IsZero() {
		return ""
	}
	in := embargoZone(zone)
	return t.In(in).Format(embargoForms[0]) + " " + in.String()
}
