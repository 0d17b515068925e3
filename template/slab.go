package template

// slab hands out values of one type from shared arrays, which turns the many
// small allocations of a large file into a few. What it hands out lives as
// long as anything else of the same array.
type slab[T any] struct {
	free []T
	size int
}

// Sizes of a slab's arrays: the first is small, for a template scanned alone.
const (
	slabFirst = 4
	slabMost  = 512
)

// reserve makes room for n values behind each other.
func (s *slab[T]) reserve(n int) {
	if len(s.free) >= n {
		return
	}
	s.size = min(max(2*s.size, slabFirst), slabMost)
	s.free = make([]T, max(n, s.size))
}

// one returns a zero value.
func (s *slab[T]) one() *T {
	s.reserve(1)
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// copyOf returns a copy of values that nothing else shares; nil for none.
func (s *slab[T]) copyOf(values []T) []T {
	n := len(values)
	if n == 0 {
		return nil
	}
	s.reserve(n)
	copied := s.free[:n:n]
	copy(copied, values)
	s.free = s.free[n:]
	return copied
}
