package parser_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// checkFile fails unless f keeps what the tree promises of any source: blocks
// tile the file and items their block, so that every byte has one place; spans
// are in bounds, in order and inside their parents; a request that cannot run
// has an error that says why.
func checkFile(t testing.TB, f *parser.File) {
	t.Helper()
	if err := fileError(f); err != nil {
		t.Fatalf("%v in %.2000q", err, f.Src)
	}
}

func fileError(f *parser.File) error {
	at, blocks, variables := 0, len(f.Blocks), 0
	if blocks == 0 {
		return fmt.Errorf("there is no block")
	}
	for i, b := range f.Blocks {
		if b.Span.Start != at || b.Span.IsEmpty() && blocks > 1 {
			return fmt.Errorf("block %d at %v does not follow %d", i, b.Span, at)
		}
		at = b.Span.End
		variables += len(b.Variables)
		if err := blockError(f, b, i); err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
	}
	if at != len(f.Src) {
		return fmt.Errorf("blocks end at %d of %d", at, len(f.Src))
	}
	if variables != len(f.Variables) {
		return fmt.Errorf("%d variables in blocks, %d in the file", variables, len(f.Variables))
	}
	last := 0
	for _, p := range f.Problems {
		if p.Code == "" || p.Message == "" || p.Severity < parser.Error || p.Severity > parser.Hint {
			return fmt.Errorf("problem %+v is not complete", p)
		}
		if p.Span.Start < last || p.Span.End > len(f.Src) || p.Span.End < p.Span.Start {
			return fmt.Errorf("problem %+v is out of order or bounds", p)
		}
		last = p.Span.Start
	}
	return nil
}

func blockError(f *parser.File, b *parser.Block, index int) error {
	at := b.Span.Start
	for _, item := range b.Items {
		if item.Span.Start != at || item.Span.IsEmpty() {
			return fmt.Errorf("item %v at %v does not follow %d", item.Kind, item.Span, at)
		}
		at = item.Span.End
		if item.Kind == parser.ItemUnknown && !hasError(f, item.Span) {
			return fmt.Errorf("unknown item at %v has no error", item.Span)
		}
	}
	if at != b.Span.End {
		return fmt.Errorf("items end at %d of %v", at, b.Span)
	}
	o := order{in: b.Span}
	o.span("title", b.Title)
	for _, d := range b.Directives {
		o.at = max(o.at, d.Span.Start)
		o.span("directive", d.Span)
		if !contains(d.Span, d.NameSpan) || !contains(d.Span, d.ValueSpan) || d.NameSpan.Of(f.Src) != d.Name || d.ValueSpan.Of(f.Src) != d.Value {
			return fmt.Errorf("directive %+v is not what it spans", d)
		}
	}
	for i := range b.Attachments {
		if err := attachmentError(f.Src, b.Span, &b.Attachments[i]); err != nil {
			return err
		}
	}
	for _, v := range b.Variables {
		if v.Block != index || !contains(b.Span, v.Span) || !contains(v.Span, v.NameSpan) || v.NameSpan.Of(f.Src) != v.Name {
			return fmt.Errorf("variable %+v is not what it spans", v)
		}
		if err := templateError(f.Src, v.Span, v.Value); err != nil {
			return fmt.Errorf("variable %s: %w", v.Name, err)
		}
	}
	if o.err != nil || b.Request == nil {
		return o.err
	}
	if b.Request.Block != index {
		return fmt.Errorf("request says block %d", b.Request.Block)
	}
	return requestError(f, b.Span, b.Request)
}

