package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Complete lists what may stand at offset. It works on half-typed text: an
// expression without its }} completes as one that has it.
func Complete(in Input, offset int) Completion {
	c := newCompleter(in, offset)
	switch c.kind {
	case parser.ItemComment, parser.ItemDirective, parser.ItemSeparator:
		return Completion{Items: c.lineStart()}
	case parser.ItemProse:
		return Completion{}
	}
	if x, ok := c.openExpr(); ok {
		return c.expression(x)
	}
	if c.kind == parser.ItemBody || c.kind == parser.ItemScript {
		return Completion{}
	}
	if c.inHeaders() {
		return Completion{Items: c.headers()}
	}
	return Completion{Items: c.lineStart()}
}

// completer holds what one call of Complete works on.
type completer struct {
	Input
	src    string
	offset int
	line   text.Span
	block  *parser.Block
	kind   parser.ItemKind // of the line
}

func newCompleter(in Input, offset int) *completer {
	src := in.File.Src
	offset = clamp(src, offset)
	line := lineAt(src, offset)
	block, kind := itemAt(in.File, line.Start)
	if in.Scope != nil {
		in.Scope = in.Scope.ForBlock(block)
	}
	return &completer{Input: in, src: src, offset: offset, line: line, block: block, kind: kind}
}

// typed returns the line from its first non-blank to the cursor, and where
// that begins.
func (c *completer) typed() (string, int) {
	start := skipBlanks(c.src, c.line.Start, c.offset)
	return c.src[start:c.offset], start
}

// itemAt returns the block and the kind of item that hold the line beginning at
// start. A line behind the last line end of the file is blank.
func itemAt(f *parser.File, start int) (*parser.Block, parser.ItemKind) {
	b := f.BlockAt(start)
	for _, item := range b.Items {
		if item.Span.Start <= start && start < item.Span.End {
			return b, item.Kind
		}
	}
	return b, parser.ItemBlank
}

// inHeaders reports whether the line stands in a request's header section: below
// the request line, with no blank line in between. The first blank line itself
// counts, because there the next header is typed.
func (c *completer) inHeaders() bool {
	r := c.block.Request
	if r == nil || c.line.Start <= r.LineSpan.End || r.Body != nil && c.line.Start >= r.Body.Span.Start {
		return false
	}
	between := strings.ReplaceAll(c.src[r.LineSpan.End:c.line.Start], "\r\n", "\n")
	if between == "\n" {
		return true
	}
	between = strings.TrimSuffix(strings.TrimPrefix(between, "\n"), "\n")
	for _, line := range strings.Split(between, "\n") {
		if strings.TrimSpace(line) == "" {
			return false
		}
	}
	return true
}
