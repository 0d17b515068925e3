package analysis

import (
	"fmt"

	"github.com/vault-lsp/vault-lsp/internal/dayjs"
	"github.com/vault-lsp/vault-lsp/template"
)

// dateFormat warns of a date format in the letters of .NET, which Visual Studio
// takes: Day.js, whose letters count here, writes something else for them
// (ruling C14).
func (d *diagnoser) dateFormat(e *template.Expr) {
	if e.Kind != template.Call || e.Name != "datetime" && e.Name != "localDatetime" || len(e.Args) == 0 {
		return
	}
	layout, ok := e.Args[0].Literal()
	if !ok {
		return
	}
	if fixed, found := dayjs.FromDotNet(layout); found {
		d.add(Diagnostic{
			Code: CodeDateLetters, Span: e.Args[0].Span,
			Message: fmt.Sprintf("These are letters of .NET; in those of Day.js, which count here, the format is %s.", fixed),
		})
	}
}

// fixDateFormat writes the format in the letters of Day.js.
func (in Input) fixDateFormat(d Diagnostic, add func(string, ...Edit)) {
	a, _ := in.argAt(d.Span.Start)
	if a == nil {
		return
	}
	layout, ok := a.Literal()
	if fixed, found := dayjs.FromDotNet(layout); ok && found {
		quote := string(a.Quote)
		if a.Quote == 0 {
			quote = ""
		}
		add("Change to "+fixed, Edit{Span: a.ValueSpan, New: quote + fixed + quote})
	}
}
