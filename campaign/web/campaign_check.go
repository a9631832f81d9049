package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// sendPages are the pages where a campaign is checked, tried, sent and stopped.
type sendPages struct {
	*panel
	store     sendStore
	campaigns *campaignPages
	spam      *complaintCounts
	files     sync.Map // whether attached files are programs, by id and name
}

type sendStore interface {
	warmUpStore
	letterReader
	mediaGetter
	CancelCampaign(ctx context.Context, id string) error
	CountDeliveries(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error)
	DeleteCampaign(ctx context.Context, id string) error
	FindDeliveries(ctx context.Context, run string, state campaign.DeliveryState, p store.Page) ([]campaign.Delivery, string, error)
	FindRuns(ctx context.Context, campaignID string, tests bool, p store.Page) ([]campaign.Run, string, error)
	CheckFollow(ctx context.Context, c *campaign.Campaign, r *campaign.Release) error
	FindGaps(ctx context.Context, e *edition.Edition, fields map[campaign.Language][]string) ([]store.Gap, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	GetStanding(ctx context.Context, c *campaign.Campaign) (store.Standing, error)
	ApproveUpcoming(ctx context.Context, c *campaign.Campaign, id, seen string) error
	NextEdition(ctx context.Context, c *campaign.Campaign) (campaign.Outlook, error)
	NextRelease(ctx context.Context, c *campaign.Campaign) (campaign.Release, error)
	PrepareUpcoming(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Outlook, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	PauseCampaign(ctx context.Context, id string, reason string) error
	ResumeCampaign(ctx context.Context, id string) error
	ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error)
	SendNow(ctx context.Context, id string, delay time.Duration) (campaign.Campaign, error)
	StartTest(ctx context.Context, id string, to []string, as campaign.Language, by string, links store.LinksOf) (campaign.Run, error)
	UnscheduleCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error)
}

// checkLine is one line of the check list: red stops, amber asks for a look, green is in order, and what waits is being looked up.
type checkLine struct {
	Tone       string // red, amber, wait, green
	Text, More campaign.Text
	Link       string        // where it is mended
	Do         campaign.Text // what is done there
	See        string        // where the people it is about are shown
}

// tones are all of them in the order of the list.
var tones = []string{"red", "amber", "wait", "green"}

// What is done about a line of the check list.
var (
	doWrite  = campaign.Textf("Write it")
	doMend   = campaign.Textf("Mend it")
	doChange = campaign.Textf("Change it")

	doAdd      = campaign.Textf("Add one")
	doShorten  = campaign.Textf("Shorten it")
	doTakeOut  = campaign.Textf("Take it out")
	doDescribe = campaign.Textf("Describe it")
)

// Mark is the sign beside the line, so that colour is not the only mark.
func (l checkLine) Mark() string {
	return map[string]string{"red": "▲", "amber": "!", "wait": "…", "green": "✓"}[l.Tone]
}

// checkPage is the fourth tab: what is in order, what not, and the buttons that send.
type checkPage struct {
	campaignPage
	approvalPart
	Lines    []checkLine
	Count    *store.AudienceCount // nil while no list is chosen, or it is counted
	Counting bool
	Slot     campaign.Slot // the time it would leave by its schedule; zero by hand
	Tests    []testRun
	To       string // where a test goes
	Versions []templates.Option
	Says     string    // Release.Says of what it would send
	Confirm  string    // the number as it was typed
	Reason   string    // why it goes out although something is amber
	Asked    []string  // keys of what is looked up in the background
	LookedAt time.Time // when the first of what is looked up outside was found; zero while nothing is
}

// askNumberAbove is the number of readers above which the number must be typed before sending.
const askNumberAbove = 50

// MustConfirm reports whether the number must be typed.
func (p *checkPage) MustConfirm() bool { return p.Count != nil && p.Count.Reached > askNumberAbove }

// CountField is where the number is typed.
func (p *checkPage) CountField() templates.Field {
	return templates.NewField("count", p.say("Type %s, the number of readers", strconv.FormatInt(p.Count.Reached, 10)), p.Confirm, p.Problems)
}

// Blocked reports whether something red stands in the way, Warned whether something amber wants a reason.
func (p *checkPage) Blocked() bool { return p.has("red") }

func (p *checkPage) Warned() bool { return p.has("amber") }

// Waits reports whether something is still being looked up.
func (p *checkPage) Waits() bool { return p.has("wait") }

func (p *checkPage) has(tone string) bool {
	return slices.ContainsFunc(p.Lines, func(l checkLine) bool { return l.Tone == tone })
}

