package analysis

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Symbols lists the file's outline: its variables, and its requests with their
// headers and body. A value is never part of it.
func Symbols(in Input) []Symbol {
	src := in.File.Src
	var symbols []Symbol
	for _, b := range in.File.Blocks {
		for _, v := range b.Variables {
			symbols = append(symbols, Symbol{
				Name: "@" + v.Name, Kind: SymbolVariable, Span: v.Span, Selection: v.NameSpan,
			})
		}
		if b.Request != nil {
			symbols = append(symbols, requestSymbol(src, b))
		}
	}
	return symbols
}

func requestSymbol(src string, b *parser.Block) Symbol {
	r := b.Request
	s := Symbol{
		Name:      title(src, r),
		Kind:      SymbolRequest,
		Span:      trimEnd(src, text.Span{Start: b.Span.Start, End: b.Span.End}),
		Selection: r.LineSpan,
	}
	// A variable of the block is an entry of its own before the request; the
	// request's span must not overlap it.
	for _, v := range b.Variables {
		if v.Span.End <= r.LineSpan.Start {
			s.Span.Start = min(r.Span.Start, r.LineSpan.Start)
		} else {
			s.Span.End = min(s.Span.End, max(r.Span.End, r.LineSpan.End))
		}
	}
	if r.Name != "" {
		s.Detail = r.Method + " " + r.Target.Text(src)
	}
	for _, h := range r.Headers {
		s.Children = append(s.Children, Symbol{Name: h.Name, Kind: SymbolHeader, Span: h.Span, Selection: h.NameSpan})
	}
	if r.Body != nil {
		s.Children = append(s.Children, Symbol{Name: "body", Kind: SymbolBody, Span: r.Body.Span, Selection: r.Body.Span})
	}
	return s
}

// trimEnd takes trailing blanks and line ends off a span.
func trimEnd(src string, s text.Span) text.Span {
	for s.End > s.Start {
		switch src[s.End-1] {
		case ' ', '\t', '\r', '\n':
			s.End--
		default:
			return s
		}
	}
	return s
}
