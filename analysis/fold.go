package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Folding lists what can be folded: blocks, bodies and runs of comment lines.
func Folding(in Input) []Fold {
	src := in.File.Src
	var folds []Fold
	add := func(s text.Span, kind FoldKind) {
		s = trimEnd(src, s)
		if strings.ContainsAny(s.Of(src), "\r\n") {
			folds = append(folds, Fold{Span: s, Kind: kind})
		}
	}
	for i, b := range in.File.Blocks {
		if i > 0 || len(in.File.Blocks) == 1 || b.Request != nil {
			add(b.Span, FoldRegion)
		}
		comment := text.Span{}
		for _, item := range b.Items {
			if item.Kind == parser.ItemComment {
				if comment.IsEmpty() {
					comment = item.Span
				}
				comment.End = item.Span.End
				continue
			}
			add(comment, FoldComment)
			comment = text.Span{}
		}
		add(comment, FoldComment)
		if b.Request != nil && b.Request.Body != nil {
			add(b.Request.Body.Span, FoldRegion)
		}
	}
	return folds
}
