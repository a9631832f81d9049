package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// releaseEditPage is the form of a release: one language version at a time, its source beside it.
type releaseEditPage struct {
	Page
	ID       string // "" for a new one
	Form     releaseForm
	Marks    []versionMark
	Original *campaign.Version // the source version when another is edited
	Exists   bool              // the version that is edited is stored already
	Outdated bool
	Advice   []campaign.Text
	Offered  []campaign.Topic // what a release can be about
	Others   []string         // what is wrong in versions that are not shown

	Campaigns []campaign.Campaign // with the release, and about to leave or under way
}

// Kinds and Parts are options of the form; Tabs are the languages there are and those that can be added.
func (p *releaseEditPage) Kinds() []templates.Option {
	return optionsOf(p.Language, "", campaign.ReleaseKinds)
}
func (p *releaseEditPage) Parts() []templates.Option {
	return []templates.Option{
		{Value: "html", Label: p.say("As HTML")}, {Value: "text", Label: p.say("As plain text")},
	}
}

func (p *releaseEditPage) MergeFields() []string { return templates.MergeFields() }

// FirstNameExample and ConditionExample show how merge fields are written.
func (p *releaseEditPage) FirstNameExample() string {
	return `{{ first_name | "` + p.say("colleague") + `" }}`
}
func (p *releaseEditPage) ConditionExample() string {
	return "{{ if organisation }}…{{ else }}…{{ end }}"
}

// About reports whether the release is about a topic.
func (p *releaseEditPage) About(topic string) bool { return slices.Contains(p.Form.Topics, topic) }

// languageTab is one language on the edit page.
type languageTab struct {
	Language                           campaign.Language
	Exists, Source, Outdated, Selected bool
}

func (p *releaseEditPage) Tabs() []languageTab {
	var out []languageTab
	for _, l := range campaign.Languages {
		tab := languageTab{Language: l, Selected: string(l) == p.Form.Language}
		for _, m := range p.Marks {
			if m.Language == l {
				tab.Exists, tab.Source, tab.Outdated = true, m.Source, m.Outdated
			}
		}
		out = append(out, tab)
	}
	return out
}

// OtherScript is the language whose version can be made from this one by the script conversion; "" for none.
func (p *releaseEditPage) OtherScript() campaign.Language {
	switch campaign.Language(p.Form.Language) {
	case campaign.SerbianLatin:
		return campaign.SerbianCyrillic
	case campaign.SerbianCyrillic:
		return campaign.SerbianLatin
	}
	return ""
}

// OtherScriptExists reports whether that version would be replaced.
func (p *releaseEditPage) OtherScriptExists() bool {
	return slices.ContainsFunc(p.Marks, func(m versionMark) bool { return m.Language == p.OtherScript() })
}

// describe fills in what the page shows of the stored release.
func (p *releaseEditPage) describe(r *campaign.Release) {
	l := campaign.Language(p.Form.Language)
	p.ID, p.Marks, p.Exists, p.Outdated = r.ID, versionMarks(r), r.In(l) != nil, r.Outdated(l)
	if l != r.Source {
		p.Original = r.In(r.Source)
	}
	v := p.Form.version()
	if p.Exists || v.Headline+v.Body != "" {
		p.Advice = advice(&v, r.Attachments)
	}
}

func (s *releasePages) new(v *visit) error {
	p := releaseEditPage{Offered: v.set.Topics, Page: v.page("releases", "New release")}
	l := cmp.Or(s.Language, campaign.SerbianLatin)
	p.Form = releaseForm{Kind: string(campaign.PressRelease), Language: string(l), Source: string(l), Zone: v.zone.String(), Date: v.now().Format("2006-01-02")}
	p.Form.begin(&v.set, nil)
	return v.show("release_edit", &p)
}

