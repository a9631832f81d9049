package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/media"
	"github.com/glasnik/glasnik/campaign/store"
)

// libraryPages are the pages of the library of media.
type libraryPages struct {
	*panel
	store  mediaStore
	offers *offers
	maker  *media.Maker
}

type mediaStore interface {
	CreateMedia(ctx context.Context, m *campaign.MediaItem) error
	DeleteMedia(ctx context.Context, id string) error
	FindMedia(ctx context.Context, f store.MediaFilter, p store.Page) ([]campaign.MediaItem, string, error)
	FindMediaWith(ctx context.Context, hash string) ([]campaign.MediaItem, error)
	FindMediaUse(ctx context.Context, id string) (store.MediaUse, error)
	GetMedia(ctx context.Context, id string) (campaign.MediaItem, error)
	GetMediaByOriginal(ctx context.Context, hash string) (campaign.MediaItem, error)
	OpenMediaBytes(ctx context.Context, f campaign.MediaFile) io.ReadSeeker
	SaveMediaBytes(ctx context.Context, hash string, r io.Reader) error
	UpdateMedia(ctx context.Context, id string, fn func(*campaign.MediaItem) error) (campaign.MediaItem, error)
}

// maxMediaForm is the limit of a form with several files for the library.
const maxMediaForm = 300 << 20

// addUpload makes an item of an uploaded file, or finds the one that was made of the same bytes before.
func (s *libraryPages) addUpload(v *visit, header *multipart.FileHeader, f uploadForm) (item campaign.MediaItem, known bool, err error) {
	item, err = s.keep(v, header)
	if err != nil || item.ID != "" {
		return item, item.ID != "", err
	}
	item.Credit, item.People = cmp.Or(strings.TrimSpace(f.Credit), item.Credit), campaign.PeopleShown(f.People)
	return item, false, s.store.CreateMedia(v.ctx(), &item)
}

