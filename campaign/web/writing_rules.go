package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/language/check"
	"github.com/glasnik/glasnik/templates"
)

// writingRulesPage explains every rule of the writing check; admins change them on it.
type writingRulesPage struct {
	Page
	Kinds    []*guideKind
	Count    int // of the rules that are shown
	Own      []campaign.WritingRule
	Form     ownRuleForm
	Try      string
	TryIn    string
	Tried    []*writingFinding
	HasTried bool

	Unchecked []check.Unchecked
}

// guideKind are the rules of one kind.
type guideKind struct {
	Key, Name string
	Open      bool
	Rules     []*guideRule
}

// guideRule is a rule as the guide shows it.
type guideRule struct {
	ID, Title, Why, Source string
	Severity               check.Severity
	Examples               []guideExample
	Change                 *campaign.RuleChange
}

// text is what a rule is found by.
func (g *guideRule) text(kind string) string {
	words := []string{g.ID, g.Title, kind, g.Why, g.Source}
	for _, e := range g.Examples {
		words = append(append(words, e.Bad, e.Good), e.Say...)
	}
	return campaign.SearchText(words...)
}

// kind returns the rules of a kind, which may be the first.
func (p *writingRulesPage) kind(key, name string, open bool) *guideKind {
	for _, k := range p.Kinds {
		if k.Key == key {
			return k
		}
	}
	p.Kinds = append(p.Kinds, &guideKind{Key: key, Name: name, Open: open})
	return p.Kinds[len(p.Kinds)-1]
}

func (k *guideKind) add(g *guideRule) { k.Rules = append(k.Rules, g) }

// Is reports whether a severity is the one the rule has now.
func (g *guideRule) Is(severity string) bool {
	if g.Change != nil && g.Change.Severity != "" {
		return g.Change.Severity == severity
	}
	return string(g.Severity) == severity
}

// guideExample is a wording of a rule in one language, and what to write instead.
type guideExample struct {
	Language  campaign.Language
	Bad, Good string
	Say       []string
}

// ownRuleForm is a rule of the team's own.
type ownRuleForm struct {
	ID         string `form:"id"`
	Language   string `form:"language"`
	Patterns   string `form:"patterns"`
	Severity   string `form:"severity"`
	Why        string `form:"why"`
	Suggestion string `form:"suggestion"`
	Off        bool   `form:"off"`
}

// SeverityWords are the words of a severity.
func (*writingRulesPage) SeverityWords(s string) campaign.Text {
	return severityWords(check.Severity(s))
}

// Severities are the choices of a form.
func (p *writingRulesPage) Severities() (out []templates.Option) {
	for _, s := range check.Severities {
		out = append(out, templates.Option{Value: string(s), Label: templates.Say(p.Language, severityWords(s))})
	}
	return out
}

// TextLanguages are the choices of the language of a text.
func (*writingRulesPage) TextLanguages() []templates.Option { return textLanguages() }

// TextLanguages are the choices of the language of the releases a helpline is for.
func (*helplinesPage) TextLanguages() []templates.Option { return textLanguages() }

func textLanguages() (out []templates.Option) {
	for _, l := range campaign.Languages {
		out = append(out, templates.Option{Value: string(l), Label: l.Name()})
	}
	return out
}

func (s *settingsPages) writingRoutes() []route {
	return []route{
		get("/settings/helplines", admin, s.helplines),
		post("/settings/helplines", admin, s.updateHelplines),
		get("/writing-rules", viewer, s.writingRules),
		post("/writing-rules/change", admin, s.changeRule),
		post("/writing-rules/own", admin, s.saveOwnRule),
		post("/writing-rules/own/delete", admin, s.deleteOwnRule),
	}
}

