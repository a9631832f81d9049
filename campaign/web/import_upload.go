package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// Uploads wait for their owner's word in temporary files without a name, so that nothing of them is left when the program
// ends: a restart forgets them. Several processes behind one address need sessions that stick to a process while somebody
// imports.
const (
	maxUpload  = 256 << 20
	uploadLife = 8 * time.Hour
	maxUploads = 4 // of one user
)

// How much of a file a page shows.
const (
	shownResults = 200
	shownSample  = 8
)

// upload is a file somebody sent, with what would happen or what happened to its rows.
type upload struct {
	ID         string
	owner      string            // id of the user
	language   campaign.Language // of its report
	Name       string            // of the file
	Reading    contactfile.Options
	File       *contactfile.File
	Form       importForm
	Remembered bool  // its columns were said to hold what they hold before
	Problem    error // why it cannot be imported as it is read now
	Summary    campaign.ImportSummary
	Results    map[campaign.ImportOutcome][]campaign.ImportResult // the first of each outcome, and under "" of all
	Sample     []sampleRow
	Done       bool // it was imported

	delimiter rune // of its report

	source  *os.File
	size    int64
	report  *os.File
	writer  *contactfile.Report
	broken  error        // of the report
	read    atomic.Int64 // how many rows were read
	lines   atomic.Int64 // about how many there are
	running atomic.Bool
	at      time.Time  // when it came
	busy    sync.Mutex // held while it is checked or imported
}

// sampleRow is one of the first rows as it was understood.
type sampleRow struct {
	Line                             int
	Email, Name, Organisation, Place string
	Tags                             string
	Kind                             campaign.Kind
	Language                         campaign.Language
	Result                           campaign.ImportResult
}

// temporary opens a file that nobody else can open, and that is gone with the program where the system allows it.
func temporary() (*os.File, error) {
	f, err := os.CreateTemp("", "glasnik-import-*")
	if err != nil {
		return nil, fmt.Errorf("keep upload: %w", err)
	}
	_ = os.Remove(f.Name()) // Windows does it when it is closed, see discard
	return f, nil
}

func discard(f *os.File) {
	if f != nil {
		_ = f.Close() // nothing of it is needed any more
		_ = os.Remove(f.Name())
	}
}

// unhurried lifts the time limits of a request: a file of a million rows takes longer than any page.
func (v *visit) unhurried() {
	limits := http.NewResponseController(v.Writer)
	if err := errors.Join(limits.SetReadDeadline(time.Time{}), limits.SetWriteDeadline(time.Time{})); err != nil {
		v.panel.Logger.Debug("time limits of a request stay", "error", err)
	}
}

// take stores what was sent.
func (u *upload) take(header *multipart.FileHeader) error {
	body, err := header.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	if u.source, err = temporary(); err != nil {
		return err
	}
	if u.size, err = io.Copy(u.source, body); err != nil {
		u.close()
		return fmt.Errorf("keep upload: %w", err)
	}
	return nil
}

// open reads the file in the chosen encoding; when it cannot be read, the upload stays as it was.
func (u *upload) open() error {
	f, err := contactfile.Open(u.source, u.size, u.Reading)
	if err != nil {
		return err
	}
	if u.File != nil {
		u.File.Close()
	}
	u.File = f
	u.lines.Store(f.Lines)
	return nil
}

// close frees what an upload holds.
func (u *upload) close() {
	if u.File != nil {
		u.File.Close()
	}
	discard(u.source)
	u.forget()
}

// forget drops the results of the rows.
func (u *upload) forget() {
	discard(u.report)
	u.report, u.Summary, u.Sample, u.Results = nil, campaign.ImportSummary{}, nil, map[campaign.ImportOutcome][]campaign.ImportResult{}
	u.read.Store(0)
}

func (u *upload) startReport() error {
	u.forget()
	u.broken = nil
	var err error
	if u.report, err = temporary(); err == nil {
		u.writer, err = contactfile.NewReport(u.report, u.File, u.delimiter, u.say)
	}
	return err
}

// say puts words and named values of the report into the language of the upload's owner.
func (u *upload) say(words any) string {
	if t, ok := words.(campaign.Text); ok {
		return templates.Say(u.language, t)
	}
	return templates.Label(u.language, words)
}

