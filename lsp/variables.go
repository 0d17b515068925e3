package lsp

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// definition answers textDocument/definition for variables.
func (s *session) definition(_ context.Context, snap *Snapshot, p *protocol.DefinitionParams) (protocol.DefinitionResult, error) {
	doc, offset, err := s.locate(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	locations := protocol.LocationSlice{}
	for _, found := range analysis.Definition(s.input(snap, doc), offset) {
		if location, ok := s.toLocation(snap, doc, found); ok {
			locations = append(locations, location)
		}
	}
	return locations, nil
}

// occurrences returns where the variable at a position stands in the document.
func (s *session) occurrences(snap *Snapshot, u uri.URI, p protocol.Position) (*Document, []analysis.Occurrence, error) {
	doc, offset, err := s.locate(snap, u, p)
	if err != nil {
		return nil, nil, err
	}
	return doc, analysis.Occurrences(s.input(snap, doc), offset), nil
}

// references answers textDocument/references for variables.
func (s *session) references(_ context.Context, snap *Snapshot, p *protocol.ReferenceParams) ([]protocol.Location, error) {
	doc, found, err := s.occurrences(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	locations := []protocol.Location{}
	for _, occurrence := range found {
		if !occurrence.Write || p.Context.IncludeDeclaration {
			locations = append(locations, protocol.Location{URI: doc.URI, Range: s.toRange(doc, occurrence.Span)})
		}
	}
	return locations, nil
}

// documentHighlight answers textDocument/documentHighlight for variables.
func (s *session) documentHighlight(_ context.Context, snap *Snapshot, p *protocol.DocumentHighlightParams) ([]protocol.DocumentHighlight, error) {
	doc, found, err := s.occurrences(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	highlights := []protocol.DocumentHighlight{}
	for _, occurrence := range found {
		kind := protocol.DocumentHighlightKindRead
		if occurrence.Write {
			kind = protocol.DocumentHighlightKindWrite
		}
		highlights = append(highlights, protocol.DocumentHighlight{Range: s.toRange(doc, occurrence.Span), Kind: kind})
	}
	return highlights, nil
}
