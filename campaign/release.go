package campaign

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// ReleaseKind is what a release is, and so the line that stands above its headline.
type ReleaseKind string

const (
	PressRelease  ReleaseKind = "press_release"
	MediaAdvisory ReleaseKind = "media_advisory"
	Invitation    ReleaseKind = "invitation"
	Statement     ReleaseKind = "statement"
	Newsletter    ReleaseKind = "newsletter"
)

// ReleaseKinds are all kinds of release in the order they are offered.
var ReleaseKinds = []ReleaseKind{PressRelease, MediaAdvisory, Invitation, Statement, Newsletter}

// Release is the content: one press release, newsletter or invitation with a version for each language.
type Release struct {
	ID          string       `json:"id"`
	Version     int64        `json:"version"`
	Title       string       `json:"title"` // the team's own name for it; readers never see it
	Kind        ReleaseKind  `json:"kind"`
	Source      Language     `json:"source_language"` // the version the others are translated from
	Embargo     time.Time    `json:"embargo,omitzero"`
	Zone        string       `json:"zone,omitempty"` // time zone in which the embargo is stated
	Versions    []Version    `json:"versions"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Kit         []string     `json:"kit,omitempty"`    // items of the library in its press kit
	Media       []string     `json:"media"`            // all items of the library it uses, derived
	Topics      []string     `json:"topics,omitempty"` // keys of what it is about; none: it is for everybody
	Sources     []Source     `json:"sources,omitempty"`
	ListSources bool         `json:"list_sources,omitempty"` // readers see the sources under the release
	Layout      string       `json:"layout,omitempty"`       // key of a built-in layout or id of one of the team's; "" goes by the kind
	Occasion    *Occasion    `json:"occasion,omitempty"`     // what an invitation invites to
	Overrides   []Override   `json:"overrides,omitempty"`    // of the writing check, the oldest first
	Assurances  []Assurance  `json:"assurances,omitempty"`   // about the people it names and shows
	EditionOf   string       `json:"edition_of,omitempty"`   // id of the campaign that it was made for as an edition
	PublishedAt time.Time    `json:"published_at,omitzero"`  // when the first run that sent it began, or somebody marked it as published
	Publication *Publication `json:"publication,omitempty"`
	Owner       string       `json:"owner,omitempty"` // user id
	Archived    bool         `json:"archived"`
	Text        string       `json:"text,omitempty"` // SearchText of the title and the headlines
	CreatedAt   time.Time    `json:"created_at"`
	UpdatedAt   time.Time    `json:"updated_at"`
}

// Version is a release in one language. Texts may hold merge fields; Lead, Body, About, Notes and the texts of stories are
// Markdown.
type Version struct {
	Language  Language     `json:"language"`
	Subject   string       `json:"subject,omitempty"`   // "" means the headline
	Preheader string       `json:"preheader,omitempty"` // "" means the beginning of the lead
	Headline  string       `json:"headline"`
	Subhead   string       `json:"subhead,omitempty"`
	Place     string       `json:"place,omitempty"`
	Date      string       `json:"date,omitempty"` // YYYY-MM-DD; written out in the version's language
	Lead      string       `json:"lead,omitempty"`
	Body      string       `json:"body"`
	Quotes    []Quote      `json:"quotes,omitempty"`
	About     string       `json:"about,omitempty"`
	Notes     string       `json:"notes,omitempty"`
	Contact   MediaContact `json:"media_contact"`

	Venue   string            `json:"venue,omitempty"`   // where the event takes place: its name and address, a line each
	Stories []Story           `json:"stories,omitempty"` // of a newsletter
	Slots   map[string]string `json:"slots,omitempty"`   // what the slots of the team's own layout hold, by their names

	UpdatedAt time.Time `json:"updated_at"`
	UpdatedBy string    `json:"updated_by,omitempty"` // the name of who saved it last
	Writers   []string  `json:"writers,omitempty"`    // ids of all users who changed it
	SourceAt  time.Time `json:"source_at,omitzero"`   // of a translation: when the source was saved that it follows
}

// Quote is a quotation the speaker agreed to.
type Quote struct {
	Text         string `json:"text"`
	Name         string `json:"name"`
	Role         string `json:"role,omitempty"`
	Organisation string `json:"organisation,omitempty"`
}

// MediaContact is who answers the telephone today.
type MediaContact struct {
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
	Languages string `json:"languages,omitempty"`
}

// Addresses are the e-mail addresses of the media contact, which are written with commas or semicolons between them.
func (c MediaContact) Addresses() []string {
	return strings.FieldsFunc(c.Email, func(r rune) bool { return r == ',' || r == ';' })
}

// Attachment is a file that goes with every version: attached, or shown where the body says ![alt](cid:NAME).
type Attachment struct {
	File      string `json:"file"` // id of a File
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"` // octets
	Inline    bool   `json:"inline"`
	Alt       string `json:"alt,omitempty"`
	Media     string `json:"media,omitempty"` // id of the item of the library it was taken from; "" where it was added by hand
}

