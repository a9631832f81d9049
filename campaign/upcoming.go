package campaign

import (
	"slices"
	"time"
)

// Upcoming is the next edition of a campaign, made ahead of its time. It has the id of the run that is to send it. Its release is
// an ordinary one, which can be looked at and changed; until somebody changes or approves it, it follows what is published.
type Upcoming struct {
	ID        string        `json:"id"`
	Version   int64         `json:"version"`
	Campaign  string        `json:"campaign_id"`
	Slot      time.Time     `json:"slot"`
	Wall      string        `json:"wall,omitempty"` // as of a Slot; "" for one that was sent by hand
	State     UpcomingState `json:"state"`
	Reason    string        `json:"reason,omitempty"` // a stored Text: why it was skipped
	Release   string        `json:"release_id"`
	Made      []string      `json:"made"`                // Release.Says of it as the program made it, the latest last
	Offered   []string      `json:"offered,omitempty"`   // releases that were put into it
	Approved  *Clearance    `json:"approved,omitempty"`  // by somebody, as it stood then
	WaitsFrom time.Time     `json:"waits_from,omitzero"` // since when its deadline is over and it waits
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`

	RemindedAt time.Time `json:"reminded_at,omitzero"` // when those concerned were told that its deadline nears
}

// UpcomingState is where an edition stands until its run is made.
type UpcomingState string

const (
	UpcomingOpen    UpcomingState = "open"
	UpcomingSkipped UpcomingState = "skipped"
	UpcomingSent    UpcomingState = "sent" // its run is there
)

// Clearance says who lets an edition go. It holds for the text as it stood, and for no other.
type Clearance struct {
	User string    `json:"user_id"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Says string    `json:"says"` // Release.Says
}

// MaxMadings is how many of the texts made by the program are known again as its own.
const MaxMadings = 6

// Making adds a text that the program is about to make.
func (u *Upcoming) Making(says string) {
	u.Made = append(slices.DeleteFunc(u.Made, func(s string) bool { return s == says }), says)
	u.Made = u.Made[max(0, len(u.Made)-MaxMadings):]
}

// Touched reports whether somebody changed the release.
func (u *Upcoming) Touched(r *Release) bool { return !slices.Contains(u.Made, r.Says()) }

// IsApproved reports whether somebody approved the release as it stands.
func (u *Upcoming) IsApproved(r *Release) bool {
	return u.Approved != nil && u.Approved.Says == r.Says()
}

// Follows reports whether the release still follows what is published.
func (u *Upcoming) Follows(r *Release) bool {
	return u.State == UpcomingOpen && !u.Touched(r) && !u.IsApproved(r)
}

// Gathering is the record of what an edition told.
type Gathering struct {
	Told    []string  `json:"told,omitempty"`     // ids of the releases its stories are from
	LeftOut []string  `json:"left_out,omitempty"` // that were offered and taken out by hand: no later edition has them
	Rest    []string  `json:"rest,omitempty"`     // that wait for the next edition
	Until   time.Time `json:"until"`              // what was published up to then has been looked at
}

// Settled are the releases that no later edition tells.
func (g *Gathering) Settled() []string { return slices.Concat(g.Told, g.LeftOut) }

// Outlook is the next edition with all that decides what becomes of it.
type Outlook struct {
	Upcoming Upcoming
	Release  Release   // as it stands
	Found    []Release // published and not told yet, the earliest first
	Later    []string  // ids of what the rule takes once its embargo is over
	Repeats  []Release // stories of the release that an earlier edition told
	Frame    *Release  // the campaign's release; nil when it is gone
	Last     *Release  // what the last edition said; nil before the first
	Until    time.Time // up to when was looked
	Strict   bool      // a second person approved the campaign, so somebody approves each edition as well
}

// New are the found releases that the edition neither tells nor was offered.
func (o *Outlook) New() []Release {
	told := o.Release.ToldIn()
	return slices.DeleteFunc(slices.Clone(o.Found), func(r Release) bool {
		return slices.Contains(told, r.ID) || slices.Contains(o.Upcoming.Offered, r.ID)
	})
}

// Gathering is what the edition tells when it goes out as it stands.
func (o *Outlook) Gathering() *Gathering {
	g := &Gathering{Told: o.Release.ToldIn(), Until: o.Until, Rest: o.Later}
	for _, r := range o.Found {
		switch {
		case slices.Contains(g.Told, r.ID):
		case slices.Contains(o.Upcoming.Offered, r.ID) && o.Upcoming.Touched(&o.Release):
			g.LeftOut = append(g.LeftOut, r.ID)
		default:
			g.Rest = append(g.Rest, r.ID)
		}
	}
	return g
}

// Fate is what becomes of an edition when its time comes.
type Fate string

const (
	Goes  Fate = "goes"
	Waits Fate = "waits" // for a person
	Skips Fate = "skips"
)

// Fate says what would become of the edition now, and why it does not go.
func (o *Outlook) Fate(c *ContentRule) (Fate, Text) {
	u, r := &o.Upcoming, &o.Release
	if u.State == UpcomingSkipped {
		return Skips, StoredText(u.Reason)
	}
	approved := u.IsApproved(r)
	if c.Kind == GatherContent {
		n := r.StoryCount()
		switch {
		case n == 0:
			return Skips, Textf("nothing was published since the last edition")
		case n < c.AtLeast && !approved:
			return Skips, Textf("too little was published since the last edition: %d stories, and an edition needs %d", n, c.AtLeast)
		}
	}
	if why := o.Obstacle(c); !why.IsZero() {
		return Waits, why
	}
	if (c.NeedsApproval() || o.Strict) && !approved {
		switch {
		case c.Kind == CopyContent:
			return Waits, Textf("nobody has said that the text is ready")
		case u.Approved != nil:
			return Waits, Textf("it was changed after %s approved it", u.Approved.Name)
		}
		return Waits, Textf("nobody has approved it")
	}
	return Goes, Text{}
}

// Obstacle says what has to be written or taken out before the edition can be approved or go; no words when nothing has.
func (o *Outlook) Obstacle(c *ContentRule) Text {
	r := &o.Release
	if c.Kind == CopyContent {
		switch {
		case o.Frame != nil && r.Says() == o.saysUnwritten(c):
			return Textf("nobody has written it: it is still the copy of “%s”", o.Frame.Title)
		case o.Last != nil && o.Last.Says() == r.Says():
			return Textf("it says the same as the last edition")
		}
		return Text{}
	}
	if len(o.Repeats) > 0 {
		return Textf("an earlier edition told “%s” already: take the story out", o.Repeats[0].Title)
	}
	if lacks := r.LacksIntro(o.Last); c.NeedsIntro && len(lacks) > 0 {
		return Textf("its introduction is still to be written (%s)", Join(Collect(lacks, func(l Language) Text { return Textf("%s", l.Name()) }), ", "))
	}
	return Text{}
}

// saysUnwritten is what the copy says before anybody writes it.
func (o *Outlook) saysUnwritten(c *ContentRule) string {
	r := c.Edition(&Campaign{}, o.Frame, nil, "", PlainStory)
	if r.Normalize() != nil {
		return "" // it is refused when it is made
	}
	return r.Says()
}

// Late refuses what can no longer be decided about an edition.
func (u *Upcoming) Late() error {
	if u.State == UpcomingSkipped {
		return Errorf(Conflict, "this cannot be done any more: %s", Textf("the edition was skipped"))
	}
	return Errorf(Conflict, "this cannot be done any more: %s", Textf("the edition went out"))
}
