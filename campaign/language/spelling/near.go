package spelling

import (
	"slices"
	"strings"
)

// maxSuggestions is how many words are offered for one.
const maxSuggestions = 5

// diacritics are the letters that are typed without their marks, as the word list's MAP and REP name them.
var diacritics = []struct {
	plain string
	marks []string
}{{"dj", []string{"đ"}}, {"dz", []string{"dž"}}, {"c", []string{"č", "ć"}}, {"s", []string{"š"}}, {"z", []string{"ž"}}, {"č", []string{"ć"}}, {"ć", []string{"č"}}, {"d", []string{"đ"}}}

const letters = "aioenrtsvumklpjdgzbščchćžfđ"

// keyboard are the rows of keys, for slips of a finger.
var keyboard = []string{"qwertzuiopšđž", "asdfghjklčć", "yxcvbnm"}

// near returns the words of the list that differ from one by missing marks, or by one letter: the likeliest first.
func (l *list) near(word string) []string {
	var out []string
	add := func(candidates []string, sameStem bool) bool {
		for _, c := range candidates {
			if c != word && (sameStem || !isForm(word, c)) && !slices.Contains(out, c) && l.has(c) {
				out = append(out, c)
			}
			if len(out) == maxSuggestions {
				return true
			}
		}
		return false
	}
	runes := []rune(word)
	var swapped, slipped, without, with, replaced []string
	for i := range runes {
		if i+1 < len(runes) {
			c := slices.Clone(runes)
			c[i], c[i+1] = c[i+1], c[i]
			swapped = append(swapped, string(c))
		}
		without = append(without, string(slices.Delete(slices.Clone(runes), i, i+1)))
		for _, r := range letters {
			c := slices.Clone(runes)
			c[i] = r
			if neighbours(runes[i], r) {
				slipped = append(slipped, string(c))
			} else {
				replaced = append(replaced, string(c))
			}
		}
	}
	for i := 0; i <= len(runes); i++ {
		for _, r := range letters {
			with = append(with, string(slices.Insert(slices.Clone(runes), i, r)))
		}
	}
	add(withMarks(word), true)
	for _, candidates := range [][]string{swapped, slipped, without, with, replaced} {
		if add(candidates, false) || len(out) >= 3 {
			break
		}
	}
	return out
}

// isForm reports whether two words differ in their ending alone: the list has another form of the word, and this one is no mistake.
func isForm(word, other string) bool {
	a, b := []rune(word), []rune(other)
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	return same >= len(a)-2
}

// neighbours reports keys beside each other.
func neighbours(a, b rune) bool {
	for _, row := range keyboard {
		keys := []rune(row)
		i, j := slices.Index(keys, a), slices.Index(keys, b)
		if i >= 0 && j >= 0 && (i-j == 1 || j-i == 1) {
			return true
		}
	}
	return false
}

// maxMarked bounds the ways to set marks: words with many letters that could have one are rare.
const maxMarked = 256

// withMarks returns the ways to set the marks a word may lack.
func withMarks(word string) []string {
	ways := []string{""}
	for at := 0; at < len(word); {
		size := 0
		var next []string
		for _, d := range diacritics {
			if size == 0 && strings.HasPrefix(word[at:], d.plain) && len(ways) < maxMarked {
				size = len(d.plain)
				for _, way := range ways {
					next = append(next, way+d.plain)
					for _, mark := range d.marks {
						next = append(next, way+mark)
					}
				}
			}
		}
		if size == 0 {
			size = 1
			for _, way := range ways {
				next = append(next, way+word[at:at+1])
			}
		}
		ways, at = next, at+size
	}
	return ways
}
