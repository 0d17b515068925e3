// Package slab hands out values of one type from shared arrays, which turns
// the many small allocations of a syntax tree into a few.
package slab

// Sizes of the arrays: the first is small, for a text parsed alone; the last
// bounds what one value keeps alive with it.
const (
	first = 4
	most  = 512
)

// Slab hands out values of type T. What it hands out lives as long as anything
// else of the same array. The zero Slab is ready; it is not safe for
// concurrent use.
type Slab[T any] struct {
	free []T
	size int
}

// One returns a zero value.
func (s *Slab[T]) One() *T {
	s.reserve(1)
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// Copy returns a copy of values that nothing else shares and append does not
// grow in place; nil for none.
func (s *Slab[T]) Copy(values []T) []T {
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

// reserve makes room for n values behind each other.
func (s *Slab[T]) reserve(n int) {
	if len(s.free) >= n {
		return
	}
	s.size = min(max(2*s.size, first), most)
	s.free = make([]T, max(n, s.size))
}
