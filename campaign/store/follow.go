package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Follows finds whom campaigns reach that follow others. It asks what is on record as it stands now: when the audience is counted,
// when it is planned, and once more before each message leaves.
type Follows struct {
	engine document.Engine
	now    func() time.Time

	campaigns  *Campaigns
	deliveries *Deliveries
	journal    *Journal
	recipients *Recipients
	releases   *Releases
	runs       *Runs
	sending    *Sending
	settings   *Settings
}

// followed are the runs that the rule of a follow-up asks about.
type followed struct {
	source []campaign.Run // that are followed, the earliest first
	asked  []campaign.Run // in which it is looked for what the reader was sent
	others []campaign.Run // other follow-ups to the source
}

// since is when the last of the runs that are followed began, those for who joined later apart.
func (f *followed) since() (at time.Time) {
	for _, r := range f.source {
		if r.Trigger != campaign.TriggerJoined && r.StartedAt.After(at) {
			at = r.StartedAt
		}
	}
	return at
}

// GetFollowReasons says of some contacts why they are left out of what follows another campaign, as things stand now, by their ids;
// who may get it is not in it. own is the run it is asked for, "" before there is one. Nothing is asked where nothing is followed.
func (s *Follows) GetFollowReasons(ctx context.Context, e *edition.Edition, own string, contacts []*campaign.Contact) (map[string]string, error) {
	if !e.Follow.Any() || len(contacts) == 0 {
		return nil, nil
	}
	runs, err := s.runsOf(ctx, &e.Follow, own)
	if err != nil {
		return nil, err
	}
	records, err := s.recordsOf(ctx, &e.Follow, runs, contacts)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, c := range contacts {
		if why := e.Follow.LeftOut(c, e.Lists, records[c.ID], runs.since(), s.now()); why != "" {
			out[c.ID] = why
		}
	}
	return out, nil
}

// runsOf finds the runs that a rule asks about; own is none of them.
func (s *Follows) runsOf(ctx context.Context, f *campaign.Follow, own string) (*followed, error) {
	out := &followed{}
	begun, err := s.begun(ctx, f.Source)
	if err != nil {
		return nil, err
	}
	for _, r := range begun {
		if r.ID != own && (f.Run == "" || f.Run == r.ID) {
			out.source = append(out.source, r)
		}
	}
	if f.Kind == campaign.FollowUnknown {
		out.asked = out.source
		followers, err := s.campaigns.findFollowers(ctx, f.Source)
		if err != nil || f.Again {
			return out, err
		}
		for _, c := range followers {
			if c.Follow.Kind == campaign.FollowUnknown {
				if out.others, err = s.addBegun(ctx, out.others, c.ID, "", own); err != nil {
					return nil, err
				}
			}
		}
		return out, nil
	}
	for _, r := range out.source {
		if out.asked, err = s.ofRelease(ctx, out.asked, r.Release, own); err != nil {
			return nil, err
		}
	}
	for _, r := range begun { // also those that are not followed
		out.asked = addRun(out.asked, r, "", own)
	}
	return out, nil
}

