// Package dmarc reads aggregate reports: what a receiver of mail tells a domain's owner of mail in its name (RFC 7489 appendix C, and
// RFC 9990 after it). They come from strangers, as XML, often in a zip or gzip file, often in a message, so all is read as a stream with
// bounds on what is read, unpacked, nested and held. Entities are not expanded and document types refused.
package dmarc

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Bounds of what is read.
const (
	maxPacked   = 16 << 20  // octets of a file as it comes
	maxUnpacked = 64 << 20  // octets of XML, all files of an archive together
	maxFiles    = 20        // reports in an archive
	maxDepth    = 12        // elements in one another
	maxText     = 1024      // octets of the text of an element
	maxToken    = 256 << 10 // octets between two marks of XML: a text, a comment, the attributes of an element
	maxRows     = 1_000_000 // rows of a report
)

// ErrNoReport is what Read returns of something that is no report.
var ErrNoReport = errors.New("this is no aggregate report of DMARC: it is neither XML of that form nor a zip or gzip file of it")

// errTooMuch says that a bound was met.
var errTooMuch = errors.New("the report is larger than any real one")

// Read reads a report, or several in a zip file, and calls take with each. What follows a fault is not read.
func Read(r io.Reader, take func(campaign.DMARCReport) error) error {
	left := &budget{left: maxUnpacked}
	return read(bufio.NewReader(io.LimitReader(r, maxPacked+1)), left, 0, take)
}

// budget is how much may still be unpacked.
type budget struct{ left int64 }

// limited reads on the budget.
type limited struct {
	from io.Reader
	*budget
}

func (l limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooMuch
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.from.Read(p)
	l.left -= int64(n)
	return n, err
}

// read looks at how something begins. A gzip file in a zip file and the other way round occur; deeper is refused.
func read(r *bufio.Reader, left *budget, depth int, take func(campaign.DMARCReport) error) error {
	if depth > 2 {
		return errTooMuch
	}
	begin, _ := r.Peek(4)
	switch {
	case bytes.HasPrefix(begin, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(r)
		if err != nil {
			return fmt.Errorf("the gzip file is damaged: %w", err)
		}
		return read(bufio.NewReader(limited{z, left}), left, depth+1, take)
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")):
		return readZip(r, left, depth, take)
	}
	var in io.Reader = r
	if depth == 0 { // what was unpacked is counted already
		in = limited{r, left}
	}
	report, err := readXML(in)
	if err != nil {
		return err
	}
	return take(report)
}

// ascii reads what is in another charset than UTF-8, with ? in the place of all that ASCII has not.
type ascii struct{ io.Reader }

func (a ascii) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	for i, b := range p[:n] {
		if b >= 0x80 {
			p[i] = '?'
		}
	}
	return n, err
}

// readZip puts the file aside, for the directory of a zip file stands at its end.
func readZip(r io.Reader, left *budget, depth int, take func(campaign.DMARCReport) error) error {
	f, err := os.CreateTemp("", "glasnik-dmarc-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	size, err := io.Copy(f, io.LimitReader(r, maxPacked+1))
	switch {
	case err != nil:
		return err
	case size > maxPacked:
		return errTooMuch
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return fmt.Errorf("the zip file is damaged: %w", err)
	}
	found := false
	for _, file := range z.File {
		switch strings.ToLower(path.Ext(file.Name)) {
		case ".xml", ".gz", ".zip":
		default:
			continue
		}
		if len(z.File) > maxFiles {
			return errTooMuch
		}
		in, err := file.Open()
		if err == nil {
			err = read(bufio.NewReader(limited{in, left}), left, depth+1, take)
			in.Close()
		}
		if errors.Is(err, ErrNoReport) { // such as what macOS puts beside each file
			continue
		}
		if found = true; err != nil {
			return err
		}
	}
	if !found {
		return ErrNoReport
	}
	return nil
}

// tokens bounds what is read for one token, which the decoder holds in memory.
type tokens struct {
	from io.Reader
	n    int
}

func (t *tokens) Read(p []byte) (int, error) {
	if t.n > maxToken {
		return 0, errTooMuch
	}
	n, err := t.from.Read(p)
	t.n += n
	return n, err
}

// reader takes a report from a stream of XML.
type reader struct {
	report campaign.DMARCReport
	id     string
	where  []string // the elements it is in, without their namespaces
	text   strings.Builder

	row         campaign.DMARCSource
	count       int64
	disposition string
	dkim, spf   string // as DMARC judged them
	from        string // header_from
	auth        authResult
	rows        int
	at          map[string]int // index of a source by its address
}

// authResult is one dkim or spf element of auth_results.
type authResult struct{ domain, result string }

// readXML reads one report.
func readXML(r io.Reader) (campaign.DMARCReport, error) {
	bounded := &tokens{from: r}
	d := xml.NewDecoder(bounded)
	d.Strict = true
	d.Entity = nil
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) { return ascii{in}, nil } // what matters in it is ASCII
	in := &reader{at: map[string]int{}}
	for {
		bounded.n = 0
		token, err := d.RawToken()
		switch {
		case err == io.EOF && len(in.where) == 0 && in.id != "":
			return in.end()
		case errors.Is(err, errTooMuch):
			return in.report, err
		case err != nil:
			if len(in.where) == 0 && in.id == "" {
				return in.report, ErrNoReport
			}
			return in.report, fmt.Errorf("the report is damaged: %w", err)
		}
		if err := in.token(token); err != nil {
			return in.report, err
		}
	}
}

