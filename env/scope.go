package env

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

type pendingRef struct{}

// Dialect decides between the readings of today's tools where they differ.
type Dialect string

// The dialects.
const (
	// RESTClient: a file's own variables win over the environment's.
	RESTClient Dialect = "rest-client"
	// JetBrains: the environment's variables win over the file's.
	JetBrains Dialect = "jetbrains"
)

// Scope is what the names in one request file mean in one environment. It is
// immutable and safe for concurrent use.
type Scope struct{}

// Option changes how a Scope is made.
type Option func(*Scope)

// WithDialect sets the dialect; RESTClient is the default.
func WithDialect(d Dialect) Option { return func(*Scope) {} }

// NewScope returns the scope of a file. envs may be nil, environment may be
// empty (then only $shared variables apply) and overrides may be nil; they win
// over everything.
func NewScope(file *parser.File, envs *Environments, environment string, overrides map[string]string, opts ...Option) *Scope {
	return &Scope{}
}

// Environment returns the name of the scope's environment, or "".
func (s *Scope) Environment() string { return "" }

// Environments returns what the scope was made with; never nil.
func (s *Scope) Environments() *Environments { return nil }

// Names returns the winning definition of every variable, sorted by name.
func (s *Scope) Names() []Definition { return nil }

// Lookup returns all definitions of a variable, the one that wins first.
func (s *Scope) Lookup(name string) []Definition { return nil }

// Kind says what a piece of an expansion is.
type Kind uint8

// The kinds of piece.
const (
	Literal Kind = iota // Text
	Secret              // Ref
	System              // Call
)

// Piece is one part of an expanded template.
type Piece struct {
	Kind Kind
	// Encoded is set if the value is to be percent-encoded: {{%name}}.
	Encoded bool
	// Private is set if the piece came from the user's machine rather than
	// from the file or a shared environment; it is masked wherever it is shown.
	Private bool
	// Text is a literal's text.
	Text string
	// Ref is a secret's reference.
	Ref secret.Ref
	// Call is a system variable's expression; its spans are offsets into
	// CallSrc. Its arguments hold no nested expression that Args does not give.
	Call    *template.Expr
	CallSrc string
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

// The codes of problems of an expansion, besides those of package secret and
// package template.
const (
	CodeUndefined       = "undefined-variable"
	CodeCycle           = "variable-cycle"
	CodeLimit           = "expansion-limit"
	CodeEmpty           = "empty-expression"
	CodeUnknownSystem   = "unknown-system-variable"
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
	// empty if it is in the template itself.
	Variable string
	// Suggestion is the name that was probably meant, or "".
	Suggestion string
	// Syntax is set if package template found it, so that it is among the
	// parser's problems already.
	Syntax bool
}

// Expand replaces the variables of a template whose spans are offsets into
// src.
func (s *Scope) Expand(src string, t template.Template) Expansion { return Expansion{} }

// Check calls report for every problem that Expand would find; it is cheaper
// where there is none.
func (s *Scope) Check(src string, t template.Template, report func(Problem)) {}
