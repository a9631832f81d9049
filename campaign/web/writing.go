package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/language/check"
	"github.com/glasnik/glasnik/templates"
)

// writingFinding is a finding of the writing check, as pages show it.
type writingFinding struct {
	check.Finding
	Version  campaign.Language // of the release
	Title    string
	WhyWords string
	Mend     string // what to do where no words are offered
	Source   string
	GuideAt  string             // link to the rule in the guide
	Tone     string             // of its chip
	Override *campaign.Override // nil: nobody has overridden it
}

// findingWords puts findings into the words of a user.
func findingWords(all []check.Finding, reader, version campaign.Language) []*writingFinding {
	guide, out := check.TheGuide(), []*writingFinding{}
	for _, f := range all {
		w := &writingFinding{Finding: f, Version: version, WhyWords: language.TextFor(f.Why, reader), Mend: language.TextFor(f.Advice, reader), Tone: toneOf(f.Severity)}
		group := f.Category
		if r := guide.Rule(f.Rule); r != nil {
			w.Title, group = language.TextFor(r.Title, reader), r.Category
			if f.Category != r.Category { // of a rule that finds several kinds of harm
				w.Title = language.TextFor(guide.Categories[f.Category], reader)
			}
		}
		w.GuideAt = "/writing-rules?kind=" + group + f.Doc
		w.Source = guidelineNames(f.Sources, reader)
		out = append(out, w)
	}
	return out
}

// guidelineNames are the names of guidelines in the language of a user.
func guidelineNames(keys []string, reader campaign.Language) string {
	all := check.TheGuide().Guidelines
	return strings.Join(campaign.Collect(keys, func(key string) string { return language.TextFor(all[key].Name, reader) }), "; ")
}

func toneOf(s check.Severity) string {
	return map[check.Severity]string{check.Block: "bad", check.Warn: "wait", check.Hint: "plain"}[s]
}

// SeverityWords are the words of the severity, and Shape the sign beside them.
func (f *writingFinding) SeverityWords() campaign.Text { return severityWords(f.Severity) }

func severityWords(s check.Severity) campaign.Text {
	switch s {
	case check.Block:
		return campaign.Textf("severity: blocks")
	case check.Warn:
		return campaign.Textf("severity: warning")
	}
	return campaign.Textf("severity: hint")
}

// Shape is the sign of the severity, so that colour is not the only mark.
func (f *writingFinding) Shape() string {
	return map[string]string{"bad": "▲", "wait": "!", "plain": "·"}[f.Tone]
}

// First is the wording that replaces what was found; "" where there is none to put in its place.
func (f *writingFinding) First() string {
	if len(f.Replacements) == 0 || f.End == 0 {
		return ""
	}
	return f.Replacements[0]
}

type releaseWritingPage struct {
	Page
	Release  campaign.Release
	Versions []checkedVersion
	Held     []campaign.Blocked
	Reason   string
	Past     []campaign.Override // those that hold no more, since the text was changed
}

// checkedVersion is a version with what was found in it.
type checkedVersion struct {
	Language  campaign.Language
	Sum       string // of what it says and shows
	Findings  []*writingFinding
	Unchecked []check.Unchecked

	Assurances []assuranceRow
}

// assuranceRow is one thing the team can give its word for.
type assuranceRow struct {
	What  campaign.Assured
	Found []string            // words and pictures it is about; none: nothing asks for it
	Given *campaign.Assurance // that holds; nil: none
	Ended *campaign.Assurance // that holds no more, since the version was changed
	Tick  bool                // the box is ticked
}

// assuranceRows are those that a version asks for or has.
func assuranceRows(r *campaign.Release, version *campaign.Version, set *campaign.Settings) []assuranceRow {
	asked := templates.AskedFor(r, version, set)
	rows := campaign.Collect(campaign.AllAssured, func(what campaign.Assured) assuranceRow {
		row := assuranceRow{What: what, Found: asked[what], Given: r.AssuranceOf(version, what)}
		if row.Tick = row.Given != nil; !row.Tick {
			row.Ended = campaign.First(r.Assurances, func(a *campaign.Assurance) bool { return a.Language == version.Language && a.What == what })
		}
		return row
	})
	return slices.DeleteFunc(rows, func(row assuranceRow) bool { return len(row.Found) == 0 && !row.Tick })
}

// Assurances are all that the team can give its word for; those the stored version asks for or has come with it.
func (p *releaseEditPage) Assurances() []assuranceRow {
	return campaign.Collect(campaign.AllAssured, func(what campaign.Assured) assuranceRow {
		row := assuranceRow{What: what}
		if stored := campaign.First(p.assured, func(a *assuranceRow) bool { return a.What == what }); stored != nil {
			row = *stored
		}
		row.Tick = slices.Contains(p.Form.Assure, string(what))
		return row
	})
}

