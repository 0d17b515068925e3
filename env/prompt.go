package env

import (
	"slices"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// Prompt is a value that the user is asked for when a request is sent, because
// of a directive (# @prompt code The code you got) or of a call ({{$input Code
// $value: 123}}).
type Prompt struct {
	// Key names the question: the variable's name, or the call as written. The
	// same key is the same question.
	Key string
	// Title is what to ask.
	Title string
	// Hidden is set if the answer is not shown while it is typed, and masked
	// afterwards.
	Hidden bool
	// Default is what to offer as the answer.
	Default string
	// Choices are the only answers there are; nil for any.
	Choices []string
	// Once is set if an answer counts for the rest of the session (httpYac's
	// -askonce).
	Once bool
	// Variable is the name of the variable, which --var can give; empty for a
	// call.
	Variable string
}

// ForBlock returns the scope of a block's request: the variables of its prompt
// directives win over everything but the command line (as in REST Client).
func (s *Scope) ForBlock(b *parser.Block) *Scope {
	var prompts map[string]*promptDirective
	for i := range b.Directives {
		d := &b.Directives[i]
		if p, ok := readPrompt(d); ok {
			if prompts == nil {
				prompts = map[string]*promptDirective{}
			}
			prompts[p.Variable] = &promptDirective{p, d}
		}
	}
	if prompts == nil {
		return s
	}
	own := &Scope{
		file: s.file, envs: s.envs, environment: s.environment, dialect: s.dialect,
		inFile: s.inFile, inEnv: s.inEnv, overrides: s.overrides, mapper: s.mapper, elsewhere: s.elsewhere, dotenv: s.dotenv, prompts: prompts,
	}
	own.suggest.names = sync.OnceValue(own.sortedNames)
	return own
}

// promptDirective is a prompt and where it stands.
type promptDirective struct {
	prompt    Prompt
	directive *parser.Directive
}

// readPrompt reads # @prompt name title; # @secret of kulala is the same with a
// hidden answer.
func readPrompt(d *parser.Directive) (Prompt, bool) {
	spec, known := parser.LookupDirective(d.Name)
	if !known || !slices.Contains([]string{"prompt", "kulala-prompt", "secret"}, spec.Name) {
		return Prompt{}, false
	}
	name, title, _ := strings.Cut(d.Value, " ")
	if name == "" {
		return Prompt{}, false
	}
	title = strings.TrimSpace(title)
	hidden := spec.Name == "secret" || isPasswordName(name)
	if title == "" {
		title = name
	}
	return Prompt{Key: name, Variable: name, Title: title, Hidden: hidden}, true
}

// isPasswordName reports the names whose answers REST Client hides.
func isPasswordName(name string) bool {
	return slices.Contains([]string{"password", "passwd", "pass"}, strings.ToLower(name))
}

// definition describes a prompt as a definition of its variable.
func (s *Scope) promptDefinition(p *promptDirective) Definition {
	line, column := place(s.mapper(), p.directive.Span.Start)
	name := text.Span{Start: p.directive.ValueSpan.Start, End: p.directive.ValueSpan.Start + len(p.prompt.Variable)}
	return Definition{
		Name: p.prompt.Variable, Source: SourcePrompt, Span: p.directive.Span, NameSpan: name,
		Line: line, Column: column, Private: p.prompt.Hidden, Src: "",
	}
}

// asked adds a prompt.
func (x *expander) asked(p Prompt, o origin) {
	if x.checking {
		return
	}
	x.pieces = append(x.pieces, Piece{
		Kind: Asked, Prompt: &p, Span: o.span, Variable: o.outermost, Private: o.private || p.Hidden, Encoded: o.encoded, Setting: o.setting,
	})
}

// askonce marks the calls whose answer counts for the rest of the session.
const askonce = "-askonce"

// valueMark stands before what a call offers as answers.
const valueMark = "$value:"

// readCall reads the prompt of a call, as httpYac writes it: a title, and after
// $value: the default or the choices.
func readCall(v SystemVariable, e *template.Expr, args []string) Prompt {
	written := strings.Join(args, " ")
	title, value, _ := strings.Cut(written, valueMark)
	p := Prompt{
		Key: "$" + v.Name + " " + written, Title: strings.TrimSpace(title), Default: strings.TrimSpace(value),
		Hidden: v.Name == "password", Once: strings.HasSuffix(e.Name, askonce),
	}
	if p.Title == "" {
		p.Title = "Value of {{$" + v.Name + "}}"
	}
	if v.Name == "pick" {
		for choice := range strings.SplitSeq(p.Default, ",") {
			p.Choices = append(p.Choices, strings.TrimSpace(choice))
		}
		p.Default = p.Choices[0]
	}
	return p
}

func checkPick(args []string) string {
	_, value, found := strings.Cut(strings.Join(args, " "), valueMark)
	if !found || strings.Trim(value, ", ") == "" {
		return "$pick needs the values to choose from, for example {{$pick Region $value: eu,us}}."
	}
	return ""
}
