package web

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/evidence"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// abTestPages are the page on which the A/B test of a campaign is set up.
type abTestPages struct {
	*panel
	campaigns *campaignPages
}

type abTestForm struct {
	edited
	Of      string   `form:"ab_of" merge:"ab_of,What the variants differ in"`
	TextB   []string `form:"arm_b" merge:"arm_b,,texts"`
	TextC   []string `form:"arm_c" merge:"arm_c,,texts"`
	TextD   []string `form:"arm_d" merge:"arm_d,,texts"`
	NameB   string   `form:"name_b" merge:"from_b,Its sender’s name"`
	FromB   string   `form:"from_b" merge:"from_b,Its sender’s name"`
	NameC   string   `form:"name_c" merge:"from_c,Its sender’s name"`
	FromC   string   `form:"from_c" merge:"from_c,Its sender’s name"`
	NameD   string   `form:"name_d" merge:"from_d,Its sender’s name"`
	FromD   string   `form:"from_d" merge:"from_d,Its sender’s name"`
	Share   string   `form:"ab_share" merge:"ab_share,Percent of the readers in the test"`
	Hours   string   `form:"ab_hours" merge:"ab_hours,Hours until the clicks are compared"`
	Unclear string   `form:"ab_unclear" merge:"ab_unclear,Without evidence"`
}

// armInput is what is typed for one of the arms after the first.
type armInput struct {
	Arm        string
	texts      *[]string
	name, from *string
}

// Title is the name of the arm as people see it; Texts, Name and From are what is typed.
func (a armInput) Title() string   { return campaign.ArmName(a.Arm) }
func (a armInput) Texts() []string { return *a.texts }
func (a armInput) Name() string    { return *a.name }
func (a armInput) From() string    { return *a.from }

// Arms are the inputs of all arms after the first.
func (f *abTestForm) Arms() []armInput {
	return []armInput{{"b", &f.TextB, &f.NameB, &f.FromB}, {"c", &f.TextC, &f.NameC, &f.FromC}, {"d", &f.TextD, &f.NameD, &f.FromD}}
}

// abTestPage is the page beside the Content tab.
type abTestPage struct {
	campaignPage
	Form    abTestForm
	Release *campaign.Release
	Count   *store.AudienceCount // nil while it is not known
	Senders []campaign.Sender
	Shown   campaign.Language
}

// What a new test begins with.
const (
	usualShare = 20
	usualHours = 4
)

// Differences, Unclears and SenderOptions are what the test is chosen from.
func (p *abTestPage) Differences() []templates.Option {
	return optionsOf(p.Language, p.say("No test: all readers get the same"), campaign.DiffersAll)
}

func (p *abTestPage) Unclears() []templates.Option {
	return optionsOf(p.Language, "", campaign.UnclearAll)
}

func (p *abTestPage) SenderOptions() []templates.Option {
	return optionsFor(p.say("Choose who it is from"), p.Senders, func(s campaign.Sender) templates.Option {
		return templates.Option{Value: s.Email, Label: s.Email}
	})
}

// TextsField, NameField and FromField are the fields of an arm.
func (p *abTestPage) TextsField(a armInput) templates.Field {
	return templates.NewField("arm_"+a.Arm, p.say("Its subject, or its lead"), "", p.Problems)
}

func (p *abTestPage) NameField(a armInput) templates.Field {
	return templates.NewField("name_"+a.Arm, p.say("Its sender’s name"), a.Name(), p.Problems)
}

func (p *abTestPage) FromField(a armInput) templates.Field {
	return templates.NewField("from_"+a.Arm, p.say("Its sender’s address"), a.From(), p.Problems)
}

// Languages are those in which an arm needs a text: those of the release; nil, which is all, while there is none.
func (p *abTestPage) Languages() []campaign.Language {
	if p.Release == nil {
		return nil
	}
	return p.Release.Available()
}

// HasMore reports whether there is a third arm.
func (p *abTestPage) HasMore() bool { return p.Campaign.ABTest != nil && p.Campaign.ABTest.Count() > 2 }

// ArmName is the name of an arm as people see it.
func (p *abTestPage) ArmName(arm string) string { return campaign.ArmName(arm) }

// FirstSender is who the first arm is from.
func (p *abTestPage) FirstSender() campaign.Sender { return p.Campaign.Sender }

