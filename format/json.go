package format

import (
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/parser"
)

// body lays out the body of a block's request if it is JSON.
func (w *writer) body(b *parser.Block) {
	r := b.Request
	if r == nil || r.Body == nil || r.Curl != nil || !isJSON(w.src, r) || hasDirective(b, "raw-body") {
		return
	}
	tokens, ok := scanJSON(w.src, r.Body)
	if !ok {
		return
	}
	root, ok := parseJSON(w.src, tokens)
	if !ok {
		return
	}
	indent := w.options.Indent
	if indent == "" {
		indent = ownIndent(w.src, tokens)
	}
	p := printer{src: w.src, indent: indent, newline: w.newlineAt(r.Body.Span.Start)}
	p.document(root)
	w.replace(r.Body.Span, p.out.String())
}

// ownIndent is what the first line inside a body's outer bracket is indented by,
// where that is some blanks or some tabs; else two blanks.
func ownIndent(src string, tokens []token) string {
	const usual, longest = "  ", 8
	if len(tokens) < 2 || !tokens[1].newline {
		return usual
	}
	blanksBefore := func(at int) string {
		line := src[strings.LastIndexByte(src[:at], '\n')+1 : at]
		return line[len(strings.TrimRight(line, blanks)):]
	}
	indent := blanksBefore(tokens[1].span.Start)
	if blanksBefore(tokens[0].span.Start) != "" || indent == "" || len(indent) > longest ||
		strings.Trim(indent, " ") != "" && strings.Trim(indent, "\t") != "" {
		return usual
	}
	return indent
}

func hasDirective(b *parser.Block, name string) bool {
	return slices.ContainsFunc(b.Directives, func(d parser.Directive) bool {
		return strings.EqualFold(strings.ReplaceAll(d.Name, "-", ""), strings.ReplaceAll(name, "-", ""))
	})
}

// signed are headers whose value was computed from the bytes of the body.
func signed() []string {
	return []string{
		"content-md5", "digest", "content-digest", "repr-digest", "signature", "x-amz-content-sha256",
		"x-hub-signature", "x-hub-signature-256", "x-signature", "content-length",
	}
}

// isJSON reports whether a request's body is one JSON text as far as its headers
// and its first character tell, and is free to be laid out: nothing was computed
// from its bytes.
func isJSON(src string, r *parser.Request) bool {
	body := r.Body
	if body.Kind != parser.BodyInline || len(body.Messages) > 0 || len(body.Files) > 0 || r.Protocol != parser.ProtocolHTTP {
		return false
	}
	mediaType := ""
	for i := range r.Headers {
		h := &r.Headers[i]
		name := strings.ToLower(h.Name)
		if slices.Contains(signed(), name) {
			return false
		}
		if name == "content-type" {
			mediaType = strings.ToLower(h.Value.Text(src))
		}
		if name == "x-request-type" {
			return false
		}
	}
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.TrimSpace(mediaType)
	first := body.Content.Text(src)
	if first == "" || first[0] != '{' && first[0] != '[' {
		return false
	}
	return mediaType == "" || mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
}
