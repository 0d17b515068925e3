// Package format lays out request files: blanks within lines, blank lines
// between parts, and JSON bodies. It changes nothing that is sent but the
// insignificant white space of a JSON body, and keeps every comment. What it
// makes of a file stays the same when it is formatted again.
//
// Deliberately absent: sorting or aligning headers, wrapping URLs, and bodies
// other than JSON.
package format

import (
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Options say how to lay out.
type Options struct {
	// Indent is one level of a JSON body; where it is empty that of the body
	// itself counts, else two blanks.
	Indent string
}

// File returns the edits that format a whole file, in its order. A block that
// would not read the same afterwards is left as it is. parse reads a source as
// the file was read: with the same language.
func File(f *parser.File, options Options, parse func(src string) *parser.File) []text.Edit {
	if loneReturn(f.Src) {
		return nil
	}
	w := writer{file: f, src: f.Src, options: options}
	blocks := make([][]text.Edit, len(f.Blocks))
	for i, b := range f.Blocks {
		if slices.ContainsFunc(b.Items, func(item parser.Item) bool { return item.Kind == parser.ItemProse }) {
			// The text of a Markdown file is not ours to lay out.
			return nil
		}
		blocks[i] = w.block(i, b)
	}
	edits := slices.Concat(blocks...)
	if unchanged(f, edits, parse) {
		return edits
	}
	// One block is to blame: what is good is kept block by block.
	edits = nil
	for _, block := range blocks {
		if tried := append(slices.Clone(edits), block...); len(block) > 0 && unchanged(f, tried, parse) {
			edits = tried
		}
	}
	return edits
}

// Range returns those edits of File that touch the lines of a range.
func Range(f *parser.File, options Options, parse func(src string) *parser.File, span text.Span) []text.Edit {
	span.Start = strings.LastIndexByte(f.Src[:span.Start], '\n') + 1
	if end := strings.IndexByte(f.Src[span.End:], '\n'); end >= 0 {
		span.End += end
	}
	var touching []text.Edit
	for _, e := range File(f, options, parse) {
		if e.Span.Start <= span.End && span.Start <= e.Span.End {
			touching = append(touching, e)
		}
	}
	if !unchanged(f, touching, parse) {
		return nil
	}
	return touching
}

// OnType returns the edits after a character was typed, which stands before
// offset: for a line end those of the line that it ends, for a } those of the
// body that it may complete. A line that is being typed is left alone.
func OnType(f *parser.File, options Options, parse func(src string) *parser.File, offset int, typed string) []text.Edit {
	offset = min(max(offset, 0), len(f.Src))
	end := offset - len(typed)
	if typed == "\n" {
		end = strings.LastIndexByte(f.Src[:offset], '\n')
	}
	if end < 0 {
		return nil
	}
	start := strings.LastIndexByte(f.Src[:end], '\n') + 1
	block := f.BlockAt(start)
	item, ok := block.ItemAt(start)
	if !ok || (item.Kind == parser.ItemBody) != (typed == "}") || item.Kind == parser.ItemBlank {
		return nil
	}
	within := text.Span{Start: start, End: end}
	if item.Kind == parser.ItemBody {
		if strings.Trim(f.Src[offset:item.Span.End], " \t\r\n") != "" {
			return nil
		}
		within = item.Span
	}
	var edits []text.Edit
	for _, e := range Range(f, options, parse, within) {
		if within.Start <= e.Span.Start && e.Span.End <= within.End {
			edits = append(edits, e)
		}
	}
	if !unchanged(f, edits, parse) {
		return nil
	}
	return edits
}

// writer makes the edits of one file.
type writer struct {
	file    *parser.File
	src     string
	options Options
	edits   []text.Edit
}

// loneReturn reports line ends of a single carriage return, as no editor writes
// them today: beside others they cannot be told from half a line end.
func loneReturn(src string) bool {
	return strings.Count(src, "\r") != strings.Count(src, "\r\n")
}

// newlineAt returns the line end that the file uses at an offset: that of the
// line before.
func (w *writer) newlineAt(offset int) string {
	if i := strings.LastIndexByte(w.src[:offset], '\n'); i > 0 && w.src[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// replace makes the bytes of a span say text, if they do not.
func (w *writer) replace(span text.Span, by string) {
	if span.Of(w.src) != by {
		w.edits = append(w.edits, text.Edit{Span: span, New: by})
	}
}

// block returns the edits of one block.
func (w *writer) block(index int, b *parser.Block) []text.Edit {
	w.edits = nil
	for i, item := range b.Items {
		first := index == 0 && i == 0
		last := index == len(w.file.Blocks)-1 && i == len(b.Items)-1
		if item.Kind == parser.ItemBlank {
			w.blank(item.Span, first, last)
			continue
		}
		if item.Kind == parser.ItemSeparator && !first && !w.blankBefore(item.Span.Start) && !w.separatorBefore(index) {
			w.edits = append(w.edits, text.Edit{Span: text.Span{Start: item.Span.Start, End: item.Span.Start}, New: w.newlineAt(item.Span.Start)})
		}
		w.item(index, b, item)
		if last && !strings.HasSuffix(w.src, "\n") {
			w.edits = append(w.edits, text.Edit{Span: text.Span{Start: len(w.src), End: len(w.src)}, New: w.newlineAt(len(w.src))})
		}
	}
	return w.edits
}

// blank leaves one empty line of several, and none at the file's ends.
func (w *writer) blank(span text.Span, first, last bool) {
	by := w.newlineAt(span.Start + strings.IndexByte(span.Of(w.src), '\n') + 1)
	if first {
		by = byteOrderMark(span.Of(w.src))
	} else if last {
		by = ""
		if span.Start > 0 && w.src[span.Start-1] != '\n' {
			by = w.newlineAt(span.Start)
		}
	}
	w.replace(span, by)
}

func byteOrderMark(s string) string {
	const mark = "\ufeff"
	if strings.HasPrefix(s, mark) {
		return mark
	}
	return ""
}

// separatorBefore reports whether the block before is nothing but its ### line:
// such lines behind each other are a comment, which is not ours to take apart.
func (w *writer) separatorBefore(index int) bool {
	return index > 0 && isSeparatorOnly(w.file.Blocks[index-1])
}

func isSeparatorOnly(b *parser.Block) bool {
	return len(b.Items) == 1 && b.Items[0].Kind == parser.ItemSeparator
}

// blankBefore reports whether the line before offset is blank.
func (w *writer) blankBefore(offset int) bool {
	before := strings.TrimSuffix(strings.TrimSuffix(w.src[:offset], "\n"), "\r")
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return strings.Trim(line, " \t\ufeff") == ""
}
