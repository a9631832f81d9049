package web

import (
	"cmp"
	"context"
	"html/template"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// commentPages are the remarks of colleagues on the words of releases.
type commentPages struct {
	*panel
	store commentStore
}

type commentFinder interface {
	FindComments(ctx context.Context, release string, resolved bool) ([]campaign.Comment, error)
}

type commentStore interface {
	commentFinder
	AddComment(ctx context.Context, c *campaign.Comment) error
	AnswerComment(ctx context.Context, release, id, text string) error
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	ResolveComment(ctx context.Context, release, id string, resolved bool) error
}

// commentRow is a comment as a page shows it.
type commentRow struct {
	campaign.Comment
	Ago    func(time.Time) template.HTML
	Label  campaign.Text
	Gone   bool // the words it is about stand in the text no more
	Path   string
	Back   string
	Answer string // id of the field of the answer
}

// commentRows returns the comments on a release, or ("" is any) on its version in a language.
func commentRows(v *visit, st commentFinder, r *campaign.Release, l campaign.Language, resolved bool) ([]commentRow, error) {
	found, err := st.FindComments(v.ctx(), r.ID, resolved)
	var rows []commentRow
	page := Page{Language: v.language, Zone: v.zone, Now: v.now()}
	for _, c := range found {
		if l != "" && c.Language != l {
			continue
		}
		rows = append(rows, commentRow{Comment: c, Ago: page.Ago, Label: fieldLabels[c.Field], Gone: !c.Stands(r.In(c.Language)), Path: "/releases/" + r.ID + "/comments/" + c.ID, Back: v.Request.URL.RequestURI(), Answer: "answer-" + c.ID})
	}
	return rows, err
}

// fieldLabels are the labels of what a comment can be about.
var fieldLabels = map[campaign.CommentField]campaign.Text{
	"subject": campaign.Textf("Subject"), "preheader": campaign.Textf("First line in the inbox"), "headline": campaign.Textf("Headline"), "subhead": campaign.Textf("Subhead"),
	"lead": campaign.Textf("Lead"), "body": campaign.Textf("Body"), "quotes": campaign.Textf("Quotations"), "about": campaign.Textf("About us"), "notes": campaign.Textf("Notes to editors"),
}

// commentsPart are the comments on one version, and the form of a new one: a page of their own, and part of the editor.
type commentsPart struct {
	Release  campaign.Release
	Shown    campaign.Language
	Open     []commentRow
	Resolved []commentRow
	Form     commentForm
	Back     string // the page it stands on
	Refused  string // why an answer was

	language campaign.Language
}

type commentForm struct {
	Field string `form:"field"`
	Quote string `form:"quote"`
	Text  string `form:"text"`
	Back  string `form:"back"`
}

// Path is where a new comment goes.
func (c *commentsPart) Path() string {
	return "/releases/" + c.Release.ID + "/comments?lang=" + string(c.Shown)
}

// Fields are what a comment can be about: what the version has words in.
func (c *commentsPart) Fields() []templates.Option {
	return campaign.Collect(c.Texts(), func(t textPart) templates.Option {
		return templates.Option{Value: t.Of, Label: templates.Say(c.language, t.Label)}
	})
}

// textPart is a text with what it is: a field of a version, to quote from, or what an approval is bound to.
type textPart struct {
	Label campaign.Text
	Text  string
	Of    string // the field's name in the form
}

// Texts are the fields of the version.
func (c *commentsPart) Texts() []textPart {
	v := c.Release.In(c.Shown)
	var out []textPart
	for _, f := range campaign.CommentFields {
		if v != nil && f.Of(v) != "" && (f != "subject" || v.Subject != "") { // else the headline is the subject
			out = append(out, textPart{fieldLabels[f], f.Of(v), string(f)})
		}
	}
	return out
}

// commentsOn returns the comments on a version of a release.
func commentsOn(v *visit, st commentFinder, r *campaign.Release, l campaign.Language) (*commentsPart, error) {
	c := &commentsPart{Release: *r, Shown: l, Back: v.Request.URL.RequestURI(), language: v.language}
	var err error
	if c.Open, err = commentRows(v, st, r, l, false); err != nil {
		return nil, err
	}
	c.Resolved, err = commentRows(v, st, r, l, true)
	return c, err
}

// commentsPage shows the comments on one version, beside the text as it stands.
type commentsPage struct {
	Page
	Marks    []versionMark
	Comments *commentsPart
}

func (s *commentPages) page(v *visit) (*commentsPage, error) {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "release")
	}
	p := &commentsPage{Page: v.page("releases", "Comments on “%s”", r.Title), Marks: versionMarks(&r)}
	p.Comments, err = commentsOn(v, s.store, &r, cmp.Or(oneOf(v.Query("lang"), r.Available()), r.Source))
	return p, err
}

// add begins a comment.
func (s *commentPages) add(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if err := s.mayComment(v); err != nil {
		return err
	}
	form, r := &p.Comments.Form, &p.Comments.Release
	if err := v.read(form); err != nil {
		return err
	}
	p.Comments.Back = form.Back
	c := campaign.Comment{Release: r.ID, Language: p.Comments.Shown, Field: campaign.CommentField(form.Field), Quote: form.Quote, Remarks: []campaign.Remark{{Text: form.Text}}}
	if slices.Contains(campaign.CommentFields, c.Field) && !c.Stands(r.In(c.Language)) {
		err = campaign.FieldError("quote", "these words do not stand there: copy them from the text, or leave this empty")
	} else {
		err = s.store.AddComment(v.ctx(), &c)
	}
	if err != nil {
		return v.refused(err, "release_comments", p)
	}
	v.auditDetail(r.Title)
	return v.done(backOr(form.Back, p.Comments.Path()), "The comment is there.")
}

// backOr is the page of ours that a form stands on, or another where it names none.
func backOr(back, other string) string {
	if back = (&signInForm{Next: back}).next(); back == "/" {
		return other
	}
	return back
}

// mayComment lets those comment who write or approve.
func (s *commentPages) mayComment(v *visit) error {
	if v.user.May(campaign.Editor) || v.user.MayApprove() {
		return nil
	}
	return campaign.Errorf(campaign.Forbidden, "only who writes or approves can comment")
}

// change answers a comment, resolves it, or takes it up again.
func (s *commentPages) change(v *visit) error {
	if err := s.mayComment(v); err != nil {
		return err
	}
	release, id := v.Param("id"), v.Param("comment")
	back := backOr(v.PostForm("back"), "/releases/"+release+"/comments")
	var err error
	said := campaign.Textf("Your answer is there.")
	switch v.PostForm("do") {
	case "resolve":
		err, said = s.store.ResolveComment(v.ctx(), release, id, true), campaign.Textf("The comment is resolved.")
		v.acted(campaign.Textf("Resolved a comment on a release"))
	case "reopen":
		err, said = s.store.ResolveComment(v.ctx(), release, id, false), campaign.Textf("The comment is open again.")
	default:
		err = s.store.AnswerComment(v.ctx(), release, id, v.PostForm("text"))
	}
	if stepRefused(err) != 0 {
		p, pageErr := s.page(v)
		if pageErr != nil {
			return pageErr
		}
		p.Comments.Back, p.Comments.Refused = back, templates.SentenceOf(v.language, err)
		return v.showAs(stepRefused(err), "release_comments", p)
	}
	if err != nil {
		return err
	}
	return v.done(back, "%s", said)
}
