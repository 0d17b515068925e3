package analysis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// reference completes behind the provider of a reference: names of fields, and
// the values of one.
func (c *completer) reference(x openExpression, spec secret.Spec) Completion {
	arg := argAtEnd(x.typed, c.offset)
	if arg != nil && arg.Name != "" {
		return c.fieldValue(x, spec, arg)
	}
	span := text.Span{Start: c.offset, End: c.wordEnd(x.closed)}
	if arg != nil {
		span.Start = arg.Span.Start
	}
	return Completion{Items: c.fieldNames(x, spec, span)}
}

// argAtEnd returns the argument that the cursor touches: the last one, if no
// blank follows it.
func argAtEnd(typed *template.Expr, offset int) *template.Arg {
	if len(typed.Args) == 0 {
		return nil
	}
	last := &typed.Args[len(typed.Args)-1]
	if last.Span.End < offset {
		return nil
	}
	return last
}

// otherFields returns the fields of the reference except the one at the cursor.
func (x openExpression) otherFields(offset int) []*template.Arg {
	e := x.typed
	if x.closed {
		e = x.full
	}
	var fields []*template.Arg
	for i := range e.Args {
		if a := &e.Args[i]; a.Name != "" && !a.Span.Contains(offset) {
			fields = append(fields, a)
		}
	}
	return fields
}

// fieldNames offers one item for each field that is not there yet, those that
// must be there first, and last all of these at once.
func (c *completer) fieldNames(x openExpression, spec secret.Spec, span text.Span) []CompletionItem {
	used := map[string]bool{}
	for _, a := range x.otherFields(c.offset) {
		used[a.Name] = true
	}
	forms := openForms(spec, used)
	end, equals := "", "="
	if !x.closed {
		end = closeText + "$0"
	}
	if span.End < c.line.End && c.src[span.End] == '=' {
		equals = ""
	}
	var items []CompletionItem
	for i, f := range spec.Fields {
		if used[f.Name] || excluded(spec, forms, f.Name) {
			continue
		}
		item := CompletionItem{
			Label: f.Name, Kind: KindField, Detail: fieldDetail(f), Doc: fieldDoc(f), Filter: f.Name,
			Sort: fmt.Sprintf("1%02d", i), Edit: Edit{Span: span, New: f.Name + equals}, Retrigger: equals != "",
		}
		if inForms(forms, f.Name) {
			item.Sort = fmt.Sprintf("0%02d", i)
		}
		if end != "" && equals != "" {
			item.Edit.Snippet = f.Name + "=$1" + end
		}
		items = append(items, item)
	}
	if equals == "" {
		return items
	}
	return append(items, allRequired(forms, used, span, end)...)
}

// allRequired offers the required fields that are missing as one snippet, for
// each form that the reference may still take.
func allRequired(forms [][]string, used map[string]bool, span text.Span, end string) []CompletionItem {
	var items []CompletionItem
	for i, form := range forms {
		var label, plain, snippet []string
		for _, name := range form {
			if used[name] {
				continue
			}
			label = append(label, name+"=…")
			plain = append(plain, name+"=")
			snippet = append(snippet, fmt.Sprintf("%s=$%d", name, len(label)))
		}
		if len(label) == 0 {
			continue
		}
		items = append(items, CompletionItem{
			Label: strings.Join(label, " "), Kind: KindSnippet, Detail: "all required fields",
			Filter: strings.Join(plain, " "), Sort: fmt.Sprintf("9%02d", i), Retrigger: true,
			Edit: Edit{Span: span, New: strings.Join(plain, " "), Snippet: strings.Join(snippet, " ") + end},
		})
	}
	return items
}

// openForms returns the sets of required fields that a reference with the given
// fields may still be meant to complete.
func openForms(spec secret.Spec, used map[string]bool) [][]string {
	var begun [][]string
	for _, form := range spec.Forms {
		if slices.ContainsFunc(form, func(name string) bool { return used[name] }) {
			begun = append(begun, form)
		}
	}
	if begun != nil {
		return begun
	}
	return spec.Forms
}

