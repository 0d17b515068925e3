package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// readRequest reads a request, whose request line is the current line, and the
// rest of its block.
func (p *parser) readRequest() {
	r := p.requestSlab.One()
	r.Block = len(p.file.Blocks)
	r.Runnable = true
	p.request = r
	if !p.skipped.IsEmpty() {
		p.refuse(CodeRequestLineExpected, requestLineExpected, p.skipped)
	}
	p.delimited = p.hasDirective("force-region-delimiter")
	if isCurl(p.content()) {
		p.readCurl()
		r.Headers = p.headerSlab.Copy(p.headers)
		p.readTrailer()
		return
	}
	p.readRequestLine()
	p.checkProtocol()
	end := p.readHeaders()
	r.Headers = p.headerSlab.Copy(p.headers)
	r.OpenHeaders = append([]OpenHeader(nil), p.open...)
	r.Span = text.Span{Start: r.LineSpan.Start, End: p.lastContentEnd()}
	if end == endOfHead {
		p.readBody()
		if r.Body != nil {
			r.Span.End = r.Body.Span.End
		}
	}
	if end != endOfBlock {
		p.readTrailer()
	}
}

// lastContentEnd returns the end of the last line of the request that was
// read, without its line end.
func (p *parser) lastContentEnd() int {
	end := p.request.LineSpan.End
	if t := p.request.Target.Span.End; t > end {
		end = t
	}
	if v := p.request.Version.End; v > end {
		end = v
	}
	if n := len(p.headers); n > 0 {
		end = p.headers[n-1].Span.End
	}
	if n := len(p.open); n > 0 {
		end = max(end, p.open[n-1].Span.End)
	}
	return end
}

// readRequestLine reads the request line and the lines that continue it.
func (p *parser) readRequestLine() {
	r := p.request
	l := p.line
	r.LineSpan = p.trimmed()
	target := p.readMethod(r.LineSpan)
	p.parts = p.parts[:0]
	p.appendTarget(target)
	p.checkTargetLine(target)
	p.take(ItemRequestLine)
	p.readTargetLines(l.first - l.start)
	r.Target.Span = text.Span{Start: target.Start, End: target.Start}
	if n := len(p.parts); n > 0 {
		r.Target.Span = text.Span{Start: p.parts[0].Span.Start, End: p.parts[n-1].Span.End}
	} else {
		p.refuse(CodeMissingTarget, "the request has no target; write its URL behind the method", r.LineSpan)
	}
	r.Target.Parts = p.requestParts(p.parts)
	p.checkFragment()
}

// checkFragment tells that what stands behind # in the target is not sent (C3).
func (p *parser) checkFragment() {
	r := p.request
	for i := range r.Target.Parts {
		part := &r.Target.Parts[i]
		if part.Expr != nil {
			continue
		}
		if at := strings.IndexByte(part.Span.Of(p.src), '#'); at >= 0 {
			span := text.Span{Start: part.Span.Start + at, End: r.Target.Span.End}
			p.problem(CodeFragmentNotSent, Hint, "what stands behind # in a URL is not sent; write %23 for the character itself", span)
			return
		}
	}
}

const requestLineExpected = "a request line is expected here, such as GET https://example.com; put # before a line that is a comment"

// readMethod reads the method of a request line and returns what is behind it.
func (p *parser) readMethod(whole text.Span) (target text.Span) {
	r := p.request
	r.Method = "GET"
	end := whole.Start
	for end < whole.End && !isBlank(p.src[end]) && p.src[end] != '{' {
		end++
	}
	word := p.src[whole.Start:end]
	target = p.trim(end, whole.End)
	span := text.Span{Start: whole.Start, End: end}
	if end < whole.End && p.src[end] == '{' { // no blank: part of the target
		return whole
	}
	if m := knownMethod(word); m != "" {
		r.Method, r.MethodSpan = m, span
		if m != word {
			p.problem(CodeMethodCase, Hint, "methods are written in capital letters: "+m, span)
		}
		return target
	}
	return whole
}

// checkTargetLine refuses a request line without a method that is no target.
func (p *parser) checkTargetLine(target text.Span) {
	content := target.Of(p.src)
	switch {
	case !p.request.MethodSpan.IsEmpty() || target.IsEmpty():
	case looksLikeHeader(content):
		p.refuse(CodeHeaderInsteadOfRequest, "a request line is expected here and this looks like a header; write a line such as GET https://example.com above it", target)
	case isUpperMethod(firstWord(content)):
		p.refuse(CodeUnknownMethod, firstWord(content)+" is no method that is known; write one such as GET or POST, and an http URL behind it", target)
	case !startsLikeTarget(content):
		p.refuse(CodeRequestLineExpected, requestLineExpected, target)
	}
}

