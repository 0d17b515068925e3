package analysis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Actions lists the code actions for a selection, or a cursor where it is
// empty: repairs of what is wrong there, and the insertion of a reference to
// each provider, or inside a reference what can be added to it.
func Actions(in Input, selection text.Span) []Action {
	in = in.withScope()
	src := in.File.Src
	selection = text.Span{Start: clamp(src, selection.Start), End: clamp(src, selection.End)}
	if selection.End < selection.Start {
		selection.Start, selection.End = selection.End, selection.Start
	}
	s, inside := siteAt(in.File, selection.Start)
	repaired := selection
	if inside && selection.End <= s.expr.Span.End {
		// Anywhere in an expression all of it can be repaired.
		repaired = s.expr.Span
	}
	var actions []Action
	everywhere := everywhere{in: in}
	for _, d := range diagnoseSpan(in, repaired) {
		fixes := in.fixes(d)
		actions = append(append(actions, fixes...), everywhere.fixes(fixes)...)
		if d.Code == env.CodeInsomnia {
			// Nothing is inserted into a tag.
			return actions
		}
	}
	if at, ok := in.foreignAround(selection.Start); ok && selection.End <= at.span.End {
		return append(actions, rewrites(at)...)
	}
	if inside && s.expr.Span.Start < selection.Start && selection.End < s.expr.Span.End {
		if spec, ok := secret.Lookup(s.expr.Name); ok && s.expr.Kind == template.Call {
			actions = append(actions, in.extend(s, spec)...)
		}
		return actions
	}
	if in.mayInsert(selection) {
		actions = append(actions, insertions(selection)...)
	}
	return actions
}

// insertions offers a reference to each provider in place of the selection.
func insertions(selection text.Span) []Action {
	var actions []Action
	for _, spec := range secret.Providers() {
		plain, snippet := "{{$"+spec.Name, `{{\$`+spec.Name
		for i, name := range spec.Forms[0] {
			plain += " " + name + "="
			snippet += fmt.Sprintf(" %s=$%d", name, i+1)
		}
		actions = append(actions, Action{
			Title: "Insert secret: " + spec.Label, Kind: ActionRewrite, Provider: spec.Name,
			Edits: []Edit{{Span: selection, New: plain + closeText, Snippet: snippet + closeText + "$0"}},
		})
	}
	return actions
}

// mayInsert reports whether a reference can stand in place of the selection: in
// one line of a target, a header's or a variable's value, or a body, and not in
// a part of an expression.
func (in Input) mayInsert(selection text.Span) bool {
	src := in.File.Src
	line := lineAt(src, selection.Start)
	if selection.End > line.End {
		return false
	}
	for _, at := range []int{selection.Start, selection.End} {
		if s, ok := siteAt(in.File, at); ok && s.expr.Span.Start < at && at < s.expr.Span.End {
			return false
		}
	}
	b, kind := itemAt(in.File, line.Start)
	before := src[line.Start:selection.Start]
	switch kind {
	case parser.ItemBody:
		// A comment of a body is not sent.
		return b.Request == nil || b.Request.Body == nil ||
			!slices.ContainsFunc(b.Request.Body.Comments, func(c text.Span) bool { return c.Start < line.End && line.Start < c.End })
	case parser.ItemTargetLine:
		return true
	case parser.ItemHeader:
		return strings.Contains(before, ":")
	case parser.ItemVariable:
		return strings.Contains(before, "=")
	case parser.ItemRequestLine:
		return b.Request != nil && selection.Start > b.Request.MethodSpan.End
	}
	return false
}

// extend offers what can be added to the reference at the cursor.
func (in Input) extend(s site, spec secret.Spec) []Action {
	var actions []Action
	for _, name := range []string{"key", "version", "credential"} {
		if _, ok := spec.Field(name); ok && s.expr.Arg(name) == nil {
			actions = append(actions, addField(s.expr, name, "", ActionRewrite))
		}
	}
	if s.place == inBody && s.expr.Arg("encode") == nil && isJSON(in.File.Src, s.request) {
		actions = append(actions, addField(s.expr, "encode", "json", ActionRewrite))
	}
	return actions
}

// addField adds a field behind the last one of a reference.
func addField(e *template.Expr, name, value, kind string) Action {
	at := e.NameSpan.End
	for _, a := range e.Args {
		at = max(at, a.Span.End)
	}
	added := " " + name + "=" + value
	a := Action{
		Title: "Add " + strings.TrimSpace(added), Kind: kind, Retrigger: value == "",
		Edits: []Edit{{Span: text.Span{Start: at, End: at}, New: added}},
	}
	if value == "" {
		a.Title = "Add field " + name
		a.Edits[0].Snippet = added + "$0"
	}
	return a
}

// isJSON reports whether a request's body is JSON, by its media type and, where
// none is given, by how it begins.
func isJSON(src string, r *parser.Request) bool {
	if r == nil || r.Body == nil {
		return false
	}
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			return strings.Contains(strings.ToLower(h.Value.Span.Of(src)), "json")
		}
	}
	body := strings.TrimLeft(r.Body.Content.Span.Of(src), " \t\r\n")
	return strings.HasPrefix(body, "{") && !strings.HasPrefix(body, "{{") || strings.HasPrefix(body, "[")
}