func requestError(f *parser.File, block text.Span, r *parser.Request) error {
	o := order{in: block}
	o.span("request", r.Span)
	o = order{in: r.Span}
	o.span("request line", r.LineSpan)
	line := r.LineSpan
	if r.Curl != nil { // -X POST may stand on each line of the command
		line = r.Span
	}
	if !contains(line, r.MethodSpan) && !r.MethodSpan.IsEmpty() {
		return fmt.Errorf("method %v is not on the line %v", r.MethodSpan, line)
	}
	if !contains(r.Span, r.Target.Span) || !r.Version.IsEmpty() && !contains(r.Span, r.Version) {
		return fmt.Errorf("target %v or version %v is not in %v", r.Target.Span, r.Version, r.Span)
	}
	if err := templateError(f.Src, r.Target.Span, r.Target); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	if r.Curl != nil { // the request line is all of it
		o.at = r.Span.Start
	}
	for i := range r.Headers {
		h := &r.Headers[i]
		o.span("header", h.Span)
		named := h.NameSpan.Of(f.Src) == h.Name || r.Curl != nil && h.NameSpan.IsEmpty()
		if !contains(h.Span, h.NameSpan) || !contains(h.Span, h.Value.Span) || !named || h.NameSpan.End > h.Value.Span.Start {
			return fmt.Errorf("header %+v is not what it spans", h)
		}
		if err := templateError(f.Src, h.Span, h.Value); err != nil {
			return fmt.Errorf("header %s: %w", h.Name, err)
		}
	}
	if r.Curl != nil { // options come in any order
		o.at = r.Span.Start
	}
	for i := range r.OpenHeaders {
		h := &r.OpenHeaders[i]
		if !contains(r.Span, h.Span) || !contains(h.Span, h.Name.Span) || !contains(h.Span, h.Value.Span) {
			return fmt.Errorf("open header %+v is not in %v", h, r.Span)
		}
	}
	if r.Body != nil {
		o.span("body", r.Body.Span)
		if err := bodyError(f.Src, r.Body); err != nil {
			return fmt.Errorf("body: %w", err)
		}
	}
	if !r.Runnable && !hasError(f, block) {
		return fmt.Errorf("request %v cannot run and no error says why", r.Span)
	}
	return o.err
}

func attachmentError(src string, block text.Span, a *parser.Attachment) error {
	spans := []text.Span{a.Code, a.Event, a.Name, a.Path.Span}
	for i := range a.Arguments {
		spans = append(spans, a.Arguments[i].Span, a.Arguments[i].NameSpan)
		if err := templateError(src, a.Span, a.Arguments[i].Value); err != nil {
			return fmt.Errorf("attachment %v: %w", a.Span, err)
		}
	}
	for _, span := range spans {
		if span != (text.Span{}) && !contains(a.Span, span) {
			return fmt.Errorf("%v is not in attachment %v", span, a.Span)
		}
	}
	if !contains(block, a.Span) || a.Span.IsEmpty() {
		return fmt.Errorf("attachment %v is not in %v", a.Span, block)
	}
	return nil
}

func bodyError(src string, b *parser.Body) error {
	if b.Span.IsEmpty() || b.Content.Span != b.Span {
		return fmt.Errorf("content %v is not body %v", b.Content.Span, b.Span)
	}
	gaps := order{in: b.Span}
	for _, comment := range b.Comments {
		gaps.span("comment", comment)
	}
	files := order{in: b.Span}
	for i := range b.Files {
		files.span("file", b.Files[i].Span)
		if err := templateError(src, b.Files[i].Span, b.Files[i].Path); err != nil {
			return err
		}
	}
	messages := order{in: b.Span}
	for _, message := range b.Messages {
		if message.Separator != (text.Span{}) {
			messages.span("separator", message.Separator)
		}
		messages.span("message", message.Span)
	}
	if messages.err != nil {
		return messages.err
	}
	if gaps.err != nil || files.err != nil {
		return fmt.Errorf("%v, %v", gaps.err, files.err)
	}
	return templateError(src, b.Span, b.Content)
}

func templateError(src string, in text.Span, tmpl template.Template) error {
	if !contains(in, tmpl.Span) {
		return fmt.Errorf("template %v is not in %v", tmpl.Span, in)
	}
	o := order{in: tmpl.Span}
	for _, p := range tmpl.Parts {
		o.span("part", p.Span)
		if p.Span.IsEmpty() || p.Expr != nil && p.Expr.Span != p.Span {
			return fmt.Errorf("part %v is not its expression", p.Span)
		}
	}
	return o.err
}

// order checks that spans follow each other inside another one.
type order struct {
	in  text.Span
	at  int
	err error
}

func (o *order) span(what string, span text.Span) {
	if what == "title" && span == (text.Span{}) {
		return
	}
	if o.err == nil && (!contains(o.in, span) || span.Start < o.at) {
		o.err = fmt.Errorf("%s %v is not in %v behind %d", what, span, o.in, o.at)
	}
	o.at = span.End
}

func contains(outer, inner text.Span) bool {
	return outer.Start <= inner.Start && inner.Start <= inner.End && inner.End <= outer.End
}

func hasError(f *parser.File, in text.Span) bool {
	first, _ := slices.BinarySearchFunc(f.Problems, in.Start, func(p parser.Problem, at int) int { return p.Span.Start - at })
	for _, p := range f.Problems[first:] {
		if !in.Contains(p.Span.Start) {
			return false
		}
		if p.Severity == parser.Error {
			return true
		}
	}
	return false
}
