package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/yuin/goldmark/ast"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Letter is one version of a release made ready for many readers in one tracking mode. It is not changed any more and may
// be used by many goroutines.
type Letter struct {
	edition  *edition.Edition
	language campaign.Language
	mode     campaign.Tracking
	media    MediaLookup
	links    campaign.Links
	first    bool      // it says where the address comes from, see ComposeFirst
	embargo  time.Time // set while the letter carries the embargo line
	places   *letterPlaces
	content  campaign.Content
	layout   *layout // nil: that of the release
	unshown  []UnshownText

	teamGreeting sync.Once
	ours         string // the team's own greeting
}

// Gmail clips a message whose HTML is longer than ClipSize and hides the footer; the editor warns from ClipWarning on
// (D-08). Both in octets.
const (
	ClipSize    = 102_400
	ClipWarning = 90_000
)

// Compose makes a letter of one version of an edition's release. files are the release's attachments; an inline one
// without a Content-ID is given one. While now is before the embargo the letter carries the embargo line and the prefix of
// the subject (C-02, C-03): see Letter.GoodUntil. Pictures of the media library are looked up in media.
//
// In mode none links are left as they are and there is no image. In mode aggregate the image and the click addresses are
// the same for all readers of the run and language, and so are literally part of the letter. In mode individual they are
// values of each reader. Links are led through the click addresses in both parts, HTML and text: who reads plain text
// clicks too. The address to leave is each reader's own in every mode.
func Compose(e *edition.Edition, v *campaign.Version, mode campaign.Tracking, files []campaign.ContentFile, media MediaLookup, links campaign.Links, now time.Time) (*Letter, error) {
	l := &Letter{edition: e, language: v.Language, mode: mode, media: media, links: links, places: newLetterPlaces()}
	return l.compose(v, files, now)
}

// ComposeFirst is Compose for readers to whom this is the first message of a list they did not sign up for themselves, see
// campaign.Contact.FirstBy: it says where their address comes from, why they get it, who answers for it, and how to object.
func ComposeFirst(e *edition.Edition, v *campaign.Version, mode campaign.Tracking, files []campaign.ContentFile, media MediaLookup, links campaign.Links, now time.Time) (*Letter, error) {
	l := &Letter{edition: e, language: v.Language, mode: mode, media: media, links: links, places: newLetterPlaces(), first: true}
	return l.compose(v, files, now)
}

func (l *Letter) compose(v *campaign.Version, files []campaign.ContentFile, now time.Time) (*Letter, error) {
	e := l.edition
	if e.Release.Embargo.After(now) {
		l.embargo = e.Release.Embargo
	}
	l.content = campaign.Content{Language: v.Language, Files: l.identify(files)}
	page, err := l.page(v)
	if err != nil {
		return nil, campaign.FieldError("release_id", "the %s version cannot be sent: %s", v.Language, err)
	}
	if event := Calendar(e, v, l.links.Host(), now); event != nil {
		l.content.Files = append(l.content.Files, campaign.ContentFile{Name: CalendarName, MediaType: CalendarType, Data: event})
	}
	l.content.Subject, l.unshown = page.subject, page.unshown()
	l.content.Text = page.text()
	if l.content.HTML, err = page.html(); err != nil {
		return nil, err
	}
	l.content.Places = len(l.places.values)
	return l, nil
}

// Content is what the mailer compiles. It must not be changed.
func (l *Letter) Content() campaign.Content { return l.content }

// GoodUntil is the instant from which the letter must be composed anew because its embargo has passed; zero when there is
// none.
func (l *Letter) GoodUntil() time.Time { return l.embargo }

// Size estimates the octets of the HTML part with a reader's values in it.
func (l *Letter) Size() int {
	html := l.content.HTML
	size, mark := len(html), len(campaign.Place(0))
	for {
		_, after, found := strings.Cut(html, campaign.PlaceBegin)
		if !found || len(after) < 4 {
			return size
		}
		if n, err := strconv.Atoi(after[:4]); err == nil && n < len(l.places.widths) {
			size += l.places.widths[n] - mark
		}
		html = after
	}
}

// Values adds one reader's values to dst, in the order of the places, and returns the result. They are plain text: code that
// puts them into HTML must escape them. organisation is the name of the contact's organisation; c may be nil in a test send.
func (l *Letter) Values(dst []string, d *campaign.Delivery, c *campaign.Contact, organisation string) []string {
	if c == nil {
		c = &campaign.Contact{Email: d.Email}
	}
	if d.Tracking != l.mode || d.Language != l.language {
		own := *d
		own.Tracking, own.Language = l.mode, l.language
		d = &own
	}
	r := letterReader{letter: l, delivery: d, contact: c, organisation: organisation}
	for _, v := range l.places.values {
		dst = append(dst, v(&r))
	}
	return dst
}

// Leave returns the address to leave or choose among the values of a reader; "" for a letter without one.
func (l *Letter) Leave(values []string) string {
	if n, ok := l.places.numbers[leavePlace]; ok {
		return values[n]
	}
	return ""
}

