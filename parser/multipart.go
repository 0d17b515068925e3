package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// multipart cuts the body at its boundary lines (RFC 2046 section 5.1.1): two
// dashes and the boundary. Without a boundary parameter the first line that
// begins with two dashes says it.
func (s *structureReader) multipart(boundary string) []MultipartPart {
	var parts []MultipartPart
	delimiter := ""
	if boundary != "" {
		delimiter = "--" + boundary
	}
	open, file := -1, 0
	finish := func(end int) {
		if open >= 0 {
			parts[open].Span.End = end
			file = s.finishPart(&parts[open], file)
		}
		open = -1
	}
	for at := s.body.Span.Start; at < s.body.Span.End; {
		line, next := s.line(at)
		content := strings.TrimRight(line.Of(s.src), " \t")
		if s.fenced {
			content = strings.TrimLeft(content, " \t")
		}
		if delimiter == "" && strings.HasPrefix(content, "--") && len(content) > len("--") {
			delimiter = content
		}
		switch {
		case delimiter != "" && content == delimiter:
			finish(line.Start)
			parts = append(parts, MultipartPart{Span: text.Span{Start: line.Start}, Content: text.Span{Start: next}, File: -1})
			open = len(parts) - 1
		case delimiter != "" && content == delimiter+"--":
			finish(line.Start)
		}
		at = next
	}
	finish(s.body.Span.End)
	return parts
}

// finishPart reads the headers of a part, whose lines begin at Content.Start
// and which ends at Span.End. file is the index of the body's first file that no
// part before has; it returns the next such.
func (s *structureReader) finishPart(p *MultipartPart, file int) int {
	at, end := min(p.Content.Start, p.Span.End), p.Span.End
	for at < end {
		line, next := s.line(at)
		whole := s.trim(line)
		colon := strings.IndexByte(whole.Of(s.src), ':')
		at = next
		if whole.IsEmpty() || colon < 0 {
			break
		}
		colon += whole.Start
		p.Headers = append(p.Headers, PartHeader{
			Span: whole, NameSpan: s.trim(text.Span{Start: whole.Start, End: colon}), ValueSpan: s.trim(text.Span{Start: colon + 1, End: whole.End}),
		})
	}
	p.Content = text.Span{Start: min(at, end), End: end}
	// The line end before a boundary belongs to the boundary.
	if rest := p.Content.Of(s.src); strings.HasSuffix(rest, "\r\n") {
		p.Content.End -= 2
	} else if rest != "" && isSpace(rest[len(rest)-1]) {
		p.Content.End--
	}
	for ; file < len(s.body.Files) && s.body.Files[file].Span.Start < end; file++ {
		if s.body.Files[file].Span == s.trim(p.Content) {
			p.File = file
		}
	}
	return file
}
