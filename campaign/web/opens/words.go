package opens

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// names are the words that agents are known by. Each is kept without spaces and signs, so that Trend Micro, Trend-Micro and
// TrendMicro are one; a name that ends in a star stands for all words that begin so.
type names struct {
	by [256][]name // their first byte, whole ones first and the shortest of them
}

type name struct {
	letters string
	begins  bool // all words that begin so
}

// Names of several words have at least so many letters, so that no two short words that happen to follow each other are one.
const (
	joinedLetters = 6
	joinedWords   = 5
	beginLetters  = 4
)

// add takes up a name; it reports false for one too short to tell by its beginning.
func (n *names) add(text string) bool {
	added := name{split(strings.TrimSuffix(text, "*")).letters, strings.HasSuffix(text, "*")}
	if added.letters == "" || added.begins && len(added.letters) < beginLetters {
		return false
	}
	by := append(n.by[added.letters[0]], added)
	slices.SortStableFunc(by, func(a, b name) int {
		switch {
		case a.begins && b.begins:
			return 0
		case a.begins:
			return 1
		case b.begins:
			return -1
		}
		return cmp.Compare(len(a.letters), len(b.letters))
	})
	n.by[added.letters[0]] = by
	return true
}

// find returns the first name among some words, of which at is where each begins: "" for none.
func (n *names) find(letters string, at []int) string {
	for i, from := range at {
		for _, known := range n.by[letters[from]] {
			if strings.HasPrefix(letters[from:], known.letters) && (known.begins || known.ends(letters, at[i:])) {
				return known.letters
			}
		}
	}
	return ""
}

// ends reports whether a name that letters hold from the first of some words on is of whole words.
func (n *name) ends(letters string, at []int) bool {
	end := at[0] + len(n.letters)
	for words := 1; words <= min(joinedWords, len(at)); words++ {
		next := len(letters)
		if words < len(at) {
			next = at[words]
		}
		if next == end {
			return words == 1 || len(n.letters) >= joinedLetters
		}
	}
	return false
}

// words are the words of an agent's string in lower case, written together, and where each begins.
type words struct {
	letters  string
	at       []int // split at signs
	capitals []int // and also where a capital begins a word: MimecastUrlScan is three
}

// device is what an agent says of the telephone it runs on: no program's name, whatever its maker calls it (Cubot).
var device = regexp.MustCompile(`(Android [0-9.]+;)[^;)]*`)

func withoutDevice(agent string) string {
	if !strings.Contains(agent, "Android ") {
		return agent
	}
	return device.ReplaceAllString(agent, "$1")
}

func split(agent string) (w words) {
	letters := make([]byte, 0, len(agent))
	w.at, w.capitals = make([]int, 0, 32), make([]int, 0, 48)
	before, sign := ' ', true
	for i, r := range agent {
		signBefore := sign
		if sign = isSign(r); sign {
			before = r
			continue
		}
		if signBefore {
			w.at = append(w.at, len(letters))
		}
		if signBefore || unicode.IsUpper(r) && startsWord(before, agent[i+utf8.RuneLen(r):]) {
			w.capitals = append(w.capitals, len(letters))
		}
		letters = utf8.AppendRune(letters, unicode.ToLower(r))
		before = r
	}
	w.letters = string(letters)
	return w
}

// startsWord reports whether a capital begins a word, by what stands before and after it.
func startsWord(before rune, rest string) bool {
	after, _ := utf8.DecodeRuneInString(rest)
	return !unicode.IsUpper(before) || unicode.IsLower(after)
}

func isSign(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// robotNames end the names of programs that say what they do: Foobot/1.2, linkscanner/3.
var robotNames = []string{"bot", "crawler", "spider", "scanner"}

// namesRobot reports whether a product with a version is called like that. Cubot makes telephones.
func namesRobot(agent string) bool {
	agent = strings.ToLower(agent)
	for {
		product, rest, ok := strings.Cut(agent, "/")
		if !ok {
			return false
		}
		if rest != "" && rest[0] >= '0' && rest[0] <= '9' && !strings.HasSuffix(product, "cubot") &&
			slices.ContainsFunc(robotNames, func(name string) bool { return strings.HasSuffix(product, name) }) {
			return true
		}
		agent = rest
	}
}
