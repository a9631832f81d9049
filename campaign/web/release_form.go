package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// releaseForm is what is typed about a release and one of its versions. It holds files by their id once they are stored, so that
// a refused form loses none.
type releaseForm struct {
	edited
	Title   string   `form:"title"`
	Kind    string   `form:"kind"`
	Source  string   `form:"source"`
	Embargo string   `form:"embargo"` // 2006-01-02T15:04
	Zone    string   `form:"zone"`
	Topics  []string `form:"topics" merge:"topics,What it is about,set"`

	Tab              string   `form:"tab" merge:"-"` // see tabOf
	Language         string   `form:"language" merge:"-"`
	Subject          string   `form:"subject"`
	Preheader        string   `form:"preheader"`
	Headline         string   `form:"headline"`
	Subhead          string   `form:"subhead"`
	Place            string   `form:"place"`
	Date             string   `form:"date"`
	Lead             string   `form:"lead"`
	Body             string   `form:"body"`
	QuoteText        []string `form:"quote_text" merge:"quotes,Quotations"`
	QuoteName        []string `form:"quote_name" merge:"quotes,Quotations"`
	QuoteRole        []string `form:"quote_role" merge:"quotes,Quotations"`
	QuoteOrg         []string `form:"quote_organisation" merge:"quotes,Quotations"`
	About            string   `form:"about"`
	Notes            string   `form:"notes"`
	ContactName      string   `form:"contact_name"`
	ContactPhone     string   `form:"contact_phone"`
	ContactEmail     string   `form:"contact_email"`
	ContactLanguages string   `form:"contact_languages"`

	AboutFrom   string `form:"about_from" merge:"-"`   // the text of the settings that is taken
	ContactFrom string `form:"contact_from" merge:"-"` // the media contact of the settings that is taken

	Layout        string   `form:"layout"`
	EventStart    string   `form:"event_start"` // 2006-01-02T15:04
	EventEnd      string   `form:"event_end"`
	EventZone     string   `form:"event_zone"`
	EventMap      string   `form:"event_map"`
	EventAnswer   string   `form:"event_answer"`
	Venue         string   `form:"venue"`
	StoryHeadline []string `form:"story_headline" merge:"stories,Stories"`
	StoryText     []string `form:"story_text" merge:"stories,Stories"`
	StoryPicture  []string `form:"story_picture" merge:"stories,Stories"`
	StoryAlt      []string `form:"story_alt" merge:"stories,Stories"`
	StoryLink     []string `form:"story_link" merge:"stories,Stories"`
	StoryFrom     []string `form:"story_from" merge:"stories,Stories,unseen"`
	SlotName      []string `form:"slot_name" merge:"slots,Slots of the layout,unseen"`
	SlotText      []string `form:"slot_text" merge:"slots,Slots of the layout"`
	TakeFrom      string   `form:"take_from" merge:"-"` // the release a story is taken from

	FileID     []string `form:"file_id" merge:"files,Files,unseen"`
	FileName   []string `form:"file_name" merge:"files,Files"`
	FileType   []string `form:"file_type" merge:"files,Files,unseen"`
	FileAlt    []string `form:"file_alt" merge:"files,Files"`
	FileInline []string `form:"file_inline" merge:"files,Files,unseen"` // ids of those shown in the text
	FileRemove []string `form:"file_remove" merge:"-"`                  // ids of those to be taken off

	Assure []string `form:"assure" merge:"-"` // what the user gives their word for, of the version as it is saved

	SourceAt string `form:"source_at" merge:"-"` // of a translation: when the source on the page was saved
	Dealt    bool   `form:"dealt" merge:"-"`     // what changed in the source is dealt with

	Do          string `form:"do" merge:"-"`
	PreviewAs   string `form:"preview_as" merge:"-"`
	PreviewPart string `form:"preview_part" merge:"-"`

	PreviewLanguage string `form:"preview_language" merge:"-"` // "" for the version that is written
	PreviewOf       string `form:"preview_of" merge:"-"`       // id of the release, for its other versions
}

