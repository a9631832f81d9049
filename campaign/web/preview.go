package web

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/templates"
)

// preview shows a release as a reader gets it, in a frame: ?lang=, ?part=text, ?as=ADDRESS.
func (s *releasePages) preview(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
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
	if r.Versions[0].Headline == "" {
		return previewProblems(v, []campaign.Text{campaign.Textf("the preview appears once there is a headline")})
	}
	return s.showPreview(v, &r, campaign.Language(f.Language), f.PreviewAs, f.PreviewPart)
}

func (s *releasePages) showPreview(v *visit, r *campaign.Release, l campaign.Language, as, part string) error {
	if problems := templates.ReleaseProblems(r); len(problems) > 0 {
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
		picked, err := s.pickers.pick(v.ctx(), "contacts", "preview_as", as)
		if err != nil {
			return templates.LetterPreview{}, err
		}
		c, err := s.store.GetContact(v.ctx(), picked.ID)
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
	return templates.Preview(edition, l, contact, organisation, files, s.Now())
}

// previewEdition returns what a run of the release would send, without lists. Only files shown in the text are read.
func previewEdition(v *visit, st fileReader, r *campaign.Release) (*edition.Edition, []campaign.ContentFile, error) {
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
	return e, files, nil
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
	if at := strings.Index(p.HTML, "<body"); at >= 0 {
		if end := strings.IndexByte(p.HTML[at:], '>'); end >= 0 {
			at += end + 1
			return p.HTML[:at] + bar + p.HTML[at:]
		}
	}
	return bar + p.HTML
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
