package inbound

import (
	_ "embed"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/mailer/refusal"
)

//go:embed texts.yaml
var textsFile []byte

// phrase is one of texts.yaml as it stands there, and as words are compared: in parts, between which a word may go on.
type phrase struct {
	written string
	parts   []string
}

func phraseOf(written string) phrase {
	p := phrase{written: written}
	for part := range strings.SplitSeq(written, "*") {
		p.parts = append(p.parts, strings.TrimRight(string(refusal.WordsOf(part)), " "))
	}
	if last := len(p.parts) - 1; p.parts[last] != "" { // it ends where a word ends
		p.parts[last] += " "
	}
	return p
}

// at returns where in words a phrase that stands at i ends; -1 where it does not stand there.
func (p phrase) at(words string, i int) int {
	for n, part := range p.parts {
		if n > 0 { // to the end of the word that may go on
			next := strings.IndexByte(words[i:], ' ')
			if next < 0 {
				return -1
			}
			if i += next; part == "" {
				return i
			}
		}
		if !strings.HasPrefix(words[i:], part) {
			return -1
		}
		i += len(part)
	}
	return i
}

// in reports whether a phrase stands in words.
func (p phrase) in(words string) bool {
	for i := 0; ; i++ {
		next := strings.Index(words[i:], p.parts[0])
		if next < 0 {
			return false
		}
		if i += next; p.at(words, i) >= 0 {
			return true
		}
	}
}

// texts are the phrases of texts.yaml by their group.
var texts = sync.OnceValue(func() map[string][]phrase {
	var entries []struct {
		Group   string   `yaml:"group"`
		Phrases []string `yaml:"phrases"`
	}
	if err := yaml.Unmarshal(textsFile, &entries); err != nil {
		panic("texts.yaml: " + err.Error()) // it is part of the program, and a test reads it
	}
	out := map[string][]phrase{}
	for _, e := range entries {
		for _, p := range e.Phrases {
			out[e.Group] = append(out[e.Group], phraseOf(p))
		}
	}
	return out
})

// says returns the rule by which words hold a phrase of a group.
func says(w refusal.Words, group string) (rule string, ok bool) {
	return find(group, func(p phrase) bool { return p.in(string(w)) })
}

// begins is says for the beginning of the words.
func begins(w refusal.Words, group string) (rule string, ok bool) {
	return find(group, func(p phrase) bool { return p.at(string(w), 0) >= 0 })
}

// ends is says for the end of the words.
func ends(w refusal.Words, group string) bool {
	_, ok := find(group, func(p phrase) bool { return len(p.parts) == 1 && strings.HasSuffix(string(w), p.parts[0]) })
	return ok
}

// both returns the rule by which words hold a phrase of each of some groups.
func both(w refusal.Words, groups ...string) (rule string, ok bool) {
	var rules []string
	for _, group := range groups {
		rule, ok := says(w, group)
		if !ok {
			return "", false
		}
		rules = append(rules, strings.TrimPrefix(rule, "words "))
	}
	return "words " + strings.Join(rules, ", "), true
}

func find(group string, fits func(phrase) bool) (rule string, ok bool) {
	for _, p := range texts()[group] {
		if fits(p) {
			return "words " + group + ": " + p.written, true
		}
	}
	return "", false
}
