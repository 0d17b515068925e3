package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// documentSymbol answers textDocument/documentSymbol: a tree, or a flat list
// for clients that know no other.
func (s *session) documentSymbol(_ context.Context, snap *Snapshot, p *protocol.DocumentSymbolParams) (protocol.DocumentSymbolResult, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	found := analysis.Symbols(s.input(snap, doc))
	if s.caps.symbolTree {
		return protocol.DocumentSymbolSlice(s.symbolTree(doc, found)), nil
	}
	return protocol.SymbolInformationSlice(s.symbolList(doc, found, "")), nil
}

func (s *session) symbolTree(doc *Document, symbols []analysis.Symbol) []protocol.DocumentSymbol {
	tree := make([]protocol.DocumentSymbol, 0, len(symbols))
	for _, symbol := range symbols {
		converted := protocol.DocumentSymbol{
			Name: symbol.Name, Kind: symbolKind(symbol.Kind),
			Range: s.toRange(doc, symbol.Span), SelectionRange: s.toRange(doc, symbol.Selection),
		}
		if symbol.Detail != "" {
			detail := symbol.Detail
			converted.Detail = &detail
		}
		if len(symbol.Children) > 0 {
			converted.Children = s.symbolTree(doc, symbol.Children)
		}
		tree = append(tree, converted)
	}
	return tree
}

func (s *session) symbolList(doc *Document, symbols []analysis.Symbol, container string) []protocol.SymbolInformation {
	list := make([]protocol.SymbolInformation, 0, len(symbols))
	for _, symbol := range symbols {
		converted := protocol.SymbolInformation{
			BaseSymbolInformation: protocol.BaseSymbolInformation{Name: symbol.Name, Kind: symbolKind(symbol.Kind)},
			Location:              protocol.Location{URI: doc.URI, Range: s.toRange(doc, symbol.Selection)},
		}
		if container != "" {
			converted.ContainerName = &container
		}
		list = append(list, converted)
		list = append(list, s.symbolList(doc, symbol.Children, symbol.Name)...)
	}
	return list
}

func symbolKind(kind analysis.SymbolKind) protocol.SymbolKind {
	switch kind {
	case analysis.SymbolVariable:
		return protocol.SymbolKindVariable
	case analysis.SymbolHeader:
		return protocol.SymbolKindProperty
	case analysis.SymbolBody:
		return protocol.SymbolKindObject
	default:
		return protocol.SymbolKindMethod
	}
}

// foldingRange answers textDocument/foldingRange.
func (s *session) foldingRange(_ context.Context, snap *Snapshot, p *protocol.FoldingRangeParams) ([]protocol.FoldingRange, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	ranges := []protocol.FoldingRange{}
	for _, fold := range analysis.Folding(s.input(snap, doc)) {
		kind := protocol.FoldingRangeKindRegion
		if fold.Kind == analysis.FoldComment {
			kind = protocol.FoldingRangeKindComment
		}
		r := s.toRange(doc, fold.Span)
		ranges = append(ranges, protocol.FoldingRange{StartLine: r.Start.Line, EndLine: r.End.Line, Kind: kind})
	}
	return ranges, nil
}
