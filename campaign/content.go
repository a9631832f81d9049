package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// ContentKind says what the runs of a campaign send.
type ContentKind string

const (
	FixedContent  ContentKind = ""       // the campaign's release, the same text in each run
	GatherContent ContentKind = "gather" // the releases published since the last edition, as stories of a newsletter
	CopyContent   ContentKind = "copy"   // a copy of the campaign's release that somebody writes anew each time
)

// ContentKinds are all of them in the order they are offered.
var ContentKinds = []ContentKind{FixedContent, GatherContent, CopyContent}

// LateRule says what becomes of an edition that is not ready when its deadline comes.
type LateRule string

const (
	SkipLate LateRule = "skip" // its time goes by, and what it tells waits for the next one
	WaitLate LateRule = "wait" // it leaves once it is ready
)

// LateRules are all of them in the order they are offered.
var LateRules = []LateRule{SkipLate, WaitLate}

// ContentRule is the rule for what each run of a campaign sends: its editions. The campaign's release is the frame of an edition that
// gathers, and what one is copied from.
type ContentRule struct {
	Kind    ContentKind   `json:"kind,omitempty"`
	Kinds   []ReleaseKind `json:"kinds,omitempty"`    // of the releases that are gathered; none: all but newsletters
	Topics  []string      `json:"topics,omitempty"`   // keys: about one of these; none: about anything
	Lists   []string      `json:"lists,omitempty"`    // that went to one of these; none: to anybody, or that were marked as published
	AtLeast int           `json:"at_least,omitempty"` // with fewer stories there is no edition
	AtMost  int           `json:"at_most,omitempty"`  // further stories wait for the next one
	Since   time.Time     `json:"since,omitzero"`     // the first edition tells what was published from then on

	NeedsIntro bool     `json:"needs_intro,omitempty"` // an edition without a new introduction waits for one; else it goes without
	Approve    bool     `json:"approve,omitempty"`     // each edition waits until somebody approves it
	Deadline   int      `json:"deadline,omitempty"`    // minutes before its time until when an edition must be ready
	Late       LateRule `json:"late,omitempty"`
}

// What an edition tells where nothing is set, and the limits of a rule.
const (
	DefaultAtMost = 10
	maxDeadline   = 14 * 24 * 60 // minutes
)

// HasEditions reports whether each run of the campaign sends something made for it.
func (c *Campaign) HasEditions() bool { return c.Content.Kind != FixedContent }

// NeedsApproval reports whether somebody has to say of each edition that it may go, besides any approval of the campaign.
func (c *ContentRule) NeedsApproval() bool { return c.Approve || c.Kind == CopyContent }

// MayWait reports whether an edition can be held.
func (c *ContentRule) MayWait() bool {
	return c.NeedsApproval() || c.NeedsIntro && c.Kind == GatherContent
}

// ReadyBy is when an edition for a time must be ready.
func (c *ContentRule) ReadyBy(slot time.Time) time.Time {
	return slot.Add(-time.Duration(c.Deadline) * time.Minute)
}

// normalize checks the rule, and drops what another kind of rule has left in it.
func (c *ContentRule) normalize() error {
	var faults Checks
	faults.Refuse(!slices.Contains(ContentKinds, c.Kind), "content", "choose one of the kinds of content offered")
	if c.Kind == FixedContent {
		*c = ContentRule{}
		return Together(faults...)
	}
	if c.Kind != GatherContent {
		*c = ContentRule{Kind: c.Kind, Approve: c.Approve, Deadline: c.Deadline, Late: c.Late}
	} else {
		c.AtLeast, c.AtMost = cmp.Or(c.AtLeast, 1), cmp.Or(c.AtMost, DefaultAtMost)
		faults.Refuse(c.AtLeast < 1 || c.AtLeast > MaxStories, "at_least", "this must be a number from %d to %d", 1, MaxStories)
		faults.Refuse(c.AtMost < 1 || c.AtMost > MaxStories, "at_most", "this must be a number from %d to %d", 1, MaxStories)
		faults.Refuse(c.AtLeast > c.AtMost, "at_most", "an edition cannot hold fewer stories than it needs")
		c.Kinds, c.Topics, c.Lists = slices.Compact(slices.Sorted(slices.Values(c.Kinds))), cleanTopics(c.Topics), unique(c.Lists)
		for _, k := range c.Kinds {
			faults.Refuse(!slices.Contains(ReleaseKinds, k), "kinds", "choose among the kinds of release offered")
		}
	}
	c.Late = cmp.Or(c.Late, SkipLate)
	faults.Refuse(!slices.Contains(LateRules, c.Late), "late", "choose one of the answers offered")
	faults.Refuse(c.Deadline < 0 || c.Deadline > maxDeadline, "deadline", "the deadline is at most %d days before the edition", maxDeadline/24/60)
	return Together(faults...)
}

