package slab_test

import (
	"slices"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/slab"
)

func TestCopiesAreIndependent(t *testing.T) {
	t.Parallel()
	var s slab.Slab[int]
	scratch := []int{1, 2}
	a := s.Copy(scratch)
	scratch[0] = 9
	b := s.Copy([]int{3})
	a = append(a, 4) // must not write into b
	*s.One() = 5
	if !slices.Equal(a, []int{1, 2, 4}) || !slices.Equal(b, []int{3}) {
		t.Errorf("got %v and %v", a, b)
	}
	if s.Copy(nil) != nil {
		t.Error("a copy of nothing is not nil")
	}
	if large := s.Copy(make([]int, 10_000)); len(large) != 10_000 {
		t.Errorf("a large copy has %d values", len(large))
	}
}

func TestFewAllocations(t *testing.T) {
	got := testing.AllocsPerRun(10, func() {
		var s slab.Slab[[4]int]
		for range 10_000 {
			s.One()[0]++
		}
	})
	if got > 40 {
		t.Errorf("10,000 values take %v allocations, want at most 40", got)
	}
}
