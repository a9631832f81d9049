package opens

import (
	_ "embed"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// lists holds the names and networks of known machines. The file states its date and sources; a newer one replaces it as a
// whole (F-19).
//
//go:embed lists.txt
var lists string

// Lists are the embedded lists, in the format that Parse reads.
func Lists() string { return lists }

// New returns a classifier with the embedded lists.
func New() (*Classifier, error) { return Parse(lists) }

// Parse returns a classifier with other lists, in the format of lists.txt: lines that begin with "date" and "source", then one
// entry a line under [tools], [machines], [ranges] and [relays]; # begins a comment.
func Parse(lists string) (*Classifier, error) {
	c := &Classifier{}
	section := ""
	for i, line := range strings.Split(lists, "\n") {
		line, _, _ = strings.Cut(line, "#")
		asWritten := strings.TrimSpace(line)
		line = strings.ToLower(asWritten)
		switch {
		case line == "":
		case strings.HasPrefix(line, "date "):
			c.Date = strings.TrimSpace(line[len("date "):])
		case strings.HasPrefix(line, "source "):
			c.Source = strings.TrimSpace(asWritten[len("source "):])
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case section == "tools" || section == "machines":
			list := &c.tools
			if section == "machines" {
				list = &c.machines
			}
			if !list.add(line) {
				return nil, fmt.Errorf("lists of machines, line %d: %q is too short to know a program by", i+1, line)
			}
		case section == "ranges" || section == "relays":
			p, err := netip.ParsePrefix(line)
			if err != nil {
				return nil, fmt.Errorf("lists of machines, line %d: %q is no network such as 192.0.2.0/24", i+1, line)
			}
			if section == "relays" {
				c.relays = append(c.relays, p.Masked())
			} else {
				c.ranges = append(c.ranges, p.Masked())
			}
		default:
			return nil, fmt.Errorf("lists of machines, line %d: %q stands under no known heading", i+1, line)
		}
	}
	if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
		return nil, errors.New("lists of machines: there is no line with their date, such as date 2026-11-23")
	}
	if c.Source == "" {
		return nil, errors.New("lists of machines: there is no line with their source")
	}
	return c, nil
}
