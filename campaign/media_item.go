package campaign

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// MediaKind is what a file of the library is, which decides how it can be used.
type MediaKind string

const (
	MediaPicture  MediaKind = "picture"  // shown in texts
	MediaAudio    MediaKind = "audio"    // this and what follows is downloaded or attached
	MediaVideo    MediaKind = "video"    //
	MediaDocument MediaKind = "document" //
)

// MediaKinds are all kinds in the order they are offered.
var MediaKinds = []MediaKind{MediaPicture, MediaDocument, MediaAudio, MediaVideo}

// PeopleShown says who can be recognised in a picture, a recording or a document.
type PeopleShown string

const (
	PeopleUnsaid PeopleShown = ""       // nobody has looked yet
	PeopleNone   PeopleShown = "nobody" // no person can be recognised
	PeopleAdults PeopleShown = "adults"
	PeopleChild  PeopleShown = "child" // a child can be recognised, alone or with others
)

// PeopleChoices are all answers in the order they are offered.
var PeopleChoices = []PeopleShown{PeopleNone, PeopleAdults, PeopleChild}

// Recognisable reports whether a person can be recognised, so that consent is needed.
func (p PeopleShown) Recognisable() bool { return p == PeopleAdults || p == PeopleChild }

// MediaItem is a picture or file of the library, with what must be known to use it: alt text, credit, rights and consent.
type MediaItem struct {
	ID         string       `json:"id"`
	Version    int64        `json:"version"`
	Kind       MediaKind    `json:"kind"`
	Title      string       `json:"title"`             // the team's own name for it
	Alt        Texts        `json:"alt,omitempty"`     // what the picture shows, for those who do not see it
	Caption    Texts        `json:"caption,omitempty"` // what readers are told about it
	Credit     string       `json:"credit,omitempty"`
	Licence    string       `json:"licence,omitempty"`     // in words
	LicenceEnd string       `json:"licence_end,omitempty"` // YYYY-MM-DD, its last day; "" is never
	Source     string       `json:"source,omitempty"`      // where it comes from, for the team
	People     PeopleShown  `json:"people,omitempty"`
	Consent    MediaConsent `json:"consent,omitzero"`

	File     MediaFile   `json:"file"`               // in full size: what the press kit holds
	Sizes    []MediaFile `json:"sizes,omitempty"`    // of a picture, smaller ones for mails and pages, the widest first
	Former   []MediaFile `json:"former,omitempty"`   // files that were replaced: messages that went out show them
	Hashes   []string    `json:"hashes,omitempty"`   // ids of all these files, and of those they were made of
	Original string      `json:"original"`           // id of the bytes as they were uploaded: what is uploaded twice is known
	Uploads  []string    `json:"uploads,omitempty"`  // the same of files that were replaced
	Uploader string      `json:"uploader,omitempty"` // user id

	Ends      time.Time `json:"ends,omitzero"`        // when the licence or the consent ends, whichever is first
	NoAlt     bool      `json:"no_alt,omitempty"`     // a picture without any alt text
	NoConsent bool      `json:"no_consent,omitempty"` // a person can be recognised, and no consent is recorded
	Text      string    `json:"text,omitempty"`       // SearchText of all words
	CreatedAt time.Time `json:"created_at"`           // when it was uploaded
	UpdatedAt time.Time `json:"updated_at"`           //
}

// MediaConsent is what a person who can be recognised agreed to.
type MediaConsent struct {
	By        string `json:"by,omitempty"`        // who agreed; for a child a parent or guardian
	Given     string `json:"given,omitempty"`     // YYYY-MM-DD
	Until     string `json:"until,omitempty"`     // YYYY-MM-DD, its last day; "" is without end
	Proof     string `json:"proof,omitempty"`     // where it is kept
	Withdrawn string `json:"withdrawn,omitempty"` // YYYY-MM-DD, when it was taken back: the picture is nowhere shown from that day on
}

// MediaFile is one stored file of an item. Its bytes are stored once under their hash.
type MediaFile struct {
	Hash      string `json:"hash"` // see HashOf
	Name      string `json:"name"` // as readers see it in the address and when they save it
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"` // octets
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
}

// MediaPath begins the public address of every file of the library: MediaPath + hash + "/" + name.
const MediaPath = "/media/"

// Address is the path of the file for readers, the same for everybody; it changes with the bytes, so it may be cached for ever.
func (f MediaFile) Address() string { return MediaPath + f.Hash + "/" + ASCIIName(f.Name) }

// Ext returns the end of the file's name in capitals, without its dot, as people call its type.
func (f MediaFile) Ext() string { return strings.ToUpper(strings.TrimPrefix(path.Ext(f.Name), ".")) }

