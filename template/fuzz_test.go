package template_test

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"", "a {{x}} b", `{{$a b='c\'' d="{{e}}" f=g}}`, "{{$a {{b}} {{$c {{d}}", "{{{{}}}}", "{{$a('b", "{{$a b = \\q'}}\r\n{{",
		strings.Repeat("{{$a x={{", 40), strings.Repeat("{{$a {{b}} ", 40),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		at := 0
		for _, p := range template.Scan(src, text.Span{End: len(src)}).Parts {
			if p.Span.Start != at || p.Span.IsEmpty() {
				t.Fatalf("part %v does not follow %d in %q", p.Span, at, src)
			}
			at = p.Span.End
			if p.Expr != nil {
				checkExpr(t, src, p.Span, p.Expr)
				if !p.Expr.Closed && len(p.Expr.Problems) == 0 {
					t.Fatalf("open expression %q has no problem", p.Span.Of(src))
				}
			} else if s := p.Span.Of(src); strings.Contains(s, "{{") {
				t.Fatalf("literal %q holds an expression", s)
			}
		}
		if at != len(src) {
			t.Fatalf("parts end at %d of %q", at, src)
		}
	})
}

// checkExpr fails unless all spans of e are ordered and inside their parents.
func checkExpr(t *testing.T, src string, outer text.Span, e *template.Expr) {
	t.Helper()
	inside := func(what string, in, span text.Span) {
		if span.Start < in.Start || span.End > in.End || span.End < span.Start {
			t.Fatalf("%s %v is not inside %v of %q", what, span, in, src)
		}
	}
	inside("expression", outer, e.Span)
	inside("inner", e.Span, e.Inner)
	inside("name", e.Inner, e.NameSpan)
	if strings.ContainsAny(e.Span.Of(src), "\r\n") {
		t.Fatalf("expression %q goes over a line end", e.Span.Of(src))
	}
	if e.Closed != strings.HasSuffix(src[e.Inner.End:e.Span.End], "}}") {
		t.Fatalf("expression %q: closed is %v", e.Span.Of(src), e.Closed)
	}
	at := e.NameSpan.End
	for i := range e.Args {
		a := &e.Args[i]
		inside("argument", text.Span{Start: at, End: e.Inner.End}, a.Span)
		at = a.Span.End
		inside("value", a.Span, a.ValueSpan)
		if a.Name != "" {
			inside("field name", text.Span{Start: a.Span.Start, End: a.ValueSpan.Start}, a.NameSpan)
		}
		part := a.ValueSpan.Start
		for _, p := range a.Value {
			inside("value part", text.Span{Start: part, End: a.ValueSpan.End}, p.Span)
			part = p.Span.End
			if p.Expr != nil {
				checkExpr(t, src, p.Span, p.Expr)
			}
		}
	}
	for _, p := range e.Problems {
		inside("problem", e.Span, p.Span)
		if p.Code == "" || p.Message == "" {
			t.Fatalf("problem %+v says nothing", p)
		}
	}
}
