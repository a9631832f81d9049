package campaign

import (
	"cmp"
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
	Topics      []string     `json:"topics,omitempty"` // keys of what it is about; none: it is for everybody
	Owner       string       `json:"owner,omitempty"`  // user id
	Archived    bool         `json:"archived"`
	Text        string       `json:"text,omitempty"` // SearchText of the title and the headlines
	CreatedAt   time.Time    `json:"created_at"`
	UpdatedAt   time.Time    `json:"updated_at"`
}

// Version is a release in one language. Texts may hold merge fields; Lead, Body, About and Notes are Markdown.
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
	UpdatedAt time.Time    `json:"updated_at"`
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

// Attachment is a file that goes with every version: attached, or shown where the body says ![alt](cid:NAME).
type Attachment struct {
	File      string `json:"file"` // id of a File
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"` // octets
	Inline    bool   `json:"inline"`
	Alt       string `json:"alt,omitempty"`
}

// File is the bytes of an attachment, stored once under any number of names; the id is derived from them.
type File struct {
	ID   string `json:"id"`
	Data []byte `json:"data"`
}

// MaxAttachments is what the files of a release may weigh together, in octets, before encoding (domain.md C.5).
const MaxAttachments = 10 << 20

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

// Outdated reports whether a version is older than the source version it was translated from.
func (r *Release) Outdated(l Language) bool {
	src, v := r.In(r.Source), r.In(l)
	return src != nil && v != nil && l != r.Source && v.UpdatedAt.Before(src.UpdatedAt)
}

// SubjectLine is the text of the Subject field before merging.
func (v *Version) SubjectLine() string {
	return cmp.Or(v.Subject, v.Headline)
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
	for i := range r.Versions {
		faults = append(faults, r.Versions[i].normalize())
	}
	r.IndexText()
	return Together(faults...)
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
		*text = strings.ReplaceAll(strings.ToValidUTF8(*text, "\uFFFD"), "\r\n", "\n")
	}
	if v.Date != "" {
		if _, err := time.Parse(time.DateOnly, v.Date); err != nil {
			faults = append(faults, FieldError("date", "the date %q is not of the form 2026-10-18", v.Date))
		}
	}
	v.Quotes = slices.DeleteFunc(v.Quotes, func(q Quote) bool { return strings.TrimSpace(q.Text) == "" })
	return Together(faults...)
}