// appendTarget appends the parts of one line of the target, without a version
// at its end.
func (p *parser) appendTarget(span text.Span) {
	before := len(p.parts)
	p.parts = p.scan.AppendParts(p.parts, span)
	last := len(p.parts) - 1
	if last < before || p.parts[last].Expr != nil || !p.request.Version.IsEmpty() {
		return
	}
	literal := p.parts[last].Span
	version := versionStart(literal.Of(p.src))
	alone := version == 0 && last == before && !p.request.MethodSpan.IsEmpty() // GET HTTP/1.1
	if version < 0 || version == 0 && !alone {
		return
	}
	at := literal.Start + version
	p.request.Version = text.Span{Start: at, End: literal.End}
	end := at
	for end > literal.Start && isBlank(p.src[end-1]) {
		end--
	}
	p.parts[last].Span.End = end
	if end == literal.Start {
		p.parts = p.parts[:last]
	}
}

// versionStart returns where the HTTP/x begins that ends s, at 0 or behind a
// blank, or -1. "(Prior Knowledge)" may follow it; small letters do, as for REST
// Client.
func versionStart(s string) int {
	body := strings.TrimRight(strings.TrimSuffix(s, "(Prior Knowledge)"), " \t")
	at := strings.LastIndexAny(body, " \t") + 1
	const protocol = "HTTP/"
	version := body[at:]
	if len(version) <= len(protocol) || !strings.EqualFold(version[:len(protocol)], protocol) ||
		strings.Trim(version[len(protocol):], "0123456789.") != "" {
		return -1
	}
	return at
}

// readTargetLines reads the lines that continue the target (C4): those that
// begin with ?, & or /, and those that are indented more than the request line
// and are no header.
func (p *parser) readTargetLines(indent int) {
	for !p.eof && p.line.first < p.line.end {
		content := p.content()
		if isComment(content) {
			if p.atSeparator() {
				return
			}
			p.readTrivia(true)
			continue
		}
		if !p.continuesTarget(content, p.line.first-p.line.start > indent) {
			return
		}
		p.appendTarget(p.trimmed())
		p.take(ItemTargetLine)
	}
}

// continuesTarget reports whether a line continues the request target.
func (p *parser) continuesTarget(content string, indented bool) bool {
	switch content[0] {
	case '?':
		return !strings.HasPrefix(content, "?? ")
	case '&':
		return true
	case '/':
		return !strings.HasPrefix(content, "/*")
	case '[', '<', '>', '@':
		return false
	case '{':
		return indented && strings.HasPrefix(content, "{{") && !isBraceScriptOpening(content)
	}
	return indented && !looksLikeHeader(content)
}

// startsLikeTarget reports whether s begins like a URL, a path, a host or an
// expression.
func startsLikeTarget(s string) bool {
	if s[0] == '/' || s[0] == '*' || strings.HasPrefix(s, "{{") {
		return true
	}
	word := s
	if i := strings.IndexAny(s, " \t{"); i >= 0 {
		word = s[:i]
	}
	scheme := strings.Index(word, "://")
	if scheme > 0 {
		return true
	}
	host := word
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	return host == "localhost" || strings.ContainsAny(host, ".:[") && host[len(host)-1] != '.' && host[len(host)-1] != ':' ||
		len(host) < len(word) && len(word) == len(s) || len(word) < len(s) && s[len(word)] == '{'
}

// looksLikeHeader reports whether s begins with a header's name and a colon
// that is not the one of a URL or of a port.
func looksLikeHeader(s string) bool {
	i := 0
	for i < len(s) && isTokenByte(s[i]) {
		i++
	}
	name := i
	for i < len(s) && isBlank(s[i]) {
		i++
	}
	if name == 0 || i >= len(s) || s[i] != ':' {
		return false
	}
	rest := s[i+1:]
	return rest == "" || isBlank(rest[0]) || !strings.HasPrefix(rest, "//") && !isDigit(rest[0]) && !strings.HasPrefix(rest, "{{")
}

// isTokenByte reports whether c may stand in a method or a header name: tchar
// of RFC 9110 section 5.6.2.
func isTokenByte(c byte) bool {
	if c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) {
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