// inForms reports whether one of the forms needs the field.
func inForms(forms [][]string, name string) bool {
	return slices.ContainsFunc(forms, func(form []string) bool { return slices.Contains(form, name) })
}

// excluded reports whether the field belongs to a form that the reference no
// longer takes.
func excluded(spec secret.Spec, forms [][]string, name string) bool {
	return inForms(spec.Forms, name) && !inForms(forms, name)
}

// fieldDetail is the short text behind a field's name.
func fieldDetail(f secret.Field) string {
	detail := string(f.Type)
	if len(f.Values) > 0 {
		detail = strings.Join(f.Values, ", ")
	}
	if f.Required {
		detail += " (required)"
	}
	return detail
}

// fieldDoc is a field's documentation as Markdown.
func fieldDoc(f secret.Field) string {
	if f.Example == "" {
		return f.Doc
	}
	return f.Doc + "\n\nExample: " + code(f.Name+"="+secret.FormatValue(f.Example))
}

// fieldValue completes the value of a field: the values of the table, names of
// credentials, or what the vault knows.
func (c *completer) fieldValue(x openExpression, spec secret.Spec, arg *template.Arg) Completion {
	f, ok := spec.Field(arg.Name)
	if !ok {
		return Completion{}
	}
	q := c.valueQuery(x, spec, arg)
	switch {
	case f.Name == "credential":
		for _, cred := range c.Credentials {
			if cred.Provider != secret.CredentialsOf(spec.Name) {
				continue
			}
			detail := ""
			if cred.IsDefault {
				detail = "default"
			}
			q.values = append(q.values, LiveValue{Value: cred.Name, Detail: detail})
		}
		return Completion{Items: q.itemsOf(KindCredential, q.values)}
	case len(f.Values) > 0:
		for _, v := range f.Values {
			q.values = append(q.values, LiveValue{Value: v})
		}
		return Completion{Items: q.itemsOf(KindValue, q.values)}
	case f.Live:
		return Completion{Live: c.liveQuery(x, spec, arg, q)}
	}
	return Completion{}
}

// valueQuery finds what an item for the argument's value replaces.
func (c *completer) valueQuery(x openExpression, spec secret.Spec, arg *template.Arg) *LiveQuery {
	q := &LiveQuery{Provider: spec.Name, Field: arg.Name, quote: arg.Quote}
	q.Span = text.Span{Start: arg.ValueSpan.Start, End: c.offset}
	q.typed = q.Span.Of(c.src)
	switch {
	case arg.Quote == 0:
		q.Span.End = c.wordEnd(x.closed)
	case x.closed:
		// The whole quoted value is replaced if its end is on this line.
		if full := x.full.Arg(arg.Name); full != nil && full.ValueSpan.Start == arg.ValueSpan.Start && full.ValueSpan.End > c.offset &&
			c.src[full.ValueSpan.End-1] == arg.Quote {
			q.Span.End = full.ValueSpan.End
		}
	}
	if !x.closed {
		q.closer = closeText
	}
	return q
}

// liveQuery fills what the vault is asked for; nil if that depends on something
// unknown.
func (c *completer) liveQuery(x openExpression, spec secret.Spec, arg *template.Arg, q *LiveQuery) *LiveQuery {
	var ok bool
	if q.Prefix, ok = c.plainText(c.src, arg.Value); !ok {
		return nil
	}
	q.Known = map[string]string{}
	for _, a := range x.otherFields(c.offset) {
		f, known := spec.Field(a.Name)
		if !known || !f.Locates && a.Name != "credential" {
			continue
		}
		value, ok := c.plainText(c.src, a.Value)
		switch {
		case !ok:
			return nil
		case a.Name == "credential":
			q.Credential = value
		case value != "":
			q.Known[a.Name] = value
		}
	}
	return q
}
