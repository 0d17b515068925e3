package parser

import "strings"

// ends reports whether the current line, which is not blank, ends the body and
// belongs to something else.
func (b *bodyReader) ends(content string) bool {
	p := b.p
	column0 := !p.indented()
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
		return column0 && b.behindBlankLine() && b.endsAtVariable(content)
	case 'H':
		if column0 && b.behindBlankLine() && isStatusLine(content) {
			return b.complete()
		}
	}
	return column0 && b.behindBlankLine() && p.startsRequest(content) && b.complete()
}

// endsAtVariable decides for a line that begins with @ (C7), and tells that
// others send it where a body stands before it.
func (b *bodyReader) endsAtVariable(content string) bool {
	if !isVariableBehindBody(content) {
		return false
	}
	if b.start >= 0 {
		b.p.problem(CodeVariableBehindBody, Hint, "this line defines a variable; other tools send it with the body above; write ### before it", b.p.trimmed())
	}
	return true
}

// behindBlankLine reports whether only comments stand between the current line
// and a blank one.
func (b *bodyReader) behindBlankLine() bool { return b.blank || b.start < 0 }

// mayEndAt reports whether a line that means something in Markdown and other
// text too ends the body: there it must stand behind a blank line, or behind the
// end of XML or of a multipart body.
func (b *bodyReader) mayEndAt() bool {
	return !b.keepComments || b.behindBlankLine() || b.closed || b.complete()
}

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
	words := strings.ContainsAny(path, " \t")
	if output {
		return strings.ContainsAny(path, "./{") && !(b.keepComments && words) && b.mayEndAt()
	}
	return len(rest) > len(path) && hasScriptExtension(path) && (!words || b.mayEndAt())
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

// startsRequest reports whether a request without a separator may begin with
// content (C9), which # @forceRegionDelimiter of httpYac forbids.
func (p *parser) startsRequest(content string) bool { return !p.delimited && startsRequest(content) }

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

// bodyShape follows a body that may be JSON or XML from one question to the
// next, so that all questions together read it once.
type bodyShape struct {
	asked bool
	first int // the first byte that is no blank
	at    int // read up to here
	// Of JSON.
	depth    int
	inString bool
	// Of XML: the name of the root element, and whether more tags follow its
	// first one.
	root string
	more bool
}

// complete reports whether src[start:end] is complete JSON or XML. The body
// does not begin with an empty line.
func (s *bodyShape) complete(src string, start, end int) bool {
	if !s.asked {
		s.asked, s.first = true, start
		for s.first < end && isBlank(src[s.first]) {
			s.first++
		}
		s.at = s.first
		if s.first < end && src[s.first] == '<' {
			s.root, s.at = xmlRoot(src, s.first, end)
		}
	}
	for end > s.first && isBlank(src[end-1]) {
		end--
	}
	if s.first >= end {
		return true
	}
	last := src[end-1]
	switch src[s.first] {
	case '{', '[':
		s.count(src, end)
		return (last == '}' || last == ']') && s.depth <= 0 && !s.inString
	case '<':
		return last == '>' && s.completeXML(src[s.first:end], src, end)
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

// completeXML reports whether body, which ends at end, ends with the end of its
// root element.
func (s *bodyShape) completeXML(body, src string, end int) bool {
	if s.root == "" {
		return false
	}
	if s.at < end {
		s.more = s.more || strings.IndexByte(src[s.at:end], '<') >= 0
		s.at = end
	}
	tag := strings.TrimRight(body[:len(body)-1], " \t")
	return strings.HasSuffix(tag, "</"+s.root) || !s.more && strings.HasSuffix(tag, "/")
}

// xmlRoot returns the name of the first element of src[start:end], or "", and
// the offset behind it.
func xmlRoot(src string, start, end int) (name string, behind int) {
	rest := src[start:end]
	for strings.HasPrefix(rest, "<?") || strings.HasPrefix(rest, "<!") {
		_, next, found := strings.Cut(rest, ">")
		if !found {
			return "", end
		}
		rest = strings.TrimLeft(next, " \t\r\n")
	}
	rest, ok := strings.CutPrefix(rest, "<")
	if !ok {
		return "", end
	}
	i := strings.IndexAny(rest, " \t\r\n/>")
	if i < 0 {
		i = len(rest)
	}
	return rest[:i], end - len(rest) + i
}
