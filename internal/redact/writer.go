package redact

import (
	"io"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Writer masks a stream; see Set.Writer. It is for one goroutine.
type Writer struct {
	set *Set
	to  io.Writer
	// held are bytes that may be the beginning of a value.
	held []byte
	err  error
}

// Write masks p together with what was held back before. It reports len(p)
// even though some bytes may be passed on only later.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	w.held = append(w.held, p...)
	w.pass(false)
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// Close passes on what is held back: the stream has ended and it is no value.
func (w *Writer) Close() error {
	w.pass(true)
	w.held = nil
	return w.err
}

// Cut ends a stream that would have gone on. Bytes that are the beginning of
// some value's form are replaced by the mask: the rest of the value was only
// cut away.
func (w *Writer) Cut() error {
	w.pass(false)
	text := string(w.held)
	w.held = nil
	w.set.mu.RLock()
	spans := w.set.index.all(text)
	keep := w.set.index.partial(text)
	w.set.mu.RUnlock()
	done := 0
	for _, s := range spans {
		w.put(text[done:s[0]])
		w.put(secret.Mask)
		done = s[1]
	}
	if keep < len(text) {
		w.put(text[done:max(done, keep)])
		w.put(secret.Mask)
	} else {
		w.put(text[done:])
	}
	return w.err
}

// pass masks and writes all of held that is decided; at the end, all of it.
func (w *Writer) pass(end bool) {
	text := string(w.held)
	w.set.mu.RLock()
	limit := len(text)
	if !end {
		limit = w.set.index.undecided(text)
	}
	spans := w.set.index.all(text)
	w.set.mu.RUnlock()
	done := 0
	for _, s := range spans {
		if s[1] > limit {
			// What follows may make this match longer.
			limit = min(limit, s[0])
			break
		}
		w.put(text[done:s[0]])
		w.put(secret.Mask)
		done = s[1]
	}
	w.put(text[done:limit])
	w.held = append(w.held[:0], text[limit:]...)
}

func (w *Writer) put(s string) {
	if w.err != nil || s == "" {
		return
	}
	_, w.err = io.WriteString(w.to, s)
}
