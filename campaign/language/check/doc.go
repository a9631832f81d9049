// Package check finds wording in a release that harms the people it is about, identifies them, misleads, or is poor craft.
//
// The rules are data: guide.yaml says what each rule is for, in the languages of the panel, and one file a language holds its
// patterns; a team adds rules of its own. A text is folded (small letters, Serbian Cyrillic as Latin, no diacritics) and compared
// word by word, so that one pattern finds every script and, by its stems, every inflection. A sentence in which no pattern finds anything is
// judged by its manner (manner.go). The check never changes a text.
package check
