package web

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

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
	Comments  *commentsPart       // on the version as it is stored; nil before it is

	TypedAt  time.Time // when what the form shows was typed, where it is not saved; else zero
	Followed map[string]followedText
	Missing  []missingPart
	Terms    []language.TermFinding // of the source, that are written otherwise
	Standing standing

	kept *campaign.Settings // whose texts and contacts can be taken

	assured []assuranceRow // of the stored version

	Layouts  []layoutChoice
	Releases []templates.Option // a story can be taken from
	slots    []templates.LayoutSlot
}

// KeepAt is where the form is kept while somebody types.
func (p *releaseEditPage) KeepAt() string { return "/releases/" + cmp.Or(p.ID, p.Once) + "/keep" }

// Writes implements Page.Writes.
func (p *releaseEditPage) Writes() bool { return true }

// Kinds and Parts are options of the form; Tabs are the languages there are and those that can be added.
func (p *releaseEditPage) Kinds() []templates.Option {
	return optionsOf(p.Language, "", campaign.ReleaseKinds)
}
func (p *releaseEditPage) Parts() []templates.Option {
	return []templates.Option{
		{Value: "html", Label: p.say("As HTML")}, {Value: "dark", Label: p.say("As HTML, dark")},
		{Value: "bare", Label: p.say("As HTML, without pictures")}, {Value: "text", Label: p.say("As plain text")},
	}
}

// PreviewLanguages are the versions the preview can show: the one that is written, and those that are stored or can be made of it.
func (p *releaseEditPage) PreviewLanguages() []templates.Option {
	out := []templates.Option{{Label: p.say("this version")}}
	for _, tab := range p.Tabs() {
		if !tab.Selected && (tab.Exists || tab.Language == p.OtherScript()) {
			out = append(out, templates.Option{Value: string(tab.Language), Label: tab.Language.Name()})
		}
	}
	return out
}

// sourceText is a text of the source as it stands beside the translation.
type sourceText struct {
	followedText
	Name, Label string
	Language    campaign.Language
	Long        bool
}

