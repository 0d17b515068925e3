package env

import (
	"fmt"
	"slices"
	"testing"
)

// TestLongChains: what Check says of a chain of definitions is what Expand says,
// in whatever order they are looked at, though Check remembers.
func TestLongChains(t *testing.T) {
	t.Parallel()
	const length = 3 * maxDepth
	lines := []string{"v0 = x"}
	for i := 1; i < length; i++ {
		lines = append(lines, fmt.Sprintf("v%d = {{v%d}}{{v%d}}", i, i-1, i/2))
	}
	forward := make([]int, length)
	for i := range forward {
		forward[i] = i
	}
	backward := slices.Clone(forward)
	slices.Reverse(backward)
	for name, order := range map[string][]int{"forward": forward, "backward": backward} {
		scope := NewScope(httpFile(lines...), nil, "", nil)
		limited := 0
		for _, i := range order {
			src := fmt.Sprintf("{{v%d}}", i)
			var checked []string
			scope.Check(src, scan(src), func(p Problem) { checked = append(checked, p.Code) })
			var expanded []string
			for _, p := range scope.Expand(src, scan(src)).Problems {
				expanded = append(expanded, p.Code)
			}
			if !slices.Equal(checked, expanded) {
				t.Errorf("%s: %s: checked %v, expanded %v", name, src, checked, expanded)
			}
			if len(checked) > 0 {
				limited++
			}
		}
		if limited == 0 || limited == length {
			t.Errorf("%s: %d of %d are too long", name, limited, length)
		}
	}
}