// File is the bytes of an attachment, stored once under any number of names; the id is derived from them.
type File struct {
	ID    string    `json:"id"`
	Data  []byte    `json:"data"`
	Since time.Time `json:"since,omitzero"` // of a part of an upload: since when no item is known to hold it
}

// MaxAttachments is what the files of a release may weigh together, in octets, before encoding (domain.md C.5).
const MaxAttachments = 10 << 20

// maxTexts is what the versions of a release may have together, in octets: MongoDB stores no more than 16 MB in one piece.
const maxTexts = 12e6

// In returns the version in a language, or nil.
func (r *Release) In(l Language) *Version {
	return First(r.Versions, func(v *Version) bool { return v.Language == l })
}

// Put adds a version or replaces the one in the same language, keeping the order of Languages.
func (r *Release) Put(v Version) {
	if old := r.In(v.Language); old != nil {
		*old = v
		return
	}
	r.Versions = append(r.Versions, v)
	slices.SortStableFunc(r.Versions, func(a, b Version) int {
		return slices.Index(Languages, a.Language) - slices.Index(Languages, b.Language)
	})
}

// Available are the languages the release has a version in.
func (r *Release) Available() []Language {
	return Collect(r.Versions, func(v Version) Language { return v.Language })
}

// For returns the version a reader of a language gets, see ChooseLanguage; nil only for a release without versions.
func (r *Release) For(reader Language) *Version {
	return r.In(ChooseLanguage(reader, r.Source, r.Available()))
}

// UpToDate refuses a release with a version that follows an older state of the source version than today's.
func (r *Release) UpToDate() error {
	for _, v := range r.Versions {
		if r.Outdated(v.Language) {
			return Errorf(Invalid, "all languages leave at once, and this version is older than the one it was translated from: %s", v.Language.Name())
		}
	}
	return nil
}

// Outdated reports whether a version follows an older state of the source version than today's.
func (r *Release) Outdated(l Language) bool {
	src, v := r.In(r.Source), r.In(l)
	return src != nil && v != nil && l != r.Source && v.Follows().Before(src.UpdatedAt)
}

// Follows is when the source was saved that a translation follows; of one that does not say so, when it was itself saved.
func (v *Version) Follows() time.Time {
	if v.SourceAt.IsZero() {
		return v.UpdatedAt
	}
	return v.SourceAt
}

// Text returns the version without who saved it when.
func (v Version) Text() Version {
	v.UpdatedAt, v.UpdatedBy, v.SourceAt, v.Writers = time.Time{}, "", time.Time{}, nil
	return v
}

// SubjectLine is the text of the Subject field before merging.
func (v *Version) SubjectLine() string {
	return cmp.Or(v.Subject, v.Headline)
}

// Says names what readers get of the release: it differs whenever that does, and not with who saved it when.
func (r *Release) Says() string {
	said := Release{Kind: r.Kind, Embargo: r.Embargo, Attachments: r.Attachments, Kit: r.Kit, Layout: r.Layout, Occasion: r.Occasion}
	if r.ListSources {
		said.Sources = r.Sources
	}
	for _, v := range r.Versions {
		said.Versions = append(said.Versions, v.Text())
	}
	text, err := json.Marshal(said)
	if err != nil { // there is nothing in it that cannot be written
		panic(err)
	}
	return DerivedID("says", string(text))
}

