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

// phrase is one of texts.yaml as it stands there, and as words are compared.
type phrase struct{ written, folded string }

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
			folded := strings.TrimSuffix(string(refusal.WordsOf(p)), " ")
			if !strings.HasSuffix(p, "*") {
				folded += " "
			}
			out[e.Group] = append(out[e.Group], phrase{p, folded})
		}
	}
	return out
})

// says returns the rule by which words hold a phrase of a group.
func says(w refusal.Words, group string) (rule string, ok bool) {
	return find(group, func(folded string) bool { return strings.Contains(string(w), folded) })
}

// begins is says for the beginning of the words.
func begins(w refusal.Words, group string) (rule string, ok bool) {
	return find(group, func(folded string) bool { return strings.HasPrefix(string(w), folded) })
}

// ends is says for the end of the words.
func ends(w refusal.Words, group string) bool {
	_, ok := find(group, func(folded string) bool { return strings.HasSuffix(string(w), folded) })
	return ok
}

func find(group string, fits func(folded string) bool) (rule string, ok bool) {
	for _, p := range texts()[group] {
		if fits(p.folded) {
			return "words " + group + ": " + p.written, true
		}
	}
	return "", false
}
