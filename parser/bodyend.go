package parser

import "strings"

// ends reports whether the current line, which is not blank, ends the body and
// belongs to something else.
func (b *bodyReader) ends(content string) bool {
	p := b.p
	column0 := p.line.first == p.line.start
	switch content[0] {
	case '#':
		// C10: inside a body only a ### in column 0 separates.
		return strings.HasPrefix(content, "###") && (column0 || b.start < 0 && !b.keepComments)
	case '>':
		return b.endsAtOutput(content)
	case '<':
		return isScriptOpening(content) || isResponseFile(content) && b.mayEndAt()
	case '{':
		return isBraceScriptOpening(content) && p.braceScriptCloses()
	case '?':
		return strings.HasPrefix(content, "?? ") && b.mayEndAt()
	case '@':
		// C7: a variable behind a blank line.
		return column0 && b.behindBlankLine() && isVariableBehindBody(content)
	case 'H':
		if column0 && b.behindBlankLine() && isStatusLine(content) {
			return b.complete()
		}
	}
	return column0 && b.behindBlankLine() && startsRequest(content) && b.complete()
}

// behindBlankLine reports whether only comments stand between the current line
// and a blank one.
func (b *bodyReader) behindBlankLine() bool { return b.blank || b.start < 0 }

// mayEndAt reports whether a line that means something in Markdown and other
// text too ends the body: there it must stand behind a blank line.
func (b *bodyReader) mayEndAt() bool { return !b.keepComments || b.behindBlankLine() }

// endsAtOutput decides for a line that begins with >, which quotes in Markdown.
func (b *bodyReader) endsAtOutput(content string) bool {
	if isScriptOpening(content) {
		return true
	}
	rest, output := strings.CutPrefix(content, ">>")
	if output {
		if path, forced := strings.CutPrefix(rest, "!"); forced {
			return strings.TrimLeft(path, " \t") != ""
		}
	} else {
		rest = content[1:]
	}
	path := strings.Trim(rest, " \t")
	if path == "" || !b.mayEndAt() {
		return false
	}
	if output {
		return strings.ContainsAny(path, "./{") && (!b.keepComments || !strings.ContainsAny(path, " \t"))
	}
	return len(rest) > len(path) && hasScriptExtension(path)
}

// hasScriptExtension reports whether path names a script.
func hasScriptExtension(path string) bool {
	for _, extension := range []string{".js", ".mjs", ".cjs", ".ts", ".lua"} {
		if strings.HasSuffix(path, extension) {
			return true
		}
	}
	return false
}

// braceScriptCloses reports whether the {{ … }} block that the current line
// opens has an end before the next separator.
func (p *parser) braceScriptCloses() bool {
	start := p.line
	if start.start < p.noScriptBefore {
		return false
	}
	closes := false
	for p.advance(); !p.eof && !p.atSeparatorInColumn0() && !closes; p.advance() {
		closes = strings.TrimRight(p.content(), " \t") == "}}"
	}
	if !closes {
		p.noScriptBefore = p.line.start
	}
	p.line, p.eof = start, false
	return closes
}

// startsRequest reports whether content begins like a request that may stand
// without a separator (C9): a method in capital letters, and what begins a
// target.
func startsRequest(content string) bool {
	if c := content[0]; c < 'A' || c > 'Z' {
		return false
	}
	word := content[:min(len(content), longestMethod+1)]
	i := strings.IndexByte(word, ' ')
	if i < 0 || knownMethod(content[:i]) != content[:i] {
		return false
	}
	rest := strings.TrimLeft(content[i:], " \t")
	for _, start := range []string{"http", "/", "{{", "ws", "grpc"} {
		if strings.HasPrefix(rest, start) {
			return true
		}
	}
	return false
}

// complete reports whether the body so far is empty or complete JSON or XML.
func (b *bodyReader) complete() bool {
	return b.start < 0 || b.shape.complete(b.p.src, b.start, b.contentEnd)
}

// bodyShape follows the brackets of a body that may be JSON, from one question
// to the next, so that all questions together read it once.
type bodyShape struct {
	at       int // read up to here; 0 before the first question
	depth    int
	inString bool
	root     string // the name of an XML body's root element
	rootRead bool
}

// complete reports whether src[start:end] is complete JSON or XML.
func (s *bodyShape) complete(src string, start, end int) bool {
	body := strings.TrimSpace(src[start:end])
	if body == "" {
		return true
	}
	last := body[len(body)-1]
	switch body[0] {
	case '{', '[':
		if last != '}' && last != ']' {
			return false
		}
		if s.at == 0 {
			s.at = start
		}
		s.count(src, end)
		return s.depth <= 0 && !s.inString
	case '<':
		return last == '>' && s.completeXML(body)
	}
	return false
}

// count follows brackets and strings up to end. A string ends with its line at
// the latest, and lines that are comments count nothing.
func (s *bodyShape) count(src string, end int) {
	for ; s.at < end; s.at++ {
		switch c := src[s.at]; {
		case c == '\n' || c == '\r':
			s.inString = false
			next := s.at + 1
			for next < end && isBlank(src[next]) {
				next++
			}
			if next < end && isComment(src[next:end]) {
				for next < end && src[next] != '\n' && src[next] != '\r' {
					next++
				}
			}
			s.at = next - 1
		case c == '"':
			s.inString = !s.inString
		case s.inString:
			if c == '\\' {
				s.at++
			}
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			s.depth--
		}
	}
}

// completeXML reports whether body ends with the end of its root element.
func (s *bodyShape) completeXML(body string) bool {
	if !s.rootRead {
		s.root, s.rootRead = xmlRoot(body), true
	}
	if s.root == "" {
		return false
	}
	end := strings.TrimRight(body[:len(body)-1], " \t\r\n")
	if strings.HasSuffix(end, "</"+s.root) {
		return true
	}
	open := strings.LastIndexByte(end, '<')
	return strings.HasSuffix(end, "/") && open >= 0 && strings.HasPrefix(end[open+1:], s.root) && strings.Count(body, "<"+s.root) == 1
}

// xmlRoot returns the name of the first element of body, or "".
func xmlRoot(body string) string {
	for strings.HasPrefix(body, "<?") || strings.HasPrefix(body, "<!") {
		_, behind, found := strings.Cut(body, ">")
		if !found {
			return ""
		}
		body = strings.TrimLeft(behind, " \t\r\n")
	}
	name, ok := strings.CutPrefix(body, "<")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	return name
}
