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
	start := strings.LastIndexAny(c.src[:c.offset], " \t%") + 1
	span := text.Span{Start: start, End: c.wordEnd(x.closed)}
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
			add(value, v.Params[index].Doc, KindValue)
		}
	}
	return items
}
