package web

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// workingCopies are what is typed into forms of releases and not saved.
type workingCopies interface {
	DropWorkingCopy(ctx context.Context, id string) error
	FindNewWorkingCopies(ctx context.Context, user string) ([]campaign.WorkingCopy, error)
	FindWorkingCopies(ctx context.Context, release string) ([]campaign.WorkingCopy, error)
	GetWorkingCopy(ctx context.Context, id string) (campaign.WorkingCopy, error)
	SaveWorkingCopy(ctx context.Context, w *campaign.WorkingCopy) error
}

// standing is what the part “writing-standing” shows beside the form: what the server has of it, and who else is there.
type standing struct {
	Page
	KeptAt time.Time
	Others []somebodyHere
	Apart  string            // where the history has what the user typed in another tab; "" when they did not
	Saved  *campaign.Version // saved by somebody else since the page was made
}

// Clock shows the time of day of a moment, in the user's zone.
func (p *standing) Clock(t time.Time) string { return t.In(p.Zone).Format("15:04:05") }

// somebodyHere is another user who has the release open.
type somebodyHere struct {
	Name     string
	Language campaign.Language
	Typing   bool // they typed something they have not saved
}

// ofTheReader are fields about the preview alone; they may name a contact, and are not kept.
var ofTheReader = []string{"preview_as", "preview_part", "preview_language", "preview_of", "do", "typed", "width", "signed_in_as", "files", "tab"}

// keep takes what is typed so far, and answers what the page says beside the form. Without typed=1 it only notes that the user is
// there.
func (s releaseHistory) keep(v *visit) error {
	var f releaseForm
	if err := v.read(&f); err != nil {
		return err
	}
	id, l := v.Param("id"), f.LanguageTag()
	r, err := s.store.GetRelease(v.ctx(), id)
	isNew := campaign.CodeOf(err) == campaign.NotFound
	if isNew && campaign.TimeOfID(id).IsZero() || !l.Known() { // that of a new one is given with its form
		return gone(campaign.Errorf(campaign.NotFound, "no such release"), "release")
	}
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	p := standing{Page: v.page("releases", "Releases")}
	w := campaign.WorkingCopy{ID: campaign.WorkingCopyID(id, l, v.user.ID), Release: id, Language: l, User: v.user.ID, By: v.user.Name, New: isNew, Title: cmp.Or(f.Title, f.Headline)}
	saved := r.In(l)
	changed := !isNew && saved != nil && r.Version != f.Version
	mine := changed && saved.UpdatedBy == v.user.Name && s.Now().Sub(saved.UpdatedAt) < 10*time.Second
	if v.Request.PostForm.Get("typed") == "1" && !mine { // what was on its way when the form was saved is no news
		w.Fields = typedFields(v)
	}
	before, err := s.store.GetWorkingCopy(v.ctx(), w.ID)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	w.Tab, _, _ = strings.Cut(f.Tab, ".")
	if w.Apart = before.Apart; w.Fields != nil && !isNew && otherTab(before, f.Tab) && !sameFields(before.Fields, w.Fields) {
		if err := s.keepInHistory(v, id, l); err != nil {
			return err
		}
		w.Apart = s.Now().UTC()
	}
	if err := s.store.SaveWorkingCopy(v.ctx(), &w); err != nil {
		return err
	}
	if p.KeptAt = w.TypedAt; s.Now().Sub(w.Apart) < apartTold {
		p.Apart = "/releases/" + id + "/history?lang=" + string(l)
	}
	if changed && saved.UpdatedBy != v.user.Name {
		p.Saved = saved
	}
	if p.Others, err = s.othersHere(v, id); err != nil {
		return err
	}
	return v.showPart("release_edit", "writing-standing", &p)
}

// apartTold is how long a user is told that what they typed in another tab is in the history.
const apartTold = 10 * time.Minute

