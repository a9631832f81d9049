package web

import (
	_ "embed"
	"fmt"
	"net/netip"
	"strings"
)

// judgeLists are the names and networks machines are known by. The file says when and from what it was made; a newer one
// takes its place as a whole (F-19).
//
//go:embed judge_lists.txt
var judgeLists string

// NewJudge gives a judge with the lists that came with the program.
func NewJudge() (*Judge, error) { return ReadJudge(judgeLists) }

// ReadJudge gives a judge with lists of one's own, in the form of judge_lists.txt: a "date" line, then under [tools],
// [machines] and [ranges] one entry a line; # begins a remark.
func ReadJudge(lists string) (*Judge, error) {
	j := &Judge{tools: map[string]bool{}, machines: map[string]bool{}}
	section := ""
	for i, line := range strings.Split(lists, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.ToLower(strings.TrimSpace(line))
		switch {
		case line == "":
		case strings.HasPrefix(line, "date "):
			j.Date = strings.TrimSpace(line[len("date "):])
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case section == "tools":
			j.tools[line] = true
		case section == "machines":
			j.machines[strings.Join(agentTokens(line), " ")] = true
		case section == "ranges":
			p, err := netip.ParsePrefix(line)
			if err != nil {
				return nil, fmt.Errorf("lists of machines, line %d: %w", i+1, err)
			}
			j.ranges = append(j.ranges, p.Masked())
		default:
			return nil, fmt.Errorf("lists of machines, line %d: %q stands under no known heading", i+1, line)
		}
	}
	if j.Date == "" {
		return nil, fmt.Errorf("lists of machines: there is no date line")
	}
	return j, nil
}