// Widths of the smaller pictures made of an upload, in pixels: for mails on sharp screens, for mails, and for tables.
const (
	MailWidth  = 1200
	SmallWidth = 600
	ThumbWidth = 300
)

// Sized returns the smallest picture that is at least so wide, or the widest there is.
func (m *MediaItem) Sized(width int) MediaFile {
	if len(m.Sizes) == 0 {
		return m.File
	}
	best := m.Sizes[0]
	for _, s := range m.Sizes {
		if s.Width >= width && s.Width < best.Width {
			best = s
		}
	}
	return best
}

// IsPicture reports whether texts can show it.
func (m *MediaItem) IsPicture() bool { return m.Kind == MediaPicture }

// Picture is what a text that shows the item needs to know.
func (m *MediaItem) Picture() Picture {
	large, small := m.Sized(MailWidth), m.Sized(SmallWidth)
	return Picture{
		Address: large.Address(), Width: large.Width, Height: large.Height, Small: small.Address(),
		Alt: m.Alt, Caption: m.Caption, Credit: m.Credit,
	}
}

// Take makes an attachment of an item, under the name it has already where it has one.
func (a *Attachment) Take(m *MediaItem) {
	a.File, a.MediaType, a.Size, a.Media = m.File.Hash, m.File.MediaType, m.File.Size, m.ID
	if a.Name == "" || path.Ext(a.Name) != path.Ext(m.File.Name) {
		a.Name = m.File.Name
	}
}

// Picture is a picture of the library as a text shows it. Addresses are paths on the public site.
type Picture struct {
	Address string `json:"address"`
	Width   int    `json:"width"` // pixels
	Height  int    `json:"height"`
	Small   string `json:"small,omitempty"` // the address of a smaller one
	Alt     Texts  `json:"alt,omitempty"`
	Caption Texts  `json:"caption,omitempty"`
	Credit  string `json:"credit,omitempty"`
}

// Pictures are the pictures a release shows, by the ids of their items. An edition keeps them as they stood.
type Pictures map[string]Picture

// MediaScheme begins the address by which a text shows a picture of the library: MediaScheme + id.
const MediaScheme = "media:"

var mediaAddress = regexp.MustCompile(`\bmedia:([0-9a-z]{16})\b`)

// MediaIn returns the ids of the items that texts show, each once.
func MediaIn(texts ...string) []string {
	var ids []string
	for _, text := range texts {
		for _, m := range mediaAddress.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(ids, m[1]) {
				ids = append(ids, m[1])
			}
		}
	}
	return ids
}

// Normalize checks the item and derives what is indexed. Days end in zone.
func (m *MediaItem) Normalize(zone *time.Location) error {
	var faults Checks
	m.Title, m.Credit, m.Source, m.Licence = CleanLine(m.Title), CleanLine(m.Credit), CleanLine(m.Source), CleanLine(m.Licence)
	m.Consent.By, m.Consent.Proof = CleanLine(m.Consent.By), CleanLine(m.Consent.Proof)
	m.Title = cmp.Or(m.Title, m.File.Name)
	faults.Refuse(LongerThan(m.Title, 200), "title", "this is longer than %d characters", 200)
	for _, f := range []struct{ name, text string }{{"credit", m.Credit}, {"source", m.Source}, {"licence", m.Licence}, {"consent_by", m.Consent.By}, {"consent_proof", m.Consent.Proof}} {
		faults.Refuse(LongerThan(f.text, 500), f.name, "this is longer than %d characters", 500)
	}
	m.Alt.tidy(&faults, "alt", 500, CleanLine)
	m.Caption.tidy(&faults, "caption", 2000, strings.TrimSpace)
	faults.Refuse(!slices.Contains(MediaKinds, m.Kind), "kind", "the kind %q is not one of picture, document, audio, video", m.Kind)
	faults.Refuse(m.People != PeopleUnsaid && !slices.Contains(PeopleChoices, m.People), "people", "%q is not one of the answers offered", m.People)
	m.checkDays(&faults)
	m.Ends, m.Hashes = m.endsIn(zone), nil
	for _, f := range append(append([]MediaFile{m.File}, m.Sizes...), m.Former...) {
		if !slices.Contains(m.Hashes, f.Hash) {
			m.Hashes = append(m.Hashes, f.Hash)
		}
	}
	for _, hash := range append([]string{m.Original}, m.Uploads...) {
		if hash != "" && !slices.Contains(m.Hashes, hash) {
			m.Hashes = append(m.Hashes, hash)
		}
	}
	m.NoAlt, m.NoConsent = m.IsPicture() && m.Alt.Empty(), m.People.Recognisable() && m.Consent.By == ""
	m.IndexText()
	return Together(faults...)
}

