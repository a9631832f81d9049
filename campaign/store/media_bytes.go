package store

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// dropBytes removes the bytes of files no item has any more.
func (s *Media) dropBytes(ctx context.Context, hashes []string) error {
	for _, hash := range hashes {
		if held, err := s.FindMediaWith(ctx, hash); err != nil || len(held) > 0 {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.deleteChunks(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

func (s *Media) deleteChunks(ctx context.Context, hash string) error {
	for n := 0; ; n++ {
		gone, err := s.engine.Delete(ctx, schema.Files, document.ByID(chunkID(hash, n)))
		if err != nil || gone == 0 {
			return err
		}
	}
}

// chunkSize is how many bytes of a file one document holds: a request reads no more of it at once, and MongoDB takes no document
// over 16 MB.
const chunkSize = 1 << 20

func chunkID(hash string, n int) string { return fmt.Sprintf("%s.%04d", hash, n) }

// SaveMediaBytes stores the bytes of a file in chunks. The same bytes are stored once; one that broke off is completed.
func (s *Media) SaveMediaBytes(ctx context.Context, hash string, r io.Reader) error {
	buf := make([]byte, chunkSize)
	for n := 0; ; n++ {
		size, err := io.ReadFull(r, buf)
		if size > 0 {
			f := campaign.File{ID: chunkID(hash, n), Data: buf[:size], Since: s.now()}
			if added, err := s.engine.InsertNew(ctx, schema.Files, &f); err != nil {
				return err
			} else if added == 0 { // DropLooseBytes must not take it before its item is stored
				if _, err := s.engine.Update(ctx, schema.Files, document.ByID(f.ID), document.Change{Set: map[string]any{"since": f.Since}}); err != nil {
					return err
				}
			}
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return fmt.Errorf("read upload: %w", err)
		}
	}
}

// looseLife is how long an upload may take from its first bytes to its item.
const looseLife = 24 * time.Hour

// DropLooseBytes removes what uploads left that were cut off before their item was stored.
func (s *Media) DropLooseBytes(ctx context.Context) error {
	old := document.All{document.Where{Field: "since", Op: document.Gt, Value: time.Time{}}, document.Where{Field: "since", Op: document.Lt, Value: s.now().Add(-looseLife)}}
	for {
		var parts []campaign.File
		if err := s.engine.Find(ctx, schema.Files, document.Query{Filter: old, Order: []document.Order{{Field: "since"}}, Limit: 8}, &parts); err != nil || len(parts) == 0 {
			return err
		}
		for _, f := range parts {
			hash, _, _ := strings.Cut(f.ID, ".")
			held, err := s.FindMediaWith(ctx, hash)
			if err != nil {
				return err
			}
			this := append(document.All{document.ByID(f.ID)}, old...) // and not one that is being uploaded again
			if len(held) > 0 {
				_, err = s.engine.Update(ctx, schema.Files, this, document.Change{Set: map[string]any{"since": time.Time{}}})
			} else {
				_, err = s.engine.Delete(ctx, schema.Files, this)
			}
			if err != nil {
				return err
			}
		}
	}
}

// consentPage is how many items are looked through together.
const consentPage = 200

// scrub takes the address of a person who is erased out of the records of consent. Their name stays: what they agreed to is a
// proof, and FindConsentsOf tells where it stands.
func (s *Media) scrub(ctx context.Context, p *erasing.Person) error {
	for after := ""; ; {
		var docs []campaign.MediaItem
		err := s.engine.Find(ctx, schema.Media, document.Query{Filter: document.Where{Field: "id", Op: document.Gt, Value: after}, Order: []document.Order{{Field: "id"}}, Limit: consentPage}, &docs)
		if err != nil || len(docs) == 0 {
			return err
		}
		after = docs[len(docs)-1].ID
		for i := range docs {
			if c := docs[i].Consent; campaign.WithoutAddress(c.By, p.Is) == c.By && campaign.WithoutAddress(c.Proof, p.Is) == c.Proof {
				continue
			}
			_, err := document.Modify(ctx, s.engine, schema.Media, docs[i].ID, func(m *campaign.MediaItem) *int64 { return &m.Version }, func(m *campaign.MediaItem) error {
				m.Consent.By, m.Consent.Proof = campaign.WithoutAddress(m.Consent.By, p.Is), campaign.WithoutAddress(m.Consent.Proof, p.Is)
				m.IndexText()
				return nil
			})
			if campaign.UnlessMissing(err) != nil {
				return err
			}
		}
	}
}

// FindConsentsOf returns the first items whose record of consent names a person.
func (s *Media) FindConsentsOf(ctx context.Context, c *campaign.Contact) (named []campaign.MediaItem, err error) {
	words := campaign.PersonWords(c.FirstName, c.LastName)
	if c.LastName == "" || len(words) < 2 {
		return nil, nil
	}
	found, _, err := s.FindMedia(ctx, MediaFilter{Search: c.FirstName + " " + c.LastName}, Page{Limit: 100})
	for _, m := range found {
		if campaign.TellsPerson(m.Consent.By, words, func(string) bool { return false }) {
			named = append(named, m)
		}
	}
	return named, err
}

// OpenMediaBytes returns the bytes of a stored file; it holds one chunk of them at a time.
func (s *Media) OpenMediaBytes(ctx context.Context, f campaign.MediaFile) io.ReadSeeker {
	return &mediaReader{ctx: ctx, engine: s.engine, hash: f.Hash, size: f.Size, held: -1}
}

// mediaReader reads a file chunk by chunk. It lives as long as one request, whose context it has.
type mediaReader struct {
	ctx      context.Context
	engine   document.Engine
	hash     string
	size, at int64
	held     int // number of the chunk in hand
	chunk    []byte
}

func (r *mediaReader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if n := int(r.at / chunkSize); n != r.held {
		f, err := document.Get[campaign.File](r.ctx, r.engine, schema.Files, chunkID(r.hash, n))
		if err != nil {
			return 0, fmt.Errorf("read part %d of a file: %w", n, err)
		}
		r.held, r.chunk = n, f.Data
	}
	from := int(r.at % chunkSize)
	if from >= len(r.chunk) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, r.chunk[from:])
	r.at += int64(n)
	return n, nil
}

func (r *mediaReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek before the beginning of a file")
	}
	r.at = offset
	return offset, nil
}