func (in *reader) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errors.New("the report declares a document type, which no report has")
	case xml.StartElement:
		name := strings.ToLower(t.Name.Local)
		if len(in.where) == 0 && name != "feedback" {
			return ErrNoReport
		}
		if len(in.where) >= maxDepth {
			return errTooMuch
		}
		in.where = append(in.where, name)
		in.text.Reset()
		in.open()
	case xml.CharData:
		if room := maxText - in.text.Len(); room > 0 {
			in.text.Write(t[:min(len(t), room)])
		}
	case xml.EndElement:
		if len(in.where) == 0 || in.where[len(in.where)-1] != strings.ToLower(t.Name.Local) {
			return errors.New("the report is damaged: its elements do not match")
		}
		err := in.close(strings.TrimSpace(in.text.String()))
		in.where = in.where[:len(in.where)-1]
		in.text.Reset()
		return err
	}
	return nil
}

func (in *reader) open() {
	switch in.place() {
	case "record":
		in.row, in.count, in.disposition, in.dkim, in.spf, in.from = campaign.DMARCSource{}, 0, "", "", "", ""
	case "record/auth_results/dkim", "record/auth_results/spf":
		in.auth = authResult{}
	}
}

// place is where an element stands below feedback.
func (in *reader) place() string { return strings.Join(in.where[1:], "/") }

func (in *reader) close(text string) error {
	switch in.place() {
	case "report_metadata/org_name":
		in.report.Reporter = line(text)
	case "report_metadata/report_id":
		in.id = line(text)
	case "report_metadata/date_range/begin":
		in.report.Since = moment(text)
	case "report_metadata/date_range/end":
		in.report.Until = moment(text)
	case "policy_published/domain":
		in.report.Domain = strings.ToLower(line(text))
	case "policy_published/p":
		in.report.Policy = strings.ToLower(line(text))
	case "record/row/source_ip":
		in.row.Address = campaign.NormalSource(text)
	case "record/row/count":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > 1<<40 {
			n = 0
		}
		in.count = n
	case "record/row/policy_evaluated/disposition":
		in.disposition = strings.ToLower(text)
	case "record/row/policy_evaluated/dkim":
		in.dkim = strings.ToLower(text)
	case "record/row/policy_evaluated/spf":
		in.spf = strings.ToLower(text)
	case "record/auth_results/dkim/domain", "record/auth_results/spf/domain":
		in.auth.domain = strings.ToLower(line(text))
	case "record/auth_results/dkim/result", "record/auth_results/spf/result":
		in.auth.result = strings.ToLower(text)
	case "record/auth_results/dkim":
		if in.auth.result == "pass" && in.auth.domain != "" {
			in.row.Add(campaign.DMARCSource{Signers: []string{in.auth.domain}})
		}
	case "record/auth_results/spf":
		if in.auth.result == "pass" && in.auth.domain != "" {
			in.row.Add(campaign.DMARCSource{Paths: []string{in.auth.domain}})
		}
	case "record":
		return in.endRow()
	}
	return nil
}

func (in *reader) endRow() error {
	if in.rows++; in.rows > maxRows {
		return errTooMuch
	}
	if in.row.Address == "" || in.count == 0 {
		return nil
	}
	in.row.Messages = in.count
	if in.dkim == "pass" {
		in.row.DKIM = in.count
	}
	if in.spf == "pass" {
		in.row.SPF = in.count
	}
	if in.dkim == "pass" || in.spf == "pass" {
		in.row.Passed = in.count
	}
	if in.disposition == "quarantine" || in.disposition == "reject" {
		in.row.Stopped = in.count
	}
	r := &in.report
	i, ok := in.at[in.row.Address]
	switch {
	case ok:
		r.Sources[i].Add(in.row)
	case len(r.Sources) < campaign.MostDMARCSources:
		in.at[in.row.Address] = len(r.Sources)
		r.Sources = append(r.Sources, in.row)
	default:
		r.Others.Add(in.row)
	}
	return nil
}

// farAhead is how far in the future a report may end: receivers' clocks and days differ.
const farAhead = 3 * 24 * time.Hour

func (in *reader) end() (campaign.DMARCReport, error) {
	r := in.report
	if _, err := campaign.ParseDomain(r.Domain); err != nil {
		return r, errors.New("the report names no domain")
	}
	if r.Until.IsZero() || r.Since.IsZero() || r.Until.Before(r.Since) || r.Until.After(time.Now().Add(farAhead)) {
		return r, errors.New("the report does not say for which days it is")
	}
	r.ID = campaign.DerivedID("dmarc report", r.Reporter+"\x00"+r.Domain+"\x00"+in.id)
	return r, nil
}

// line is text of strangers as it may be shown.
func line(s string) string {
	s = strings.ToValidUTF8(campaign.CleanLine(s), "")
	return string([]rune(s)[:min(len([]rune(s)), 200)])
}

func moment(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 1<<33 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
