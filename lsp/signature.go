package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// signatureHelp answers textDocument/signatureHelp.
func (s *session) signatureHelp(_ context.Context, snap *Snapshot, p *protocol.SignatureHelpParams) (*protocol.SignatureHelp, error) {
	doc, offset, err := s.locate(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	found := analysis.SignatureAt(s.input(snap, doc), offset)
	if found == nil {
		return nil, nil
	}
	info := protocol.SignatureInformation{Label: found.Label}
	if found.Doc != "" {
		info.Documentation = s.markup(found.Doc)
	}
	for _, param := range found.Params {
		var label protocol.ParameterInformationLabel = protocol.String(param.Span.Of(found.Label))
		if s.caps.labelOffsets {
			label = protocol.ParameterInformationLabelTuple{uint32(param.Span.Start), uint32(param.Span.End)}
		}
		info.Parameters = append(info.Parameters, protocol.ParameterInformation{Label: label, Documentation: s.markup(param.Doc)})
	}
	help := &protocol.SignatureHelp{Signatures: []protocol.SignatureInformation{info}}
	// A number behind the last parameter means none of them; without one the
	// first would be shown as the active one.
	active := uint32(len(found.Params))
	if found.Active >= 0 {
		active = uint32(found.Active)
	}
	help.ActiveParameter = protocol.NewNullable(active)
	return help, nil
}

// markup is documentation in the form that the client shows.
func (s *session) markup(markdown string) protocol.InlayHintTooltip {
	if s.caps.markdown {
		return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: markdown}
	}
	return protocol.String(markdown)
}
