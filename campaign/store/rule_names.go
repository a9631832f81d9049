package store

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

// ReadRule reads the text of a rule and finds what it names. Errors are *segment.Error, which point at the spot.
func (s *Store) ReadRule(ctx context.Context, text string) (segment.Rule, error) {
	r, err := segment.Parse(text)
	if err == nil {
		err = segment.Locate(s.findNames(ctx, &r), text)
	}
	return r, err
}

// CheckRule checks a tree, as the builder makes it, finds what it names, and brings the names up to date: of a record that
// was renamed, the rule has the new name; one that is gone is an error that says so.
func (s *Store) CheckRule(ctx context.Context, r *segment.Rule) error {
	if err := r.Check(); err != nil {
		return err
	}
	return s.findNames(ctx, r)
}

// findNames completes every name in a rule: the id of what was typed, the present name of what was saved.
func (s *Store) findNames(ctx context.Context, r *segment.Rule) error {
	return r.EachName(func(of segment.NameKind, v *segment.Value) error {
		if v.ID != "" {
			name, err := s.nameOf(ctx, of, v.ID)
			if campaign.CodeOf(err) == campaign.NotFound {
				return v.Wrong("the %s “%s” was deleted: take it out of the rule", of, v.Text)
			}
			if err == nil {
				v.Text = name
			}
			return err
		}
		return s.findName(ctx, of, v)
	})
}

// nameOf gives the name of a record. Of campaigns several may have one name: such a one is named by its id.
func (s *Store) nameOf(ctx context.Context, of segment.NameKind, id string) (string, error) {
	switch of {
	case segment.OfList:
		l, err := s.GetList(ctx, id)
		return l.Name, err
	case segment.OfSegment:
		seg, err := s.GetSegment(ctx, id)
		return seg.Name, err
	case segment.OfOrganisation:
		o, err := s.GetOrganisation(ctx, id)
		return o.Name, err
	}
	c, err := s.GetCampaign(ctx, id)
	if err != nil {
		return "", err
	}
	if same, err := s.engine.Count(ctx, schema.Campaigns, document.Equal("name", c.Name)); err != nil || same > 1 {
		return id, err
	}
	return c.Name, nil
}

// findName finds the record a text names: by its name, or by its id.
func (s *Store) findName(ctx context.Context, of segment.NameKind, v *segment.Value) error {
	var err error
	switch of {
	case segment.OfList:
		var l campaign.List
		l, err = s.GetListByName(ctx, v.Text)
		v.ID = l.ID
	case segment.OfSegment:
		var seg segment.Segment
		seg, err = s.GetSegmentByName(ctx, v.Text)
		v.ID = seg.ID
	case segment.OfOrganisation:
		var o campaign.Organisation
		o, err = s.GetOrganisationByName(ctx, v.Text)
		v.ID = o.ID
	default:
		return s.findCampaignName(ctx, v)
	}
	if campaign.CodeOf(err) == campaign.NotFound {
		return s.unknownName(ctx, of, v)
	}
	if err == nil {
		v.Text, err = s.nameOf(ctx, of, v.ID)
	}
	return err
}

func (s *Store) findCampaignName(ctx context.Context, v *segment.Value) error {
	if _, err := s.GetCampaign(ctx, v.Text); err == nil {
		v.ID = v.Text
		v.Text, err = s.nameOf(ctx, segment.OfCampaign, v.ID)
		return err
	} else if campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	var all []campaign.Campaign
	if err := s.engine.Find(ctx, schema.Campaigns, document.Query{Order: []document.Order{{Field: "updated_at", Desc: true}, {Field: "id", Desc: true}}}, &all); err != nil {
		return err
	}
	key := campaign.Fold(v.Text)
	all = slices.DeleteFunc(all, func(c campaign.Campaign) bool { return campaign.Fold(c.Name) != key })
	switch len(all) {
	case 0:
		return s.unknownName(ctx, segment.OfCampaign, v)
	case 1:
		v.Text, v.ID = all[0].Name, all[0].ID
		return nil
	}
	var ids []string
	for _, c := range all[:min(len(all), 5)] {
		ids = append(ids, `"`+c.ID+`" of `+c.CreatedAt.Format(time.DateOnly))
	}
	return v.Wrong("there are %d campaigns named “%s”: write the id of one, such as %s", len(all), v.Text, strings.Join(ids, ", "))
}

