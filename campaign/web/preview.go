package web

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// preview shows a release as a reader gets it, in a frame: ?lang=, ?part=text, ?as=ADDRESS; as an arm of a campaign's A/B test by
// ?campaign=ID and ?arm=.
func (s *releasePages) preview(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	if arm := v.Query("arm"); arm != "" {
		c, err := s.store.GetCampaign(v.ctx(), v.Query("campaign"))
		if err != nil {
			return gone(err, "campaign")
		}
		r = c.ABTest.Release(r, arm)
	}
	return s.showPreview(v, &r, campaign.Language(v.Query("lang")), v.Query("as"), v.Query("part"))
}

// previewDraft shows what is typed in the form, before it is saved. It stores nothing.
func (s *releasePages) previewDraft(v *visit) error {
	var f releaseForm
	if err := v.read(&f); err != nil {
		return err
	}
	var r campaign.Release
	err := f.fill(&r, s.Now().UTC())
	if err == nil {
		r.Attachments, err = f.attachments(v.ctx(), s.store, nil)
	}
	if campaign.CodeOf(err) != "" {
		return previewFaults(v, err)
	}
	if err != nil {
		return err
	}
	if l := campaign.Language(f.PreviewLanguage); l.Known() && l != f.LanguageTag() {
		if err := s.otherVersion(v, &r, &f, l); err != nil {
			return err
		}
		return s.showPreview(v, &r, l, f.PreviewAs, f.PreviewPart)
	}
	if r.Versions[0].Headline == "" {
		return previewProblems(v, []campaign.Text{campaign.Textf("the preview appears once there is a headline")})
	}
	return s.showPreview(v, &r, campaign.Language(f.Language), f.PreviewAs, f.PreviewPart)
}

// otherVersion puts another version of the release beside the one that is written: the stored one, or the other script of what is
// written.
func (s *releasePages) otherVersion(v *visit, r *campaign.Release, f *releaseForm, l campaign.Language) error {
	stored, err := s.store.GetRelease(v.ctx(), f.PreviewOf)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	switch other := stored.In(l); {
	case other != nil:
		r.Put(*other)
	case l == campaign.SerbianCyrillic || l == campaign.SerbianLatin:
		r.Put(language.ConvertVersion(r.Versions[0], l, language.NewPhrasebook(v.set.Brand.Phrases)))
	}
	return nil
}

func (s *releasePages) showPreview(v *visit, r *campaign.Release, l campaign.Language, as, part string) error {
	library, err := libraryOf(v, s.store, r)
	if err != nil {
		return err
	}
	if problems := templates.ReleaseProblems(r, library); len(problems) > 0 {
		return previewProblems(v, campaign.Collect(problems, templates.ReleaseProblem.Words))
	}
	made, err := s.makePreview(v, r, l, as)
	if campaign.CodeOf(err) != "" {
		return previewFaults(v, err)
	}
	if err != nil {
		return err
	}
	v.inFrame()
	v.Data(http.StatusOK, htmlType, []byte(v.previewPage(made, part)))
	return nil
}

// previewsAtOnce is how many previews are rendered at the same time: each follows what somebody types, and may be long.
const previewsAtOnce = 2

// makePreview renders a release by the code that makes what is sent, for a contact or an example.
func (s *releasePages) makePreview(v *visit, r *campaign.Release, l campaign.Language, as string) (templates.LetterPreview, error) {
	contact, organisation := templates.ExampleContact(l), "Radio Example"
	if as = strings.TrimSpace(as); as != "" {
		c, err := s.contactMeant(v.ctx(), as)
		if err != nil {
			return templates.LetterPreview{}, err
		}
		if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ViewedEntry, Contact: c.ID, Audit: true, Detail: campaign.Textf("Looked at a contact in a preview").Stored()}); err != nil {
			return templates.LetterPreview{}, err
		}
		o, err := s.store.GetOrganisation(v.ctx(), c.Organisation)
		if campaign.UnlessMissing(err) != nil {
			return templates.LetterPreview{}, err
		}
		contact, organisation = &c, o.Name
	}
	edition, files, err := previewEdition(v, s.store, r)
	if err != nil {
		return templates.LetterPreview{}, err
	}
	select { // a browser that left is not waited for
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-v.ctx().Done():
		return templates.LetterPreview{}, v.ctx().Err()
	}
	return templates.Preview(edition, l, contact, organisation, files, templates.MediaOf(edition.Pictures, ""), s.Now())
}

// letterReader reads what a letter is made of beside its release.
type letterReader interface {
	fileReader
	pictureFinder
	FillLayout(ctx context.Context, e *edition.Edition) error
}

// pictureFinder finds pictures of the library.
type pictureFinder interface {
	FillPictures(ctx context.Context, e *edition.Edition) error
	GetPictures(ctx context.Context, ids []string) (campaign.Pictures, error)
}

// libraryOf looks up the pictures a release shows, as it is typed now.
func libraryOf(v *visit, st pictureFinder, r *campaign.Release) (templates.MediaLookup, error) {
	r.IndexMedia()
	found, err := st.GetPictures(v.ctx(), r.Media)
	return templates.MediaOf(found, ""), err
}

