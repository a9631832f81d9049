package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// The words that are in every mail and on the public pages live in translations/*.yaml: one entry a key, the languages
// beside each other. A new file is found by itself. Serbian is written in Latin script; the Cyrillic is made from it, and
// an entry has sr-Cyrl of its own only where that would be wrong. {0}, {1}, … stand for arguments; a text that counts
// something has one form for each plural category of its language, with {0} for the number.

//go:embed translations/*.yaml
var translationFiles embed.FS

// translation is one text in one language: one form, or one a plural category.
type translation map[language.Category]string

// UnmarshalYAML reads a text, or a map of plural forms.
func (t *translation) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = translation{language.Other: strings.TrimSpace(n.Value)}
		return nil
	}
	return n.Decode((*map[language.Category]string)(t))
}

// catalogue holds all texts by key and language.
type catalogue map[string]map[campaign.Language]translation

// translations reads the embedded catalogue when it is first asked for; its tests keep it whole.
var translations = sync.OnceValue(func() catalogue {
	c, err := loadCatalogue(translationFiles)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return c
})

func loadCatalogue(files fs.FS) (catalogue, error) {
	names, err := fs.Glob(files, "translations/*.yaml")
	if err != nil {
		return nil, err
	}
	all := catalogue{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var part catalogue
		if err := yaml.Unmarshal(data, &part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for key, texts := range part {
			if _, twice := all[key]; twice {
				return nil, fmt.Errorf("%s: the key %s stands in another file too", name, key)
			}
			if _, own := texts[campaign.SerbianCyrillic]; !own {
				texts[campaign.SerbianCyrillic] = inCyrillic(texts[campaign.SerbianLatin])
			}
			all[key] = texts
		}
	}
	return all, nil
}

func inCyrillic(t translation) translation {
	out := translation{}
	for category, text := range t {
		out[category] = language.ToCyrillic(text, language.Options{})
	}
	return out
}

// Translate returns the text of a key in a language, with {0}, {1}, … replaced by the arguments. An unknown language gets
// English; an unknown key is given back, so that it is seen.
func Translate(l campaign.Language, key string, args ...any) string {
	return fillArguments(translationOf(l, key)[language.Other], key, args)
}

// TranslateCount is Translate for a text that counts: {0} is the number, the arguments follow from {1}.
func TranslateCount(l campaign.Language, key string, n int64, args ...any) string {
	forms := translationOf(l, key)
	text, ok := forms[language.Plural(l, n)]
	if !ok {
		text = forms[language.Other]
	}
	return fillArguments(text, key, append([]any{language.Number(l, n)}, args...))
}

// TranslationKeys returns all keys in order.
func TranslationKeys() []string { return slices.Sorted(maps.Keys(translations())) }

func translationOf(l campaign.Language, key string) translation {
	texts := translations()[key]
	if t, ok := texts[l]; ok {
		return t
	}
	return texts[campaign.English]
}

func fillArguments(text, key string, args []any) string {
	if text == "" {
		return key
	}
	if len(args) == 0 {
		return text
	}
	out := make([]byte, 0, len(text)+32*len(args))
	for {
		before, rest, found := strings.Cut(text, "{")
		out = append(out, before...)
		if !found {
			return string(out)
		}
		number, after, closed := strings.Cut(rest, "}")
		if i, err := strconv.Atoi(number); closed && err == nil && i >= 0 && i < len(args) {
			out, text = fmt.Append(out, args[i]), after
		} else {
			out, text = append(out, '{'), rest
		}
	}
}
