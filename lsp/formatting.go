package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/format"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// formatting answers textDocument/formatting.
func (s *session) formatting(_ context.Context, snap *Snapshot, p *protocol.DocumentFormattingParams) ([]protocol.TextEdit, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return s.toTextEdits(doc, format.File(doc.File, formatOptions(p.Options), doc.parse)), nil
}

// rangeFormatting answers textDocument/rangeFormatting.
func (s *session) rangeFormatting(_ context.Context, snap *Snapshot, p *protocol.DocumentRangeFormattingParams) ([]protocol.TextEdit, error) {
	doc, start, err := s.locate(snap, p.TextDocument.URI, p.Range.Start)
	if err != nil {
		return nil, err
	}
	end, err := s.offset(doc, p.Range.End)
	if err != nil {
		return nil, err
	}
	span := text.Span{Start: min(start, end), End: max(start, end)}
	return s.toTextEdits(doc, format.Range(doc.File, formatOptions(p.Options), doc.parse, span)), nil
}

// onTypeFormatting answers textDocument/onTypeFormatting.
func (s *session) onTypeFormatting(_ context.Context, snap *Snapshot, p *protocol.DocumentOnTypeFormattingParams) ([]protocol.TextEdit, error) {
	doc, offset, err := s.locate(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	return s.toTextEdits(doc, format.OnType(doc.File, formatOptions(p.Options), doc.parse, offset, p.Ch)), nil
}

// parse reads a source as the document is read.
func (d *Document) parse(src string) *parser.File {
	return parser.ParseAs(d.File.Language, src)
}

// maxTab bounds the width of an indent that a client asks for.
const maxTab = 16

func formatOptions(o protocol.FormattingOptions) format.Options {
	denied := func(b *bool) bool { return b != nil && !*b }
	options := format.Options{
		Indent:             "\t",
		KeepTrailingBlanks: denied(o.TrimTrailingWhitespace),
		KeepFinalLines:     denied(o.TrimFinalNewlines),
		KeepFinalLineEnd:   denied(o.InsertFinalNewline),
	}
	if o.InsertSpaces {
		options.Indent = strings.Repeat(" ", int(min(o.TabSize, maxTab)))
	}
	return options
}

func (s *session) toTextEdits(doc *Document, edits []text.Edit) []protocol.TextEdit {
	out := make([]protocol.TextEdit, 0, len(edits))
	for _, e := range edits {
		out = append(out, protocol.TextEdit{Range: s.toRange(doc, e.Span), NewText: e.New})
	}
	return out
}
