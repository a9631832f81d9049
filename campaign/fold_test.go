package campaign

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFoldBringsSpellingsTogether(t *testing.T) {
	for want, spellings := range map[string][]string{
		"dordevic":   {"Đorđević", "ĐORĐEVIĆ", "Djordjevic", "DJORDJEVIĆ", "Ђорђевић", "ЂОРЂЕВИЋ", "dordevic", "Đorđevic\u0301", "Ðorđević"},
		"cukovic":    {"Ćuković", "Ћуковић", "Cuković", "Čuković", "Чуковић", "Cukovic", "C\u0301ukovic\u0301"},
		"ljubinko":   {"Ljubinko", "LJUBINKO", "Љубинко", "\u01C7ubinko", "\u01C8ubinko", "\u01C9ubinko", "Лјубинко"},
		"njegos":     {"Njegoš", "Његош", "\u01CAegoš", "\u01CBegoš", "\u01CCegos\u030C"},
		"dzakovic":   {"Džaković", "Џаковић", "\u01C4aković", "\u01C5aković", "\u01C6aković", "Dz\u030Cakovic"},
		"zivko":      {"Živko", "Живко", "ŽIVKO", "Z\u030Civko"},
		"novi sad":   {"Novi Sad", "Нови Сад", "NOVI\u00a0SAD"},
		"sofija":     {"Sofija", "Софија", "So\uFB01ja"},
		"nadezda":    {"Nadežda", "Надежда", "Nadjezda"},
		"francois":   {"François", "FRANÇOIS", "Franc\u0327ois"},
		"lecoeur":    {"Lecœur", "LECŒUR", "lecoeur"},
		"strasse":    {"Straße", "STRASSE", "STRAẞE"},
		"gorge":      {"Ѓорге", "Г\u0301орге", "Горге"}, // a Macedonian letter is its base
		"radio 021!": {"Radio 021!", "Радио 021!", "Ｒａｄｉｏ ０２１!"},
		"":           {"", "\u0301"},
		"2026":       {"2026", "２０２６"},
	} {
		for _, s := range spellings {
			if got := Fold(s); got != want {
				t.Errorf("%q (%+q) is folded to %q, want %q", s, s, got, want)
			}
		}
	}
}

// TestFoldKnowsTheAzbuka checks that every letter of one Serbian alphabet is folded as its letter of the other.
func TestFoldKnowsTheAzbuka(t *testing.T) {
	azbuka := strings.Fields("а б в г д ђ е ж з и ј к л љ м н њ о п р с т ћ у ф х ц ч џ ш")
	abeceda := strings.Fields("a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š")
	for i, letter := range azbuka {
		for _, pair := range [][2]string{{letter, abeceda[i]}, {strings.ToUpper(letter), strings.ToUpper(abeceda[i])}} {
			if Fold(pair[0]) != Fold(pair[1]) || Fold(pair[0]) == "" {
				t.Errorf("%s is folded to %q and %s to %q", pair[0], Fold(pair[0]), pair[1], Fold(pair[1]))
			}
		}
	}
}

func TestFoldOfKnownLetters(t *testing.T) {
	for a := range rune(0x470) {
		for _, b := range []rune{'d', 'j', 'D', 'J', 'đ', 'ј', 'ĵ', 0x301, 'е'} {
			for _, s := range []string{string(a), string(a) + string(b), string(b) + string(a), "d" + string(a) + string(b)} {
				if got, want := Fold(s), foldAny(s); got != want {
					t.Errorf("%+q is folded to %+q, want %+q", s, got, want)
				}
			}
		}
	}
}

func TestSearchText(t *testing.T) {
	for _, tt := range []struct {
		texts []string
		want  string
	}{
		{nil, ""},
		{[]string{"", " ,.;"}, ""},
		{[]string{"Ђорђе", "Djordje"}, " dorde dorde"},
		{[]string{"Ana-Marija O’Brien", "ana@vesti.example"}, " ana marija o brien anamarija obrien ana vesti example"},
		{[]string{"ОШ „Вук Караџић“, Ниш"}, " os vuk karadzic nis"},
	} {
		if got := SearchText(tt.texts...); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.texts, got, tt.want)
		}
	}
}

func TestSearchTerms(t *testing.T) {
	text := SearchText("Живка", "Ђукић-Ćosić", "user0012345@vesti.example", `TV Čačak, d.o.o.`, "Ниш")
	for search, want := range map[string]bool{
		"": true, " .,; ": false, "%": false, "_": false, "doo": true, "DOO": true, "zivka": true, "ivk": true, "Živka djukić": true, "ćosić živka": true, "cosic-zivka": false, "djukic-cosic": true, "zi": true, "iv": false,
		"Ж": true, "i": false, "0012345": true, "vesti.example": true, "user0012345@vesti.example": true, "esti.exam": true, "vesti.test": false,
		"cacak d.o.o.": true, "čačak,": true, "НИШ": true, "zivka petrovic": false, "o": true, "ž": true, "1": false,
	} {
		found := true
		for _, term := range SearchTerms(search) {
			found = found && strings.Contains(text, term)
		}
		if found != want {
			t.Errorf("%q, looked for as %q, finds it: %v", search, SearchTerms(search), found)
		}
	}
	if n := len(SearchTerms(strings.Repeat("aa ab ac ad ae af ag ", 5))); n != 7 {
		t.Errorf("%d terms of 7 different words", n)
	}
	if n := len(SearchTerms("a b c d e f g h i j k l m n o p")); n != maxTerms {
		t.Errorf("%d terms", n)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Ђорђевић", "ddjj", "Ѓ", "\u01C4", "İ", "ß", "가", "\xff\xfe", "đj", "Ǆj", "d\u0301j", "\u0345", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := Fold(s)
		if plain := foldAny(s); folded != plain {
			t.Fatalf("%+q is folded to %+q, letter by letter to %+q", s, plain, folded)
		}
		if again := Fold(folded); again != folded {
			t.Fatalf("%+q is folded to %+q, and that to %+q", s, folded, again)
		}
		if !utf8.ValidString(folded) {
			t.Fatalf("%+q is folded to %+q, which is not UTF-8", s, folded)
		}
		if utf8.ValidString(s) && (Fold(norm.NFD.String(s)) != folded || Fold(norm.NFC.String(s)) != folded) {
			t.Fatalf("%+q is folded to %+q, decomposed to %+q, composed to %+q", s, folded, Fold(norm.NFD.String(s)), Fold(norm.NFC.String(s)))
		}
		if FindsNobody(s) || isPhoneSearch(s) {
			return
		}
		text := SearchText(s)
		for _, term := range SearchTerms(s) {
			if !strings.Contains(text, term) {
				t.Fatalf("%+q is looked for as %+q, which its own text %+q does not contain", s, term, text)
			}
		}
	})
}
