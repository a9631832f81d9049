package campaign

import (
	"slices"
	"testing"
)

func TestParseLanguage(t *testing.T) {
	for want, given := range map[Language][]string{
		"": {"", "  "},
		SerbianLatin: {
			"sr-Latn", "sr-latn", "SR_LATN", "sr_Latn_RS", "sr", "sr-RS", " Sr ", "srpski", "Srpski", "SRPSKI", "srpski (latinica)", "Srpski latinica",
			"latinica", "Serbian", "serbian (Latin)", "serbe", "латиница", "Српски (латиница)", "српски латиница",
		},
		SerbianCyrillic: {
			"sr-Cyrl", "sr_cyrl", "sr-Cyrl-RS", "српски", "Српски", "СРПСКИ", "ср", "srpski (ćirilica)", "srpski cirilica", "Српски (ћирилица)", "ћирилица",
			"ćirilica", "Cirilica", "Serbian (Cyrillic)",
		},
		English: {"en", "EN", "en-GB", "en_US", "English", "engleski", "енглески", "Anglais"},
		French:  {"fr", "fr-FR", "French", "français", "Francais", "FRANC\u0327AIS", "francuski", "француски"},
	} {
		for _, s := range given {
			got, err := ParseLanguage(s)
			if err != nil || got != want {
				t.Errorf("%q: %q, %v; want %q", s, got, err, want)
			}
		}
	}
	for _, s := range []string{"de", "deutsch", "sr-", "s", "sr-Latn-Cyrl", "english french", "en\x00", "xsrpski", "руски"} {
		if got, err := ParseLanguage(s); CodeOf(err) != Invalid {
			t.Errorf("%q was read as %q, %v", s, got, err)
		}
	}
}

func TestLanguagesReadTheirOwnNames(t *testing.T) {
	for _, l := range Languages {
		for _, s := range []string{string(l), l.Name()} {
			if got, err := ParseLanguage(s); err != nil || got != l {
				t.Errorf("%q: %q, %v", s, got, err)
			}
		}
	}
	if name := Language("de").Name(); name != "de" {
		t.Errorf("a language without a name is called %q", name)
	}
}

func TestChooseLanguage(t *testing.T) {
	// What readers get when versions are taken away one after the other, as the fallback order states.
	order := map[Language][]Language{
		SerbianLatin:    {SerbianLatin, SerbianCyrillic, English, French},
		SerbianCyrillic: {SerbianCyrillic, SerbianLatin, English, French},
		English:         {English, French, SerbianLatin, SerbianCyrillic},
		French:          {French, English, SerbianLatin, SerbianCyrillic},
	}
	for wanted, want := range order {
		for _, source := range Languages { // whatever the source is
			available := slices.Clone(Languages)
			for _, l := range want {
				if got := ChooseLanguage(wanted, source, available); got != l {
					t.Errorf("a reader of %s gets %s out of %v, want %s", wanted, got, available, l)
				}
				available = slices.DeleteFunc(available, func(a Language) bool { return a == l })
			}
		}
	}
	for _, tt := range []struct {
		name           string
		wanted, source Language
		available      []Language
		want           Language
	}{
		{"no language: the source", "", French, []Language{SerbianLatin, English, French}, French},
		{"no language, no source version", "", French, []Language{English, SerbianCyrillic}, SerbianCyrillic},
		{"a language without rule that is there", "de", English, []Language{English, "de"}, "de"},
		{"a language without rule: the source", "de", French, []Language{English, French}, French},
		{"only what nobody knows", English, English, []Language{"de"}, "de"},
		{"nothing", English, English, nil, ""},
	} {
		if got := ChooseLanguage(tt.wanted, tt.source, tt.available); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := Languages; !slices.Equal(got, []Language{SerbianLatin, SerbianCyrillic, English, French}) {
		t.Errorf("choosing changed the order of languages to %v", got)
	}
}
