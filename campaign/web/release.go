package web

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// maxReleaseForm is how long the form of a release may be: far more than its files may weigh, so that a file that is too
// large is refused at its field, with the text still there.
const maxReleaseForm = 64 << 20

func (s *Server) releaseRoutes() []route {
	return []route{
		{get, "/releases", viewer, s.releases, 0},
		{get, "/releases/new", editor, s.newRelease, 0},
		{post, "/releases/new", editor, s.createRelease, takesRelease},
		{post, "/releases/preview", editor, s.previewDraft, takesRelease},
		{get, "/releases/:id", viewer, s.release, 0},
		{get, "/releases/:id/edit", editor, s.editRelease, 0},
		{post, "/releases/:id/edit", editor, s.updateRelease, takesRelease},
		{get, "/releases/:id/preview", viewer, s.previewRelease, 0},
		{post, "/releases/:id/remove-version", editor, s.removeVersion, 0},
		{post, "/releases/:id/archive", editor, s.archiveRelease, 0},
		{get, "/releases/:id/delete", editor, s.askDeleteRelease, 0},
		{post, "/releases/:id/delete", editor, s.deleteRelease, 0},
	}
}

type releasesPage struct {
	Page
	Rows     []releaseRow
	Paging   paging
	Archived bool
}

// releaseRow is a release with what its row tells.
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
	var out []versionMark
	for _, l := range r.Available() {
		out = append(out, versionMark{l, l == r.Source, r.Outdated(l)})
	}
	return out
}

func (s *Server) releases(v *visit) error {
	p := releasesPage{Page: v.page("Releases", "releases"), Archived: v.Query("archived") == "1"}
	found, next, err := s.store.FindReleases(v.ctx(), p.Archived, v.tablePage())
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	names, err := s.offers.userNames(v.ctx())
	if err != nil {
		return err
	}
	for i := range found {
		p.Rows = append(p.Rows, releaseRow{found[i], versionMarks(&found[i]), names[found[i].Owner]})
	}
	return v.show("releases", &p)
}

// releasePage shows a release as it reads, in one language.
type releasePage struct {
	Page
	Release   campaign.Release
	Marks     []versionMark
	Language  campaign.Language
	Part      string // html or text
	Campaigns []campaign.Campaign
	Advice    []string
	Broken    []*campaign.Error
}

func (s *Server) release(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	p := releasePage{Page: v.page(r.Title, "releases"), Release: r, Marks: versionMarks(&r), Language: r.Source, Part: "html"}
	if l := campaign.Language(v.Query("lang")); slices.Contains(r.Available(), l) {
		p.Language = l
	}
	if v.Query("part") == "text" {
		p.Part = "text"
	}
	if version := r.In(p.Language); version != nil {
		p.Advice = advice(version, r.Attachments)
	}
	p.Broken = templates.ReleaseProblems(&r)
	if p.Campaigns, err = s.store.FindCampaignsOf(v.ctx(), r.ID); err != nil {
		return err
	}
	return v.show("release", &p)
}

func (s *Server) removeVersion(v *visit) error {
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
	v.tell(l.Name())
	return v.done("/releases/"+r.ID, "The version in %s is removed.", l.Name())
}

func (s *Server) archiveRelease(v *visit) error {
	r, err := s.store.UpdateRelease(v.ctx(), v.Param("id"), func(r *campaign.Release) error {
		r.Archived = v.PostForm("archived") != "false"
		return nil
	})
	if err != nil {
		return gone(err, "release")
	}
	if r.Archived {
		v.tell("archived")
		return v.done("/releases", "“%s” is archived. You find it under “archived releases”.", r.Title)
	}
	return v.done("/releases/"+r.ID, "“%s” is in use again.", r.Title)
}

func (s *Server) askDeleteRelease(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("Delete release", "releases"), Question: "Delete “" + r.Title + "”?", Do: "Delete the release", Back: "/releases/" + r.ID,
		Detail: "All its language versions are deleted with it. A release that a campaign uses cannot be deleted; archive it instead. What was sent stays on record in any case.",
	})
}

func (s *Server) deleteRelease(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	v.tell(r.Title)
	if err := s.store.DeleteRelease(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "release")
	}
	return v.done("/releases", "The release is deleted.")
}
