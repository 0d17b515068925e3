package env

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Kind says what a piece of an expansion is.
type Kind uint8

// The kinds of piece.
const (
	Literal Kind = iota // Text
	Secret              // Ref
	System              // Call
	Asked               // Prompt
	File                // File
)

// Piece is one part of an expanded template.
type Piece struct {
	Kind Kind
	// Encoded is set if the value is to be percent-encoded: {{%name}}.
	Encoded bool
	// Private is set if the piece came from the user's machine rather than
	// from the file or a shared environment; it is masked wherever it is shown.
	Private bool
	// Setting is the variable of the user's editor settings that the piece comes
	// from, or is made with; empty for most. Such a piece is the user's and not
	// the workspace's: it may not go anywhere.
	Setting string
	// Text is a literal's text.
	Text string
	// Ref is a secret's reference.
	Ref secret.Ref
	// System is the Name of a system variable's row. Call is its expression; its
	// spans are offsets into CallSrc. Args are its arguments with nested
	// variables replaced. Prompt is what the user is asked.
	System  string
	Prompt  *Prompt
	Call    *template.Expr
	CallSrc string
	Args    []string
	// File is the file whose text stands here.
	File Include
	// Span is, in the source given to Expand, the literal run or the outermost
	// expression that the piece comes from.
	Span text.Span
	// Variable is the name of the outermost variable that the piece comes from;
	// empty if it stands in the template itself.
	Variable string
}

// Expansion is a template with its variables replaced.
type Expansion struct {
	// Pieces are in the order of the text. An expression with a problem gives
	// no piece, so an expansion with problems must not be sent.
	Pieces   []Piece
	Problems []Problem
}

// Text returns the expansion's text; ok is false if it has a problem, or a
// piece whose text is known only when it is sent.
func (e Expansion) Text() (value string, ok bool) {
	if len(e.Problems) > 0 {
		return "", false
	}
	for _, p := range e.Pieces {
		if p.Kind != Literal {
			return "", false
		}
	}
	if len(e.Pieces) == 1 {
		return e.Pieces[0].Text, true
	}
	var b strings.Builder
	for _, p := range e.Pieces {
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// The codes of problems of an expansion, besides those of package secret and
// package template.
const (
	CodeUndefined       = "undefined-variable"
	CodeNoEnvironment   = "environment-not-selected"
	CodeCycle           = "variable-cycle"
	CodeLimit           = "expansion-limit"
	CodeUnknownSystem   = "unknown-system-variable"
	CodeMissingEnv      = "missing-environment"
	CodeBadArgument     = "bad-argument"
	CodeBadDefinition   = "bad-definition"
	CodeNested          = "nested-expression"
	CodeResponse        = "unsupported-response"
	CodePositionalField = "positional-field"
)

// Problem is one thing wrong with an expression of a template.
type Problem struct {
	Code    string
	Message string
	// Span is in the source given to Expand: exactly the name, field or value
	// that is wrong, or the outermost expression where the problem is inside a
	// variable's definition.
	Span text.Span
	// Variable is the name of the variable in whose definition the problem is;
	// empty if it is in the template itself, and for a cycle or a limit, which
	// concern every variable on the way.
	Variable string
	// Suggestion is the name that was probably meant, or "".
	Suggestion string
	// Syntax is set if package template found it, so that it is among the
	// parser's problems already.
	Syntax bool
}

// Expand replaces the variables of a template whose spans are offsets into
// src.
func (s *Scope) Expand(src string, t template.Template) Expansion {
	if len(t.Parts) == 0 {
		return Expansion{}
	}
	x := expander{scope: s, maxSteps: maxSteps, pieces: make([]Piece, 0, len(t.Parts))}
	x.template(src, t, origin{})
	return Expansion{Pieces: x.pieces, Problems: x.problems}
}

// Check calls report for every problem that Expand would find. It allocates
// nothing for a template without expressions and little for others.
func (s *Scope) Check(src string, t template.Template, report func(Problem)) {
	for i := range t.Parts {
		if t.Parts[i].Expr == nil && !strings.Contains(t.Parts[i].Span.Of(src), "{%") {
			continue
		}
		x := expander{scope: s, maxSteps: maxSteps, report: report, checking: true}
		x.template(src, template.Template{Parts: t.Parts[i:]}, origin{})
		return
	}
}
