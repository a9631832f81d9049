package main

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// demoColleague may approve what the demo's user writes, and asks for approval of something herself.
const demoColleague = "jelena@primer.example"

// addColleague makes a second user, who joins after the first campaign left: from then on a press release needs two people.
func (s *sampleData) addColleague(ctx context.Context) error {
	s.clock.setTo(s.start.Add(-30 * time.Hour))
	u := campaign.User{Email: demoColleague, Name: "Jelena Đurić", Role: campaign.Editor, Approves: true, Language: campaign.SerbianLatin, Password: "none"}
	err := s.store.Users.CreateUser(ctx, &u)
	s.colleague = u
	return err
}

// addNewsletter makes a campaign that gathers each Monday what was published since the last, and waits for approval. One of its times
// is moved by a day.
func (s *sampleData) addNewsletter(ctx context.Context) error {
	s.clock.setTo(s.start.Add(-20 * time.Hour))
	frame, err := s.addRelease(ctx, "newsletter", "")
	if err != nil {
		return err
	}
	c, err := s.addCampaign(ctx, frame, "Nedeljni pregled", 1, "Škole", "Poslodavci")
	if err != nil {
		return err
	}
	began := s.start.Add(-demoGathers)
	schedule := campaign.Schedule{Kind: campaign.ByRule, Zone: "Europe/Belgrade", Rule: &campaign.Recurrence{
		Pattern: campaign.EachWeek, Weekdays: []time.Weekday{time.Monday}, Time: "09:00", From: began.In(s.cfg.zone).Format(time.DateOnly),
		DaysOff: []campaign.DaysOff{campaign.Serbia}, Then: campaign.DayAfter,
	}}
	slots, err := s.planner.Next(schedule, s.start, 2)
	if err != nil {
		return err
	}
	moved, err := time.Parse(campaign.WallLayout, slots[1].Wall)
	if err != nil {
		return err
	}
	if err := schedule.Except(campaign.Exception{Wall: slots[1].Wall, To: moved.AddDate(0, 0, 1).Format(campaign.WallLayout)}, s.start); err != nil {
		return err
	}
	if c, err = s.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
		c.Schedule = schedule
		c.Content = campaign.ContentRule{Kind: campaign.GatherContent, Since: began.UTC(), Approve: true, Deadline: 12 * 60, Late: campaign.WaitLate}
		c.Window = campaign.Window{Hours: campaign.Hours{From: "08:00", Until: "18:00"}, Workdays: true, Spread: 3}
		return nil
	}); err != nil {
		return err
	}
	if c, err = s.store.Sending.ScheduleCampaign(ctx, c.ID, slots[0]); err != nil {
		return err
	}
	_, err = s.store.Upcomings.PrepareUpcoming(ctx, &c, slots[0])
	return err
}

// addInvitation leaves a draft.
func (s *sampleData) addInvitation(ctx context.Context) error {
	s.clock.setTo(s.start.Add(-4 * time.Hour))
	r, err := s.addRelease(ctx, "invitation", "")
	if err != nil {
		return err
	}
	_, err = s.addCampaign(ctx, r, "Poziv na obuku za novinare", 0, "Mediji")
	return err
}

// addReview makes a press release of the colleague's, which waits for the demo's user to approve it, with a comment on its text.
func (s *sampleData) addReview(ctx context.Context) error {
	s.clock.setTo(s.start.Add(-3 * time.Hour))
	ctx, s.owner = store.As(ctx, campaign.Actor{User: s.colleague.ID, Name: s.colleague.Name}), s.colleague.ID
	leaves := s.start.In(s.cfg.zone).AddDate(0, 0, 2)
	r, err := s.addRelease(ctx, "workshops", leaves.Format(time.DateOnly))
	if err != nil {
		return err
	}
	c, err := s.addCampaign(ctx, r, "Radionice u deset srednjih škola", 0, "Mediji")
	if err != nil {
		return err
	}
	if _, err := s.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
		c.Schedule = campaign.Schedule{Kind: campaign.Once, Wall: leaves.Format(time.DateOnly) + "T10:00", Zone: "Europe/Belgrade"}
		return nil
	}); err != nil {
		return err
	}
	comment := campaign.Comment{
		Release: r.ID, Language: campaign.SerbianLatin, Field: "body", Quote: "oko 600 učenika",
		Remarks: []campaign.Remark{{Text: "Škole broj potvrđuju danas do 14 časova. Ako se ne jave, pisaćemo „nekoliko stotina“."}},
	}
	if err := s.store.Comments.AddComment(ctx, &comment); err != nil {
		return err
	}
	_, err = s.store.Approvals.AskApproval(ctx, c.ID, "Molim te da pogledaš i engleski prevod. Broj učenika još proveravam.", true)
	return err
}
