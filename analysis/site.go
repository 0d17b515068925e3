package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// place says in which part of a file an expression stands.
type place uint8

const (
	inTarget place = iota
	inHeader
	inBody
	inFilePath
	inVariable
)

// site is one top-level expression and where it stands.
type site struct {
	expr     *template.Expr
	place    place
	request  *parser.Request  // nil in a variable
	header   *parser.Header   // in a header
	variable *parser.Variable // in a variable
	// index is the expression's place among the parts of its value.
	index int
}

// eachSite calls visit for every top-level expression of a block.
func eachSite(b *parser.Block, visit func(site)) {
	each := func(t *template.Template, s site) {
		for i := range t.Parts {
			if t.Parts[i].Expr != nil {
				s.expr, s.index = t.Parts[i].Expr, i
				visit(s)
			}
		}
	}
	for _, v := range b.Variables {
		each(&v.Value, site{place: inVariable, variable: v})
	}
	r := b.Request
	if r == nil {
		return
	}
	each(&r.Target, site{place: inTarget, request: r})
	for i := range r.Headers {
		each(&r.Headers[i].Value, site{place: inHeader, request: r, header: &r.Headers[i]})
	}
	if r.Body != nil {
		each(&r.Body.Content, site{place: inBody, request: r})
		for i := range r.Body.Files {
			each(&r.Body.Files[i].Path, site{place: inFilePath, request: r})
		}
	}
}

// eachExpr calls visit for an expression and those nested in its arguments.
func eachExpr(e *template.Expr, visit func(*template.Expr)) {
	visit(e)
	for i := range e.Args {
		for j := range e.Args[i].Value {
			if nested := e.Args[i].Value[j].Expr; nested != nil {
				eachExpr(nested, visit)
			}
		}
	}
}

// siteAt returns the top-level expression that offset stands in.
func siteAt(f *parser.File, offset int) (found site, ok bool) {
	eachSite(f.BlockAt(offset), func(s site) {
		if s.expr.Span.Contains(offset) {
			// Of two that touch, the one that begins at offset is meant.
			found, ok = s, true
		}
	})
	return found, ok
}

// innermost returns the expression nested deepest in e that offset stands in.
func innermost(e *template.Expr, offset int) *template.Expr {
	found := e
	eachExpr(e, func(x *template.Expr) {
		if x.Span.Contains(offset) {
			found = x
		}
	})
	return found
}

// lineAt returns the line that offset stands in, without its end.
func lineAt(src string, offset int) text.Span {
	start := strings.LastIndexAny(src[:offset], "\r\n") + 1
	end := strings.IndexAny(src[offset:], "\r\n")
	if end < 0 {
		return text.Span{Start: start, End: len(src)}
	}
	return text.Span{Start: start, End: offset + end}
}

// clamp puts an offset into the bounds of the source.
func clamp(src string, offset int) int { return max(0, min(offset, len(src))) }

// isBlank reports whether c is a blank of the grammar.
func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// skipBlanks returns the first offset from at on, before limit, without a blank.
func skipBlanks(src string, at, limit int) int {
	for at < limit && isBlank(src[at]) {
		at++
	}
	return at
}
