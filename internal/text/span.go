// Package text holds positions in a file: byte spans, and the conversion
// between byte offsets and the line/character positions of editors.
package text

// Span is a half-open range of byte offsets, [Start, End), into one source.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Len returns the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// IsEmpty reports whether the span holds no byte. An empty span at offset 0 is
// also what an absent part of a node has.
func (s Span) IsEmpty() bool { return s.End <= s.Start }

// Contains reports whether offset lies in the span or directly at its end,
// which is where a cursor stands that has just typed the span's last byte.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset <= s.End }

// Of returns the bytes of src that the span covers.
func (s Span) Of(src string) string { return src[s.Start:s.End] }

// Moved returns the span by bytes further on. The zero span stays what it is:
// it says that a part is absent.
func (s Span) Moved(by int) Span {
	if s == (Span{}) {
		return s
	}
	return Span{Start: s.Start + by, End: s.End + by}
}
