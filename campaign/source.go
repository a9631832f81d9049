package campaign

import (
	"net/url"
	"slices"
	"time"
)

// Source says what a figure or a quotation of a release rests on.
type Source struct {
	Said      string    `json:"said"`            // the figure or the words, as a version has them
	Title     string    `json:"title,omitempty"` // of the report, law or statement, in the language it is in
	Link      string    `json:"link,omitempty"`
	Date      string    `json:"date,omitempty"`       // YYYY-MM-DD, of what it is taken from
	CheckedBy string    `json:"checked_by,omitempty"` // name of who of the team looked it up
	CheckedAt time.Time `json:"checked_at,omitzero"`
}

// MaxSources is how many sources a release may list.
const MaxSources = 100

// cleanSources drops empty rows and checks the others.
func cleanSources(sources []Source) ([]Source, error) {
	var faults Checks
	faults.Refuse(len(sources) > MaxSources, "sources", "there are more than %d sources: leave some out", MaxSources)
	for i := range sources {
		s := &sources[i]
		s.Said, s.Title, s.Link, s.Date, s.CheckedBy = CleanLine(s.Said), CleanLine(s.Title), CleanLine(s.Link), CleanLine(s.Date), CleanLine(s.CheckedBy)
		n := i + 1
		faults.Refuse(LongerThan(s.Said, 500) || LongerThan(s.Title, 500) || len(s.Link) > 2000, "sources", "source %d: this is longer than %d characters", n, 500)
		faults.Refuse(s.Said == "" && s.Title+s.Link != "", "sources", "source %d: say which figure or quotation it is for", n)
		faults.Refuse(s.Said != "" && s.Title+s.Link == "", "sources", "source %d: give the title or the address of where it stands", n)
		if s.Link != "" {
			u, err := url.Parse(s.Link)
			faults.Refuse(err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http", "sources", "source %d: the address must begin with https://", n)
		}
		if s.Date != "" {
			_, err := time.Parse(time.DateOnly, s.Date)
			faults.Refuse(err != nil, "sources", "source %d: the date %q is not of the form 2026-10-18", n, s.Date)
		}
	}
	return slices.DeleteFunc(sources, func(s Source) bool { return s.Said+s.Title+s.Link == "" }), Together(faults...)
}
