package campaign

import (
	"cmp"
	"slices"
	"strings"
)

// Dimension is what the readers of a run are told apart by.
type Dimension string

const (
	ByOutlet     Dimension = "outlet"
	ByJournalist Dimension = "journalist"
	ByKind       Dimension = "kind"
	ByLanguage   Dimension = "language"
	ByList       Dimension = "list"
	ByPlace      Dimension = "place"
	ByTopic      Dimension = "topic"
)

// Dimensions are all of them in the order they are offered.
var Dimensions = []Dimension{ByOutlet, ByJournalist, ByKind, ByLanguage, ByList, ByPlace, ByTopic}

// Reader is an accepted message of a run with what is known of the person it went to. Opened and Clicked can only be true of
// readers who agreed to be recognised.
type Reader struct {
	Delivery        Delivery
	Contact         *Contact // nil of somebody who was erased or is not on record any more
	Office          string   // the name of the contact's organisation
	OfficePlace     string
	Opened, Clicked bool
}

// Groups returns the keys of the groups a reader belongs to: several lists and topics may hold one. Lists are those the campaign went
// to. No key at all means that the dimension does not tell of the reader, as ByJournalist of a school.
func (r *Reader) Groups(by Dimension, lists []string) []string {
	if by == ByLanguage {
		return []string{string(r.Delivery.Language)}
	}
	c := r.Contact
	if c == nil {
		return []string{GoneGroup}
	}
	var keys []string
	switch by {
	case ByOutlet:
		keys = []string{c.Organisation}
	case ByJournalist:
		if c.Kind != Journalist {
			return nil
		}
		keys = []string{c.ID}
	case ByKind:
		keys = []string{string(c.Kind)}
	case ByPlace:
		keys = []string{strings.TrimSpace(cmp.Or(c.Place, r.OfficePlace))}
	case ByTopic:
		keys = c.Topics
	case ByList:
		for _, m := range c.Memberships {
			if slices.Contains(lists, m.List) {
				keys = append(keys, m.List)
			}
		}
	}
	keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k == "" })
	if len(keys) == 0 {
		return []string{NoGroup}
	}
	return keys
}

// ReaderGroup is what became of the messages of a run to one group of readers.
type ReaderGroup struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Accepted int64  `json:"accepted"`
	Known    int64  `json:"known"`   // of the accepted, to readers who agreed to be recognised
	Opened   int64  `json:"opened"`  // of the known
	Clicked  int64  `json:"clicked"` // of the known
}

// Nothing is how many readers of the group nothing is known of: who agreed and is not known to have opened, and all others.
func (g ReaderGroup) Nothing() int64 { return g.Accepted - g.Opened }

// Breakdown is a run's readers by every dimension, and how their reading was counted.
type Breakdown struct {
	Groups   map[Dimension][]ReaderGroup `json:"groups"`
	Accepted int64                       `json:"accepted"`
	Modes    map[Tracking]int64          `json:"modes"` // messages accepted in each mode of tracking
	Lists    []string                    `json:"lists"` // ids of those the run went to
}

// MostGroups is how many groups of one dimension are told apart; the others are FewGroup.
const MostGroups = 2000

// BreakdownCount counts a breakdown, reader by reader.
type BreakdownCount struct {
	Breakdown
	groups map[Dimension]map[string]*ReaderGroup
}

// NewBreakdownCount begins to count the readers of a run that went to some lists.
func NewBreakdownCount(lists []string) *BreakdownCount {
	b := &BreakdownCount{Breakdown: Breakdown{Modes: map[Tracking]int64{}, Lists: lists}, groups: map[Dimension]map[string]*ReaderGroup{}}
	for _, by := range Dimensions {
		b.groups[by] = map[string]*ReaderGroup{}
	}
	return b
}

// Add counts one reader.
func (b *BreakdownCount) Add(r *Reader) {
	b.Accepted++
	b.Modes[r.Delivery.Tracking]++
	for _, by := range Dimensions {
		for _, key := range r.Groups(by, b.Lists) {
			groups := b.groups[by]
			g := groups[key]
			if g == nil {
				if len(groups) >= MostGroups {
					key = FewGroup
				}
				if g = groups[key]; g == nil {
					g = &ReaderGroup{Key: key, Name: r.nameOf(by)}
					groups[key] = g
				}
			}
			g.Accepted++
			if r.Delivery.Tracking == Individual {
				g.Known++
			}
			if r.Opened || r.Clicked {
				g.Opened++
			}
			if r.Clicked {
				g.Clicked++
			}
		}
	}
}

// nameOf is the name of a group the reader belongs to, where it is their office's; others are named where they are shown, and persons
// only there.
func (r *Reader) nameOf(by Dimension) string {
	if r.Contact == nil || by != ByOutlet {
		return ""
	}
	return r.Office
}

// Counted returns the breakdown: in each dimension those who clicked and opened most first, and what is no group last.
func (b *BreakdownCount) Counted() Breakdown {
	b.Groups = map[Dimension][]ReaderGroup{}
	for by, groups := range b.groups {
		all := make([]ReaderGroup, 0, len(groups))
		for _, g := range groups {
			all = append(all, *g)
		}
		slices.SortFunc(all, func(x, y ReaderGroup) int {
			return cmp.Or(cmp.Compare(restGroup(x.Key), restGroup(y.Key)), cmp.Compare(y.Clicked, x.Clicked), cmp.Compare(y.Opened, x.Opened),
				cmp.Compare(y.Accepted, x.Accepted), strings.Compare(x.Name, y.Name), strings.Compare(x.Key, y.Key))
		})
		b.Groups[by] = all
	}
	return b.Breakdown
}

// IsRest reports whether the group stands for readers of no group of their own.
func (g ReaderGroup) IsRest() bool { return restGroup(g.Key) > 0 }

// restGroup is 1 for a key that stands for readers of no group of their own.
func restGroup(key string) int { return strings.Count(key[:min(1, len(key))], "~") }
