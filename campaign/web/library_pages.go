package web

import (
	"mime/multipart"
	"net/http"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// libraryPage is the library as a grid of pictures, or as a table, with the form to add to it.
type libraryPage struct {
	Page
	Rows   []mediaRow
	Paging paging
	Filter store.MediaFilter
	AsList bool
	Form   uploadForm
}

// uploadForm is what is said of all files that are added together.
type uploadForm struct {
	Credit string `form:"credit"`
	People string `form:"people"`
}

// mediaRow is an item with what its row shows.
type mediaRow struct {
	campaign.MediaItem
	Thumb string // "" where it is no picture
	Ended bool
	Soon  bool // it ends within a month
}

func rowOf(v *visit, m *campaign.MediaItem) mediaRow {
	r := mediaRow{MediaItem: *m, Ended: m.Ended(v.now()), Soon: m.EndsSoon(v.now())}
	if m.IsPicture() {
		r.Thumb = "/library/" + m.ID + "/picture?size=thumb&v=" + m.File.Hash
	}
	return r
}

// Kinds, States and People are options of the forms.
func (p *libraryPage) Kinds() []templates.Option {
	return optionsOf(p.Language, p.say("media: Any kind"), campaign.MediaKinds)
}
func (p *libraryPage) States() []templates.Option {
	return p.choices(
		choice{"", campaign.Textf("media: All")}, choice{string(store.MediaNoConsent), campaign.Textf("A consent is missing")},
		choice{string(store.MediaUnsaid), campaign.Textf("Not yet said who can be recognised")}, choice{string(store.MediaEnding), campaign.Textf("Consent or licence ends within a month")},
		choice{string(store.MediaEnded), campaign.Textf("Consent or licence is over")}, choice{string(store.MediaNoAlt), campaign.Textf("No alt text")},
		choice{string(store.MediaUnused), campaign.Textf("Used nowhere")},
	)
}
func (p *libraryPage) People() []templates.Option {
	return optionsOf(p.Language, p.say("I say it later, for each"), campaign.PeopleChoices)
}

// Filtered reports whether less than the whole library is shown.
func (p *libraryPage) Filtered() bool { return p.Filter != store.MediaFilter{} }

func (s *libraryPages) index(v *visit) error {
	p := libraryPage{}
	if err := s.fill(v, &p); err != nil {
		return err
	}
	return v.show("library", &p)
}

// fill reads the page of the library that is asked for.
func (s *libraryPages) fill(v *visit, p *libraryPage) error {
	p.Page, p.AsList = v.page("library", "Media library"), v.Query("view") == "list"
	p.Filter = store.MediaFilter{Search: v.Query("q"), Kind: oneOf(v.Query("kind"), campaign.MediaKinds), State: oneOf(v.Query("state"), store.MediaStates)}
	page := v.tablePage()
	page.Limit = 48
	found, next, err := s.store.FindMedia(v.ctx(), p.Filter, page)
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	for i := range found {
		p.Rows = append(p.Rows, rowOf(v, &found[i]))
	}
	return nil
}

// create adds the files of the form; those that are refused are told by their names, and the others stay.
func (s *libraryPages) create(v *visit) error {
	v.unhurried()
	p := libraryPage{}
	if err := s.fill(v, &p); err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	added, known, faults, err := s.addAll(v, p.Form)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		if err := s.fill(v, &p); err != nil {
			return err
		}
		if len(added) > 0 {
			p.Notice = v.say("%d files are in the library now.", len(added))
			if err := v.note(); err != nil {
				return err
			}
		}
		return v.refused(campaign.Together(faults...), "library", &p)
	}
	switch {
	case len(added)+len(known) == 1 && len(known) == 1:
		return v.done("/library/"+known[0].ID, "This very file is in the library already.")
	case len(added) == 1:
		return v.done("/library/"+added[0].ID, "It is in the library. Say what it shows, and who can be recognised.")
	}
	return v.done("/library", "%d files are in the library now.", len(added))
}

// addAll adds every file of the form.
func (s *libraryPages) addAll(v *visit, f uploadForm) (added, known []campaign.MediaItem, faults []error, err error) {
	var headers []*multipart.FileHeader
	if form := v.Request.MultipartForm; form != nil {
		headers = slices.DeleteFunc(slices.Clone(form.File["files"]), func(h *multipart.FileHeader) bool { return h.Filename == "" })
	}
	if len(headers) == 0 {
		return nil, nil, []error{campaign.FieldError("files", "choose a file")}, nil
	}
	for _, h := range headers {
		item, before, err := s.addUpload(v, h, f)
		switch {
		case err != nil && campaign.CodeOf(err) == "":
			return nil, nil, nil, err
		case err != nil:
			faults = append(faults, campaign.FieldError("files", "“%s”: %s", h.Filename, campaign.TextOf(err)))
		case before:
			known = append(known, item)
		default:
			added = append(added, item)
		}
	}
	if len(added) > 0 {
		v.auditDetail(campaign.Join(campaign.Collect(added, func(m campaign.MediaItem) campaign.Text { return campaign.Textf("%s", m.Title) }), ", "))
	}
	return added, known, faults, nil
}

