package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Hover explains what stands at offset; nil where there is nothing to say.
// cacheInfo, which may be nil, says in words whether a reference is cached.
func Hover(in Input, offset int, cacheInfo func(secret.Ref) string) *HoverResult {
	offset = clamp(in.File.Src, offset)
	in = in.withScopeAt(offset)
	if s, ok := siteAt(in.File, offset); ok {
		return in.hoverExpr(s.expr, offset, cacheInfo)
	}
	if at, ok := in.foreignAround(offset); ok {
		return &HoverResult{Span: at.span, Markdown: in.foreignDoc(at, cacheInfo)}
	}
	if name, span, ok := variableAt(in.File, offset); ok {
		return &HoverResult{Span: span, Markdown: in.variableDoc(name)}
	}
	return hoverWord(in, offset)
}

func (in Input) hoverExpr(outer *template.Expr, offset int, cacheInfo func(secret.Ref) string) *HoverResult {
	e := innermost(outer, offset)
	switch e.Kind {
	case template.Variable, template.EncodedVariable:
		return &HoverResult{Span: e.Span, Markdown: in.variableDoc(e.Name)}
	case template.Foreign:
		if at, ok := foreignOf(e); ok {
			return &HoverResult{Span: e.Span, Markdown: in.foreignDoc(at, cacheInfo)}
		}
	case template.Call:
		spec, ok := secret.Lookup(e.Name)
		if !ok {
			return in.hoverSystem(e)
		}
		for i := range e.Args {
			a := &e.Args[i]
			if f, known := spec.Field(a.Name); known && a.NameSpan.Contains(offset) {
				return &HoverResult{Span: a.NameSpan, Markdown: "**" + plain(f.Name) + "** " + plain(fieldDetail(f)) + "\n\n" + fieldDoc(f)}
			}
		}
		return &HoverResult{Span: e.Span, Markdown: in.referenceDoc(e, spec, cacheInfo)}
	}
	return nil
}

func (in Input) hoverSystem(e *template.Expr) *HoverResult {
	v, ok := env.LookupSystem(e.Name)
	if !ok {
		return nil
	}
	doc := code(v.Signature) + "\n\n" + v.Doc + "\n\nExample: " + code(v.Example)
	if name, definitions := in.named(e); len(definitions) > 0 {
		doc = in.definitionsDoc(name, "", definitions) + "\n\n" + doc
	}
	return &HoverResult{Span: e.Span, Markdown: doc}
}

// referenceDoc says where a reference points and with which credential, never
// what is there.
func (in Input) referenceDoc(e *template.Expr, spec secret.Spec, cacheInfo func(secret.Ref) string) string {
	values := map[string]string{}
	var fields []secret.FieldValue
	known := true
	for i := range e.Args {
		a := &e.Args[i]
		value, ok := in.plainText(in.File.Src, a.Value)
		if !ok {
			known = false
			value = a.ValueSpan.Of(in.File.Src)
		}
		if a.Name != "" {
			values[a.Name] = value
			fields = append(fields, secret.FieldValue{Name: a.Name, Value: value})
		}
	}
	out := []string{"**" + plain(spec.Label) + "**: " + pointsTo(spec, values)}
	out = append(out, in.credentialDoc(spec, values["credential"]))
	if ref, err := secret.New(spec.Name, fields); err == nil && known && cacheInfo != nil {
		if info := cacheInfo(ref); info != "" {
			out = append(out, "Cache: "+plain(info))
		}
	}
	return strings.Join(append(out, fieldTable(spec, values)), "\n\n")
}

// pointsTo names the secret in words: its required fields, and the key in it.
func pointsTo(spec secret.Spec, values map[string]string) string {
	var parts []string
	for _, f := range spec.Fields {
		if f.Required && values[f.Name] != "" {
			parts = append(parts, f.Name+" "+code(values[f.Name]))
		}
	}
	what := strings.Join(parts, ", ")
	if what == "" {
		return "required fields are missing"
	}
	if key := values["key"]; key != "" {
		return "the value of " + code(key) + " in " + what
	}
	return what
}

// credentialDoc says which credential a reference uses: the named one, else the
// default, else the only one of the provider.
func (in Input) credentialDoc(spec secret.Spec, name string) string {
	var configured []string
	for _, c := range in.Credentials {
		switch {
		case c.Provider != secret.CredentialsOf(spec.Name):
		case name != "" && c.Name == name:
			return "Credential: " + code(name)
		case name == "" && c.IsDefault:
			return "Credential: " + code(c.Name) + " (the default)"
		default:
			configured = append(configured, code(c.Name))
		}
	}
	switch {
	case name != "":
		return "Credential: " + code(name) + ", which is not configured"
	case len(configured) == 1:
		return "Credential: " + configured[0] + " (the only one for $" + spec.Name + ")"
	case len(configured) > 1:
		return "Credential: none is the default; name one of " + strings.Join(configured, ", ")
	}
	return "Credential: the identity of this machine; none is configured for $" + spec.Name
}

