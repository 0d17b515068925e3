package secret

import (
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/template"
)

// RefError says why a reference is not valid. Its text names the provider and
// every problem.
type RefError struct {
	// Provider is the name as written, without the $; empty if there is none.
	Provider string
	// Problems holds at least one.
	Problems []FieldProblem
}

// Error returns the problems' sentences.
func (e *RefError) Error() string {
	var b strings.Builder
	b.WriteString("secret reference")
	if e.Provider != "" {
		b.WriteString(" $" + e.Provider)
	}
	b.WriteString(":")
	for _, p := range e.Problems {
		b.WriteString(" " + p.Message)
	}
	return b.String()
}

// New returns the reference to a provider's secret. The fields may be in any
// order. Slashes around a path, mount or namespace of $vault mean nothing and
// are dropped. The error is a *RefError if Check finds problems.
func New(provider string, fields []FieldValue) (Ref, error) {
	if problems := Check(provider, fields); len(problems) > 0 {
		return Ref{}, &RefError{Provider: provider, Problems: problems}
	}
	spec, _ := Lookup(provider)
	values := slices.Clone(fields)
	for i, v := range values {
		if provider == Vault && (v.Name == "path" || v.Name == "mount" || v.Name == "namespace") {
			values[i].Value = strings.Trim(v.Value, "/")
		}
	}
	slices.SortFunc(values, func(a, b FieldValue) int { return spec.index(a.Name) - spec.index(b.Name) })
	return Ref{provider: provider, values: values}, nil
}

// Parse reads a reference as it stands in a file, {{$vault path=app/db}},
// blanks around it allowed. A value that holds a nested {{name}} is refused:
// only package env knows variables. The error is a *RefError.
func Parse(text string) (Ref, error) {
	text = strings.Trim(text, " \t")
	if !strings.HasPrefix(text, "{{") {
		return Ref{}, syntaxError("", string(template.CodeUnclosed), "A secret reference begins with {{$ and a provider.")
	}
	expr, end := template.ParseExpr(text, 0, len(text))
	if expr == nil || expr.Kind != template.Call {
		return Ref{}, syntaxError("", CodeUnknownProvider, unknownProvider("").Message)
	}
	if len(expr.Problems) > 0 {
		p := expr.Problems[0]
		return Ref{}, syntaxError(expr.Name, string(p.Code), p.Message)
	}
	if end != len(text) {
		return Ref{}, syntaxError(expr.Name, string(template.CodeBadCharacter), "There is text behind the reference's }}.")
	}
	fields := make([]FieldValue, 0, len(expr.Args))
	for i := range expr.Args {
		arg := &expr.Args[i]
		value, literal := arg.Literal()
		if arg.Name == "" {
			return Ref{}, syntaxError(expr.Name, CodeBadFieldValue, "A field is written name=value, not as a bare word.")
		}
		if !literal {
			return Ref{}, syntaxError(expr.Name, CodeBadFieldValue, "The value of "+arg.Name+" holds a {{variable}}, which has no meaning here; write its value.")
		}
		fields = append(fields, FieldValue{Name: arg.Name, Value: value})
	}
	return New(expr.Name, fields)
}

func syntaxError(provider, code, message string) error {
	return &RefError{Provider: provider, Problems: []FieldProblem{{Code: code, Index: -1, Message: message}}}
}
