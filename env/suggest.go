package env

import (
	"sync"
	"sync/atomic"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
)

// maxSuggestions bounds for how many different undefined names one Scope looks
// for what was meant: comparing each of thousands with thousands would make
// typing in such a file slow.
const maxSuggestions = 100

// suggester finds the names that undefined ones were probably meant to be, and
// remembers them.
type suggester struct {
	names func() []string
	known sync.Map // of string, by undefined name
	asked atomic.Int32
}

// nearest returns the variable that name was probably meant to be, or "".
func (s *suggester) nearest(name string) string {
	if found, ok := s.known.Load(name); ok {
		return found.(string)
	}
	if len(name) > 100 || s.asked.Add(1) > maxSuggestions {
		return ""
	}
	found := spelling.Nearest(name, s.names())
	s.known.Store(name, found)
	return found
}
