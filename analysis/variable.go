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

// valueLimit is how many bytes of a variable's value are shown.
const valueLimit = 120

// lookup returns a variable's definitions, the winner first.
func (in Input) lookup(name string) []env.Definition {
	if in.Scope == nil {
		return nil
	}
	definitions, _ := in.Scope.Resolve(name)
	return definitions
}

// definedIn says in words where a definition stands.
func (in Input) definedIn(d env.Definition) string {
	switch d.Source {
	case env.SourceOverride:
		return "command line"
	case env.SourceFile:
		return fmt.Sprintf("this file, line %d", d.Line)
	case env.SourcePrompt:
		return fmt.Sprintf("asked for when the request is sent, line %d", d.Line)
	case env.SourceEditor:
		return "your editor's settings, environment " + in.Environment
	case env.SourceShared:
		if d.InEditor() {
			return "your editor's settings, shared by all environments"
		}
		return fmt.Sprintf("%s:%d, shared by all environments", d.Path, d.Line)
	case env.SourceDotenv:
		return fmt.Sprintf("%s:%d", d.Path, d.Line)
	}
	return fmt.Sprintf("%s:%d, environment %s", d.Path, d.Line, in.Environment)
}

// shortSource names a definition's source in a word or two.
func (in Input) shortSource(d env.Definition) string {
	switch d.Source {
	case env.SourceFile:
		return "file"
	case env.SourcePrompt:
		return "asked for"
	case env.SourceOverride:
		return "command line"
	case env.SourceShared:
		return "shared"
	case env.SourceDotenv:
		return ".env"
	}
	if d.Private {
		return in.Environment + " (private)"
	}
	return in.Environment
}

// shownValue returns what may be shown of a variable's value: private parts and
// secrets are masks, calls of system variables stay as they are written, and a
// structured value is not shown at all.
func (in Input) shownValue(d env.Definition) string {
	switch {
	case d.Problem != "", d.Source == env.SourcePrompt:
		return ""
	case d.Private, d.Source == env.SourceDotenv, d.Ref != nil:
		return secret.Mask
	case d.Object != "":
		return "{…}"
	}
	if in.Scope == nil {
		return ""
	}
	return shown(in.Scope.ExpandDefinition(d).Pieces)
}

// shownPart is shownValue for the part of a structured value that a path names.
func (in Input) shownPart(name, path string, d env.Definition) string {
	if path == "" || d.Object == "" || d.Private {
		return in.shownValue(d)
	}
	src := "{{" + name + "}}"
	return shown(in.Scope.Expand(src, template.Scan(src, text.Span{End: len(src)})).Pieces)
}

// shown is an expansion for display.
func shown(pieces []env.Piece) string {
	var out strings.Builder
	for _, p := range pieces {
		switch {
		case p.Kind == env.File:
			out.WriteString("‹" + p.File.Path + "›")
		case p.Kind == env.Asked:
			out.WriteString("‹" + p.Prompt.Title + "›")
		case p.Kind == env.System:
			out.WriteString(p.Call.Span.Of(p.CallSrc))
		case p.Kind == env.Secret || p.Private:
			out.WriteString(secret.Mask)
		default:
			out.WriteString(p.Text)
		}
	}
	if out.Len() > valueLimit {
		return strings.ToValidUTF8(out.String()[:valueLimit], "") + "…"
	}
	return out.String()
}

// named returns the variable that a call names, {{$shared host}}, {{$dotenv
// TOKEN}} or {{$processEnv %name}}, and its definitions, the winner first.
func (in Input) named(e *template.Expr) (string, []env.Definition) {
	if len(e.Args) != 1 {
		return "", nil
	}
	name, ok := e.Args[0].Literal()
	if !ok {
		return "", nil
	}
	var all []env.Definition
	switch v, _ := env.LookupSystem(e.Name); v.Name {
	case "shared":
		all = in.Environments.SharedNames()
	case "dotenv", "dotEnv", "processEnv":
		if variable, indirect := strings.CutPrefix(name, "%"); indirect {
			return variable, in.lookup(variable)
		}
		if v.Name != "processEnv" {
			all = in.Environments.DotenvNames(in.Environment)
		}
	}
	return name, slices.DeleteFunc(all, func(d env.Definition) bool { return d.Name != name })
}

// plainText expands an argument's value. It is not ok where the value depends
// on something that is undefined, private, or known only when sending.
func (in Input) plainText(src string, parts []template.ValuePart) (value string, ok bool) {
	var out strings.Builder
	for _, p := range parts {
		if p.Expr == nil {
			out.WriteString(p.Text)
			continue
		}
		if in.Scope == nil || !p.Expr.Closed {
			return "", false
		}
		x := in.Scope.Expand(src, template.Template{Span: p.Span, Parts: []template.Part{{Span: p.Span, Expr: p.Expr}}})
		if len(x.Problems) > 0 {
			return "", false
		}
		for _, piece := range x.Pieces {
			if piece.Kind != env.Literal || piece.Private {
				return "", false
			}
			out.WriteString(piece.Text)
		}
	}
	return out.String(), true
}

// variableAt returns the name of the variable that stands at offset, defined or
// used there, and the span of that name.
func variableAt(f *parser.File, offset int) (string, text.Span, bool) {
	offset = clamp(f.Src, offset)
	for _, v := range f.BlockAt(offset).Variables {
		if v.NameSpan.Contains(offset) {
			return v.Name, v.NameSpan, true
		}
	}
	s, ok := siteAt(f, offset)
	if !ok {
		return "", text.Span{}, false
	}
	e := innermost(s.expr, offset)
	if e.Kind != template.Variable && e.Kind != template.EncodedVariable {
		return "", text.Span{}, false
	}
	return e.Name, e.NameSpan, true
}

// Definition lists where the variable at offset is defined, the winner first.
func Definition(in Input, offset int) []Location {
	in = in.withScopeAt(offset)
	var definitions []env.Definition
	if name, _, ok := variableAt(in.File, offset); ok {
		definitions = in.lookup(name)
	} else if s, ok := siteAt(in.File, clamp(in.File.Src, offset)); ok {
		_, definitions = in.named(innermost(s.expr, offset))
	}
	var locations []Location
	for _, d := range definitions {
		if d.Source != env.SourceOverride && !d.InEditor() {
			locations = append(locations, locationOf(d))
		}
	}
	return locations
}

func locationOf(d env.Definition) Location {
	if d.Path == "" {
		return Location{Span: d.NameSpan}
	}
	return Location{Path: d.Path, Span: d.NameSpan, Line: d.Line}
}

// Occurrences lists where the variable at offset stands in this file, in file
// order; nil where there is no variable.
func Occurrences(in Input, offset int) []Occurrence {
	name, _, ok := variableAt(in.File, offset)
	if !ok {
		return nil
	}
	var found []Occurrence
	for _, b := range in.File.Blocks {
		for _, v := range b.Variables {
			if v.Name == name {
				found = append(found, Occurrence{Span: v.NameSpan, Write: true})
			}
		}
		eachSite(b, func(s site) {
			eachExpr(s.expr, func(e *template.Expr) {
				if e.Name == name && (e.Kind == template.Variable || e.Kind == template.EncodedVariable) {
					found = append(found, Occurrence{Span: e.NameSpan})
				}
			})
		})
	}
	sortByStart(found, func(o Occurrence) int { return o.Span.Start })
	return found
}