// Who is the audience in words: "412 journalists in 3 languages".
func (p *checkPage) Who() campaign.Text {
	if p.Count == nil || p.Count.Reached == 0 {
		return campaign.Textf("nobody")
	}
	who := campaign.Textf("%d readers", p.Count.Reached)
	for kind, n := range p.Count.Kinds {
		if n == p.Count.Reached {
			who = countOfKind(kind, n)
		}
	}
	if n := len(p.Count.Versions); n > 1 {
		return campaign.Textf("%s in %d languages", who, n)
	}
	for l := range p.Count.Versions {
		return campaign.Textf("%s (%s)", who, l.Name())
	}
	return who
}

// countOfKind counts readers of one kind.
func countOfKind(kind campaign.Kind, n int64) campaign.Text {
	switch kind {
	case campaign.Journalist:
		return campaign.Textf("%d journalists", n)
	case campaign.School:
		return campaign.Textf("%d schools", n)
	case campaign.Business:
		return campaign.Textf("%d businesses", n)
	case campaign.Partner:
		return campaign.Textf("%d partners", n)
	}
	return campaign.Textf("%d readers", n)
}

// ByTurn reports whether it goes to readers of a series as they come to it.
func (p *checkPage) ByTurn() bool { return p.Campaign.Schedule.Kind == campaign.BySeries }

// Sentence says what the button does: to whom it goes, and when.
func (p *checkPage) Sentence() campaign.Text {
	at := p.slotWords()
	switch {
	case p.ByTurn():
		return campaign.Textf("It goes to each reader when their turn in the series comes.")
	case p.Campaign.State == campaign.Scheduled && p.Counting:
		return campaign.Textf("It leaves on %s.", p.moment(p.Campaign.NextAt))
	case p.Campaign.State == campaign.Scheduled:
		return campaign.Textf("It goes to %s on %s.", p.Who(), p.moment(p.Campaign.NextAt))
	case at.IsZero():
		return campaign.Textf("Send to %s as soon as you press the button.", p.Who())
	case p.Campaign.Schedule.Recurs():
		return campaign.Textf("Send to %s, first on %s.", p.Who(), at)
	}
	return campaign.Textf("Send to %s on %s.", p.Who(), at)
}

// slotWords is the time it leaves by its schedule, with the name of its zone; none by hand.
func (p *checkPage) slotWords() campaign.Text {
	loc, err := time.LoadLocation(p.Campaign.Schedule.Zone)
	if p.Campaign.Schedule.Kind == campaign.Manual || p.Slot.At.IsZero() || err != nil {
		return campaign.Text{}
	}
	at := p.Slot.At.In(loc)
	return campaign.Textf("%s, %s", campaign.Moment(at), language.ZoneInSentence(p.Language, at))
}

// Why lists why members are left out.
func (p *checkPage) Why() []reasonLine { return reasonLines(leftOutReasons(p.Count)) }

// checkPage makes the page, which waits for the number of readers as long as given.
func (s *sendPages) checkPage(v *visit, patience time.Duration) (*checkPage, error) {
	base, err := s.campaigns.tab(v, "check")
	if err != nil {
		return nil, err
	}
	p := &checkPage{campaignPage: base, To: v.user.Email}
	c := &base.Campaign
	audience, err := s.campaigns.audienceOf(v, c)
	if err != nil {
		return nil, err
	}
	if audience != nil {
		if p.Count, err = s.campaigns.count(v, audience, patience); err != nil {
			return nil, err
		}
		p.Counting = p.Count == nil
		p.Asked = append(p.Asked, countKey(audience))
	}
	if s.Planner != nil && c.Schedule.Kind != campaign.Manual {
		if slots, err := s.Planner.Next(c.Schedule, s.Now(), 1); err == nil && len(slots) > 0 { // else it has no slot, which is shown
			p.Slot = slots[0]
		}
	}
	r, err := s.store.NextRelease(v.ctx(), c)
	if campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	p.Says = r.Says()
	p.Versions = optionsOf(v.language, v.say("All languages"), r.Available())
	if err == nil {
		if err := s.checkContent(v, p, &r, audience); err != nil {
			return nil, err
		}
	} else {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("No release is chosen"), Link: p.Path(""), Do: campaign.Textf("Choose one")})
	}
	p.checkAudience(&r)
	if err := s.checkFollow(v, p, &r); err != nil {
		return nil, err
	}
	if onlyHere(s.BaseURL) && !s.Demo {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("Links in the messages lead to %s", s.BaseURL),
			More: campaign.Textf("Only this computer finds that: readers could neither leave nor be counted. GLASNIK_BASE_URL is the public address.")})
	}
	p.checkSchedule(&r, s.Now())
	p.checkOccasion(&r, s.Now())
	if err := s.checkStories(v, p, &r); err != nil {
		return nil, err
	}
	p.checkWindow(&v.set)
	if err := s.checkWarmUp(v, p); err != nil {
		return nil, err
	}
	if err := s.checkComplaints(v, p); err != nil {
		return nil, err
	}
	p.checkClosings(v.set.Closings)
	if err := s.checkABTest(v, p, &r, audience); err != nil {
		return nil, err
	}
	if err := s.checkText(v, p, &r); err != nil {
		return nil, err
	}
	slices.SortStableFunc(p.Lines, func(a, b checkLine) int { return slices.Index(tones, a.Tone) - slices.Index(tones, b.Tone) })
	if err := s.fillStanding(v, p); err != nil {
		return nil, err
	}
	p.Tests, err = s.testRuns(v, c.ID)
	return p, err
}

