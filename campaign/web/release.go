package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// releasePages are the pages about releases.
type releasePages struct {
	*panel
	store  releaseStore
	offers *offers
	turns  chan struct{} // limits how many previews are rendered at once
}

type releaseStore interface {
	commentFinder
	fileStore
	pictureFinder
	layoutFinder
	revisionFinder
	vocabularyReader
	workingCopies
	CreateRelease(ctx context.Context, r *campaign.Release) error
	DeleteRelease(ctx context.Context, id string) error
	FindCampaignsOf(ctx context.Context, release string) ([]campaign.Campaign, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	FindContacts(ctx context.Context, f store.ContactFilter, p store.Page) ([]campaign.Contact, string, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error)
	GetOrganisation(ctx context.Context, id string) (campaign.Organisation, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	MarkPublished(ctx context.Context, release, link string) error
	UnmarkPublished(ctx context.Context, release string) error
	UpdateRelease(ctx context.Context, id string, fn func(*campaign.Release) error) (campaign.Release, error)
}

// maxReleaseForm is the limit of a release's form: far more than its files may weigh, so that a file that is too large is
// refused at its field, with the text still there.
const maxReleaseForm = 64 << 20

type releasesPage struct {
	Page
	Rows   []releaseRow
	Paging paging
	Filter store.ReleaseFilter
	Begun  []campaign.WorkingCopy // what the user began and never saved
}

// Kinds and States are options of the filter.
func (p *releasesPage) Kinds() []templates.Option {
	return optionsOf(p.Language, p.say("Any kind"), campaign.ReleaseKinds)
}
func (p *releasesPage) States() []templates.Option {
	return []templates.Option{{Label: p.say("In use")}, {Value: "1", Label: p.say("Archived")}}
}

// Filtered reports whether the table shows less than all releases in use.
func (p *releasesPage) Filtered() bool { return p.Filter != store.ReleaseFilter{} }

// releaseRow is a release with what its row in the table shows.
type releaseRow struct {
	campaign.Release
	Languages []versionMark
	OwnerName string
}

// versionMark is a language a release exists in, and whether its text is older than the one it was translated from.
type versionMark struct {
	Language campaign.Language
	Source   bool
	Outdated bool
}

func versionMarks(r *campaign.Release) []versionMark {
	return campaign.Collect(r.Available(), func(l campaign.Language) versionMark {
		return versionMark{Language: l, Source: l == r.Source, Outdated: r.Outdated(l)}
	})
}

func (s *releasePages) index(v *visit) error {
	p := releasesPage{Page: v.page("releases", "Releases"), Filter: store.ReleaseFilter{
		Archived: v.Query("archived") == "1", Kind: campaign.ReleaseKind(v.Query("kind")), Search: v.Query("q"),
	}}
	found, next, err := s.store.FindReleases(v.ctx(), p.Filter, v.tablePage())
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	names, err := s.offers.userNames(v.ctx())
	if err != nil {
		return err
	}
	for i := range found {
		p.Rows = append(p.Rows, releaseRow{Release: found[i], Languages: versionMarks(&found[i]), OwnerName: names[found[i].Owner]})
	}
	if v.user.May(campaign.Editor) {
		if p.Begun, err = s.store.FindNewWorkingCopies(v.ctx(), v.user.ID); err != nil {
			return err
		}
	}
	return v.show("releases", &p)
}

// releasePage shows a release as it reads, in one language.
type releasePage struct {
	Page
	Release   campaign.Release
	Marks     []versionMark
	Shown     campaign.Language
	Part      string // html or text
	Campaigns []campaign.Campaign
	Advice    []campaign.Text
	Broken    []templates.ReleaseProblem
	Held      int    // places that the writing check blocks
	Link      string // of the page where it was published, as it is typed
}

func (s *releasePages) releasePage(v *visit) (*releasePage, error) {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "release")
	}
	p := &releasePage{
		Page: v.page("releases", "%s", r.Title), Release: r, Marks: versionMarks(&r), Shown: cmp.Or(oneOf(v.Query("lang"), r.Available()), r.Source),
		Part: cmp.Or(oneOf(v.Query("part"), []string{"text"}), "html"),
	}
	if version := r.In(p.Shown); version != nil {
		p.Advice = advice(version, r.Attachments)
	}
	library, err := libraryOf(v, s.store, &r)
	if err != nil {
		return nil, err
	}
	p.Broken = templates.ReleaseProblems(&r, library)
	if p.Campaigns, err = s.store.FindCampaignsOf(v.ctx(), r.ID); err != nil {
		return nil, err
	}
	p.Held = len(templates.Held(&r, &v.set))
	return p, nil
}

// publish marks a release as published elsewhere, or takes the mark back: newsletters that gather releases tell it from then on.
func (s *releasePages) publish(v *visit) error {
	p, err := s.releasePage(v)
	if err != nil {
		return err
	}
	var form struct {
		Link string `form:"published_link"`
		Not  bool   `form:"not"`
	}
	if err := v.read(&form); err != nil {
		return err
	}
	p.Link = form.Link
	v.auditDetail(p.Release.Title)
	back, told := "/releases/"+p.Release.ID, campaign.Textf("It is marked as published. Newsletters that gather releases tell it from now on.")
	if form.Not {
		v.acted(campaign.Textf("Took back that a release was published"))
		told, err = campaign.Textf("It counts as not published."), s.store.UnmarkPublished(v.ctx(), p.Release.ID)
	} else {
		err = s.store.MarkPublished(v.ctx(), p.Release.ID, form.Link)
	}
	if err != nil {
		return v.refused(err, "release", p)
	}
	return v.done(back, "%s", told)
}

