package parser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/parse/*.http")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in testdata/parse: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			file := parser.Parse(string(src))
			checkFile(t, file)
			golden.Compare(t, strings.TrimSuffix(path, ".http")+".golden", outline(file))
		})
	}
}

// outline writes a tree for a person to read: a line an item, below it what
// the item means.
func outline(f *parser.File) string {
	var b strings.Builder
	for i, block := range f.Blocks {
		fmt.Fprintf(&b, "block %d %q\n", i, block.Title.Of(f.Src))
		for _, item := range block.Items {
			fmt.Fprintf(&b, "  %-12s %q\n", item.Kind, item.Span.Of(f.Src))
		}
		for _, d := range block.Directives {
			fmt.Fprintf(&b, "  @%s %q\n", d.Name, d.Value)
		}
		for _, v := range block.Variables {
			fmt.Fprintf(&b, "  variable %s = %s\n", v.Name, outlineTemplate(f.Src, v.Value))
		}
		for i := range block.Attachments {
			outlineAttachment(&b, f.Src, &block.Attachments[i])
		}
		if block.Request != nil {
			outlineRequest(&b, f.Src, block.Request)
		}
	}
	mapper := text.NewMapper(f.Src)
	for _, p := range f.Problems {
		at := mapper.Position(p.Span.Start, text.UTF8)
		fmt.Fprintf(&b, "%d:%d %s %s %q: %s\n", at.Line+1, at.Character+1, p.Severity, p.Code, p.Span.Of(f.Src), p.Message)
	}
	return b.String()
}

func outlineAttachment(b *strings.Builder, src string, a *parser.Attachment) {
	fmt.Fprintf(b, "  %s", a.Kind)
	if a.Before {
		b.WriteString(" before")
	}
	if !a.Name.IsEmpty() {
		fmt.Fprintf(b, " name=%q", a.Name.Of(src))
	}
	if !a.Event.IsEmpty() || a.Everywhere {
		fmt.Fprintf(b, " event=%q everywhere=%v", a.Event.Of(src), a.Everywhere)
	}
	if a.Overwrite {
		b.WriteString(" overwrite")
	}
	if len(a.Path.Parts) > 0 {
		fmt.Fprintf(b, " path %s", outlineTemplate(src, a.Path))
	}
	if !a.Code.IsEmpty() {
		fmt.Fprintf(b, " code %q", a.Code.Of(src))
	}
	for i := range a.Arguments {
		fmt.Fprintf(b, " (%s = %s)", a.Arguments[i].NameSpan.Of(src), outlineTemplate(src, a.Arguments[i].Value))
	}
	b.WriteString("\n")
}

func outlineRequest(b *strings.Builder, src string, r *parser.Request) {
	fmt.Fprintf(b, "  request %q runnable=%v\n", r.Name, r.Runnable)
	fmt.Fprintf(b, "    %s %s %s\n", r.Method, outlineTemplate(src, r.Target), r.Version.Of(src))
	for i := range r.Headers {
		fmt.Fprintf(b, "    %s: %s\n", r.Headers[i].Name, outlineTemplate(src, r.Headers[i].Value))
	}
	for i := range r.OpenHeaders {
		h := &r.OpenHeaders[i]
		fmt.Fprintf(b, "    open header spread=%v %s: %s\n", h.Spread, outlineTemplate(src, h.Name), outlineTemplate(src, h.Value))
	}
	if r.Curl != nil {
		for i := range r.Curl.Options {
			fmt.Fprintf(b, "    option %s %s\n", r.Curl.Options[i].Name, outlineTemplate(src, r.Curl.Options[i].Value))
		}
	}
	if r.Body == nil {
		return
	}
	fmt.Fprintf(b, "    body %s %s\n", r.Body.Kind, outlineTemplate(src, r.Body.Content))
	for i := range r.Body.Files {
		file := &r.Body.Files[i]
		fmt.Fprintf(b, "    file %s expand=%v %s\n", outlineTemplate(src, file.Path), file.Expand, file.Encoding)
		if file.GraphQL {
			fmt.Fprintf(b, "    graphql file %q\n", file.Operation.Of(src))
		}
	}
	for _, message := range r.Body.Messages {
		fmt.Fprintf(b, "    message %q wait=%v\n", message.Span.Of(src), message.WaitForServer)
	}
	for _, comment := range r.Body.Comments {
		fmt.Fprintf(b, "    not sent %q\n", comment.Of(src))
	}
}

func outlineTemplate(src string, t template.Template) string {
	var parts []string
	for _, p := range t.Parts {
		if p.Expr == nil {
			parts = append(parts, fmt.Sprintf("%q", p.Span.Of(src)))
		} else {
			parts = append(parts, fmt.Sprintf("<%s>", p.Expr.Inner.Of(src)))
		}
	}
	return strings.Join(parts, " ")
}