// wordsOfError returns the words of a domain error, or of any other as it is.
func wordsOfError(err error) campaign.Text {
	if faults := campaign.FaultsOf(err); len(faults) > 0 {
		return faults[0].Text
	}
	return campaign.Textf("%s", err)
}

// checkFollow says which campaign it follows, and what stands in the way.
func (s *sendPages) checkFollow(v *visit, p *checkPage, r *campaign.Release) error {
	words, err := s.campaigns.followWords(v, &p.Campaign)
	if err != nil || words.IsZero() {
		return err
	}
	wrong := s.store.CheckFollow(v.ctx(), &p.Campaign, r)
	if wrong != nil && campaign.CodeOf(wrong) == "" {
		return wrong
	}
	for _, fault := range campaign.FaultsOf(wrong) {
		l := checkLine{Tone: "red", Text: fault.Text, Link: "/campaigns/" + p.Campaign.Follow.Source + "/results", Do: doChange}
		if strings.HasPrefix(fault.Field, "subject") {
			l.Link, l.Do = "/releases/"+r.ID+"/edit?lang="+strings.TrimPrefix(fault.Field, "subject_"), doWrite
		}
		p.add(l)
	}
	if wrong == nil {
		p.add(checkLine{Tone: "green", Text: words, Link: p.Path("audience")})
	}
	return nil
}

func (p *checkPage) add(l checkLine) { p.Lines = append(p.Lines, l) }

func (p *checkPage) checkAudience(r *campaign.Release) {
	switch {
	case p.ByTurn(): // the series says who
		return
	case p.Counting:
		p.add(checkLine{Tone: "wait", Text: campaign.Textf("Its readers are being counted"), Link: p.Path("audience")})
	case p.Count == nil:
		p.add(checkLine{Tone: "red", Text: campaign.Textf("No list and no segment is chosen"), Link: p.Path("audience"), Do: campaign.Textf("Choose lists")})
	case p.Count.Reached == 0:
		p.add(checkLine{Tone: "red", Text: campaign.Textf("Nobody would get it"), More: campaign.Textf("The lists have no members who can be written to."), Link: p.Path("audience"), Do: campaign.Textf("Look at the audience")})
	default:
		p.add(checkLine{Tone: "green", Text: campaign.Textf("It reaches %s", p.Who()), Link: p.Path("audience")})
	}
	if p.Count != nil {
		for _, l := range campaign.Languages {
			if n := p.Count.Fallbacks[l]; n > 0 && len(r.Versions) > 0 {
				p.add(checkLine{Tone: "amber", Text: campaign.Textf("There is no version in this language: %s", l.Name()),
					More: campaign.Textf("Its readers (%d) get this version instead: %s.", n, r.For(l).Language.Name()),
					Link: "/releases/" + r.ID + "/edit?lang=" + string(l), Do: doWrite})
			}
		}
	}
	if p.Campaign.Sender.Email == "" {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("Nobody is chosen as the sender"), Link: p.Path("audience"), Do: campaign.Textf("Choose a sender")})
	} else {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("From %s <%s>", p.Campaign.Sender.Name, p.Campaign.Sender.Email), Link: p.Path("audience")})
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

func (s *sendPages) check(v *visit) error {
	if seen := v.Query("seen"); seen != "" { // the countdown asks: once it is over the whole page is another
		c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
		if err != nil || stateSeen(&c, isLeaving(&c, s.Now())) != seen {
			v.Header("HX-Redirect", "/campaigns/"+v.Param("id")+"/check")
			v.Status(http.StatusNoContent)
			return campaign.UnlessMissing(err)
		}
	}
	if v.Request.Header.Get("HX-Request") != "" { // the page asks again by itself: it was noted when it was opened
		v.act = act{}
	}
	p, err := s.checkPage(v, countPatience)
	if err != nil {
		return err
	}
	return v.show("campaign_check", p)
}
