package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// bodyReader collects the body of one request.
type bodyReader struct {
	p *parser
	// keepComments is set where # and // are text like any other (C1).
	keepComments bool
	// multipart is set where other tools take such lines for comments.
	multipart bool
	// start is the first line of the body, or -1 before it.
	start int
	// contentEnd is the end of the last line that is sent, contentNext the
	// offset behind its line end.
	contentEnd, contentNext int
	// run is where the text begins that is not yet cut into parts.
	run int
	// textLines counts the lines that are sent as text.
	textLines int
	// blank is set when a blank line stands behind the last line that is sent,
	// or before the first one.
	blank bool
	// delimiter is the first line of a multipart body that begins with two
	// dashes; closed is set when the last line that is sent is the closing one.
	delimiter string
	closed    bool
	shape     bodyShape
}

// readBody reads from the current line to the end of the body. The lines
// behind the last one that is sent are items of their own.
func (p *parser) readBody() {
	p.parts, p.files, p.comments, p.pending = p.parts[:0], p.files[:0], p.comments[:0], p.pending[:0]
	p.messages = p.messages[:0]
	b := bodyReader{p: p, start: -1}
	b.keepComments, b.multipart = p.keepsComments()
	for !p.eof && !b.readLine() {
	}
	b.finish()
}

// readLine reads one line and reports whether the body ended before it.
func (b *bodyReader) readLine() (ended bool) {
	p := b.p
	if p.line.first == p.line.end {
		b.blank = true
		b.wait(ItemBlank)
		return false
	}
	content := p.content()
	if b.ends(content) {
		return true
	}
	switch {
	case (!b.keepComments || b.closed) && isComment(content):
		b.wait(ItemComment)
		return false
	case content[0] == '<' && isFileLine(content):
		b.beginContent()
		b.addFile()
	case content[0] == 'g' && b.start < 0 && b.addGraphQLFile():
	case content[0] == '=' && b.separates(content):
		b.beginContent()
		b.addSeparator(content)
	default:
		b.beginContent()
		if p.fence > 0 {
			b.cut(p.line.start, p.line.margin)
		}
		b.textLines++
		if b.multipart && isComment(content) {
			p.problem(CodeCommentSent, Warning, "this line is sent as a part of the multipart body, where other tools take it for a comment; remove it", p.trimmed())
		}
	}
	b.closed = b.multipart && b.closes(strings.TrimRight(content, " \t"))
	b.contentEnd, b.contentNext = p.line.end, p.line.next
	b.blank = false
	p.advance()
	return false
}

// closes reports whether a line of a multipart body is its closing delimiter.
func (b *bodyReader) closes(line string) bool {
	if !strings.HasPrefix(line, "--") {
		return false
	}
	if len(b.delimiter) <= len("--") {
		b.delimiter = line
		return false
	}
	rest, ok := strings.CutPrefix(line, b.delimiter)
	return ok && rest == "--"
}

// wait keeps a line that belongs to the body only if text follows it.
func (b *bodyReader) wait(kind ItemKind) {
	l := b.p.line
	span := text.Span{Start: l.start, End: l.next}
	b.p.pending = append(b.p.pending, Item{Kind: kind, Span: span})
	b.p.advance()
}

// beginContent takes the lines that were waiting into the body.
func (b *bodyReader) beginContent() {
	p := b.p
	first := b.start < 0
	for _, item := range p.pending {
		if item.Kind == ItemComment {
			p.problem(CodeCommentInBody, Hint, "this line of the body is a comment and will not be sent; # @raw-body above the request sends such lines", p.trimLine(item.Span))
		}
		switch {
		case first:
			p.item(item.Kind, item.Span.Start, item.Span.End)
		case item.Kind == ItemComment:
			p.comments = append(p.comments, p.trimLine(item.Span))
			b.cut(item.Span.Start, item.Span.End)
		case p.fence > 0:
			b.cut(item.Span.Start, p.skipBlanks(item.Span.Start, min(item.Span.Start+p.fence, item.Span.End)))
		}
	}
	p.pending = p.pending[:0]
	if first {
		b.start, b.run = p.line.start, p.line.start
	}
}

// cut ends the text that is sent at end and begins the next at next.
func (b *bodyReader) cut(end, next int) {
	p := b.p
	if b.run < end {
		p.parts = p.scan.AppendParts(p.parts, text.Span{Start: b.run, End: end})
	}
	b.run = next
}

