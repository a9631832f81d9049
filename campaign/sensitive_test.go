package campaign

import (
	"slices"
	"testing"
)

func TestSensitiveNotes(t *testing.T) {
	for note, want := range map[string][]string{
		"":                          nil,
		"Prefers mail before noon.": nil,
		"Still on the trip to Niš; will illustrate the story.": nil,
		"Bila je bolesna u maju.":                              {"health"},
		"Била је жртва":                                        {"victim"},
		"union member, Catholic":                               {"belief", "union membership"},
		"ŽRTVA, dijagnoza":                                     {"health", "victim"},
	} {
		if got := sensitive(note); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", note, got, want)
		}
		if Sensitive(note).IsZero() != (want == nil) {
			t.Errorf("%q: %s", note, Sensitive(note))
		}
	}
}