// tabOf names the tab a page is for, and what the user had typed when the page was made: what another tab typed since is not in it.
func tabOf(now, typedAt time.Time) string {
	return campaign.NewID(now) + "." + strconv.FormatInt(typedAt.UnixMilli(), 10)
}

// otherTab reports whether a working copy holds what the page of a tab never had. A page without a name is none of ours.
func otherTab(w campaign.WorkingCopy, tab string) bool {
	name, typedAt, _ := strings.Cut(tab, ".")
	return w.Fields != nil && name != "" && w.Tab != name && typedAt != strconv.FormatInt(w.TypedAt.UnixMilli(), 10)
}

// sameFields reports whether two working copies hold the same words.
func sameFields(a, b map[string][]string) bool {
	words := func(fields map[string][]string) map[string][]string {
		fields = maps.Clone(fields)
		maps.DeleteFunc(fields, func(name string, values []string) bool {
			return name == "version" || name == "base" || strings.Join(values, "") == ""
		})
		return fields
	}
	return maps.EqualFunc(words(a), words(b), slices.Equal)
}

// typedFields are the fields of a form that are kept.
func typedFields(v *visit) map[string][]string {
	fields := map[string][]string{}
	for name, values := range v.Request.PostForm {
		if !slices.Contains(ofTheReader, name) {
			fields[name] = values
		}
	}
	return fields
}

// keepApart keeps what a form of a new release holds that another tab has saved already with other texts, and shows it on the page of
// the release. When it is saved, the two are brought together.
func (s *releasePages) keepApart(v *visit, stored *campaign.Release, l campaign.Language) error {
	w := campaign.WorkingCopy{Release: stored.ID, Language: l, User: v.user.ID, By: v.user.Name, Title: stored.Title, Fields: typedFields(v)}
	w.Fields["version"] = []string{"-1"}
	if err := s.store.SaveWorkingCopy(v.ctx(), &w); err != nil {
		return err
	}
	return v.done("/releases/"+stored.ID+"/edit?lang="+string(l), "Another tab saved this release already. What you wrote here stands below and is not saved yet.")
}

// typedIn returns the user's working copy of a version, without an id when there is none, and the form typed into it, nil when nothing was.
func typedIn(v *visit, copies workingCopies, release string, l campaign.Language) (campaign.WorkingCopy, *releaseForm, error) {
	w, err := copies.GetWorkingCopy(v.ctx(), campaign.WorkingCopyID(release, l, v.user.ID))
	if err != nil || w.Fields == nil {
		return w, nil, campaign.UnlessMissing(err)
	}
	var typed releaseForm
	err = request.Decode(&typed, w.Fields)
	typed.Language = string(l)
	return w, &typed, err
}

// keepInHistory puts what the user typed and did not save into the history, and forgets it as a working copy.
func (s *releasePages) keepInHistory(v *visit, release string, l campaign.Language) error {
	w, typed, err := typedIn(v, s.store, release, l)
	if w.ID == "" || err != nil {
		return err
	}
	if typed != nil {
		text := typed.version()
		text.UpdatedAt, text.UpdatedBy = w.TypedAt, w.By
		if err := s.store.RecordRevision(v.ctx(), release, text); err != nil {
			return err
		}
	}
	return s.store.DropWorkingCopy(v.ctx(), w.ID)
}

