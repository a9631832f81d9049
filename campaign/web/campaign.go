package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// campaignPages are the pages where a campaign is put together.
type campaignPages struct {
	*panel
	store  campaignStore
	offers *offers
}

type campaignStore interface {
	AudienceLists(ctx context.Context, c *campaign.Campaign) ([]campaign.List, error)
	CountAudience(ctx context.Context, e *edition.Edition) (store.AudienceCount, error)
	CountCampaigns(ctx context.Context) (map[string]int64, error)
	CreateCampaign(ctx context.Context, c *campaign.Campaign) error
	FindCampaignsNamed(ctx context.Context, search string, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	FindSegments(ctx context.Context) ([]segment.Segment, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetList(ctx context.Context, id string) (campaign.List, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetSegment(ctx context.Context, id string) (segment.Segment, error)
	GetSegments(ctx context.Context, ids []string) ([]segment.Segment, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	RecheckApproval(ctx context.Context, id string) (campaign.Campaign, error)
	ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error)
	UnscheduleCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error)
}

// campaignRow is a campaign with what its row in the table shows.
type campaignRow struct {
	campaign.Campaign
	ReleaseTitle string
	Lists        []string
	Languages    []campaign.Language
	OwnerName    string
	Done         campaign.Figures // of its last run
	LastAt       time.Time        // when its last run began
}

// Why is why it waits for a person.
func (r campaignRow) Why() campaign.Text { return campaign.OwnWords(r.Note) }

// Tab is the tab the row leads to: that of the work that is left, or the results.
func (r campaignRow) Tab() string {
	if r.State == campaign.Draft {
		return ""
	}
	if r.State == campaign.InReview {
		return "/approval"
	}
	if (r.State == campaign.Scheduled || r.State == campaign.Approved) && r.LastRun == "" {
		return "/check"
	}
	return "/results"
}

type campaignsPage struct {
	Page
	State  campaign.State
	Search string // part of a name
	Counts map[string]int64
	Rows   []campaignRow
	Paging paging
	Live   bool // something is going out: the table refreshes itself
}

// States are the filter's choices with their numbers.
func (p *campaignsPage) States() []templates.Option {
	states := []campaign.State{campaign.Draft, campaign.InReview, campaign.Approved, campaign.Scheduled, campaign.Sending, campaign.PausedRun, campaign.Sent, campaign.Cancelled}
	return optionsFor(p.say("All"), states, func(s campaign.State) templates.Option {
		return templates.Option{Value: string(s), Label: p.say("%s (%d)", s, p.Counts[string(s)])}
	})
}

func (s *campaignPages) index(v *visit) error {
	p := campaignsPage{Page: v.page("campaigns", "Campaigns"), State: campaign.State(v.Query("state")), Search: strings.TrimSpace(v.Query("q"))}
	table := v.tablePage()
	table.Limit = 25
	if !slices.Contains(store.CampaignSorts, table.Sort) {
		table.Sort, table.Desc = "", false
	}
	found, next, err := s.store.FindCampaignsNamed(v.ctx(), p.Search, p.State, table)
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	if p.Counts, err = s.store.CountCampaigns(v.ctx()); err != nil {
		return err
	}
	if p.Rows, err = s.rows(v, found); err != nil {
		return err
	}
	p.Live = slices.ContainsFunc(found, func(c campaign.Campaign) bool { return c.State == campaign.Sending || isLeaving(&c, s.Now()) })
	return v.show("campaigns", &p)
}

func (s *campaignPages) rows(v *visit, cs []campaign.Campaign) ([]campaignRow, error) {
	lists, err := s.offers.listNames(v.ctx())
	if err != nil {
		return nil, err
	}
	segments, err := s.offers.segments(v.ctx(), "")
	if err != nil {
		return nil, err
	}
	people, err := s.offers.userNames(v.ctx())
	if err != nil {
		return nil, err
	}
	rows := make([]campaignRow, len(cs))
	for i, c := range cs {
		row := campaignRow{Campaign: c, OwnerName: people[c.Owner]}
		for _, l := range c.Lists {
			row.Lists = append(row.Lists, lists[l])
		}
		for _, o := range segments {
			if slices.Contains(c.Segments, o.Value) {
				row.Lists = append(row.Lists, v.say("segment “%s”", o.Label))
			}
		}
		if err := s.fillRow(v.ctx(), &row); err != nil {
			return nil, err
		}
		rows[i] = row
	}
	return rows, nil
}

func (s *campaignPages) fillRow(ctx context.Context, row *campaignRow) error {
	if row.Release != "" {
		r, err := s.store.GetRelease(ctx, row.Release)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		row.ReleaseTitle, row.Languages = r.Title, r.Available()
	}
	if row.LastRun == "" {
		return nil
	}
	run, err := s.store.GetRun(ctx, row.LastRun)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	row.LastAt = run.StartedAt
	row.Done, err = s.store.LookDeliveries(ctx, &run)
	return err
}

// sendDelay is how long a campaign that is sent now can still be called back.
const sendDelay = time.Minute

// isLeaving reports whether a campaign stands in the minute before it leaves.
func isLeaving(c *campaign.Campaign, now time.Time) bool {
	return c.State == campaign.Scheduled && !c.NextAt.IsZero() && c.NextAt.Sub(now) <= sendDelay
}

// campaignPage is what the tabs of a campaign share.
type campaignPage struct {
	Page
	Campaign campaign.Campaign
	Tab      string // content, editions, audience, schedule, check, results
	Leaving  bool   // about to leave; can be called back
	Editable bool
	Moved    bool            // this answers a page that was left open
	Became   campaign.Text   // what has become of the campaign since that page was opened
	Slots    []campaign.Slot // the next one, when it is planned
}

// HasForm reports whether the tab changes the campaign.
func (p *campaignPage) HasForm() bool {
	return p.Tab == "content" || p.Tab == "audience" || p.Tab == "schedule"
}

// Path returns the address of a tab or action.
func (p *campaignPage) Path(tab string) string {
	if tab == "" {
		return "/campaigns/" + p.Campaign.ID
	}
	return "/campaigns/" + p.Campaign.ID + "/" + tab
}

// LeavesIn is how long the campaign can still be called back.
func (p *campaignPage) LeavesIn() campaign.Text {
	left := p.Campaign.NextAt.Sub(p.Now).Round(time.Second)
	if left <= 0 {
		return campaign.Textf("It leaves now.")
	}
	return campaign.Textf("It leaves in %d seconds. Until then nothing has been sent.", int(left.Seconds()))
}

// Note is why the campaign waits for a person.
func (p *campaignPage) Note() campaign.Text { return campaign.OwnWords(p.Campaign.Note) }

func (s *campaignPages) tab(v *visit, tab string) (campaignPage, error) {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return campaignPage{}, gone(err, "campaign")
	}
	p := campaignPage{Page: v.page("campaigns", "%s", c.Name), Campaign: c, Tab: tab}
	p.Leaving = isLeaving(&c, s.Now())
	p.Editable = p.isEditable()
	return p, nil
}

// isEditable reports whether the user may change the campaign now.
func (p *campaignPage) isEditable() bool {
	return p.Campaign.State.Waiting() && p.May("editor")
}

// together brings a tab's form together with what somebody else saved first, while anything can still be saved.
func (p *campaignPage) together(v *visit, name string, page shown, ours, theirs mergeable) (asked bool, err error) {
	c, asked := p.merge(v, ours, theirs)
	if asked {
		err = v.conflicted(name, page, c)
	}
	return asked, err
}

// merge is together without the page.
func (p *campaignPage) merge(v *visit, ours, theirs mergeable) (c conflict, asked bool) {
	if !p.Editable {
		return c, false
	}
	return v.merge(ours, theirs)
}

// check refuses a form where the campaign changed since.
func (e *edited) check(c *campaign.Campaign) error {
	if err := checkEditable(c); err != nil || e.Version == c.Version {
		return err
	}
	return errChanged("campaign")
}

// checkEditable refuses changes to a campaign that is going out or was sent: they would not change its messages.
func checkEditable(c *campaign.Campaign) error {
	if c.State.Waiting() {
		return nil
	}
	return campaign.Errorf(campaign.Conflict, "nothing was saved: %s. What goes out was taken down when its run began; copy the campaign to send something else", c.State.Words())
}
