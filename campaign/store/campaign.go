package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// CampaignSorts are the fields a table of campaigns can be sorted by.
var CampaignSorts = []string{"updated_at", "created_at", "name", "next_at"}

// Campaigns say which release goes to whom, and when.
type Campaigns struct {
	engine document.Engine
	now    func() time.Time
}

// FindCampaigns returns one page of campaigns in a state ("" is any).
func (s *Campaigns) FindCampaigns(ctx context.Context, state campaign.State, p Page) ([]campaign.Campaign, string, error) {
	var f document.Filter
	if state != "" {
		f = document.Equal("state", string(state))
	}
	p, key := campaignOrder(p)
	return page(ctx, s.engine, schema.Campaigns, f, p, key)
}

// campaignOrder completes which page is asked for, and returns what campaigns are sorted by on it.
func campaignOrder(p Page) (Page, func(*campaign.Campaign) (any, string)) {
	if !slices.Contains(CampaignSorts, p.Sort) {
		p.Sort, p.Desc = "updated_at", true
	}
	if p.Sort == "name" {
		p.Sort = "sort_name"
	}
	return p, func(c *campaign.Campaign) (any, string) {
		switch p.Sort {
		case "created_at":
			return c.CreatedAt, c.ID
		case "sort_name":
			return c.SortName, c.ID
		case "next_at":
			return c.NextAt, c.ID
		}
		return c.UpdatedAt, c.ID
	}
}

// FindCampaignsNamed is FindCampaigns for those whose name has all words of a search, in either script. A team has some thousands of
// campaigns at most: they are read and looked through.
func (s *Campaigns) FindCampaignsNamed(ctx context.Context, search string, state campaign.State, p Page) ([]campaign.Campaign, string, error) {
	if strings.TrimSpace(search) == "" {
		return s.FindCampaigns(ctx, state, p)
	}
	terms := campaign.SearchTerms(search)
	fits := func(c *campaign.Campaign) bool {
		text := campaign.SearchText(c.Name)
		return len(terms) > 0 && !slices.ContainsFunc(terms, func(term string) bool { return !strings.Contains(text, term) })
	}
	limit := cmp.Or(p.Limit, defaultLimit)
	_, key := campaignOrder(p)
	p.Limit = 500
	var out []campaign.Campaign
	for {
		found, next, err := s.FindCampaigns(ctx, state, p)
		if err != nil {
			return nil, "", err
		}
		for i := range found {
			if !fits(&found[i]) {
				continue
			}
			if len(out) == limit {
				return out, writeCursor(key(&out[limit-1])), nil
			}
			out = append(out, found[i])
		}
		if p.After = next; next == "" {
			return out, "", nil
		}
	}
}

// CountCampaigns counts campaigns by state.
func (s *Campaigns) CountCampaigns(ctx context.Context) (map[string]int64, error) {
	return s.engine.GroupCount(ctx, schema.Campaigns, nil, "state")
}

// FindDueCampaigns returns the scheduled campaigns whose next run is due, the longest waiting first.
func (s *Campaigns) FindDueCampaigns(ctx context.Context, now time.Time) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{
		Filter: document.All{document.Equal("state", string(campaign.Scheduled)), document.Where{Field: "next_at", Op: document.Lte, Value: now}, document.Where{Field: "next_at", Op: document.Gt, Value: time.Time{}}},
		Order:  []document.Order{{Field: "next_at"}}, Limit: 100,
	}, &docs)
	return docs, err
}

// FindCampaignsOf returns the campaigns that use a release.
func (s *Campaigns) FindCampaignsOf(ctx context.Context, release string) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{Filter: document.Equal("release_id", release), Limit: 100}, &docs)
	return docs, err
}

// findFollowers returns the campaigns that follow one.
func (s *Campaigns) findFollowers(ctx context.Context, source string) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{Filter: document.Equal("follows_id", source), Order: []document.Order{{Field: "id"}}}, &docs)
	return docs, err
}

// FindCampaignsTo returns the campaigns that go or went to a list, or leave it out.
func (s *Campaigns) FindCampaignsTo(ctx context.Context, list string) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{Order: []document.Order{{Field: "updated_at", Desc: true}, {Field: "id", Desc: true}}}, &docs)
	return slices.DeleteFunc(docs, func(c campaign.Campaign) bool {
		return !slices.Contains(c.Lists, list) && !slices.Contains(c.Exclude, list)
	}), err
}

// GetCampaign reads one campaign.
func (s *Campaigns) GetCampaign(ctx context.Context, id string) (campaign.Campaign, error) {
	return document.Get[campaign.Campaign](ctx, s.engine, schema.Campaigns, id)
}

// CreateCampaign checks and adds a campaign.
func (s *Campaigns) CreateCampaign(ctx context.Context, c *campaign.Campaign) error {
	if err := c.Normalize(); err != nil {
		return err
	}
	c.ID, c.Version, c.CreatedAt, c.UpdatedAt = cmp.Or(c.ID, campaign.NewID(s.now())), 1, s.now(), s.now()
	return s.engine.Insert(ctx, schema.Campaigns, c)
}

// UpdateCampaign lets fn change a campaign and writes it back checked. A change of state must be a legal move.
func (s *Campaigns) UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error) {
	return document.Modify(ctx, s.engine, schema.Campaigns, id, func(c *campaign.Campaign) *int64 { return &c.Version }, func(c *campaign.Campaign) error {
		from, before := c.State, *c
		if err := fn(c); err != nil {
			return err
		}
		if err := checkOwnStep(ctx, &before, c); err != nil {
			return err
		}
		if c.State != from {
			if err := campaign.CheckMove(from, c.State); err != nil {
				return err
			}
		}
		c.UpdatedAt = s.now()
		return c.Normalize()
	})
}

// DeleteCampaign removes a draft or cancelled campaign that never sent anything.
func (s *Campaigns) DeleteCampaign(ctx context.Context, id string) error {
	n, err := s.engine.Count(ctx, schema.Runs, document.Equal("campaign_id", id))
	if err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "this campaign has sent mail and stays on record: cancel it instead")
	}
	n, err = s.engine.Delete(ctx, schema.Campaigns, document.All{document.ByID(id), document.OneOf("state", campaign.Draft, campaign.Cancelled)})
	if err == nil && n > 0 {
		_, err = s.engine.Delete(ctx, schema.Snapshots, document.Equal("campaign_id", id))
		return err
	}
	if err == nil {
		return campaign.Errorf(campaign.Conflict, "only a draft or a cancelled campaign can be deleted")
	}
	return err
}
