package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
)

// headers completes a line of the header section: the name before the colon,
// common values behind it.
func (c *completer) headers() []CompletionItem {
	typed, start := c.typed()
	if name, _, ok := strings.Cut(typed, ":"); ok {
		return c.headerValues(strings.TrimSpace(name), start+len(name)+1)
	}
	if strings.ContainsAny(typed, " \t?&#/@{<>") {
		return nil
	}
	return c.headerNames(text.Span{Start: start, End: c.offset})
}

func (c *completer) headerNames(span text.Span) []CompletionItem {
	for span.End < c.line.End && isTokenByte(c.src[span.End]) {
		span.End++
	}
	colon := ": "
	if skipped := skipBlanks(c.src, span.End, c.line.End); skipped < c.line.End && c.src[skipped] == ':' {
		colon = ""
	}
	present := map[string]bool{}
	for _, h := range c.block.Request.Headers {
		if h.Span.Start < c.line.Start || h.Span.Start > c.line.End {
			present[strings.ToLower(h.Name)] = true
		}
	}
	items := make([]CompletionItem, 0, len(headerWords))
	for i, h := range headerWords {
		if present[strings.ToLower(h.Name)] {
			continue
		}
		items = append(items, CompletionItem{
			Label: h.Name, Kind: KindHeader, Doc: h.Doc, Filter: h.Name, Sort: fmt.Sprintf("%03d", i),
			Edit:      Edit{Span: span, New: h.Name + colon},
			Retrigger: colon != "" && (h.Secret || len(h.Values) > 0),
		})
	}
	return items
}

// headerValues completes the value that begins at start, one element of a list
// at a time.
func (c *completer) headerValues(name string, start int) []CompletionItem {
	header, ok := lookupHeader(name)
	if items := c.headerSecrets(header, start); items != nil || !ok || len(header.Values) == 0 {
		return items
	}
	if comma := strings.LastIndexByte(c.src[start:c.offset], ','); comma >= 0 {
		start += comma + 1
	}
	start = skipBlanks(c.src, start, c.offset)
	typed := c.src[start:c.offset]
	if strings.ContainsAny(typed, "{}\"") || strings.Contains(typed, " ") && !strings.Contains(typed, ";") {
		return nil
	}
	span := text.Span{Start: start, End: c.offset}
	for span.End < c.line.End && (isTokenByte(c.src[span.End]) || strings.IndexByte("/+.*", c.src[span.End]) >= 0) {
		span.End++
	}
	items := make([]CompletionItem, 0, len(header.Values))
	for i, value := range header.Values {
		item := CompletionItem{
			Label: strings.TrimSpace(value), Kind: KindValue, Doc: schemeDocs[value], Filter: value,
			Sort: fmt.Sprintf("%03d", i), Edit: Edit{Span: span, New: value},
			Retrigger: header.Secret,
		}
		if strings.HasSuffix(value, " ") && span.End < c.line.End && isBlank(c.src[span.End]) {
			item.Edit.New = strings.TrimSuffix(value, " ")
		}
		items = append(items, item)
	}
	return items
}

// headerSecrets offers a reference to each provider where a header that carries
// a credential has none yet: behind the scheme, or at once where there is none.
func (c *completer) headerSecrets(header headerWord, start int) []CompletionItem {
	if !header.Secret {
		return nil
	}
	typed := strings.TrimLeft(c.src[start:c.offset], " \t")
	scheme := strings.TrimRight(typed, " \t")
	if scheme == "" && len(header.Values) > 0 || scheme == typed && scheme != "" || strings.ContainsAny(scheme, " \t{") ||
		strings.TrimSpace(c.src[c.offset:c.line.End]) != "" {
		return nil
	}
	var items []CompletionItem
	for i, spec := range secret.Providers() {
		edit := providerEdit(text.Span{Start: c.offset, End: c.offset}, spec, false, closeText)
		edit.New, edit.Snippet = "{{"+edit.New, "{{"+edit.Snippet
		items = append(items, CompletionItem{
			Label: "{{$" + spec.Name + "}}", Kind: KindProvider, Detail: spec.Label, Doc: spec.Doc, Deprecated: spec.Name == secret.HCP,
			Filter: "{{$" + spec.Name, Sort: fmt.Sprintf("%03d", i), Edit: edit, Retrigger: true,
		})
	}
	return items
}
