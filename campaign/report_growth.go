package campaign

import (
	"slices"
	"time"
)

// ReportList is how a list grew and shrank in a period.
type ReportList struct {
	ID       string `json:"-"`    // in figures for the team
	Name     string `json:"name"` // or AllLists
	Joined   int64  `json:"joined"`
	Left     int64  `json:"left"`
	TakenOff int64  `json:"taken_off"`
	Returned int64  `json:"returned"`
	Now      int64  `json:"now"` // members who are written to, when the figures were counted
}

// AllLists stands in place of the name of a list for all of them together.
const AllLists = "~all"

// ReportGrowth adds up how lists grew as a report may show it: what is told of one list is counted by whole months, and each figure of a
// month is there only where Disclose shows it, so that two reports tell no more by their difference than the months between them.
// What became of all lists together is exact.
type ReportGrowth struct {
	lists map[string]*ReportList
	all   ReportList
}

// NewReportGrowth begins to add up the growth of some lists.
func NewReportGrowth(lists []List) *ReportGrowth {
	g := &ReportGrowth{lists: map[string]*ReportList{}, all: ReportList{Name: AllLists}}
	for _, l := range lists {
		g.lists[l.ID] = &ReportList{Name: l.Name}
	}
	return g
}

// Add adds what happened to lists, by their ids, in a part of the period, which is a whole month or not.
func (g *ReportGrowth) Add(part map[string]Growth, whole bool) {
	for _, column := range []struct {
		of func(Growth) int64
		in func(*ReportList) *int64
	}{
		{func(c Growth) int64 { return c.Joined }, func(l *ReportList) *int64 { return &l.Joined }},
		{func(c Growth) int64 { return c.Left }, func(l *ReportList) *int64 { return &l.Left }},
		{func(c Growth) int64 { return c.TakenOff }, func(l *ReportList) *int64 { return &l.TakenOff }},
		{func(c Growth) int64 { return c.Returned }, func(l *ReportList) *int64 { return &l.Returned }},
	} {
		counts := map[string]int64{}
		for id, c := range part {
			counts[id] = column.of(c)
			*column.in(&g.all) += counts[id]
		}
		if !whole {
			continue
		}
		for id, n := range Disclose(counts) {
			if id != FewGroup {
				*column.in(g.lists[id]) += n
			}
		}
	}
}

// SetNow sets how many members of a list are written to. Of one list it is told in tens: how it changed from one report to the next
// would tell what the other figures do not.
func (g *ReportGrowth) SetNow(id string, n int64) {
	g.lists[id].Now = n - n%10
	g.all.Now += n
}

// Rows returns the lists of which there is something to tell, in the order of their names, and all lists together.
func (g *ReportGrowth) Rows() []ReportList {
	if len(g.lists) == 0 {
		return nil
	}
	var out []ReportList
	for _, l := range g.lists {
		if (*l != ReportList{Name: l.Name}) {
			out = append(out, *l)
		}
	}
	slices.SortFunc(out, func(a, b ReportList) int { return CompareNames(a.Name, b.Name) })
	return append(out, g.all)
}

// Part is a part of a period: a whole month, or what is left of one.
type Part struct {
	From, Until time.Time
	Whole       bool
}

// mostMonths is how many months of a period are told apart.
const mostMonths = 120

// MonthsOf divides a period into months of its zone. The first and the last may be parts of one; what lies before the last ten years is
// one part.
func MonthsOf(from, until time.Time, zone *time.Location) []Part {
	var out []Part
	from, until = from.In(zone), until.In(zone)
	if begin := time.Date(until.Year(), until.Month(), 1, 0, 0, 0, 0, zone).AddDate(0, -mostMonths, 0); from.Before(begin) {
		out, from = append(out, Part{From: from, Until: begin}), begin
	}
	for ; from.Before(until); from = out[len(out)-1].Until {
		first := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, zone)
		next := first.AddDate(0, 1, 0)
		p := Part{From: from, Until: next, Whole: from.Equal(first) && !next.After(until)}
		if next.After(until) {
			p.Until = until
		}
		out = append(out, p)
	}
	return out
}
