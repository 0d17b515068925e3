package text

import (
	"fmt"
	"slices"
	"strings"
)

// Edit replaces the bytes of Span with New. An empty span inserts.
type Edit struct {
	Span Span
	New  string
}

// Apply returns src with all edits made. Their spans refer to src as it was
// before any of them; they may come in any order, and insertions at one offset
// keep the order in which they are given. Apply fails, and changes nothing,
// when a span is out of bounds or two spans overlap.
func Apply(src string, edits []Edit) (string, error) {
	if !slices.IsSortedFunc(edits, compareEdits) {
		edits = slices.Clone(edits)
		slices.SortStableFunc(edits, compareEdits)
	}
	size, end := len(src), 0
	for _, e := range edits {
		if e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(src) {
			return "", fmt.Errorf("apply edit: bytes %d to %d are outside the text of %d bytes", e.Span.Start, e.Span.End, len(src))
		}
		if e.Span.Start < end {
			return "", fmt.Errorf("apply edit: the edit at byte %d overlaps another one", e.Span.Start)
		}
		end = e.Span.End
		size += len(e.New) - e.Span.Len()
	}
	var b strings.Builder
	b.Grow(size)
	at := 0
	for _, e := range edits {
		b.WriteString(src[at:e.Span.Start])
		b.WriteString(e.New)
		at = e.Span.End
	}
	b.WriteString(src[at:])
	return b.String(), nil
}

// compareEdits orders by start, insertions before replacements at one offset.
func compareEdits(a, b Edit) int {
	if a.Span.Start != b.Span.Start {
		return a.Span.Start - b.Span.Start
	}
	return a.Span.End - b.Span.End
}
