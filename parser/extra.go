package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// readExtra reads what belongs to a request but is neither its text nor a
// comment: scripts, assertions, output files, responses and commands. It
// reports false if the current line is none of them.
func (p *parser) readExtra() bool {
	content := p.content()
	if content == "" {
		return false
	}
	switch content[0] {
	case '<', '>', '{', '?':
		return p.readScript() || p.readOutput()
	case 'H':
		return p.readPastedResponse()
	case 'i', 'r', 'p':
		return p.readCommand()
	case 'f', 'g':
		return p.readGraphQL()
	}
	return false
}

// attach adds an attachment to the block.
func (p *parser) attach(a Attachment) {
	a.Before = p.request == nil
	p.attachments = append(p.attachments, a)
}

// readScript reads a script that is written in the file, or an assertion.
func (p *parser) readScript() bool {
	content := p.content()
	switch {
	case isScriptOpening(content):
		p.readDelimitedScript()
	case isBraceScriptOpening(content):
		return p.readBraceScript()
	case strings.HasPrefix(content, "?? "):
		whole := p.trimmed()
		p.problem(CodeScriptNotRun, Information, "this assertion is not checked and not sent", whole)
		p.attach(Attachment{Kind: AttachAssertion, Span: whole, Code: p.trim(whole.Start+len("??"), whole.End)})
		p.take(ItemScript)
	default:
		return false
	}
	return true
}

// isScriptOpening reports whether content begins with < {% or > {%.
func isScriptOpening(content string) bool {
	if content[0] != '<' && content[0] != '>' {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(content[1:], " \t"), "{%")
}

// readDelimitedScript reads up to the line of %}, but not past a separator.
func (p *parser) readDelimitedScript() {
	start := p.line.start
	opening := text.Span{Start: p.line.first, End: p.line.first + strings.Index(p.content(), "{%") + 2}
	script := Attachment{Kind: AttachScript, Span: text.Span{Start: p.line.first}, Code: text.Span{Start: opening.End}}
	for !p.eof && (p.line.start == start || !p.atSeparatorInColumn0()) {
		from := max(opening.End, p.line.start)
		at := strings.Index(p.src[from:p.line.end], "%}")
		script.Span.End, script.Code.End = p.line.end, p.line.end
		p.advance()
		if at >= 0 {
			p.problem(CodeScriptNotRun, Information, "this script is not run and not sent", opening)
			script.Code.End = from + at
			script.Span.End = script.Code.End + len("%}")
			p.attach(script)
			p.item(ItemScript, start, p.line.start)
			return
		}
	}
	p.attach(script)
	p.item(ItemScript, start, p.line.start)
	p.refuse(CodeUnclosedScript, "this script has no end before the next request; close it with %}", opening)
}

// isBraceScriptOpening reports whether content is a line of only {{, {{@name
// or {{+name, which opens a script of httpYac.
func isBraceScriptOpening(content string) bool {
	if !strings.HasPrefix(content, "{{") {
		return false
	}
	rest := strings.TrimRight(content[2:], " \t")
	if rest != "" && (rest[0] == '@' || rest[0] == '+') {
		rest = strings.TrimLeft(rest[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	}
	return rest == ""
}

// readBraceScript reads up to a line of only }}. It reports false if there is
// none before the next separator.
func (p *parser) readBraceScript() bool {
	start := p.line
	if start.start < p.noScriptBefore {
		return false
	}
	for p.advance(); !p.eof && !p.atSeparatorInColumn0(); p.advance() {
		if strings.TrimRight(p.content(), " \t") == "}}" {
			p.problem(CodeScriptNotRun, Information, "this script is not run and not sent", text.Span{Start: start.first, End: start.first + 2})
			p.attachBraceScript(start)
			p.advance()
			p.item(ItemScript, start.start, p.line.start)
			return true
		}
	}
	p.noScriptBefore = p.line.start
	p.line, p.eof = start, false
	return false
}

// attachBraceScript attaches the {{ … }} block that begins with the opening
// line and ends with the current one.
func (p *parser) attachBraceScript(opening line) {
	event := p.trim(opening.first+len("{{"), opening.end)
	script := Attachment{
		Kind: AttachScript, Span: text.Span{Start: opening.first, End: p.line.first + len("}}")},
		Code: text.Span{Start: opening.next, End: p.line.start},
	}
	if !event.IsEmpty() {
		script.Everywhere = p.src[event.Start] == '+'
		event.Start++
		script.Event = event
	}
	p.attach(script)
}

// readOutput reads > script.js, >> file, >>! file and <> file.
func (p *parser) readOutput() bool {
	content := p.content()
	a := Attachment{Span: p.trimmed()}
	path := a.Span.Start + 1
	kind := ItemScript
	switch {
	case strings.HasPrefix(content, ">>"):
		p.problem(CodeOutputNotSaved, Information, "the response is not written to this file", a.Span)
		a.Kind, kind = AttachOutput, ItemOutput
		path++
		if strings.HasPrefix(content, ">>!") {
			a.Overwrite = true
			path++
		}
	case content[0] == '>':
		p.problem(CodeScriptNotRun, Information, "this script is not run and not sent", a.Span)
		a.Kind = AttachScriptFile
	case isResponseFile(content):
		a.Kind, kind = AttachResponseFile, ItemResponse
		path++
	default:
		return false
	}
	p.attachPath(a, path)
	p.take(kind)
	return true
}

// attachPath attaches a, whose path begins at offset at and ends with it.
func (p *parser) attachPath(a Attachment, at int) {
	a.Path, _ = p.scanTemplate(p.trim(at, a.Span.End))
	p.attach(a)
}

// isResponseFile reports whether content is <> and the path of a response that
// was saved.
func isResponseFile(content string) bool {
	return strings.HasPrefix(content, "<>") && len(content) > 2 && isBlank(content[2]) && strings.TrimLeft(content[3:], " \t") != ""
}

// readPastedResponse reads a response that was pasted into the file. It goes on
// to the next separator, or to a request that C9 accepts behind its body.
func (p *parser) readPastedResponse() bool {
	if !isStatusLine(p.content()) {
		return false
	}
	start, end := p.line, p.line.end
	body, blank := -1, false
	var shape bodyShape
	for p.advance(); !p.eof && !p.atSeparatorInColumn0(); p.advance() {
		content := p.content()
		if content == "" {
			blank = true
			continue
		}
		if blank && !p.indented() && p.startsRequest(content) && (body < 0 || shape.complete(p.src, body, end)) {
			break
		}
		if blank && body < 0 {
			body = p.line.start
		}
		blank, end = false, p.line.end
	}
	span := text.Span{Start: start.first, End: end}
	p.attach(Attachment{Kind: AttachResponse, Span: span, Code: span})
	p.item(ItemResponse, start.start, p.line.start)
	return true
}

// isStatusLine reports whether content begins like HTTP/1.1 200.
func isStatusLine(content string) bool {
	rest, ok := strings.CutPrefix(content, "HTTP/")
	if !ok {
		return false
	}
	version := strings.TrimLeft(rest, "0123456789.")
	status := strings.TrimLeft(version, " \t")
	return len(version) < len(rest) && len(status) < len(version) && len(status) >= 3 &&
		isDigit(status[0]) && isDigit(status[1]) && isDigit(status[2]) &&
		(len(status) == 3 || isBlank(status[3]))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