// formOf fills the form from a release and the version in a language, which may not exist yet.
func formOf(r *campaign.Release, l campaign.Language, zone string) releaseForm {
	f := releaseForm{Title: r.Title, Kind: string(r.Kind), Source: string(r.Source), Zone: r.Zone, Topics: r.Topics, Language: string(l)}
	f.Zone = cmp.Or(f.Zone, zone)
	if loc, err := time.LoadLocation(f.Zone); err == nil && !r.Embargo.IsZero() {
		f.Embargo = r.Embargo.In(loc).Format(campaign.WallLayout)
	}
	f.takeLayout(r, f.Zone)
	for _, a := range r.Attachments {
		f.addFile(a)
	}
	if v := r.In(l); v != nil {
		f.takeVersion(v)
	}
	begin(&f, r.Version)
	return f
}

func (f *releaseForm) takeVersion(v *campaign.Version) {
	f.Subject, f.Preheader, f.Headline, f.Subhead, f.Place, f.Date = v.Subject, v.Preheader, v.Headline, v.Subhead, v.Place, v.Date
	f.Lead, f.Body, f.About, f.Notes = v.Lead, v.Body, v.About, v.Notes
	f.ContactName, f.ContactPhone, f.ContactEmail, f.ContactLanguages = v.Contact.Name, v.Contact.Phone, v.Contact.Email, v.Contact.Languages
	for _, q := range v.Quotes {
		f.QuoteText, f.QuoteName = append(f.QuoteText, q.Text), append(f.QuoteName, q.Name)
		f.QuoteRole, f.QuoteOrg = append(f.QuoteRole, q.Role), append(f.QuoteOrg, q.Organisation)
	}
	f.takeLayoutOf(v)
}

func (f *releaseForm) addFile(a campaign.Attachment) {
	f.FileID, f.FileName = append(f.FileID, a.File), append(f.FileName, a.Name)
	f.FileType, f.FileAlt = append(f.FileType, a.MediaType), append(f.FileAlt, a.Alt)
	if a.Inline {
		f.FileInline = append(f.FileInline, a.File)
	}
}

// version returns the version that was typed.
func (f *releaseForm) version() campaign.Version {
	v := campaign.Version{
		Language: campaign.Language(f.Language), Subject: f.Subject, Preheader: f.Preheader, Headline: f.Headline, Subhead: f.Subhead,
		Place: f.Place, Date: f.Date, Lead: unix(f.Lead), Body: unix(f.Body), About: unix(f.About), Notes: unix(f.Notes),
		Contact: campaign.MediaContact{Name: f.ContactName, Phone: f.ContactPhone, Email: f.ContactEmail, Languages: f.ContactLanguages},
	}
	for i, text := range f.QuoteText {
		if text = strings.TrimSpace(unix(text)); text != "" {
			v.Quotes = append(v.Quotes, campaign.Quote{Text: text, Name: nth(f.QuoteName, i), Role: nth(f.QuoteRole, i), Organisation: nth(f.QuoteOrg, i)})
		}
	}
	f.fillLayoutOf(&v)
	return v
}

// quotesFault refuses a speaker without words, whom version would drop.
func (f *releaseForm) quotesFault() error {
	for i := range max(len(f.QuoteText), len(f.QuoteName), len(f.QuoteRole), len(f.QuoteOrg)) {
		if who := strings.TrimSpace(cmp.Or(nth(f.QuoteName, i), nth(f.QuoteRole, i), nth(f.QuoteOrg, i))); who != "" && strings.TrimSpace(nth(f.QuoteText, i)) == "" {
			return campaign.FieldError("quotes", "the quotation of “%s” has no words: write them, or empty its row", who)
		}
	}
	return nil
}