// Assures reports whether the version asks for an assurance, has one, or is being given one.
func (p *releaseEditPage) Assures() bool { return len(p.assured)+len(p.Form.Assure) > 0 }

// Words are what is assured, as a sentence.
func (a assuranceRow) Words() campaign.Text { return assuredWords(a.What) }

// By says who gave the assurance, and when.
func (a assuranceRow) By() campaign.Text {
	given := cmp.Or(a.Given, a.Ended)
	return campaign.Textf("Assured by %s on %s", given.Name, campaign.Day(given.At))
}

func assuredWords(what campaign.Assured) campaign.Text {
	if what == campaign.ConsentRecorded {
		return campaign.Textf("Who is named or quoted here as a victim or survivor is of age and agreed in writing; the consent is on record")
	}
	return campaign.Textf("The pictures were looked at: nobody who did not agree can be recognised in them")
}

// MayOverride reports whether the user may let blocked words go out.
func (p *releaseWritingPage) MayOverride() bool { return p.User != nil && p.User.MayOverride() }

// releaseWriting are the pages about what the writing check says of a release.
type releaseWriting struct{ *releasePages }

func (s releaseWriting) writingPage(v *visit) (*releaseWritingPage, error) {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "release")
	}
	p := &releaseWritingPage{Page: v.page("releases", "Writing check: %s", r.Title), Release: r}
	blocked := templates.Blocked(&r, &v.set)
	for i := range r.Versions {
		version := &r.Versions[i]
		checked := checkedVersion{Language: version.Language, Sum: r.SumOf(version), Unchecked: templates.Unchecked(version)}
		checked.Findings = findingWords(templates.WritingFindings(&r, version, &v.set, templates.RulesOf(&v.set)), v.language, version.Language)
		checked.Assurances = assuranceRows(&r, version, &v.set)
		sums := templates.TextSums(version)
		for _, f := range checked.Findings {
			if f.Severity == check.Block {
				f.Override = r.OverrideOf(version.Language, f.Rule, f.Text, sums[f.Field])
			}
		}
		p.Versions = append(p.Versions, checked)
	}
	p.Held = slices.DeleteFunc(slices.Clone(blocked), func(b campaign.Blocked) bool { return b.Override != nil })
	for _, o := range r.Overrides {
		if !slices.ContainsFunc(blocked, func(b campaign.Blocked) bool { return b.Override != nil && *b.Override == o }) {
			p.Past = append(p.Past, o)
		}
	}
	return p, nil
}

func (s releaseWriting) writing(v *visit) error {
	p, err := s.writingPage(v)
	if err != nil {
		return err
	}
	return v.show("release_writing", p)
}

// replaceForm is a wording in the place of what was found.
type replaceForm struct {
	Language string `form:"language"`
	Field    string `form:"field"`
	Start    int    `form:"start"`
	Text     string `form:"text"`
	With     string `form:"with"`
}

func (s releaseWriting) replaceWords(v *visit) error {
	var f replaceForm
	if err := v.read(&f); err != nil {
		return err
	}
	r, err := s.store.UpdateRelease(v.ctx(), v.Param("id"), func(r *campaign.Release) error {
		version := r.In(campaign.Language(f.Language))
		if version == nil || !templates.ReplaceWords(version, f.Field, f.Start, f.Text, f.With) {
			return campaign.Errorf(campaign.Conflict, "“%s” does not stand there any more: somebody changed the text meanwhile", f.Text)
		}
		version.UpdatedAt, version.UpdatedBy = s.Now().UTC(), v.user.Name
		return nil
	})
	if err != nil {
		return gone(err, "release")
	}
	v.auditDetail(r.Title)
	return v.done("/releases/"+r.ID+"/writing", "“%s” is replaced by “%s”.", f.Text, f.With)
}

// overrideForm is why blocked words may go out.
type overrideForm struct {
	Reason string   `form:"reason"`
	Seen   []string `form:"seen"` // keys of the findings that were shown
}

