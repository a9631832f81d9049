package web

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// checkSchedule looks at when it leaves, and at the embargo then.
func (p *checkPage) checkSchedule(r *campaign.Release, now time.Time) {
	c := &p.Campaign
	if c.Schedule.Kind == campaign.Once && p.Slot.At.IsZero() && c.State != campaign.Scheduled && c.State.Waiting() {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("The time it should leave at has passed"), Link: p.Path("schedule"), Do: campaign.Textf("Choose another")})
	}
	if r.Embargo.IsZero() {
		return
	}
	line := checkLine{Tone: "amber", Link: editAt(r, r.Source, "embargo"), Do: doChange}
	leaves := p.leaves()
	early := campaign.Textf("Send text under embargo only to named journalists who accept it.")
	switch {
	case r.Embargo.Before(now):
		line.Text, line.More = campaign.Textf("The embargo has passed"), campaign.Textf("The line about it is left out of the messages.")
	case leaves.IsZero():
		line.Text, line.More = campaign.Textf("Under embargo until %s", p.moment(r.Embargo)), early
	case leaves.Before(r.Embargo):
		line.Text, line.More = campaign.Textf("It leaves on %s, before the embargo ends on %s", p.moment(leaves), p.moment(r.Embargo)), early
		if c.Schedule.Recurs() {
			line.More = campaign.Textf("Runs after it no longer carry the line about it. %s", early)
		}
	default:
		line.Tone, line.Do = "green", campaign.Text{}
		line.Text = campaign.Textf("It leaves once the embargo is over, on %s", p.moment(leaves))
	}
	p.add(line)
}

// leaves is when it leaves by its schedule, zero by hand.
func (p *checkPage) leaves() time.Time {
	if p.Campaign.State == campaign.Scheduled && !p.Campaign.NextAt.IsZero() {
		return p.Campaign.NextAt
	}
	return p.Slot.At
}

// checkOccasion warns of an invitation that leaves when what it invites to has begun.
func (p *checkPage) checkOccasion(r *campaign.Release, now time.Time) {
	o, leaves := r.Occasion, p.leaves()
	if leaves.IsZero() {
		leaves = now
	}
	if o == nil || o.Start.After(leaves) {
		return
	}
	line := checkLine{Tone: "amber", Text: campaign.Textf("It leaves when the event has begun, on %s", p.moment(o.Start)), Link: editAt(r, r.Source, "event_start"), Do: doChange}
	if o.Start.Before(now) {
		line.Text = campaign.Textf("The event was on %s", p.moment(o.Start))
	}
	p.add(line)
}

// checkStories stops a newsletter that would tell a story before the embargo of the release it was taken from is over, unless it is
// under an embargo of its own as long.
func (s *sendPages) checkStories(v *visit, p *checkPage, r *campaign.Release) error {
	leaves := p.leaves()
	if leaves.IsZero() {
		leaves = v.now()
	}
	looked := map[string]bool{"": true}
	for i := range r.Versions {
		for _, story := range r.Versions[i].Stories {
			if looked[story.From] {
				continue
			}
			looked[story.From] = true
			of, err := s.store.GetRelease(v.ctx(), story.From)
			if campaign.UnlessMissing(err) != nil {
				return err
			}
			if err == nil && of.Embargo.After(leaves) && r.Embargo.Before(of.Embargo) {
				p.add(checkLine{Tone: "red", Text: campaign.Textf("The story “%s” is under embargo until %s", story.Headline, p.moment(of.Embargo)),
					More: campaign.Textf("This would leave before, and not say so. Leave the story out, send it later, or put this release under embargo too."),
					Link: editAt(r, r.Versions[i].Language, "stories"), Do: doChange})
			}
		}
	}
	return nil
}

// awayShare is what part of the readers being away is worth a word: one in so many.
const awayShare = 10

// checkClosings warns of leaving on a day on which many of its readers are away, by the team's closing days.
func (p *checkPage) checkClosings(closings []campaign.Closing) {
	leaves := p.Slot.At
	if leaves.IsZero() {
		leaves = p.Now
	}
	day := leaves.In(p.Zone).Format(time.DateOnly)
	for i := range closings {
		c := &closings[i]
		if day < c.From || day > c.Until || p.Count == nil || c.Kind != "" && p.Count.Kinds[c.Kind]*awayShare < max(p.Count.Reached, 1) {
			continue
		}
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("It leaves on %s, when many of its readers are away", p.moment(leaves)),
			More: campaign.Textf("%s (%s)", c.Name, c.DaysOff().Words()), Link: p.Path("schedule"), Do: doChange})
	}
}

// checkWindow says at which hours it leaves, and stops what never would.
func (p *checkPage) checkWindow(set *campaign.Settings) {
	c := &p.Campaign
	leaving := campaign.Leaving{Window: c.Window, Quiet: set.Quiet}
	if _, ok := leaving.Next(p.Now, p.Zone); !ok {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("It would never leave: its hours lie in the quiet hours"), Link: p.Path("schedule"), Do: doChange})
		return
	}
	if c.Window.Any() {
		p.add(checkLine{Tone: "green", Text: c.Window.Words(), Link: p.Path("schedule")})
	}
	if n := set.Ceiling.PerWeek; n > 0 && c.Priority != campaign.Urgent {
		more := campaign.Textf("What is over that waits until the week has room.")
		if set.Ceiling.Drop {
			more = campaign.Textf("Who has got that many is left out.")
		}
		p.add(checkLine{Tone: "green", Text: campaign.Textf("No reader gets more than %d messages a week", n), More: more, Link: p.Path("schedule")})
	}
}

// checkWarmUp says over how many days it leaves, where its sender's domain is being warmed up.
func (s *sendPages) checkWarmUp(v *visit, p *checkPage) error {
	if p.Count == nil {
		return nil
	}
	at := p.Now
	if p.Slot.At.After(at) {
		at = p.Slot.At
	}
	readers := int64(p.Count.Reached)
	w, err := warmthOf(v.ctx(), s.store, &v.set, campaign.Domain(p.Campaign.Sender.Email), "", p.Campaign.Priority, readers, at, homeZone(v))
	if w != nil {
		p.add(checkLine{Tone: "green", Text: w.ahead(readers), More: campaign.Textf("What is over what a day allows waits for the next one, after campaigns with a higher priority."), Link: "/settings/warmup"})
	}
	return err
}
