package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// readCommand reads import file, run file, run #Name and proto < file.
func (p *parser) readCommand() bool {
	content := p.content()
	word := firstWord(content)
	rest := strings.TrimLeft(content[len(word):], " \t")
	if rest == "" || word != "import" && word != "run" && (word != "proto" || rest[0] != '<') {
		return false
	}
	a := Attachment{Span: p.trimmed()}
	p.problem(CodeCommandNotRun, Information, "other files are not read and run from here; send their requests by themselves", a.Span)
	at := p.line.end - len(rest)
	if word == "proto" {
		p.readProto(a, at+1)
		return true
	}
	a.Kind = AttachImport
	if word == "run" {
		a.Kind = AttachRun
	}
	object, arguments := p.cutArguments(text.Span{Start: at, End: a.Span.End})
	a.Arguments = p.arguments(arguments)
	if p.src[object.Start] == '#' {
		a.Name = p.trim(object.Start+1, object.End)
	} else {
		a.Path, _ = p.scanTemplate(object)
	}
	p.attach(a)
	p.take(ItemCommand)
	return true
}

// readProto reads proto < path, and the lines of options below it, which look
// like headers.
func (p *parser) readProto(a Attachment, path int) {
	start := p.line.start
	a.Kind = AttachProto
	a.Path, _ = p.scanTemplate(p.trim(path, a.Span.End))
	for p.advance(); !p.eof; p.advance() {
		content := p.content()
		if !looksLikeHeader(content) || knownMethod(firstWord(content)) != "" || isComment(content) {
			break
		}
		whole := p.trimmed()
		colon := whole.Start + strings.IndexByte(content, ':')
		option := Argument{Span: whole, NameSpan: p.trim(whole.Start, colon)}
		option.Value, _ = p.scanTemplate(p.trim(colon+1, whole.End))
		a.Arguments = append(a.Arguments, option)
		a.Span.End = whole.End
	}
	p.attach(a)
	p.item(ItemCommand, start, p.line.start)
}

// cutArguments cuts (@name=value, …) off the end of a command, without its
// parentheses.
func (p *parser) cutArguments(span text.Span) (object, arguments text.Span) {
	whole := span.Of(p.src)
	open := strings.Index(whole, " (")
	if open < 0 || whole[len(whole)-1] != ')' || !strings.HasPrefix(strings.TrimLeft(whole[open+2:], " \t"), "@") {
		return span, text.Span{Start: span.End, End: span.End}
	}
	open += span.Start
	return p.trim(span.Start, open), p.trim(open+2, span.End-1)
}

// arguments reads @name=value, with commas between, which count neither in
// quotes nor in expressions.
func (p *parser) arguments(span text.Span) []Argument {
	var arguments []Argument
	parts := p.scan.AppendParts(nil, span)
	p.checkExprs(parts)
	start, quote := span.Start, byte(0)
	rest := parts
	add := func(end int) {
		for len(rest) > 0 && rest[0].Span.End <= start {
			rest = rest[1:]
		}
		if whole := p.trim(start, end); !whole.IsEmpty() {
			arguments = append(arguments, p.argument(whole, rest))
		}
	}
	for i := range parts {
		if parts[i].Expr != nil {
			continue
		}
		for at := parts[i].Span.Start; at < parts[i].Span.End; at++ {
			switch c := p.src[at]; {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == ',':
				add(at)
				start = at + 1
			}
		}
	}
	add(span.End)
	return arguments
}

// argument reads one @name=value, whose value is made of those of parts, of
// which the first ends in it, that stand in it.
func (p *parser) argument(whole text.Span, parts []template.Part) Argument {
	a := Argument{Span: whole, NameSpan: text.Span{Start: whole.Start, End: whole.End}}
	value := text.Span{Start: whole.End, End: whole.End}
	if i := strings.IndexByte(whole.Of(p.src), '='); i >= 0 {
		a.NameSpan.End = whole.Start + i
		value = p.trim(whole.Start+i+1, whole.End)
	}
	if p.src[whole.Start] == '@' {
		a.NameSpan.Start++
	}
	a.NameSpan.End = max(a.NameSpan.End, a.NameSpan.Start)
	a.NameSpan = p.trim(a.NameSpan.Start, a.NameSpan.End)
	a.Value.Span = value
	for _, part := range parts {
		if part.Span.Start >= value.End {
			break
		}
		part.Span.Start, part.Span.End = max(part.Span.Start, value.Start), min(part.Span.End, value.End)
		if part.Span.Start < part.Span.End && (part.Expr == nil || part.Expr.Span == part.Span) {
			a.Value.Parts = append(a.Value.Parts, part)
		}
	}
	return a
}

// readGraphQL reads what httpYac lets stand above a request for its query to
// use: gql name < path, or a fragment.
func (p *parser) readGraphQL() bool {
	content := p.content()
	if operation, path, ok := p.graphQLFile(); ok {
		p.attachPath(Attachment{Kind: AttachGraphQLFile, Span: p.trimmed(), Name: operation}, path)
		p.take(ItemGraphQL)
		return true
	}
	return isFragment(content) && p.readFragment()
}

// graphQLFile reads the current line as gql name < path, and returns the name,
// which may be empty, and where the path begins.
func (p *parser) graphQLFile() (operation text.Span, path int, ok bool) {
	content := p.content()
	rest, ok := strings.CutPrefix(content, "gql")
	if !ok || rest == "" || !isBlank(rest[0]) {
		return operation, 0, false
	}
	angle := strings.IndexByte(content, '<')
	if angle < 0 || strings.Trim(content[angle+1:], " \t") == "" {
		return operation, 0, false
	}
	at := p.line.first + angle
	operation = p.trim(p.line.first+len("gql"), at)
	return operation, at + 1, !strings.ContainsAny(operation.Of(p.src), " \t({")
}

// isFragment reports whether content begins like fragment Name on Type.
func isFragment(content string) bool {
	rest, ok := strings.CutPrefix(content, "fragment ")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " \t")
	name := strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
	return len(name) < len(rest) && strings.HasPrefix(strings.TrimLeft(name, " \t"), "on ")
}

// readFragment reads up to the brace that closes the fragment, but not past a
// separator. It reports false if there is none.
func (p *parser) readFragment() bool {
	start := p.line
	if start.start < p.noFragmentBefore {
		return false
	}
	depth, opened := 0, false
	for !p.eof && (p.line.start == start.start || !p.atSeparatorInColumn0()) {
		content := p.content()
		opened = opened || strings.IndexByte(content, '{') >= 0
		depth += strings.Count(content, "{") - strings.Count(content, "}")
		end := p.trimmed().End
		p.advance()
		if opened && depth <= 0 {
			span := text.Span{Start: start.first, End: end}
			name := start.first + len("fragment ")
			name = p.skipBlanks(name, start.end)
			p.attach(Attachment{Kind: AttachFragment, Span: span, Code: span, Name: text.Span{Start: name, End: name + len(firstWord(p.src[name:start.end]))}})
			p.item(ItemGraphQL, start.start, p.line.start)
			return true
		}
	}
	p.noFragmentBefore = p.line.start
	p.line, p.eof = start, false
	return false
}
