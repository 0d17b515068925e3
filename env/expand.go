package env

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

const (
	// maxDepth bounds how deep definitions may name one another.
	maxDepth = 64
	// maxSteps bounds how many variables one template may come to, and
	// maxLength how much text: definitions that each name the next one twice
	// grow without bound otherwise. A value inside a reference is short.
	maxSteps       = 20_000
	maxNestedSteps = 500
	maxLength      = 16 << 20
)

// expander expands one template.
type expander struct {
	scope  *Scope
	pieces []Piece
	// problems are collected here if report is nil.
	problems []Problem
	report   func(Problem)
	// inValue is set if the template is the value of a variable, where references
	// of other tools need no braces.
	inValue bool
	// escapes are those of the variable whose value is expanded.
	escapes []text.Span
	// checking is set if only the problems are wanted.
	checking bool
	// stack holds the names of the variables whose definitions are open.
	stack []string
	// steps counts the variables come to so far, up to maxSteps.
	steps, maxSteps int
	// setting is that of the last argument that had one.
	setting string
	length  int
	// deepest is how many definitions were open at once.
	deepest int
	// exceeded is set once a limit was reported.
	exceeded bool
	// log holds what was found while checking, and told what the caller has: the
	// same problem of a definition is told once for each place.
	log  []Problem
	told map[Problem]bool
}

// origin says where the expression that is expanded comes from.
type origin struct {
	// span is the outermost expression, in the source given to Expand.
	span text.Span
	// outermost and innermost are the names of the first and last variable on
	// the way; empty in the template itself.
	outermost, innermost string
	private, encoded     bool
	// setting is Piece.Setting.
	setting string
}

// inside reports whether the origin is a variable's definition.
func (o origin) inside() bool { return o.outermost != "" }

// at returns where to report a problem at span.
func (o origin) at(span text.Span) text.Span {
	if o.inside() {
		return o.span
	}
	return span
}

// template expands the parts of t, whose spans are offsets into src.
func (x *expander) template(src string, t template.Template, o origin) {
	for i := range t.Parts {
		part := &t.Parts[i]
		if part.Expr != nil {
			x.expr(src, part.Expr, o)
			continue
		}
		x.literal(part.Span.Of(src), o, part.Span)
	}
}

// literal adds text that stands at span.
func (x *expander) literal(s string, o origin, span text.Span) {
	if strings.Contains(s, "{%") {
		x.tags(s, o, span.Start)
	}
	if (x.inValue || o.inside()) && strings.Contains(s, "ref+") {
		x.inline(s, o, span)
		return
	}
	x.plainText(s, o, span)
}

// plainText adds text that stands at span, its escapes resolved.
func (x *expander) plainText(s string, o origin, span text.Span) {
	if x.checking || s == "" {
		return
	}
	s = unescapeBraces(resolveEscapes(s, span.Start, x.escapes))
	if span = o.at(span); !x.grow(len(s), o, span) {
		return
	}
	x.pieces = append(x.pieces, Piece{Kind: Literal, Text: s, Span: span, Variable: o.outermost, Private: o.private, Encoded: o.encoded, Setting: o.setting})
}

// grow counts text that comes from variables and reports when it is too much.
func (x *expander) grow(n int, o origin, span text.Span) bool {
	if o.inside() {
		x.length += n
	}
	if x.length > maxLength {
		x.limit(o, span)
	}
	return !x.exceeded
}

// limit reports, once, that the expansion is too large.
func (x *expander) limit(o origin, span text.Span) {
	if !x.exceeded {
		x.exceeded = true
		x.add(Problem{Code: CodeLimit, Span: o.at(span), Message: "This expands to too much text; look for variables that name one another again and again."})
	}
}

// problem reports a problem at span, inside o.
func (x *expander) problem(code, suggestion string, o origin, span text.Span, format string, args ...any) {
	x.add(Problem{Code: code, Message: fmt.Sprintf(format, args...), Span: o.at(span), Variable: o.innermost, Suggestion: suggestion})
}

// add records a problem, one of a definition once for each place that uses it.
func (x *expander) add(p Problem) {
	if x.checking {
		x.log = append(x.log, p)
	}
	if x.told[p] {
		return
	}
	if x.told == nil {
		x.told = map[Problem]bool{}
	}
	x.told[p] = true
	if x.report != nil {
		x.report(p)
		return
	}
	x.problems = append(x.problems, p)
}

// expr expands one expression.
func (x *expander) expr(src string, e *template.Expr, o origin) {
	if len(e.Problems) > 0 {
		for _, p := range e.Problems {
			x.add(Problem{Code: string(p.Code), Message: p.Message, Span: o.at(p.Span), Variable: o.innermost, Syntax: true})
		}
		return
	}
	switch e.Kind {
	case template.Variable, template.EncodedVariable:
		o.encoded = o.encoded || e.Kind == template.EncodedVariable
		if strings.HasPrefix(e.Name, "<") {
			x.include(e, o)
			return
		}
		x.variable(e, o)
	case template.Call:
		x.call(src, e, o)
	case template.Foreign:
		x.foreign(e, o)
	case template.Empty:
		// Always with a problem of its syntax.
	}
}

