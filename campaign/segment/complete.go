package segment

import (
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Completion is what may stand at a place of a rule's text: one of Words replaces the bytes From to To.
type Completion struct {
	From  int          `json:"from"`
	To    int          `json:"to"`
	Words []Suggestion `json:"words"`
}

// Suggestion is one word to complete a rule with.
type Suggestion struct {
	Text string        `json:"text"` // as it is written, with quotes where needed
	Help campaign.Text `json:"help,omitzero"`
}

// Words finds names of a kind and values of a field that begin with a text or hold a word that does.
type Words interface {
	Names(of NameKind, begins string) ([]string, error)
	Values(field string, begins string) ([]string, error)
}

const maxSuggestions = 30

// Complete returns what may stand at a byte of a rule's text. The rule may be wrong elsewhere.
func Complete(text string, cursor int, words Words) (Completion, error) {
	cursor = min(max(cursor, 0), len(text))
	out := Completion{From: cursor, To: cursor}
	if len(text) > maxText {
		return out, nil
	}
	tokens, err := lex(text[:cursor])
	if err != nil {
		return out, nil // the text before it is wrong
	}
	typed := ""
	tokens = tokens[:len(tokens)-1]
	if n := len(tokens); n > 0 && (tokens[n-1].open || tokens[n-1].kind == wordToken && tokens[n-1].end == cursor+1) {
		typed, out.From = tokens[n-1].text, tokens[n-1].at-1
		out.To = endOfToken(text, out.From, cursor)
		tokens = tokens[:n-1]
		if prefix, rest, ok := strings.Cut(typed, "."); ok && strings.EqualFold(prefix, "attribute") {
			out.Words, err = attributeWords(rest, words)
			return out, err
		}
	}
	tokens = append(tokens, token{at: cursor + 1, end: cursor + 1})
	p := parser{tokens: tokens}
	_, _ = p.or(0) // it fails where the text ends, and has noted what it wanted there
	for _, w := range p.wants {
		more, err := w.suggest(typed, words)
		if err != nil {
			return out, err
		}
		for _, s := range more {
			if !slices.ContainsFunc(out.Words, func(o Suggestion) bool { return o.Text == s.Text }) && len(out.Words) < maxSuggestions {
				out.Words = append(out.Words, s)
			}
		}
	}
	return out, nil
}

// endOfToken returns the end of the token that begins at from, if that is after the cursor. A quotation still being typed ends
// at the cursor.
func endOfToken(text string, from, cursor int) int {
	tokens, err := lex(text[from:])
	if err != nil || tokens[0].open {
		return cursor
	}
	return max(cursor, from+tokens[0].end-1)
}

func attributeWords(begins string, words Words) ([]Suggestion, error) {
	names, err := words.Names(OfAttribute, strings.Trim(begins, `"`))
	var out []Suggestion
	for _, n := range names {
		if !isWord(n) {
			n = quote(n)
		}
		out = append(out, Suggestion{Text: campaign.AttributePrefix + n})
	}
	return out, err
}

func (w *want) suggest(typed string, words Words) ([]Suggestion, error) {
	var out []Suggestion
	add := func(text string, help campaign.Text) {
		if strings.HasPrefix(campaign.Fold(text), campaign.Fold(typed)) {
			out = append(out, Suggestion{text, help})
		}
	}
	for _, text := range w.words {
		var help campaign.Text
		if f := fieldNamed(text); f != nil {
			help = f.Help
			if f.Kind == AttributeField {
				text += "."
			}
		}
		add(text, help)
	}
	switch {
	case w.of == OfAttribute:
		return attributeWords(typed, words)
	case w.of != "":
		names, err := words.Names(w.of, typed)
		for _, n := range names {
			out = append(out, Suggestion{Text: quote(n)})
		}
		return out, err
	case w.field != nil:
		more, err := w.field.suggestValues(typed, words)
		return append(out, more...), err
	}
	return out, nil
}

func (f *Field) suggestValues(typed string, words Words) ([]Suggestion, error) {
	var out []Suggestion
	choices := f.Choices
	if f.Kind == DateField {
		choices = []string{"30 days ago", "90 days ago", "12 months ago"}
	}
	for _, c := range choices {
		if strings.HasPrefix(c, strings.ToLower(typed)) {
			out = append(out, Suggestion{Text: c})
		}
	}
	var names []string
	var err error
	switch {
	case f.Kind == NameField:
		names, err = words.Names(f.Of, typed)
	case f.Kind == TagField || f.Kind == TextField:
		names, err = words.Values(f.Name, typed)
	}
	for _, n := range names {
		v := Value{Text: n}
		out = append(out, Suggestion{Text: v.print(f)})
	}
	return out, err
}
