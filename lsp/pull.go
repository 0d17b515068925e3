package lsp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"
)

// A client that asks for diagnostics is not sent those of its documents: it would
// show them twice. It has to be one that can be told to ask again, because
// environment files, settings and credentials change diagnostics, too. Those of
// environment files are sent to every client: nobody opens them here.

// allPulled stands for all documents where diagnostics are scheduled: the client
// is told to ask for them again.
const allPulled uri.URI = ""

// diagnostic answers textDocument/diagnostic, with "unchanged" where the client
// has what it would get.
func (s *session) diagnostic(_ context.Context, snap *Snapshot, p *protocol.DocumentDiagnosticParams) (protocol.DocumentDiagnosticReport, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	items := s.diagnose(snap, doc)
	id, err := resultID(items)
	if err != nil {
		return nil, err
	}
	if p.PreviousResultID != nil && *p.PreviousResultID == id {
		return &protocol.RelatedUnchangedDocumentDiagnosticReport{
			UnchangedDocumentDiagnosticReport: protocol.UnchangedDocumentDiagnosticReport{Kind: "unchanged", ResultID: id},
		}, nil
	}
	return &protocol.RelatedFullDocumentDiagnosticReport{
		FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &id, Items: items},
	}, nil
}

// resultID identifies diagnostics by what they say.
func resultID(items []protocol.Diagnostic) (string, error) {
	hash := sha256.New()
	for i := range items {
		encoded, err := protocol.Marshal(&items[i])
		if err != nil {
			return "", fmt.Errorf("encoding a diagnostic: %w", err)
		}
		_, _ = hash.Write(append(encoded, '\n'))
	}
	return hex.EncodeToString(hash.Sum(nil)[:12]), nil
}

// refreshPulled tells the client to ask again. It does not wait for the client.
func (s *session) refreshPulled() {
	s.background("diagnostics", func(ctx context.Context) {
		if err := s.client.DiagnosticRefresh(ctx); err != nil {
			s.log.Debug("refreshing diagnostics", zap.Error(err))
		}
	})
}
