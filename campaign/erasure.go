package campaign

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// ErasedContact stands in a delivery for the contact it went to, once that was erased.
const ErasedContact = "erased"

// Erasure is an erasure that is not over: a run that was being planned or sent at that moment may write down what it had
// read before. It knows the contact by its id, which leads to nothing any more, and the address by its keyed hash.
type Erasure struct {
	ID       string    `json:"id"`               // the contact's
	Address  string    `json:"address"`          // SuppressionID of the address
	Former   []string  `json:"former,omitempty"` // of addresses it had before
	ForGood  bool      `json:"for_good"`         // no import may bring them back
	Merged   []string  `json:"merged,omitempty"` // ids of contacts that had become part of it
	Runs     []string  `json:"runs,omitempty"`
	InFlight []string  `json:"in_flight,omitempty"` // deliveries whose outcome is still to come
	At       time.Time `json:"at"`
}

// IDs are all by which the contact is known.
func (e *Erasure) IDs() []string { return append([]string{e.ID}, e.Merged...) }

// Hashes are those of all addresses the contact is known to have had.
func (e *Erasure) Hashes() []string { return append([]string{e.Address}, e.Former...) }

// addressPattern finds the addresses that servers put into their words.
// The sign in the middle may be written as in the address of a page, and what stands after it may be cut off.
var addressPattern = regexp.MustCompile(`<?(?:"[^"<>]*"|[^\s<>"]+)(?:@|%40|＠)(?:[^\s<>"]*[^\s<>",.:;)\]'])?>?`)

// Masked stands in a server's words where an address was.
const Masked = "<…>"

// WithoutAddresses leaves the addresses out of a server's words.
func WithoutAddresses(s string) string {
	if !strings.ContainsAny(s, "@＠") && !strings.Contains(s, "%40") {
		return s
	}
	return addressPattern.ReplaceAllString(s, Masked)
}

// PersonWords are the words that say who somebody is: the address, what stands before its @, and the names.
func PersonWords(email string, names ...string) []string {
	local, _, _ := strings.Cut(email, "@")
	words := []string{local}
	for _, n := range append(names, local) {
		for _, w := range strings.FieldsFunc(n, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len([]rune(w)) > 2 {
				words = append(words, w)
			}
		}
	}
	slices.Sort(words)
	return slices.DeleteFunc(slices.Compact(words), func(w string) bool { return w == "" })
}

// WithoutPerson leaves addresses and a person's words out of a server's words.
func WithoutPerson(s string, words []string) string {
	s = WithoutAddresses(s)
	folded := Collect(words, Fold)
	var out strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return !inWord(r) })
		if n < 0 {
			n = len(s)
		}
		out.WriteString(withoutWord(s[:n], folded))
		rest := strings.IndexFunc(s[n:], inWord)
		if rest < 0 {
			rest = len(s) - n
		}
		out.WriteString(s[n : n+rest])
		s = s[n+rest:]
	}
	return out.String()
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-+'", r)
}

func withoutWord(word string, folded []string) string {
	key := Fold(word)
	if slices.Contains(folded, strings.Trim(key, ".-'")) || slices.ContainsFunc(
		strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune("._-+'", r) }),
		func(part string) bool { return len(part) > 2 && slices.Contains(folded, part) }) {
		return "…"
	}
	return word
}

// WithoutAddress masks the addresses of a person in a text.
func WithoutAddress(s string, theirs func(address string) bool) string {
	return addressPattern.ReplaceAllStringFunc(s, func(a string) string {
		if theirs(strings.Trim(a, "<>")) {
			return Masked
		}
		return a
	})
}

// CleanWords leaves a person out of a server's words; where nobody knows the person's any more, only the codes stay.
func CleanWords(s string, words []string) string {
	if words == nil {
		return CodeOnly(s)
	}
	return WithoutPerson(s, words)
}

var replyCode = regexp.MustCompile(`^[245]\d\d([ -][245]\.\d{1,3}\.\d{1,3})?`)

// CodeOnly returns no more of a server's words than their codes.
func CodeOnly(s string) string { return replyCode.FindString(s) }

var undivided = strings.NewReplacer("-", "", ".", "")

// DomainNames reports whether a domain says who somebody is, as a person's own does.
func DomainNames(domain string, words []string) bool {
	domain = undivided.Replace(Fold(domain))
	return slices.ContainsFunc(words, func(w string) bool {
		w = Fold(w)
		return len(w) > 3 && strings.Contains(domain, w)
	})
}

// CleanWords changes every text of a sender's words that a server may have written.
func (p *Progress) CleanWords(clean func(string) string) {
	for i := range p.Answers {
		p.Answers[i].Text = clean(p.Answers[i].Text)
	}
	for i := range p.Servers {
		p.Servers[i].Why = clean(p.Servers[i].Why)
	}
	p.Trouble = clean(p.Trouble)
}

// ErasedPerson stands in what people saved for a text that said who an erased contact was. It is a word nobody has.
const ErasedPerson = "erasedperson"

// TellsPerson reports whether a text says who somebody is: by an address that is theirs, or by two of their words. One name
// alone is many people's.
func TellsPerson(s string, words []string, theirs func(address string) bool) bool {
	if slices.ContainsFunc(addressPattern.FindAllString(s, -1), func(a string) bool { return theirs(strings.Trim(a, "<>")) }) {
		return true
	}
	folded := map[string]bool{}
	for _, w := range words {
		folded[Fold(w)] = true
	}
	found := map[string]bool{}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if key := Fold(w); len([]rune(w)) > 2 && folded[key] {
			found[key] = true
		}
	}
	return len(found) > 1
}
