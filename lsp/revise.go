package lsp

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// revised returns the document's next version, whose text is src. What the edit
// leaves of the tree and of the tables is taken over, so a keystroke costs what
// is behind it in the file, not the whole file.
func (d *Document) revised(version int32, src string) *Document {
	edit := text.Difference(d.File.Src, src)
	return &Document{
		URI: d.URI, Version: version,
		File:     parser.Reparse(d.File, src),
		Mapper:   d.Mapper.Edited(src, edit),
		Literals: d.Literals.Edited(src, edit),
	}
}
