package campaign

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// ReportScope says what a report tells of.
type ReportScope string

const (
	ReleaseReport ReportScope = "release"
	PeriodReport  ReportScope = "period"
	ActionReport  ReportScope = "action"
)

// ReportRequest asks for a report: of a release or an action by its id, or of the days from one to before another.
type ReportRequest struct {
	Scope ReportScope
	Of    string
	From  time.Time // the first moment of the first day, in the installation's zone
	Until time.Time // the first moment after the last day
	Zone  *time.Location
}

// ReportID returns the id of what is stored for a request: asked again, the same report comes back.
func (r ReportRequest) ReportID() string {
	return DerivedID(string(r.Scope), r.Of, r.From.UTC().Format(time.RFC3339), r.Until.UTC().Format(time.RFC3339))
}

// Name is short and says what the request asks for, for the name of a file: its days, or the id of what it is of.
func (r ReportRequest) Name() string {
	if r.Scope == PeriodReport {
		return r.From.Format(time.DateOnly) + "-" + r.Until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return r.Of
}

// ReportSettles is for how long after its last day a period is still counted: nearly all reading happens in the first week. What is
// read later is in no report of that period.
const ReportSettles = 7 * 24 * time.Hour

// Report holds the figures of one report, without any reader's or journalist's name unless somebody asked for them: from it alone its
// page and its files are made, so that they are equal byte for byte whenever they are made.
type Report struct {
	ID      string      `json:"id"`
	Scope   ReportScope `json:"scope"`
	Of      string      `json:"of,omitempty"`
	Name    string      `json:"name,omitempty"` // of the release or action
	About   string      `json:"about,omitempty"`
	From    time.Time   `json:"from,omitzero"`
	Until   time.Time   `json:"until,omitzero"`
	Zone    string      `json:"zone"`
	Team    Texts       `json:"team"`              // the organisation's name as it was then
	Funding Texts       `json:"funding,omitempty"` // who paid, Markdown
	Logos   []Logo      `json:"logos,omitempty"`
	Phrases []Phrase    `json:"phrases,omitempty"` // of the name and the funding, in the other script
	// Counted is when the figures were counted. Those of a closed period are stored then and stay.
	Counted time.Time `json:"counted"`
	Closed  bool      `json:"closed"`

	Total      Figures         `json:"total"` // People and Known are of each mailing, added up
	Runs       []ReportRun     `json:"runs,omitempty"`
	Kinds      []ReportGroup   `json:"kinds,omitempty"`
	Places     []ReportGroup   `json:"places,omitempty"`
	Languages  []ReportGroup   `json:"languages,omitempty"`
	ToLists    []ReportGroup   `json:"to_lists,omitempty"` // a reader on several lists of a mailing is of the group of these lists
	Outlets    []ReportGroup   `json:"outlets,omitempty"`
	Topics     []ReportTopic   `json:"topics,omitempty"` // of releases, no readers'
	Lists      []ReportList    `json:"lists,omitempty"`
	Overrides  int64           `json:"overrides,omitempty"` // how often words went out against the writing check
	Activities []Activity      `json:"activities,omitempty"`
	Coverage   []Coverage      `json:"coverage,omitempty"`
	Helplines  []HelplineTotal `json:"helplines,omitempty"`
	Quality    CoverageQuality `json:"quality,omitzero"` // of all coverage together, as the team judged it
	Cut        bool            `json:"cut,omitempty"`    // there was more than a report holds, see MaxReportRuns

	// Named tells that readers are named, which is never stored: they can be erased.
	Named   bool           `json:"named,omitempty"`
	Readers []ReportReader `json:"readers,omitempty"`
}

// ReportReader is a reader who agreed to be recognised and is known to have read a mailing.
type ReportReader struct {
	At       time.Time `json:"at"`
	Campaign string    `json:"campaign"`
	Name     string    `json:"name"`
	Outlet   string    `json:"outlet,omitempty"`
	Clicked  bool      `json:"clicked"` // they opened it in any case
}

// MaxReportReaders is how many readers one report names.
const MaxReportReaders = 5000

// MaxReportRuns is how many mailings, and how many typed-in rows of each kind, one report holds.
const MaxReportRuns = 2000

// ReportRun is one mailing in a report.
type ReportRun struct {
	ID       string    `json:"id"`
	Campaign string    `json:"campaign"` // its name
	Release  string    `json:"release"`  // its title
	At       time.Time `json:"at"`
	Figures  Figures   `json:"figures"`
}

// ReportGroup is how many messages were accepted for one group of readers.
type ReportGroup struct {
	Key      string `json:"key"`
	Accepted int64  `json:"accepted"`
}

// Groups that are none of readers.
const (
	FewGroup  = "~few"  // all groups too small to be shown alone
	GoneGroup = "~gone" // of readers who were erased, or are not on record any more
	NoGroup   = "~none" // of whom it is not known
)

// LeastGroup is the size below which a group of readers is not shown alone.
const LeastGroup = 5

// Disclose returns the groups of one mailing that may be shown: those below LeastGroup are one, and where that is still too small, the
// smallest of the others goes into it, so that no group can be had by subtracting the others from the total. Reports add up what is
// shown of each mailing: the difference of two reports shows no more than the report of what lies between them.
func Disclose(groups map[string]int64) map[string]int64 {
	out := map[string]int64{}
	var few int64
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(groups[a], groups[b]), strings.Compare(a, b))
	})
	for _, key := range keys {
		switch n := groups[key]; {
		case n <= 0:
		case n < LeastGroup || few > 0 && few < LeastGroup:
			few += n
		default:
			out[key] = n
		}
	}
	if few > 0 {
		out[FewGroup] += few
	}
	return out
}

