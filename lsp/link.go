package lsp

import (
	"context"
	"os"
	"path/filepath"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// documentLink answers textDocument/documentLink: the files that bodies name, as
// far as they are there and would be sent.
func (s *session) documentLink(_ context.Context, snap *Snapshot, p *protocol.DocumentLinkParams) ([]protocol.DocumentLink, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	links := []protocol.DocumentLink{}
	file := doc.Path()
	if file == "" {
		return links, nil
	}
	found := analysis.Links(s.input(snap, doc))
	if len(found) == 0 {
		return links, nil
	}
	folder := snap.Root(file)
	root, err := os.OpenRoot(folder)
	if err != nil {
		return links, nil
	}
	defer func() { _ = root.Close() }()
	for _, link := range found {
		if path := linked(root, folder, filepath.Dir(file), link.Path); path != "" {
			target := uri.File(path)
			links = append(links, protocol.DocumentLink{Range: s.toRange(doc, link.Span), Target: &target})
		}
	}
	return links, nil
}

// linked is the regular file that a path of the request file names: beside it,
// else in the workspace's root. It must lie in the workspace, links resolved; ""
// where there is none.
func linked(root *os.Root, folder, dir, written string) string {
	for _, base := range []string{dir, folder} {
		path := filepath.FromSlash(written)
		if !filepath.IsAbs(path) {
			path = filepath.Join(base, path)
		}
		rel, err := filepath.Rel(folder, path)
		if err != nil {
			continue
		}
		if info, err := root.Stat(rel); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}
