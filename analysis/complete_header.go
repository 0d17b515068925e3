package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
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
			Retrigger: colon != "" && len(h.Values) > 0,
		})
	}
	return items
}

// headerValues completes the value that begins at start, one element of a list
// at a time.
func (c *completer) headerValues(name string, start int) []CompletionItem {
	header, ok := lookupHeader(name)
	if !ok || len(header.Values) == 0 {
		return nil
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
		}
		if strings.HasSuffix(value, " ") && span.End < c.line.End && isBlank(c.src[span.End]) {
			item.Edit.New = strings.TrimSuffix(value, " ")
		}
		items = append(items, item)
	}
	return items
}
