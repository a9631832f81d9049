package check

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

// What kind of harm a sentence does whose manner is warned of is learnt too: from those harmful lines of the corpora in which a rule names the
// kind, a category of the guide. TestManner learns the weights anew with -update.

//go:embed rules/kinds.*.txt
var kindFiles embed.FS

// kinds is what was learnt of the kinds of harm in one language.
type kinds struct {
	names   []string             // of categories
	weights map[uint64][]float32 // of each category, by the hash of a feature
}

// readKinds reads the kinds of a language, by its file, which tests have read already.
func readKinds(language string) *kinds {
	data, err := kindFiles.ReadFile("rules/kinds." + language + ".txt")
	if err != nil {
		panic(err)
	}
	k, err := parseKinds(string(data))
	if err != nil {
		panic(fmt.Sprintf("rules/kinds.%s.txt: %v", language, err))
	}
	return k
}

// parseKinds reads the categories in the first line, and in each other a number for each category and the feature.
func parseKinds(data string) (*kinds, error) {
	head, rest, _ := strings.Cut(data, "\n")
	k := &kinds{names: strings.Fields(head), weights: map[uint64][]float32{}}
	for line := range strings.Lines(rest) {
		fields := strings.Fields(line)
		if len(fields) != len(k.names)+1 || len(fields[len(k.names)]) < 2 {
			return nil, fmt.Errorf("“%s” is not %d weights and a feature", line, len(k.names))
		}
		var weights []float32
		for _, f := range fields[:len(k.names)] {
			w, err := strconv.ParseFloat(f, 32)
			if err != nil {
				return nil, err
			}
			weights = append(weights, float32(w))
		}
		feature := fields[len(k.names)]
		k.weights[hashOf(feature[0], feature[1:], "")] = weights
	}
	return k, nil
}

// leastApart is how much more the likeliest kind of harm weighs than the next, so that it is told.
const leastApart = 0.5

// of returns the likeliest kind of harm of a sentence, "" where it is not plain.
func (k *kinds) of(part *judged, n int) (kind string) {
	sums := make([]float32, len(k.names))
	part.features(n, func(feature byte, a, b string, _ span) {
		if b != "" {
			return
		}
		for i, w := range k.weights[hashOf(feature, a, "")] {
			sums[i] += w
		}
	})
	most, next := float32(0), float32(0)
	for i, s := range sums {
		if s > most {
			kind, most, next = k.names[i], s, most
		} else if s > next {
			next = s
		}
	}
	if most-next < leastApart {
		return ""
	}
	return kind
}
