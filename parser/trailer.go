package parser

// readTrailer reads what stands behind a body, up to the end of the block:
// scripts, outputs, responses, variables, and the lines before a request that
// has no separator of its own.
func (p *parser) readTrailer() {
	for !p.eof && !p.atSeparator() {
		content := p.content()
		switch {
		case content != "" && p.startsRequest(content):
			p.splitBlock()
			return
		case p.readTrivia(false):
		case p.readExtra():
		default:
			message := "this text stands behind the end of the request; move it above the script, or write ### before a request"
			if p.request.Curl != nil {
				message = "this text is no part of the curl command; end the line above it with a backslash, or write ### before a request"
			}
			p.refuse(CodeUnexpectedText, message, p.trimmed())
			p.take(ItemUnknown)
		}
	}
}

// splitBlock ends the block before the current line, a request without a
// separator (C9), or before the comments that lead up to it: its # @name and
// other directives are among them.
func (p *parser) splitBlock() {
	p.problem(CodeMissingSeparator, Warning, "a request begins here without a separator; write ### on a line before it", p.trimmed())
	start := p.line.start
	keep := len(p.items)
	for n := keep; n > 0; n-- {
		if kind := p.items[n-1].Kind; kind != ItemComment && kind != ItemBlank {
			break
		}
		// A comment directly behind the body belongs to the body.
		if n > 1 && p.items[n-1].Kind == ItemComment && p.items[n-2].Kind == ItemBlank {
			start, keep = p.items[n-1].Span.Start, n-1
		}
	}
	p.items = p.items[:keep]
	p.moveTo(start)
}