// previewEdition returns what a run of the release would send, without lists. Only files shown in the text are read.
func previewEdition(v *visit, st letterReader, r *campaign.Release) (*edition.Edition, []campaign.ContentFile, error) {
	var files []campaign.ContentFile
	var err error
	for _, a := range r.Attachments {
		f := campaign.ContentFile{Name: a.Name, MediaType: a.MediaType, Inline: a.Inline}
		if a.Inline {
			if f.Data, err = st.GetFile(v.ctx(), a.File); err != nil {
				return nil, nil, err
			}
		}
		files = append(files, f)
	}
	e := &edition.Edition{ID: "preview", Name: r.Title, Release: *r, Brand: v.set.Brand}
	if len(v.set.Senders) > 0 {
		e.Sender = v.set.Senders[0]
	}
	e.Release.IndexMedia() // of a draft that is not stored yet
	return e, files, errors.Join(st.FillLayout(v.ctx(), e), st.FillPictures(v.ctx(), e))
}

const previewBar = `<div lang="%s" style="margin:0;padding:10px 14px;background:#1b4352;color:#eaf1f2;font:14px/1.45 system-ui,sans-serif;text-align:left">%s</div>`

// previewPage returns the message under a bar with its subject and size.
func (v *visit) previewPage(p templates.LetterPreview, part string) string {
	words := `<b>` + html.EscapeString(p.Subject) + `</b><br>` + html.EscapeString(p.Language.Name()+", "+templates.Kilobytes(v.language, int64(p.Size)))
	if p.Size > templates.ClipWarning {
		words += ` – <b style="color:#ffd479">` + html.EscapeString(v.say("Gmail cuts messages off at %d kB and hides the link to unsubscribe: shorten it", templates.ClipSize/1000)) + `</b>`
	}
	bar := fmt.Sprintf(previewBar, v.language, words)
	if part == "text" {
		return `<!doctype html><html lang="` + string(p.Language) + `"><meta charset="utf-8"><title>` + html.EscapeString(v.say("Preview")) + `</title><body style="margin:0;background:#fff;color:#1d2629">` +
			bar + `<pre style="margin:0;padding:16px;font:14px/1.5 ui-monospace,Consolas,monospace;white-space:pre-wrap">` + html.EscapeString(p.Text) + `</pre></body></html>`
	}
	p.HTML = seenIn(p.HTML, part)
	if at := strings.Index(p.HTML, "<body"); at >= 0 {
		if end := strings.IndexByte(p.HTML[at:], '>'); end >= 0 {
			at += end + 1
			return p.HTML[:at] + bar + p.HTML[at:]
		}
	}
	return bar + p.HTML
}

var (
	schemeOf   = regexp.MustCompile(`(<meta name="color-scheme" content=")[^"]*`)
	darkRules  = regexp.MustCompile(`@media\s*\(prefers-color-scheme:\s*dark\)`)
	pictureAim = regexp.MustCompile(`(<img\b[^>]*?)\ssrc="[^"]*"`)
)

// seenIn returns a message as a mail program in light or dark colours shows it, whatever the browser is set to; or without pictures.
func seenIn(page, part string) string {
	scheme, rules := "light", "@media not all"
	if part == "dark" {
		scheme, rules = "dark", "@media all"
	}
	page = darkRules.ReplaceAllString(schemeOf.ReplaceAllString(page, "${1}"+scheme), rules)
	if part == "bare" {
		page = pictureAim.ReplaceAllString(page, "$1")
	}
	return page
}

func previewFaults(v *visit, err error) error {
	return previewProblems(v, campaign.Collect(campaign.FaultsOf(err), func(e *campaign.Error) campaign.Text { return e.Text }))
}

// previewNote is a page of the frame that shows no message, light or dark as the browser wishes.
const previewNote = `<!doctype html><html lang="%s"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>%s</title><body style="margin:0;padding:16px;font:15px/1.5 system-ui,sans-serif"><p>%s</p><ul>%s</ul></body></html>`

// previewProblems shows in the frame why there is no preview.
func previewProblems(v *visit, problems []campaign.Text) error {
	var lines strings.Builder
	for _, p := range problems {
		lines.WriteString("<li>" + html.EscapeString(v.sentence(p)) + "</li>")
	}
	v.inFrame()
	v.Data(http.StatusOK, htmlType, fmt.Appendf(nil, previewNote, v.language, html.EscapeString(v.say("Preview")), html.EscapeString(v.say("The preview has to wait:")), lines.String()))
	return nil
}

// contactMeant returns the contact with the address that was typed, else the only one that a search for it finds.
func (s *releasePages) contactMeant(ctx context.Context, typed string) (campaign.Contact, error) {
	if c, err := s.store.GetContactByAddress(ctx, typed); campaign.CodeOf(err) != campaign.NotFound && campaign.CodeOf(err) != campaign.Invalid {
		return c, err
	}
	all, _, err := s.store.FindContacts(ctx, store.ContactFilter{Search: typed}, pageOf(8))
	switch {
	case err != nil:
		return campaign.Contact{}, err
	case len(all) == 0:
		return campaign.Contact{}, campaign.FieldError("preview_as", "nothing is found by %q", typed)
	case len(all) > 1:
		names := campaign.Collect(all, func(c campaign.Contact) string { return strings.TrimSuffix(c.Email+" ("+c.FullName()+")", " ()") })
		return campaign.Contact{}, campaign.FieldError("preview_as", "%q fits more than one; write which: %s", typed, strings.Join(names, "; "))
	}
	return all[0], nil
}
