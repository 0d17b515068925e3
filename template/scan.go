package template

import (
	"github.com/vault-lsp/vault-lsp/internal/slab"
	"github.com/vault-lsp/vault-lsp/internal/text"
)

// Scan cuts src[span.Start:span.End] into parts. Spans in the result are
// offsets into src. It never fails: what is malformed is recovered at the
// first }}, else at the end of the line or of span, and carries its Problems.
func Scan(src string, span text.Span) Template {
	s := NewScanner(src)
	return Template{Span: span, Parts: s.AppendParts(nil, span)}
}

// ParseExpr reads the expression that begins with the {{ at offset at of src
// and must end before limit (and before the end of its line). It returns the
// expression and the offset behind it.
func ParseExpr(src string, at, limit int) (*Expr, int) {
	s := NewScanner(src)
	return s.parseExpr(at, limit)
}

// maxFailures bounds how many expressions of one line are recovered before its
// end: after that many, the rest of the line belongs to the next unclosed one.
// It keeps scanning linear, and its result small, on a line of braces.
const maxFailures = 16

// Scanner reads many templates of one source with few allocations. It is not
// safe for concurrent use.
type Scanner struct {
	src   string
	opens text.Finder
	lines text.LineFinder
	// failures counts the expressions of the line that ends at failedEnd that
	// had no }} of their own.
	failures, failedEnd int

	exprs   slab.Slab[Expr]
	args    slab.Slab[Arg]
	values  slab.Slab[ValuePart]
	argList []Arg
	parts   []ValuePart
}

// NewScanner returns a Scanner of src.
func NewScanner(src string) *Scanner {
	return &Scanner{src: src, opens: text.NewFinder(src, "{{"), lines: text.NewLineFinder(src)}
}

// lineLimit returns the end of the line that holds at, at most limit.
func (s *Scanner) lineLimit(at, limit int) int {
	end, _ := s.lines.End(at)
	return min(end, limit)
}

// fails counts an expression that has no end of its own on the line that ends
// at limit, and reports whether the rest of the line belongs to it.
func (s *Scanner) fails(limit int) (toLimit bool) {
	if s.failedEnd != limit {
		s.failedEnd, s.failures = limit, 0
	}
	s.failures++
	return s.failures > maxFailures
}

// AppendParts appends the parts of src[span.Start:span.End] to parts. Literal
// runs are never empty.
func (s *Scanner) AppendParts(parts []Part, span text.Span) []Part {
	at := span.Start
	for at < span.End {
		open := s.findOpen(at, span.End)
		if open > at {
			parts = append(parts, Part{Span: text.Span{Start: at, End: open}})
		}
		if open == span.End {
			break
		}
		var e *Expr
		e, at = s.parseExpr(open, span.End)
		parts = append(parts, Part{Span: e.Span, Expr: e})
	}
	return parts
}

// findOpen returns the offset of the first expression's {{ in [at, end), or
// end. Of three braces the last two open it: {{{x}}} is {{x}} in braces.
func (s *Scanner) findOpen(at, end int) int {
	open := s.opens.Next(at)
	if open+2 > end {
		return end
	}
	if open+2 < end && s.src[open+2] == '{' && (open+3 == end || s.src[open+3] != '{') {
		open++
	}
	return open
}
