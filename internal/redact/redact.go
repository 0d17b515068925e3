// Package redact replaces secrets, and the encoded forms in which they
// commonly come back, by the mask.
//
// A Set is filled with every value before the value is used. What is shown,
// logged or written afterwards goes through Mask or a Writer. All forms of all
// values are looked for in one pass; matches that overlap become one mask, so
// nothing of a value shows beside another one.
package redact

import (
	"io"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/secret"
)

// MinLength is the number of bytes from which a value can be masked. A shorter
// one would be found by chance all over a page.
const MinLength = 4

// Set is the set of values to mask, with their derived forms. The zero Set is
// not ready; use NewSet. It may be used by many goroutines at once.
type Set struct {
	mu     sync.RWMutex
	index  *index
	values map[string]struct{}
}

// NewSet returns an empty set.
func NewSet() *Set { return &Set{values: map[string]struct{}{}, index: newIndex()} }

// Add registers a value and its derived forms, and reports whether it can be
// masked: a value of fewer than MinLength bytes cannot, and the user must be
// warned. The bytes are copied. Adding a value again costs one look-up.
func (s *Set) Add(value []byte) bool {
	if len(value) < MinLength {
		return false
	}
	s.mu.RLock()
	_, known := s.values[string(value)]
	s.mu.RUnlock()
	if known {
		return true
	}
	forms := Forms(string(value))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[string(value)] = struct{}{}
	for _, f := range forms {
		s.index.add(f)
	}
	return true
}

// Len returns the number of values in the set.
func (s *Set) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.values)
}

// Mask returns text with every form of every value replaced by the mask.
func (s *Set) Mask(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out strings.Builder
	done := 0
	for at := 0; ; {
		start, end := s.index.next(text, at)
		if start < 0 {
			break
		}
		out.WriteString(text[done:start])
		out.WriteString(secret.Mask)
		done, at = end, end
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// Contains reports whether text holds a form of any value.
func (s *Set) Contains(text string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	start, _ := s.index.next(text, 0)
	return start >= 0
}

// Writer returns a writer that masks what is written to it and passes it on to
// w. It holds back only bytes that may be the beginning of a value; Close (or
// Cut) passes them on. It does not close w.
func (s *Set) Writer(w io.Writer) *Writer { return &Writer{set: s, to: w} }