func (s releaseWriting) overrideWriting(v *visit) error {
	var f overrideForm
	if err := v.read(&f); err != nil {
		return err
	}
	if !v.user.MayOverride() {
		return campaign.Errorf(campaign.Forbidden, "you may not let blocked words go out: an admin can give you that right")
	}
	_, err := s.store.UpdateRelease(v.ctx(), v.Param("id"), func(r *campaign.Release) error {
		seen := slices.DeleteFunc(templates.Held(r, &v.set), func(b campaign.Blocked) bool { return !slices.Contains(f.Seen, b.Key()) })
		if len(seen) == 0 {
			return campaign.Errorf(campaign.Conflict, "what the check blocks has changed since this page was opened: look at it again")
		}
		return r.Override(seen, f.Reason, campaign.Actor{User: v.user.ID, Name: v.user.Name}, s.Now().UTC())
	})
	if err != nil {
		p, pageErr := s.writingPage(v)
		if pageErr != nil {
			return pageErr
		}
		p.Reason = f.Reason
		return v.refused(err, "release_writing", p)
	}
	return v.done("/releases/"+v.Param("id")+"/writing", "The reason is kept with the release.")
}

// assureForm is what the team gives its word for of one version, as the page showed it.
type assureForm struct {
	Language string   `form:"language"`
	Sum      string   `form:"sum"`
	Offered  []string `form:"offered"`
	Assure   []string `form:"assure"`
}

func (s releaseWriting) assureWriting(v *visit) error {
	var f assureForm
	if err := v.read(&f); err != nil {
		return err
	}
	_, err := s.store.UpdateRelease(v.ctx(), v.Param("id"), func(r *campaign.Release) error {
		version := r.In(campaign.Language(f.Language))
		if version == nil || r.SumOf(version) != f.Sum {
			return campaign.Errorf(campaign.Conflict, "the text or its files were changed since this page was opened: look at it again")
		}
		v.auditDetail(campaign.Textf("%s, %s", r.Title, version.Language.Name()))
		for _, what := range campaign.AllAssured {
			switch {
			case !slices.Contains(f.Offered, string(what)):
			case !slices.Contains(f.Assure, string(what)):
				r.Retract(version.Language, what)
			case r.AssuranceOf(version, what) == nil:
				r.Assure(version, what, campaign.Actor{User: v.user.ID, Name: v.user.Name}, s.Now().UTC())
			}
		}
		return nil
	})
	if err != nil {
		p, pageErr := s.writingPage(v)
		if pageErr != nil {
			return pageErr
		}
		return v.refused(gone(err, "release"), "release_writing", p)
	}
	return v.saved("/releases/" + v.Param("id") + "/writing#assure-" + f.Language)
}

// addAssuranceLines tells what the team gave its word for, and where it has still to.
func addAssuranceLines(v *visit, p *checkPage, r *campaign.Release) {
	for i := range r.Versions {
		version := &r.Versions[i]
		for _, row := range assuranceRows(r, version, &v.set) {
			line := checkLine{Tone: "amber", Link: "/releases/" + r.ID + "/writing#assure-" + string(version.Language), Do: campaign.Textf("Look at it")}
			switch {
			case row.Given != nil:
				line.Tone, line.Text = "green", campaign.Textf("%s: %s", version.Language.Name(), row.Words())
				line.More = row.By()
			case row.What == campaign.ConsentRecorded:
				line.Text = campaign.Textf("%s: is the consent of the people who are named or quoted on record?", version.Language.Name())
			default:
				line.Text = campaign.Textf("%s: can nobody be recognised in the pictures?", version.Language.Name())
			}
			if row.Ended != nil {
				line.More = campaign.Textf("%s, but the text or its files were changed since.", row.By())
			}
			p.add(line)
		}
	}
}

// addWritingLines tells what the writing check says before a campaign goes out.
func addWritingLines(v *visit, p *checkPage, r *campaign.Release) {
	link, warnings := "/releases/"+r.ID+"/writing", 0
	for i := range r.Versions {
		for _, f := range templates.WritingFindings(r, &r.Versions[i], &v.set, templates.RulesOf(&v.set)) {
			if f.Severity == check.Warn {
				warnings++
			}
		}
	}
	err, overridden := templates.Vet(r, &v.set), len(templates.Blocked(r, &v.set))
	if err == nil && overridden > 0 {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("%d places that the writing check blocks go out, since somebody gave a reason", overridden), Link: link, Do: campaign.Textf("Look at it")})
	}
	switch {
	case err != nil:
		p.add(checkLine{Tone: "red", Text: wordsOfError(err), Link: link, Do: doMend})
	case warnings > 0:
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("The writing check warns of %d places", warnings), Link: link, Do: campaign.Textf("Look at it")})
	default:
		p.add(checkLine{Tone: "green", Text: campaign.Textf("The writing check finds nothing to warn of")})
	}
	addAssuranceLines(v, p, r)
	for i := range v.set.Helplines {
		if h := &v.set.Helplines[i]; h.Stale(v.now()) {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("Nobody has called the helpline %s for half a year", h.Label), Link: "/settings/helplines", Do: campaign.Textf("Look at it")})
		}
	}
}
