package web

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// sendingForm is how fast mail goes out, as it is typed; limits of providers stand in rows.
type sendingForm struct {
	edited
	PerSecond     string   `form:"per_second"`
	PerConnection string   `form:"per_connection"`
	Connections   string   `form:"connections"`
	Provider      []string `form:"provider" merge:"providers,To single providers"`
	ProviderRate  []string `form:"provider_rate" merge:"providers,To single providers"`
	ProviderConns []string `form:"provider_connections" merge:"providers,To single providers"`
	QuietFrom     string   `form:"quiet_from" merge:"quiet_from,Quiet from"`
	QuietUntil    string   `form:"quiet_until" merge:"quiet_until,Quiet until"`
	PerWeek       string   `form:"per_week" merge:"per_week,Messages to a reader in a week"`
	Over          string   `form:"over" merge:"over,What is over that"`
	Failures      string   `form:"bounce_failures" merge:"bounce_failures,Runs that came back"`
	Within        string   `form:"bounce_within" merge:"bounce_within,Within days"`
	AtLeast       string   `form:"bounce_at_least" merge:"bounce_at_least,At least days apart"`
	Rest          string   `form:"bounce_rest" merge:"bounce_rest,Days of rest"`
	Forward       bool     `form:"forward" merge:"forward,Forward what readers write back to the campaign’s contact"`
	LeaveAtOnce   bool     `form:"leave_at_once" merge:"leave_at_once,Take off at once who asks for it in an answer"`
}

type sendingPage struct {
	Page
	Form  sendingForm
	Base  campaign.Pace // what the mail server's address says
	Holds []campaign.Hold

	Learned []campaign.LearnedLimit
}

// Rate says a learned number of messages in the unit that makes it more than one.
func (p *sendingPage) Rate(perSecond float64) string {
	switch {
	case perSecond >= 1:
		return templates.Say(p.Language, campaign.Textf("%v messages a second", math.Round(perSecond*10)/10))
	case perSecond*60 >= 1:
		return templates.Say(p.Language, campaign.Textf("%v messages a minute", math.Round(perSecond*600)/10))
	}
	return templates.Say(p.Language, campaign.Textf("%v messages an hour", math.Round(perSecond*3600)))
}

// limitRow is one provider's line of the form.
type limitRow struct {
	Number                           int
	Provider, PerSecond, Connections string
}

// RunOfHolds is "": the form of a held provider leads back to this page.
func (*sendingPage) RunOfHolds() string { return "" }

// Limits are the rows of the form with an empty one at the end.
func (p *sendingPage) Limits() []limitRow {
	var rows []limitRow
	for i, provider := range p.Form.Provider {
		if provider != "" {
			rows = append(rows, limitRow{Number: len(rows) + 1, Provider: provider, PerSecond: nth(p.Form.ProviderRate, i), Connections: nth(p.Form.ProviderConns, i)})
		}
	}
	return append(rows, limitRow{Number: len(rows) + 1})
}

// Fixed are the limits of the mail server's address that no row of the team's replaces.
func (p *sendingPage) Fixed() []campaign.ProviderLimit {
	return slices.DeleteFunc(slices.Clone(p.Base.Providers), func(l campaign.ProviderLimit) bool {
		return slices.ContainsFunc(p.Form.Provider, func(own string) bool { return own != "" && campaign.ProviderOf(own) == l.Provider })
	})
}

// Usually is what holds for a field that is left empty.
func (p *sendingPage) Usually(field string) string {
	what := campaign.Textf("Empty: %v.", p.Base.Connections)
	if field != "connections" {
		perSecond := p.Base.PerConnection
		if field == "per_second" {
			perSecond = p.Base.PerSecond
		}
		if what = campaign.Textf("Empty: %v.", perSecond); perSecond == 0 {
			what = campaign.Textf("Empty: no limit.")
		}
	}
	return templates.Say(p.Language, what)
}

// decimal writes a number as people type it; "" is zero.
func decimal(f float64) string {
	if f == 0 {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func whole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *settingsPages) sendingPage(v *visit) (*sendingPage, error) {
	holds, err := s.store.FindHolds(v.ctx())
	if err != nil {
		return nil, err
	}
	learned, err := s.store.FindLearnedLimits(v.ctx())
	return &sendingPage{Page: v.page("settings", "Sending"), Base: s.Pace, Holds: holds, Learned: learned}, err
}

// sendingFormOf returns the form of the pace.
func sendingFormOf(set *campaign.Settings) sendingForm {
	pace := set.Pace
	f := sendingForm{PerSecond: decimal(pace.PerSecond), PerConnection: decimal(pace.PerConnection), Connections: whole(pace.Connections)}
	f.QuietFrom, f.QuietUntil, f.PerWeek = set.Quiet.From, set.Quiet.Until, whole(set.Ceiling.PerWeek)
	if set.Ceiling.Drop {
		f.Over = dropOver
	}
	f.Failures, f.Within, f.AtLeast, f.Rest = whole(set.Bounces.Failures), whole(set.Bounces.Within), whole(set.Bounces.AtLeast), whole(set.Bounces.Rest)
	f.Forward, f.LeaveAtOnce = !set.Replies.NoForward, set.Replies.LeaveAtOnce
	if set.Bounces.AtLeast < 0 {
		f.AtLeast = "0"
	}
	for _, l := range pace.Providers {
		f.Provider = append(f.Provider, l.Provider)
		f.ProviderRate = append(f.ProviderRate, decimal(l.PerSecond))
		f.ProviderConns = append(f.ProviderConns, whole(l.Connections))
	}
	begin(&f, set.Version)
	return f
}

func (s *settingsPages) sending(v *visit) error {
	p, err := s.sendingPage(v)
	if err != nil {
		return err
	}
	p.Form = sendingFormOf(&v.set)
	return v.show("settings_sending", p)
}

func (s *settingsPages) updateSending(v *visit) error {
	p, err := s.sendingPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := sendingFormOf(&v.set)
	if asked, err := v.together("settings_sending", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	pace, err := p.Form.pace()
	quiet, ceiling, wrong := p.Form.rules()
	bounces := p.Form.bounces()
	if err = campaign.Together(err, wrong, bounces.Check()); err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			if set.Version != p.Form.Version {
				return errChanged("settings")
			}
			set.Pace, set.Quiet, set.Ceiling, set.Bounces = pace, quiet, ceiling, bounces
			set.Replies = campaign.ReplyRules{LeaveAtOnce: p.Form.LeaveAtOnce, NoForward: !p.Form.Forward}
			return nil
		})
	}
	if err != nil {
		return v.refused(err, "settings_sending", p)
	}
	s.Logger.Info("the pace was changed", "user_id", v.user.ID)
	return v.savedAs("/settings/sending", "Saved. What is going out keeps to it within two seconds.")
}

