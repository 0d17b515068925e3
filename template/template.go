// Package template reads text that may hold {{…}} expressions: literal runs,
// variables such as {{host}}, and calls such as {{$guid}} or
// {{$vault path=app/db key=password}}. It knows the grammar of a call's fields
// but no provider and no system variable: what a name means is decided by
// package secret and package env.
package template

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// Template is a piece of source text, cut into literal runs and expressions.
// Parts are in source order and do not overlap; gaps between them are bytes
// that do not belong to the value (line breaks of a continued target, comment
// lines of a body).
type Template struct {
	Span  text.Span
	Parts []Part
}

// Part is a literal run (Expr is nil) or one expression.
type Part struct {
	Span text.Span
	Expr *Expr
}

// Kind says what an expression is, by its form alone.
type Kind uint8

// The kinds of expression.
const (
	// Empty is {{}} or {{   }}.
	Empty Kind = iota
	// Variable is {{name}}: anything that does not begin with $ or %.
	Variable
	// EncodedVariable is {{%name}}: the variable's value, percent-encoded.
	EncodedVariable
	// Call is {{$name …}}: a system variable or a secret reference.
	Call
	// Foreign is a secret reference of another tool: {{ref+vault://…}} of vals,
	// {{op://…}} of 1Password. Name is all of it.
	Foreign
)

// Expr is one {{…}} expression.
type Expr struct {
	// Span covers the braces too.
	Span text.Span
	// Inner is what stands between the braces, blanks included.
	Inner text.Span
	Kind  Kind
	// Name is the variable's name as written, or a call's whole word without
	// its $: "vault", "randomInt", "random.integer(1,5)".
	Name     string
	NameSpan text.Span
	// Args are a call's blank-separated arguments in order.
	Args []Arg
	// Closed is false if the expression was recovered without its }}; Span then
	// ends where Inner does.
	Closed bool
	// Problems are what is wrong with this expression's syntax, that of the
	// expressions nested in it included.
	Problems []Problem
}

// Arg is one argument of a call: `name=value` (a field) or a bare word.
type Arg struct {
	Span text.Span
	// Name is empty for a positional argument.
	Name     string
	NameSpan text.Span
	// ValueSpan is the value as written, its quotes included. It is an empty
	// span after the `=` where the value is missing, which is no problem of
	// syntax: whether a field may be empty is for its owner to say.
	ValueSpan text.Span
	// Quote is the quote character, or 0 for a bare value.
	Quote byte
	// Value is the value's pieces with escapes resolved.
	Value []ValuePart
}

// ValuePart is a run of text (Expr is nil, Text has escapes resolved) or a
// nested {{name}}. A nested call is there too, without its arguments and with
// CodeNestedCall among its problems.
type ValuePart struct {
	Span text.Span
	Text string
	Expr *Expr
}

// Literal returns the template's text if it holds no expression.
func (t Template) Literal(src string) (value string, ok bool) {
	for i, p := range t.Parts {
		switch {
		case p.Expr != nil:
			return "", false
		case i == 0:
			value = p.Span.Of(src)
		default:
			value += p.Span.Of(src)
		}
	}
	return value, true
}

// Text returns the template as written, its expressions included and the gaps
// between its parts left out.
func (t Template) Text(src string) string {
	if len(t.Parts) == 1 {
		return t.Parts[0].Span.Of(src)
	}
	var b strings.Builder
	for _, p := range t.Parts {
		b.WriteString(p.Span.Of(src))
	}
	return b.String()
}

// Literal returns the argument's value if it holds no nested expression.
func (a *Arg) Literal() (value string, ok bool) {
	for _, p := range a.Value {
		if p.Expr != nil {
			return "", false
		}
		value += p.Text
	}
	return value, true
}

// Arg returns the first argument of the given name, or nil.
func (e *Expr) Arg(name string) *Arg {
	for i := range e.Args {
		if e.Args[i].Name == name {
			return &e.Args[i]
		}
	}
	return nil
}

// CallSpan returns the span of a call's name with the $ before it.
func (e *Expr) CallSpan() text.Span {
	return text.Span{Start: e.NameSpan.Start - 1, End: e.NameSpan.End}
}

// Code names a syntax problem; it is stable and documented.
type Code string

// The syntax problems of expressions.
const (
	CodeUnclosed      Code = "unclosed-expression"
	CodeUnclosedQuote Code = "unclosed-quote"
	CodeBadEscape     Code = "bad-escape"
	CodeBadCharacter  Code = "bad-character"
	CodeBlankAtEquals Code = "blank-at-equals"
	CodeDuplicate     Code = "duplicate-field"
	CodeNestedCall    Code = "nested-reference"
	CodeEmpty         Code = "empty-expression"
	CodeMissingName   Code = "missing-name"
)

// Problem is one thing wrong with an expression's syntax, with a sentence that
// says what to do.
type Problem struct {
	Code    Code
	Message string
	Span    text.Span
}
