package lsp

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// codeLens answers textDocument/codeLens.
func (s *session) codeLens(_ context.Context, snap *Snapshot, p *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	lenses := []protocol.CodeLens{}
	for _, lens := range analysis.Lenses(s.input(snap, doc)) {
		argument, err := json.Marshal(s.lensArgument(doc, lens))
		if err != nil {
			return nil, err
		}
		lenses = append(lenses, protocol.CodeLens{
			Range: s.toRange(doc, lens.Span),
			Command: protocol.Command{
				Title: lens.Title, Command: lens.Command, Arguments: []protocol.LSPAny{argument},
			},
		})
	}
	return lenses, nil
}

// lensArgument is the argument of a lens's command.
func (s *session) lensArgument(doc *Document, lens analysis.Lens) any {
	if lens.Command == analysis.CommandSendAll {
		return sendAllArgs{URI: doc.URI}
	}
	position := s.toPosition(doc.Mapper, lens.Offset)
	version := doc.Version
	return sendRequestArgs{URI: doc.URI, Version: &version, Position: &position}
}
