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

// Options say how to lay out. The zero value is what the command line does.
type Options struct {
	// Indent is one level of a JSON body that has no indentation of its own; where
	// it is empty two blanks count.
	Indent string
	// KeepTrailingBlanks leaves the blanks at the ends of lines,
	// KeepFinalLines the blank lines at the file's end, and KeepFinalLineEnd a last
	// line that has no end.
	KeepTrailingBlanks, KeepFinalLines, KeepFinalLineEnd bool
}

// File returns the edits that format a whole file, in its order. They are small:
// what stands well is in none of them. A block that would not read the same
// afterwards is left as it is. parse reads a source as the file was read: with
// the same language.
func File(f *parser.File, options Options, parse func(src string) *parser.File) []text.Edit {
	return within(f, options, parse, text.Span{End: len(f.Src)})
}

// Range returns those edits of File that change the lines of a range, and no
// other line. A range that ends at the beginning of a line does not have that
// line.
func Range(f *parser.File, options Options, parse func(src string) *parser.File, span text.Span) []text.Edit {
	if span.End > span.Start && f.Src[span.End-1] == '\n' {
		span.End--
	}
	span.Start = strings.LastIndexByte(f.Src[:span.Start], '\n') + 1
	if end := strings.IndexByte(f.Src[span.End:], '\n'); end >= 0 {
		span.End += end
	} else {
		span.End = len(f.Src)
	}
	return within(f, options, parse, span)
}

// within returns the edits that lie in a span.
func within(f *parser.File, options Options, parse func(src string) *parser.File, span text.Span) []text.Edit {
	if loneReturn(f.Src) || slices.ContainsFunc(f.Blocks, hasProse) {
		return nil
	}
	w := writer{file: f, src: f.Src, options: options}
	blocks := make([][]text.Edit, len(f.Blocks))
	for i, b := range f.Blocks {
		if b.Span.Start > span.End || b.Span.End < span.Start {
			continue
		}
		for _, e := range w.block(i, b) {
			if span.Start <= e.Span.Start && e.Span.End <= span.End {
				blocks[i] = append(blocks[i], e)
			}
		}
	}
	return kept(f, blocks, parse)
}

// hasProse reports whether a block is the text of a Markdown file, which is not
// ours to lay out.
func hasProse(b *parser.Block) bool {
	return slices.ContainsFunc(b.Items, func(item parser.Item) bool { return item.Kind == parser.ItemProse })
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
	span := text.Span{Start: start, End: end}
	if item.Kind == parser.ItemBody {
		if strings.Trim(f.Src[offset:item.Span.End], " \t\r\n") != "" {
			return nil
		}
		span = item.Span
	}
	return within(f, options, parse, span)
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

// replace makes the bytes of a span say text. What both begin and end with is
// not in the edit, so that cursors, folds and marks beside it stay.
func (w *writer) replace(span text.Span, by string) {
	old := span.Of(w.src)
	if old == by {
		return
	}
	e := text.Difference(old, by)
	start, end := e.Span.Start, e.Span.End
	// No line end is cut in two.
	if strings.HasSuffix(old[:start], "\r") {
		start, e.New = start-1, "\r"+e.New
	}
	if strings.HasPrefix(old[end:], "\n") && (strings.HasSuffix(old[:end], "\r") || strings.HasSuffix(e.New, "\r")) {
		end, e.New = end+1, e.New+"\n"
	}
	w.edits = append(w.edits, text.Edit{Span: text.Span{Start: span.Start + start, End: span.Start + end}, New: e.New})
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
		if item.Kind == parser.ItemSeparator && !first && !w.attached(item.Span.Start) {
			w.edits = append(w.edits, text.Edit{Span: text.Span{Start: item.Span.Start, End: item.Span.Start}, New: w.newlineAt(item.Span.Start)})
		}
		w.item(index, b, item)
		if last && !strings.HasSuffix(w.src, "\n") && !w.options.KeepFinalLineEnd {
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
		if w.options.KeepFinalLines {
			return
		}
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

// attached reports whether a block's separator belongs to the line before it, or
// needs no blank line: lines of ### behind each other are a comment, which is not
// ours to take apart, and a comment above a ### line is about what follows.
func (w *writer) attached(offset int) bool {
	before := strings.Trim(w.lineBefore(offset), blanks+"\ufeff")
	return before == "" || strings.HasPrefix(before, "#") || strings.HasPrefix(before, "//")
}

// separatorBefore reports whether the block before is nothing but its ### line.
func (w *writer) separatorBefore(index int) bool {
	return index > 0 && isSeparatorOnly(w.file.Blocks[index-1])
}

func isSeparatorOnly(b *parser.Block) bool {
	return len(b.Items) == 1 && b.Items[0].Kind == parser.ItemSeparator
}

// lineBefore is the line above the one that begins at offset.
func (w *writer) lineBefore(offset int) string {
	before := strings.TrimSuffix(strings.TrimSuffix(w.src[:offset], "\n"), "\r")
	return before[strings.LastIndexByte(before, '\n')+1:]
}
