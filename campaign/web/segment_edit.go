package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// segmentEditPage is a segment being made: its rule as lines, or as text. What was typed comes back with every button.
type segmentEditPage struct {
	Page
	ID     string // "" of a new one
	Form   segmentForm
	Whole  *ruleNode // the rule as lines
	Spot   *ruleSpot // where the text is wrong
	Count  *segment.Count
	Sample []contactRow
	Names  map[string][]templates.Option // what can be named, by kind
}

type segmentForm struct {
	edited
	Name        string `form:"name"`
	Description string `form:"description"`
	Mode        string `form:"mode" merge:"-"`         // lines or text
	Rule        string `form:"rule" merge:"rule,Rule"` // as text
	Do          string `form:"do" merge:"-"`           // the button
}

func segmentFormOf(seg *segment.Segment) segmentForm {
	f := segmentForm{Name: seg.Name, Description: seg.Description, Mode: "lines", Rule: seg.Rule.String()}
	begin(&f, seg.Version)
	return f
}

// ruleSpot is the part of the text that is wrong, with what stands around it.
type ruleSpot struct {
	Before, Wrong, After string
	Line, Column         int
	Offset               int // in UTF-16 units, as browsers count
}

func (p *segmentEditPage) AsText() bool                      { return p.Form.Mode == "text" }
func (p *segmentEditPage) Lines() []*ruleNode                { return p.Whole.lines() }
func (p *segmentEditPage) Fields() []segment.Field           { return segment.Fields }
func (p *segmentEditPage) Named(k string) []templates.Option { return p.Names[k] }

// lineOf is a line with its page, for the template.
type lineOf struct {
	*ruleNode
	Page *segmentEditPage
}

func (p *segmentEditPage) Line(n *ruleNode) lineOf { return lineOf{ruleNode: n, Page: p} }

// NamedHere are the records the line can name, and the one it names even if that is not offered.
func (l lineOf) NamedHere() []templates.Option {
	out := l.Page.Names[l.OfKind()]
	if slices.ContainsFunc(out, func(o templates.Option) bool { return o.Value == l.Of || l.Of == "" }) {
		return out
	}
	return append([]templates.Option{{Value: l.Of, Label: l.OfName}}, out...)
}

func (s *segmentPages) form(v *visit, title campaign.Text, id string) (*segmentEditPage, error) {
	p := &segmentEditPage{Page: v.page("segments", "%s", title), ID: id, Whole: &ruleNode{Group: true, Join: "and", Parts: []*ruleNode{{}}}, Names: map[string][]templates.Option{}}
	p.Form.Mode = "lines"
	ctx := v.ctx()
	lists, err := s.store.FindLists(ctx, true)
	if err != nil {
		return nil, err
	}
	p.Names["list"] = optionsFor("", lists, listOption)
	segments, err := s.offers.segments(ctx, "")
	if err != nil {
		return nil, err
	}
	p.Names["segment"] = slices.DeleteFunc(segments, func(o templates.Option) bool { return o.Value == id })
	campaigns, _, err := s.store.FindCampaigns(ctx, "", store.Page{Limit: 200})
	if err != nil {
		return nil, err
	}
	p.Names["campaign"] = optionsFor("", campaigns, func(c campaign.Campaign) templates.Option { return templates.Option{Value: c.ID, Label: c.Name} })
	attributes, err := s.store.KnownAttributes(ctx)
	p.Names["attribute"] = optionsFor("", attributes, func(name string) templates.Option { return templates.Option{Value: name, Label: name} })
	return p, err
}

// new begins with the filter of the table the user comes from, where there is one.
func (s *segmentPages) new(v *visit) error {
	p, err := s.form(v, campaign.Textf("New segment"), "")
	if err != nil {
		return err
	}
	f, err := s.tables.filter(v)
	if err != nil && !p.refuse(err) {
		return err
	}
	rule := ruleOf(f)
	if err == nil && len(rule.Parts)+len(rule.Field) > 0 {
		if err := s.store.CheckRule(v.ctx(), &rule); err != nil && !p.refuse(err) {
			return err
		}
		p.Whole = wholeOf(&rule)
		p.Form.Rule = rule.String()
		err = s.countInto(v, p, &rule)
	} else {
		err = nil
	}
	if err != nil {
		return err
	}
	return v.show("segment_edit", p)
}

