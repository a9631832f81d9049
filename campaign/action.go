package campaign

import (
	"slices"
	"time"
)

// Action is what a team does for one aim, often with one funder's money: a name that groups campaigns, activities and coverage, so
// that one report tells of all of it.
type Action struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Name      string    `json:"name"`
	Key       string    `json:"key"` // Fold of Name; unique
	About     string    `json:"about,omitempty"`
	From      time.Time `json:"from,omitzero"`  // its first day; zero where it is open
	Until     time.Time `json:"until,omitzero"` // its last day; zero while it goes on
	Campaigns []string  `json:"campaigns"`      // ids
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// maxActionCampaigns is how many campaigns an action can hold.
const maxActionCampaigns = 500

// Normalize checks an action and derives what is indexed.
func (a *Action) Normalize() error {
	var faults Checks
	a.Name, a.About = CleanLine(a.Name), cleanText(a.About)
	faults.Refuse(a.Name == "", "name", "give the action a name")
	faults.Refuse(LongerThan(a.Name, 200), "name", "this is longer than %d characters", 200)
	faults.Refuse(LongerThan(a.About, 4000), "about", "this is longer than %d characters", 4000)
	faults.Refuse(!a.From.IsZero() && !a.Until.IsZero() && a.Until.Before(a.From), "until", "the last day lies before the first")
	slices.Sort(a.Campaigns)
	a.Campaigns = slices.Compact(a.Campaigns)
	faults.Refuse(len(a.Campaigns) > maxActionCampaigns, "campaigns", "there are more than %d campaigns", maxActionCampaigns)
	a.Key = Fold(a.Name)
	return Together(faults...)
}