func (u *upload) endReport() error { return errors.Join(u.broken, u.writer.Close()) }

// rows yields the rows of the file, counts them and samples the first.
func (u *upload) rows() campaign.ImportRows {
	return func(yield func(campaign.ImportRow, error) bool) {
		for r, err := range u.File.Rows() {
			u.read.Add(1)
			if c := r.Contact; err == nil && len(u.Sample) < shownSample {
				u.Sample = append(u.Sample, sampleRow{ // clones, so that the block of the file they were read in can be freed
					Line: r.Line, Email: strings.Clone(c.Email), Name: strings.Clone(c.FullName()), Organisation: strings.Clone(r.Organisation),
					Place: strings.Clone(c.Place), Tags: strings.Clone(strings.Join(c.Tags, ", ")),
					Kind: cmp.Or(c.Kind, campaign.Kind(u.Form.Kind)), Language: cmp.Or(c.Language, campaign.Language(u.Form.Language)),
				})
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// result records the outcome of a row.
func (u *upload) result(r campaign.ImportResult) {
	if u.broken == nil {
		u.broken = u.writer.Result(r)
	}
	sampled := slices.IndexFunc(u.Sample, func(s sampleRow) bool { return s.Line == r.Line })
	if sampled < 0 && len(u.Results[""]) >= shownResults && len(u.Results[r.Outcome]) >= shownResults {
		return
	}
	r = apart(r)
	if sampled >= 0 {
		u.Sample[sampled].Result = r
	}
	for _, of := range []campaign.ImportOutcome{"", r.Outcome} {
		if len(u.Results[of]) < shownResults {
			u.Results[of] = append(u.Results[of], r)
		}
	}
}

// apart returns a result that shares no memory with the block of the file it was read in, so that the block can be freed.
func apart(r campaign.ImportResult) campaign.ImportResult {
	r.Cells, r.Email = nil, strings.Clone(r.Email)
	r.Reason = campaign.StoredText(r.Reason.Stored())
	r.Notes = campaign.Collect(r.Notes, func(t campaign.Text) campaign.Text { return campaign.StoredText(t.Stored()) })
	return r
}

type uploads struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]*upload
}

// add stores an upload, and drops those that are too old and, when its owner has too many, their oldest.
func (u *uploads) add(up *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	up.ID = rand.Text()
	var own []*upload
	for _, other := range u.all {
		if u.now().Sub(other.at) > uploadLife {
			u.remove(other)
		} else if other.owner == up.owner {
			own = append(own, other)
		}
	}
	if len(own) >= maxUploads {
		u.remove(slices.MinFunc(own, func(a, b *upload) int { return a.at.Compare(b.at) }))
	}
	u.all[up.ID] = up
}

// find returns an upload of a user.
func (u *uploads) find(id, owner string) (*upload, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	up := u.all[id]
	if up == nil || up.owner != owner || u.now().Sub(up.at) > uploadLife {
		return nil, campaign.Errorf(campaign.NotFound, "This file is no longer here. Files and their reports wait for eight hours, four of each user, or until somebody is erased; send it again.")
	}
	return up, nil
}

// find returns the upload that a page is about. One from before the last erasure is dropped: it may hold the person who was
// erased.
func (s *importPages) find(v *visit) (*upload, error) {
	up, err := s.uploads.find(v.Param("id"), v.user.ID)
	if err != nil {
		return nil, err
	}
	erased, _, err := s.store.FindJournal(v.ctx(), store.JournalFilter{Kind: campaign.ErasedEntry}, store.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(erased) > 0 && !erased[0].At.Before(up.at.Truncate(time.Millisecond)) {
		s.uploads.drop(up)
		return nil, campaign.Errorf(campaign.NotFound, "This file was dropped, because somebody was erased since it came: it may have held them. Send it again.")
	}
	return up, nil
}

// forgetAll drops all files and reports that are not being imported just now: they may hold a person who was erased.
func (u *uploads) forgetAll() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, up := range u.all {
		u.remove(up)
	}
}

func (u *uploads) drop(up *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.remove(up)
}

// remove drops an upload, unless it is being imported just now.
func (u *uploads) remove(up *upload) {
	if up.busy.TryLock() {
		defer up.busy.Unlock()
		delete(u.all, up.ID)
		up.close()
	}
}