// Sizes say what the test means for the audience as it is; none while that is not known.
func (p *abTestPage) Sizes() []campaign.Text {
	if p.Campaign.ABTest == nil || p.Count == nil {
		return nil
	}
	return abSizes(p.Campaign.ABTest, p.Count.Reached)
}

// usualClicks is the share of readers who click that sizes are told by.
const usualClicks = 0.05

// abSizes say how many readers are in each arm, and which difference they can show.
func abSizes(t *campaign.ABTest, readers int64) []campaign.Text {
	each := readers * int64(t.Share) / 100 / int64(t.Count())
	out := []campaign.Text{campaign.Textf("Readers: %d. In the test about %d, in each variant about %d.", readers, each*int64(t.Count()), each)}
	if q, ok := evidence.Shows(usualClicks, each, t.Count()); ok {
		out = append(out, campaign.Textf("Where 5 in 100 readers click on one variant, another shows itself to be better once about %d in 100 click on it.", percent(q)))
	} else {
		out = append(out, campaign.Textf("So few readers show no difference at all, however large it is."))
	}
	return append(out, campaign.Textf("To tell 5 clicks in 100 readers from 10 in 100, so many readers are needed in each variant: %d.", evidence.Needed(usualClicks, 2*usualClicks, t.Count())))
}

// tooSmall reports whether only a difference would show that no subject makes.
func tooSmall(t *campaign.ABTest, readers int64) bool {
	q, ok := evidence.Shows(usualClicks, readers*int64(t.Share)/100/int64(t.Count()), t.Count())
	return !ok || q > 4*usualClicks
}

func percent(rate float64) int { return int(math.Round(rate * 100)) }

func (s *abTestPages) page(v *visit) (*abTestPage, error) {
	base, err := s.campaigns.tab(v, "content")
	if err != nil {
		return nil, err
	}
	p := &abTestPage{campaignPage: base, Senders: slices.Clone(v.set.Senders)}
	c := &p.Campaign
	r, err := s.campaigns.store.GetRelease(v.ctx(), c.Release)
	if campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	if err == nil {
		p.Release, p.Shown = &r, cmp.Or(oneOf(v.Query("lang"), r.Available()), r.Source)
	}
	audience, err := s.campaigns.audienceOf(v, c)
	if err != nil {
		return nil, err
	}
	if audience != nil {
		if p.Count, err = s.campaigns.count(v, audience, countPatience); err != nil {
			return nil, err
		}
	}
	s.fill(p)
	return p, nil
}

// fill fills the form from the campaign.
func (s *abTestPages) fill(p *abTestPage) {
	f, t := &p.Form, p.Campaign.ABTest
	f.Share, f.Hours, f.Unclear = strconv.Itoa(usualShare), strconv.Itoa(usualHours), string(campaign.FirstArm)
	known := append(slices.Clone(p.Senders), p.Campaign.Sender)
	if t != nil {
		f.Of, f.Share, f.Hours, f.Unclear = string(t.Of), strconv.Itoa(t.Share), strconv.Itoa(t.Hours), string(t.Unclear)
	}
	for i, in := range f.Arms() {
		*in.texts = make([]string, len(campaign.Languages))
		if t != nil && i < len(t.Arms) {
			*in.texts, *in.name, *in.from = s.showTexts(t.Arms[i].Texts, ""), t.Arms[i].Sender.Name, t.Arms[i].Sender.Email
			known = append(known, t.Arms[i].Sender)
		}
	}
	for _, from := range known {
		if from.Email != "" && !slices.ContainsFunc(p.Senders, func(s campaign.Sender) bool { return s.Email == from.Email }) {
			p.Senders = append(p.Senders, from)
		}
	}
	begin(f, p.Campaign.Version)
}

