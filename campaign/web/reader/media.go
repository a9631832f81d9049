package reader

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// mediaFiles are the pictures and files of the library, the same for everybody.
type mediaFiles struct {
	store mediaStore
	now   func() time.Time
}

type mediaStore interface {
	FindMediaWith(ctx context.Context, hash string) ([]campaign.MediaItem, error)
	OpenMediaBytes(ctx context.Context, f campaign.MediaFile) io.ReadSeeker
}

// keptFor is how long browsers and mail programs may keep a file: its address changes when it does.
const keptFor = 365 * 24 * time.Hour

// show sends a file by its hash, whatever the name after it. One whose licence or consent is over is gone for everybody, from the
// moment it ends; until then it is kept by browsers no longer than to that moment.
func (m *mediaFiles) show(v *visit) error {
	hash := v.Param("hash")
	items, err := m.store.FindMediaWith(v.ctx(), hash)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return request.ErrNoPage
	}
	at := slices.IndexFunc(items, func(item campaign.MediaItem) bool { _, ok := fileWith(&item, hash); return ok })
	if at < 0 {
		return request.ErrNoPage
	}
	keep, now := keptFor, m.now()
	for i := range items {
		if items[i].Ended(now) {
			v.Header("Cache-Control", "no-store")
			return v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
		}
		if ends := items[i].Ends; !ends.IsZero() {
			keep = min(keep, ends.Sub(now))
		}
	}
	file, _ := fileWith(&items[at], hash)
	h := v.Writer.Header()
	h.Set("Content-Type", file.MediaType)
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d, immutable", int(keep.Seconds())))
	h.Set("ETag", `"`+hash+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("X-Robots-Tag", "noindex")
	if !items[at].IsPicture() {
		h.Set("Content-Disposition", campaign.Disposition(file.Name))
	}
	http.ServeContent(v.Writer, v.Request, "", time.Time{}, m.store.OpenMediaBytes(v.ctx(), file))
	return nil
}

// fileWith returns the item's file with a hash.
func fileWith(m *campaign.MediaItem, hash string) (campaign.MediaFile, bool) {
	all := slices.Concat([]campaign.MediaFile{m.File}, m.Sizes, m.Former)
	at := slices.IndexFunc(all, func(f campaign.MediaFile) bool { return f.Hash == hash })
	if at < 0 { // of the upload it was made of, which is not kept
		return campaign.MediaFile{}, false
	}
	return all[at], true
}
