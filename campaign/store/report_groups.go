package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// groupPage is how many deliveries are looked at together with their contacts.
const groupPage = 1000

// maxReportGroups is how many groups of one mailing and kind are told apart.
const maxReportGroups = 5000

// reportDimensions are what a report tells readers apart by, besides language, which stands in the delivery.
var reportDimensions = []campaign.Dimension{campaign.ByKind, campaign.ByPlace, campaign.ByOutlet, campaign.ByList}

// addGroups counts to whom a mailing's accepted messages went, which was sent to some lists. It reads them page by page: the memory it
// takes does not grow with them.
func (c *reportCount) addGroups(ctx context.Context, run string, lists []string) error {
	counts := map[campaign.Dimension]map[string]int64{}
	for _, by := range reportDimensions {
		counts[by] = map[string]int64{}
	}
	accepted := document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Accepted))}
	q := document.Query{Filter: accepted, Order: []document.Order{{Field: "id"}}, Limit: groupPage}
	for {
		var docs []campaign.Delivery
		if err := c.engine.Find(ctx, schema.Deliveries, q, &docs); err != nil {
			return err
		}
		if err := c.groupPage(ctx, docs, lists, counts); err != nil {
			return err
		}
		if len(docs) < groupPage {
			break
		}
		q.After = []any{docs[len(docs)-1].ID}
	}
	var err error
	if counts[campaign.ByLanguage], err = c.engine.GroupCount(ctx, schema.Deliveries, accepted, "language"); err != nil {
		return err
	}
	for by, found := range counts {
		if c.groups[by] == nil {
			c.groups[by] = map[string]int64{}
		}
		for key, n := range campaign.Disclose(found) {
			c.groups[by][key] += n
		}
	}
	return nil
}

// groupPage counts the contacts of some deliveries.
func (c *reportCount) groupPage(ctx context.Context, docs []campaign.Delivery, lists []string, counts map[campaign.Dimension]map[string]int64) error {
	contacts, err := c.contacts.GetContacts(ctx, campaign.Collect(docs, func(d campaign.Delivery) string { return d.Contact }))
	if err != nil {
		return err
	}
	var offices []string
	for _, p := range contacts {
		if p.Organisation != "" {
			offices = append(offices, p.Organisation)
		}
	}
	organisations, err := c.organisations.GetOrganisations(ctx, offices)
	if err != nil {
		return err
	}
	for _, d := range docs {
		r := campaign.Reader{Delivery: d, Contact: contacts[d.Contact]}
		if r.Contact != nil {
			office := organisations[r.Contact.Organisation]
			r.Office, r.OfficePlace = office.Name, office.Place
		}
		for by, groups := range counts {
			key := c.groupOf(&r, by, lists)
			if groups[key] == 0 && len(groups) >= maxReportGroups {
				key = campaign.FewGroup
			}
			groups[key]++
		}
	}
	return nil
}

// groupOf is the one group of a reader, by the names it is shown with. Who is on several lists of the mailing is of the group of them
// together: groups that overlap could be subtracted from each other.
func (c *reportCount) groupOf(r *campaign.Reader, by campaign.Dimension, lists []string) string {
	keys := r.Groups(by, lists)
	switch {
	case strings.HasPrefix(keys[0], "~"):
		return keys[0]
	case by == campaign.ByOutlet:
		return cmp.Or(r.Office, campaign.NoGroup)
	case by == campaign.ByList:
		on := campaign.Collect(keys, func(id string) string { return c.names[id] })
		slices.SortFunc(on, campaign.CompareNames)
		return cmp.Or(strings.Join(slices.Compact(on), " + "), campaign.NoGroup) // of a list that was deleted
	}
	return keys[0]
}

// addTopics counts a mailing of a release about some topics.
func (c *reportCount) addTopics(topics []string, f *campaign.Figures) {
	if len(topics) == 0 {
		topics = []string{campaign.NoGroup}
	}
	for _, key := range topics {
		t := c.topics[key]
		if t == nil {
			t = &campaign.ReportTopic{Key: key}
			if known := campaign.First(c.settings.Topics, func(o *campaign.Topic) bool { return o.Key == key }); known != nil {
				t.Names = known.Names
			}
			c.topics[key] = t
		}
		t.Mailings++
		t.Accepted += f.Accepted
		t.Opened += f.Opened.People
		t.Clicked += f.Clicked.People
	}
}

// topicRows are the topics of the mailings, what went out most first and what was about none last; nothing where no release had one.
func (c *reportCount) topicRows() (out []campaign.ReportTopic) {
	if len(c.topics) == 1 && c.topics[campaign.NoGroup] != nil {
		return nil
	}
	for _, t := range c.topics {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b campaign.ReportTopic) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Key, "~"), strings.Count(b.Key, "~")), cmp.Compare(b.Accepted, a.Accepted), strings.Compare(a.Key, b.Key))
	})
	return out
}

// addGrowth counts how the lists grew in a period.
func (c *reportCount) addGrowth(ctx context.Context) error {
	if c.report.Scope == campaign.ReleaseReport || c.report.From.IsZero() {
		return nil
	}
	lists, err := c.lists.FindLists(ctx, false)
	if err != nil {
		return err
	}
	growth := campaign.NewReportGrowth(lists)
	for _, part := range campaign.MonthsOf(c.report.From, c.report.Until, c.zone) {
		counts := map[string]campaign.Growth{}
		for _, l := range lists {
			if counts[l.ID], err = c.lists.CountGrowthIn(ctx, l.ID, part.From, part.Until); err != nil {
				return err
			}
		}
		growth.Add(counts, part.Whole)
	}
	for _, l := range lists {
		now, err := c.lists.countWrittenTo(ctx, l.ID)
		if err != nil {
			return err
		}
		growth.SetNow(l.ID, now)
	}
	c.report.Lists = growth.Rows()
	return nil
}
