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

// isWhole reports whether a variable's value is as a whole a reference of
// another tool, which needs no braces; that of vals holds no blank, and a + only
// at its end.
func isWhole(src string, t template.Template) bool {
	if len(t.Parts) == 0 || t.Parts[0].Expr != nil {
		return false
	}
	begin := strings.TrimLeft(t.Parts[0].Span.Of(src), " \t")
	if !foreign.Begins(begin) || !strings.Contains(begin, "://") {
		return false
	}
	if strings.HasPrefix(begin, "op:") {
		return true
	}
	written := strings.TrimSuffix(strings.Trim(t.Text(src), " \t"), "+")
	_, written, _ = strings.Cut(written, "+")
	for _, part := range template.Scan(written, text.Span{End: len(written)}).Parts {
		if part.Expr == nil && strings.ContainsAny(part.Span.Of(written), "+ \t") {
			return false
		}
	}
	return true
}

// holdsForeign reports whether a variable's value is a reference of another
// tool or has expressions of vals in it.
func holdsForeign(src string, t template.Template) bool {
	for _, part := range t.Parts {
		if part.Expr != nil {
			continue
		}
		if _, _, ok := foreign.Inline(part.Span.Of(src)); ok {
			return true
		}
	}
	return isWhole(src, t)
}

// inline adds a text that has expressions of vals in it.
func (x *expander) inline(s string, o origin, span text.Span) {
	for at := 0; ; {
		from, to, ok := foreign.Inline(s[at:])
		if !ok {
			x.plainText(s[at:], o, text.Span{Start: span.Start + at, End: span.End})
			return
		}
		from, to = at+from, at+to
		x.plainText(s[at:from], o, text.Span{Start: span.Start + at, End: span.Start + from})
		x.foreignText(s[from:to], text.Span{Start: span.Start + from, End: span.Start + to}, true, o, o.private)
		at = to
	}
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

// HoldsForeign reports whether a variable's value is a reference of another
// tool or has expressions of vals in it, readable or not.
func (s *Scope) HoldsForeign(src string, t template.Template) bool { return holdsForeign(src, t) }

// ExpandDefinition is Expand for the text that a definition gives its variable:
// escapes are resolved, and references of other tools need no braces.
func (s *Scope) ExpandDefinition(d Definition) Expansion {
	x := expander{scope: s, maxSteps: maxSteps, inValue: true, escapes: d.Escapes}
	x.value(d.Src, d.Template, origin{span: d.Template.Span})
	return Expansion{Pieces: x.pieces, Problems: x.problems}
}

// CheckValue is Check for the value of a variable.
func (s *Scope) CheckValue(src string, t template.Template, report func(Problem)) {
	x := expander{scope: s, maxSteps: maxSteps, report: report, checking: true, inValue: true}
	x.value(src, t, origin{span: t.Span})
}

// value expands the value of a variable.
func (x *expander) value(src string, t template.Template, o origin) {
	if isWhole(src, t) {
		x.whole(src, t, o)
	} else {
		x.template(src, t, o)
	}
}

// ForeignReference is another tool's reference in a variable's value.
type ForeignReference struct {
	foreign.Reference
	Span text.Span
}

// Foreign reads the references of other tools in a variable's value. What has a
// problem, or variables in it, is left out.
func (s *Scope) Foreign(src string, t template.Template) []ForeignReference {
	var found []ForeignReference
	for _, span := range foreignSpans(src, t) {
		if read, err := foreign.Parse(span.Of(src)); err == nil {
			found = append(found, ForeignReference{read, span})
		}
	}
	return found
}

// foreignSpans returns where references of other tools stand in a variable's
// value; those with variables in them are left out.
func foreignSpans(src string, t template.Template) []text.Span {
	var spans []text.Span
	if isWhole(src, t) {
		if written := t.Span.Of(src); len(t.Parts) == 1 {
			trimmed := strings.TrimLeft(written, " \t")
			start := t.Span.Start + len(written) - len(trimmed)
			spans = append(spans, text.Span{Start: start, End: start + len(strings.TrimRight(trimmed, " \t"))})
		}
		return spans
	}
	for _, part := range t.Parts {
		if part.Expr != nil {
			continue
		}
		written := part.Span.Of(src)
		for at := 0; ; {
			from, to, ok := foreign.Inline(written[at:])
			if !ok {
				break
			}
			start := part.Span.Start + at
			spans = append(spans, text.Span{Start: start + from, End: start + to})
			at += to
		}
	}
	return spans
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

// foreignValue reports what is wrong with the references of other tools in a
// value of an environment file.
func (r *fileReader) foreignValue(d *Definition, value hujson.Value) {
	if !holdsForeign(d.Src, d.Template) {
		return
	}
	for _, span := range foreignSpans(d.Src, d.Template) {
		read, err := foreign.Parse(span.Of(d.Src))
		if err != nil {
			r.problem(value.StartOffset, CodeOtherTool, "%s", err.Error())
			continue
		}
		for _, p := range read.Ignored {
			r.problem(value.StartOffset, CodeIgnoredParameter, "%s", IgnoredMessage(p, read.Ref.Provider()))
			r.file.problems[len(r.file.problems)-1].Warning = true
		}
	}
}

// IgnoredMessage is the sentence about a parameter without effect in a
// reference to a provider.
func IgnoredMessage(p foreign.Parameter, provider string) string {
	message := fmt.Sprintf("The parameter %s %s", p.Name, p.Why)
	if p.Identity {
		message += fmt.Sprintf("; your credential for $%s is used", provider)
	}
	return message + "."
}
