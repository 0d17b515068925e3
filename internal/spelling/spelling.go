// Package spelling finds the known name that a mistyped one was probably
// meant to be, for the "did you mean" part of messages and for quick fixes.
package spelling

import "strings"

// Nearest returns the candidate that is closest to word, or "" if none is
// close enough to be a likely slip. Case is ignored; of equally close
// candidates the first wins.
func Nearest(word string, candidates []string) string {
	if word == "" {
		return ""
	}
	word = strings.ToLower(word)
	best, bestDistance := "", len(word)+1
	for _, candidate := range candidates {
		lower := strings.ToLower(candidate)
		// A slip changes few characters: of two short words that share half of
		// them each means itself, unless they begin alike or one is in the other.
		limit := max(len(word), len(lower)) / 3
		if limit == 0 && lower != "" && (lower[0] == word[0] || strings.Contains(lower, word)) {
			limit = 1
		}
		limit = min(limit, bestDistance-1)
		if d := distance(word, lower, limit); d <= limit {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance is the number of single-byte insertions, deletions, replacements
// and swaps of neighbours between a and b, or limit+1 if it is above limit.
func distance(a, b string, limit int) int {
	if limit < 0 || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before := make([]int, len(b)+1)
	previous := make([]int, len(b)+1)
	current := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			current[j] = d
		}
		before, previous, current = previous, current, before
	}
	return previous[len(b)]
}
