package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// sendPages are the pages where a campaign is checked, tried, sent and stopped.
type sendPages struct {
	*panel
	store     sendStore
	campaigns *campaignPages
}

type sendStore interface {
	fileReader
	CancelCampaign(ctx context.Context, id string) error
	CountDeliveries(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error)
	DeleteCampaign(ctx context.Context, id string) error
	FindDeliveries(ctx context.Context, run string, state campaign.DeliveryState, p store.Page) ([]campaign.Delivery, string, error)
	FindRuns(ctx context.Context, campaignID string, tests bool, p store.Page) ([]campaign.Run, string, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	PauseCampaign(ctx context.Context, id string, reason string) error
	ResumeCampaign(ctx context.Context, id string) error
	ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error)
	SendNow(ctx context.Context, id string, delay time.Duration) (campaign.Campaign, error)
	StartTest(ctx context.Context, id string, to []string, as campaign.Language, by string, links store.LinksOf) (campaign.Run, error)
	UnscheduleCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error)
}

// checkLine is one line of the check list: red stops, amber asks for a look, green is in order.
type checkLine struct {
	Tone       string // red, amber, green
	Text, More string
	Link, Do   string // where it is mended
}

// Mark is the sign beside the line, so that colour is not the only mark.
func (l checkLine) Mark() string {
	return map[string]string{"red": "▲", "amber": "!", "green": "✓"}[l.Tone]
}

// checkPage is the fourth tab: what is in order, what not, and the buttons that send.
type checkPage struct {
	campaignPage
	Lines    []checkLine
	Count    *store.AudienceCount
	Slot     campaign.Slot // the time it would leave by its schedule; zero by hand
	Tests    []testRun
	To       string // where a test goes
	Versions []templates.Option
	Confirm  string // the number as it was typed
	Reason   string // why it goes out although something is amber
}

// askNumberAbove is the number of readers above which the number must be typed before sending.
const askNumberAbove = 50

// MustConfirm reports whether the number must be typed.
func (p *checkPage) MustConfirm() bool { return p.Count != nil && p.Count.Reached > askNumberAbove }

// Blocked reports whether something red stands in the way, Warned whether something amber wants a reason.
func (p *checkPage) Blocked() bool { return p.has("red") }

func (p *checkPage) Warned() bool { return p.has("amber") }

func (p *checkPage) has(tone string) bool {
	return slices.ContainsFunc(p.Lines, func(l checkLine) bool { return l.Tone == tone })
}

// Who is the audience in words: "412 journalists in 3 languages".
func (p *checkPage) Who() string {
	if p.Count == nil || p.Count.Reached == 0 {
		return "nobody"
	}
	who := templates.Plural(p.Count.Reached, "reader", "readers")
	for kind, n := range p.Count.Kinds {
		if name, ok := kindPlural[kind]; ok && n == p.Count.Reached {
			who = templates.Plural(n, string(kind), name)
		}
	}
	if n := len(p.Count.Versions); n > 1 {
		who += fmt.Sprintf(" in %d languages", n)
	} else {
		for l := range p.Count.Versions {
			who += " in " + l.Name()
		}
	}
	return who
}

var kindPlural = map[campaign.Kind]string{
	campaign.Journalist: "journalists", campaign.School: "schools", campaign.Business: "businesses", campaign.Partner: "partners",
}

// When is the time it leaves by its schedule, in words.
func (p *checkPage) When() string {
	sch := p.Campaign.Schedule
	loc, err := time.LoadLocation(sch.Zone)
	if sch.Kind == campaign.Manual || p.Slot.At.IsZero() || err != nil {
		return "as soon as you press the button"
	}
	when := p.Slot.At.In(loc).Format("Monday 2 January 2006, 15:04") + " " + placeOf(sch.Zone) + " time"
	if sch.Kind == campaign.ByCron {
		return "first on " + when
	}
	return "on " + when
}

// placeOf makes "Belgrade" of "Europe/Belgrade".
func placeOf(zone string) string {
	return strings.ReplaceAll(zone[strings.LastIndexByte(zone, '/')+1:], "_", " ")
}

// Why lists why members are left out.
func (p *checkPage) Why() []store.ReasonCount { return leftOutReasons(p.Count) }

