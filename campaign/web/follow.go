package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// followPages make campaigns that follow another one: to those of whom nothing is known, and to who joined its lists later.
type followPages struct {
	*panel
	store     followStore
	campaigns *campaignPages
}

type followStore interface {
	CreateFollow(ctx context.Context, n *store.NewFollow) (campaign.Campaign, error)
	FindRuns(ctx context.Context, campaignID string, tests bool, p store.Page) ([]campaign.Run, string, error)
	FollowAudience(ctx context.Context, f *campaign.Follow) (*edition.Edition, error)
	FollowReady(ctx context.Context, f *campaign.Follow) (time.Time, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	SentRelease(ctx context.Context, f *campaign.Follow) (campaign.Release, error)
	StopJoining(ctx context.Context, id string) error
}

type followForm struct {
	Kind  string `form:"kind"`
	Run   string `form:"run"`
	Days  string `form:"days"`
	Again bool   `form:"again"`
	Name  string `form:"name"`
}

// followPage is where a follow-up is made: to whom, with which subject, and how many readers that makes now.
type followPage struct {
	campaignPage
	Form     followForm
	Follow   campaign.Follow
	Release  campaign.Release // as it was sent
	Runs     []templates.Option
	Several  bool // there are runs to choose among
	Subjects []subjectField
	Count    *store.AudienceCount // nil while it is counted, or the form says nothing that can be
	Counting bool
	Ready    time.Time // when all have had the mail for long enough
	WentAt   time.Time // when the last of what is followed went out
}

// subjectField is the new subject in one language, beside the one that readers know.
type subjectField struct {
	Language campaign.Language
	Was, Now string
}

// Field is the field it is typed into.
func (p *followPage) Field(f subjectField) templates.Field {
	return templates.NewField("subject_"+string(f.Language), p.say("Subject (%s)", f.Language.Name()), f.Now, p.Problems)
}

// Joined reports whether it goes to who joined later.
func (p *followPage) Joined() bool { return p.Follow.Kind == campaign.FollowJoined }

// Waits reports whether some have not had the mail for long enough yet.
func (p *followPage) Waits() bool { return p.Ready.After(p.Now) }

// Reasons are why readers are left out, the commonest first.
func (p *followPage) Reasons() []reasonLine { return reasonLines(leftOutReasons(p.Count)) }

// Counted is the address at which the page counts again.
func (p *followPage) Counted() string { return p.URL.RequestURI() }

func (s *followPages) page(v *visit, form followForm, subjects func(string) string) (*followPage, error) {
	base, err := s.campaigns.tab(v, "results")
	if err != nil {
		return nil, err
	}
	p := &followPage{campaignPage: base, Form: form}
	p.Form.Kind, p.Form.Days = cmp.Or(form.Kind, string(campaign.FollowUnknown)), cmp.Or(form.Days, whole(campaign.DefaultFollowDays))
	runs, _, err := s.store.FindRuns(v.ctx(), base.Campaign.ID, false, store.Page{Limit: 50})
	if err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r campaign.Run) bool { return r.StartedAt.IsZero() })
	if len(runs) == 0 {
		return nil, campaign.Errorf(campaign.Conflict, "the campaign that this one follows has sent nothing yet")
	}
	first := p.say("All of its runs")
	if base.Campaign.HasEditions() {
		first, p.Form.Run = "", cmp.Or(p.Form.Run, runs[0].ID)
	}
	p.Runs = optionsFor(first, runs, func(r campaign.Run) templates.Option {
		return templates.Option{Value: r.ID, Label: p.moment(r.StartedAt)}
	})
	if first == "" {
		p.Runs = slices.DeleteFunc(p.Runs, func(o templates.Option) bool { return o.Value == "" })
	}
	p.WentAt, p.Several = runs[0].StartedAt, len(runs) > 1
	if p.Form.Run != "" {
		at := slices.IndexFunc(runs, func(r campaign.Run) bool { return r.ID == p.Form.Run })
		if at < 0 {
			return nil, campaign.Errorf(campaign.NotFound, "there is no such run")
		}
		p.WentAt = runs[at].StartedAt
	}
	p.Follow = campaign.Follow{Kind: campaign.FollowKind(p.Form.Kind), Source: base.Campaign.ID, Run: p.Form.Run, Days: typedNumber(p.Form.Days, 0), Again: p.Form.Again}
	if p.Joined() {
		p.Follow.Days, p.Follow.Again = 0, false
	}
	if p.Release, err = s.store.SentRelease(v.ctx(), &p.Follow); err != nil {
		return nil, gone(err, "release")
	}
	for i := range p.Release.Versions {
		r := &p.Release.Versions[i]
		p.Subjects = append(p.Subjects, subjectField{r.Language, r.SubjectLine(), subjects("subject_" + string(r.Language))})
	}
	if p.Ready, err = s.store.FollowReady(v.ctx(), &p.Follow); err != nil {
		return nil, err
	}
	p.Follow.Ahead = p.Waits()
	return p, s.count(v, p)
}

