package env

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/template"
)

// Include is {{< ./file}} of httpYac: the file's text stands for it.
type Include struct {
	// Path is as written, relative to the request file.
	Path string
	// Expand is set for {{<@ ./file}}: variables in the file's text are replaced.
	Expand bool
	// Encoding is that of {{<@latin1 ./file}}; empty for UTF-8.
	Encoding string
}

// include adds the text of a file. Only the sender reads files.
func (x *expander) include(e *template.Expr, o origin) {
	if !o.inside() {
		o.span = e.Span
	}
	mark, path, _ := strings.Cut(e.Name[1:], " ")
	file := Include{Path: strings.TrimSpace(path)}
	if mark != "" {
		file.Encoding, file.Expand = strings.CutPrefix(mark, "@")
	}
	if file.Path == "" || mark != "" && !file.Expand {
		x.problem(CodeBadArgument, "", o, e.NameSpan, "A file's text is written {{< ./file}}, with a blank before the path.")
		return
	}
	if !x.checking {
		x.pieces = append(x.pieces, Piece{Kind: File, File: file, Span: o.span, Variable: o.outermost, Private: o.private, Encoded: o.encoded})
	}
}
