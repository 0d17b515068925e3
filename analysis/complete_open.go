package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// openExpression is the expression that the cursor stands in.
type openExpression struct {
	// typed is the expression as if the file ended at the cursor, full the one
	// that is read to its own end.
	typed, full *template.Expr
	// closed is set if full has its own }} behind the cursor, so that none is
	// to be inserted.
	closed bool
}

// endings complete what may be open at the cursor: an expression, one nested
// in a value, a quoted value, one nested in that.
var endings = []string{"}}", "}}}}", "'}}", "\"}}", "}}'}}", "}}\"}}"}

// openExpr returns the expression that is open at the cursor.
func (c *completer) openExpr() (openExpression, bool) {
	line := c.src[c.line.Start:c.offset]
	if !strings.Contains(line, "{{") {
		return openExpression{}, false
	}
	for _, ending := range endings {
		closed := line + ending
		parts := template.Scan(closed, text.Span{End: len(closed)}).Parts
		typed := parts[len(parts)-1].Expr
		if typed == nil || !typed.Closed || typed.Span.Start+2 > len(line) || isUnclosed(typed) {
			continue
		}
		move(typed, c.line.Start, c.offset)
		full, _ := template.ParseExpr(c.src, typed.Span.Start, c.line.End)
		return openExpression{typed: typed, full: full, closed: c.ownClose(full)}, true
	}
	return openExpression{}, false
}

// isUnclosed reports whether an expression was recovered.
func isUnclosed(e *template.Expr) bool {
	for _, p := range e.Problems {
		if p.Code == template.CodeUnclosed || p.Code == template.CodeUnclosedQuote {
			return true
		}
	}
	return false
}

// move shifts an expression's spans and cuts them off at end.
func move(e *template.Expr, by, end int) {
	shift := func(s *text.Span) { s.Start, s.End = min(s.Start+by, end), min(s.End+by, end) }
	shift(&e.Span)
	shift(&e.Inner)
	shift(&e.NameSpan)
	for i := range e.Args {
		a := &e.Args[i]
		shift(&a.Span)
		shift(&a.NameSpan)
		shift(&a.ValueSpan)
		for j := range a.Value {
			shift(&a.Value[j].Span)
			if nested := a.Value[j].Expr; nested != nil {
				move(nested, by, end)
			}
		}
	}
}

// ownClose reports whether an expression's }} belongs to it rather than to what
// follows the cursor: in `{"a": "{{$va‸", "b": {}}` the braces are JSON's.
func (c *completer) ownClose(full *template.Expr) bool {
	if !full.Closed {
		return false
	}
	for _, p := range full.Problems {
		if p.Code == template.CodeUnclosed || p.Code == template.CodeUnclosedQuote && p.Span.Start >= c.offset {
			return false
		}
	}
	return true
}