// fieldTable lists the fields that are set, and those that have a default.
func fieldTable(spec secret.Spec, values map[string]string) string {
	var out strings.Builder
	out.WriteString("| field | value |\n|---|---|")
	for _, f := range spec.Fields {
		value, set := values[f.Name]
		switch {
		case set:
			fmt.Fprintf(&out, "\n| %s | %s |", f.Name, strings.ReplaceAll(code(value), "|", `\|`))
		case f.Default != "" && f.Locates:
			fmt.Fprintf(&out, "\n| %s | %s (default) |", f.Name, code(f.Default))
		}
	}
	return out.String()
}

// variableDoc lists all definitions of a variable, the one that counts first.
func (in Input) variableDoc(name string) string {
	definitions, path := in.Scope.Resolve(name)
	if len(definitions) == 0 {
		if doc := notVariableDoc(name); doc != "" {
			return doc
		}
		where := "in this file"
		if in.Environment != "" {
			where += " or in the environment " + in.Environment
		}
		doc := fmt.Sprintf("**%s** is not defined %s.", plain(name), plain(where))
		if elsewhere := in.Environments.Defining(name); len(elsewhere) > 0 {
			doc += " It is in the environment " + plain(strings.Join(elsewhere, ", ")) + "."
		}
		return doc
	}
	return in.definitionsDoc(name, path, definitions)
}

// definitionsDoc lists definitions of a variable, the one that counts first. A
// path says which part of its value is meant.
func (in Input) definitionsDoc(name, path string, definitions []env.Definition) string {
	var out strings.Builder
	fmt.Fprintf(&out, "**%s**", plain(name))
	if path != "" {
		fmt.Fprintf(&out, ": what stands at %s in %s", code(path), code(strings.TrimSuffix(name, path)))
	}
	if value := in.shownPart(name, path, definitions[0]); value != "" {
		out.WriteString(" = " + code(value))
	}
	for _, ref := range in.refsIn(definitions[0]) {
		out.WriteString("\n\nFrom " + code(ref.String()))
	}
	if p := definitions[0].Problem; p != "" {
		out.WriteString("\n\nCannot be used: " + plain(p))
	}
	out.WriteString("\n")
	for i, d := range definitions {
		fmt.Fprintf(&out, "\n- %s", plain(in.definedIn(d)))
		if len(definitions) == 1 {
			continue
		}
		if value := in.shownValue(d); value != "" {
			out.WriteString(": " + code(value))
		}
		if i == 0 {
			out.WriteString(" **← counts**")
		}
	}
	return out.String()
}

// notVariableDoc explains names that are none of a variable: values of other
// requests, and files.
func notVariableDoc(name string) string {
	if strings.HasPrefix(name, "<") {
		return "The text of a file in the workspace, put in when the request is sent."
	}
	ref, ok := parser.ParseResponseRef(name, &template.Expr{Kind: template.Variable, NameSpan: text.Span{End: len(name)}})
	if !ok {
		return ""
	}
	of := "the answer to"
	if ref.OfRequest {
		of = "the text of"
	}
	return fmt.Sprintf("A value of %s the request %s. Such values are not taken; put it into a variable.", of, code(ref.Request.Of(name)))
}

// refsIn returns the references that a definition's value holds.
func (in Input) refsIn(d env.Definition) []secret.Ref {
	if d.Ref != nil {
		return []secret.Ref{*d.Ref}
	}
	if d.Object != "" || d.Problem != "" || d.Private {
		return nil
	}
	var refs []secret.Ref
	for _, p := range in.Scope.ExpandDefinition(d).Pieces {
		if p.Kind == env.Secret {
			refs = append(refs, p.Ref)
		}
	}
	return refs
}

// hoverWord explains methods, headers and directives.
func hoverWord(in Input, offset int) *HoverResult {
	b := in.File.BlockAt(offset)
	for _, d := range b.Directives {
		if !d.NameSpan.Contains(offset) {
			continue
		}
		if w, ok := lookupDirective(d.Name); ok && w.Doc != "" {
			doc := w.Doc
			if w.Of != "" && !w.Describes {
				doc += "\n\nOf " + w.Of + "; it has no effect here."
			}
			return wordDoc(d.NameSpan, "@"+d.Name, doc)
		}
	}
	r := b.Request
	if r == nil {
		return nil
	}
	if !r.MethodSpan.IsEmpty() && r.MethodSpan.Contains(offset) {
		if m, ok := lookupMethod(r.Method); ok {
			return wordDoc(r.MethodSpan, m.Name, m.Doc)
		}
	}
	for _, h := range r.Headers {
		if !h.NameSpan.Contains(offset) {
			continue
		}
		if w, ok := lookupHeader(h.Name); ok {
			return wordDoc(h.NameSpan, w.Name, w.Doc)
		}
	}
	return nil
}

func wordDoc(span text.Span, name, doc string) *HoverResult {
	return &HoverResult{Span: span, Markdown: "**" + plain(name) + "**\n\n" + doc}
}