// Source returns a text of the source; nil where there is nothing to stand beside the field.
func (p *releaseEditPage) Source(name string) *sourceText {
	f := p.Followed[name]
	if len(f.Blocks)+len(f.Gone) == 0 {
		return nil
	}
	for _, t := range versionTexts {
		if t.name == name {
			return &sourceText{f, name, templates.Translate(p.Language, t.label), p.Original.Language, t.long}
		}
	}
	return nil
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
func (p *releaseEditPage) describe(r *campaign.Release, set *campaign.Settings) {
	l := campaign.Language(p.Form.Language)
	if stored := r.In(l); stored != nil {
		p.assured = assuranceRows(r, stored, set)
	}
	p.ID, p.Marks, p.Exists, p.Outdated = r.ID, versionMarks(r), r.In(l) != nil, r.Outdated(l)
	if l != r.Source {
		p.Original = r.In(r.Source)
	}
	v := p.Form.version()
	if p.Exists || v.Headline+v.Body != "" {
		p.Advice = advice(&v, r.Attachments)
		for _, slip := range templates.ReleaseWarnings(&campaign.Release{Versions: []campaign.Version{v}}) {
			p.Advice = append(p.Advice, slip.Words())
		}
	}
}

func (s *releasePages) new(v *visit) error {
	p := releaseEditPage{Offered: v.set.Topics, Page: v.page("releases", "New release")}
	l := cmp.Or(s.Language, campaign.SerbianLatin)
	p.Form = releaseForm{Kind: string(campaign.PressRelease), Language: string(l), Source: string(l), Zone: v.zone.String(), Date: v.now().Format("2006-01-02")}
	p.Form.EventZone = p.Form.Zone
	p.Form.begin(&v.set, nil)
	if err := s.addLayouts(v, &p); err != nil {
		return err
	}
	if id := v.Query("go-on"); id != "" {
		if err := s.goOn(v, &p, id); err != nil {
			return err
		}
	}
	return v.show("release_edit", &p)
}

func (s *releasePages) create(v *visit) error {
	p := releaseEditPage{Offered: v.set.Topics, Page: v.page("releases", "New release")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if err := s.addLayouts(v, &p); err != nil {
		return err
	}
	if take := s.taking(p.Form.Do); take != nil {
		return s.showWithTaken(v, &p, take)
	}
	p.Form.Source = p.Form.Language
	r := campaign.Release{ID: v.once(), Owner: v.user.ID}
	if err := s.take(v, &p, &r); err != nil {
		return v.refused(err, "release_edit", &p)
	}
	p.Form.assure(&r, campaign.Actor{User: v.user.ID, Name: v.user.Name}, s.Now().UTC())
	v.auditDetail(r.Title)
	if err := s.store.CreateRelease(v.ctx(), &r); err != nil {
		if !v.madeBefore(err, r.ID, s.hasRelease) {
			return v.refused(err, "release_edit", &p)
		}
		stored, err := s.store.GetRelease(v.ctx(), r.ID)
		if err != nil {
			return err
		}
		if !sameContent(&r, &stored) {
			return s.keepApart(v, &stored, p.Form.LanguageTag())
		}
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
	p.describe(&r, &v.set)
	if err := campaign.Together(s.addCampaigns(v, &p), s.addLayouts(v, &p), s.addComments(v, &p, &r)); err != nil {
		return err
	}
	if !p.Exists && p.Original != nil { // what is the same in every language is filled in
		p.Form.Date = p.Original.Date
		p.Form.begin(&v.set, p.Original)
	}
	if err := s.takeUp(v, &p, r.ID, l, &r); err != nil {
		return err
	}
	p.Form.Tab = tabOf(s.Now(), p.TypedAt)
	if err := s.beside(v, &p, &r); err != nil {
		return err
	}
	return v.show("release_edit", &p)
}

// addCampaigns looks up what goes out with the release soon or now.
func (s *releasePages) addCampaigns(v *visit, p *releaseEditPage) error {
	all, err := s.store.FindCampaignsOf(v.ctx(), p.ID)
	for _, c := range all {
		if c.State == campaign.InReview || c.State == campaign.Approved || c.State == campaign.Scheduled || c.State == campaign.Sending || c.State == campaign.PausedRun {
			p.Campaigns = append(p.Campaigns, c)
		}
	}
	return err
}

// addComments adds what colleagues said of the version.
func (s *releasePages) addComments(v *visit, p *releaseEditPage, r *campaign.Release) (err error) {
	if l := p.Form.LanguageTag(); r.In(l) != nil {
		p.Comments, err = commentsOn(v, s.store, r, l)
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
	p.describe(&stored, &v.set)
	if err := campaign.Together(s.addCampaigns(v, &p), s.addLayouts(v, &p), s.addComments(v, &p, &stored), s.beside(v, &p, &stored)); err != nil {
		return err
	}
	if take := s.taking(p.Form.Do); take != nil {
		return s.showWithTaken(v, &p, take)
	}
	if stored.Version != p.Form.Version || p.Form.Take != "" {
		if err := p.Form.takeUploads(v, s.store); err != nil {
			return v.refused(err, "release_edit", &p)
		}
		theirs, typed := formOf(&stored, p.Form.LanguageTag(), v.zone.String()), p.Form.version()
		if asked, err := v.together("release_edit", &p, &p.Form, &theirs); asked || err != nil {
			return err
		}
		if !reflect.DeepEqual(p.Form.version(), typed) { // nobody gave their word for what two people wrote
			p.Form.Assure = nil
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
			err := campaign.Together(p.Form.fill(r, s.Now().UTC()), r.Normalize())
			p.Form.assure(r, campaign.Actor{User: v.user.ID, Name: v.user.Name}, s.Now().UTC())
			return err
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
	faults = append(faults, err, p.Form.fill(r, s.Now().UTC()), p.Form.quotesFault(), r.Normalize(), p.slotFaults())
	for _, err := range faults {
		if err != nil && campaign.CodeOf(err) == "" {
			return err
		}
	}
	library, err := libraryOf(v, s.store, r)
	if err != nil {
		return err
	}
	// A text may be longer while it is written; the Check tab tells it.
	problems := slices.DeleteFunc(templates.ReleaseProblems(r, library), func(e templates.ReleaseProblem) bool { return e.TooLong })
	if p.tellProblems(problems) {
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
	w, err := s.store.GetWorkingCopy(v.ctx(), campaign.WorkingCopyID(r.ID, l, v.user.ID))
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	if otherTab(w, p.Form.Tab) {
		err = s.keepInHistory(v, r.ID, l)
	} else {
		err = s.store.DropWorkingCopy(v.ctx(), w.ID)
	}
	if err != nil {
		return err
	}
	to := p.OtherScript()
	if p.Form.Do != "convert" || to == "" {
		return v.saved("/releases/" + r.ID + "/edit?lang=" + string(l))
	}
	_, err = s.store.UpdateRelease(v.ctx(), r.ID, func(r *campaign.Release) error {
		from := r.In(l)
		made := language.ConvertVersion(*from, to, language.NewPhrasebook(v.set.Brand.Phrases))
		made.UpdatedAt, made.SourceAt = s.Now().UTC(), from.Follows()
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
