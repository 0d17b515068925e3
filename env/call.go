package env

import (
	"errors"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/secret/foreign"
	"github.com/vault-lsp/vault-lsp/template"
)

// call expands {{$name …}}.
func (x *expander) call(src string, e *template.Expr, o origin) {
	if !o.inside() {
		o.span = e.Span
	}
	if _, ok := secret.Lookup(e.Name); ok {
		x.reference(e, o)
		return
	}
	if v, ok := LookupSystem(e.Name); ok {
		x.system(src, e, v, o)
		return
	}
	if foreign.IsBruno(e.Name) {
		x.bruno(e, o)
		return
	}
	x.unknownCall(e, o)
}

// unknownCall reports a name that is in neither table. It counts as a provider
// if it has fields, as a system variable otherwise.
func (x *expander) unknownCall(e *template.Expr, o origin) {
	var providers, names []string
	for _, spec := range secret.Providers() {
		providers = append(providers, spec.Name)
	}
	for i := range systems {
		names = append(names, strings.TrimSuffix(systems[i].Name, "."))
	}
	hasFields := slices.ContainsFunc(e.Args, func(a template.Arg) bool { return a.Name != "" })
	suggestion := ""
	if _, known := foreignCall(e.Name); !known {
		written, _, _ := strings.Cut(e.Name, "(")
		suggestion = spelling.Nearest(written, slices.Concat(providers, names))
	}
	code := CodeUnknownSystem
	if slices.Contains(providers, suggestion) || suggestion == "" && hasFields {
		code = secret.CodeUnknownProvider
	}
	switch family, _ := LookupSystem(e.Name + "."); {
	case family.Name != "":
		x.problem(code, "", o, e.CallSpan(), "$%s takes a name behind a point, as in %s.", e.Name, family.Example)
	case suggestion != "":
		x.problem(code, suggestion, o, e.CallSpan(), "There is no $%s; did you mean $%s?", e.Name, suggestion)
	case hasFields:
		x.problem(code, "", o, e.CallSpan(), "There is no provider $%s; the providers are $%s.", e.Name, strings.Join(providers, ", $"))
	default:
		x.problem(code, "", o, e.CallSpan(), "%s", notSupported(e.Name))
	}
}

// system adds a system variable.
func (x *expander) system(src string, e *template.Expr, v SystemVariable, o origin) {
	var args []string
	x.setting = ""
	for i := range e.Args {
		arg := &e.Args[i]
		value, private, ok := x.argument(arg, o)
		if !ok {
			return
		}
		if private && v.asks {
			x.problem(CodeNested, "", o, arg.Span, "A question may not hold a private value: it is shown, and the answer is not masked.")
			return
		}
		if arg.Name != "" {
			value = arg.Name + "=" + value
		}
		args = append(args, value)
	}
	args, message := v.rowArgs(e.Name, args)
	if message == "" {
		message = v.checkArgs(args)
	}
	if message != "" {
		span := e.Span
		if len(e.Args) > 0 {
			span = text.Span{Start: e.Args[0].Span.Start, End: e.Args[len(e.Args)-1].Span.End}
		}
		x.problem(CodeBadArgument, "", o, span, "%s", message)
		return
	}
	if x.setting != "" {
		o.setting = x.setting
	}
	if v.asks {
		x.asked(readCall(v, e, args), o)
		return
	}
	if v.Name == "shared" {
		x.shared(e, args[0], o)
		return
	}
	if !x.namesKnown(e, v, o) {
		return
	}
	if !x.checking {
		x.pieces = append(x.pieces, Piece{
			Kind: System, System: v.Name, Call: e, CallSrc: src, Args: args, Span: o.span, Variable: o.outermost,
			Private: o.private || v.Private, Encoded: o.encoded, Setting: o.setting,
		})
	}
}

// namesKnown reports a {{$dotenv NAME}} that no .env file has, and a %name that
// is no variable. What the machine's environment has is known only to the sender,
// and so is a name that holds variables.
func (x *expander) namesKnown(e *template.Expr, v SystemVariable, o origin) bool {
	isDotenv := v.Name == "dotenv" || v.Name == "dotEnv"
	if !isDotenv && v.Name != "processEnv" {
		return true
	}
	name, ok := e.Args[0].Literal()
	if !ok {
		return true
	}
	at := e.Args[0].Span
	if variable, indirect := strings.CutPrefix(name, "%"); indirect {
		if _, ok = x.scope.find(variable); !ok {
			x.problem(CodeUndefined, "", o, at, "There is no variable %s, whose value would name what is meant; define it, or leave the %% away.", variable)
		}
		return ok
	}
	if !isDotenv {
		return true
	}
	known := x.scope.dotenv()
	if slices.Contains(known, name) {
		return true
	}
	if suggestion := spelling.Nearest(name, known); suggestion != "" {
		x.problem(CodeMissingEnv, suggestion, o, at, "No .env file of this folder or its parents sets %s; did you mean %s?", name, suggestion)
	} else {
		x.problem(CodeMissingEnv, "", o, at, "No .env file of this folder or its parents sets %s; add %s=… to .env.", name, name)
	}
	return false
}

// fieldArg is the argument that a field of a reference comes from. known is
// false if its value has a problem that is reported already.
type fieldArg struct {
	arg   *template.Arg
	known bool
}