func (s *sendPages) checkPage(v *visit) (*checkPage, error) {
	base, err := s.campaigns.tab(v, "check")
	if err != nil {
		return nil, err
	}
	p := &checkPage{campaignPage: base, To: v.user.Email}
	c := &base.Campaign
	if p.Count, err = s.campaigns.countAudience(v, c); err != nil {
		return nil, err
	}
	if s.Planner != nil && c.Schedule.Kind != campaign.Manual {
		if slots, err := s.Planner.Next(c.Schedule, s.Now(), 1); err == nil && len(slots) > 0 { // else it has no slot, which is shown
			p.Slot = slots[0]
		}
	}
	r, err := s.store.GetRelease(v.ctx(), c.Release)
	if campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	p.Versions = optionsOf(p.Language, "All languages", r.Available())
	if err == nil {
		if err := s.checkContent(v, p, &r); err != nil {
			return nil, err
		}
	} else {
		p.add(checkLine{Tone: "red", Text: "No release is chosen", Link: p.Path(""), Do: "Choose one"})
	}
	p.checkAudience(&r)
	if onlyHere(s.BaseURL) && !s.Demo {
		p.add(checkLine{Tone: "amber", Text: "Links in the messages lead to " + s.BaseURL,
			More: "Only this computer finds that: readers could neither leave nor be counted. GLASNIK_BASE_URL is the public address."})
	}
	p.checkSchedule(&r, s.Now())
	p.Tests, err = s.testRuns(v, c.ID)
	return p, err
}

func (p *checkPage) add(l checkLine) { p.Lines = append(p.Lines, l) }

// placeholder finds text that must still be filled in: TODO, […], "lorem ipsum".
var placeholder = regexp.MustCompile(`(?i)\bTODO\b|\?{3,}|\bX{4,}\b|\[(?:…|\.{2,}|_+|\s*)\]|lorem ipsum`)

// perhapsPlaceholder finds text that may be a placeholder or a word: XXX is also the thirtieth festival.
var perhapsPlaceholder = regexp.MustCompile(`\b(?:TK|TBC|TBA|XXX)\b`)

func (s *sendPages) checkContent(v *visit, p *checkPage, r *campaign.Release) error {
	edit := func(l campaign.Language) string { return "/releases/" + r.ID + "/edit?lang=" + string(l) }
	if len(r.Versions) == 0 {
		p.add(checkLine{Tone: "red", Text: "The release has no text yet", Link: "/releases/" + r.ID + "/edit", Do: "Write it"})
		return nil
	}
	problems := templates.SendingProblems(r)
	for _, e := range problems {
		p.add(checkLine{Tone: "red", Text: v.sentence(e.Words()), Link: edit(e.Language), Do: "Mend it"})
	}
	for _, e := range templates.LeftOut(r) {
		p.add(checkLine{Tone: "amber", Text: v.sentence(e.Words()), More: "Its words are sent in its place.", Link: edit(e.Language), Do: "Mend it"})
	}
	if len(problems) == 0 {
		p.add(checkLine{Tone: "green", Text: "The text can be made into messages"})
	}
	for i := range r.Versions {
		version := &r.Versions[i]
		name := version.Language.Name()
		if found := findIn(version, placeholder); found != "" {
			p.add(checkLine{Tone: "red", Text: fmt.Sprintf("%s: “%s” is still to be filled in", name, found), Link: edit(version.Language), Do: "Fill it in"})
		}
		if found := findIn(version, perhapsPlaceholder); found != "" {
			p.add(checkLine{Tone: "amber", Text: fmt.Sprintf("%s: is “%s” still to be filled in?", name, found), Link: edit(version.Language), Do: "Look"})
		}
		if version.Contact.Name+version.Contact.Phone+version.Contact.Email == "" && r.Kind != campaign.Newsletter {
			p.add(checkLine{Tone: "amber", Text: name + ": no media contact", More: "Journalists who have a question find nobody to ask.", Link: edit(version.Language), Do: "Add one"})
		}
		if r.Outdated(version.Language) {
			p.add(checkLine{Tone: "amber", Text: name + " is older than the text it was translated from", Link: edit(version.Language), Do: "Compare"})
		}
	}
	if len(problems) > 0 {
		return nil
	}
	return s.checkSizes(v, p, r)
}

// findIn returns the first match of a pattern in a version's texts, or "".
func findIn(v *campaign.Version, pattern *regexp.Regexp) string {
	texts := []string{v.Subject, v.Preheader, v.Headline, v.Subhead, v.Place, v.Lead, v.Body, v.About, v.Notes, v.Contact.Name, v.Contact.Phone}
	for _, q := range v.Quotes {
		texts = append(texts, q.Text, q.Name)
	}
	for _, t := range texts {
		if found := pattern.FindString(t); found != "" {
			return found
		}
	}
	return ""
}

