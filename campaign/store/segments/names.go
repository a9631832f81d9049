package segments

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// ReadRule reads the text of a rule and finds what it names. Errors are *segment.Error and point at the place.
func (r *Rules) ReadRule(ctx context.Context, text string) (segment.Rule, error) {
	rule, err := segment.Parse(text)
	if err == nil {
		err = segment.Locate(r.findNames(ctx, &rule), text)
	}
	return rule, err
}

// CheckRule checks a tree, as the builder makes it, finds what it names and updates the names of renamed records; a deleted
// record is an error that says so.
func (r *Rules) CheckRule(ctx context.Context, rule *segment.Rule) error {
	if err := rule.Check(); err != nil {
		return err
	}
	return r.findNames(ctx, rule)
}

// findNames completes every name in a rule: the id of a typed name, the present name of a stored id.
func (r *Rules) findNames(ctx context.Context, rule *segment.Rule) error {
	return rule.EachName(func(of segment.NameKind, v *segment.Value) error {
		if v.ID != "" {
			name, err := r.nameOf(ctx, of, v.ID)
			if campaign.CodeOf(err) == campaign.NotFound {
				return v.Wrong("%s “%s” was deleted: take it out of the rule", theKind[of], v.Text)
			}
			if err == nil {
				v.Text = name
			}
			return err
		}
		return r.findName(ctx, of, v)
	})
}

// nameOf returns the name of a record. A campaign that shares its name with another is named by its id.
func (r *Rules) nameOf(ctx context.Context, of segment.NameKind, id string) (string, error) {
	if of != segment.OfCampaign {
		_, name, err := r.record(ctx, of, document.ByID(id))
		return name, err
	}
	c, err := document.Get[campaign.Campaign](ctx, r.engine, schema.Campaigns, id)
	if err != nil {
		return "", err
	}
	if same, err := r.engine.Count(ctx, schema.Campaigns, document.Equal("name", c.Name)); err != nil || same > 1 {
		return id, err
	}
	return c.Name, nil
}

// record returns id and name of the list, segment or organisation that a filter fits.
func (r *Rules) record(ctx context.Context, of segment.NameKind, f document.Filter) (id, name string, err error) {
	switch of {
	case segment.OfList:
		l, err := document.First[campaign.List](ctx, r.engine, schema.Lists, f)
		return l.ID, l.Name, err
	case segment.OfSegment:
		s, err := document.First[segment.Segment](ctx, r.engine, schema.Segments, f)
		return s.ID, s.Name, err
	}
	o, err := document.First[campaign.Organisation](ctx, r.engine, schema.Organisations, f)
	return o.ID, o.Name, err
}

// findName finds the record that a text names. A campaign may be named by its id too.
func (r *Rules) findName(ctx context.Context, of segment.NameKind, v *segment.Value) error {
	if of == segment.OfCampaign {
		return r.findCampaignName(ctx, v)
	}
	id, name, err := r.record(ctx, of, document.Equal("key", campaign.Fold(v.Text)))
	if campaign.CodeOf(err) == campaign.NotFound {
		return r.unknownName(ctx, of, v)
	}
	if err == nil {
		v.ID, v.Text = id, name
	}
	return err
}

func (r *Rules) findCampaignName(ctx context.Context, v *segment.Value) error {
	if _, err := document.Get[campaign.Campaign](ctx, r.engine, schema.Campaigns, v.Text); err == nil {
		v.ID = v.Text
		v.Text, err = r.nameOf(ctx, segment.OfCampaign, v.ID)
		return err
	} else if campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	all, err := r.campaigns(ctx, 0)
	if err != nil {
		return err
	}
	key := campaign.Fold(v.Text)
	all = slices.DeleteFunc(all, func(c campaign.Campaign) bool { return campaign.Fold(c.Name) != key })
	switch len(all) {
	case 0:
		return r.unknownName(ctx, segment.OfCampaign, v)
	case 1:
		v.Text, v.ID = all[0].Name, all[0].ID
		return nil
	}
	ids := campaign.Collect(all[:min(len(all), 5)], func(c campaign.Campaign) string { return `"` + c.ID + `" of ` + c.CreatedAt.Format(time.DateOnly) })
	return v.Wrong("there are %d campaigns named “%s”: write the id of one, such as %s", len(all), v.Text, strings.Join(ids, ", "))
}

// campaigns returns the latest campaigns; limit 0 means all.
func (r *Rules) campaigns(ctx context.Context, limit int) ([]campaign.Campaign, error) {
	var all []campaign.Campaign
	err := r.engine.Find(ctx, schema.Campaigns, document.Query{Order: []document.Order{{Field: "updated_at", Desc: true}, {Field: "id", Desc: true}}, Limit: limit}, &all)
	return all, err
}

// theKind and noKind are the kinds of records in words.
var theKind = map[segment.NameKind]campaign.Text{
	segment.OfList: campaign.Textf("the list"), segment.OfCampaign: campaign.Textf("the campaign"), segment.OfSegment: campaign.Textf("the segment"), segment.OfOrganisation: campaign.Textf("the organisation"),
}

var noKind = map[segment.NameKind]campaign.Text{
	segment.OfList: campaign.Textf("no list"), segment.OfCampaign: campaign.Textf("no campaign"), segment.OfSegment: campaign.Textf("no segment"), segment.OfOrganisation: campaign.Textf("no organisation"),
}

func (r *Rules) unknownName(ctx context.Context, of segment.NameKind, v *segment.Value) error {
	names, err := r.names(ctx, of, "", 200)
	if err != nil {
		return err
	}
	if near := campaign.Nearest(v.Text, names); near != "" {
		return v.Wrong("there is %s named “%s”; did you mean “%s”?", noKind[of], v.Text, near)
	}
	return v.Wrong("there is %s named “%s”", noKind[of], v.Text)
}
