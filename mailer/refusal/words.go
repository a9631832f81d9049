package refusal

import (
	_ "embed"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/idna"
	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
)

// Words are a server's, folded to plain Latin letters, with one blank around each. A phrase is found where whole words begin and
// end.
type Words string

// WordsOf folds a text.
func WordsOf(s string) Words {
	fields := strings.FieldsFunc(campaign.Fold(strings.ReplaceAll(s, "’", "'")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
	return Words(" " + strings.ReplaceAll(strings.Join(fields, " "), "'", "") + " ")
}

// Say reports whether one of some phrases is in the words. A phrase that ends in * may go on.
func (w Words) Say(phrases ...string) bool {
	_, ok := w.Find(phrases)
	return ok
}

// Find returns the first of some phrases that is in the words.
func (w Words) Find(phrases []string) (phrase string, ok bool) {
	i := slices.IndexFunc(phrases, func(p string) bool {
		if begin, open := strings.CutSuffix(p, "*"); open {
			return strings.Contains(string(w), " "+begin)
		}
		return strings.Contains(string(w), " "+p+" ")
	})
	if i < 0 {
		return "", false
	}
	return phrases[i], true
}

func (w Words) holdGroup(group string) bool { return w.Say(groups()[group]...) }

// nearness is within how many words two phrases stand near each other.
const nearness = 8

// near finds a phrase of one group that stands near one of another, and returns the words about them.
func (w Words) near(a, b string) (about string, ok bool) {
	if !w.holdGroup(a) || !w.holdGroup(b) {
		return "", false
	}
	all := strings.Fields(string(w))
	for i := range all {
		about := strings.Join(all[i:min(i+nearness, len(all))], " ")
		if some := Words(" " + about + " "); some.holdGroup(a) && some.holdGroup(b) {
			return about, true
		}
	}
	return "", false
}

//go:embed phrases.yaml
var phrasesFile []byte

// groups are the phrases of phrases.yaml by their group.
var groups = sync.OnceValue(func() map[string][]string {
	var entries []struct {
		Group   string   `yaml:"group"`
		Phrases []string `yaml:"phrases"`
	}
	if err := yaml.Unmarshal(phrasesFile, &entries); err != nil {
		panic("phrases.yaml: " + err.Error()) // it is part of the program, and a test reads it
	}
	out := map[string][]string{}
	for _, e := range entries {
		for _, p := range e.Phrases {
			begin, open := strings.CutSuffix(p, "*")
			folded := strings.TrimSpace(string(WordsOf(begin)))
			if open {
				folded += "*"
			}
			out[e.Group] = append(out[e.Group], folded)
		}
	}
	return out
})

var delimited = regexp.MustCompile(`[\pL\pN._+=%~!#$&*/?^{}'-]+`)

// WithoutQuoted leaves out of a server's words what it quotes of the two addresses of a message: either whole, also as
// it is in an address of a page, the part before the @ where it stands by itself, and the domain.
func WithoutQuoted(text, to, from string) string {
	var quoted []string
	for _, address := range []string{to, from} {
		local, domain, ok := strings.Cut(strings.ToLower(address), "@")
		if !ok {
			continue
		}
		text = withoutFold(text, address, url.QueryEscape(address), local+"="+domain)
		quoted = append(quoted, domain)
		if ascii, err := idna.ToASCII(domain); err == nil {
			quoted = append(quoted, ascii)
		}
		if shown, err := idna.ToUnicode(domain); err == nil {
			quoted = append(quoted, shown)
		}
	}
	text = strings.ReplaceAll(campaign.WithoutAddresses(text), campaign.Masked, " ")
	return withoutTokens(text, quoted, localOf(to), localOf(from))
}

func localOf(address string) string {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	return local
}

// withoutFold leaves out texts, whatever the size of their letters.
func withoutFold(s string, texts ...string) string {
	for _, t := range texts {
		for {
			i := strings.Index(strings.ToLower(s), strings.ToLower(t))
			if t == "" || i < 0 || i+len(t) > len(s) {
				break
			}
			s = s[:i] + " " + s[i+len(t):]
		}
	}
	return s
}

// withoutTokens leaves out domains, and local parts that are set off by signs or are at the beginning or before a colon.
func withoutTokens(text string, domains []string, locals ...string) string {
	var out strings.Builder
	last := 0
	for _, at := range delimited.FindAllStringIndex(text, -1) {
		token := strings.ToLower(strings.Trim(text[at[0]:at[1]], ".'"))
		before, after := "", ""
		if at[0] > 0 {
			before = text[at[0]-1 : at[0]]
		}
		if at[1] < len(text) {
			after = text[at[1] : at[1]+1]
		}
		apart := strings.ContainsAny(before, `<("[`) && before != "" || strings.ContainsAny(after, `>)"]:`) && after != "" || strings.HasPrefix(text[at[0]:at[1]], "'")
		isDomain := slices.ContainsFunc(domains, func(d string) bool { return token == d || strings.HasSuffix(token, "."+d) })
		if isDomain || apart && slices.Contains(locals, token) {
			out.WriteString(text[last:at[0]] + " ")
			last = at[1]
		}
	}
	out.WriteString(text[last:])
	return out.String()
}

// WithoutReader leaves out of a server's words the local part of an address they name without its domain.
func WithoutReader(s, to string) string {
	local, _, _ := strings.Cut(to, "@")
	if len(local) < 3 || campaign.IsRole(to) || commonWord(local) {
		return s
	}
	return delimited.ReplaceAllStringFunc(s, func(token string) string {
		if strings.EqualFold(strings.Trim(token, ".'"), local) {
			return "…"
		}
		return token
	})
}

// unlikeNames are the groups whose words stand in an answer without saying whom it is about.
var unlikeNames = []string{"limit", "quota", "box", "later", "provider"}

// commonWord reports whether a local part is a word that servers use, so that leaving it out would say more than it hides.
func commonWord(local string) bool {
	for group, set := range groups() {
		if !slices.Contains(unlikeNames, group) && slices.ContainsFunc(set, func(p string) bool {
			return slices.Contains(strings.Fields(strings.Trim(p, "*")), strings.ToLower(local))
		}) {
			return true
		}
	}
	return false
}