// Publication says how a release was published: it went out in a run, or somebody marked it.
type Publication struct {
	Run   string   `json:"run_id,omitempty"` // the last that sent it; readers find it as that run sent it
	Lists []string `json:"lists,omitempty"`  // all lists it went to
	Link  string   `json:"link,omitempty"`   // of a page where it stands, given by who marked it
	By    string   `json:"by,omitempty"`     // who marked it
}

// Publish notes that a release went out or was marked as published. It was published when that first happened.
func (r *Release) Publish(at time.Time, p Publication) {
	if r.PublishedAt.IsZero() {
		r.PublishedAt = at
	}
	if r.Publication != nil {
		p.Run, p.Link, p.By = cmp.Or(p.Run, r.Publication.Run), cmp.Or(p.Link, r.Publication.Link), cmp.Or(p.By, r.Publication.By)
		p.Lists = unique(slices.Concat(r.Publication.Lists, p.Lists))
	}
	r.Publication = &p
}

// Takes reports whether the rule gathers a release, and whether that is open: it is not while the release is under embargo. What
// editions of any campaign said is never gathered.
func (c *ContentRule) Takes(r *Release, now time.Time) (takes, open bool) {
	if r.PublishedAt.IsZero() || r.Archived || r.EditionOf != "" || len(r.Versions) == 0 {
		return false, false
	}
	if len(c.Kinds) == 0 && r.Kind == Newsletter || len(c.Kinds) > 0 && !slices.Contains(c.Kinds, r.Kind) {
		return false, false
	}
	if len(c.Topics) > 0 && !overlap(c.Topics, r.Topics) {
		return false, false
	}
	if len(c.Lists) > 0 && (r.Publication == nil || !overlap(c.Lists, r.Publication.Lists)) {
		return false, false
	}
	return true, !r.Embargo.After(now)
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// StoryOf tells a release in a language, in a few lines that lead to it.
type StoryOf func(r *Release, l Language) Story

// PlainStory is the headline, the lead or first paragraph and the first picture of the version that readers of a language get.
func PlainStory(r *Release, l Language) Story {
	v := r.For(l)
	if v == nil {
		return Story{}
	}
	return v.Story(r)
}

// Story tells the version of a release in a few lines.
func (v *Version) Story(r *Release) Story {
	s := Story{Headline: v.Headline, Text: v.Lead, From: r.ID}
	if strings.TrimSpace(s.Text) == "" {
		s.Text, _, _ = strings.Cut(strings.TrimSpace(v.Body), "\n\n")
	}
	if used := MediaIn(v.Lead, v.Body); len(used) > 0 {
		s.Picture = MediaScheme + used[0]
	}
	return s
}

// Edition returns what an edition says: the stories in the frame, those published last first, or a copy to be written anew. The lead
// and body of a frame are its introduction, which no edition repeats.
func (c *ContentRule) Edition(of *Campaign, frame *Release, found []Release, day string, story StoryOf) Release {
	r := Release{
		Title: frame.Title + " – " + day, Kind: frame.Kind, Source: frame.Source, Zone: frame.Zone, Attachments: frame.Attachments, Kit: frame.Kit, Topics: frame.Topics,
		Layout: frame.Layout, Occasion: frame.Occasion, EditionOf: of.ID, Owner: of.Owner,
	}
	r.copyOccasion()
	for _, v := range frame.Versions {
		v.Date, v.UpdatedAt, v.UpdatedBy, v.SourceAt = "", time.Time{}, "", time.Time{}
		if c.Kind == GatherContent {
			v.Lead, v.Body, v.Stories, v.Quotes = "", "", nil, nil
			for i := range found {
				v.Stories = append(v.Stories, story(&found[len(found)-1-i], v.Language))
			}
			v.announceStories()
		}
		r.Versions = append(r.Versions, v)
	}
	if c.Kind == GatherContent {
		r.Kind = Newsletter
		if slices.Contains(BuiltInLayouts, r.Layout) {
			r.Layout = "" // the newsletter's, the only one of them that shows stories
		}
	} else {
		r.Sources, r.ListSources = frame.Sources, frame.ListSources
	}
	return r
}

// announceStories names the first story in the subject, and the others in the line that mailboxes show after it.
func (v *Version) announceStories() {
	if len(v.Stories) == 0 {
		return
	}
	v.Subject = v.SubjectLine() + ": " + v.Stories[0].Headline
	others := Collect(v.Stories[1:], func(s Story) string { return s.Headline })
	v.Preheader = strings.Join(others, " · ")
}

// AddStories puts the stories of another edition first that the release does not have, each into the version of its language.
func (r *Release) AddStories(from *Release, now time.Time) {
	told := r.ToldIn()
	r.Versions = slices.Clone(r.Versions)
	for i := range r.Versions {
		v, other := &r.Versions[i], from.In(r.Versions[i].Language)
		if other == nil {
			continue
		}
		fresh := slices.DeleteFunc(slices.Clone(other.Stories), func(s Story) bool { return slices.Contains(told, s.From) })
		if len(fresh) == 0 {
			continue
		}
		v.Stories, v.UpdatedAt = slices.Concat(fresh, v.Stories), now
		if v.Language != r.Source {
			v.SourceAt = now
		}
	}
}

// ToldIn returns the ids of the releases that the stories of a release were taken from.
func (r *Release) ToldIn() []string {
	var ids []string
	for i := range r.Versions {
		for _, s := range r.Versions[i].Stories {
			if s.From != "" && !slices.Contains(ids, s.From) {
				ids = append(ids, s.From)
			}
		}
	}
	return ids
}

// StoryCount is how many stories the version with most of them has.
func (r *Release) StoryCount() (most int) {
	for i := range r.Versions {
		most = max(most, len(r.Versions[i].Stories))
	}
	return most
}

// Introduction is what stands before the stories of a version, without the spaces and line ends that make no difference.
func (v *Version) Introduction() string { return strings.Join(strings.Fields(v.Lead+" "+v.Body), " ") }

// LacksIntro returns the languages in which an edition has no introduction, or that of the edition before.
func (r *Release) LacksIntro(before *Release) (lacks []Language) {
	for i := range r.Versions {
		v := &r.Versions[i]
		if v.Introduction() == "" || v.RepeatsIntro(before) {
			lacks = append(lacks, v.Language)
		}
	}
	return lacks
}

// RepeatsIntro reports whether a version has the introduction of a version of the edition before.
func (v *Version) RepeatsIntro(before *Release) bool {
	if before == nil || v.Introduction() == "" {
		return false
	}
	return slices.ContainsFunc(before.Versions, func(old Version) bool { return old.Introduction() == v.Introduction() })
}

// DropRepeatedIntro takes introductions out that the edition before had.
func (r *Release) DropRepeatedIntro(before *Release) {
	r.Versions = slices.Clone(r.Versions)
	for i := range r.Versions {
		if v := &r.Versions[i]; v.RepeatsIntro(before) {
			v.Lead, v.Body = "", ""
		}
	}
}

// PageAddress checks the address of a web page; one without a scheme gets it, and an empty one stays empty.
func PageAddress(field, address string) (string, error) {
	var faults Checks
	address = refuseAddress(&faults, field, strings.TrimSpace(address), false)
	return address, Together(faults...)
}