// othersHere returns who else has a release open.
func (s releaseHistory) othersHere(v *visit, release string) ([]somebodyHere, error) {
	all, err := s.store.FindWorkingCopies(v.ctx(), release)
	var out []somebodyHere
	for _, w := range all {
		if w.User != v.user.ID && s.Now().Sub(w.SeenAt) < campaign.WorkingCopySeen {
			out = append(out, somebodyHere{w.By, w.Language, len(w.Fields) > 0})
		}
	}
	slices.SortFunc(out, func(a, b somebodyHere) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// takeUp fills the form with what the user typed and did not save. What equals the stored version is no working copy any more.
func (s *releasePages) takeUp(v *visit, p *releaseEditPage, release string, l campaign.Language, stored *campaign.Release) error {
	w, typed, err := typedIn(v, s.store, release, l)
	if typed == nil || err != nil {
		return err
	}
	if stored != nil && typed.Version == stored.Version && typed.equals(stored) {
		return s.store.DropWorkingCopy(v.ctx(), w.ID)
	}
	p.Form, p.TypedAt = *typed, w.TypedAt
	return nil
}

// equals reports whether saving the form would change nothing.
func (f *releaseForm) equals(stored *campaign.Release) bool {
	after, err := campaign.CopyOf(stored)
	return err == nil && len(f.Assure) == 0 && f.fill(&after, stored.UpdatedAt) == nil && after.Normalize() == nil && sameContent(&after, stored)
}

// sameContent reports whether two releases differ in nothing but by whom and when they were saved.
func sameContent(a, b *campaign.Release) bool {
	content := func(r *campaign.Release) string {
		c, err := campaign.CopyOf(r)
		if err != nil {
			return ""
		}
		c.Version, c.Owner, c.CreatedAt, c.UpdatedAt, c.Assurances = 0, "", time.Time{}, time.Time{}, nil
		for i := range c.Versions {
			c.Versions[i] = c.Versions[i].Text()
		}
		text, _ := json.Marshal(c)
		return string(text)
	}
	return content(a) == content(b)
}

// goOn fills the form of a new release with what the user began and never saved.
func (s *releasePages) goOn(v *visit, p *releaseEditPage, id string) error {
	all, err := s.store.FindNewWorkingCopies(v.ctx(), v.user.ID)
	if err != nil {
		return err
	}
	for _, w := range all {
		if w.Release == id {
			p.Once = id
			return s.takeUp(v, p, id, w.Language, nil)
		}
	}
	return nil
}

// dropKept forgets what the user typed and did not save.
func (s releaseHistory) dropKept(v *visit) error {
	id, l := v.Param("id"), campaign.Language(v.PostForm("language"))
	if err := s.store.DropWorkingCopy(v.ctx(), campaign.WorkingCopyID(id, l, v.user.ID)); err != nil {
		return err
	}
	if _, err := s.store.GetRelease(v.ctx(), id); campaign.CodeOf(err) == campaign.NotFound {
		return v.done("/releases", "What was typed and not saved is dropped.")
	}
	return v.done("/releases/"+id+"/edit?lang="+string(l), "What was typed and not saved is dropped. This is what is saved.")
}

// revisionFinder finds what versions of releases were.
type revisionFinder interface {
	FindRevisions(ctx context.Context, release string, l campaign.Language, p store.Page) ([]campaign.Revision, string, error)
	GetRevision(ctx context.Context, id string) (campaign.Revision, error)
	RecordRevision(ctx context.Context, release string, v campaign.Version) error
	RevisionAt(ctx context.Context, release string, l campaign.Language, at time.Time) (campaign.Revision, error)
}

// releaseHistory are the pages about what releases were, and about what is typed and not saved.
type releaseHistory struct{ *releasePages }

// historyPage lists what a version was, and shows two states of it side by side.
type historyPage struct {
	Page
	Release      campaign.Release
	Marks        []versionMark
	Shown        campaign.Language
	Rows         []campaign.Revision
	Paging       paging
	Older, Newer *campaign.Revision // the two that are compared
	Differences  []difference
	Overrides    []givenOverride // of the writing check, the latest first
}

// givenOverride is a reason for which blocked words went out, or may.
type givenOverride struct {
	campaign.Override
	Holds bool // the text is still the one it was given for
}

// IsNow reports whether a revision is what the version is today.
func (p *historyPage) IsNow(r *campaign.Revision) bool {
	v := p.Release.In(p.Shown)
	return v != nil && campaign.RevisionID(p.Release.ID, v) == r.ID
}

// history shows what a version was: ?lang=, and with ?a= and ?b=, ids of revisions, how the two differ.
func (s releaseHistory) history(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	l := oneOf(v.Query("lang"), campaign.Languages)
	if l == "" {
		l = r.Source
	}
	p := historyPage{Page: v.page("releases", "What “%s” was", r.Title), Release: r, Marks: versionMarks(&r), Shown: l}
	found, next, err := s.store.FindRevisions(v.ctx(), r.ID, l, store.Page{After: v.Query("after"), Limit: 20})
	if err != nil {
		return err
	}
	p.Rows, p.Paging = found, p.pages(next)
	blocked := templates.Blocked(&r, &v.set)
	for _, o := range slices.Backward(r.Overrides) {
		holds := slices.ContainsFunc(blocked, func(b campaign.Blocked) bool { return b.Override != nil && *b.Override == o })
		p.Overrides = append(p.Overrides, givenOverride{o, holds})
	}
	if v.Query("a") != "" {
		if err := s.compare(v, &p); err != nil {
			return err
		}
	}
	return v.show("release_history", &p)
}

// compare finds the two states that are asked for, and how they differ.
func (s releaseHistory) compare(v *visit, p *historyPage) error {
	both := [2]campaign.Revision{}
	for i, name := range []string{"a", "b"} {
		var err error
		if both[i], err = s.revisionOf(v, p.Release.ID, v.Query(name)); err != nil {
			return err
		}
	}
	if both[1].At.Before(both[0].At) {
		both[0], both[1] = both[1], both[0]
	}
	p.Older, p.Newer = &both[0], &both[1]
	forms := [2]releaseForm{}
	for i := range both {
		r := campaign.Release{ID: p.Release.ID, Title: p.Release.Title, Kind: p.Release.Kind, Source: p.Release.Source, Versions: []campaign.Version{both[i].Text}}
		forms[i] = formOf(&r, p.Shown, v.zone.String())
	}
	edit := releaseEditPage{Page: v.page("releases", "Edit release"), ID: p.Release.ID, Form: forms[1], kept: &v.set}
	var err error
	p.Differences, err = differencesOf(v, "release_edit", &edit, &forms[0], &forms[1])
	return err
}

func (s releaseHistory) revisionOf(v *visit, release, id string) (campaign.Revision, error) {
	r, err := s.store.GetRevision(v.ctx(), id)
	if err == nil && r.Release != release {
		err = campaign.Errorf(campaign.NotFound, "this is a revision of another release")
	}
	return r, err
}

// restore makes a version what it was once. What it is now stays on record.
func (s releaseHistory) restore(v *visit) error {
	old, err := s.revisionOf(v, v.Param("id"), v.PostForm("revision"))
	if err != nil {
		return gone(err, "release")
	}
	if err := s.keepInHistory(v, old.Release, old.Language); err != nil {
		return err
	}
	r, err := s.store.UpdateRelease(v.ctx(), old.Release, func(r *campaign.Release) error {
		text := old.Text
		text.UpdatedAt = s.Now().UTC()
		if old.Language != r.Source {
			text.SourceAt = old.Text.Follows()
		}
		r.Put(text)
		return nil
	})
	if err != nil {
		return gone(err, "release")
	}
	v.auditDetail(campaign.Textf("%s, %s", r.Title, old.Language.Name()))
	return v.done("/releases/"+r.ID+"/edit?lang="+string(old.Language), "This is the text as it was saved on %s. What it was until now is in the history.", campaign.Moment(old.At.In(v.zone)))
}

// differencesOf returns the fields in which two forms of a page differ, with the words that are only on one side marked. The page is
// rendered for the labels of its fields.
func differencesOf(v *visit, name string, page shown, older, newer mergeable) ([]difference, error) {
	body, err := v.panel.pages.Render(v.language, name, page)
	if err != nil {
		return nil, err
	}
	c, fields := reconcile(newer, older, "", ""), fieldsOn(string(body))
	fields.complete(v, c.Both)
	return slices.DeleteFunc(c.Both, func(d difference) bool { return d.theirs == d.ours }), nil
}
