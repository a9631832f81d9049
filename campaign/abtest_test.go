package campaign

import (
	"fmt"
	"slices"
	"testing"
)

// Whatever the size and the languages: arms are equal within one over all and in each language, the share is kept, a repeat in another
// order draws the same, and everybody gets one arm at most.
func TestDrawIsEqualAndTheSameAtARepeat(t *testing.T) {
	for n := 0; n <= 1000; n += 1 + n/40 {
		for _, arms := range []int{2, 3, 4} {
			for _, share := range []int{5, 20, 33, 80} {
				languages := Languages[:1+n%len(Languages)]
				language := func(i int) Language { return languages[i*i%len(languages)] }
				draw := func(reverse bool) []string {
					d := NewDraw(share, arms)
					order := make([]int, n)
					for i := range order {
						order[i] = i
					}
					if reverse {
						slices.Reverse(order)
					}
					for _, i := range order {
						d.Add("run", fmt.Sprint(i), language(i))
					}
					d.Close()
					out := make([]string, n)
					for i := range out {
						out[i] = d.Arm("run", fmt.Sprint(i), language(i))
					}
					return out
				}
				first := draw(false)
				if !slices.Equal(first, draw(true)) {
					t.Fatalf("%d readers, %d arms, %d %%: another draw in another order", n, arms, share)
				}
				all, by, drawn := make([]int, arms), map[Language][]int{}, 0
				for i, arm := range first {
					if by[language(i)] == nil {
						by[language(i)] = make([]int, arms)
					}
					if arm != "" {
						all[ArmIndex(arm)]++
						by[language(i)][ArmIndex(arm)]++
						drawn++
					}
				}
				if want := min(n, max(arms, (n*share+50)/100)); drawn != want {
					t.Errorf("%d readers, %d arms, %d %%: %d drawn, want %d", n, arms, share, drawn, want)
				}
				for _, counts := range append([][]int{all}, slices.Collect(func(yield func([]int) bool) {
					for _, counts := range by {
						if !yield(counts) {
							return
						}
					}
				})...) {
					if slices.Max(counts)-slices.Min(counts) > 1 {
						t.Errorf("%d readers, %d arms, %d %%: %v", n, arms, share, counts)
					}
				}
			}
		}
	}
	a, b := NewDraw(50, 2), NewDraw(50, 2)
	differ := false
	for i := range 100 {
		a.Add("run", fmt.Sprint(i), English)
		b.Add("another run", fmt.Sprint(i), English)
	}
	a.Close()
	b.Close()
	for i := range 100 {
		differ = differ || a.Arm("run", fmt.Sprint(i), English) != b.Arm("another run", fmt.Sprint(i), English)
	}
	if !differ {
		t.Error("two runs draw the same readers")
	}
}

func TestABTestRefusesWhatProvesNothing(t *testing.T) {
	r := Release{Versions: []Version{{Language: English, Headline: "News", Lead: "Lead"}, {Language: SerbianLatin, Headline: "Vesti", Lead: "Uvod"}}}
	from := Sender{Name: "Press Office", Email: "press@example.org"}
	both := Texts{English: "Other", SerbianLatin: "Drugi"}
	counting, silent := []List{{Tracking: Aggregate}, {Tracking: NoTracking}}, []List{{Tracking: NoTracking}}
	for _, c := range []struct {
		name  string
		test  ABTest
		lists []List
		links int
		field string // of the first mistake
	}{
		{"fits", ABTest{Of: BySubject, Arms: []Arm{{Texts: both}}}, counting, 1, ""},
		{"a language is missing", ABTest{Of: BySubject, Arms: []Arm{{Texts: Texts{English: "Other"}}}}, counting, 1, "arm_b-sr-Latn"},
		{"the headline is the subject", ABTest{Of: BySubject, Arms: []Arm{{Texts: Texts{English: "News", SerbianLatin: "Drugi"}}}}, counting, 1, "arm_b-en"},
		{"the same lead", ABTest{Of: ByLead, Arms: []Arm{{Texts: both}, {Texts: both}}}, counting, 1, "arm_c-en"},
		{"the same sender", ABTest{Of: BySender, Arms: []Arm{{Sender: from}}}, counting, 1, "from_b"},
		{"no clicks are counted", ABTest{Of: BySubject, Arms: []Arm{{Texts: both}}}, silent, 1, "ab_of"},
		{"nothing to click", ABTest{Of: BySubject, Arms: []Arm{{Texts: both}}}, counting, 0, "ab_of"},
	} {
		c.test.Share, c.test.Hours, c.test.Unclear = 20, 4, FirstArm
		if err := c.test.normalize(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		faults := FaultsOf(c.test.Fits(&Campaign{Sender: from}, &r, c.lists, c.links))
		if got := len(faults) > 0; got != (c.field != "") || got && faults[0].Field != c.field {
			t.Errorf("%s: %v", c.name, faults)
		}
	}
	for _, wrong := range []ABTest{
		{}, {Of: BySubject, Share: 20, Hours: 4, Unclear: FirstArm}, {Of: BySubject, Arms: make([]Arm, 4), Share: 20, Hours: 4, Unclear: FirstArm},
		{Of: BySubject, Arms: make([]Arm, 1), Share: 100, Hours: 4, Unclear: FirstArm}, {Of: BySubject, Arms: make([]Arm, 1), Share: 20, Unclear: FirstArm},
		{Of: BySubject, Arms: make([]Arm, 1), Share: 20, Hours: 4}, {Of: BySender, Arms: make([]Arm, 1), Share: 20, Hours: 4, Unclear: FirstArm},
	} {
		if wrong.normalize() == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}

func TestArmsInLinks(t *testing.T) {
	l := Links{Base: "https://example.org", Signer: NewSigner("a secret of the test")}
	for _, c := range []struct {
		arm  string
		mode Tracking
		want string
	}{{"", Aggregate, ""}, {"b", Aggregate, "b"}, {"=b", Aggregate, ""}, {"b", Individual, ""}} {
		d := &Delivery{ID: "run.00.contact", Run: "run", Language: English, Tracking: c.mode, Arm: c.arm}
		got, ok := l.ReadClick(l.Click(d, 3)[len("https://example.org"+ClickPath):])
		if !ok || got.Arm != c.want || got.Run != "run" || got.Link != 3 {
			t.Errorf("%+v: %+v, %v", c, got, ok)
		}
	}
	run, version, arm, ok := l.ReadRead(l.ReadArm("run", French, "=b")[len("https://example.org"+ReadPath):])
	if !ok || run != "run" || version != French || arm != "=b" {
		t.Error(run, version, arm, ok)
	}
}