// variable expands {{name}}.
func (x *expander) variable(e *template.Expr, o origin) {
	if o.innermost == e.Name && x.takesOver(e, o) {
		return
	}
	if !x.enter(e.Name, e.NameSpan, o) {
		return
	}
	b, path, ok := x.scope.resolve(e.Name)
	if !ok {
		x.undefined(e, o)
		return
	}
	x.bound(e, e.Name, b, path, o)
}

// takesOver expands the name of a variable of the file in its own definition:
// @host = {{host}} takes the value that it shadows, as in httpYac and with
// JetBrains, and is no cycle where an environment or a script has that value.
func (x *expander) takesOver(e *template.Expr, o origin) bool {
	if b, ok := x.scope.find(e.Name); !ok || b.variable == nil {
		return false
	}
	if shadowed := x.scope.inEnv[e.Name]; len(shadowed) > 0 {
		key := e.Name + ofTheEnvironment
		if x.enter(key, e.NameSpan, o) {
			x.bound(e, key, binding{def: shadowed[0]}, "", o)
		}
		return true
	}
	if len(x.scope.envs.Defining(e.Name)) == 0 && !x.scope.elsewhere().scripts[e.Name] {
		return false
	}
	o.innermost = "" // it concerns the definition and every use of it
	x.undefined(e, o)
	return true
}

// ofTheEnvironment tells the value that a variable takes over from the variable.
const ofTheEnvironment = " of the environment"

// enter counts a step to a variable, and reports one that is defined by itself.
func (x *expander) enter(name string, span text.Span, o origin) bool {
	if slices.Contains(x.stack, name) {
		from := slices.Index(x.stack, name)
		way := strings.Join(append(slices.Clone(x.stack[from:]), name), " → ")
		x.add(Problem{Code: CodeCycle, Span: o.at(span), Message: fmt.Sprintf("The variable %s is defined by itself (%s); change one of the definitions.", name, way)})
		return false
	}
	x.deepest = max(x.deepest, len(x.stack))
	if x.steps++; x.steps > x.maxSteps || len(x.stack) >= maxDepth {
		x.limit(o, span)
	}
	return !x.exceeded
}

// bound expands the definition that an expression's name means. name is what
// the definition goes by: the variable's name, or "$shared host".
func (x *expander) bound(e *template.Expr, name string, b binding, path string, o origin) {
	outer := o
	if !o.inside() {
		o.span = e.Span
		o.outermost = name
	}
	o.innermost = name
	if b.prompt != nil {
		x.asked(b.prompt.prompt, o)
		return
	}
	if b.variable == nil {
		o.private = o.private || b.def.Private
		if b.def.InEditor() {
			o.setting = strings.TrimSuffix(name, ofTheEnvironment)
		}
		if b.def.Ref != nil || b.def.pending != nil || b.def.Object != "" || b.def.Problem != "" {
			x.structured(e, b.def, path, o, outer)
			return
		}
	}
	if x.checking {
		x.checkText(b, o)
		return
	}
	x.text(b, o)
}

// shared expands {{$shared name}}: the variable of the shared environment,
// whatever the selected one has under that name.
func (x *expander) shared(e *template.Expr, name string, o origin) {
	key := sharedName + " " + name
	if !x.enter(key, e.NameSpan, o) {
		return
	}
	definitions := x.scope.envs.variables("")[name]
	if len(definitions) == 0 {
		x.problem(CodeUndefined, "", o, e.NameSpan, "The environment $shared has no variable %s; define it there in http-client.env.json.", name)
		return
	}
	x.bound(e, key, binding{def: definitions[0]}, "", o)
}

// text expands the definition of a variable whose value is a text.
func (x *expander) text(b binding, o origin) {
	x.stack = append(x.stack, o.innermost)
	outer := x.escapes
	src, t, escapes := b.value(x.scope)
	x.escapes = escapes
	x.value(src, t, o)
	x.escapes = outer
	x.stack = x.stack[:len(x.stack)-1]
}

// structured expands a variable whose value is not a plain text. o is inside
// its definition, outer is where its name stands.
func (x *expander) structured(e *template.Expr, d *Definition, path string, o, outer origin) {
	switch {
	case d.Problem != "":
		x.add(Problem{
			Code: CodeBadDefinition, Span: o.span, Variable: o.innermost,
			Message: fmt.Sprintf("The definition of %s in %s cannot be used: %s.", o.innermost, d.where(), d.Problem),
		})
	case d.Ref != nil:
		if !x.checking {
			x.pieces = append(x.pieces, Piece{Kind: Secret, Ref: *d.Ref, Span: o.span, Variable: o.outermost, Private: o.private, Encoded: o.encoded})
		}
	case d.pending != nil:
		x.stack = append(x.stack, o.innermost)
		x.pending(d.pending, o)
		x.stack = x.stack[:len(x.stack)-1]
	default:
		value, ok := d.Object, true
		if path != "" {
			value, ok = lookupPath(d.Object, path)
		}
		if !ok {
			x.problem(CodeUndefined, "", outer, e.NameSpan, "The value of %s, defined in %s, has nothing at %s.", strings.TrimSuffix(o.innermost, path), d.where(), path)
			return
		}
		x.stack = append(x.stack, o.innermost)
		outer := x.escapes
		x.escapes = nil
		x.template(value, template.Scan(value, text.Span{End: len(value)}), o)
		x.escapes = outer
		x.stack = x.stack[:len(x.stack)-1]
	}
}