// count counts whom it would reach as things stand now.
func (s *followPages) count(v *visit, p *followPage) error {
	if trial := (campaign.Campaign{Name: "-", Follow: p.Follow}); trial.Normalize() != nil {
		return nil
	}
	e, err := s.store.FollowAudience(v.ctx(), &p.Follow)
	if err != nil {
		return err
	}
	p.Count, err = s.campaigns.count(v, e, countPatience)
	p.Counting = p.Count == nil
	return err
}

func (s *followPages) ask(v *visit) error {
	var form followForm
	typed := v.Request.URL.Query()
	if err := request.Decode(&form, typed); err != nil {
		return err
	}
	p, err := s.page(v, form, typed.Get)
	if err != nil {
		return err
	}
	if p.Form.Name == "" {
		p.Form.Name = v.say("Follow-up: %s", p.Campaign.Name)
		if p.Joined() {
			p.Form.Name = v.say("To who joined later: %s", p.Campaign.Name)
		}
	}
	return v.show("campaign_follow", p)
}

func (s *followPages) create(v *visit) error {
	var form followForm
	if err := v.read(&form); err != nil {
		return err
	}
	p, err := s.page(v, form, v.PostForm)
	if err != nil {
		return err
	}
	v.auditDetail(form.Name)
	n := &store.NewFollow{
		ID: v.once(), Name: p.Form.Name, Follow: p.Follow, Title: p.Form.Name, Subjects: campaign.Texts{}, Owner: v.user.ID, Schedule: campaign.Schedule{Zone: cmp.Or(p.Campaign.Schedule.Zone, v.zone.String())},
	}
	for _, f := range p.Subjects {
		n.Subjects[f.Language] = f.Now
	}
	if p.Waits() {
		if zone, err := time.LoadLocation(n.Schedule.Zone); err == nil {
			n.Schedule.Kind, n.Schedule.Wall = campaign.Once, p.Ready.In(zone).Format(campaign.WallLayout)
		}
	}
	c, err := s.store.CreateFollow(v.ctx(), n)
	if err != nil && !v.madeBefore(err, c.ID, s.campaigns.hasCampaign) {
		return v.refused(err, "campaign_follow", p)
	}
	return v.done("/campaigns/"+c.ID+"/check", "It is there as a draft, and goes out like any other campaign. Whom it goes to is looked up again before each message leaves.")
}

// stopJoining ends that a campaign goes to who joins its lists.
func (s *followPages) stopJoining(v *visit) error {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	if err := s.store.StopJoining(v.ctx(), c.ID); err != nil {
		return err
	}
	return v.done("/campaigns/"+c.ID+"/results", "It does not go to who joins its lists any more.")
}

// followWords says in words which campaign this one follows, and to whom it goes; none for any other. The name of that one stands in it.
func (s *campaignPages) followWords(v *visit, c *campaign.Campaign) (campaign.Text, error) {
	if !c.Follow.Any() {
		return campaign.Text{}, nil
	}
	source, err := s.store.GetCampaign(v.ctx(), c.Follow.Source)
	return c.Follow.Words(source.Name), campaign.UnlessMissing(err)
}