// reference adds the secret of {{$vault …}}.
func (x *expander) reference(e *template.Expr, o origin) {
	fields := make([]secret.FieldValue, 0, 8)
	at := make([]fieldArg, 0, 8)
	private, failed := o.private, false
	for i := range e.Args {
		arg := &e.Args[i]
		if arg.Name == "" {
			x.problem(CodePositionalField, "", o, arg.Span, "A field of $%s is written name=value.", e.Name)
			failed = true
			continue
		}
		value, fromPrivate, ok := x.argument(arg, o)
		failed = failed || !ok
		private = private || fromPrivate
		fields = append(fields, secret.FieldValue{Name: arg.Name, Value: value})
		at = append(at, fieldArg{arg, ok})
	}
	if x.checking || failed {
		x.fieldProblems(e, secret.Check(e.Name, fields), at, o)
		return
	}
	ref, err := secret.New(e.Name, fields)
	var refErr *secret.RefError
	if errors.As(err, &refErr) {
		x.fieldProblems(e, refErr.Problems, at, o)
		return
	}
	x.pieces = append(x.pieces, Piece{Kind: Secret, Ref: ref, Span: o.span, Variable: o.outermost, Private: private, Encoded: o.encoded})
}

// fieldProblems reports the problems of a reference's fields where they stand.
func (x *expander) fieldProblems(e *template.Expr, problems []secret.FieldProblem, at []fieldArg, o origin) {
	for _, p := range problems {
		span := e.CallSpan()
		if p.Index >= 0 {
			arg := at[p.Index].arg
			if !at[p.Index].known && p.Code != secret.CodeUnknownField {
				continue
			}
			span = arg.Span
			switch {
			case p.Code == secret.CodeUnknownField:
				span = arg.NameSpan
			case p.Code == secret.CodeBadFieldValue && !arg.ValueSpan.IsEmpty():
				span = arg.ValueSpan
			}
		}
		x.add(Problem{Code: p.Code, Message: p.Message, Span: o.at(span), Variable: o.innermost, Suggestion: p.Suggestion})
	}
}

// argument returns an argument's value with its nested variables replaced.
func (x *expander) argument(arg *template.Arg, o origin) (value string, private, ok bool) {
	if len(arg.Value) == 1 && arg.Value[0].Expr == nil {
		return arg.Value[0].Text, false, true
	}
	ok = true
	for _, part := range arg.Value {
		if part.Expr == nil {
			value += part.Text
			continue
		}
		s, isPrivate, found := x.plain(part.Expr, o)
		value += s
		private = private || isPrivate
		ok = ok && found
	}
	return value, private, ok
}

// plain expands a {{name}} inside a value. Only text may stand there, never a
// reference, a system variable or an answer; what it expands to is not split
// again.
func (x *expander) plain(e *template.Expr, o origin) (value string, private, ok bool) {
	sub := expander{scope: x.scope, stack: x.stack, steps: x.steps, maxSteps: min(x.maxSteps, x.steps+maxNestedSteps)}
	// A problem in the template itself is reported at the nested expression,
	// not at the whole call.
	inner := o
	if !inner.inside() {
		inner.span = e.Span
	}
	if e.Kind == template.EncodedVariable {
		x.problem(CodeNested, "", inner, e.Span, "A value of a field is not percent-encoded; write {{%s}}.", e.Name)
		return "", false, false
	}
	sub.expr("", e, inner)
	x.steps = sub.steps
	if len(sub.problems) > 0 {
		for _, p := range sub.problems {
			x.add(p)
		}
		return "", false, false
	}
	for _, p := range sub.pieces {
		if p.Kind != Literal {
			x.problem(CodeNested, "", inner, e.Span, "The variable %s is not plain text: a value inside {{$…}} may not hold a secret or a system variable.", e.Name)
			return "", false, false
		}
		value += p.Text
		private = private || p.Private
		if p.Setting != "" {
			x.setting = p.Setting
		}
	}
	return value, private, true
}

// pending builds a reference of an environment file whose values hold
// variables.
func (x *expander) pending(p *pendingRef, o origin) {
	fields := make([]secret.FieldValue, 0, len(p.fields))
	private, ok := o.private, true
	for _, f := range p.fields {
		value := ""
		for _, part := range f.t.Parts {
			if part.Expr == nil {
				value += part.Span.Of(f.src)
				continue
			}
			s, isPrivate, found := "", false, false
			if part.Expr.Kind == template.Call && len(part.Expr.Problems) == 0 {
				x.problem(CodeNested, "", o, o.span, "The field %s holds a {{$…}}: a value of a reference may hold only plain variables.", f.name)
			} else {
				s, isPrivate, found = x.plain(part.Expr, o)
			}
			value += s
			private = private || isPrivate
			ok = ok && found
		}
		fields = append(fields, secret.FieldValue{Name: f.name, Value: value})
	}
	if !ok {
		return
	}
	ref, err := secret.New(p.provider, fields)
	if err != nil {
		x.problem(secret.CodeBadFieldValue, "", o, o.span, "The reference %s is not valid: %s", o.innermost, err.Error())
		return
	}
	if !x.checking {
		x.pieces = append(x.pieces, Piece{Kind: Secret, Ref: ref, Span: o.span, Variable: o.outermost, Private: private, Encoded: o.encoded})
	}
}