// ofRelease adds all runs that sent a release.
func (s *Follows) ofRelease(ctx context.Context, to []campaign.Run, release, own string) ([]campaign.Run, error) {
	of, err := s.campaigns.FindCampaignsOf(ctx, release)
	if err != nil {
		return nil, err
	}
	for _, c := range of {
		if to, err = s.addBegun(ctx, to, c.ID, release, own); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func (s *Follows) addBegun(ctx context.Context, to []campaign.Run, id, release, own string) ([]campaign.Run, error) {
	begun, err := s.begun(ctx, id)
	for _, r := range begun {
		to = addRun(to, r, release, own)
	}
	return to, err
}

// addRun adds a run of a release ("" is any), unless it is our own or known already.
func addRun(to []campaign.Run, r campaign.Run, release, own string) []campaign.Run {
	known := func(k campaign.Run) bool { return k.ID == r.ID }
	if r.ID == own || release != "" && r.Release != release || slices.ContainsFunc(to, known) {
		return to
	}
	return append(to, r)
}

// begun returns the runs of a campaign that began to send, the earliest first.
func (s *Follows) begun(ctx context.Context, id string) ([]campaign.Run, error) {
	var docs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{
		Filter: document.All{document.Equal("campaign_id", id), document.Where{Field: "trigger", Op: document.Ne, Value: string(campaign.TriggerTest)}}, Order: []document.Order{{Field: "slot"}, {Field: "id"}},
	}, &docs)
	return slices.DeleteFunc(docs, func(r campaign.Run) bool { return r.StartedAt.IsZero() }), err
}

// recordsOf gathers what is on record of some contacts, in a few questions for all of them.
func (s *Follows) recordsOf(ctx context.Context, f *campaign.Follow, runs *followed, contacts []*campaign.Contact) (map[string]*campaign.FollowRecord, error) {
	out := make(map[string]*campaign.FollowRecord, len(contacts))
	for _, c := range contacts {
		out[c.ID] = &campaign.FollowRecord{}
	}
	sent, err := s.deliveriesIn(ctx, runs.asked, contacts)
	if err != nil {
		return nil, err
	}
	var ids, readers []string
	for id, ds := range sent {
		out[id].Sent = ds
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
		readers = append(readers, id)
	}
	if f.Kind == campaign.FollowJoined || len(readers) == 0 {
		return out, nil
	}
	others, err := s.deliveriesIn(ctx, runs.others, contacts)
	if err != nil {
		return nil, err
	}
	for id, ds := range others {
		out[id].Others = ds
	}
	events, err := s.recipients.EventsOfDeliveries(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range readers {
		for _, d := range out[id].Sent {
			out[id].Events = append(out[id].Events, events[d.ID]...)
		}
	}
	replies, err := s.journal.repliesOf(ctx, readers, runs.source[0].StartedAt)
	for _, e := range replies {
		out[e.Contact].Replied = true
	}
	return out, err
}

// deliveriesIn finds the deliveries of some runs to some contacts, also to those that became part of them, by the contact's id.
func (s *Follows) deliveriesIn(ctx context.Context, runs []campaign.Run, contacts []*campaign.Contact) (map[string][]campaign.Delivery, error) {
	out := map[string][]campaign.Delivery{}
	for i := range runs { // the ids of a run's deliveries are neighbours
		of, ids := map[string]string{}, []string{}
		for _, c := range contacts {
			for _, id := range append([]string{c.ID}, c.Merged...) {
				d, _ := campaign.DeliveryID(runs[i].ID, runs[i].Shards, id)
				of[d], ids = c.ID, append(ids, d)
			}
		}
		docs, err := s.deliveries.withIDs(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			out[of[d.ID]] = append(out[of[d.ID]], d)
		}
	}
	return out, nil
}

// CheckFollow says why a campaign that follows another one must not leave with a release as they stand, all reasons together, or nil.
func (s *Follows) CheckFollow(ctx context.Context, c *campaign.Campaign, r *campaign.Release) error {
	f := &c.Follow
	if !f.Any() {
		return nil
	}
	source, err := s.campaigns.GetCampaign(ctx, f.Source)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.FieldError("follow", "the campaign that this one follows is gone")
	}
	if err != nil {
		return err
	}
	runs, err := s.runsOf(ctx, f, "")
	if err != nil {
		return err
	}
	set, err := s.settings.GetSettings(ctx)
	if err != nil {
		return err
	}
	var faults campaign.Checks
	faults.Refuse(len(runs.source) == 0, "follow", "the campaign that this one follows has sent nothing yet")
	faults.Refuse(source.HasEditions() && f.Run == "", "follow", "each edition of the campaign that this one follows says something else: say which of them is meant")
	faults.Refuse(source.Follow.Kind == campaign.FollowUnknown, "follow", "the campaign that this one follows is a follow-up itself: nobody is written to a third time about the same")
	if f.Kind == campaign.FollowJoined {
		faults.Refuse(!slices.ContainsFunc(runs.source, func(run campaign.Run) bool { return run.Release == r.ID }) && len(runs.source) > 0, "release_id", "who joined later gets the same release as those before: this is another one")
		faults.Refuse(r.Embargo.After(s.now()), "follow", "the release is under embargo, which nobody who joined later has agreed to: send it when the embargo is over")
		return campaign.Together(faults...)
	}
	oldest := s.now().AddDate(0, -set.Retention.Full().Events, 0)
	faults.Refuse(len(runs.source) > 0 && runs.source[0].StartedAt.Before(oldest), "follow", "what readers did with the mail that this one follows is not on record any more")
	again, err := s.repeatedSubjects(ctx, runs.source, r)
	for _, l := range again {
		faults = append(faults, campaign.SameSubject(l))
	}
	return campaign.Together(append(faults, err)...)
}

// subjectsOf is how many of the runs that are followed are looked at for their subjects, the latest first.
const subjectsOf = 20

// repeatedSubjects returns the languages in which a release has a subject that readers know already.
func (s *Follows) repeatedSubjects(ctx context.Context, runs []campaign.Run, r *campaign.Release) (out []campaign.Language, err error) {
	for i := len(runs) - 1; i >= max(0, len(runs)-subjectsOf); i-- {
		sent, err := s.runs.GetEdition(ctx, runs[i].ID)
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return nil, err
		}
		for j := range r.Versions {
			if v := &r.Versions[j]; v.RepeatsSubject(&sent.Release) && !slices.Contains(out, v.Language) {
				out = append(out, v.Language)
			}
		}
	}
	return out, nil
}

// onlyFollow refuses to start a run that follows a campaign while another one does: they would write to the same readers. It is
// asked again once the run is made. Of two that were made at once and have not begun, the one with the greater id gives way.
func (s *Follows) onlyFollow(ctx context.Context, c *campaign.Campaign, own string) error {
	if c.Follow.Kind != campaign.FollowUnknown || c.Follow.Again {
		return nil
	}
	followers, err := s.campaigns.findFollowers(ctx, c.Follow.Source)
	if err != nil {
		return err
	}
	for _, other := range followers {
		if other.Follow.Kind != campaign.FollowUnknown {
			continue
		}
		var docs []campaign.Run
		err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.All{
			document.Equal("campaign_id", other.ID), document.OneOf("state", campaign.Scheduled, campaign.Sending, campaign.PausedRun), document.Where{Field: "trigger", Op: document.Ne, Value: string(campaign.TriggerTest)},
		}}, &docs)
		if err != nil {
			return err
		}
		for _, r := range docs {
			switch {
			case r.ID == own:
			case r.State == campaign.Scheduled && own != "" && own < r.ID:
				return campaign.Errorf(campaign.Conflict, otherFollow) // it gives way in a moment
			default:
				return campaign.Errorf(campaign.Forbidden, otherFollow)
			}
		}
	}
	return nil
}

const otherFollow = "another follow-up to the same campaign is going out: send this one when that has ended"
