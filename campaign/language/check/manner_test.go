package check

import (
	"cmp"
	flags "flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

var update = flags.Bool("update", false, "learn the manner of sentences anew")

// example is a line of a corpus, as its features.
type example struct {
	features []int
	harmful  bool
	kind     string // the category of what a rule finds in it, if any
}

// learner learns the weights of a language.
type learner struct {
	names    []string // of features
	ids      map[string]int
	examples []example
}

// TestManner writes rules/manner.LANGUAGE.txt anew with -update, learnt from all corpora but the one WITHOUT names in the environment, by
// which a set is judged that was not learnt from. Else it tells where that was forgotten.
func TestManner(t *testing.T) {
	for _, l := range []string{"en", "fr", "sr"} {
		file := filepath.Join("rules", "manner."+l+".txt")
		if !*update {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if lines := fmt.Sprintf("%d lines\n", len(corpus(t, l))); !strings.HasPrefix(string(data), lines) {
				t.Errorf("%s is not learnt from the corpora as they are: go test -run TestManner -update ./campaign/language/check", file)
			}
			continue
		}
		x := learner{ids: map[string]int{}}
		lines := corpus(t, l)
		for _, line := range lines {
			if line.set != os.Getenv("WITHOUT") {
				x.add(line)
			}
		}
		if err := os.WriteFile(file, fmt.Appendf(nil, "%d lines\n%s", len(lines), x.learn()), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("rules", "kinds."+l+".txt"), x.learnKinds(TheGuide().Rule("S25").Kinds), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// corpusLine is a line of a corpus.
type corpusLine struct {
	text     string
	language campaign.Language
	harmful  bool
	set      string // first, third, twentysecond
}

// corpus returns the lines of all corpora of a language.
func corpus(t *testing.T, file string) (out []corpusLine) {
	files, err := filepath.Glob("testdata/" + file + "*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.Split(filepath.Base(f), ".") // sr-Cyrl.nineteenth.harmful.txt
		language := campaign.Language(name[0])
		if language == "sr" {
			language = campaign.SerbianLatin
		}
		set := "first"
		if len(name) > 3 {
			set = name[1]
		}
		for _, line := range readLines(t, f) {
			out = append(out, corpusLine{line, language, name[len(name)-2] == "harmful", set})
		}
	}
	return out
}

func (x *learner) add(line corpusLine) {
	d := sentence(line.language, line.text)
	c := newChecker(Standard().of(line.language), line.language, &d)
	r := c.read(&d.Parts[0])
	e := example{harmful: line.harmful}
	part := r.forManner()
	for n := range r.sentences {
		part.features(n, func(kind byte, a, b string, _ span) {
			name := strings.TrimRight(string(kind)+a+" "+b, " ")
			id, known := x.ids[name]
			if !known {
				id = len(x.names)
				x.ids[name], x.names = id, append(x.names, name)
			}
			e.features = append(e.features, id)
		})
	}
	for _, f := range flagged(Find(d, Standard())) {
		if line.harmful && f.Rule != "S25" {
			e.kind = f.Category
			break
		}
	}
	x.examples = append(x.examples, e)
}

// How the weights are learnt: logistic regression by stochastic gradient descent, whose weights shrink a little at each step.
const (
	rounds = 20
	rate   = 2.0 // of the first round
	shrink = 0.01
)

// learn returns the lines of the weights.
func (x *learner) learn() []byte {
	weights, always := make([]float64, len(x.names)), 0.0
	random := rand.New(rand.NewPCG(1, 2))
	order := random.Perm(len(x.examples))
	for round := range rounds {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		rate := rate / (1 + 0.3*float64(round))
		for _, i := range order {
			e := &x.examples[i]
			sum, norm := 0.0, math.Sqrt(float64(len(e.features)))
			for _, f := range e.features {
				sum += weights[f]
			}
			want := 0.0
			if e.harmful {
				want = 1
			}
			step := rate * (want - 1/(1+math.Exp(-always-sum/norm)))
			for _, f := range e.features {
				weights[f] = weights[f]*(1-shrink*rate) + step/norm
			}
			always += step * 0.2
		}
	}
	order = order[:0]
	for i, w := range weights {
		if math.Abs(w) >= 0.2 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x.names[a], x.names[b]) })
	out := fmt.Appendf(nil, "%.2f always\n", always)
	for _, i := range order {
		out = fmt.Appendf(out, "%.1f %s\n", weights[i], x.names[i])
	}
	return out
}

// learnKinds returns the lines of the weights of the kinds, learnt as those of the manner are, each kind against the others.
func (x *learner) learnKinds(known map[string]Kind) []byte {
	names := slices.Sorted(maps.Keys(known))
	weights := make([][]float64, len(x.names))
	for f := range weights {
		weights[f] = make([]float64, len(names))
	}
	random := rand.New(rand.NewPCG(1, 2))
	sums := make([]float64, len(names))
	for round := range rounds {
		rate := rate / (1 + 0.3*float64(round))
		for _, i := range random.Perm(len(x.examples)) {
			e := &x.examples[i]
			wanted := slices.Index(names, e.kind)
			if wanted < 0 {
				continue
			}
			clear(sums)
			norm := math.Sqrt(float64(len(e.features)))
			for _, f := range e.features {
				for k, w := range weights[f] {
					sums[k] += w / norm
				}
			}
			total := 0.0
			for k := range sums {
				sums[k] = math.Exp(sums[k])
				total += sums[k]
			}
			for k := range sums {
				step := -sums[k] / total
				if k == wanted {
					step++
				}
				for _, f := range e.features {
					weights[f][k] = weights[f][k]*(1-shrink*rate) + rate*step/norm
				}
			}
		}
	}
	var features []int
	for f, all := range weights {
		if !strings.Contains(x.names[f], " ") && slices.Max(all) >= 0.8 {
			features = append(features, f)
		}
	}
	slices.SortFunc(features, func(a, b int) int { return cmp.Compare(x.names[a], x.names[b]) })
	out := fmt.Appendf(nil, "%s\n", strings.Join(names, " "))
	for _, f := range features {
		for _, w := range weights[f] {
			out = fmt.Appendf(out, "%.1f ", w)
		}
		out = fmt.Appendf(out, "%s\n", x.names[f])
	}
	return out
}
