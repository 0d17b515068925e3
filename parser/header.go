package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// headEnd says what ends a request's headers.
type headEnd uint8

const (
	endOfBlock headEnd = iota // a separator or the end of the file
	endOfHead                 // a blank line, or a body without one
	endOfBody                 // a script or an output behind a request without a body
)

// readHeaders reads the lines behind the request line up to the blank line.
func (p *parser) readHeaders() headEnd {
	warned := false
	indent := p.indentation(p.request.LineSpan.Start)
	for !p.eof {
		content := p.content()
		switch {
		case content == "":
			return endOfHead
		case p.atSeparator():
			return endOfBlock
		case content[0] == '>' || isStatusLine(content) || isResponseFile(content):
			return endOfBody
		case p.startsBody(content):
			p.problem(CodeMissingBlankLine, Warning, "the body begins here without a blank line before it; insert one", p.trimmed())
			return endOfHead
		case p.readTrivia(true):
		case p.readScript():
		case p.indented() && p.foldsHeader(content):
			p.foldHeader()
		default:
			if p.line.first-p.line.start > indent && !warned && looksLikeHeader(content) {
				warned = true
				p.problem(CodeIndentedHeader, Warning, "this indented line is read as a header, not as a part of the URL above it; remove the indentation", p.trimmed())
			}
			p.readHeader(content)
		}
	}
	return endOfBlock
}

// indentation counts the blanks before an offset.
func (p *parser) indentation(offset int) int {
	return offset - len(strings.TrimRight(p.src[:offset], " \t"))
}

// startsBody reports whether a line among the headers is the body already
// (C8).
func (p *parser) startsBody(content string) bool {
	switch content[0] {
	case '[':
		return true
	case '<':
		return !isScriptOpening(content)
	case '{':
		return !p.braceScriptFollows(content) && !p.isTemplatedHeader()
	}
	return false
}

// braceScriptFollows reports whether content opens a {{ … }} block.
func (p *parser) braceScriptFollows(content string) bool {
	return isBraceScriptOpening(content) && p.line.start >= p.noScriptBefore
}

// colon returns the offset of the line's first colon outside expressions, or
// -1. Only what stands before an expression can be a header's name.
func (p *parser) colon() int {
	content := p.content()
	i := strings.IndexByte(content, ':')
	if i < 0 || strings.Contains(content[:i], "{{") {
		return -1
	}
	return p.line.first + i
}

// isTemplatedHeader reports whether the line begins with an expression that a
// colon follows.
func (p *parser) isTemplatedHeader() bool {
	content := p.content()
	if !strings.HasPrefix(content, "{{") {
		return false
	}
	p.parts = p.scan.AppendParts(p.parts[:0], p.trimmed())
	end := p.parts[0].Span.End
	return strings.HasPrefix(strings.TrimLeft(p.src[end:p.line.end], " \t"), ":")
}

// readHeader reads a header, or refuses the line.
func (p *parser) readHeader(content string) {
	whole := p.trimmed()
	if p.readOpenHeader(content, whole) {
		return
	}
	colon := p.colon()
	if colon < 0 || strings.HasPrefix(p.src[colon:whole.End], "://") {
		p.refuseHeader(content, whole)
		return
	}
	h := Header{Span: whole, NameSpan: p.trim(whole.Start, colon)}
	h.Name = h.NameSpan.Of(p.src)
	if !isToken(h.Name) {
		if knownMethod(firstWord(content)) != "" {
			p.refuseHeader(content, whole)
			return
		}
		p.refuse(CodeBadHeaderName, "this is no header's name; names are letters, digits and dashes", text.Span{Start: whole.Start, End: max(h.NameSpan.End, whole.Start+1)})
		p.take(ItemUnknown)
		return
	}
	h.Value.Span = p.trim(colon+1, whole.End)
	p.parts = p.scan.AppendParts(p.parts[:0], h.Value.Span)
	h.Value.Parts = p.requestParts(p.parts)
	p.headers = append(p.headers, h)
	p.take(ItemHeader)
}

// readOpenHeader reads ...name, and a header whose name begins with an
// expression. Both refuse the request.
func (p *parser) readOpenHeader(content string, whole text.Span) bool {
	h := OpenHeader{Span: whole}
	switch {
	case strings.HasPrefix(content, "...") && len(content) > len("...") && !isBlank(content[3]):
		h.Spread = true
		h.Name, _ = p.scanTemplate(text.Span{Start: whole.Start + len("..."), End: whole.End})
		h.Value.Span = text.Span{Start: whole.End, End: whole.End}
		p.refuse(CodeHeaderSpread, "the headers that a script spreads here are not known; write them as Name: value", whole)
	case p.isTemplatedHeader():
		colon := p.parts[0].Span.End
		colon += strings.IndexByte(p.src[colon:whole.End], ':')
		h.Name, _ = p.scanTemplate(p.trim(whole.Start, colon))
		h.Value, _ = p.scanTemplate(p.trim(colon+1, whole.End))
		p.refuse(CodeVariableHeaderName, "a header's name cannot hold a variable; write the name itself", whole)
	default:
		return false
	}
	p.open = append(p.open, h)
	p.take(ItemHeader)
	return true
}

// refuseHeader refuses a line among the headers that is none (C20). A request
// line needs a blank line before it to stand without a separator (C9).
func (p *parser) refuseHeader(content string, whole text.Span) {
	code, message := CodeHeaderWithoutColon, "this line among the headers has no colon; write Name: value, or a blank line before the body"
	switch {
	case knownMethod(firstWord(content)) != "" || startsWithURL(content):
		code, message = CodeMissingSeparator, "this looks like a request among the headers of another; write ### on a line before it"
	case content[0] == '?' || content[0] == '&' || content[0] == '/':
		message = "this line belongs to the URL; move it directly below the request line"
	}
	p.refuse(code, message, whole)
	p.take(ItemUnknown)
}

// foldsHeader reports whether an indented line continues the header above it.
func (p *parser) foldsHeader(content string) bool {
	n := len(p.items)
	return len(p.headers) > 0 && n > 0 && p.items[n-1].Kind == ItemHeader && !looksLikeHeader(content)
}

// foldHeader adds the current line, and those that fold behind it, to the last
// header. Two lines are joined by one blank, the last one of the indentation.
func (p *parser) foldHeader() {
	h := &p.headers[len(p.headers)-1]
	p.parts = append(p.parts[:0], h.Value.Parts...)
	old := len(p.parts)
	for !p.eof && p.indented() && p.line.first < p.line.end && !isComment(p.content()) && p.foldsHeader(p.content()) {
		whole := p.trimmed()
		from := whole.Start - 1
		if len(p.parts) == 0 {
			from = whole.Start
			h.Value.Span.Start = from
		}
		p.parts = p.scan.AppendParts(p.parts, text.Span{Start: from, End: whole.End})
		h.Value.Span.End, h.Span.End = whole.End, whole.End
		p.items[len(p.items)-1].Span.End = p.line.next
		p.advance()
	}
	if !p.checkExprs(p.parts[old:]) {
		p.request.Runnable = false
	}
	h.Value.Parts = p.partSlab.Copy(p.parts)
}

// isToken reports whether s is a token of RFC 9110.
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// firstWord returns s up to its first blank.
func firstWord(s string) string {
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i]
	}
	return s
}

// startsWithURL reports whether s begins with a scheme and ://.
func startsWithURL(s string) bool {
	i := strings.Index(s, "://")
	return i > 0 && isToken(s[:i])
}
