// Package media makes of an uploaded file what the library keeps: it tells what the bytes are, whatever the file is called, refuses
// what could do harm, reads credit and rights, and makes pictures anew in the sizes that are shown. What it makes of a picture has
// none of the metadata of the upload, and so nothing of where it was taken; that is taken out of films and documents too, or they are
// refused.
//
// It reads and writes no store and no network.
package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"runtime"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Limits of an upload, in octets and pixels.
const (
	MaxPicture = 30 << 20
	MaxFile    = 100 << 20
	MaxPixels  = 50_000_000
	maxSide    = 30_000
	largest    = MaxPixels / 3 // pictures with more pixels are made one at a time
)

// Made is what became of an upload. Of a picture Data and Sizes hold new bytes; any other file stays as it is but for what says where
// it was made, see Without, and Data is nil.
type Made struct {
	Type
	Data          []byte
	Width, Height int
	Sizes         []Size
	Found         Found

	patches []patch
}

// Size is a smaller picture.
type Size struct {
	Type
	Data          []byte
	Width, Height int
}

// Maker makes pictures, a bounded number at a time: one on each core, and of very large ones one alone.
type Maker struct {
	turns, large chan struct{}
}

// NewMaker returns a Maker for this machine.
func NewMaker() *Maker {
	return &Maker{turns: make(chan struct{}, runtime.GOMAXPROCS(0)), large: make(chan struct{}, 1)}
}

// Make looks at an upload and makes what is kept of it. It waits for its turn. Its errors tell the user what is wrong and what to do.
func (m *Maker) Make(ctx context.Context, name string, r io.ReadSeeker, size int64) (Made, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Made{}, err
	}
	kind, err := Sniff(head[:n])
	if err != nil {
		return Made{}, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return Made{}, err
	}
	limit := int64(MaxFile)
	if kind.Kind == campaign.MediaPicture {
		limit = MaxPicture
	}
	if size > limit {
		return Made{}, campaign.Errorf(campaign.Invalid, "the file has %d MB, and the library takes up to %d MB of this kind: make it smaller", (size+(1<<20)-1)>>20, limit>>20)
	}
	if kind.Kind != campaign.MediaPicture {
		if kind, err = inspect(kind, name, r, size); err != nil {
			return Made{}, err
		}
		patches, err := locations(kind, r, size)
		return Made{Type: kind, Found: Found{Located: len(patches) > 0}, patches: patches}, err
	}
	data, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return Made{}, err
	}
	return m.picture(ctx, kind, data)
}

// picture waits for a turn and makes a picture in all its sizes.
func (m *Maker) picture(ctx context.Context, kind Type, data []byte) (Made, error) {
	pixels, err := measure(kind, data)
	if err != nil {
		return Made{}, err
	}
	turns := []chan struct{}{m.turns}
	if pixels > largest {
		turns = []chan struct{}{m.large, m.turns}
	}
	for _, turn := range turns {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return Made{}, ctx.Err()
		}
	}
	return makePicture(kind, data)
}

// NameFor returns the name a stored file has: that of the upload, made safe, with the end of its type.
func NameFor(upload string, t Type) string {
	name := campaign.FileName(upload)
	return campaign.FileName(strings.TrimSuffix(name, path.Ext(name)) + t.Ext)
}

// isText reports whether the beginning of a file is UTF-8 text without signs that no text has.
func isText(head []byte) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return len(head) > 0 && !bytes.ContainsFunc(trimRune(head), func(r rune) bool {
		return r == '\uFFFD' || r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f'
	})
}
