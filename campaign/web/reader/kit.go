package reader

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// kits are the press kits of releases: pictures in full size and files, with captions and credits, at an address nobody can guess.
// It is the same for everybody, counts nobody, and works as long as the release is there.
type kits struct {
	store kitStore
	links campaign.Links
	now   func() time.Time
}

type kitStore interface {
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetMediaAll(ctx context.Context, ids []string) (map[string]campaign.MediaItem, error)
	OpenMediaBytes(ctx context.Context, f campaign.MediaFile) io.ReadSeeker
}

// kitItem is one picture or file of a kit, with the name it has there.
type kitItem struct {
	campaign.MediaItem
	Name           string
	Alt, Caption   string
	Thumb, Address string
	Width, Height  int
	SizeWords      string
}

// kitPage shows what is in a kit.
type kitPage struct {
	page
	Items []kitItem
	ZIP   string
}

// read finds the kit an address leads to; nil items when the answer is given already. What must not be shown any more is not in it.
func (k *kits) read(v *visit) (*campaign.Release, []kitItem, error) {
	id, ok := k.links.ReadKit(strings.TrimSuffix(v.Param("token"), ".zip"))
	if !ok {
		return nil, nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	r, err := k.store.GetRelease(v.ctx(), id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil, v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	if err != nil {
		return nil, nil, err
	}
	l := v.pageLanguage()
	if r.Embargo.After(k.now()) {
		m := messagePage{page: v.page(l)}
		m.Title, m.Text = m.T("embargo.title"), m.T("embargo.text", language.LongDate(m.Language, r.Embargo.In(m.zone)))
		return nil, nil, v.show(http.StatusForbidden, "message", m.Style, &m)
	}
	all, err := k.store.GetMediaAll(v.ctx(), r.Kit)
	if err != nil {
		return nil, nil, err
	}
	var items []kitItem
	taken := map[string]bool{}
	for _, id := range r.Kit {
		m, ok := all[id]
		if !ok || !m.Bar(k.now()).IsZero() {
			continue
		}
		items = append(items, kitItemOf(m, l, taken))
	}
	if len(items) == 0 {
		return nil, nil, v.showMessage(http.StatusGone, l, "error.expired")
	}
	return &r, items, nil
}

func kitItemOf(m campaign.MediaItem, l campaign.Language, taken map[string]bool) kitItem {
	item := kitItem{
		MediaItem: m, Name: m.File.Name, Alt: language.TextFor(m.Alt, l), Caption: language.TextFor(m.Caption, l), Address: m.File.Address(), SizeWords: templates.Kilobytes(l, m.File.Size),
	}
	end := path.Ext(item.Name)
	for n := 2; taken[strings.ToLower(item.Name)]; n++ {
		item.Name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(m.File.Name, end), n, end)
	}
	taken[strings.ToLower(item.Name)] = true
	if m.IsPicture() {
		small := m.Sized(campaign.SmallWidth)
		item.Thumb, item.Width, item.Height = small.Address(), small.Width, small.Height
	}
	return item
}

// show sends the page of a kit, or with .zip at its end all of it in one file.
func (k *kits) show(v *visit) error {
	r, items, err := k.read(v)
	if err != nil || items == nil {
		return err
	}
	v.Header("X-Robots-Tag", "noindex, nofollow")
	v.Header("Cache-Control", "no-store")
	if strings.HasSuffix(v.Param("token"), ".zip") {
		return k.send(v, r, items)
	}
	p := kitPage{page: v.page(v.pageLanguage()), Items: items, ZIP: v.Request.URL.Path + ".zip?lang=" + string(v.pageLanguage())}
	p.Title = headlineFor(r, p.Language)
	p.offerLanguages(v.Request.URL.Path)
	return v.show(http.StatusOK, "kit", p.Style, &p)
}

func headlineFor(r *campaign.Release, l campaign.Language) string {
	if v := r.For(l); v != nil {
		return language.TextFor(campaign.Texts{v.Language: v.Headline}, l)
	}
	return r.Title
}

// send streams a kit as a ZIP. Its files are compressed already.
func (k *kits) send(v *visit, r *campaign.Release, items []kitItem) error {
	p := v.page(v.pageLanguage())
	v.Header("Content-Type", "application/zip")
	v.Header("Content-Disposition", campaign.Disposition(headlineFor(r, p.Language)+".zip"))
	if v.Request.Method == http.MethodHead {
		v.Status(http.StatusOK)
		return nil
	}
	limits := http.NewResponseController(v.Writer) // a slow line takes longer than any page
	_ = limits.SetWriteDeadline(time.Time{})
	z := zip.NewWriter(v.Writer)
	err := addFile(z, p.T("kit.file"), zip.Deflate, k.now(), bytes.NewReader(kitText(p, r, items)))
	for i := range items {
		err = errors.Join(err, addFile(z, items[i].Name, zip.Store, items[i].UpdatedAt, k.store.OpenMediaBytes(v.ctx(), items[i].File)))
		if err != nil { // the head is sent: a broken connection says that it is not whole
			panic(http.ErrAbortHandler)
		}
	}
	return z.Close()
}

func addFile(z *zip.Writer, name string, method uint16, at time.Time, r io.Reader) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// kitText says of every file in a kit what it shows, who made it and what may be done with it, for every editor to open.
func kitText(p page, r *campaign.Release, items []kitItem) []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff") // so that Windows reads it as UTF-8
	line := func(label, text string) {
		if text != "" {
			b.WriteString(label + ": " + strings.Join(strings.Fields(text), " ") + "\r\n")
		}
	}
	b.WriteString(headlineFor(r, p.Language) + "\r\n\r\n")
	for i := range items {
		m := &items[i]
		b.WriteString(m.Name + "\r\n")
		if m.IsPicture() {
			b.WriteString(fmt.Sprintf("%d × %d\r\n", m.File.Width, m.File.Height))
		}
		line(p.T("kit.shows"), m.Alt)
		line(p.T("kit.caption"), m.Caption)
		line(p.T("kit.credit"), m.Credit)
		line(p.T("kit.licence"), m.Licence)
		b.WriteString("\r\n")
	}
	return b.Bytes()
}