// TrackedLinks are all web addresses in the texts of a release, each once, in order over all versions: what an edition
// keeps as Tracked when its run is made. Addresses of mail and telephone are not among them, nor are those of the footer,
// nor links whose words are an address, see showsAddress.
func TrackedLinks(r *campaign.Release) []campaign.Link {
	var out []campaign.Link
	seen := map[string]bool{}
	add := func(target string) {
		if link := (campaign.Link{URL: target}); isTrackable(target) && !seen[target] {
			out, seen[target] = append(out, link), true
		}
	}
	md := newMarkdown(pictures{})
	for i := range r.Versions {
		for _, f := range versionTexts(&r.Versions[i]) {
			if !f.markdown {
				continue
			}
			filled, err := newLetterPlaces().fill(*f.text)
			if err != nil {
				continue // CheckRelease tells it; such a version is never sent
			}
			parsed, err := md.parse(filled)
			if err != nil {
				continue
			}
			parsed.links(func(n *ast.Link) {
				if !showsAddress(inlineText(n, parsed.source, nil)) {
					add(string(n.Destination))
				}
			})
		}
		for _, s := range r.Versions[i].Stories {
			add(s.Link)
		}
	}
	if o := r.Occasion; o != nil {
		add(o.Map)
		add(o.Answer)
	}
	return out
}

// CountArmLinks is how many links the arms of an A/B test of a release have together.
func CountArmLinks(t *campaign.ABTest, r *campaign.Release) (n int) {
	for _, arm := range t.Names() {
		own := t.Release(*r, arm)
		n += len(TrackedLinks(&own))
	}
	return n
}

func isTrackable(target string) bool {
	lower := strings.ToLower(target)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

// rewriteLink returns the address a link of the release leads to in this letter.
func (l *Letter) rewriteLink(target, words string) string {
	if l.mode != campaign.Aggregate && l.mode != campaign.Individual || showsAddress(words) {
		return target
	}
	number := slices.Index(l.edition.Tracked, campaign.Link{URL: target})
	if number < 0 {
		return target
	}
	if l.mode == campaign.Aggregate {
		return l.links.Click(l.everybody(), number)
	}
	return l.places.add(fmt.Sprintf("click %d", number), len(l.links.Click(l.somebody(), number)), func(r *letterReader) string {
		return l.links.Click(r.delivery, number)
	})
}

// openImage returns the address of the image, "" in mode none.
func (l *Letter) openImage() string {
	if l.mode != campaign.Individual {
		return l.links.Open(l.everybody())
	}
	return l.places.add("open", len(l.links.Open(l.somebody())), func(r *letterReader) string { return l.links.Open(r.delivery) })
}

// trapLink returns the address of the link that people do not see, "" in mode none: of machines that follow every link it is known
// by it what they are.
func (l *Letter) trapLink() string {
	if l.mode != campaign.Individual {
		return l.links.Trap(l.everybody())
	}
	return l.places.add("trap", len(l.links.Trap(l.somebody())), func(r *letterReader) string { return l.links.Trap(r.delivery) })
}

const leavePlace = "leave"

// leaveLink returns the address to leave or change what one gets.
func (l *Letter) leaveLink() string {
	return l.places.add(leavePlace, len(l.links.Unsubscribe(l.somebody())), func(r *letterReader) string { return l.links.Unsubscribe(r.delivery) })
}

// everybody is the delivery that stands for all readers of the run and language.
func (l *Letter) everybody() *campaign.Delivery {
	return &campaign.Delivery{Run: l.edition.ID, Language: l.language, Arm: l.edition.Arm, Tracking: l.mode}
}

// somebody is a delivery with an id as long as ids are, for the size of the letter.
func (l *Letter) somebody() *campaign.Delivery {
	id, _ := campaign.DeliveryID(l.edition.ID, 1, strings.Repeat("0", 26))
	return &campaign.Delivery{ID: id, Run: l.edition.ID, Language: l.language, Tracking: l.mode}
}

// viewLink is the address of the letter as a page for everybody, and calendarLink that of its event.
func (l *Letter) viewLink() string {
	if l.links.Base == "" { // a preview leads nowhere
		return "#"
	}
	return l.links.ReadArm(l.edition.ID, l.language, campaign.Variant(l.edition.Arm))
}

func (l *Letter) calendarLink() string {
	if l.links.Base == "" {
		return "#"
	}
	return l.links.Read(l.edition.ID, l.language) + "/" + CalendarName
}

// identify returns inline files a Content-ID (RFC 2392) where they have none.
func (l *Letter) identify(files []campaign.ContentFile) []campaign.ContentFile {
	out := slices.Clone(files)
	host := l.links.Host()
	for i := range out {
		if out[i].Inline && out[i].ContentID == "" {
			out[i].ContentID = fmt.Sprintf("file%d.%s@%s", i+1, l.edition.ID, host)
		}
	}
	return out
}