// keep stores what is kept of an uploaded file, and returns an item of it that is not stored yet; or the item, with its id, that was
// made of the same bytes before.
func (s *libraryPages) keep(v *visit, header *multipart.FileHeader) (item campaign.MediaItem, err error) {
	file, err := header.Open()
	if err != nil {
		return item, fmt.Errorf("open upload: %w", err)
	}
	defer file.Close()
	original, size, err := campaign.HashOf(file)
	if err != nil {
		return item, fmt.Errorf("read upload: %w", err)
	}
	if item, err = s.store.GetMediaByOriginal(v.ctx(), original); campaign.CodeOf(err) != campaign.NotFound {
		return item, err
	}
	if err := s.refuseEnded(v.ctx(), original); err != nil {
		return campaign.MediaItem{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return campaign.MediaItem{}, fmt.Errorf("read upload: %w", err)
	}
	made, err := s.maker.Make(v.ctx(), header.Filename, file, size)
	if err != nil {
		return item, err
	}
	found := &made.Found
	item = campaign.MediaItem{Kind: made.Kind, Title: found.Title, Credit: found.Credit, Licence: found.Rights, Source: found.Source, Original: original, Uploader: v.user.ID}
	if found.Alt != "" {
		item.Alt = campaign.Texts{v.language: found.Alt}
	}
	if found.Caption != "" {
		item.Caption = campaign.Texts{v.language: found.Caption}
	}
	return item, s.saveFiles(v.ctx(), &item, header.Filename, file, size, &made)
}

// refuseEnded refuses a file that an item has, or had before it was replaced, whose licence or consent is over.
func (s *libraryPages) refuseEnded(ctx context.Context, hash string) error {
	known, err := s.store.FindMediaWith(ctx, hash)
	if err != nil {
		return err
	}
	for i := range known {
		if known[i].Ended(s.Now()) {
			return campaign.Errorf(campaign.Conflict, "this is a file of “%s”, whose licence or consent is over: it must not be shown any more", known[i].Title)
		}
	}
	return nil
}

// saveFiles stores the bytes of an upload and names them in its item.
func (s *libraryPages) saveFiles(ctx context.Context, item *campaign.MediaItem, name string, file io.ReadSeeker, size int64, made *media.Made) error {
	item.File = campaign.MediaFile{Hash: item.Original, Name: media.NameFor(name, made.Type), MediaType: made.MediaType, Size: size, Width: made.Width, Height: made.Height}
	item.Sizes = nil
	var err error
	if made.Data == nil {
		kept := made.Without(file)
		if _, err = kept.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		if item.File.Hash, item.File.Size, err = campaign.HashOf(kept); err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		if _, err = kept.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		if err := s.refuseEnded(ctx, item.File.Hash); err != nil {
			return err
		}
		return s.store.SaveMediaBytes(ctx, item.File.Hash, kept)
	}
	if item.File.Hash, item.File.Size, err = s.saveBytes(ctx, made.Data); err != nil {
		return err
	}
	if err := s.refuseEnded(ctx, item.File.Hash); err != nil {
		return err
	}
	for _, size := range made.Sizes {
		f := campaign.MediaFile{Name: media.NameFor(name, size.Type), MediaType: size.MediaType, Width: size.Width, Height: size.Height}
		if f.Hash, f.Size, err = s.saveBytes(ctx, size.Data); err != nil {
			return err
		}
		item.Sizes = append(item.Sizes, f)
	}
	return nil
}

func (s *libraryPages) saveBytes(ctx context.Context, data []byte) (string, int64, error) {
	hash, size, err := campaign.HashOf(bytes.NewReader(data))
	if err != nil {
		return "", 0, err
	}
	return hash, size, s.store.SaveMediaBytes(ctx, hash, bytes.NewReader(data))
}

// mediaAnswer is an item as scripts of the panel get it.
type mediaAnswer struct {
	ID      string         `json:"id"`
	Address string         `json:"address"` // as a text shows it
	Kind    string         `json:"kind"`
	Title   string         `json:"title"`
	Src     string         `json:"src"`   // of the picture for mails, or of the file
	Thumb   string         `json:"thumb"` // "" where it is no picture
	Width   int            `json:"width"`
	Height  int            `json:"height"`
	Alt     campaign.Texts `json:"alt"`
	Caption campaign.Texts `json:"caption"`
	Credit  string         `json:"credit"`
	Bar     string         `json:"bar"`             // why it must not be used now, in the user's language; "" when it may
	Known   bool           `json:"known,omitempty"` // the same file was in the library already
}

func answerOf(v *visit, m *campaign.MediaItem) mediaAnswer {
	p := m.Picture()
	a := mediaAnswer{
		ID: m.ID, Address: campaign.MediaScheme + m.ID, Kind: string(m.Kind), Title: m.Title, Src: p.Address, Width: p.Width, Height: p.Height,
		Alt: m.Alt, Caption: m.Caption, Credit: m.Credit, Bar: v.sentence(m.Bar(v.now())),
	}
	if m.IsPicture() {
		a.Thumb = m.Sized(campaign.ThumbWidth).Address()
	}
	return a
}

// upload takes one file, the field “file” of a multipart form, and answers a script with its item: for pictures that are pasted into
// a text or dropped on the library.
func (s *libraryPages) upload(v *visit) error {
	var header *multipart.FileHeader
	if form := v.Request.MultipartForm; form != nil && len(form.File["file"]) == 1 {
		header = form.File["file"][0]
	}
	if header == nil {
		return v.failJSON(campaign.Errorf(campaign.Invalid, "choose a file"))
	}
	var f uploadForm
	if err := v.read(&f); err != nil {
		return v.failJSON(err)
	}
	item, known, err := s.addUpload(v, header, f)
	if err != nil {
		return v.failJSON(err)
	}
	status := http.StatusOK
	if !known {
		v.auditDetail(item.Title)
		if err := v.note(); err != nil {
			return err
		}
		status = http.StatusCreated
	}
	a := answerOf(v, &item)
	a.Known = known
	v.JSON(status, a)
	return nil
}

// failJSON tells a script what the user can mend; any other error is passed on.
func (v *visit) failJSON(err error) error {
	var e *campaign.Error
	if !errors.As(err, &e) {
		return err
	}
	v.JSON(http.StatusUnprocessableEntity, map[string]any{"error": map[string]string{"code": string(e.Code), "field": e.Field, "message": v.sentence(e.Text)}})
	return nil
}

// pick answers a script with items to choose from: ?q=, ?kind= (pictures where it is left out), ?after= of the answer before.
func (s *libraryPages) pick(v *visit) error {
	f := store.MediaFilter{Search: v.Query("q"), Kind: cmp.Or(oneOf(v.Query("kind"), campaign.MediaKinds), campaign.MediaPicture)}
	found, next, err := s.store.FindMedia(v.ctx(), f, store.Page{After: v.Query("after"), Limit: 24})
	if err != nil {
		return v.failJSON(err)
	}
	v.JSON(http.StatusOK, struct {
		Items []mediaAnswer `json:"items"`
		Next  string        `json:"next"` // "" on the last page
	}{campaign.Collect(found, func(m campaign.MediaItem) mediaAnswer { return answerOf(v, &m) }), next})
	return nil
}

type mediaGetter interface {
	GetMediaAll(ctx context.Context, ids []string) (map[string]campaign.MediaItem, error)
}

// addMediaLines tells on the Check tab what stands against the pictures and files of a release.
func addMediaLines(v *visit, p *checkPage, st mediaGetter, ids []string) error {
	items, err := st.GetMediaAll(v.ctx(), ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m, ok := items[id]
		line := checkLine{Tone: "red", Text: m.Bar(v.now()), Link: "/library/" + id, Do: campaign.Textf("Look at it")}
		if line.Text.IsZero() {
			line.Tone, line.Text = "amber", m.Doubt(v.now())
		}
		if ok && !line.Text.IsZero() { // what is gone is told by the text that shows it
			p.add(line)
		}
	}
	return nil
}

// mediaUsePages put items of the library into a release: its press kit and its attachments.
type mediaUsePages struct {
	*panel
	store mediaUseStore
}

type mediaUseStore interface {
	FindMedia(ctx context.Context, f store.MediaFilter, p store.Page) ([]campaign.MediaItem, string, error)
	GetMedia(ctx context.Context, id string) (campaign.MediaItem, error)
	GetMediaAll(ctx context.Context, ids []string) (map[string]campaign.MediaItem, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	UpdateRelease(ctx context.Context, id string, fn func(*campaign.Release) error) (campaign.Release, error)
}

// mediaUsePage is the press kit of a release and what can be added to it.
type mediaUsePage struct {
	Page
	Release campaign.Release
	Kit     []mediaRow
	Found   []useRow
	Paging  paging
	Address string // of the press kit; "" while it is empty
}

// useRow is an item that can be added, unless Bar says why not.
type useRow struct {
	mediaRow
	Bar             campaign.Text
	InKit, Attached bool
}

// Embargoed reports whether nobody gets the press kit yet.
func (p *mediaUsePage) Embargoed() bool { return p.Release.Embargo.After(p.Now) }

func (s *mediaUsePages) show(v *visit) error {
	r, err := s.store.GetRelease(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "release")
	}
	p, err := s.page(v, r)
	if err != nil {
		return err
	}
	return v.show("release_media", p)
}

func (s *mediaUsePages) page(v *visit, r campaign.Release) (*mediaUsePage, error) {
	p := &mediaUsePage{Page: v.page("releases", "Media of “%s”", r.Title), Release: r}
	items, err := s.store.GetMediaAll(v.ctx(), r.Kit)
	if err != nil {
		return nil, err
	}
	for _, id := range r.Kit {
		if m, ok := items[id]; ok {
			p.Kit = append(p.Kit, rowOf(v, &m))
		}
	}
	if len(p.Kit) > 0 {
		p.Address = s.Links.Kit(r.ID)
	}
	page := v.tablePage()
	page.Limit = 12
	found, next, err := s.store.FindMedia(v.ctx(), store.MediaFilter{Search: v.Query("q")}, page)
	if err != nil {
		return nil, err
	}
	p.Paging = p.pages(next)
	for i := range found {
		m := &found[i]
		p.Found = append(p.Found, useRow{
			mediaRow: rowOf(v, m), Bar: m.Bar(v.now()), InKit: slices.Contains(r.Kit, m.ID),
			Attached: slices.ContainsFunc(r.Attachments, func(a campaign.Attachment) bool { return a.Media == m.ID }),
		})
	}
	return p, nil
}

// change adds an item to the press kit or the attachments of a release, or takes it out again.
func (s *mediaUsePages) change(v *visit) error {
	var f struct {
		Item string `form:"item"`
		Do   string `form:"do"`
	}
	if err := v.read(&f); err != nil {
		return err
	}
	adds := f.Do == "kit" || f.Do == "attach"
	m, err := s.store.GetMedia(v.ctx(), f.Item)
	if err != nil && (adds || campaign.CodeOf(err) != campaign.NotFound) {
		return gone(err, "media")
	}
	if bar := m.Bar(v.now()); adds && !bar.IsZero() {
		return &campaign.Error{Code: campaign.Conflict, Text: bar}
	}
	r, err := s.store.UpdateRelease(v.ctx(), v.Param("id"), func(r *campaign.Release) error {
		switch f.Do {
		case "kit":
			if !slices.Contains(r.Kit, m.ID) {
				r.Kit = append(r.Kit, m.ID)
			}
		case "unkit":
			r.Kit = slices.DeleteFunc(r.Kit, func(id string) bool { return id == f.Item })
		case "attach":
			attach(r, &m, v.language)
		case "detach":
			r.Attachments = slices.DeleteFunc(r.Attachments, func(a campaign.Attachment) bool { return a.Media == f.Item && !a.Inline })
		default:
			return campaign.Errorf(campaign.Invalid, "say what to do with it")
		}
		return nil
	})
	if err != nil {
		return gone(err, "release")
	}
	v.auditDetail(r.Title)
	return v.done("/releases/"+r.ID+"/media", "%s", map[string]campaign.Text{
		"kit": campaign.Textf("“%s” is in the press kit.", m.Title), "unkit": campaign.Textf("“%s” is no longer in the press kit.", m.Title),
		"attach": campaign.Textf("“%s” is attached.", m.Title), "detach": campaign.Textf("“%s” is no longer attached.", m.Title),
	}[f.Do])
}

// attach adds an item to the attachments of a release, once, under a name no other has.
func attach(r *campaign.Release, m *campaign.MediaItem, l campaign.Language) {
	has := func(fits func(campaign.Attachment) bool) bool { return slices.ContainsFunc(r.Attachments, fits) }
	if has(func(a campaign.Attachment) bool { return a.Media == m.ID && !a.Inline }) {
		return
	}
	var a campaign.Attachment
	a.Take(m)
	a.Alt, _ = m.Alt.For(l)
	end := path.Ext(a.Name)
	for n, begin := 2, strings.TrimSuffix(a.Name, end); has(func(other campaign.Attachment) bool { return other.Name == a.Name }); n++ {
		a.Name = fmt.Sprintf("%s-%d%s", begin, n, end)
	}
	r.Attachments = append(r.Attachments, a)
}