// addGraphQLFile adds a gql name < path line.
func (b *bodyReader) addGraphQLFile() bool {
	operation, path, ok := b.p.graphQLFile()
	if ok {
		b.beginContent()
		b.addPath(FileRef{Span: b.p.trimmed(), GraphQL: true, Operation: operation}, path)
	}
	return ok
}

// addFile adds a < path line.
func (b *bodyReader) addFile() {
	p := b.p
	whole := p.trimmed()
	f := FileRef{Span: whole}
	at := whole.Start + 1
	if p.src[at] == '@' {
		f.Expand = true
		encoding := at + 1
		for at < whole.End && !isBlank(p.src[at]) {
			at++
		}
		f.Encoding = p.src[encoding:at]
	}
	b.addPath(f, at)
}

// addPath adds f, whose path begins at offset at and ends with its line.
func (b *bodyReader) addPath(f FileRef, at int) {
	p := b.p
	b.cut(p.line.start, p.line.next)
	// The text of the body is in p.parts, so the path is scanned behind it.
	old := len(p.parts)
	f.Path.Span = p.trim(at, f.Span.End)
	p.parts = p.scan.AppendParts(p.parts, f.Path.Span)
	f.Path.Parts = p.requestParts(p.parts[old:])
	p.parts = p.parts[:old]
	p.files = append(p.files, f)
}

// finish makes the body, and items of the lines that were waiting.
func (b *bodyReader) finish() {
	p := b.p
	if b.start >= 0 {
		b.cut(b.contentEnd, b.contentEnd)
		body := p.bodySlab.One()
		body.Span = text.Span{Start: b.start, End: b.contentEnd}
		body.Content.Span = body.Span
		body.Content.Parts = p.requestParts(p.parts)
		body.Files = append([]FileRef(nil), p.files...)
		body.Comments = append([]text.Span(nil), p.comments...)
		switch {
		case len(p.files) == 1 && b.textLines == 0:
			body.Kind = BodyFile
		case len(p.files) > 0:
			body.Kind = BodyMixed
		}
		p.request.Body = body
		b.finishMessages(body)
		p.item(ItemBody, b.start, b.contentNext)
	}
	for _, item := range p.pending {
		if item.Span.Start < p.line.start {
			p.item(item.Kind, item.Span.Start, item.Span.End)
		}
	}
}

// trimLine returns the span of a line's content without blanks at its ends.
func (p *parser) trimLine(span text.Span) text.Span {
	for span.End > span.Start && (p.src[span.End-1] == '\n' || p.src[span.End-1] == '\r') {
		span.End--
	}
	return p.trim(span.Start, span.End)
}

// isFileLine reports whether content is < path, <@ path or <@encoding path.
func isFileLine(content string) bool {
	at := 1
	if at < len(content) && content[at] == '@' {
		for at++; at < len(content) && (isWordByte(content[at]) || content[at] == '-'); {
			at++
		}
	}
	rest := content[at:]
	return rest != "" && isBlank(rest[0]) && strings.TrimLeft(rest, " \t") != "" && !isScriptOpening(content)
}

// keepsComments decides by the body's media type whether lines that begin with
// # or // are sent (C1): in JSON, GraphQL, forms and bodies without a media
// type they are comments. multipart says that the other tools think otherwise.
func (p *parser) keepsComments() (keep, multipart bool) {
	if p.hasDirective("raw-body") {
		return true, false
	}
	if p.request.Method == "GRAPHQL" {
		return false, false
	}
	for i := range p.headers {
		h := &p.headers[i]
		switch {
		case strings.EqualFold(h.Name, "Content-Type"):
			mediaType := h.Value.Text(p.src)
			keep = keepsCommentsIn(mediaType)
			multipart = strings.HasPrefix(strings.ToLower(mediaType), "multipart/")
		case strings.EqualFold(h.Name, "X-Request-Type") && strings.EqualFold(h.Value.Text(p.src), "GraphQL"):
			return false, false
		}
	}
	return keep, multipart
}

// keepsCommentsIn decides for one media type. One that a variable gives is
// not known here and taken for none.
func keepsCommentsIn(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.TrimSpace(mediaType)
	if mediaType == "" || strings.HasPrefix(mediaType, "{{") {
		return false
	}
	mediaType = strings.ToLower(mediaType)
	for _, part := range []string{"json", "graphql", "x-www-form-urlencoded"} {
		if strings.Contains(mediaType, part) {
			return false
		}
	}
	return true
}
