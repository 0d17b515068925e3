package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
)

// systemArgument completes an argument of a system variable: the names in the
// .env file for $dotenv and those of $shared, never their values, and what the
// table says may stand there.
func (c *completer) systemArgument(x openExpression) []CompletionItem {
	v, ok := env.LookupSystem(x.typed.Name)
	if !ok {
		return nil
	}
	index, ok := v.ParamAt(c.src, x.typed, c.offset)
	if !ok || index >= v.MaxArgs || v.Parens {
		return nil
	}
	span, ok := quotedArgument(x, c.offset)
	if !ok {
		span = text.Span{Start: strings.LastIndexAny(c.src[:c.offset], " \t%") + 1, End: c.wordEnd(x.closed)}
	}
	end := closeText
	if x.closed {
		end = ""
	}
	var items []CompletionItem
	add := func(label, detail string, kind ItemKind) {
		items = append(items, CompletionItem{
			Label: label, Kind: kind, Detail: detail, Filter: label,
			Sort: fmt.Sprintf("%05d", len(items)), Edit: Edit{Span: span, New: label + end},
		})
	}
	switch {
	case c.src[span.Start-1] == '%':
		return c.variables(span, "", end)
	case strings.EqualFold(v.Name, "dotenv") && c.Environments != nil:
		for _, d := range c.Environments.DotenvNames(c.Environment) {
			add(d.Name, c.shortSource(d), KindVariable)
		}
	case v.Name == "shared" && c.Environments != nil:
		for _, d := range c.Environments.SharedNames() {
			add(d.Name, c.shortSource(d), KindVariable)
		}
	case index < len(v.Params):
		// More may follow, so these do not end the expression.
		end = ""
		for _, value := range v.Params[index].Values {
			if c.src[span.Start:span.End] != "" && c.src[span.Start] == '\'' {
				value.Text = strings.ReplaceAll(value.Text, `"`, "'")
			}
			add(value.Text, value.Doc, KindValue)
		}
	}
	return items
}

// quotedArgument returns the argument in quotes that the cursor stands in, with
// its quotes.
func quotedArgument(x openExpression, offset int) (text.Span, bool) {
	if len(x.typed.Args) == 0 {
		return text.Span{}, false
	}
	typed := &x.typed.Args[len(x.typed.Args)-1]
	if typed.Quote == 0 || typed.Span.End < offset {
		return text.Span{}, false
	}
	span := text.Span{Start: typed.Span.Start, End: offset}
	for i := range x.full.Args {
		if full := &x.full.Args[i]; x.closed && full.Span.Start == span.Start {
			span.End = max(offset, full.Span.End)
		}
	}
	return span, true
}
