package lsp

import (
	"context"
	"fmt"
	"time"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/secret"
)

// hover answers textDocument/hover.
func (s *session) hover(_ context.Context, snap *Snapshot, p *protocol.HoverParams) (*protocol.Hover, error) {
	doc, offset, err := s.locate(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	found := analysis.Hover(s.input(snap, doc), offset, s.cacheInfo)
	if found == nil {
		return nil, nil
	}
	r := s.toRange(doc, found.Span)
	kind := protocol.MarkupKindPlainText
	if s.caps.markdown {
		kind = protocol.MarkupKindMarkdown
	}
	return &protocol.Hover{
		Contents: &protocol.MarkupContent{Kind: kind, Value: s.mask(found.Markdown)}, Range: &r,
	}, nil
}

// cacheInfo says in words whether a reference's secret is in the cache. It asks
// nobody.
func (s *session) cacheInfo(ref secret.Ref) string {
	if s.deps.Vaults == nil {
		return ""
	}
	state := s.deps.Vaults.Cached(ref)
	if !state.Cached {
		return "not cached, it is fetched when the request is sent"
	}
	info := fmt.Sprintf("cached for %s, for another %s", short(state.Age), short(state.Remaining))
	if state.Leased {
		info += "; leased for you alone, and given back when the cache lets go of it"
	}
	return info
}

// short rounds a duration for people.
func short(d time.Duration) string {
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	default:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	}
}