func (s *settingsPages) rulesPage(v *visit) *writingRulesPage {
	p := &writingRulesPage{Page: v.page("releases", "Writing rules"), Own: v.set.Writing.Own, Try: v.Query("try"), TryIn: v.Query("in"), Form: ownRuleForm{Severity: "warn", Language: string(v.language)}}
	guide, asked := check.TheGuide(), campaign.SearchTerms(v.Query("q"))
	for _, r := range guide.Rules {
		g := &guideRule{ID: r.ID, Title: language.TextFor(r.Title, v.language), Why: language.TextFor(r.Why, v.language), Severity: r.Severity, Change: v.set.Writing.Change(r.ID)}
		g.Source = guidelineNames(r.Sources, v.language)
		for _, l := range []campaign.Language{campaign.SerbianLatin, campaign.English, campaign.French} {
			bad, good, say := guide.Examples(r.ID, l)
			if len(say) > 0 {
				e := guideExample{Language: l, Say: say}
				if len(bad) > 0 && len(good) > 0 {
					e.Bad, e.Good = bad[0], good[0]
				}
				g.Examples = append(g.Examples, e)
			}
		}
		kind := language.TextFor(guide.Categories[r.Category], v.language)
		if text := g.text(kind); slices.ContainsFunc(asked, func(term string) bool { return !strings.Contains(text, term) }) {
			continue
		}
		p.Count++
		p.kind(r.Category, kind, v.Query("kind") == r.Category || len(asked) > 0).add(g)
	}
	if l, err := campaign.ParseLanguage(p.TryIn); err == nil && p.Try != "" && l != "" {
		p.HasTried = true
		document := templates.TextDocument(p.Try, l)
		p.Unchecked = document.Unchecked
		p.Tried = findingWords(check.Find(document, templates.RulesOf(&v.set)), v.language, l)
	}
	if p.TryIn == "" {
		p.TryIn = string(v.language)
	}
	return p
}

func (s *settingsPages) writingRules(v *visit) error {
	p := s.rulesPage(v)
	if id := v.Query("own"); id != "" {
		if o := campaign.First(p.Own, func(o *campaign.WritingRule) bool { return o.ID == id }); o != nil {
			p.Form = ownRuleForm{ID: o.ID, Language: string(o.Language), Patterns: o.Patterns, Severity: o.Severity, Why: o.Why, Suggestion: o.Suggestion, Off: o.Off}
		}
	}
	return v.show("writing_rules", p)
}

// ruleChangeForm is how the team changes a built-in rule.
type ruleChangeForm struct {
	Rule     string `form:"rule"`
	Off      bool   `form:"off"`
	Severity string `form:"severity"`
}

func (s *settingsPages) changeRule(v *visit) error {
	var f ruleChangeForm
	if err := v.read(&f); err != nil {
		return err
	}
	rule := check.TheGuide().Rule(f.Rule)
	if rule == nil || f.Severity != "" && !slices.Contains(campaign.RuleSeverities, f.Severity) {
		return campaign.Errorf(campaign.NotFound, "there is no rule %s", f.Rule)
	}
	if f.Severity == string(rule.Severity) {
		f.Severity = ""
	}
	_, err := s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		set.Writing.Put(campaign.RuleChange{Rule: f.Rule, Off: f.Off, Severity: f.Severity, By: v.user.Name, At: s.Now().UTC()})
		return nil
	})
	if err != nil {
		return err
	}
	return v.done("/writing-rules?kind="+rule.Category+"#"+f.Rule, "Saved.")
}

func (s *settingsPages) saveOwnRule(v *visit) error {
	var f ownRuleForm
	if err := v.read(&f); err != nil {
		return err
	}
	now := s.Now().UTC()
	rule := campaign.WritingRule{ID: f.ID, Language: campaign.Language(f.Language), Patterns: f.Patterns, Severity: f.Severity, Why: f.Why, Suggestion: f.Suggestion, Off: f.Off, By: v.user.Name, At: now}
	if rule.ID == "" {
		rule.ID = "own-" + campaign.NewID(now)
	}
	err := rule.Normalize()
	if err == nil {
		err = check.CheckOwn(rule.Language, rule.Patterns)
	}
	if err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error { return set.Writing.PutOwn(rule) })
	}
	if err != nil {
		p := s.rulesPage(v)
		p.Form = f
		return v.refused(err, "writing_rules", p)
	}
	return v.done("/writing-rules#own", "Saved.")
}

func (s *settingsPages) deleteOwnRule(v *visit) error {
	id := v.PostForm("id")
	_, err := s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		set.Writing.Own = slices.DeleteFunc(set.Writing.Own, func(o campaign.WritingRule) bool { return o.ID == id })
		return nil
	})
	if err != nil {
		return err
	}
	return v.done("/writing-rules#own", "The rule is deleted.")
}

