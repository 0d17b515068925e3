package analysis

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// requestNames reports requests that share a name (ruling C19), be it written
// behind @name or as the title behind ###.
func (d *diagnoser) requestNames() {
	first := make(map[string]*parser.Request, len(d.File.Blocks))
	for _, b := range d.File.Blocks {
		r := b.Request
		if r == nil || r.Name == "" {
			continue
		}
		other, taken := first[r.Name]
		if !taken {
			first[r.Name] = r
			continue
		}
		d.add(Diagnostic{
			Code: CodeDuplicateName, Span: r.NameSpan,
			Message: fmt.Sprintf("Another request is called %s; only the first of them is found by this name.", r.Name),
			Related: []Related{{Message: "the first " + r.Name, Location: Location{Span: other.NameSpan}}},
		})
	}
}

// definedBefore reports, at the first use, a variable that the file defines only
// below (ruling C5).
func (d *diagnoser) definedBefore(e *template.Expr) {
	at, inFile := d.defined[e.Name]
	if !inFile || at < e.Span.Start || e.Kind != template.Variable && e.Kind != template.EncodedVariable {
		return
	}
	d.add(Diagnostic{
		Code: CodeUsedBeforeDefinition, Span: e.NameSpan,
		Message: fmt.Sprintf("%s is defined only below; it holds in the whole file here, and in other tools only behind its definition.", e.Name),
	})
	delete(d.defined, e.Name)
}

// redefinitions reports definitions that a later one overrides: the last
// definition counts for the whole file (ruling C5).
func (d *diagnoser) redefinitions() {
	variables := d.File.Variables
	last := make(map[string]*parser.Variable, len(variables))
	for _, v := range variables {
		last[v.Name] = v
	}
	for _, v := range variables {
		winner := last[v.Name]
		if winner == v {
			continue
		}
		d.add(Diagnostic{
			Code: CodeRedefined, Span: v.NameSpan, Tags: []Tag{TagUnnecessary},
			Message: fmt.Sprintf("%s is defined again below; the last definition counts for the whole file.", v.Name),
			Related: []Related{{Message: "the definition that counts", Location: Location{Span: winner.NameSpan}}},
		})
	}
}

// quotes reports a value that stands in quotes (ruling C26).
func (d *diagnoser) quotes(v *parser.Variable) {
	value := v.Value.Span.Of(d.src)
	n := len(value)
	if n < 2 || strings.IndexByte("\"'`", value[0]) < 0 || value[n-1] != value[0] || strings.IndexByte(value[1:n-1], value[0]) >= 0 {
		return
	}
	d.add(Diagnostic{
		Code: CodeQuotedVariable, Span: v.Value.Span,
		Message: fmt.Sprintf("The quotes are a part of the value of %s, as in REST Client; httpYac leaves them out.", v.Name),
	})
}

// escapes reports the first escape of a variable's value (ruling C24).
func (d *diagnoser) escapes(v *parser.Variable) {
	if len(v.Escapes) == 0 || d.Scope.Dialect() == env.JetBrains {
		return
	}
	d.add(Diagnostic{
		Code: CodeEscapeInVariable, Span: v.Escapes[0],
		Message: fmt.Sprintf("%s is %s here, as in REST Client; for other tools it is two characters.", v.Escapes[0].Of(d.src), map[byte]string{
			'n': "a line break", 'r': "a carriage return", 't': "a tab", '\\': "one backslash",
		}[d.src[v.Escapes[0].Start+1]]),
	})
}

// directive reports a directive that no known tool has, or only other tools.
func (d *diagnoser) directive(v *parser.Directive) {
	if word, known := lookupDirective(v.Name); known {
		d.knownDirective(v, word)
		return
	}
	// `# @base = x` is a variable that somebody commented out.
	if v.Name == "" || strings.Contains(d.src[v.NameSpan.End:v.ValueSpan.Start], "=") {
		return
	}
	suggestion, found := d.directives[v.Name]
	if !found {
		suggestion = nearestDirective(v.Name)
		d.directives[v.Name] = suggestion
	}
	x := Diagnostic{Code: CodeUnknownDirective, Span: v.NameSpan, Suggestion: suggestion}
	x.Message = fmt.Sprintf("There is no directive @%s; it has no effect.", v.Name)
	if x.Suggestion != "" {
		x.Message = fmt.Sprintf("There is no directive @%s; did you mean @%s?", v.Name, x.Suggestion)
	}
	d.add(x)
}

// knownDirective reports an argument that a directive does not take, and one
// that has no effect here.
func (d *diagnoser) knownDirective(v *parser.Directive, word directiveWord) {
	spec, _ := parser.LookupDirective(v.Name)
	if message := parser.CheckDirective(spec, v.Value); message != "" {
		span := v.ValueSpan
		if span.IsEmpty() {
			span = v.NameSpan
		}
		d.add(Diagnostic{Code: CodeInvalidDirective, Span: span, Message: sentence(message)})
		return
	}
	d.seconds(v, spec)
	if word.Of == "" || word.Describes {
		return
	}
	x := Diagnostic{
		Code: CodeDirectiveWithoutEffect, Span: v.NameSpan,
		Message: fmt.Sprintf("@%s of %s has no effect here.", v.Name, word.Of),
	}
	if word.Prevents {
		x.Severity = parser.Warning
		x.Message = fmt.Sprintf("@%s of %s has no effect here: the request is sent without asking.", v.Name, word.Of)
	}
	d.add(x)
}

// seconds reports a time limit that is in milliseconds for httpYac.
func (d *diagnoser) seconds(v *parser.Directive, spec parser.DirectiveSpec) {
	const least = 1000
	if spec.Name != "timeout" {
		return
	}
	if n, err := strconv.Atoi(v.Value); err != nil || n < least {
		return
	}
	d.add(Diagnostic{
		Code: CodeSeconds, Span: v.ValueSpan, Suggestion: v.Value + " ms",
		Message: fmt.Sprintf("These are %s seconds; httpYac takes them for milliseconds.", v.Value),
	})
}

func nearestDirective(name string) string {
	specs := parser.Directives()
	names := make([]string, len(specs))
	for i := range specs {
		names[i] = specs[i].Name
	}
	nearest := spelling.Nearest(name, names)
	if name != strings.ToLower(name) {
		return camelCase(nearest)
	}
	return nearest
}

// literalSecrets reports secrets that stand in the file itself. The message
// never quotes them.
func (d *diagnoser) literalSecrets() {
	literals := d.Literals
	if literals == nil || literals.src != d.src {
		literals = FindLiterals(d.src)
	}
	for _, l := range literals.found {
		d.add(Diagnostic{Code: CodeLiteralSecret, Span: l.span, Message: "This looks like " + l.what +
			"; put it into a vault, write a reference here, and replace the secret if this file was ever shared."})
	}
}
