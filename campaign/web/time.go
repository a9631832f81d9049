package web

import (
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// distance says in words how far a moment lies from now.
func distance(now, t time.Time) string {
	d, format := now.Sub(t), "%s ago"
	if d < 0 {
		d, format = -d, "in %s"
	}
	var words string
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		words = templates.Plural(int(d.Minutes()), "minute", "minutes")
	case d < 24*time.Hour:
		words = templates.Plural(int(d.Hours()), "hour", "hours")
	case d < 60*24*time.Hour:
		words = templates.Plural(int(d.Hours()/24), "day", "days")
	default:
		words = templates.Plural(int(d.Hours()/24/30), "month", "months")
	}
	return fmt.Sprintf(format, words)
}

// firstZone gives the first of some time zones that is named and known, else the standard one.
func firstZone(standard *time.Location, names ...string) *time.Location {
	for _, name := range names {
		if name == "" {
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return standard
}

func pageOf(n int) store.Page { return store.Page{Limit: n} }
