package lsp

import (
	"os"
	"path/filepath"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/internal/text"
)

// fromPosition converts a position of the protocol.
func fromPosition(p protocol.Position) text.Position {
	return text.Position{Line: int(p.Line), Character: int(p.Character)}
}

// toPosition converts a byte offset into the document.
func (s *session) toPosition(m *text.Mapper, offset int) protocol.Position {
	p := m.Position(offset, s.caps.encoding)
	return protocol.Position{Line: uint32(p.Line), Character: uint32(p.Character)}
}

// toRange converts a span of the document.
func (s *session) toRange(doc *Document, span text.Span) protocol.Range {
	return protocol.Range{Start: s.toPosition(doc.Mapper, span.Start), End: s.toPosition(doc.Mapper, span.End)}
}

// offset converts a position in the document; one that does not exist there is
// the client's mistake.
func (s *session) offset(doc *Document, p protocol.Position) (int, error) {
	at, err := doc.Mapper.Offset(fromPosition(p), s.caps.encoding)
	if err != nil {
		return 0, invalidParams("line %d is behind the end of the document", p.Line)
	}
	return at, nil
}

// span converts a range in the document.
func (s *session) span(doc *Document, r protocol.Range) (text.Span, error) {
	start, err := s.offset(doc, r.Start)
	if err != nil {
		return text.Span{}, err
	}
	end, err := s.offset(doc, r.End)
	if err != nil {
		return text.Span{}, err
	}
	if end < start {
		return text.Span{}, invalidParams("the range ends before it begins")
	}
	return text.Span{Start: start, End: end}, nil
}

// locate returns the document and the byte offset that a request is about.
func (s *session) locate(snap *Snapshot, u uri.URI, p protocol.Position) (doc *Document, offset int, err error) {
	if doc, err = snap.open(u); err != nil {
		return nil, 0, err
	}
	offset, err = s.offset(doc, p)
	return doc, offset, err
}

// toLocation converts a place in the document or in an environment file. A file
// that cannot be read any more has no place.
func (s *session) toLocation(snap *Snapshot, doc *Document, l analysis.Location) (protocol.Location, bool) {
	if l.Path == "" {
		return protocol.Location{URI: doc.URI, Range: s.toRange(doc, l.Span)}, true
	}
	root, _ := snap.Folders(doc)
	path := filepath.Join(root, filepath.FromSlash(l.Path))
	src, err := os.ReadFile(path)
	if err != nil {
		return protocol.Location{}, false
	}
	m := text.NewMapper(string(src))
	return protocol.Location{
		URI:   uri.File(path),
		Range: protocol.Range{Start: s.toPosition(m, l.Span.Start), End: s.toPosition(m, l.Span.End)},
	}, true
}

// workspaceEdit makes an edit of one document. Snippets are used where the
// client takes them; the version protects against edits that came meanwhile.
func (s *session) workspaceEdit(doc *Document, edits []analysis.Edit) *protocol.WorkspaceEdit {
	if !s.caps.documentChanges {
		plain := make([]protocol.TextEdit, 0, len(edits))
		for _, e := range edits {
			plain = append(plain, protocol.TextEdit{Range: s.toRange(doc, e.Span), NewText: e.New})
		}
		return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{doc.URI: plain}}
	}
	version := doc.Version
	change := &protocol.TextDocumentEdit{
		TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: doc.URI}, Version: &version,
		},
	}
	for _, e := range edits {
		if s.caps.snippetEdits && e.Snippet != "" {
			change.Edits = append(change.Edits, &protocol.SnippetTextEdit{
				Range:   s.toRange(doc, e.Span),
				Snippet: protocol.StringValue{Kind: "snippet", Value: e.Snippet},
			})
			continue
		}
		change.Edits = append(change.Edits, &protocol.TextEdit{Range: s.toRange(doc, e.Span), NewText: e.New})
	}
	return &protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{change}}
}

// optional is a present value, or an absent one where it is the zero value.
func optional[T comparable](value T) protocol.Optional[T] {
	var zero T
	if value == zero {
		return protocol.Optional[T]{}
	}
	return protocol.NewOptional(value)
}
