package env

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/secret/foreign"
	"github.com/vault-lsp/vault-lsp/template"
)

// The codes of references of other tools.
const (
	// CodeOtherTool is one that cannot be read.
	CodeOtherTool = "unsupported-reference"
	// CodeIgnoredParameter is a parameter of one that has no effect.
	CodeIgnoredParameter = "ignored-parameter"
	// CodeInsomnia is a {% vault … %} of Insomnia, CodeBruno a {{$secrets.…}} of
	// Bruno; both have to be rewritten.
	CodeInsomnia = "insomnia-reference"
	CodeBruno    = "bruno-reference"
	// CodeEndOfLife is a reference to HCP Vault Secrets, which has ended.
	CodeEndOfLife = "end-of-life"
)

// foreign adds the secret of {{ref+vault://…}} or {{op://…}}.
func (x *expander) foreign(e *template.Expr, o origin) {
	if !o.inside() {
		o.span = e.Span
	}
	x.foreignText(e.Name, e.NameSpan, true, o, o.private)
}

// foreignText adds the secret of a reference that stands at a place of the
// source; exact is set if it is written there without variables.
func (x *expander) foreignText(written string, at text.Span, exact bool, o origin, private bool) {
	read, err := foreign.Parse(written)
	if err != nil {
		span := at
		var refused *foreign.Error
		if exact && errors.As(err, &refused) {
			span = text.Span{Start: at.Start + refused.Start, End: at.Start + refused.End}
		}
		x.problem(CodeOtherTool, "", o, span, "%s", err.Error())
		return
	}
	if !x.checking {
		x.pieces = append(x.pieces, Piece{Kind: Secret, Ref: read.Ref, Span: o.span, Variable: o.outermost, Private: private, Encoded: o.encoded})
	}
}

// beginsForeign reports whether a variable's value is as a whole a reference of
// another tool: such a value needs no braces.
func beginsForeign(src string, t template.Template) bool {
	if len(t.Parts) == 0 || t.Parts[0].Expr != nil {
		return false
	}
	begin := strings.TrimLeft(t.Parts[0].Span.Of(src), " \t")
	return foreign.Begins(begin) && strings.Contains(begin, "://")
}

// whole adds the secret of a variable whose value is a reference of another
// tool. Plain variables may stand in it.
func (x *expander) whole(src string, t template.Template, o origin) {
	var written strings.Builder
	private, ok := o.private, true
	for i := range t.Parts {
		part := &t.Parts[i]
		switch {
		case part.Expr == nil:
			written.WriteString(part.Span.Of(src))
		case part.Expr.Kind == template.Call:
			x.problem(CodeNested, "", o, o.span, "The variable %s holds a {{$…}} inside a reference, where only plain variables may stand.", o.innermost)
			return
		default:
			value, isPrivate, found := x.plain(part.Expr, o)
			written.WriteString(value)
			private = private || isPrivate
			ok = ok && found
		}
	}
	if ok {
		value := strings.TrimLeft(written.String(), " \t")
		at := text.Span{Start: t.Parts[0].Span.Start + written.Len() - len(value), End: t.Span.End}
		x.foreignText(strings.TrimSpace(value), at, len(t.Parts) == 1, o, private)
	}
}

// IsForeign reports whether a variable's value is as a whole a reference of
// another tool, readable or not.
func (s *Scope) IsForeign(src string, t template.Template) bool { return beginsForeign(src, t) }

// ExpandValue is Expand for the value of a variable, which may as a whole be a
// reference of another tool.
func (s *Scope) ExpandValue(src string, t template.Template) Expansion {
	if !beginsForeign(src, t) {
		return s.Expand(src, t)
	}
	x := expander{scope: s, maxSteps: maxSteps}
	x.whole(src, t, origin{span: t.Span})
	return Expansion{Pieces: x.pieces, Problems: x.problems}
}

// CheckValue is Check for the value of a variable.
func (s *Scope) CheckValue(src string, t template.Template, report func(Problem)) {
	if !beginsForeign(src, t) {
		s.Check(src, t, report)
		return
	}
	x := expander{scope: s, maxSteps: maxSteps, report: report, checking: true}
	x.whole(src, t, origin{span: t.Span})
}

// Foreign reads a template that is as a whole a reference of another tool; ok is
// false for any other and for one that has a problem.
func (s *Scope) Foreign(src string, t template.Template) (read foreign.Reference, ok bool) {
	if !beginsForeign(src, t) {
		return foreign.Reference{}, false
	}
	written, ok := t.Literal(src)
	if !ok {
		return foreign.Reference{}, false
	}
	read, err := foreign.Parse(strings.TrimSpace(written))
	return read, err == nil
}

// tags reports the tags of Insomnia in a literal text: they are never sent.
func (x *expander) tags(s string, o origin, start int) {
	for at := 0; ; {
		from, to, ok := foreign.InsomniaTag(s[at:])
		if !ok {
			return
		}
		message := "This tag of Insomnia is not sent"
		if ref, err := foreign.ParseInsomnia(s[at+from : at+to]); err == nil {
			message += "; write " + ref.String() + ", and name a credential if the default one is not meant."
		} else {
			message += ". " + err.Error()
		}
		x.problem(CodeInsomnia, "", o, text.Span{Start: start + at + from, End: start + at + to}, "%s", message)
		at += to
	}
}

// bruno reports a {{$secrets.NAME.KEY}}.
func (x *expander) bruno(e *template.Expr, o origin) {
	alias, _, _ := strings.Cut(strings.TrimPrefix(e.Name, "secrets."), ".")
	x.problem(CodeBruno, "", o, e.CallSpan(),
		"This is a reference of Bruno, whose environment files say which secret %q is; write a reference to that secret, such as %s.", alias, brunoExample(e.Name))
}

func brunoExample(name string) string {
	if refs := foreign.Bruno(name); len(refs) > 0 {
		return refs[0].String()
	}
	return "{{$" + secret.AWS + " secret=…}}"
}

// foreignValue reports what is wrong with a value of an environment file that is
// a reference of another tool.
func (r *fileReader) foreignValue(d *Definition, value hujson.Value) {
	if !beginsForeign(d.Src, d.Template) {
		return
	}
	written, ok := d.Template.Literal(d.Src)
	if !ok {
		return
	}
	read, err := foreign.Parse(strings.TrimSpace(written))
	if err != nil {
		r.problem(value.StartOffset, CodeOtherTool, "%s", err.Error())
		return
	}
	for _, p := range read.Ignored {
		r.problem(value.StartOffset, CodeIgnoredParameter, "%s", IgnoredMessage(p, read.Ref.Provider()))
		r.file.problems[len(r.file.problems)-1].Warning = true
	}
}

// IgnoredMessage is the sentence about a parameter without effect in a
// reference to a provider.
func IgnoredMessage(p foreign.Parameter, provider string) string {
	message := fmt.Sprintf("The parameter %s %s", p.Name, p.Why)
	if p.Identity {
		message += fmt.Sprintf("; your credential for $%s says so", provider)
	}
	return message + "."
}
