package check

import "testing"

// TestPatterns reads every pattern of the files, so that a mistake is told with its place.
func TestPatterns(t *testing.T) {
	for l, read := range sources {
		f := read()
		try := func(where string, all []string) {
			for _, p := range all {
				if _, err := parsePattern(p, f.Sets); err != nil {
					t.Errorf("rules/%s.yaml, %s: %v", l, where, err)
				}
			}
		}
		for name, cue := range f.Cues {
			try(name, cue)
		}
		for id, r := range f.Rules {
			for _, g := range r.Find {
				try(id, g.Match)
				try(id, g.Except)
			}
		}
	}
}