// mediaForm is what is typed about an item.
type mediaForm struct {
	edited
	Title            string   `form:"title"`
	Alt              []string `form:"alt" merge:"alt,,texts"`
	Caption          []string `form:"caption" merge:"caption,,texts"`
	Credit           string   `form:"credit"`
	Source           string   `form:"source"`
	Licence          string   `form:"licence"`
	LicenceEnd       string   `form:"licence_end"`
	People           string   `form:"people"`
	ConsentBy        string   `form:"consent_by"`
	ConsentGiven     string   `form:"consent_given"`
	ConsentUntil     string   `form:"consent_until"`
	ConsentProof     string   `form:"consent_proof"`
	ConsentWithdrawn string   `form:"consent_withdrawn"`
}

func (s *libraryPages) formOf(m *campaign.MediaItem) mediaForm {
	c := &m.Consent
	f := mediaForm{
		Title: m.Title, Alt: s.showTexts(m.Alt, ""), Caption: s.showTexts(m.Caption, ""), Credit: m.Credit, Source: m.Source, Licence: m.Licence, LicenceEnd: m.LicenceEnd,
		People: string(m.People), ConsentBy: c.By, ConsentGiven: c.Given, ConsentUntil: c.Until, ConsentProof: c.Proof, ConsentWithdrawn: c.Withdrawn,
	}
	begin(&f, m.Version)
	return f
}

func (f *mediaForm) fill(m *campaign.MediaItem) {
	m.Title, m.Credit, m.Source, m.Licence, m.LicenceEnd = f.Title, f.Credit, f.Source, f.Licence, f.LicenceEnd
	m.Alt, m.Caption, m.People = readTexts(f.Alt), readTexts(f.Caption), campaign.PeopleShown(f.People)
	m.Consent = campaign.MediaConsent{By: f.ConsentBy, Given: f.ConsentGiven, Until: f.ConsentUntil, Proof: f.ConsentProof, Withdrawn: f.ConsentWithdrawn}
}

// mediaPage is one item: what it shows, what is known of it, and where it is used.
type mediaPage struct {
	Page
	Item     mediaRow
	Form     mediaForm
	Use      store.MediaUse
	By       string // who uploaded it
	Bar      campaign.Text
	Unsure   campaign.Text
	Files    []campaign.MediaFile
	Location string // the public address of the file in full size
}

// PeopleOptions are the answers to who can be recognised.
func (p *mediaPage) PeopleOptions() []templates.Option {
	return optionsOf(p.Language, p.say("Nobody has said yet"), campaign.PeopleChoices)
}

// Captions are the captions there are, for who may not change them.
func (p *mediaPage) Captions() (out []captionIn) {
	for _, l := range campaign.Languages {
		if text := p.Item.Caption[l]; text != "" {
			out = append(out, captionIn{l, text})
		}
	}
	return out
}

type captionIn struct {
	Language campaign.Language
	Text     string
}

// Markdown is how a text shows the picture.
func (p *mediaPage) Markdown() string { return "![](" + campaign.MediaScheme + p.Item.ID + ")" }

// Alt and Shown are the alt text and the size of the picture that is shown.
func (p *mediaPage) Alt() string               { return language.TextFor(p.Item.MediaItem.Alt, p.Language) }
func (p *mediaPage) Shown() campaign.MediaFile { return p.Item.Sized(campaign.MailWidth) }

// fillItem looks up what the page of an item shows beside its form.
func (s *libraryPages) fillItem(v *visit, p *mediaPage, m *campaign.MediaItem) (err error) {
	p.Item, p.Bar, p.Unsure = rowOf(v, m), m.Bar(v.now()), m.Doubt(v.now())
	p.Files, p.Location = append([]campaign.MediaFile{m.File}, m.Sizes...), s.Links.Base+m.File.Address()
	if p.By, err = s.offers.userName(v.ctx(), m.Uploader); err != nil {
		return err
	}
	p.Use, err = s.store.FindMediaUse(v.ctx(), m.ID)
	return err
}

