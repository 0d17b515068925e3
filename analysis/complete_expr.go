package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/secret/foreign"
	"github.com/vault-lsp/vault-lsp/template"
)

// closeText ends an expression.
const closeText = "}}"

// expression completes inside {{ }}.
func (c *completer) expression(x openExpression) Completion {
	wordStart := skipBlanks(c.src, x.typed.Span.Start+2, c.offset)
	word := c.src[wordStart:c.offset]
	if foreign.Begins(word) {
		return c.foreign(x, text.Span{Start: wordStart, End: c.offset})
	}
	if !strings.HasPrefix(word, "$") {
		return Completion{Items: c.names(x.closed, wordStart, true)}
	}
	if !strings.ContainsAny(word, " \t") {
		return Completion{Items: c.names(x.closed, wordStart, true)}
	}
	if start, ok := c.openNested(x.typed); ok {
		return Completion{Items: c.names(strings.HasPrefix(c.src[c.wordEnd(true):], closeText), start, false)}
	}
	spec, ok := secret.Lookup(x.typed.Name)
	if !ok {
		return Completion{Items: c.systemArgument(x)}
	}
	return c.reference(x, spec)
}

// openNested returns where the name begins of the {{name that is open at the
// cursor inside a field's value.
func (c *completer) openNested(typed *template.Expr) (start int, ok bool) {
	if len(typed.Args) == 0 {
		return 0, false
	}
	start = typed.Args[len(typed.Args)-1].ValueSpan.Start
	value := c.src[start:c.offset]
	open := strings.LastIndex(value, "{{")
	if open < 0 || strings.Contains(value[open:], closeText) {
		return 0, false
	}
	return skipBlanks(c.src, start+open+2, c.offset), true
}

// wordEnd returns where the word under the cursor ends. In an expression that
// has no end of its own the word ends at the cursor, because what follows is
// other text.
func (c *completer) wordEnd(closed bool) int {
	end := c.offset
	for closed && end < c.line.End && !isBlank(c.src[end]) && strings.IndexByte("{}\"'=", c.src[end]) < 0 {
		end++
	}
	return end
}

// names completes the first word of an expression: variables and, where calls
// may stand, providers and system variables.
func (c *completer) names(closed bool, start int, calls bool) []CompletionItem {
	span := text.Span{Start: start, End: c.wordEnd(closed)}
	if span.End < c.line.End && !isBlank(c.src[span.End]) && c.src[span.End] != '}' {
		closed, span.End = false, c.offset
	}
	end := closeText
	if closed {
		end = ""
	}
	word := c.src[start:c.offset]
	var items []CompletionItem
	if !strings.HasPrefix(word, "$") {
		items = c.variables(span, word, end)
	}
	if !calls || strings.HasPrefix(word, "%") {
		return items
	}
	hasArgs := closed && span.End < c.line.End && isBlank(c.src[span.End]) &&
		c.src[skipBlanks(c.src, span.End, c.line.End)] != '}'
	dollar := "$"
	if word != "" && word[0] != '$' {
		dollar = ""
	}
	for i, spec := range secret.Providers() {
		item := CompletionItem{
			Label: "$" + spec.Name, Kind: KindProvider, Detail: spec.Label, Doc: spec.Doc,
			Filter: dollar + spec.Name, Sort: fmt.Sprintf("1%02d", i), Deprecated: spec.Name == secret.HCP,
			Edit: providerEdit(span, spec, hasArgs, end), Retrigger: !hasArgs,
		}
		items = append(items, item)
	}
	for i, v := range env.Systems() {
		items = append(items, CompletionItem{
			Label: "$" + v.Name, Kind: KindFunction, Detail: v.Signature, Doc: v.Doc + "\n\n" + code(v.Example),
			Filter: dollar + v.Name, Sort: fmt.Sprintf("2%02d", i),
			Edit: systemEdit(span, v, hasArgs, end), Retrigger: v.MinArgs > 0 && !hasArgs,
		})
	}
	return items
}

// providerEdit inserts a provider, its required fields and the end of the
// expression; only the name where fields already follow.
func providerEdit(span text.Span, spec secret.Spec, hasArgs bool, end string) Edit {
	if hasArgs {
		return Edit{Span: span, New: "$" + spec.Name}
	}
	plain, snippet := "$"+spec.Name+" ", `\$`+spec.Name
	for i, name := range spec.Forms[0] {
		if i == 0 {
			plain += name + "="
		}
		snippet += fmt.Sprintf(" %s=$%d", name, i+1)
	}
	if end != "" {
		end += "$0"
	}
	return Edit{Span: span, New: plain, Snippet: snippet + end}
}

// systemEdit inserts a system variable with placeholders for the arguments
// that it must have.
func systemEdit(span text.Span, v env.SystemVariable, hasArgs bool, end string) Edit {
	e := Edit{Span: span, New: "$" + v.Name}
	if hasArgs || strings.HasSuffix(v.Name, ".") {
		// The user's own name follows {{$env. and the end after it.
		return e
	}
	if v.MinArgs == 0 {
		e.New += end
		return e
	}
	words := strings.Fields(v.Signature)
	snippet := `\` + "$" + v.Name
	for i := 1; i <= v.MinArgs; i++ {
		if v.MinArgs == 1 || i >= len(words) {
			snippet += fmt.Sprintf(" $%d", i)
			continue
		}
		snippet += fmt.Sprintf(" ${%d:%s}", i, words[i])
	}
	if end != "" {
		end += "$0"
	}
	e.New += " "
	e.Snippet = snippet + end
	return e
}

// members completes the members of a structured value: {{user.na.
func (c *completer) members(span text.Span, word, end string) []CompletionItem {
	dot := strings.LastIndexByte(word, '.')
	if dot < 0 {
		return nil
	}
	object := strings.TrimPrefix(word[:dot], "%")
	definitions, path := c.Scope.Resolve(object)
	if len(definitions) == 0 {
		return nil
	}
	var items []CompletionItem
	for i, name := range definitions[0].Members(path) {
		name = object + "." + name
		items = append(items, CompletionItem{
			Label: name, Kind: KindVariable, Detail: c.shortSource(definitions[0]), Filter: name,
			Sort: fmt.Sprintf("0%05d", i), Edit: Edit{Span: span, New: name + end},
		})
	}
	return items
}

// documentedVariables is up to how many variables completion shows the values
// too; more would take too long to expand at every keystroke.
const documentedVariables = 500

// variables completes names of variables; a leading % is kept.
func (c *completer) variables(span text.Span, word, end string) []CompletionItem {
	if c.Scope == nil {
		return nil
	}
	if strings.HasPrefix(word, "%") {
		span.Start++
	}
	definitions := c.Scope.Names()
	items := c.members(span, word, end)
	for i, d := range definitions {
		item := CompletionItem{
			Label: d.Name, Kind: KindVariable, Detail: c.shortSource(d), Filter: d.Name,
			Sort: fmt.Sprintf("0%05d", i), Edit: Edit{Span: span, New: d.Name + end},
		}
		if len(definitions) > documentedVariables {
			items = append(items, item)
			continue
		}
		if value := c.shownValue(d); value != "" {
			item.Doc = code(value) + "\n\n" + c.definedIn(d)
		}
		items = append(items, item)
	}
	return items
}