func (s *segmentPages) edit(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	p, err := s.form(v, campaign.Textf("Edit segment"), seg.ID)
	if err != nil {
		return err
	}
	err = s.store.CheckRule(v.ctx(), &seg.Rule)
	p.Whole, p.Form = wholeOf(&seg.Rule), segmentFormOf(&seg)
	if err == nil {
		err = s.countInto(v, p, &seg.Rule)
	}
	if err != nil && !p.refuse(err) {
		return err
	}
	return v.show("segment_edit", p)
}

// isUnfinished reports whether a line waits for what it names or is compared with: no fault before somebody asks to count or save.
func (p *segmentEditPage) isUnfinished() bool {
	return !p.AsText() && slices.ContainsFunc(p.Lines(), (*ruleNode).isUnfinished)
}

// change answers every button of the form: lines are added and removed, take the shape of their field, the rule is shown the other
// way or counted, and only Save writes.
func (s *segmentPages) change(v *visit) error {
	id := v.Param("id")
	title := campaign.Textf("New segment")
	if id != "" {
		title = campaign.Textf("Edit segment")
	}
	p, err := s.form(v, title, id)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if p.Form.Mode != "text" {
		p.Form.Mode = "lines"
		if err := s.readLines(v, p); err != nil {
			return err
		}
	}
	if verb, _, ok := strings.Cut(p.Form.Do, ":"); ok && (verb == "add" || verb == "group" || verb == "remove") {
		p.Whole.do(p.Form.Do)
		return v.show("segment_edit", p)
	}
	if p.Form.Do == "shape" && p.isUnfinished() {
		return v.show("segment_edit", p)
	}
	rule, err := s.ruleIn(v.ctx(), p)
	if p.Form.Take != "" {
		p.Form.Do = "save"
	}
	if p.Form.Do == "save" {
		named := segment.Segment{Name: p.Form.Name, Description: p.Form.Description, Rule: segment.Everyone()}
		err = campaign.Together(named.Normalize(), err)
	}
	switch {
	case err != nil:
	case p.Form.Do == "text":
		p.Form.Mode, p.Form.Rule = "text", rule.String()
	case p.Form.Do == "lines":
		p.Form.Mode, p.Whole = "lines", wholeOf(&rule)
	case p.Form.Do == "save":
		return s.save(v, p, rule)
	}
	if err == nil {
		err = s.countInto(v, p, &rule)
	}
	if err != nil {
		return v.refused(err, "segment_edit", p)
	}
	return v.show("segment_edit", p)
}

// readLines reads the lines of the form, with the names of campaigns that are not among those offered.
func (s *segmentPages) readLines(v *visit, p *segmentEditPage) (err error) {
	if p.Whole, err = readNodes(v.Request.PostForm); err != nil {
		return err
	}
	for _, n := range p.Lines() {
		if n.OfKind() != string(segment.OfCampaign) || n.Of == "" {
			continue
		}
		c, err := s.store.GetCampaign(v.ctx(), n.Of)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		n.OfName = cmp.Or(c.Name, n.OfName)
	}
	return nil
}

// ruleIn returns the rule that was typed or put together, with the names in it looked up.
func (s *segmentPages) ruleIn(ctx context.Context, p *segmentEditPage) (segment.Rule, error) {
	if p.AsText() {
		rule, err := s.store.ReadRule(ctx, p.Form.Rule)
		if e := (*segment.Error)(nil); errors.As(err, &e) {
			p.Spot = spotOf(p.Form.Rule, e)
		}
		return rule, err
	}
	if err := s.checkLines(ctx, p.Language, p.Whole); err != nil {
		return segment.Rule{}, err
	}
	rule := p.Whole.rule()
	return rule, s.store.CheckRule(ctx, &rule)
}

// checkLines checks every line alone, so that each problem is shown beside its line.
func (s *segmentPages) checkLines(ctx context.Context, language campaign.Language, n *ruleNode) error {
	var first error
	for _, line := range n.lines() {
		if line.Group || line.Field == "" {
			continue
		}
		r := line.condition()
		err := s.store.CheckRule(ctx, &r)
		if err != nil && campaign.CodeOf(err) != campaign.Invalid {
			return err
		}
		if err != nil {
			words := asOffered(campaign.TextOf(err))
			line.Problem = templates.Sentence(language, words)
			if first == nil {
				first = campaign.FieldError("rule", "%s", words)
			}
		}
	}
	return first
}