func (s *releasePages) removeVersion(v *visit) error {
	id, l := v.Param("id"), campaign.Language(v.PostForm("language"))
	r, err := s.store.UpdateRelease(v.ctx(), id, func(r *campaign.Release) error {
		if r.In(l) == nil {
			return campaign.Errorf(campaign.NotFound, "there is no version in this language")
		}
		if len(r.Versions) == 1 {
			return campaign.Errorf(campaign.Conflict, "this is the only version: delete the whole release instead")
		}
		r.Versions = slices.DeleteFunc(r.Versions, func(v campaign.Version) bool { return v.Language == l })
		if r.Source == l {
			r.Source = r.Versions[0].Language
		}
		return nil
	})
	if err != nil {
		return gone(err, "release")
	}
	v.auditDetail(campaign.Textf("%s, %s", r.Title, l.Name()))
	return v.done("/releases/"+r.ID, "The version in %s is removed.", l)
}

// copy adds a release with the texts and files of another: for the next issue, or a second attempt. An embargo is not copied.
func (s *releasePages) copy(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	r.ID, r.Title, r.Owner, r.Archived, r.Embargo = v.once(), v.say("Copy of %s", r.Title), v.user.ID, false, time.Time{}
	r.Assurances = nil // they were given for another publication
	r.EditionOf, r.PublishedAt, r.Publication = "", time.Time{}, nil
	v.auditDetail(campaign.Textf("%s", r.Title))
	if err := s.store.CreateRelease(v.ctx(), &r); err != nil && !v.madeBefore(err, r.ID, s.hasRelease) {
		return err
	}
	return v.done("/releases/"+r.ID+"/edit", "This is a copy, with the same texts and files. Give it a name of its own.")
}

func (s *releasePages) hasRelease(ctx context.Context, id string) error {
	_, err := s.store.GetRelease(ctx, id)
	return err
}

func (s *releasePages) archive(v *visit) error {
	r, err := s.store.UpdateRelease(v.ctx(), v.Param("id"), func(r *campaign.Release) error {
		r.Archived = v.PostForm("archived") != "false"
		return nil
	})
	if err != nil {
		return gone(err, "release")
	}
	v.auditDetail(r.Title)
	if r.Archived {
		return v.done("/releases", "“%s” is archived. You find it under “archived releases”.", r.Title)
	}
	v.acted(campaign.Textf("Took a release up again"))
	return v.done("/releases/"+r.ID, "“%s” is in use again.", r.Title)
}

func (s *releasePages) deletion() deletion {
	return deletion{
		what: "release", question: campaign.Textf("Delete “%s”?"), delete: s.store.DeleteRelease,
		detail: campaign.Textf("All its language versions are deleted with it. A release that a campaign uses cannot be deleted; archive it instead. What was sent stays on record in any case."),
		name: func(ctx context.Context, id string) (string, error) {
			r, err := s.store.GetRelease(ctx, id)
			return r.Title, err
		},
	}
}

// advice returns where a version strays from what newsrooms are used to. It is advice: it prevents nothing.
func advice(v *campaign.Version, files []campaign.Attachment) []campaign.Text {
	var out []campaign.Text
	add := func(words campaign.Text) { out = append(out, words) }
	if n := utf8.RuneCountInString(v.Headline); n > 90 {
		add(campaign.Textf("The headline has %d characters; up to 90 are shown whole.", n))
	}
	if strings.HasSuffix(v.Headline, ".") {
		add(campaign.Textf("A headline needs no full stop."))
	}
	if isShouting(v.Headline) {
		add(campaign.Textf("The headline is in capitals: mail filters and readers take that for shouting."))
	}
	if n := words(v.Lead); n > 60 {
		add(campaign.Textf("The lead has %d words; who, what, when, where and why fit into 60.", n))
	}
	if n := words(v.Body); n > 500 {
		add(campaign.Textf("The body has %d words; 300 to 500 are read to the end.", n))
	}
	if n := longParagraphs(v.Body); n > 0 {
		add(campaign.Textf("%d paragraphs are longer than 80 words.", n))
	}
	if n := words(v.About); n > 100 {
		add(campaign.Textf("“About” has %d words; 100 are enough.", n))
	}
	for i, q := range v.Quotes {
		if q.Name == "" {
			add(campaign.Textf("Quote %d has no speaker.", i+1))
		}
	}
	if v.Contact.Name == "" || v.Contact.Phone == "" {
		add(campaign.Textf("Journalists look for a name and a telephone that is answered today."))
	}
	for _, name := range templates.UnshownFiles(v, files) {
		add(campaign.Textf("“%s” is to be shown in the text, and no text shows it: write ![what it shows](%s) where it should stand.", name, templates.InlineAddress(name)))
	}
	return out
}

func longParagraphs(body string) int {
	long := 0
	for _, paragraph := range strings.Split(body, "\n\n") {
		if words(paragraph) > 80 {
			long++
		}
	}
	return long
}

func words(s string) int { return len(strings.Fields(s)) }

func isShouting(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters > 12
}
