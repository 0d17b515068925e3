package format

import (
	"strconv"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// unchanged reports whether a file reads the same after edits: the same
// requests with the same parts, the same variables, comments and scripts.
func unchanged(f *parser.File, edits []text.Edit, parse func(src string) *parser.File) bool {
	if len(edits) == 0 {
		return true
	}
	src, err := text.Apply(f.Src, edits)
	return err == nil && meaning(f) == meaning(parse(src))
}

// meaning writes everything about a file that formatting must keep. Bodies of
// JSON count without their white space.
func meaning(f *parser.File) string {
	m := meaningWriter{src: f.Src}
	for _, b := range f.Blocks {
		m.put("block", b.Title.Of(f.Src))
		for _, v := range b.Variables {
			m.put("variable", v.Name, v.Value.Text(f.Src), strconv.FormatBool(v.Lazy), strconv.FormatBool(v.Global))
		}
		for _, d := range b.Directives {
			m.put("directive", d.Name, d.Value)
		}
		for _, item := range b.Items {
			switch item.Kind {
			case parser.ItemComment:
				m.lines(item.Span)
			case parser.ItemScript, parser.ItemOutput, parser.ItemResponse, parser.ItemCommand, parser.ItemUnknown, parser.ItemGraphQL:
				m.put(item.Kind.String(), strings.TrimRight(item.Span.Of(f.Src), " \t\r\n"))
			}
		}
		if b.Request != nil {
			m.request(b.Request)
		}
	}
	for _, p := range f.Problems {
		if p.Severity <= parser.Warning {
			m.put("problem", p.Code)
		}
	}
	return m.out.String()
}

type meaningWriter struct {
	src string
	out strings.Builder
}

// put writes a part; the quotes keep parts apart.
func (m *meaningWriter) put(parts ...string) {
	for _, p := range parts {
		m.out.WriteString(strconv.Quote(p))
		m.out.WriteByte(' ')
	}
	m.out.WriteByte('\n')
}

// lines writes the lines of a comment without the blanks at their ends.
func (m *meaningWriter) lines(span text.Span) {
	for line := range strings.Lines(span.Of(m.src)) {
		if line = strings.Trim(line, " \t\r\n\ufeff"); line != "" {
			m.put("comment", line)
		}
	}
}

func (m *meaningWriter) request(r *parser.Request) {
	m.put("request", r.Name, r.Method, r.Target.Text(m.src), r.Version.Of(m.src), strconv.FormatBool(r.Runnable))
	for i := range r.Headers {
		m.put("header", r.Headers[i].Name, r.Headers[i].Value.Text(m.src))
	}
	for _, h := range r.OpenHeaders {
		m.put("open header", strings.TrimRight(h.Span.Of(m.src), " \t\r\n"))
	}
	if r.Body == nil {
		return
	}
	m.put("body", r.Body.Kind.String(), strconv.Itoa(len(r.Body.Messages)))
	for _, f := range r.Body.Files {
		m.put("file", f.Path.Text(m.src), f.Encoding, strconv.FormatBool(f.Expand))
	}
	for _, c := range r.Body.Comments {
		m.lines(c)
	}
	if tokens, ok := scanJSON(m.src, r.Body); ok && isJSON(m.src, r) {
		for _, t := range tokens {
			if t.kind != tokenComment {
				m.put(t.span.Of(m.src))
			}
		}
		return
	}
	m.put(r.Body.Content.Text(m.src))
}