// Normalize checks the release; a version may be unfinished, but never broken in a way the team would not see. Merge
// fields are checked by the templates, which know them.
func (r *Release) Normalize() error {
	r.Title = CleanLine(r.Title)
	if r.Title == "" && len(r.Versions) > 0 {
		r.Title = CleanLine(r.Versions[0].Headline)
	}
	var faults []error
	if r.Title == "" && len(r.Versions) == 0 { // of a version without a headline the headline is told
		faults = append(faults, FieldError("title", "the release needs a title"))
	}
	r.Kind = cmp.Or(r.Kind, PressRelease)
	if !slices.Contains(ReleaseKinds, r.Kind) {
		faults = append(faults, FieldError("kind", "the kind %q is not one of press_release, media_advisory, invitation, statement, newsletter", r.Kind))
	}
	if r.Source == "" && len(r.Versions) > 0 {
		r.Source = r.Versions[0].Language
	}
	r.Topics = cleanTopics(r.Topics)
	if err := CheckWeight(r.Attachments); err != nil {
		faults = append(faults, err)
	}
	var err error
	r.Sources, err = cleanSources(r.Sources)
	faults = append(faults, err, r.normalizeLayout())
	for i := range r.Versions {
		faults = append(faults, r.Versions[i].normalize())
	}
	if text, err := json.Marshal(r.Versions); err != nil {
		faults = append(faults, err)
	} else if len(text) > maxTexts {
		faults = append(faults, FieldError("body", "the texts in all languages have %.1f MB together; a release holds 12 MB: shorten them, or attach what is long as a file", float64(len(text))/1e6))
	}
	r.IndexText()
	r.IndexMedia()
	return Together(faults...)
}

// IndexMedia derives which items of the library the release uses: in its texts, attached, or in its press kit.
func (r *Release) IndexMedia() {
	r.Media = append([]string{}, MediaIn(r.texts()...)...)
	add := func(id string) {
		if id != "" && !slices.Contains(r.Media, id) {
			r.Media = append(r.Media, id)
		}
	}
	for _, a := range r.Attachments {
		add(a.Media)
	}
	for _, id := range r.Kit {
		add(id)
	}
	slices.Sort(r.Media)
}

// texts are what may show pictures in all versions.
func (r *Release) texts() (out []string) {
	for i := range r.Versions {
		v := &r.Versions[i]
		out = append(out, v.Lead, v.Body, v.About, v.Notes)
		for _, s := range v.Stories {
			out = append(out, s.Picture, s.Text)
		}
		for _, held := range v.Slots {
			out = append(out, held)
		}
	}
	return out
}

// IndexText derives what the release is found by.
func (r *Release) IndexText() {
	texts := []string{r.Title}
	for i := range r.Versions {
		texts = append(texts, r.Versions[i].Headline, r.Versions[i].Subject)
	}
	r.Text = SearchText(texts...)
}

// CheckWeight refuses files that are too heavy for one message.
func CheckWeight(files []Attachment) error {
	var total int64
	for _, a := range files {
		total += a.Size
	}
	if total > MaxAttachments {
		return FieldError("attachments", "the files weigh %.1f MB together; newsroom gateways stop at 10 MB: put large files on a page and link to it", float64(total)/1e6)
	}
	return nil
}

func (v *Version) normalize() error {
	if !slices.Contains(Languages, v.Language) {
		return FieldError("language", "the language %q is not one of sr-Latn, sr-Cyrl, en, fr", v.Language)
	}
	for _, line := range []*string{&v.Subject, &v.Preheader, &v.Headline, &v.Subhead, &v.Place, &v.Contact.Name, &v.Contact.Phone, &v.Contact.Email} {
		*line = CleanLine(*line)
	}
	var faults Checks
	faults.Refuse(v.Headline == "", "headline", "the version in %s needs a headline", v.Language.Name())
	for _, text := range []*string{&v.Lead, &v.Body, &v.About, &v.Notes} {
		*text = cleanText(*text)
	}
	if v.Date != "" {
		if _, err := time.Parse(time.DateOnly, v.Date); err != nil {
			faults = append(faults, FieldError("date", "the date %q is not of the form 2026-10-18", v.Date))
		}
	}
	v.Quotes = slices.DeleteFunc(v.Quotes, func(q Quote) bool { return strings.TrimSpace(q.Text) == "" })
	return Together(append(faults, v.normalizeLayout())...)
}
