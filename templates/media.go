package templates

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// MediaOf looks pictures of the library up in those that were taken down with a release. base begins their addresses, which are
// the same for every reader and count nobody; with "" they are paths on the public site.
func MediaOf(p campaign.Pictures, base string) MediaLookup {
	return func(id string, l campaign.Language) (MediaPicture, bool) {
		found, ok := p[id]
		if !ok {
			return MediaPicture{}, false
		}
		return MediaPicture{
			Address: base + found.Address, Width: found.Width, Height: found.Height, Alt: language.TextFor(found.Alt, l), Credit: found.Credit,
		}, true
	}
}
