package campaign

import "strings"

// Nearest returns the known name that a mistyped one most likely means, or "".
func Nearest(word string, known []string) string {
	word = strings.ToLower(word)
	best, least := "", min(3, 1+len([]rune(word))/3)
	for _, k := range known {
		if d := EditDistance(word, strings.ToLower(k)); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best
}

// EditDistance is how many letters must be changed, added, dropped or exchanged with the next to make one word the other; 99
// for words of more than 40 letters.
func EditDistance(one, other string) int {
	a, b := []rune(one), []rune(other)
	if len(a) > 40 || len(b) > 40 {
		return 99
	}
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		now[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			now[j+1] = min(now[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				now[j+1] = min(now[j+1], before[j-1]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
