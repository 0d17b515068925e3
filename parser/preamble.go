package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// readPreamble reads what stands before a block's request line, and reports
// whether there is one: the current line.
func (p *parser) readPreamble() bool {
	for !p.eof {
		if p.atSeparator() {
			return false
		}
		switch {
		case p.readTrivia(true):
		case p.readExtra():
		case p.src[p.line.first] == '<': // a script file to run before the request
			whole := p.trimmed()
			p.problem(CodeScriptNotRun, Information, "this script is not run and not sent", whole)
			p.attachPath(Attachment{Kind: AttachScriptFile, Span: whole}, whole.Start+1)
			p.take(ItemScript)
		default:
			p.skipToRequest()
			return true
		}
	}
	return false
}

// skipToRequest leaves out the lines before a request line that are nothing
// themselves, such as prose without # or a GraphQL fragment. It leaves out
// nothing if the current line may be the request line or no line of the block
// is surely one.
func (p *parser) skipToRequest() {
	first := p.line
	content := p.content()
	if knownMethod(firstWord(content)) != "" || isUpperMethod(firstWord(content)) || startsLikeTarget(content) ||
		looksLikeHeader(content) || isCurl(content) {
		return
	}
	for p.advance(); !p.eof && !p.atSeparator(); p.advance() {
		if content := p.content(); !p.indented() && content != "" && startsRequest(content) {
			p.item(ItemUnknown, first.start, p.line.start)
			p.skipped = p.trimLine(text.Span{Start: first.start, End: first.next})
			return
		}
	}
	p.line, p.eof = first, false
}

// readTrivia reads a blank line, a comment, or a variable line. Directives
// count only before the request and among its headers.
func (p *parser) readTrivia(directives bool) bool {
	content := p.content()
	switch {
	case content == "":
		p.take(ItemBlank)
	case isComment(content):
		if d, ok := p.directive(); ok && directives {
			p.directives = append(p.directives, d)
			p.take(ItemDirective)
		} else {
			p.take(ItemComment)
		}
	case strings.HasPrefix(content, "/*"):
		p.readBlockComment()
	case content[0] == '@':
		p.readVariable()
	default:
		return false
	}
	return true
}

// readBlockComment reads /* … */, which does not go past a separator.
func (p *parser) readBlockComment() {
	start, opening := p.line.start, text.Span{Start: p.line.first, End: p.line.first + 2}
	from := opening.End
	for !p.eof && (p.line.start == start || !p.atSeparatorInColumn0()) {
		closed := strings.Contains(p.src[max(from, p.line.start):p.line.end], "*/")
		p.advance()
		if closed {
			p.item(ItemComment, start, p.line.start)
			return
		}
	}
	p.item(ItemComment, start, p.line.start)
	p.refuse(CodeUnclosedComment, "this comment has no end before the next request; close it with */", opening)
}

// directive reads the current line, a comment, as # @name value.
func (p *parser) directive() (d Directive, ok bool) {
	at, end := p.line.first, p.trimmed().End
	for mark := p.src[at]; at < end && p.src[at] == mark; {
		at++
	}
	at = p.skipBlanks(at, end)
	if at >= end || p.src[at] != '@' {
		return d, false
	}
	name := at + 1
	at = name
	for at < end && !isBlank(p.src[at]) && p.src[at] != '=' {
		at++
	}
	d.Span = text.Span{Start: p.line.first, End: end}
	d.NameSpan = text.Span{Start: name, End: at}
	d.Name = d.NameSpan.Of(p.src)
	at = p.skipBlanks(at, end)
	if at < end && p.src[at] == '=' {
		d.Assigned = true
		at++
	}
	d.ValueSpan = p.trim(at, end)
	d.Value = d.ValueSpan.Of(p.src)
	return d, d.Name != ""
}

// skipBlanks returns the first offset in [at, end) that is no blank, or end.
func (p *parser) skipBlanks(at, end int) int {
	for at < end && isBlank(p.src[at]) {
		at++
	}
	return at
}

// readVariable reads an @name = value line.
func (p *parser) readVariable() {
	whole := p.trimmed()
	at := whole.Start + 1
	for at < whole.End && !isBlank(p.src[at]) && p.src[at] != '=' {
		at++
	}
	name := text.Span{Start: whole.Start + 1, End: at}
	if name.Of(p.src) == "xpath_ns" && at < whole.End && p.src[at] != '=' {
		p.readBareDirective(whole, name)
		return
	}
	equals, lazy := p.skipBlanks(at, whole.End), false
	switch { // @name := value
	case name.Len() > 1 && p.src[name.End-1] == ':' && equals == name.End:
		name.End--
		lazy = true
	case strings.HasPrefix(p.src[equals:whole.End], ":="):
		equals++
		lazy = true
	}
	if name.IsEmpty() || equals >= whole.End || p.src[equals] != '=' {
		p.refuse(CodeBadVariableLine, "this line defines no variable; write @name = value", whole)
		p.take(ItemUnknown)
		return
	}
	v := p.variableSlab.One()
	const global = "global."
	if strings.HasPrefix(name.Of(p.src), global) && name.Len() > len(global) {
		name.Start += len(global)
		v.Global = true
	}
	v.Span, v.NameSpan, v.Name, v.Lazy = whole, name, name.Of(p.src), lazy
	v.Block = len(p.file.Blocks)
	v.Value, _ = p.scanTemplate(p.trim(equals+1, whole.End))
	v.Escapes = p.escapes(v.Value)
	p.variables = append(p.variables, v)
	p.file.Variables = append(p.file.Variables, v)
	p.take(ItemVariable)
}

// readBareDirective reads @xpath_ns prefix=URI, which httpYac takes without a
// comment mark.
func (p *parser) readBareDirective(whole, name text.Span) {
	value := p.trim(name.End, whole.End)
	p.directives = append(p.directives, Directive{
		Span: whole, Name: name.Of(p.src), NameSpan: name, Value: value.Of(p.src), ValueSpan: value,
	})
	p.take(ItemDirective)
}

// escapes returns the places of the escapes in a value's text.
func (p *parser) escapes(t template.Template) []text.Span {
	var escapes []text.Span
	for i := range t.Parts {
		part := &t.Parts[i]
		if part.Expr != nil {
			continue
		}
		for at := part.Span.Start; at < part.Span.End-1; at++ {
			next := strings.IndexByte(p.src[at:part.Span.End-1], '\\')
			if next < 0 {
				break
			}
			at += next
			switch p.src[at+1] {
			case 'n', 'r', 't', '\\':
				escapes = append(escapes, text.Span{Start: at, End: at + 2})
				at++
			}
		}
	}
	return escapes
}

// isVariableBehindBody reports whether content is what C7 takes for a variable
// behind a body, or such a line of httpYac's whose value is lazy:
// ^@\w[\w.-]*\s*:?=
func isVariableBehindBody(content string) bool {
	at := 1
	for at < len(content) && (isWordByte(content[at]) || at > 1 && (content[at] == '.' || content[at] == '-')) {
		at++
	}
	if at == 1 {
		return false
	}
	for at < len(content) && isBlank(content[at]) {
		at++
	}
	return strings.HasPrefix(content[at:], "=") || strings.HasPrefix(content[at:], ":=")
}

// isWordByte reports whether c is a letter, a digit, an underscore or part of
// a letter outside ASCII.
func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