func (s *releasePages) create(v *visit) error {
	p := releaseEditPage{Offered: v.set.Topics, Page: v.page("releases", "New release")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	p.Form.Source = p.Form.Language
	r := campaign.Release{ID: v.once(), Owner: v.user.ID}
	if err := s.take(v, &p, &r); err != nil {
		return v.refused(err, "release_edit", &p)
	}
	v.auditDetail(r.Title)
	if err := s.store.CreateRelease(v.ctx(), &r); err != nil && !v.madeBefore(err, r.ID, s.hasRelease) {
		return v.refused(err, "release_edit", &p)
	}
	return s.afterSaving(v, &p, &r)
}

func (s *releasePages) edit(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	l := cmp.Or(oneOf(v.Query("lang"), campaign.Languages), r.Source)
	p := releaseEditPage{Offered: v.set.Topics, Page: v.page("releases", "%s", r.Title), Form: formOf(&r, l, v.zone.String())}
	p.describe(&r)
	if err := s.addCampaigns(v, &p); err != nil {
		return err
	}
	if !p.Exists && p.Original != nil { // what is the same in every language is filled in
		p.Form.Date = p.Original.Date
		p.Form.begin(&v.set, p.Original)
	}
	return v.show("release_edit", &p)
}

// addCampaigns looks up what goes out with the release soon or now.
func (s *releasePages) addCampaigns(v *visit, p *releaseEditPage) error {
	all, err := s.store.FindCampaignsOf(v.ctx(), p.ID)
	for _, c := range all {
		if c.State == campaign.Scheduled || c.State == campaign.Sending || c.State == campaign.PausedRun {
			p.Campaigns = append(p.Campaigns, c)
		}
	}
	return err
}

func (s *releasePages) update(v *visit) error {
	p := releaseEditPage{Offered: v.set.Topics, Page: v.page("releases", "Edit release")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	stored, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	p.Title = stored.Title
	p.describe(&stored)
	if err := s.addCampaigns(v, &p); err != nil {
		return err
	}
	if stored.Version != p.Form.Version || p.Form.Take != "" {
		if err := p.Form.takeUploads(v, s.store); err != nil {
			return v.refused(err, "release_edit", &p)
		}
		theirs := formOf(&stored, p.Form.LanguageTag(), v.zone.String())
		if asked, err := v.together("release_edit", &p, &p.Form, &theirs); asked || err != nil {
			return err
		}
	}
	draft := stored
	draft.Versions = slices.Clone(stored.Versions)
	if err := s.take(v, &p, &draft); err != nil {
		return v.refused(err, "release_edit", &p)
	}
	r, err := s.store.UpdateRelease(v.ctx(), stored.ID, func(r *campaign.Release) error {
		if r.Version != p.Form.Version {
			return errChanged("release")
		}
		return change(v, r.Title, r, func() error {
			r.Attachments = draft.Attachments
			return p.Form.fill(r, s.Now().UTC())
		})
	})
	if err != nil {
		return v.refused(gone(err, "release"), "release_edit", &p)
	}
	return s.afterSaving(v, &p, &r)
}

// take copies the form into a release and checks all of it; each problem is shown at its field.
func (s *releasePages) take(v *visit, p *releaseEditPage, r *campaign.Release) error {
	faults := []error{p.Form.takeUploads(v, s.store)}
	files, err := p.Form.attachments(v.ctx(), s.store, r.Attachments)
	r.Attachments = files
	faults = append(faults, err, p.Form.fill(r, s.Now().UTC()), r.Normalize())
	for _, err := range faults {
		if err != nil && campaign.CodeOf(err) == "" {
			return err
		}
	}
	if p.tellProblems(templates.ReleaseProblems(r)) {
		faults = append(faults, &campaign.Error{Code: campaign.Invalid, Text: campaign.Textf("Nothing is saved yet. Look at the text again.")})
	}
	return campaign.Together(faults...)
}

// tellProblems shows problems of the texts at their fields, or above the form when they are in another version.
func (p *releaseEditPage) tellProblems(problems []templates.ReleaseProblem) bool {
	for _, e := range problems {
		if e.Language != p.Form.LanguageTag() {
			p.Others = append(p.Others, templates.Sentence(p.Language, e.Words()))
			continue
		}
		p.Problems[e.Field] = strings.TrimSpace(p.Problems[e.Field] + " " + templates.Sentence(p.Language, e.AtField()))
	}
	return len(problems) > 0
}

// afterSaving goes where the button that was pressed leads.
func (s *releasePages) afterSaving(v *visit, p *releaseEditPage, r *campaign.Release) error {
	l := campaign.Language(p.Form.Language)
	to := p.OtherScript()
	if p.Form.Do != "convert" || to == "" {
		return v.saved("/releases/" + r.ID + "/edit?lang=" + string(l))
	}
	_, err := s.store.UpdateRelease(v.ctx(), r.ID, func(r *campaign.Release) error {
		made := language.ConvertVersion(*r.In(l), to)
		made.UpdatedAt = s.Now().UTC()
		r.Put(made)
		return nil
	})
	if err != nil {
		return err
	}
	return v.done("/releases/"+r.ID+"/edit?lang="+string(to), "Saved, and the version in %s was made from it. Read it once: names and foreign words may need a hand.", to)
}

// LanguageTag is the language of the version that is edited.
func (f *releaseForm) LanguageTag() campaign.Language { return campaign.Language(f.Language) }
