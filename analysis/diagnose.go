package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Diagnose lists everything wrong with the file, in file order.
func Diagnose(in Input) []Diagnostic {
	d := newDiagnoser(in)
	for _, p := range in.File.Problems {
		d.add(Diagnostic{Code: p.Code, Severity: p.Severity, Message: sentence(p.Message), Span: p.Span})
	}
	for _, b := range in.File.Blocks {
		d.block(b)
	}
	d.dropAdvice()
	d.requestNames()
	d.redefinitions()
	d.literalSecrets()
	sortByStart(d.found, func(x Diagnostic) int { return x.Span.Start })
	return d.found
}

// sentence writes a parser's message, which others put behind a place and a
// colon, as the sentence that a diagnostic is.
func sentence(message string) string {
	if first := message[:min(1, len(message))]; first >= "a" && first <= "z" {
		message = strings.ToUpper(first) + message[1:]
	}
	return strings.TrimSuffix(message, ".") + "."
}

// diagnoseSpan is Diagnose for the blocks that a selection touches: what code
// actions need.
func diagnoseSpan(in Input, selection text.Span) []Diagnostic {
	touches := func(s text.Span) bool { return s.Start <= selection.End && selection.Start <= s.End }
	d := newDiagnoser(in)
	for _, p := range in.File.Problems {
		if touches(p.Span) {
			d.add(Diagnostic{Code: p.Code, Severity: p.Severity, Message: sentence(p.Message), Span: p.Span})
		}
	}
	for _, b := range in.File.Blocks {
		if touches(b.Span) {
			d.block(b)
		}
	}
	d.dropAdvice()
	d.redefinitions()
	var touched []Diagnostic
	for _, x := range d.found {
		if touches(x.Span) {
			touched = append(touched, x)
		}
	}
	sortByStart(touched, func(x Diagnostic) int { return x.Span.Start })
	return touched
}

// diagnoser collects the findings of one call.
type diagnoser struct {
	Input
	src   string
	found []Diagnostic
	// refs are the secrets that a variable's value holds, by its name.
	refs map[string][]secret.Ref
	// directives are the suggestions for unknown directives, by their name.
	directives map[string]string
	// good holds the expressions, as they are written, that have no problem.
	good map[string]bool
	// defined are where the file first defines each of its variables.
	defined map[string]int
	// unselected is set when it was reported that no environment is selected.
	unselected bool
	// problems counts what package env reported, through report; part is the one
	// part of the template that is checked.
	problems int
	report   func(env.Problem)
	part     []template.Part
	// origins are what targets begin with, by the variable at their beginning.
	origins map[string]string
	// headers are where variables stand that hold whole headers.
	headers map[int]bool
	// masked is what maskedJSON writes into.
	masked []byte
}

func newDiagnoser(in Input) *diagnoser {
	d := &diagnoser{
		Input: in.withScope(), src: in.File.Src, part: make([]template.Part, 1),
		refs: map[string][]secret.Ref{}, directives: map[string]string{},
		good: map[string]bool{}, origins: map[string]string{}, headers: map[int]bool{},
	}
	d.report = d.problem
	d.defined = make(map[string]int, len(in.File.Variables))
	for _, v := range in.File.Variables {
		if _, known := d.defined[v.Name]; !known {
			d.defined[v.Name] = v.Span.Start
		}
	}
	return d
}

// withScopeAt returns the input with the Scope of the block at offset.
func (in Input) withScopeAt(offset int) Input {
	in = in.withScope()
	in.Scope = in.Scope.ForBlock(in.File.BlockAt(offset))
	return in
}

// withScope returns the input with a Scope in any case.
func (in Input) withScope() Input {
	if in.Scope == nil {
		in.Scope = env.NewScope(in.File, in.Environments, in.Environment, nil)
	}
	return in
}

func (d *diagnoser) add(x Diagnostic) {
	if x.Severity == 0 {
		x.Severity = severityOf(x.Code)
	}
	d.found = append(d.found, x)
}

// block checks one block: its expressions, directives and where secrets go.
func (d *diagnoser) block(b *parser.Block) {
	if own := d.Scope.ForBlock(b); own != d.Scope {
		// What is good here may be wrong where nobody is asked for it.
		whole, good, refs := d.Scope, d.good, d.refs
		d.Scope, d.good, d.refs = own, map[string]bool{}, map[string][]secret.Ref{}
		defer func() { d.Scope, d.good, d.refs = whole, good, refs }()
	}
	for _, v := range b.Variables {
		d.value(v)
		d.escapes(v)
		d.quotes(v)
	}
	for i := range b.Directives {
		d.directive(&b.Directives[i])
	}
	r := b.Request
	if r == nil {
		return
	}
	d.template(r.Target)
	for i := range r.Headers {
		d.template(r.Headers[i].Value)
	}
	if r.Body != nil {
		d.template(r.Body.Content)
		for i := range r.Body.Files {
			d.template(r.Body.Files[i].Path)
			d.namesTwo(r.Body.Files[i])
		}
		d.jsonBody(r)
		d.wholeHeader(r)
	}
	d.secrets(b)
}

// template checks the expressions of one value. What was found good once is
// not looked at again: a large file names the same few variables everywhere.
func (d *diagnoser) template(t template.Template) {
	for i := range t.Parts {
		e := t.Parts[i].Expr
		written := t.Parts[i].Span.Of(d.src)
		if e == nil {
			if strings.Contains(written, "{%") {
				d.Scope.Check(d.src, template.Template{Span: t.Span, Parts: t.Parts[i : i+1]}, d.report)
			}
			continue
		}
		if d.good[written] {
			continue
		}
		d.definedBefore(e)
		found := len(d.found)
		d.dateFormat(e)
		d.part[0] = t.Parts[i]
		before := d.problems
		d.Scope.Check(d.src, template.Template{Span: e.Span, Parts: d.part}, d.report)
		if d.problems == before && len(d.found) == found {
			d.good[written] = true
		}
	}
}

// problem adds what package env found. The syntax of expressions is among the
// parser's problems already.
func (d *diagnoser) problem(p env.Problem) {
	d.problems++
	if p.Syntax {
		return
	}
	if p.Code == env.CodeNoEnvironment {
		// One of them says it: all others are solved with it.
		if d.unselected {
			return
		}
		d.unselected = true
	}
	x := Diagnostic{Code: p.Code, Message: p.Message, Span: p.Span, Suggestion: p.Suggestion}
	if p.Variable != "" {
		definitions := d.Scope.Lookup(p.Variable)
		if len(definitions) > 0 && definitions[0].Source == env.SourceFile {
			// It is reported where the variable is defined.
			return
		}
		x.Related = d.related(definitions, "defined here")
	} else if p.Suggestion != "" {
		x.Related = d.related(d.Scope.Lookup(p.Suggestion), p.Suggestion+" is defined here")
		if p.Span.Start < len(d.src) && d.src[p.Span.Start] == '$' {
			x.Suggestion = "$" + x.Suggestion
		}
	}
	d.add(x)
}

// related points at a variable's winning definition.
func (d *diagnoser) related(definitions []env.Definition, message string) []Related {
	if len(definitions) == 0 || definitions[0].Source == env.SourceOverride || definitions[0].InEditor() {
		return nil
	}
	return []Related{{Message: message, Location: locationOf(definitions[0])}}
}
