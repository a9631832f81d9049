package web

import (
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// closingPages are the pages of the days on which people are away.
type closingPages struct {
	*panel
	store closingStore
}

type closingStore interface {
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error)
	UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error)
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// closingsForm is the closing days in rows.
type closingsForm struct {
	edited
	Name  []string `form:"name" merge:"closings,Closing days"`
	From  []string `form:"from" merge:"closings,Closing days"`
	Until []string `form:"until" merge:"closings,Closing days"`
	For   []string `form:"for" merge:"closings,Closing days"`
}

type closingsPage struct {
	Page
	Form closingsForm
}

// closingRow is one line of the form.
type closingRow struct {
	Number                 int
	Name, From, Until, For string
}

// Rows are the rows of the form with empty ones at the end.
func (p *closingsPage) Rows() []closingRow {
	var rows []closingRow
	for i, name := range p.Form.Name {
		if row := (closingRow{len(rows) + 1, name, nth(p.Form.From, i), nth(p.Form.Until, i), nth(p.Form.For, i)}); row.Name+row.From+row.Until != "" {
			rows = append(rows, row)
		}
	}
	for range 3 {
		rows = append(rows, closingRow{Number: len(rows) + 1})
	}
	return rows
}

func closingsFormOf(set *campaign.Settings) closingsForm {
	var f closingsForm
	for _, c := range set.Closings {
		f.Name, f.From, f.Until, f.For = append(f.Name, c.Name), append(f.From, c.From), append(f.Until, c.Until), append(f.For, string(c.Kind))
	}
	begin(&f, set.Version)
	return f
}

func (f *closingsForm) closings() ([]campaign.Closing, error) {
	var out []campaign.Closing
	for i, name := range f.Name {
		c := campaign.Closing{Name: name, From: strings.TrimSpace(nth(f.From, i)), Until: strings.TrimSpace(nth(f.Until, i)), Kind: campaign.Kind(nth(f.For, i))}
		if c.Name+c.From+c.Until != "" {
			out = append(out, c)
		}
	}
	return out, campaign.TidyClosings(out)
}

func (s *closingPages) show(v *visit) error {
	return v.show("settings_closings", &closingsPage{Page: v.page("settings", "Closing days"), Form: closingsFormOf(&v.set)})
}

func (s *closingPages) update(v *visit) error {
	p := &closingsPage{Page: v.page("settings", "Closing days")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := closingsFormOf(&v.set)
	if asked, err := v.together("settings_closings", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	closings, err := p.Form.closings()
	if err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			if set.Version != p.Form.Version {
				return errChanged("settings")
			}
			set.Closings = closings
			return nil
		})
	}
	if err != nil {
		return v.refused(err, "settings_closings", p)
	}
	moved, ended, err := s.replan(v)
	if err != nil {
		return err
	}
	if moved+len(ended) > 0 {
		s.Wake()
	}
	switch {
	case len(ended) > 0:
		return v.done("/settings/closings", "Saved. No time is left for %s: choose other schedules for them.", strings.Join(ended, ", "))
	case moved > 0:
		return v.done("/settings/closings", "Saved. %d waiting campaigns have a new time now.", moved)
	}
	return v.saved("/settings/closings")
}

// replan gives campaigns that wait by a rule the time it has now, and counts those whose time changed. Those that have none left wait
// for a person, and are named.
func (s *closingPages) replan(v *visit) (moved int, ended []string, err error) {
	if s.Planner == nil {
		return 0, nil, nil
	}
	waiting, err := allCampaigns(v.ctx(), s.store, campaign.Scheduled)
	if err != nil {
		return 0, nil, err
	}
	for i := range waiting {
		c := &waiting[i]
		if c.Schedule.Kind != campaign.ByRule || c.NextWall == "" || !c.NextAt.After(s.Now()) { // sent by hand, or due
			continue
		}
		slots, err := s.Planner.Next(c.Schedule, s.Now(), 1)
		switch {
		case err != nil && campaign.CodeOf(err) != campaign.Invalid:
			return moved, ended, err
		case len(slots) == 0:
			ended = append(ended, "“"+c.Name+"”")
			err = s.end(v, c)
		case !slots[0].At.Equal(c.NextAt):
			moved++
			_, err = s.store.ScheduleCampaign(v.ctx(), c.ID, slots[0])
		}
		if err != nil && campaign.CodeOf(err) == "" { // any other left, or was taken off, a moment ago
			return moved, ended, err
		}
	}
	return moved, ended, nil
}

// end takes a campaign that has no time left off the clock, and leaves a note for a person.
func (s *closingPages) end(v *visit, c *campaign.Campaign) error {
	_, err := s.store.UpdateCampaign(v.ctx(), c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(c.NextAt) {
			now.State, now.NextAt, now.NextWall, now.Note = campaign.Draft, time.Time{}, "", "the days off leave it no time any more: choose another schedule"
		}
		return nil
	})
	return err
}

// allCampaigns returns all campaigns in a state: a team has some thousands of them at most.
func allCampaigns(ctx context.Context, from campaignFinder, state campaign.State) (all []campaign.Campaign, err error) {
	for p := pageOf(500); ; {
		found, next, err := from.FindCampaigns(ctx, state, p)
		if all = append(all, found...); err != nil || next == "" {
			return all, err
		}
		p.After = next
	}
}
