package campaign

import (
	"slices"
	"strings"
	"testing"
)

// TestSortKey sorts names in either script as the Serbian Latin alphabet has them (G-06).
func TestSortKey(t *testing.T) {
	want := strings.Fields("Abadžić Babić Benz Benjamin Цуцић Cvetić Čedić Čović Ćirić Ћук Dragić Dunđerski Durand Džakula Џокић Đorđić Ђурић " +
		"Élan Ema Jović Lukić Лукић2 Ljubić Љутић Maric Márić2 Nušić Njegoš Његуш Omerović Saric Stojić Šabić Шулић Zec Zorić Žarić Živković")
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("sorted\n%v, not\n%v", got, want)
	}
	for _, same := range [][2]string{{"Đorđević", "ЂОРЂЕВИЋ"}, {"Njegoš", "Његош"}, {"Džon", "ЏОН"}, {"C\u030cedic", "Čedić"[:len("Čedi")] + "c"}, {"Lefèvre", "lefevre"}} {
		if a, b := SortKey(same[0]), SortKey(same[1]); a != b {
			t.Errorf("%s is sorted by %q, and %s by %q", same[0], a, same[1], b)
		}
	}
}