// unix returns a text with line ends of one character.
func unix(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// fill copies the form into a release. Only a version that changed gets a new time: translations with an earlier time are known
// to be older.
func (f *releaseForm) fill(r *campaign.Release, now time.Time) error {
	r.Title, r.Kind, r.Source, r.Zone, r.Topics = f.Title, campaign.ReleaseKind(f.Kind), campaign.Language(f.Source), f.Zone, f.Topics
	wrongZone := checkZone(f.Zone)
	embargo, wrongTime := f.embargo()
	r.Embargo = embargo
	wrongEvent := f.fillLayout(r)
	f.fillVersion(r, now)
	return campaign.Together(wrongZone, wrongTime, wrongEvent)
}

// embargo reads when the embargo ends; the zero time is none. A zone that does not exist is reported elsewhere.
func (f *releaseForm) embargo() (time.Time, error) {
	if f.Embargo == "" {
		return time.Time{}, nil
	}
	loc, err := time.LoadLocation(f.Zone)
	if err != nil {
		loc = time.UTC
	}
	at, err := time.ParseInLocation(campaign.WallLayout, f.Embargo, loc)
	if err != nil {
		return time.Time{}, campaign.FieldError("embargo", "the embargo %q is not a date and a time", f.Embargo)
	}
	return at.UTC(), nil
}

// assure keeps what the user gives their word for, of the version as it is in the release.
func (f *releaseForm) assure(r *campaign.Release, by campaign.Actor, now time.Time) {
	for _, what := range campaign.AllAssured {
		if version := r.In(f.LanguageTag()); version != nil && slices.Contains(f.Assure, string(what)) {
			r.Assure(version, what, by, now)
		}
	}
}

func (f *releaseForm) fillVersion(r *campaign.Release, now time.Time) {
	v := f.version()
	v.UpdatedAt, v.SourceAt = now, f.follows(r)
	if old := r.In(v.Language); old != nil {
		same := v
		same.UpdatedAt, same.UpdatedBy, same.SourceAt = old.UpdatedAt, old.UpdatedBy, old.SourceAt
		if reflect.DeepEqual(same, *old) { // the text is not newer, but may have been found to follow its source
			v.UpdatedAt, v.UpdatedBy = old.UpdatedAt, old.UpdatedBy
		}
	}
	r.Put(v)
}

// follows is which state of the source the version follows once it is saved: the one it was written beside, unless what changed
// in the source still has to be dealt with.
func (f *releaseForm) follows(r *campaign.Release) time.Time {
	source := r.In(r.Source)
	if source == nil || f.LanguageTag() == r.Source {
		return time.Time{}
	}
	if old := r.In(f.LanguageTag()); old != nil && r.Outdated(f.LanguageTag()) && f.SourceAt != "" && !f.Dealt {
		return old.Follows()
	}
	if at, err := time.Parse(time.RFC3339Nano, f.SourceAt); err == nil {
		return at
	}
	return source.UpdatedAt
}

// quoteRow is one quotation of the form.
type quoteRow struct {
	Number                         int
	Text, Name, Role, Organisation string
}

// Quotes are the quotations typed so far and two empty rows.
func (f *releaseForm) Quotes() []quoteRow {
	var rows []quoteRow
	for i, text := range f.QuoteText {
		if row := (quoteRow{Number: len(rows) + 1, Text: text, Name: nth(f.QuoteName, i), Role: nth(f.QuoteRole, i), Organisation: nth(f.QuoteOrg, i)}); row.Text+row.Name+row.Role+row.Organisation != "" {
			rows = append(rows, row)
		}
	}
	for range 2 {
		rows = append(rows, quoteRow{Number: len(rows) + 1})
	}
	return rows
}

// fileRow is one file of the form.
type fileRow struct {
	ID, Name, Type, Alt string
	Inline, Removed     bool
	IsImage             bool
}

// Files are the release's files.
func (f *releaseForm) Files() []fileRow {
	rows := make([]fileRow, len(f.FileID))
	for i, id := range f.FileID {
		kind := nth(f.FileType, i)
		rows[i] = fileRow{
			ID: id, Name: nth(f.FileName, i), Type: kind, Alt: nth(f.FileAlt, i), IsImage: isPicture(kind),
			Inline: slices.Contains(f.FileInline, id), Removed: slices.Contains(f.FileRemove, id),
		}
	}
	return rows
}

// Address is how the text shows the file.
func (r fileRow) Address() string { return templates.InlineAddress(r.Name) }

// isPicture reports whether mail programs show a file of this type in the text.
func isPicture(mediaType string) bool {
	return slices.Contains([]string{"image/png", "image/jpeg", "image/gif"}, mediaType)
}

type fileReader interface {
	GetFile(ctx context.Context, id string) ([]byte, error)
}

// fileStore holds the files of releases.
type fileStore interface {
	fileReader
	SaveFile(ctx context.Context, data []byte) (string, error)
}

// takeUploads stores files that came with the form and lists them in it, before anything can be refused.
func (f *releaseForm) takeUploads(v *visit, files fileStore) error {
	form := v.Request.MultipartForm
	if form == nil {
		return nil
	}
	var faults []error
	for _, header := range form.File["files"] {
		if header.Size == 0 {
			continue
		}
		if header.Size > campaign.MaxAttachments {
			faults = append(faults, campaign.FieldError("attachments", "“%s” weighs %.1f MB; newsroom gateways stop at 10 MB: put it on a page and link to it", header.Filename, float64(header.Size)/1e6))
			continue
		}
		a, err := saveUpload(v.ctx(), files, header)
		if err != nil {
			return err
		}
		if slices.Contains(f.FileID, a.File) {
			continue
		}
		end := path.Ext(a.Name)
		for n, begin := 2, strings.TrimSuffix(a.Name, end); slices.Contains(f.FileName, a.Name); n++ { // cid:NAME means one file
			a.Name = fmt.Sprintf("%s-%d%s", begin, n, end)
		}
		f.addFile(a)
	}
	return campaign.Together(faults...)
}

func saveUpload(ctx context.Context, files fileStore, header *multipart.FileHeader) (campaign.Attachment, error) {
	file, err := header.Open()
	if err != nil {
		return campaign.Attachment{}, fmt.Errorf("open upload: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return campaign.Attachment{}, fmt.Errorf("read upload: %w", err)
	}
	id, err := files.SaveFile(ctx, data)
	name := campaign.FileName(header.Filename)
	return campaign.Attachment{File: id, Name: name, MediaType: campaign.MediaTypeOf(name, data)}, err
}

// attachments returns the files of the form, each once. Sizes come from the stored files, not from the form; more than a release
// may hold is not read.
func (f *releaseForm) attachments(ctx context.Context, files fileStore, have []campaign.Attachment) ([]campaign.Attachment, error) {
	var out []campaign.Attachment
	var faults campaign.Checks
	listed := map[string]bool{}
	for _, row := range f.Files() {
		if row.Removed || listed[row.ID] {
			continue
		}
		listed[row.ID] = true
		a := campaign.Attachment{File: row.ID, Name: row.Name, MediaType: row.Type, Inline: row.Inline && row.IsImage, Alt: row.Alt}
		if old := slices.IndexFunc(have, func(h campaign.Attachment) bool { return h.File == a.File }); old >= 0 {
			a.Size, a.MediaType, a.Media = have[old].Size, have[old].MediaType, have[old].Media
		} else {
			data, err := files.GetFile(ctx, a.File)
			if campaign.CodeOf(err) == campaign.NotFound {
				faults = append(faults, campaign.FieldError("attachments", "the file “%s” is gone: add it again", a.Name))
				continue
			}
			if err != nil {
				return nil, err
			}
			a.Size, a.MediaType = int64(len(data)), campaign.MediaTypeOf(a.Name, data)
		}
		faults.Refuse(a.Inline && strings.TrimSpace(a.Alt) == "", "attachments", "say what “%s” shows: many readers do not see pictures", a.Name)
		out = append(out, a)
		if err := campaign.CheckWeight(out); err != nil {
			return nil, err
		}
	}
	return out, campaign.Together(faults...)
}
