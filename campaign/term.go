package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Term is a term of the team's own, with the words to use in each language and those not to use. Alternatives stand between |, and a
// word that ends with * stands for all that begin with it. One script of Serbian is enough.
type Term struct {
	ID        string    `json:"id"`
	Words     Texts     `json:"words"`
	Wrong     Texts     `json:"wrong,omitempty"`
	Source    string    `json:"source,omitempty"`
	Note      string    `json:"note,omitempty"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// Vocabulary is what the team added to the terms and to the dictionary. There is one record.
type Vocabulary struct {
	ID        string    `json:"id"` // VocabularyID
	Version   int64     `json:"version"`
	Terms     []Term    `json:"terms,omitempty"`
	Words     []string  `json:"words,omitempty"` // that are no mistakes
	UpdatedAt time.Time `json:"updated_at"`
}

// VocabularyID is the id of the one vocabulary record.
const VocabularyID = "vocabulary"

// What a vocabulary may hold.
const (
	MaxTerms = 2000
	MaxWords = 20_000
)

// Alternatives returns the texts of a term in a language; of Serbian those in the script that was written.
func Alternatives(t Texts, l Language) []string {
	text := t[l]
	if text == "" && (l == SerbianLatin || l == SerbianCyrillic) {
		text = cmp.Or(t[SerbianLatin], t[SerbianCyrillic])
	}
	var out []string
	for part := range strings.SplitSeq(text, "|") {
		if part = CleanLine(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// Normalize cleans a term and refuses one that says nothing, or the same word as right and as wrong.
func (t *Term) Normalize() error {
	var faults Checks
	t.Words.tidy(&faults, "words", 500, CleanLine)
	t.Wrong.tidy(&faults, "wrong", 500, CleanLine)
	t.Source, t.Note = CleanLine(t.Source), CleanLine(t.Note)
	faults.Refuse(LongerThan(t.Source, 300), "source", "this is longer than %d characters", 300)
	faults.Refuse(LongerThan(t.Note, 300), "note", "this is longer than %d characters", 300)
	faults.Refuse(len(t.Words) < 2 && (len(t.Words) == 0 || len(t.Wrong) == 0), "words", "give the term in two languages, or in one with a word that is wrong")
	for field, texts := range map[string]Texts{"words": t.Words, "wrong": t.Wrong} {
		for l := range texts {
			for _, a := range Alternatives(texts, l) {
				for w := range strings.FieldsSeq(a) {
					star := strings.IndexByte(w, '*')
					faults.Refuse(star >= 0 && (star != len(w)-1 || utf8.RuneCountInString(w) < 4), TextField(field, l), "in “%s” the * must stand at the end of a word, after at least three letters", a)
				}
				faults.Refuse(field == "wrong" && slices.Contains(Alternatives(t.Words, l), a), TextField(field, l), "“%s” stands among the right words too", a)
			}
		}
	}
	return Together(faults...)
}

// Name is what the term is sorted and shown by.
func (t *Term) Name() string {
	for _, l := range []Language{English, SerbianLatin, SerbianCyrillic, French} {
		if all := Alternatives(t.Words, l); len(all) > 0 {
			return all[0]
		}
	}
	return ""
}

// Put adds a term or replaces the one with its id, and keeps the order of names.
func (v *Vocabulary) Put(t Term) error {
	if err := t.Normalize(); err != nil {
		return err
	}
	for i := range v.Terms {
		if other := &v.Terms[i]; other.ID != t.ID && strings.EqualFold(other.Name(), t.Name()) {
			return FieldError("words", "there is a term named “%s” already", other.Name())
		}
	}
	v.Terms = slices.DeleteFunc(v.Terms, func(old Term) bool { return old.ID == t.ID })
	if len(v.Terms) >= MaxTerms {
		return FieldError("words", "there are more than %d terms: leave some out", MaxTerms)
	}
	v.Terms = append(v.Terms, t)
	v.sortTerms()
	return nil
}

func (v *Vocabulary) sortTerms() {
	keys := map[string]string{}
	for i := range v.Terms {
		keys[v.Terms[i].ID] = SortKey(v.Terms[i].Name())
	}
	slices.SortStableFunc(v.Terms, func(a, b Term) int { return cmp.Compare(keys[a.ID], keys[b.ID]) })
}

// PutAll adds terms, each of which takes the place of one with its name. Or it adds none, and returns what is wrong with each.
func (v *Vocabulary) PutAll(terms []Term) []error {
	faults, wrong := make([]error, len(terms)), false
	byName, seen := map[string]int{}, map[string]bool{}
	for i := range v.Terms {
		byName[strings.ToLower(v.Terms[i].Name())] = i
	}
	all := slices.Clone(v.Terms)
	for i, t := range terms {
		err := t.Normalize()
		name := strings.ToLower(t.Name())
		if err == nil && seen[name] {
			err = Errorf(Invalid, "“%s” stands here for the second time", t.Name())
		}
		if faults[i] = err; err != nil {
			wrong = true
			continue
		}
		seen[name] = true
		if old, known := byName[name]; known {
			t.ID = all[old].ID
			all[old] = t
		} else {
			all = append(all, t)
		}
	}
	if len(all) > MaxTerms {
		return []error{FieldError("words", "there are more than %d terms: leave some out", MaxTerms)}
	}
	if wrong {
		return faults
	}
	v.Terms = all
	v.sortTerms()
	return nil
}

// Term returns the term with an id, or nil.
func (v *Vocabulary) Term(id string) *Term {
	return First(v.Terms, func(t *Term) bool { return t.ID == id })
}

// SetWords makes lines the words of the dictionary: each once, sorted.
func (v *Vocabulary) SetWords(lines []string) error {
	var words []string
	for _, line := range lines {
		for w := range strings.FieldsSeq(line) {
			if w = strings.Trim(w, ".,;:!?\"“”„"); w != "" && utf8.RuneCountInString(w) <= 60 {
				words = append(words, w)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(SortKey(a), SortKey(b)), cmp.Compare(a, b)) })
	v.Words = slices.Compact(words)
	if len(v.Words) > MaxWords {
		return FieldError("words", "there are more than %d words: leave some out", MaxWords)
	}
	return nil
}