// dropOver is the choice that what is over the ceiling is left out.
const dropOver = "drop"

// Overs are what may happen to what is over the ceiling.
func (p *sendingPage) Overs() []templates.Option {
	return p.choices(choice{"", campaign.Textf("waits until the week has room")}, choice{dropOver, campaign.Textf("is left out, and counted")})
}

// rules reads the quiet hours and the ceiling.
func (f *sendingForm) rules() (campaign.Hours, campaign.Ceiling, error) {
	quiet := campaign.Hours{From: strings.TrimSpace(f.QuietFrom), Until: strings.TrimSpace(f.QuietUntil)}
	ceiling := campaign.Ceiling{PerWeek: typedNumber(f.PerWeek, 0), Drop: f.Over == dropOver}
	return quiet, ceiling, campaign.Together(quiet.Check("quiet"), ceiling.Check())
}

// bounces reads when an address rests. What is no number is refused by Check.
func (f *sendingForm) bounces() campaign.BounceRules {
	const none, wrong = -1, -2
	r := campaign.BounceRules{Failures: typedNumber(f.Failures, 0), Within: typedNumber(f.Within, 0), AtLeast: typedNumber(f.AtLeast, 0), Rest: typedNumber(f.Rest, 0)}
	switch {
	case strings.TrimSpace(f.AtLeast) == "0":
		r.AtLeast = none
	case r.AtLeast < 0:
		r.AtLeast = wrong
	}
	return r
}

// Standing are the rules of the program, which hold where a field is empty.
func (*sendingPage) Standing() campaign.BounceRules { return campaign.DefaultBounceRules }

// pace reads what was typed.
func (f *sendingForm) pace() (p campaign.Pace, err error) {
	var faults []error
	refuse := func(err error) { faults = append(faults, err) }
	p.PerSecond, err = readRate("per_second", f.PerSecond)
	refuse(err)
	p.PerConnection, err = readRate("per_connection", f.PerConnection)
	refuse(err)
	p.Connections, err = readCount("connections", f.Connections)
	refuse(err)
	for i, provider := range f.Provider {
		if strings.TrimSpace(provider) == "" {
			continue
		}
		l := campaign.ProviderLimit{Provider: provider}
		l.PerSecond, err = readRate("providers", nth(f.ProviderRate, i))
		refuse(err)
		rest := err
		l.Connections, err = readCount("providers", nth(f.ProviderConns, i))
		refuse(err)
		if rest != nil || err != nil {
			continue // a line that cannot be read is not told of again for what it says
		}
		p.Providers = append(p.Providers, l)
	}
	return p, campaign.Together(append(faults, p.Normalize())...)
}

// readRate reads a number of messages a second, with a point or a comma.
func readRate(field, s string) (float64, error) {
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	if s == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, campaign.FieldError(field, "%q is not a number of messages a second, such as 5 or 0.5", s)
	}
	return f, nil
}

func readCount(field, s string) (int, error) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, campaign.FieldError(field, "%q is not a number of connections, such as 5", s)
	}
	return n, nil
}

// tryHold lets one message find out now whether a provider takes mail from us again.
func (s *settingsPages) tryHold(v *visit) error {
	h, err := s.store.TryHold(v.ctx(), v.Param("provider"))
	if err != nil {
		return gone(err, "hold")
	}
	s.Logger.Info("a provider is tried again by hand", "provider", h.ID, "user_id", v.user.ID)
	back := "/settings/sending"
	if run := v.PostForm("run"); run != "" {
		back = "/runs/" + run
	}
	return v.done(back, "One message tries %s now. If it is taken, the others follow.", h.ID)
}

// resetLimit forgets what the answers of a provider have taught.
func (s *settingsPages) resetLimit(v *visit) error {
	l, err := s.store.ResetLimit(v.ctx(), v.PostForm("id"))
	if err != nil {
		return gone(err, "limit")
	}
	return v.done("/settings/sending", "What was learned of %s is forgotten. It gets as much as before within two seconds.", l.Provider)
}
