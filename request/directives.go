package request

import "github.com/vault-lsp/vault-lsp/parser"

// directives reads those directives of the block that change how the request
// is sent. The others are the analysis's to report.
func (b *builder) directives(block *parser.Block) {
	for _, d := range block.Directives {
		spec, _ := parser.LookupDirective(d.Name)
		switch spec.Name {
		case "no-redirect":
			b.plan.NoRedirect = true
		case "timeout":
			timeout, ok := parser.ParseDuration(d.Value, spec.Unit)
			if !ok {
				b.problem(Problem{
					Code: CodeBadDirective, Severity: parser.Warning, Span: d.ValueSpan, Exit: ExitSend,
					Message: "# @timeout is not a duration; it is ignored",
					Hint:    "write a number of seconds, or a number with ms, s or m: # @timeout 500 ms",
				})
				continue
			}
			b.plan.Timeout = timeout
		}
	}
}
