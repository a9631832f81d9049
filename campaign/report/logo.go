package report

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// Pictures are where logos are kept.
type Pictures interface {
	GetMediaAll(ctx context.Context, ids []string) (map[string]campaign.MediaItem, error)
	OpenMediaBytes(ctx context.Context, f campaign.MediaFile) io.ReadSeeker
}

// A logo is shown in a size that is sharp in print, and holds at most so many octets.
const (
	logoWidth = 300
	logoSize  = 1 << 20
)

// LoadLogos reads the logos of a report. One that is gone, or no PNG or JPEG of a fit size, is left out.
func LoadLogos(ctx context.Context, from Pictures, r *campaign.Report, l campaign.Language) ([]Logo, error) {
	ids := campaign.Collect(r.Logos, func(l campaign.Logo) string { return strings.TrimPrefix(l.Picture, campaign.MediaScheme) })
	if len(ids) == 0 {
		return nil, nil
	}
	items, err := from.GetMediaAll(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Logo
	for i, id := range ids {
		item := items[id]
		file, ok := logoFile(&item)
		if !ok {
			continue
		}
		data, err := io.ReadAll(from.OpenMediaBytes(ctx, file))
		if err != nil {
			return nil, err
		}
		out = append(out, Logo{Type: file.MediaType, Data: data, Alt: language.TextFor(r.Logos[i].Alt, l, r.Phrases...)})
	}
	return out, nil
}

// logoFile returns the smallest file of a picture that is sharp, or else the widest.
func logoFile(m *campaign.MediaItem) (campaign.MediaFile, bool) {
	files := slices.DeleteFunc(append([]campaign.MediaFile{m.File}, m.Sizes...), func(f campaign.MediaFile) bool {
		return f.Size == 0 || f.Size > logoSize || f.MediaType != "image/png" && f.MediaType != "image/jpeg"
	})
	if len(files) == 0 {
		return campaign.MediaFile{}, false
	}
	slices.SortFunc(files, func(a, b campaign.MediaFile) int { return a.Width - b.Width })
	for _, f := range files {
		if f.Width >= logoWidth {
			return f, true
		}
	}
	return files[len(files)-1], true
}
