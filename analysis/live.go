package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Items turns a vault's answers into completion items. A value that does not
// begin with the Prefix is left out where the text typed so far cannot be
// replaced without losing a variable in it.
func (q *LiveQuery) Items(values []LiveValue) []CompletionItem {
	return q.itemsOf(KindValue, values)
}

func (q *LiveQuery) itemsOf(kind ItemKind, values []LiveValue) []CompletionItem {
	items := make([]CompletionItem, 0, len(values))
	for _, v := range values {
		inserted := fieldText(v.Value, q.quote)
		filter := inserted
		switch {
		case q.raw:
			inserted, filter = v.Value, v.Value
		case strings.Contains(q.typed, "{{"):
			rest, ok := strings.CutPrefix(v.Value, q.Prefix)
			if !ok || rest != "" && secret.FormatValue(rest) != rest {
				continue
			}
			inserted = q.typed + rest
			filter = inserted
			if q.quote != 0 {
				inserted += string(q.quote)
			}
		case q.quote == 0:
			filter = v.Value
		}
		// A path that goes on below is not the end of the value.
		goesOn := strings.HasSuffix(v.Value, "/")
		if goesOn && q.quote != 0 {
			inserted = strings.TrimSuffix(inserted, string(q.quote))
		}
		if !goesOn {
			inserted += q.closer
		}
		items = append(items, CompletionItem{
			Label: v.Value, Kind: kind, Detail: v.Detail, Filter: filter,
			Sort: fmt.Sprintf("%05d", len(items)), Edit: Edit{Span: q.Span, New: inserted}, Retrigger: goesOn,
		})
	}
	return items
}

// fieldText writes a field's value as it stands in a reference: in the given
// quotes, or where quote is 0 as references are printed.
func fieldText(value string, quote byte) string {
	if quote == 0 {
		return secret.FormatValue(value)
	}
	escape := strings.NewReplacer(`\`, `\\`, string(quote), `\`+string(quote), "\n", `\n`, "\r", `\r`, "\t", `\t`)
	return string(quote) + escape.Replace(value) + string(quote)
}
