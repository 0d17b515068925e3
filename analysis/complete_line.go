package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// lineStart completes at the start of a line outside of headers and bodies: a
// separator, a request line, a directive, a variable.
func (c *completer) lineStart() []CompletionItem {
	typed, start := c.typed()
	span := text.Span{Start: start, End: c.offset}
	if rest, ok := directiveStart(typed); ok {
		span.Start = c.offset - len(rest)
		return c.directives(span)
	}
	if strings.ContainsAny(typed, " \t") || c.kind == parser.ItemSeparator && typed != strings.Repeat("#", len(typed)) {
		return nil
	}
	items := []CompletionItem{
		lineItem(span, "###", "begin a new request", "### ", "### ${1:Title}\n${2:GET} ${3:https://}$0"),
		lineItem(span, "# @name", "name the request", "# @name ", "# @name ${1:request}$0"),
		lineItem(span, "@variable", "define a variable", "@", "@${1:name} = $0"),
	}
	if c.block.Request == nil || c.line.Start <= c.block.Request.LineSpan.Start {
		items = append(items, c.methods(span)...)
	}
	for i := range items {
		items[i].Sort = fmt.Sprintf("%03d", i)
	}
	return items
}

func lineItem(span text.Span, label, detail, plain, snippet string) CompletionItem {
	return CompletionItem{
		Label: label, Kind: KindKeyword, Detail: detail, Filter: plain,
		Edit: Edit{Span: span, New: plain, Snippet: snippet},
	}
}

func (c *completer) methods(span text.Span) []CompletionItem {
	// An item replaces the rest of the word too, and keeps the blank behind it.
	span.End = c.offset
	for span.End < c.line.End && isLetter(c.src[span.End]) {
		span.End++
	}
	blank := " "
	if span.End < c.line.End && isBlank(c.src[span.End]) {
		blank = ""
	}
	typed := c.src[span.Start:c.offset]
	items := make([]CompletionItem, 0, len(methodWords))
	for _, m := range methodWords {
		filter := m.Name
		if typed != "" && typed == strings.ToLower(typed) {
			filter = strings.ToLower(m.Name)
		}
		items = append(items, CompletionItem{
			Label: m.Name, Kind: KindMethod, Doc: m.Doc, Filter: filter,
			Edit: Edit{Span: span, New: m.Name + blank},
		})
	}
	return items
}

// directiveStart cuts `# @` or `// @` off the line; ok is false where the text
// is no directive.
func directiveStart(typed string) (rest string, ok bool) {
	body := strings.TrimLeft(typed, "#/")
	if body == typed || strings.HasPrefix(typed, "###") || strings.HasPrefix(typed, "/") && !strings.HasPrefix(typed, "//") {
		return "", false
	}
	body = strings.TrimLeft(body, " \t")
	if !strings.HasPrefix(body, "@") || strings.ContainsAny(body, " \t") {
		return "", false
	}
	return body, true
}

// directives completes `@name` behind the comment sign, in the spelling that was
// begun; span covers the @ too.
func (c *completer) directives(span text.Span) []CompletionItem {
	typed := span.Of(c.src)
	items := make([]CompletionItem, 0, len(directiveWords))
	for _, d := range directiveWords {
		name := "@" + d.Name
		if typed != strings.ToLower(typed) {
			name = camelCase(name)
		}
		item := CompletionItem{
			Label: name, Kind: KindDirective, Doc: d.Doc, Filter: name,
			Sort: fmt.Sprintf("%03d", len(items)),
			Edit: Edit{Span: span, New: name},
		}
		if d.Of != "" && !d.Describes {
			item.Detail = d.Of + "; no effect here"
		}
		if d.Argument != "" {
			item.Edit.New += " "
			item.Edit.Snippet = name + " " + d.Argument
		}
		items = append(items, item)
	}
	return items
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
