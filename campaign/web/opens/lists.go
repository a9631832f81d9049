package opens

import (
	_ "embed"
	"fmt"
	"net/netip"
	"strings"
)

// lists holds the names and networks of known machines. The file states its date and sources; a newer one replaces it as a
// whole (F-19).
//
//go:embed lists.txt
var lists string

// New returns a classifier with the embedded lists.
func New() (*Classifier, error) { return Parse(lists) }

// Parse returns a classifier with other lists, in the format of lists.txt: a "date" line, then one entry a line under
// [tools], [machines] and [ranges]; # begins a comment.
func Parse(lists string) (*Classifier, error) {
	c := &Classifier{tools: map[string]bool{}, machines: map[string]bool{}}
	section := ""
	for i, line := range strings.Split(lists, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.ToLower(strings.TrimSpace(line))
		switch {
		case line == "":
		case strings.HasPrefix(line, "date "):
			c.Date = strings.TrimSpace(line[len("date "):])
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case section == "tools":
			c.tools[line] = true
		case section == "machines":
			c.machines[strings.Join(agentTokens(line), " ")] = true
		case section == "ranges":
			p, err := netip.ParsePrefix(line)
			if err != nil {
				return nil, fmt.Errorf("lists of machines, line %d: %w", i+1, err)
			}
			c.ranges = append(c.ranges, p.Masked())
		default:
			return nil, fmt.Errorf("lists of machines, line %d: %q stands under no known heading", i+1, line)
		}
	}
	if c.Date == "" {
		return nil, fmt.Errorf("lists of machines: there is no date line")
	}
	return c, nil
}
