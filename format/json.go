package format

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// body lays out the body of a block's request if it is JSON.
func (w *writer) body(b *parser.Block) {
	r := b.Request
	if r == nil || r.Body == nil || r.Curl != nil || hasDirective(b, "raw-body") {
		return
	}
	tokens, root, ok := readJSON(w.src, r)
	if !ok {
		return
	}
	indent := cmp.Or(ownIndent(w.src, tokens), w.options.Indent, "  ")
	p := printer{w: w, indent: indent, newline: w.newlineAt(r.Body.Span.Start), tokens: tokens, end: r.Body.Span.Start}
	p.document(root)
	w.replace(text.Span{Start: p.end, End: r.Body.Span.End}, "")
}

// readJSON reads the body of a request if it is an object or a list; a variable
// alone may be any text.
func readJSON(src string, r *parser.Request) (tokens []token, d document, ok bool) {
	if !isJSON(src, r) {
		return nil, d, false
	}
	if tokens, ok = scanJSON(src, r.Body); ok {
		d, ok = parseJSON(src, tokens)
	}
	return tokens, d, ok && d.root.open != 0
}

// ownIndent is what the first line inside a body's outer brackets is indented by
// against them; where they differ, the closing one has not been left behind when
// the body was pasted. It is empty where that is not some blanks or some tabs.
func ownIndent(src string, tokens []token) string {
	const longest = 8
	tokens = slices.DeleteFunc(slices.Clone(tokens), func(t token) bool { return t.kind == tokenComment })
	if len(tokens) < 3 || !tokens[1].newline {
		return ""
	}
	blanksBefore := func(at int) string {
		line := src[strings.LastIndexByte(src[:at], '\n')+1 : at]
		return line[:len(line)-len(strings.TrimLeft(line, blanks))]
	}
	outer := tokens[0]
	if last := tokens[len(tokens)-1]; last.newline {
		outer = last
	}
	indent, ok := strings.CutPrefix(blanksBefore(tokens[1].span.Start), blanksBefore(outer.span.Start))
	if !ok || len(indent) > longest || strings.Trim(indent, " ") != "" && strings.Trim(indent, "\t") != "" {
		return ""
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
	first := strings.TrimLeft(body.Content.Text(src), " \t\r\n")
	if first == "" || first[0] != '{' && first[0] != '[' {
		return false
	}
	return mediaType == "" || mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
}
