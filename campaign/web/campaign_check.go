package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
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
	Text, More campaign.Text
	Link       string        // where it is mended
	Do         campaign.Text // what is done there
}

// What is done about a line of the check list.
var (
	doWrite  = campaign.Textf("Write it")
	doMend   = campaign.Textf("Mend it")
	doChange = campaign.Textf("Change it")
)

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

// CountField is where the number is typed.
func (p *checkPage) CountField() templates.Field {
	return templates.NewField("count", p.say("Type %s, the number of readers", strconv.FormatInt(p.Count.Reached, 10)), p.Confirm, p.Problems)
}

// Blocked reports whether something red stands in the way, Warned whether something amber wants a reason.
func (p *checkPage) Blocked() bool { return p.has("red") }

func (p *checkPage) Warned() bool { return p.has("amber") }

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

// Sentence says what the button does: to whom it goes, and when.
func (p *checkPage) Sentence() campaign.Text {
	at := p.slotWords()
	switch {
	case p.Campaign.State == campaign.Scheduled:
		return campaign.Textf("It goes to %s on %s.", p.Who(), p.moment(p.Campaign.NextAt))
	case at.IsZero():
		return campaign.Textf("Send to %s as soon as you press the button.", p.Who())
	case p.Campaign.Schedule.Kind == campaign.ByCron:
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
	p.Versions = optionsOf(v.language, v.say("All languages"), r.Available())
	if err == nil {
		if err := s.checkContent(v, p, &r); err != nil {
			return nil, err
		}
	} else {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("No release is chosen"), Link: p.Path(""), Do: campaign.Textf("Choose one")})
	}
	p.checkAudience(&r)
	if onlyHere(s.BaseURL) && !s.Demo {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("Links in the messages lead to %s", s.BaseURL),
			More: campaign.Textf("Only this computer finds that: readers could neither leave nor be counted. GLASNIK_BASE_URL is the public address.")})
	}
	p.checkSchedule(&r, s.Now())
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

func (p *checkPage) add(l checkLine) { p.Lines = append(p.Lines, l) }

// placeholder finds text that must still be filled in: TODO, […], "lorem ipsum".
var placeholder = regexp.MustCompile(`(?i)\bTODO\b|\?{3,}|\bX{4,}\b|\[(?:…|\.{2,}|_+|\s*)\]|lorem ipsum`)

// perhapsPlaceholder finds text that may be a placeholder or a word: XXX is also the thirtieth festival.
var perhapsPlaceholder = regexp.MustCompile(`\b(?:TK|TBC|TBA|XXX)\b`)

func (s *sendPages) checkContent(v *visit, p *checkPage, r *campaign.Release) error {
	edit := func(l campaign.Language) string { return "/releases/" + r.ID + "/edit?lang=" + string(l) }
	if len(r.Versions) == 0 {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("The release has no text yet"), Link: "/releases/" + r.ID + "/edit", Do: doWrite})
		return nil
	}
	problems := templates.SendingProblems(r)
	for _, e := range problems {
		p.add(checkLine{Tone: "red", Text: e.Words(), Link: edit(e.Language), Do: doMend})
	}
	for _, e := range templates.LeftOut(r) {
		p.add(checkLine{Tone: "amber", Text: e.Words(), More: campaign.Textf("Its words are sent in its place."), Link: edit(e.Language), Do: doMend})
	}
	if len(problems) == 0 {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("The text can be made into messages")})
	}
	for i := range r.Versions {
		version := &r.Versions[i]
		name := version.Language.Name()
		if found := findIn(version, placeholder); found != "" {
			p.add(checkLine{Tone: "red", Text: campaign.Textf("%s: “%s” is still to be filled in", name, found), Link: edit(version.Language), Do: campaign.Textf("Fill it in")})
		}
		if found := findIn(version, perhapsPlaceholder); found != "" {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: is “%s” still to be filled in?", name, found), Link: edit(version.Language), Do: campaign.Textf("Look at it")})
		}
		if version.Contact.Name+version.Contact.Phone+version.Contact.Email == "" && r.Kind != campaign.Newsletter {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: no media contact", name), More: campaign.Textf("Journalists who have a question find nobody to ask."), Link: edit(version.Language), Do: campaign.Textf("Add one")})
		}
		if r.Outdated(version.Language) {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: older than the text it was translated from", name), Link: edit(version.Language), Do: campaign.Textf("Compare")})
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
			p.add(checkLine{Tone: "red", Text: wordsOfError(err), Link: "/releases/" + r.ID + "/edit?lang=" + string(version.Language), Do: doMend})
			continue
		}
		size := letter.Size()
		largest = max(largest, size)
		more := campaign.Textf("Gmail cuts off what is longer than 102 kB, and with it the link to unsubscribe.")
		link := "/releases/" + r.ID + "/edit?lang=" + string(version.Language)
		if size > templates.ClipSize {
			p.add(checkLine{Tone: "red", Text: campaign.Textf("%s: the message is %d kB long", version.Language.Name(), (size+500)/1000), More: more, Link: link, Do: campaign.Textf("Shorten it")})
		} else if size > templates.ClipWarning {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: the message is %d kB long", version.Language.Name(), (size+500)/1000), More: more, Link: link, Do: campaign.Textf("Shorten it")})
		}
	}
	if largest > 0 && largest <= templates.ClipWarning {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("Messages are %d kB at most", (largest+500)/1000)})
	}
	return nil
}

func (p *checkPage) checkAudience(r *campaign.Release) {
	switch {
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

func (p *checkPage) checkSchedule(r *campaign.Release, now time.Time) {
	sch := p.Campaign.Schedule
	if sch.Kind == campaign.Once && p.Slot.At.IsZero() && p.Campaign.State == campaign.Draft {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("The time it should leave at has passed"), Link: p.Path("schedule"), Do: campaign.Textf("Choose another")})
	}
	switch {
	case r.Embargo.IsZero():
	case r.Embargo.Before(now):
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("The embargo has passed"), More: campaign.Textf("The line about it is left out of the messages."), Link: "/releases/" + r.ID + "/edit", Do: doChange})
	default:
		more := campaign.Textf("Send text under embargo only to named journalists who accept it.")
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("Under embargo until %s", p.moment(r.Embargo)), More: more, Link: "/releases/" + r.ID + "/edit", Do: doChange})
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