// Replace gives the item another file. Who can be recognised in it must be said anew, but not where the licence or consent is over:
// the file must not come back as one of nobody.
func (m *MediaItem) Replace(by *MediaItem, now time.Time) {
	m.Former, m.Uploads = append(append(m.Former, m.File), m.Sizes...), append(m.Uploads, m.Original)
	m.File, m.Sizes, m.Original = by.File, by.Sizes, by.Original
	if !m.Ended(now) {
		m.People = PeopleUnsaid
	}
}

// IndexText derives what the item is found by.
func (m *MediaItem) IndexText() {
	words := []string{m.Title, m.Credit, m.Source, m.Licence, m.File.Name, m.Consent.By}
	for _, l := range Languages {
		words = append(words, m.Alt[l], m.Caption[l])
	}
	m.Text = SearchText(words...)
}

func (m *MediaItem) checkDays(faults *Checks) {
	c := &m.Consent
	for _, d := range []struct{ field, day string }{
		{"licence_end", m.LicenceEnd}, {"consent_given", c.Given}, {"consent_until", c.Until}, {"consent_withdrawn", c.Withdrawn},
	} {
		_, err := time.Parse(time.DateOnly, d.day)
		faults.Refuse(d.day != "" && err != nil, d.field, "the date %q is not of the form 2026-10-18", d.day)
	}
	faults.Refuse(c.By == "" && c.Given+c.Until+c.Proof != "", "consent_by", "say who agreed")
	faults.Refuse(c.By != "" && c.Given == "", "consent_given", "say when they agreed")
	faults.Refuse(c.Until != "" && c.Until < c.Given, "consent_until", "the consent would end before it was given")
}

// endsIn returns the first moment at which the licence or the consent is over; the zero time is never.
func (m *MediaItem) endsIn(zone *time.Location) (ends time.Time) {
	earlier := func(day string, days int) {
		if t, err := time.ParseInLocation(time.DateOnly, day, zone); err == nil {
			if t = t.AddDate(0, 0, days).UTC(); ends.IsZero() || t.Before(ends) {
				ends = t
			}
		}
	}
	earlier(m.LicenceEnd, 1)
	if m.People.Recognisable() {
		earlier(m.Consent.Until, 1)
	}
	earlier(m.Consent.Withdrawn, 0)
	return ends
}

// Ended reports whether the licence or the consent is over: the item is nowhere served and nothing that shows it is sent.
func (m *MediaItem) Ended(now time.Time) bool { return !m.Ends.IsZero() && !m.Ends.After(now) }

// EndsSoon reports whether the licence or the consent ends within thirty days.
func (m *MediaItem) EndsSoon(now time.Time) bool {
	return !m.Ends.IsZero() && m.Ends.After(now) && !m.Ends.After(now.Add(EndingWithin))
}

// EndingWithin is how long before its end an item is shown as ending.
const EndingWithin = 30 * 24 * time.Hour

// Bar says why the item must not be shown to anybody at a moment; no words when it may be. It stops a send.
func (m *MediaItem) Bar(now time.Time) Text {
	switch {
	case m.NoConsent:
		return Textf("a person can be recognised in “%s”, and no consent is recorded: record it in the library, or take the picture out", m.Title)
	case !m.Ended(now):
		return Text{}
	case m.Consent.Withdrawn != "":
		return Textf("the consent to show “%s” was withdrawn: take it out", m.Title)
	case m.LicenceEnd != "" && (m.Consent.Until == "" || m.LicenceEnd <= m.Consent.Until):
		return Textf("the licence of “%s” ended on %s: renew it in the library, or take it out", m.Title, Day(dayOf(m.LicenceEnd)))
	}
	return Textf("the consent to show “%s” ended on %s: renew it in the library, or take it out", m.Title, Day(dayOf(m.Consent.Until)))
}

// Doubt says what somebody has to look at before the item is sent, and does not stop it; no words when there is nothing.
func (m *MediaItem) Doubt(now time.Time) Text {
	switch {
	case !m.Bar(now).IsZero():
	case m.IsPicture() && m.People == PeopleUnsaid:
		return Textf("nobody has said yet whether a person can be recognised in “%s”", m.Title)
	case m.People == PeopleChild:
		return Textf("a child can be recognised in “%s”: the law lets media show it only where that cannot harm the child", m.Title)
	}
	return Text{}
}

func dayOf(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s) // Normalize has checked it
	return t
}
