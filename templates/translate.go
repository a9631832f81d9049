package templates

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// All words a user or reader sees live in translations/*.yaml and translations/panel/*.yaml: one entry a key, the languages
// beside each other. A new file is found by itself. The key of words of the panel and of errors is their English text, and then
// they need no en. Serbian is written in Latin script; the Cyrillic is made from it, and an entry has sr-Cyrl of its own only
// where that would be wrong; French gets its narrow spaces. {0}, {1}, … stand for arguments; a text that counts something has one
// form for each plural category of its language, chosen by the first argument that is a whole number.

//go:embed translations
var translationFiles embed.FS

// translation is one text in one language: one form, or one a plural category.
type translation map[language.Category]string

// UnmarshalYAML reads a text, or a map of plural forms.
func (t *translation) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = translation{language.Other: strings.Trim(n.Value, "\n")}
		return nil
	}
	return n.Decode((*map[language.Category]string)(t))
}

// catalogue holds all texts by key and language.
type catalogue map[string]map[campaign.Language]translation

// The catalogues are read when they are first asked for; tests keep them whole. Mails and readers' pages have one of their own, since
// who sends need not wait for the ten times as many words of the panel.
var (
	readersTexts = sync.OnceValue(func() catalogue { return mustLoad("translations/*.yaml") })
	panelTexts   = sync.OnceValue(func() catalogue { return mustLoad("translations/panel/*.yaml") })
)

func mustLoad(pattern string) catalogue {
	c, err := loadCatalogue(translationFiles, pattern)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return c
}

// textsOf returns the texts of a key by language, nil for an unknown key.
func textsOf(key string) map[campaign.Language]translation {
	if texts := readersTexts()[key]; texts != nil {
		return texts
	}
	return panelTexts()[key]
}

func loadCatalogue(files fs.FS, pattern string) (catalogue, error) {
	names, err := fs.Glob(files, pattern)
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
			if _, own := texts[campaign.English]; !own {
				texts[campaign.English] = translation{language.Other: key}
			}
			if _, own := texts[campaign.SerbianCyrillic]; !own {
				texts[campaign.SerbianCyrillic] = inCyrillic(texts[campaign.SerbianLatin])
			}
			for category, text := range texts[campaign.French] {
				texts[campaign.French][category] = frenchSpaces.Replace(text)
			}
			all[key] = texts
		}
	}
	return all, nil
}

// frenchSpaces sets punctuation apart as French does: by a narrow space, at which no line ends. Signs of rules and addresses stay.
var frenchSpaces = strings.NewReplacer(" !=", " !=", "@ :", "@ :", "« ", "«\u202f", " »", "\u202f»", " :", "\u202f:", " ;", "\u202f;", " ?", "\u202f?", " !", "\u202f!")

func inCyrillic(t translation) translation {
	out := translation{}
	for category, text := range t {
		out[category] = latinArms(language.ToCyrillic(text, language.Options{}))
	}
	return out
}

// armInCyrillic fits the letter of a variant of an A/B test.
var armInCyrillic = regexp.MustCompile(`(?i)варијант\pL* [АБЦД](\PL|$)`)

var toLatinArm = strings.NewReplacer(" А", " A", " Б", " B", " Ц", " C", " Д", " D")

// latinArms keeps the letters of an A/B test and of its variants Latin in every script: a Latin B beside „А/Б” would be read as V.
func latinArms(text string) string {
	return armInCyrillic.ReplaceAllStringFunc(strings.ReplaceAll(text, "А/Б", "A/B"), toLatinArm.Replace)
}

// Translate returns the text of a key in a language, with {0}, {1}, … replaced by the arguments as that language writes them. An
// unknown language gets English; an unknown key is given back, so that it is seen.
func Translate(l campaign.Language, key string, args ...any) string {
	return fillArguments(translationOf(l, key, args), args, func(a any) string { return say(l, a) })
}

// TranslateHTML is Translate for a text with markup of our own; the arguments are escaped, unless they are HTML.
func TranslateHTML(l campaign.Language, key string, args ...any) template.HTML {
	return template.HTML(fillArguments(translationOf(l, key, args), args, func(a any) string {
		if h, ok := a.(template.HTML); ok {
			return string(h)
		}
		return template.HTMLEscapeString(say(l, a))
	}))
}

// Say returns words of the domain in a language.
func Say(l campaign.Language, t campaign.Text) string {
	switch {
	case t.IsZero():
		return ""
	case len(t.Args) == 0: // maybe somebody's own words
		return Translate(l, t.String())
	}
	return Translate(l, TextKey(t.Format), t.Args...)
}

// Knows reports whether the catalogues have words.
func Knows(t campaign.Text) bool { return textsOf(TextKey(t.Format)) != nil }

