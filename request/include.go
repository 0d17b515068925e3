package request

import (
	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// include puts in the text of a {{< ./file}}. The rules are those of `< file`
// in a body: the file lies in the workspace (ruling C23 says where), and a line
// break in it can add no header (ruling C16).
func (b *builder) include(p env.Piece, span text.Span) []piece {
	if hasControl(p.File.Path) {
		b.fail(CodeBodyFile, "the path of the file cannot be used", "write a plain path without a line break", span)
		return nil
	}
	if b.including && p.File.Expand {
		b.fail(CodeBodyFile, "the file "+p.File.Path+" stands in another file", "write {{< instead of {{<@, or put it into the request file", span)
		return nil
	}
	file := b.findNamed(p.File.Path, span)
	if file == nil {
		return nil
	}
	src, err := file.read(p.File.Encoding)
	if err != nil {
		b.fail(CodeBodyFile, err.Error(), "", span)
		return nil
	}
	if b.included += len(src); b.included > maxExpandedFile {
		b.fail(CodeBodyFile, "the files of this request are too long to be put into its text", "send a long file with a line < "+p.File.Path, span)
		return nil
	}
	if !p.File.Expand {
		out := piece{text: src, use: literal, private: p.Private, span: span}
		if p.Encoded {
			out.text = escapeComponent(src)
		}
		return []piece{out}
	}
	b.including = true
	pieces := b.expandIn(src, template.Scan(src, text.Span{End: len(src)}), &span)
	b.including = false
	for i := range pieces {
		pieces[i].private = pieces[i].private || p.Private
		switch {
		case !p.Encoded:
		case pieces[i].use == literal:
			pieces[i].text = escapeComponent(pieces[i].text)
		default:
			pieces[i].encoding = component
		}
	}
	return pieces
}
