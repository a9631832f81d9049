package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// The words that are in every mail and on the public pages live in translations/*.yaml: one entry a key, the languages
// beside each other. A new file is found by itself. Serbian is written in Latin script; the Cyrillic is made from it, and
// an entry has sr-Cyrl of its own only where that would be wrong. {0}, {1}, … stand for arguments.

//go:embed translations/*.yaml
var translationFiles embed.FS

// catalogue holds all texts by key and language.
type catalogue map[string]map[campaign.Language]string

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
				texts[campaign.SerbianCyrillic] = language.ToCyrillic(texts[campaign.SerbianLatin], language.Options{})
			}
			for l, text := range texts {
				texts[l] = strings.TrimSpace(text)
			}
			all[key] = texts
		}
	}
	return all, nil
}

// Translate returns the text of a key in a language, with {0}, {1}, … replaced by the arguments. An unknown language gets
// English; an unknown key is given back, so that it is seen.
func Translate(l campaign.Language, key string, args ...any) string {
	return fillArguments(translationOf(l, key), key, args)
}

func translationOf(l campaign.Language, key string) string {
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
