package analysis

import (
	"fmt"
	"slices"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

// wholeHeader reports a variable among the headers whose value is a whole
// header: REST Client sends that header, and here a value adds none (ruling
// C16).
func (d *diagnoser) wholeHeader(r *parser.Request) {
	e, _, ok := d.Scope.WholeHeader(d.src, r)
	if !ok {
		return
	}
	d.headers[e.Span.Start] = true
	d.add(Diagnostic{
		Code: CodeHeaderInVariable, Span: e.Span,
		Message: fmt.Sprintf("%s holds a whole header, and a value can add none; write the header itself here.", e.Name),
		Related: d.related(d.Scope.Lookup(e.Name), e.Name+" is defined here"),
	})
}

// dropAdvice takes out the parser's advice to insert a blank line before what
// wholeHeader reported: it would make a body of the header.
func (d *diagnoser) dropAdvice() {
	if len(d.headers) > 0 {
		d.found = slices.DeleteFunc(d.found, func(x Diagnostic) bool {
			return x.Code == parser.CodeMissingBlankLine && d.headers[x.Span.Start]
		})
	}
}

// fixHeaderInVariable writes the header in the place of the variable that holds
// it, as the file defines it.
func (in Input) fixHeaderInVariable(d Diagnostic, add func(string, ...Edit)) {
	in = in.withScopeAt(d.Span.Start)
	b := in.File.BlockAt(d.Span.Start)
	if b == nil || b.Request == nil {
		return
	}
	_, definition, ok := in.Scope.WholeHeader(in.File.Src, b.Request)
	if !ok || definition.Source != env.SourceFile || len(definition.Escapes) > 0 {
		return
	}
	add("Write the header here", Edit{Span: d.Span, New: definition.Template.Span.Of(definition.Src)})
}
