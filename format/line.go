package format

import (
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

const blanks = " \t"

// item makes the edits of one item.
func (w *writer) item(index int, b *parser.Block, item parser.Item) {
	switch item.Kind {
	case parser.ItemSeparator:
		w.separator(index, b, item.Span)
	case parser.ItemComment, parser.ItemTargetLine:
		w.trimLines(item.Span)
	case parser.ItemDirective:
		w.directive(b, item.Span)
	case parser.ItemVariable:
		w.variable(b, item.Span)
	case parser.ItemRequestLine:
		w.requestLine(b.Request, item.Span)
	case parser.ItemHeader:
		w.header(b.Request, item.Span)
	case parser.ItemBody:
		w.body(b)
	}
}

// content is the span of an item's only line without its end; ok is false where
// it has several.
func (w *writer) content(span text.Span) (_ text.Span, ok bool) {
	s := strings.TrimRight(span.Of(w.src), "\r\n")
	return text.Span{Start: span.Start, End: span.Start + len(s)}, !strings.Contains(s, "\n")
}

// trimLines removes the blanks at the ends of lines.
func (w *writer) trimLines(span text.Span) {
	if w.options.KeepTrailingBlanks {
		return
	}
	for at := span.Start; at < span.End; {
		end := strings.IndexByte(w.src[at:span.End], '\n') + at
		next := end + 1
		if end < at {
			end, next = span.End, span.End
		}
		line := strings.TrimRight(w.src[at:end], "\r")
		kept := strings.TrimRight(line, blanks)
		w.replace(text.Span{Start: at + len(kept), End: at + len(line)}, "")
		at = next
	}
}

// separator writes "### Title".
func (w *writer) separator(index int, b *parser.Block, span text.Span) {
	line, ok := w.content(span)
	if !ok {
		return
	}
	if isSeparatorOnly(b) || w.separatorBefore(index) {
		w.trimLines(span)
		return
	}
	written := strings.Trim(line.Of(w.src), blanks+"\ufeff")
	hashes := written[:len(written)-len(strings.TrimLeft(written, "#"))]
	title := strings.Trim(written[len(hashes):], blanks)
	if title != "" && title == b.Title.Of(w.src) {
		start := line.Start + strings.IndexByte(line.Of(w.src), '#') + len(hashes)
		w.replace(text.Span{Start: start, End: b.Title.Start}, " ")
	}
	w.trimLines(span)
}

// directive writes "# @name" where a tool knows the name, and leaves what follows
// it as it is. Another one may be a variable that somebody commented out.
func (w *writer) directive(b *parser.Block, span text.Span) {
	i, _ := slices.BinarySearchFunc(b.Directives, span.Start, func(d parser.Directive, at int) int { return d.NameSpan.Start - at })
	if i < len(b.Directives) && b.Directives[i].NameSpan.End <= span.End {
		d := &b.Directives[i]
		prefix := w.src[span.Start : d.NameSpan.Start-1]
		mark := strings.Trim(prefix, blanks)
		if _, known := parser.LookupDirective(d.Name); known && (mark == "#" || mark == "//") {
			start := span.Start + strings.Index(prefix, mark)
			w.replace(text.Span{Start: start, End: d.NameSpan.Start - 1}, mark+" ")
		}
	}
	w.trimLines(span)
}

// variable writes "@name = value".
func (w *writer) variable(b *parser.Block, span text.Span) {
	line, ok := w.content(span)
	i, _ := slices.BinarySearchFunc(b.Variables, span.Start, func(v *parser.Variable, at int) int { return v.NameSpan.Start - at })
	if !ok || i == len(b.Variables) || b.Variables[i].NameSpan.End > span.End {
		return
	}
	v := b.Variables[i]
	between := text.Span{Start: v.NameSpan.End, End: valueStart(v.Value, line.End)}
	sign := strings.Trim(between.Of(w.src), blanks)
	switch {
	case sign != "=" && sign != ":=":
		w.trimLines(span)
	case between.End == line.End || strings.Trim(w.src[between.End:line.End], blanks) == "":
		w.replace(text.Span{Start: between.Start, End: line.End}, " "+sign)
	default:
		w.replace(between, " "+sign+" ")
		w.trimLines(span)
	}
}

// valueStart is where a value begins, end where it is empty.
func valueStart(t template.Template, end int) int {
	if t.Span.IsEmpty() {
		return end
	}
	return t.Span.Start
}

// requestLine writes "METHOD target HTTP/1.1". Blanks before the method stay:
// the lines that continue a target are told by being indented more.
func (w *writer) requestLine(r *parser.Request, span text.Span) {
	if r == nil || r.Curl != nil || r.LineSpan.Start < span.Start || r.LineSpan.End > span.End {
		w.trimLines(span)
		return
	}
	line, ok := w.content(span)
	if !ok {
		w.trimLines(span)
		return
	}
	if r.MethodSpan.Len() > 0 {
		w.replace(r.MethodSpan, strings.ToUpper(r.MethodSpan.Of(w.src)))
		w.oneBlank(r.MethodSpan.End, line.End)
	}
	if r.Version.Len() > 0 {
		start := r.Version.Start
		before := len(strings.TrimRight(w.src[line.Start:start], blanks)) + line.Start
		w.replace(text.Span{Start: before, End: start}, " ")
	}
	w.trimLines(text.Span{Start: r.LineSpan.End, End: span.End})
}

// oneBlank makes the blanks at start one, unless nothing follows.
func (w *writer) oneBlank(start, end int) {
	rest := strings.TrimLeft(w.src[start:end], blanks)
	if stop := end - len(rest); rest != "" && stop > start {
		w.replace(text.Span{Start: start, End: stop}, " ")
	}
}

// header writes "Name: value".
func (w *writer) header(r *parser.Request, span text.Span) {
	if r == nil || r.Curl != nil {
		w.trimLines(span)
		return
	}
	line, single := w.content(span)
	i, _ := slices.BinarySearchFunc(r.Headers, span.Start, func(h parser.Header, at int) int { return h.NameSpan.Start - at })
	if single && i < len(r.Headers) && r.Headers[i].NameSpan.End <= span.End && !r.Headers[i].NameSpan.IsEmpty() {
		h := &r.Headers[i]
		between := text.Span{Start: h.NameSpan.End, End: valueStart(h.Value, line.End)}
		switch {
		case strings.Trim(between.Of(w.src), blanks) != ":":
		case between.End == line.End:
			w.replace(between, ":")
			return
		default:
			w.replace(between, ": ")
		}
	}
	w.trimLines(span)
}
