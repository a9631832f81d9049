package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/templates"
)

// happening is one line of a contact's timeline.
type happening struct {
	At                 time.Time
	Chip               templates.Chip
	What, Link, Detail string
}

// timelineLength is how many lines of a timeline one page shows.
const timelineLength = 50

// fillTimeline fills in what happened with a contact before a time, the latest first: what was sent and its outcome, what they
// did, and what the team did.
func (s *contactPages) fillTimeline(ctx context.Context, p *contactPage, before time.Time) error {
	h, err := s.store.HistoryOf(ctx, p.Contact.ID, before, timelineLength+1)
	if err != nil {
		return err
	}
	tell := &teller{store: s.store, zone: p.Zone, language: p.Language, campaigns: map[string]string{}, lists: map[string]string{}, links: map[string][]campaign.Link{}}
	for _, m := range p.Memberships {
		tell.lists[m.List] = m.Name
	}
	var all []happening
	for i := range h.Deliveries {
		all = append(all, tell.delivery(ctx, &h.Deliveries[i]))
	}
	for i := range h.Events {
		one, err := tell.event(ctx, &h.Events[i])
		if err != nil {
			return err
		}
		if one.What != "" {
			all = append(all, one)
		}
	}
	for i := range h.Entries {
		if h.Entries[i].Kind != campaign.ViewedEntry {
			all = append(all, tell.entry(&h.Entries[i]))
		}
	}
	more := len(h.Deliveries) > timelineLength || len(h.Events) > timelineLength || len(h.Entries) > timelineLength
	derived, err := s.beforeTheJournal(ctx, p)
	if err != nil {
		return err
	}
	for _, d := range derived {
		if before.IsZero() || d.At.Before(before) {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return b.At.Compare(a.At) })
	p.Timeline = all
	if len(all) > timelineLength {
		end := timelineLength
		for end < len(all) && all[end].At.Equal(all[end-1].At) { // the next page begins before a moment, not within it
			end++
		}
		more = more || end < len(all)
		p.Timeline = all[:end]
	}
	if more && len(p.Timeline) > 0 {
		last := p.Timeline[len(p.Timeline)-1].At
		p.Older = "/contacts/" + p.Contact.ID + "?before=" + url.QueryEscape(last.UTC().Format(time.RFC3339Nano)) + "#timeline"
	}
	return nil
}

// beforeTheJournal returns what the journal does not hold: contacts that came by an import, or before there was a journal.
func (s *contactPages) beforeTheJournal(ctx context.Context, p *contactPage) ([]happening, error) {
	known, created, err := s.store.MembershipEntries(ctx, p.Contact.ID)
	if err != nil {
		return nil, err
	}
	say := func(words campaign.Text) string { return templates.Say(p.Language, words) }
	quiet := func(words campaign.Text) templates.Chip {
		return templates.Chip{Tone: "quiet", Shape: "○", Text: say(words)}
	}
	var out []happening
	if !created {
		out = append(out, happening{At: p.Contact.CreatedAt, Chip: quiet(campaign.Textf("Added")), What: cmp.Or(say(campaign.SourceWords(p.Contact.Source)), say(campaign.Textf("to the contacts")))})
	}
	for _, m := range p.Memberships {
		if known[m.List] {
			continue
		}
		out = append(out, happening{At: m.Since, Chip: templates.ChipFor(p.Language, campaign.Subscribed), What: m.Name, Link: "/lists/" + m.List, Detail: say(campaign.SourceWords(m.Source))})
		if !m.LeftAt.IsZero() {
			out = append(out, happening{At: m.LeftAt, Chip: templates.ChipFor(p.Language, m.Status), What: m.Name, Link: "/lists/" + m.List})
		}
	}
	imports, err := s.store.ImportsThatChanged(ctx, p.Contact.ID)
	for _, i := range imports {
		out = append(out, happening{At: i.StartedAt, Chip: quiet(campaign.Textf("Changed by an import")), What: say(campaign.SourceWords(i.Source))})
	}
	return out, err
}

// teller turns records into lines, and caches the names it looked up.
type teller struct {
	store     tellerStore
	zone      *time.Location
	language  campaign.Language
	campaigns map[string]string
	lists     map[string]string
	links     map[string][]campaign.Link // by run
}

type tellerStore interface {
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
}

func (t *teller) words(text campaign.Text) string { return templates.Say(t.language, text) }

func (t *teller) campaign(ctx context.Context, id string) string {
	name, ok := t.campaigns[id]
	if !ok {
		name = t.words(campaign.Textf("a campaign that was deleted"))
		if c, err := t.store.GetCampaign(ctx, id); err == nil { // else the line is shown without the name
			name = c.Name
		}
		t.campaigns[id] = name
	}
	return name
}

func (t *teller) delivery(ctx context.Context, d *campaign.Delivery) happening {
	h := happening{At: d.MadeAt, Chip: templates.ChipFor(t.language, d.State), What: t.campaign(ctx, d.Campaign), Link: "/runs/" + d.Run, Detail: t.words(campaign.OwnWords(d.Reason))}
	if d.Campaign == "" {
		h.What, h.Link = t.words(campaign.Textf("a mail to this person alone")), ""
	}
	if d.Campaign == campaign.DigestCampaign {
		h.What, h.Link = t.words(campaign.Textf("the weekly digest")), "/notices#digests"
	}
	return h
}

func (t *teller) event(ctx context.Context, e *campaign.Event) (happening, error) {
	if e.Kind == campaign.Clicked && e.Link == 0 {
		return happening{}, nil // the link that was followed stands in an event of its own
	}
	detail, err := t.whatHappened(ctx, e)
	return happening{At: e.At, Chip: templates.ChipFor(t.language, e.Kind), What: t.campaign(ctx, e.Campaign), Link: "/runs/" + e.Run, Detail: detail}, err
}

func (t *teller) entry(e *campaign.Entry) happening {
	by, detail := campaign.Textf("by %s", e.Who()), e.Words(t.zone)
	h := happening{At: e.At, Chip: templates.ChipFor(t.language, e.Kind), What: t.words(by), Detail: t.words(detail)}
	if e.List == "" {
		return h
	}
	name, ok := t.lists[e.List]
	if !ok {
		name = t.words(campaign.Textf("a list that was deleted"))
	}
	h.What, h.Link, h.Detail = name, "/lists/"+e.List, strings.TrimSpace(templates.Sentence(t.language, by)+" "+templates.Sentence(t.language, detail))
	return h
}

// whatHappened returns the details of an event: which link, whether a machine did it, or the server's words.
func (t *teller) whatHappened(ctx context.Context, e *campaign.Event) (string, error) {
	if words := e.ReturnWords(); !words.IsZero() {
		return t.words(words), nil
	}
	if e.Kind != campaign.Opened && e.Kind != campaign.Clicked {
		return t.words(campaign.StoredText(e.Detail)), nil
	}
	words := t.words(map[campaign.Verdict]campaign.Text{
		campaign.Machine: campaign.Textf("Probably a machine."), campaign.Unknown: campaign.Textf("A person or a machine."),
	}[e.Verdict])
	if e.Kind == campaign.Opened {
		return words, nil
	}
	links, known := t.links[e.Run]
	if !known {
		edition, err := t.store.GetEdition(ctx, e.Run)
		if campaign.UnlessMissing(err) != nil {
			return words, err
		}
		links = edition.Tracked
		t.links[e.Run] = links
	}
	if e.Link > int64(len(links)) {
		return words, nil
	}
	return strings.TrimSpace(links[e.Link-1].URL + " " + words), nil
}