// helplinesForm holds the helplines, by row.
type helplinesForm struct {
	edited
	Label     []string `form:"label" merge:"helplines,Helplines"`
	Number    []string `form:"number" merge:"helplines,Helplines"`
	Tel       []string `form:"tel" merge:"helplines,Helplines"`
	Hours     []string `form:"hours" merge:"helplines,Helplines"`
	Cost      []string `form:"cost" merge:"helplines,Helplines"`
	Speaks    []string `form:"speaks" merge:"helplines,Helplines"`
	Page      []string `form:"page" merge:"helplines,Helplines"`
	Language  []string `form:"for_language" merge:"helplines,Helplines"`
	On        []string `form:"verified_on" merge:"-"`
	By        []string `form:"verified_by" merge:"-"`
	Anonymous []string `form:"anonymous" merge:"-"` // numbers of the rows
	Verified  []string `form:"verified" merge:"-"`  // numbers of the rows that somebody called just now
}

type helplinesPage struct {
	Page
	Form helplinesForm
}

// helplineRow is one row of the form.
type helplineRow struct {
	campaign.Helpline
	Row      int
	On       string
	Stale    bool
	Verified bool
}

// Rows are those of the form, and an empty one.
func (p *helplinesPage) Rows() (rows []helplineRow) {
	for i, h := range p.Form.helplines("", p.Now) {
		row := helplineRow{Helpline: h, Row: i + 1, On: nth(p.Form.On, i), Verified: slices.Contains(p.Form.Verified, strconv.Itoa(i+1))}
		row.Stale = h.Stale(p.Now)
		rows = append(rows, row)
	}
	return append(rows, helplineRow{Row: len(rows) + 1})
}

// helplines are those of the form; empty rows are none.
func (f *helplinesForm) helplines(by string, now time.Time) (out []campaign.Helpline) {
	for i := range f.Label {
		h := campaign.Helpline{Label: f.Label[i], Number: nth(f.Number, i), Tel: nth(f.Tel, i), Hours: nth(f.Hours, i), Cost: nth(f.Cost, i), Speaks: nth(f.Speaks, i), Page: nth(f.Page, i),
			Language: oneOf(nth(f.Language, i), campaign.Languages), VerifiedBy: nth(f.By, i), Anonymous: slices.Contains(f.Anonymous, strconv.Itoa(i+1))}
		h.VerifiedOn, _ = time.Parse(time.RFC3339, nth(f.On, i))
		if by != "" && slices.Contains(f.Verified, strconv.Itoa(i+1)) {
			h.VerifiedOn, h.VerifiedBy = now.UTC().Truncate(time.Second), by
		}
		if strings.TrimSpace(h.Label+h.Number) != "" {
			out = append(out, h)
		}
	}
	return out
}

func helplinesFormOf(set *campaign.Settings) helplinesForm {
	var f helplinesForm
	for i, h := range set.Helplines {
		f.Label, f.Number, f.Tel, f.Hours = append(f.Label, h.Label), append(f.Number, h.Number), append(f.Tel, h.Tel), append(f.Hours, h.Hours)
		f.Cost, f.Speaks, f.Page, f.Language = append(f.Cost, h.Cost), append(f.Speaks, h.Speaks), append(f.Page, h.Page), append(f.Language, string(h.Language))
		on := ""
		if !h.VerifiedOn.IsZero() {
			on = h.VerifiedOn.Format(time.RFC3339)
		}
		f.On, f.By = append(f.On, on), append(f.By, h.VerifiedBy)
		if h.Anonymous {
			f.Anonymous = append(f.Anonymous, strconv.Itoa(i+1))
		}
	}
	begin(&f, set.Version)
	return f
}

func (s *settingsPages) helplines(v *visit) error {
	return v.show("settings_helplines", &helplinesPage{Page: v.page("settings", "Helplines"), Form: helplinesFormOf(&v.set)})
}

func (s *settingsPages) updateHelplines(v *visit) error {
	p := helplinesPage{Page: v.page("settings", "Helplines")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := helplinesFormOf(&v.set)
	if asked, err := v.together("settings_helplines", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	all := p.Form.helplines(v.user.Name, s.Now())
	var faults []error
	for i := range all {
		faults = append(faults, all[i].Normalize())
	}
	err := campaign.Together(faults...)
	if err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			if p.Form.Version != set.Version {
				return errChanged("settings")
			}
			return set.SetHelplines(all, s.Now())
		})
	}
	if err != nil {
		return v.refused(err, "settings_helplines", &p)
	}
	return v.saved("/settings/helplines")
}