// Sentence returns words of the domain as a sentence: with a capital letter and a full stop.
func Sentence(l campaign.Language, t campaign.Text) string {
	words := Say(l, t)
	if words == "" {
		return ""
	}
	if begin, _, _ := strings.Cut(words, " "); !strings.ContainsAny(strings.TrimRight(begin, ".:,;?!"), "@._/") { // not an address or a file's name
		first, size := utf8.DecodeRuneInString(words)
		words = string(unicode.ToUpper(first)) + words[size:]
	}
	if !strings.ContainsAny(words[len(words)-1:], ".?!") && !strings.HasSuffix(words, "…") {
		words += "."
	}
	return words
}

// SentenceOf returns the words of a domain error as a sentence; those of any other error as they are.
func SentenceOf(l campaign.Language, err error) string {
	var words []string
	for _, e := range campaign.FaultsOf(err) {
		words = append(words, Sentence(l, e.Text))
	}
	if words == nil && err != nil {
		return err.Error()
	}
	return strings.Join(words, " ")
}

// say writes an argument: counts and moments as the language writes them, words in the language, data as it is.
func say(l campaign.Language, a any) string {
	switch v := a.(type) {
	case nil:
		return ""
	case string:
		return v
	case campaign.Text:
		return Say(l, v)
	case campaign.Language:
		return Label(l, v)
	case campaign.Moment:
		return language.Moment(l, time.Time(v))
	case time.Time:
		return language.DateAndTime(l, v)
	case campaign.Day:
		return language.DayInSentence(l, time.Time(v))
	case campaign.Month:
		return language.MonthOfYear(l, time.Time(v))
	case campaign.Clock:
		return clock(l, v)
	case campaign.Weekday:
		return language.WeekdayOf(l, time.Weekday(v))
	case campaign.Ordinal:
		return ordinal(l, v)
	case float64:
		return language.Decimal(l, v, 1)
	case error:
		return Say(l, campaign.TextOf(v))
	}
	if n, ok := wholeNumber(a); ok {
		return language.Number(l, n)
	}
	if r := reflect.TypeOf(a); r.Kind() == reflect.String && strings.HasSuffix(r.PkgPath(), "/campaign") {
		return Label(l, a)
	}
	return fmt.Sprint(a)
}

// clock writes a time of day in a sentence.
func clock(l campaign.Language, c campaign.Clock) string {
	if l == campaign.English {
		return c.String()
	}
	return language.Clock(l, time.Time(c))
}

// ordinal writes a number that says which one: "15th", "15.", in French "1er" and "15".
func ordinal(l campaign.Language, o campaign.Ordinal) string {
	switch {
	case l == campaign.English:
		return o.String()
	case l != campaign.French:
		return fmt.Sprintf("%d.", int(o))
	case o == 1:
		return "1er"
	}
	return strconv.Itoa(int(o))
}

// wholeNumber returns the value of any integer type.
func wholeNumber(a any) (int64, bool) {
	r := reflect.ValueOf(a)
	switch {
	case !r.IsValid():
		return 0, false
	case r.CanInt():
		return r.Int(), true
	case r.CanUint():
		return int64(r.Uint()), true
	}
	return 0, false
}

// formatVerb is a verb of fmt in a text of the domain.
var formatVerb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*\d*(?:\.\d+)?([a-zA-Z%])`)

// textKeys caches TextKey: formats are constants of the program, or a few stored words.
var textKeys sync.Map

// TextKey returns the key of a format in the catalogues: its verbs are {0}, {1}, …, and a quoted value is “{0}”.
func TextKey(format string) string {
	if !strings.Contains(format, "%") {
		return format
	}
	if key, ok := textKeys.Load(format); ok {
		return key.(string)
	}
	n := 0
	key := formatVerb.ReplaceAllStringFunc(format, func(verb string) string {
		m := formatVerb.FindStringSubmatch(verb)
		if m[2] == "%" {
			return "%"
		}
		if m[1] != "" {
			n, _ = strconv.Atoi(m[1])
			n--
		}
		n++
		if m[2] == "q" {
			return "“{" + strconv.Itoa(n-1) + "}”"
		}
		return "{" + strconv.Itoa(n-1) + "}"
	})
	textKeys.Store(format, key)
	return key
}

// allTexts are those of both catalogues, which have no key in common.
func allTexts() catalogue {
	all := maps.Clone(readersTexts())
	maps.Copy(all, panelTexts())
	return all
}

// TranslationKeys returns all keys in order.
func TranslationKeys() []string {
	return slices.Sorted(maps.Keys(allTexts()))
}

// translationOf returns the text of a key in the form its first whole number asks for.
func translationOf(l campaign.Language, key string, args []any) string {
	texts := textsOf(key)
	forms, ok := texts[l]
	if !ok {
		if forms, ok = texts[campaign.English]; !ok {
			return key
		}
	}
	if len(forms) > 1 {
		for _, a := range args {
			if n, ok := wholeNumber(a); ok {
				if text, ok := forms[language.Plural(l, n)]; ok {
					return text
				}
				break
			}
		}
	}
	return forms[language.Other]
}

func fillArguments(text string, args []any, write func(any) string) string {
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
			out, text = append(out, write(args[i])...), after
		} else {
			out, text = append(out, '{'), rest
		}
	}
}
