package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// OverTime is what the mailings of a period tell together. It names persons, and is for the team alone.
type OverTime struct {
	Runs   []OverTimeRun // the oldest first
	Lists  []ReportList
	Hours  [24]int64  // how often people clicked, by the hour of the day
	Kinds  []Interest // of readers who agreed to be recognised, by what they are
	Topics []Interest // and by what the releases were about
	Read   []Engaged  // journalists who read most
	Quiet  []Engaged  // journalists who read before and are not known to have read anything since
	Cut    bool       // there was more than is looked at, see MaxOverTimeRuns
}

// What is looked at together.
const (
	MaxOverTimeRuns = 200
	MaxEngaged      = 20
	LeastQuiet      = 2 // messages in which nothing is known of a journalist before they are said to have gone quiet
)

// OverTimeRun is one mailing among others.
type OverTimeRun struct {
	ReportRun
	Coverage int64 // pieces on its release
}

// Interest is how often readers of one group, who agreed to be recognised, read what they got.
type Interest struct {
	Key                   string
	Sent, Opened, Clicked int64 // messages
}

// Engaged is how often one journalist read what they got.
type Engaged struct {
	Contact               string // id
	Sent, Opened, Clicked int64
	Last                  time.Time // when the last mailing went out that they are known to have read
}

// OverTimeCount counts the readers of mailings together.
type OverTimeCount struct {
	kinds, topics map[string]*Interest
	now, before   map[string]*Engaged
}

// NewOverTimeCount begins to count.
func NewOverTimeCount() *OverTimeCount {
	return &OverTimeCount{map[string]*Interest{}, map[string]*Interest{}, map[string]*Engaged{}, map[string]*Engaged{}}
}

// Add counts a reader of a mailing of the period, which was about some topics; Earlier one of the period before it.
func (n *OverTimeCount) Add(r *Reader, at time.Time, topics []string) {
	kind := GoneGroup
	if r.Contact != nil {
		kind = string(r.Contact.Kind)
	}
	n.interest(n.kinds, kind, r)
	if len(topics) == 0 {
		topics = []string{NoGroup}
	}
	for _, t := range topics {
		n.interest(n.topics, t, r)
	}
	engage(n.now, r, at)
}

func (n *OverTimeCount) Earlier(r *Reader, at time.Time) { engage(n.before, r, at) }

func (n *OverTimeCount) interest(in map[string]*Interest, key string, r *Reader) {
	i := in[key]
	if i == nil {
		i = &Interest{Key: key}
		in[key] = i
	}
	i.Sent++
	if r.Opened || r.Clicked {
		i.Opened++
	}
	if r.Clicked {
		i.Clicked++
	}
}

func engage(in map[string]*Engaged, r *Reader, at time.Time) {
	if r.Contact == nil || r.Contact.Kind != Journalist {
		return
	}
	e := in[r.Contact.ID]
	if e == nil {
		e = &Engaged{Contact: r.Contact.ID}
		in[r.Contact.ID] = e
	}
	e.Sent++
	if r.Opened || r.Clicked {
		e.Opened++
		if at.After(e.Last) {
			e.Last = at
		}
	}
	if r.Clicked {
		e.Clicked++
	}
}

// Finish writes what was counted into the result.
func (n *OverTimeCount) Finish(o *OverTime) {
	o.Kinds, o.Topics = interests(n.kinds), interests(n.topics)
	for id, e := range n.now {
		earlier := n.before[id]
		switch {
		case e.Opened > 0:
			o.Read = append(o.Read, *e)
		case e.Sent >= LeastQuiet && earlier != nil && earlier.Opened > 0:
			o.Quiet = append(o.Quiet, Engaged{Contact: id, Sent: e.Sent, Opened: earlier.Opened, Clicked: earlier.Clicked, Last: earlier.Last})
		}
	}
	most := func(a, b Engaged) int {
		return cmp.Or(cmp.Compare(b.Clicked, a.Clicked), cmp.Compare(b.Opened, a.Opened), b.Last.Compare(a.Last), strings.Compare(a.Contact, b.Contact))
	}
	slices.SortFunc(o.Read, most)
	slices.SortFunc(o.Quiet, most)
	o.Read, o.Quiet = o.Read[:min(len(o.Read), MaxEngaged)], o.Quiet[:min(len(o.Quiet), MaxEngaged)]
}

func interests(of map[string]*Interest) []Interest {
	out := make([]Interest, 0, len(of))
	for _, i := range of {
		out = append(out, *i)
	}
	slices.SortFunc(out, func(a, b Interest) int {
		return cmp.Or(cmp.Compare(restGroup(a.Key), restGroup(b.Key)), cmp.Compare(b.Clicked, a.Clicked), cmp.Compare(b.Sent, a.Sent), strings.Compare(a.Key, b.Key))
	})
	return out
}

// SavedView is a question to the figures over time that the team asks again and again.
type SavedView struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Query     string    `json:"query"` // of the page's address
	By        string    `json:"by"`
	CreatedAt time.Time `json:"created_at"`
}

// MaxSavedViews is how many views are kept.
const MaxSavedViews = 50

// Normalize checks a view.
func (v *SavedView) Normalize() error {
	v.Name = CleanLine(v.Name)
	var faults Checks
	faults.Refuse(v.Name == "", "name", "give the view a name")
	faults.Refuse(LongerThan(v.Name, 100), "name", "this is longer than %d characters", 100)
	faults.Refuse(len(v.Query) > 500, "name", "this is longer than %d characters", 500)
	return Together(faults...)
}
