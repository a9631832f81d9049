package dmarc

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-message"

	"github.com/glasnik/glasnik/campaign"
)

// peeked is how much of a message is looked at to tell whether it brings a report.
const peeked = 16 << 10

// MayBring reports whether a message looks as if it brought a report, by its header alone: the subject that RFC 7489 section 7.2.1.1
// asks for, or a packed file in place of a text. It reads nothing off the message.
func MayBring(r *bufio.Reader) bool {
	begin, _ := r.Peek(peeked)
	header := strings.ToLower(string(begin))
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if at := strings.Index(header, end); at >= 0 {
			header = header[:at]
		}
	}
	unfolded := strings.NewReplacer("\r\n ", " ", "\r\n\t", " ", "\n ", " ", "\n\t", " ").Replace(header)
	for line := range strings.Lines(unfolded) {
		name, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); name {
		case "subject":
			if strings.Contains(value, "report domain:") || strings.Contains(value, "report-id") || strings.Contains(value, "dmarc") {
				return true
			}
		case "content-type":
			if isPacked(value) {
				return true
			}
		}
	}
	return false
}

// isPacked reports whether a media type may be a report's.
func isPacked(kind string) bool {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	switch strings.TrimSpace(kind) {
	case "application/zip", "application/x-zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip", "application/gzip-compressed", "text/xml", "application/xml":
		return true
	}
	return false
}

const (
	maxMessage = 24 << 20 // octets of a message that are read
	maxParts   = 50
)

// errEnough ends a walk.
var errEnough = errors.New("enough")

// ReadMessage reads the reports that a message brings, and calls take with each. It returns how many there were; a fault of one part is
// returned when no part held a report.
func ReadMessage(r io.Reader, take func(campaign.DMARCReport) error) (n int, err error) {
	e, err := message.Read(io.LimitReader(r, maxMessage))
	if err != nil && (e == nil || !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err)) {
		return 0, ErrNoReport
	}
	fault, parts, failed := error(ErrNoReport), 0, error(nil)
	walked := e.Walk(func(path []int, part *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) {
			return nil
		}
		if parts++; parts > maxParts || len(path) > 5 {
			return errEnough
		}
		if !mayBe(part) {
			return nil
		}
		err = Read(part.Body, func(report campaign.DMARCReport) error {
			if failed = take(report); failed == nil {
				n++
			}
			return failed
		})
		if failed != nil {
			return errEnough
		}
		if err != nil && !errors.Is(err, ErrNoReport) {
			fault = err
		}
		return nil
	})
	switch {
	case failed != nil:
		return n, failed
	case n > 0:
		return n, nil
	case walked != nil && !errors.Is(walked, errEnough) && errors.Is(fault, ErrNoReport):
		fault = walked
	}
	return 0, fault
}

// mayBe reports whether a part may be a report, by its type or by the name of its file.
func mayBe(part *message.Entity) bool {
	kind, params, _ := part.Header.ContentType()
	if isPacked(kind) {
		return true
	}
	_, disposition, _ := part.Header.ContentDisposition()
	for _, name := range []string{params["name"], disposition["filename"]} {
		name = strings.ToLower(name)
		if strings.HasSuffix(name, ".zip") || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".xml") {
			return true
		}
	}
	return false
}