func (s *Store) unknownName(ctx context.Context, of segment.NameKind, v *segment.Value) error {
	names, err := s.ruleNames(ctx, of, "", 200)
	if err != nil {
		return err
	}
	near := campaign.Nearest(v.Text, names)
	if near != "" {
		near = "; did you mean “" + near + "”?"
	}
	return v.Wrong("there is no %s named “%s”%s", of, v.Text, near)
}

// CompleteRule says what can stand at a byte of a rule's text.
func (s *Store) CompleteRule(ctx context.Context, text string, cursor int) (segment.Completion, error) {
	return segment.Complete(text, cursor, ruleWords{ctx, s})
}

type ruleWords struct {
	ctx   context.Context
	store *Store
}

const maxRuleWords = 20

func (w ruleWords) Names(of segment.NameKind, begins string) ([]string, error) {
	return w.store.ruleNames(w.ctx, of, begins, maxRuleWords)
}

// Values returns tags; other texts are too many to go through.
func (w ruleWords) Values(field, begins string) ([]string, error) {
	if field != "tag" {
		return nil, nil
	}
	tags, err := w.store.Tags(w.ctx)
	var names []string
	for t := range tags {
		names = append(names, t)
	}
	slices.Sort(names)
	return matching(names, begins, maxRuleWords), err
}

// ruleNames gives the names of a kind that hold a word beginning so.
func (s *Store) ruleNames(ctx context.Context, of segment.NameKind, begins string, limit int) ([]string, error) {
	var names []string
	switch of {
	case segment.OfList:
		all, err := s.FindLists(ctx, true)
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			names = append(names, l.Name)
		}
	case segment.OfSegment:
		all, err := s.FindSegments(ctx)
		if err != nil {
			return nil, err
		}
		for _, seg := range all {
			names = append(names, seg.Name)
		}
	case segment.OfCampaign:
		var all []campaign.Campaign
		if err := s.engine.Find(ctx, schema.Campaigns, document.Query{Order: []document.Order{{Field: "updated_at", Desc: true}, {Field: "id", Desc: true}}, Limit: 500}, &all); err != nil {
			return nil, err
		}
		for _, c := range all {
			names = append(names, c.Name)
		}
	case segment.OfOrganisation:
		found, _, err := s.FindOrganisations(ctx, begins, "", Page{Limit: limit})
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			names = append(names, o.Name)
		}
	case segment.OfAttribute:
		known, err := s.KnownAttributes(ctx)
		if err != nil {
			return nil, err
		}
		names = known
	}
	return matching(names, begins, limit), nil
}

// matching gives those names that begin with a text or hold a word that does.
func matching(names []string, begins string, limit int) []string {
	var out []string
	begins = campaign.Fold(begins)
	for _, n := range names {
		folded := campaign.Fold(n)
		if len(out) < limit && !slices.Contains(out, n) && (strings.HasPrefix(folded, begins) || strings.Contains(folded, " "+begins)) {
			out = append(out, n)
		}
	}
	return out
}

// attributeSample is how many contacts are looked at for the names of attributes.
const attributeSample = 300

// KnownAttributes gives the names of attributes that the first and the latest contacts have, sorted.
func (s *Store) KnownAttributes(ctx context.Context) ([]string, error) {
	seen := map[string]bool{}
	for _, desc := range []bool{false, true} {
		var docs []campaign.Contact
		if err := s.engine.Find(ctx, schema.Contacts, document.Query{Order: []document.Order{{Field: "id", Desc: desc}}, Limit: attributeSample}, &docs); err != nil {
			return nil, err
		}
		for i := range docs {
			for name := range docs[i].Attributes {
				seen[name] = true
			}
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}