// test returns the test that is typed; nil for none.
func (p *abTestPage) test() (*campaign.ABTest, error) {
	f := &p.Form
	if f.Of == "" {
		return nil, nil
	}
	var faults campaign.Checks
	number := func(field, typed string) int {
		n, err := strconv.Atoi(strings.TrimSpace(typed))
		faults.Refuse(err != nil, field, "this is no number")
		return n
	}
	t := &campaign.ABTest{Of: campaign.Differs(f.Of), Share: number("ab_share", f.Share), Hours: number("ab_hours", f.Hours), Unclear: campaign.Unclear(f.Unclear)}
	for i, in := range f.Arms() {
		arm := campaign.Arm{Texts: readTexts(*in.texts)}
		if t.Of == campaign.BySender {
			arm = campaign.Arm{Sender: campaign.Sender{Name: strings.TrimSpace(*in.name)}}
			if at := slices.IndexFunc(p.Senders, func(s campaign.Sender) bool { return s.Email == *in.from }); at >= 0 {
				arm.Sender.Email, arm.Sender.ReplyTo = p.Senders[at].Email, p.Senders[at].ReplyTo
			} else if *in.from != "" {
				faults = append(faults, campaign.FieldError("from_"+in.Arm, "choose one of the senders offered"))
			}
		}
		empty := arm.Texts.Empty() && arm.Sender == campaign.Sender{}
		if empty && i > 0 && i >= len(t.Arms) {
			continue // an arm left out: a gap before another one is told
		}
		t.Arms = append(t.Arms, arm)
	}
	return t, campaign.Together(faults...)
}

func (s *abTestPages) update(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	p.Form = abTestForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if asked, err := p.together(v, "campaign_abtest", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	t, wrong := p.test()
	if wrong == nil && t != nil && p.Release != nil {
		wrong = s.fits(v, p, t)
		if wrong != nil && campaign.CodeOf(wrong) == "" {
			return wrong
		}
	}
	_, err = s.campaigns.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if err := p.Form.check(c); err != nil {
			return err
		}
		return change(v, c.Name, c, func() error {
			c.ABTest = t
			if wrong != nil { // all that is wrong is told together
				return campaign.Together(c.Normalize(), wrong)
			}
			return checkEditable(c)
		})
	})
	if err != nil {
		return v.refused(err, "campaign_abtest", p)
	}
	if ended, err := s.campaigns.recheck(v, p.Campaign.ID, p.Path("ab-test")); ended || err != nil {
		return err
	}
	return v.saved(p.Path("ab-test"))
}

// fits refuses a test that would prove nothing.
func (s *abTestPages) fits(v *visit, p *abTestPage, t *campaign.ABTest) error {
	lists, err := s.campaigns.store.AudienceLists(v.ctx(), &p.Campaign)
	if err != nil {
		return err
	}
	return t.Fits(&p.Campaign, p.Release, lists, templates.CountArmLinks(t, p.Release))
}

// checkABTest looks at the test of a campaign: whether it fits, what its arms say, and whether its readers are enough.
func (s *sendPages) checkABTest(v *visit, p *checkPage, r *campaign.Release, audience *edition.Edition) error {
	t := p.Campaign.ABTest
	if t == nil || audience == nil {
		return nil
	}
	at := p.Path("ab-test")
	if err := t.Fits(&p.Campaign, r, audience.Lists, templates.CountArmLinks(t, r)); err != nil {
		for _, f := range campaign.FaultsOf(err) {
			p.add(checkLine{Tone: "red", Text: f.Text, Link: at, Do: doChange})
		}
		return nil
	}
	for _, arm := range t.Names()[1:] {
		own := t.Release(*r, arm)
		lines := p.Lines
		known := slices.Clone(lines)
		addWritingLines(v, p, &own)
		for i := range own.Versions {
			p.checkVersion(&own, &own.Versions[i])
		}
		found := p.Lines[len(lines):]
		p.Lines = lines
		for _, l := range found {
			if l.Tone != "green" && !slices.ContainsFunc(known, func(k checkLine) bool { return k.Text.String() == l.Text.String() }) {
				l.Text, l.Link = campaign.Textf("Variant %s: %s", campaign.ArmName(arm), l.Text), at
				p.add(l)
			}
		}
	}
	words := campaign.Textf("A/B test: a part of the readers (percent: %d) gets one of the variants %s; the others get later what was clicked more (hours: %d)", t.Share, strings.ToUpper(strings.Join(t.Names(), ", ")), t.Hours)
	p.add(checkLine{Tone: "green", Text: words, Link: at})
	if p.Count == nil || p.Count.Reached == 0 {
		return nil
	}
	tone, sizes := "green", abSizes(t, p.Count.Reached)
	if tooSmall(t, p.Count.Reached) {
		tone = "amber"
	}
	p.add(checkLine{Tone: tone, Text: sizes[1], More: sizes[2], Link: at, Do: doChange})
	return nil
}
