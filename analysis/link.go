package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Link is a file that the request file names.
type Link struct {
	// Span is the path as it is written.
	Span text.Span
	// Path is what is written there: relative to the request file, then to the
	// workspace's root (ruling C23).
	Path string
}

// Links lists the files of bodies, `< path`. A path with a variable in it is no
// link: where it leads may differ at the next send.
func Links(in Input) []Link {
	src := in.File.Src
	var links []Link
	for _, block := range in.File.Blocks {
		if block.Request == nil || block.Request.Body == nil {
			continue
		}
		for _, file := range block.Request.Body.Files {
			if link, ok := literalLink(src, file); ok {
				links = append(links, link)
			}
		}
	}
	return links
}

// literalLink is the link of a file whose path is plain text.
func literalLink(src string, file parser.FileRef) (Link, bool) {
	path, ok := file.Path.Literal(src)
	parts := file.Path.Parts
	if !ok || len(parts) == 0 || strings.TrimSpace(path) == "" {
		return Link{}, false
	}
	span := text.Span{Start: parts[0].Span.Start, End: parts[len(parts)-1].Span.End}
	written := span.Of(src)
	span.Start += len(written) - len(strings.TrimLeft(written, " \t"))
	span.End -= len(written) - len(strings.TrimRight(written, " \t"))
	return Link{Span: span, Path: strings.TrimSpace(path)}, true
}

// namesTwo reports a path that is a file both beside the request file and in the
// workspace's root, which REST Client takes first (ruling C23).
func (d *diagnoser) namesTwo(file parser.FileRef) {
	link, ok := literalLink(d.src, file)
	if ok && d.NamesTwo != nil && d.NamesTwo(link.Path) {
		d.add(Diagnostic{
			Code: CodeAmbiguousFile, Span: link.Span,
			Message: "This file exists beside the request file and in the workspace's root; the one beside it is sent, and REST Client sends the other.",
		})
	}
}