// checkSizes makes each version as it would be sent and weighs it (D-08).
func (s *sendPages) checkSizes(v *visit, p *checkPage, r *campaign.Release) error {
	edition, files, err := previewEdition(v, s.store, r)
	if err != nil {
		return err
	}
	edition.Sender, edition.Tracked = p.Campaign.Sender, templates.TrackedLinks(r)
	largest := 0
	for i := range r.Versions {
		version := &r.Versions[i]
		letter, err := templates.Compose(edition, version, campaign.Aggregate, files, s.Links, s.Now())
		if err != nil {
			p.add(checkLine{Tone: "red", Text: sentence(err.Error()), Link: "/releases/" + r.ID + "/edit?lang=" + string(version.Language), Do: "Mend it"})
			continue
		}
		size := letter.Size()
		largest = max(largest, size)
		more := "Gmail cuts off what is longer than 102 kB, and with it the link to unsubscribe."
		link := "/releases/" + r.ID + "/edit?lang=" + string(version.Language)
		if size > templates.ClipSize {
			p.add(checkLine{Tone: "red", Text: fmt.Sprintf("%s is %.0f kB long", version.Language.Name(), float64(size)/1000), More: more, Link: link, Do: "Shorten it"})
		} else if size > templates.ClipWarning {
			p.add(checkLine{Tone: "amber", Text: fmt.Sprintf("%s is %.0f kB long", version.Language.Name(), float64(size)/1000), More: more, Link: link, Do: "Shorten it"})
		}
	}
	if largest > 0 && largest <= templates.ClipWarning {
		p.add(checkLine{Tone: "green", Text: fmt.Sprintf("Messages are %.0f kB at most", float64(largest)/1000)})
	}
	return nil
}

func (p *checkPage) checkAudience(r *campaign.Release) {
	switch {
	case p.Count == nil:
		p.add(checkLine{Tone: "red", Text: "No list and no segment is chosen", Link: p.Path("audience"), Do: "Choose lists"})
	case p.Count.Reached == 0:
		p.add(checkLine{Tone: "red", Text: "Nobody would get it", More: "The lists have no members who can be written to.", Link: p.Path("audience"), Do: "Look at the audience"})
	default:
		p.add(checkLine{Tone: "green", Text: "It reaches " + p.Who(), Link: p.Path("audience")})
	}
	if p.Count != nil {
		for _, l := range campaign.Languages {
			if n := p.Count.Fallbacks[l]; n > 0 && len(r.Versions) > 0 {
				p.add(checkLine{Tone: "amber", Text: "There is no version in " + l.Name(),
					More: fmt.Sprintf("%s who read it get %s instead.", templates.Plural(n, "reader", "readers"), r.For(l).Language.Name()),
					Link: "/releases/" + r.ID + "/edit?lang=" + string(l), Do: "Write it"})
			}
		}
	}
	if p.Campaign.Sender.Email == "" {
		p.add(checkLine{Tone: "red", Text: "Nobody is chosen as the sender", Link: p.Path("audience"), Do: "Choose a sender"})
	} else {
		p.add(checkLine{Tone: "green", Text: "From " + p.Campaign.Sender.Name + " <" + p.Campaign.Sender.Email + ">", Link: p.Path("audience")})
	}
}

// onlyHere reports whether an address can be reached on this machine alone.
func onlyHere(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

func (p *checkPage) checkSchedule(r *campaign.Release, now time.Time) {
	sch := p.Campaign.Schedule
	if sch.Kind == campaign.Once && p.Slot.At.IsZero() && p.Campaign.State == campaign.Draft {
		p.add(checkLine{Tone: "red", Text: "The time it should leave at has passed", Link: p.Path("schedule"), Do: "Choose another"})
	}
	switch {
	case r.Embargo.IsZero():
	case r.Embargo.Before(now):
		p.add(checkLine{Tone: "amber", Text: "The embargo has passed", More: "The line about it is left out of the messages.", Link: "/releases/" + r.ID + "/edit", Do: "Change it"})
	default:
		more := "Send text under embargo only to named journalists who accept it."
		p.add(checkLine{Tone: "amber", Text: "Under embargo until " + r.Embargo.In(p.Zone).Format("2 January 2006, 15:04 MST"), More: more, Link: "/releases/" + r.ID + "/edit", Do: "Change it"})
	}
}

func (s *sendPages) check(v *visit) error {
	if seen := v.Query("seen"); seen != "" { // the countdown asks: once it is over the whole page is another
		c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
		if err != nil || stateSeen(&c, isLeaving(&c, s.Now())) != seen {
			v.Header("HX-Redirect", "/campaigns/"+v.Param("id")+"/check")
			v.Status(http.StatusNoContent)
			return campaign.UnlessMissing(err)
		}
	}
	p, err := s.checkPage(v)
	if err != nil {
		return err
	}
	return v.show("campaign_check", p)
}