func (s *libraryPages) item(v *visit) error {
	m, err := s.store.GetMedia(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "media")
	}
	p := mediaPage{Page: v.page("library", "%s", m.Title), Form: s.formOf(&m)}
	if err := s.fillItem(v, &p, &m); err != nil {
		return err
	}
	return v.show("media", &p)
}

func (s *libraryPages) update(v *visit) error {
	p := mediaPage{}
	stored, err := s.store.GetMedia(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "media")
	}
	p.Page = v.page("library", "%s", stored.Title)
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if err := s.fillItem(v, &p, &stored); err != nil {
		return err
	}
	theirs := s.formOf(&stored)
	if asked, err := v.together("media", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	m, err := s.store.UpdateMedia(v.ctx(), stored.ID, func(m *campaign.MediaItem) error {
		if p.Form.Version != m.Version {
			return errChanged("media")
		}
		return change(v, m.Title, m, func() error {
			p.Form.fill(m)
			return nil
		})
	})
	if err != nil {
		return v.refused(gone(err, "media"), "media", &p)
	}
	return v.saved("/library/" + m.ID)
}

// replace puts another file in an item's place, everywhere it is used. Messages that went out show the one they went out with.
func (s *libraryPages) replace(v *visit) error {
	v.unhurried()
	stored, err := s.store.GetMedia(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "media")
	}
	p := mediaPage{Page: v.page("library", "%s", stored.Title), Form: s.formOf(&stored)}
	if err := s.fillItem(v, &p, &stored); err != nil {
		return err
	}
	made, err := s.replacement(v, &stored)
	if err != nil {
		return v.refused(err, "media", &p)
	}
	_, err = s.store.UpdateMedia(v.ctx(), stored.ID, func(m *campaign.MediaItem) error {
		if m.File.Hash == made.File.Hash {
			return nil
		}
		m.Replace(&made, v.now())
		return nil
	})
	if err != nil {
		return v.refused(gone(err, "media"), "media", &p)
	}
	v.auditDetail(stored.Title)
	if stored.Ended(v.now()) {
		return v.done("/library/"+stored.ID, "The file is replaced. The licence or consent that is recorded is over all the same, so it is shown nowhere: where the new file has its own, add it as an item of its own.")
	}
	return v.done("/library/"+stored.ID, "The file is replaced, wherever it is used. Say who can be recognised in the new one, and look at the alt text.")
}

// replacement makes what is kept of the new file, which must be of the same kind.
func (s *libraryPages) replacement(v *visit, stored *campaign.MediaItem) (made campaign.MediaItem, err error) {
	header, err := v.FormFile("file")
	if err != nil || header.Filename == "" {
		return made, campaign.FieldError("file", "choose a file")
	}
	made, err = s.keep(v, header)
	if campaign.CodeOf(err) != "" {
		return made, campaign.FieldError("file", "%s", campaign.TextOf(err))
	}
	if err == nil && made.ID != "" && made.ID != stored.ID {
		return made, campaign.FieldError("file", "this very file is in the library already, as “%s”: use that, or choose another file", made.Title)
	}
	if err == nil && made.Kind != stored.Kind {
		return made, campaign.FieldError("file", "the new file must be of the same kind: what shows a picture cannot show anything else")
	}
	return made, err
}

func (s *libraryPages) askDelete(v *visit) error {
	m, err := s.store.GetMedia(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "media")
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("library", "Delete from the library"), Question: v.say("Delete “%s”?", m.Title), Do: v.say("media: Delete it"), Back: "/library/" + m.ID,
		Detail: v.say("The file and all that is known of it are deleted for good. What releases use, and what readers still see in messages, cannot be deleted."),
	})
}

func (s *libraryPages) delete(v *visit) error {
	m, err := s.store.GetMedia(v.ctx(), v.Param("id"))
	if err == nil {
		v.auditDetail(m.Title)
		err = s.store.DeleteMedia(v.ctx(), m.ID)
	}
	if err != nil {
		return gone(err, "media")
	}
	return v.done("/library", "“%s” is deleted.", m.Title)
}

// picture shows a picture to the team, also one that nobody else may see any more.
func (s *libraryPages) picture(v *visit) error {
	m, err := s.store.GetMedia(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "media")
	}
	if !m.IsPicture() {
		return gone(campaign.Errorf(campaign.NotFound, ""), "media")
	}
	width := campaign.MailWidth
	if v.Query("size") == "thumb" {
		width = campaign.ThumbWidth
	}
	file := m.Sized(width)
	v.Header("Content-Type", file.MediaType)
	v.Header("Cache-Control", "private, max-age=3600")
	v.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	http.ServeContent(v.Writer, v.Request, "", time.Time{}, s.store.OpenMediaBytes(v.ctx(), file))
	return nil
}
