package param

import (
	"slices"
	"strings"
)

// Nearest returns the valid name that the writer of name probably meant, or the empty
// string when none is near. A valid name that completes name at an underscore comes
// first, so that a key without its unit finds the full key ("unbonding" gives
// "unbonding_days"). Otherwise the valid name with the smallest Damerau–Levenshtein
// distance wins, and the first of several with the same distance. A name that differs
// only in case and in hyphens comes before all of them. The distance may be at most 1
// for names of up to four characters, 2 for up to eight and 3 for longer names. Nearest
// ignores case and treats a hyphen as an underscore.
//
// Source: Damerau, "A technique for computer detection and correction of
// spelling errors", Communications of the ACM 7(3), 1964.
func Nearest(name string, valid []string) string {
	folded := fold(name)
	if now, is := formerly[folded]; is && slices.Contains(valid, now) {
		return now
	}
	completion := ""
	for _, v := range valid {
		if fold(v) == folded {
			return v
		}
		if strings.HasPrefix(fold(v), folded+"_") && (completion == "" || len(v) < len(completion)) {
			completion = v
		}
	}
	if completion != "" && folded != "" {
		return completion
	}
	best, least := "", cutOff(folded)+1
	for _, v := range valid {
		if d := distance(folded, fold(v), least); d < least {
			best, least = v, d
		}
	}
	return best
}

// formerly maps keys that presets of an earlier edition have to those of today.
var formerly = map[string]string{"loyalty": "leave_below", "loyalty_spread": "leave_below_spread"}

// NearestPath is Nearest for paths. It prefers a valid path with the same last key
// as path, then one whose whole text is near, then one whose last key is near.
func NearestPath(path string, valid []string) string {
	last := lastKey(path)
	for _, v := range valid {
		if lastKey(v) == last {
			return v
		}
	}
	if near := Nearest(path, valid); near != "" && formerly[last] == "" {
		return near
	}
	keys := make([]string, len(valid))
	for i, v := range valid {
		keys[i] = lastKey(v)
	}
	near := Nearest(last, keys)
	for i, key := range keys {
		if near != "" && key == near {
			return valid[i]
		}
	}
	return ""
}

func lastKey(path string) string {
	return path[strings.LastIndexByte(path, '.')+1:]
}

// fold removes the differences in spelling that Nearest ignores.
func fold(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), "-", "_")
}

// cutOff returns the largest distance at which a name still counts as near.
func cutOff(name string) int {
	switch n := len([]rune(name)); {
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	}
	return 3
}

// distance returns the least number of insertions, deletions, substitutions and
// swaps of neighbours that turn a into b and edit no character twice. It returns
// limit when the lengths differ by limit or more, which bounds the work for absurd
// input.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s)-len(t) >= limit || len(t)-len(s) >= limit {
		return limit
	}
	older, old, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := old[j-1]
			if s[i-1] != t[j-1] {
				change++
			}
			row[j] = min(old[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(t)]
}
