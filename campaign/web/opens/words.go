package opens

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// names are the words that agents are known by. Each is kept without spaces and signs, so that Trend Micro, Trend-Micro and
// TrendMicro are one; a name that ends in a star stands for all words that begin so.
type names struct {
	whole  map[string]bool
	begins map[string][]string // by their first letters
}

// Names of several words have at least so many letters, so that no two short words that happen to follow each other are one.
const (
	joinedLetters = 6
	joinedWords   = 5
	beginLetters  = 4
)

// add takes up a name; it reports false for one too short to tell by its beginning.
func (n *names) add(name string) bool {
	key := tokens(strings.TrimSuffix(name, "*")).letters
	if !strings.HasSuffix(name, "*") {
		if n.whole == nil {
			n.whole = map[string]bool{}
		}
		n.whole[key] = true
		return key != ""
	}
	if len(key) < beginLetters {
		return false
	}
	if n.begins == nil {
		n.begins = map[string][]string{}
	}
	n.begins[key[:beginLetters]] = append(n.begins[key[:beginLetters]], key)
	return true
}

// find returns the first name among some words: "" for none.
func (n *names) find(w words) string {
	for i, from := range w.at {
		for j := i + 1; j <= min(i+joinedWords, len(w.at)); j++ {
			to := len(w.letters)
			if j < len(w.at) {
				to = w.at[j]
			}
			if name := w.letters[from:to]; n.whole[name] && (j == i+1 || len(name) >= joinedLetters) {
				return name
			}
		}
		if rest := w.letters[from:]; len(rest) >= beginLetters {
			for _, name := range n.begins[rest[:beginLetters]] {
				if strings.HasPrefix(rest, name) {
					return name
				}
			}
		}
	}
	return ""
}

// words are the words of an agent's string in lower case, written together, and where each begins.
type words struct {
	letters string
	at      []int
}

// device is what an agent says of the telephone it runs on: no program's name, whatever its maker calls it (Cubot).
var device = regexp.MustCompile(`(Android [0-9.]+;)[^;)]*`)

func withoutDevice(agent string) string {
	if !strings.Contains(agent, "Android ") {
		return agent
	}
	return device.ReplaceAllString(agent, "$1")
}

// tokens splits an agent's string at its signs.
func tokens(agent string) words { return split(agent, false) }

// capitals splits it also where a capital begins a word: MimecastUrlScan is three.
func capitals(agent string) words { return split(agent, true) }

func split(agent string, capitals bool) (w words) {
	letters := make([]byte, 0, len(agent))
	before := ' '
	for i, r := range agent {
		if isSign(r) {
			before = r
			continue
		}
		starts := isSign(before)
		if !starts && capitals && unicode.IsUpper(r) {
			after, _ := utf8.DecodeRuneInString(agent[i+utf8.RuneLen(r):])
			starts = !unicode.IsUpper(before) || unicode.IsLower(after)
		}
		if starts {
			w.at = append(w.at, len(letters))
		}
		letters = utf8.AppendRune(letters, unicode.ToLower(r))
		before = r
	}
	w.letters = string(letters)
	return w
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