// ReportGroups returns groups by size, the largest first, and those that are none at the end.
func ReportGroups(counts map[string]int64) []ReportGroup {
	out := make([]ReportGroup, 0, len(counts))
	for key, n := range counts {
		out = append(out, ReportGroup{key, n})
	}
	slices.SortFunc(out, func(a, b ReportGroup) int {
		return cmp.Or(cmp.Compare(restGroup(a.Key), restGroup(b.Key)), cmp.Compare(b.Accepted, a.Accepted), strings.Compare(a.Key, b.Key))
	})
	return out
}

// ReportTopic is what went out about one topic. A release about several topics counts in each.
type ReportTopic struct {
	Key      string `json:"key"`
	Names    Texts  `json:"names,omitempty"`
	Mailings int64  `json:"mailings"`
	Accepted int64  `json:"accepted"`
	Opened   int64  `json:"opened"`  // readers at least, mailing by mailing
	Clicked  int64  `json:"clicked"` // readers at least, mailing by mailing
}

// Add adds the figures of another run.
func (f *Figures) Add(o Figures) {
	if f.States == nil {
		f.States = map[DeliveryState]int64{}
	}
	for state, n := range o.States {
		f.States[state] += n
	}
	f.Audience += o.Audience
	f.Accepted += o.Accepted
	f.Failed += o.Failed
	f.Returned += o.Returned
	f.CameBack += o.CameBack
	f.Blocked += o.Blocked
	f.LeftOut += o.LeftOut
	f.Interrupted += o.Interrupted
	f.Waiting += o.Waiting
	f.Unsubscribed += o.Unsubscribed
	f.Complained += o.Complained
	f.Opened.sum(o.Opened)
	f.Clicked.sum(o.Clicked)
}

func (v *Verdicts) sum(o Verdicts) {
	v.People += o.People
	v.Known += o.Known
	v.Times += o.Times
	v.Machines += o.Machines
	v.Unknown += o.Unknown
}

// WithoutPeople returns a piece of coverage as a report shows it: nobody is named in it but the outlet.
func (c Coverage) WithoutPeople() Coverage {
	c.Contact, c.Journalist, c.Note, c.By, c.Judgements = "", "", "", "", nil
	return c
}

// MonthReport asks for the report of a month, written 2026-10, in a zone.
func MonthReport(month string, zone *time.Location) (ReportRequest, error) {
	first, err := time.ParseInLocation("2006-01", strings.TrimSpace(month), zone)
	if err != nil {
		return ReportRequest{}, FieldError("month", "write the month as 2026-10")
	}
	return ReportRequest{Scope: PeriodReport, From: first, Until: first.AddDate(0, 1, 0), Zone: zone}, nil
}

// LastClosedMonth is the last month whose report is closed, as MonthReport reads it.
func LastClosedMonth(now time.Time, zone *time.Location) string {
	settled := now.Add(-ReportSettles).In(zone)
	return time.Date(settled.Year(), settled.Month()-1, 1, 0, 0, 0, 0, zone).Format("2006-01")
}

// Letter returns the mail that tells the team of a closed month.
func (r *Report) Letter() Letter {
	f := &r.Total
	var lines []Text
	for _, figure := range []struct {
		name Text
		n    int64
	}{
		{Textf("Mailings"), int64(len(r.Runs))}, {Textf("Accepted"), f.Accepted}, {Textf("Failed"), f.Failed}, {Textf("Came back"), f.CameBack},
		{Textf("Opened, readers at least"), f.Opened.People}, {Textf("Clicked, readers at least"), f.Clicked.People}, {Textf("Left"), f.Unsubscribed},
		{Textf("Coverage"), int64(len(r.Coverage))},
	} {
		lines = append(lines, Textf("%s: %d", figure.name, figure.n))
	}
	return Letter{Subject: Textf("The report is ready: %s", Month(r.From)).Stored(), Lines: StoredTexts(lines), Button: Textf("Open the report").Stored()}
}

// DaysReport asks for the report of the days from one to another, both in it, written 2026-10-31, in a zone.
func DaysReport(from, until string, zone *time.Location) (ReportRequest, error) {
	first, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(from), zone)
	if err != nil {
		return ReportRequest{}, FieldError("from", "write the first day as 2026-10-01")
	}
	last, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(until), zone)
	if err != nil {
		return ReportRequest{}, FieldError("until", "write the last day as 2026-10-31")
	}
	if last.Before(first) {
		return ReportRequest{}, FieldError("until", "the last day lies before the first")
	}
	return ReportRequest{Scope: PeriodReport, From: first, Until: last.AddDate(0, 0, 1), Zone: zone}, nil
}
