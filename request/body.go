package request

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// body is the plan's body: text and files in order.
type body struct{ parts []bodyPart }

// bodyPart is a run of pieces, or a file that is sent as it is.
type bodyPart struct {
	pieces []piece
	file   *bodyFile
}

func (b *body) empty() bool { return len(b.parts) == 0 }

func (b *body) hasUse() bool {
	for _, p := range b.parts {
		if hasUse(p.pieces) {
			return true
		}
	}
	return false
}

// text returns all pieces of a body without files; ok is false if it has one.
func (b *body) text() (pieces []piece, ok bool) {
	for _, p := range b.parts {
		if p.file != nil {
			return nil, false
		}
		pieces = append(pieces, p.pieces...)
	}
	return pieces, true
}

// body expands the body and gives its own lines the line end of its media type,
// whatever the request file has: an editor or git may have changed that. Values
// and files keep theirs.
func (b *builder) body() {
	if b.req.Body == nil {
		return
	}
	if b.req.Curl != nil {
		b.curlBody()
		return
	}
	if e, _, ok := b.scope.WholeHeader(b.file.Src, b.req); ok {
		b.fail(CodeNotRunnable, e.Name+" holds a whole header, and a value can add none", "write the header itself in the place of the variable", e.Span)
		return
	}
	if s := b.file.Structure(b.req); s.Kind == parser.StructureGraphQL {
		b.graphQLBody(s.GraphQL)
		return
	}
	out := &b.plan.body
	var run []template.Part
	flush := func() {
		if len(run) > 0 {
			out.parts = append(out.parts, bodyPart{pieces: b.expand(template.Template{Span: b.req.Body.Content.Span, Parts: run})})
			run = nil
		}
	}
	files := b.req.Body.Files
	for _, part := range b.req.Body.Content.Parts {
		for len(files) > 0 && files[0].Span.Start <= part.Span.Start {
			flush()
			b.appendFile(&files[0])
			b.appendText("\n", files[0].Span)
			files = files[1:]
		}
		run = append(run, part)
	}
	flush()
	for i := range files {
		b.appendFile(&files[i])
		if i < len(files)-1 { // the line end belongs to the body if more follows
			b.appendText("\n", files[i].Span)
		}
	}
	b.shapeBody()
	for i := range out.parts {
		b.setPlacement(out.parts[i].pieces, InBody)
	}
}

func (b *builder) appendFile(ref *parser.FileRef) {
	file := b.findFile(ref)
	if file == nil {
		return
	}
	part := bodyPart{file: file}
	if ref.Expand {
		src, err := file.read(ref.Encoding)
		if err != nil {
			b.fail(CodeBodyFile, err.Error(), "", ref.Span)
			return
		}
		all := text.Span{Start: 0, End: len(src)}
		part = bodyPart{pieces: b.expandIn(src, template.Scan(src, all), &ref.Span)}
	}
	b.plan.body.parts = append(b.plan.body.parts, part)
}

// appendText adds text of the request file's own.
func (b *builder) appendText(s string, at text.Span) {
	b.plan.body.parts = append(b.plan.body.parts, bodyPart{pieces: []piece{{text: s, use: literal, span: at, written: true}}})
}

// shapeBody applies what the media type asks for.
func (b *builder) shapeBody() {
	parts := b.plan.body.parts
	for i := range parts {
		parts[i].pieces = joinWritten(parts[i].pieces)
	}
	kind := b.plan.mediaType()
	edit := func(change func(piece) string) {
		for _, part := range parts {
			for i, p := range part.pieces {
				if p.use == literal {
					part.pieces[i].text = change(p)
				}
			}
		}
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		// RFC 2046 section 4.1.1: lines end in CR LF, the closing one too.
		edit(func(p piece) string {
			if !p.written {
				return p.text
			}
			return strings.ReplaceAll(p.text, "\n", "\r\n")
		})
		b.endBodyWith("\r\n")
		if header := b.plan.contentType(); !strings.Contains(header, placeholder) && !strings.Contains(strings.ToLower(header), "boundary=") {
			b.warn("The media type of the multipart body has no boundary, so that its parts cannot be told apart: add ; boundary=… to Content-Type.")
		}
	case kind == "application/x-www-form-urlencoded":
		lines, spaced := regexp.MustCompile(`[ \t]*\r?\n[ \t]*&|[ \t]*&[ \t]*\r?\n[ \t]*`), regexp.MustCompile(`[ \t]+=[ \t]+`)
		edit(func(p piece) string {
			return escapeIllegal(spaced.ReplaceAllString(lines.ReplaceAllString(p.text, "&"), "="))
		})
	case kind == "application/x-ndjson" || kind == "application/ndjson" || kind == "application/jsonl":
		b.endBodyWith("\n")
	}
}

func (b *builder) endBodyWith(end string) {
	parts := b.plan.body.parts
	if len(parts) == 0 {
		return
	}
	last := &parts[len(parts)-1]
	if n := len(last.pieces); n > 0 && last.pieces[n-1].use == literal && strings.HasSuffix(last.pieces[n-1].text, end) {
		return
	}
	if last.file != nil {
		b.plan.body.parts = append(parts, bodyPart{pieces: []piece{{text: end, use: literal}}})
		return
	}
	last.pieces = append(last.pieces, piece{text: end, use: literal})
}

// valueWarnings returns what the values did to a body that was right without
// them.
func (p *Plan) valueWarnings(v values) []string {
	pieces, ok := p.body.text()
	if !ok || !hasUse(pieces) {
		return nil
	}
	kind := p.mediaType()
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		// 0 stands for a value: it is right inside quotes and outside.
		before := strings.ReplaceAll(outline(pieces), placeholder, "0")
		if json.Valid([]byte(before)) && !json.Valid([]byte(render(pieces, v))) {
			return []string{"With a value put in, the body is not valid JSON any more. Add encode=json to the reference."}
		}
	case kind == "application/x-www-form-urlencoded":
		for _, piece := range pieces {
			if piece.use != literal && piece.encoding == raw && strings.ContainsAny(v[piece.use], "&=+% \r\n") {
				return []string{"A value in the form body holds characters that have a meaning there. Add encode=url to the reference."}
			}
		}
	}
	return nil
}