func spotOf(text string, e *segment.Error) *ruleSpot {
	from := min(max(e.Offset, 0), len(text))
	to := from
	for to < len(text) && !strings.ContainsRune(" \t\r\n()", rune(text[to])) {
		to++
	}
	if to == from && to < len(text) {
		to++
	}
	begin := strings.LastIndexByte(text[:from], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[to:], '\n'); i >= 0 {
		end = to + i
	}
	return &ruleSpot{Before: text[begin:from], Wrong: text[from:to], After: text[to:end], Line: e.Line, Column: e.Column, Offset: len(utf16.Encode([]rune(text[:from])))}
}

// countInto counts the contacts a rule matches, and shows some of them.
func (s *segmentPages) countInto(v *visit, p *segmentEditPage, r *segment.Rule) error {
	count, err := s.store.CountRule(v.ctx(), r)
	if err != nil {
		return err
	}
	p.Count = &count
	p.Sample, err = s.sample(v, r)
	return err
}

func (s *segmentPages) save(v *visit, p *segmentEditPage, rule segment.Rule) error {
	seg := segment.Segment{Name: p.Form.Name, Description: p.Form.Description, Rule: rule, Owner: v.user.ID}
	var err error
	if p.ID == "" {
		v.auditDetail(seg.Name)
		err = s.store.CreateSegment(v.ctx(), &seg)
	} else {
		if asked, err := s.together(v, p, &rule); asked || err != nil {
			return err
		}
		seg, err = s.store.UpdateSegment(v.ctx(), p.ID, func(seg *segment.Segment) error {
			if p.Form.Version != seg.Version {
				return errChanged("segment")
			}
			return change(v, seg.Name, seg, func() error {
				seg.Name, seg.Description, seg.Rule = p.Form.Name, p.Form.Description, rule
				return nil
			})
		})
	}
	if err != nil {
		return v.refused(gone(err, "segment"), "segment_edit", p)
	}
	return v.saved("/segments/" + seg.ID)
}

// together brings a segment together with what somebody else saved first. The rule is one field, as text.
func (s *segmentPages) together(v *visit, p *segmentEditPage, rule *segment.Rule) (asked bool, err error) {
	stored, err := s.store.GetSegment(v.ctx(), p.ID)
	if err != nil {
		return false, gone(err, "segment")
	}
	if err := s.store.CheckRule(v.ctx(), &stored.Rule); err != nil && campaign.CodeOf(err) != campaign.Invalid {
		return false, err
	}
	theirs := segmentFormOf(&stored)
	p.Form.Rule = rule.String()
	c, asked := v.merge(&p.Form, &theirs)
	if p.Form.Rule == theirs.Rule {
		*rule, p.Whole = stored.Rule, wholeOf(&stored.Rule)
	}
	if !asked {
		return false, nil
	}
	if err := s.countInto(v, p, rule); err != nil && !p.refuse(err) {
		return true, err
	}
	return true, v.conflicted("segment_edit", p, c)
}

// count answers the page that shows the count while somebody types: the part of the page beside the form.
func (s *segmentPages) count(v *visit) error {
	p, err := s.form(v, campaign.Textf(""), "")
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if p.Form.Mode != "text" {
		if err := s.readLines(v, p); err != nil {
			return err
		}
	}
	if p.isUnfinished() {
		return v.showPart("segment_edit", "segment-count", p)
	}
	rule, err := s.ruleIn(v.ctx(), p)
	if err == nil {
		err = s.countInto(v, p, &rule)
	}
	if err != nil && !p.refuse(err) {
		return err
	}
	return v.showPart("segment_edit", "segment-count", p)
}

// completion is what a browser needs to complete a rule's text at its cursor: how many UTF-16 units before and after the
// cursor are replaced, and by what.
type completion struct {
	Before int          `json:"before"`
	Behind int          `json:"behind"`
	Words  []suggestion `json:"words"`
}

type suggestion struct {
	Text string `json:"text"`
	Help string `json:"help,omitempty"`
}

// complete sends what can follow ?before= in a text that continues with ?behind=.
func (s *segmentPages) complete(v *visit) error {
	before, behind := v.Query("before"), v.Query("behind")
	c, err := s.store.CompleteRule(v.ctx(), before+behind, len(before))
	if err != nil {
		return err
	}
	units := func(text string) int { return len(utf16.Encode([]rune(text))) }
	out := completion{Before: units(before[min(c.From, len(before)):]), Words: []suggestion{}}
	for _, w := range c.Words {
		out.Words = append(out.Words, suggestion{w.Text, templates.Say(v.language, w.Help)})
	}
	if c.To > len(before) {
		out.Behind = units((before + behind)[len(before):c.To])
	}
	v.JSON(http.StatusOK, out)
	return nil
}
