package parser

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// shellWord is one word of a command line. Its parts leave out the quotes and
// backslashes that made it one word, so they are what the command gets.
type shellWord struct {
	span  text.Span
	parts []template.Part
	// quoted is set if any of it stands in quotes.
	quoted bool
}

// text returns the word as the command gets it, expressions as written.
func (w *shellWord) text(src string) string { return template.Template{Parts: w.parts}.Text(src) }

// from returns the word behind its first n bytes, which are literal text.
func (w *shellWord) from(n int) template.Template {
	parts := append([]template.Part(nil), w.parts...)
	for n > 0 && len(parts) > 0 {
		cut := min(n, parts[0].Span.Len())
		parts[0].Span.Start += cut
		n -= cut
		if parts[0].Span.IsEmpty() {
			parts = parts[1:]
		}
	}
	return spanned(parts, w.span.End)
}

// spanned returns the template of parts, or an empty one at offset at.
func spanned(parts []template.Part, at int) template.Template {
	span := text.Span{Start: at, End: at}
	if n := len(parts); n > 0 {
		span = text.Span{Start: parts[0].Span.Start, End: parts[n-1].Span.End}
	}
	return template.Template{Span: span, Parts: parts}
}

// shellReader splits a command, which may go over several lines, into words
// with the quoting of a POSIX shell. {{…}} is one piece of a word.
type shellReader struct {
	p     *parser
	words []shellWord
	word  shellWord
	open  bool // a word is being read
	quote byte // the quote that is open, or 0
	ansi  bool // the quote is the one of $'…'
	// quoteAt is where the open quote stands.
	quoteAt int
	// bad is the first thing that is not understood, badMessage what to do.
	bad        text.Span
	badMessage string
	// end is the end of the command's last line.
	end int
}

// read reads from the current line to the end of the command.
func (r *shellReader) read() {
	p := r.p
	var parts []template.Part
	for {
		line := p.line
		r.end = line.end
		parts = p.scan.AppendParts(parts[:0], text.Span{Start: line.first, End: line.end})
		if line.first > line.margin && r.quote != 0 {
			r.literal(line.margin, line.first)
		}
		continues := false
		for i := range parts {
			if parts[i].Expr != nil {
				r.expression(parts[i])
				continue
			}
			continues = r.run(parts[i].Span.Start, parts[i].Span.End, line.end)
		}
		p.advance()
		if r.quote == 0 && !continues || p.eof || p.atSeparatorInColumn0() {
			break
		}
		if r.quote != 0 && !continues {
			r.literal(line.end, p.line.start)
		}
	}
	r.finishWord(r.end)
}

// run reads literal text, and reports whether it ends with the mark that
// continues the command on the next line.
func (r *shellReader) run(at, end, lineEnd int) (continues bool) {
	src := r.p.src
	for at < end {
		c := src[at]
		if (c == '\\' || c == '^' && r.quote == 0) && r.quote != '\'' && at+1 == lineEnd {
			return true
		}
		switch {
		case r.quote != 0 && c == r.quote:
			r.quote = 0
		case r.quote == '\'' && !r.ansi:
			r.literal(at, at+1)
		case c == '\\' && at+1 < end:
			at += r.escape(at)
		case c == '$' && !r.ansi && r.expands(at, end):
			r.literal(at, at+1)
		case r.quote != 0:
			r.literal(at, at+1)
		case c == '^' && at+1 < end && src[at+1] == '"':
			r.refuse("the carets of the Windows command line are not read; copy the command for bash", at, at+2)
			r.literal(at, at+1)
		case isBlank(c):
			r.finishWord(at)
		case c == '"' || c == '\'':
			r.openQuote(at, c)
		case c == '$' && at+1 < end && src[at+1] == '\'':
			at++
			r.openQuote(at, '\'')
			r.ansi = true
		default:
			r.literal(at, at+1)
		}
		at++
	}
	return false
}

// escape reads the backslash at offset at and what is behind it, and returns
// how many bytes to skip besides the backslash.
func (r *shellReader) escape(at int) int {
	c := r.p.src[at+1]
	switch {
	case r.quote == 0, c == '\\', c == r.quote, r.quote == '"' && (c == '$' || c == '`'), r.ansi && c == '"':
		r.literal(at+1, at+2)
	case r.ansi:
		r.refuse("escapes in $'…' are not read; write the character itself", at, at+2)
	default:
		r.literal(at, at+2)
	}
	return 1
}

// expands reports whether the $ at offset at, outside single quotes, asks the
// shell for a variable of the environment or a command's output, and refuses the
// command then: it would be sent with the $. Names in small letters are no such,
// but those of OData and JSON: $filter, $ref.
func (r *shellReader) expands(at, end int) bool {
	name := at + 1
	for name < end && (r.p.src[name] >= 'A' && r.p.src[name] <= 'Z' || r.p.src[name] == '_' || name > at+1 && isDigit(r.p.src[name])) {
		name++
	}
	switch {
	case name > at+1 && (name == end || !isWordByte(r.p.src[name])):
	case name < end && (r.p.src[name] == '{' || r.p.src[name] == '('):
		name++
	default:
		return false
	}
	r.refuse("no shell replaces this; write {{$processEnv NAME}} or a variable of the file, or single quotes around what is text", at, name)
	return true
}

func (r *shellReader) refuse(message string, start, end int) {
	if r.bad.IsEmpty() {
		r.bad, r.badMessage = text.Span{Start: start, End: end}, message
	}
}

func (r *shellReader) openQuote(at int, quote byte) {
	r.beginWord(at)
	r.quote, r.quoteAt, r.ansi, r.word.quoted = quote, at, false, true
}

func (r *shellReader) beginWord(at int) {
	if !r.open {
		r.open = true
		r.word = shellWord{span: text.Span{Start: at}}
	}
}

// literal adds text to the word.
func (r *shellReader) literal(from, to int) {
	r.beginWord(from)
	if n := len(r.word.parts); n > 0 && r.word.parts[n-1].Expr == nil && r.word.parts[n-1].Span.End == from {
		r.word.parts[n-1].Span.End = to
		return
	}
	r.word.parts = append(r.word.parts, template.Part{Span: text.Span{Start: from, End: to}})
}

// expression adds an expression to the word.
func (r *shellReader) expression(part template.Part) {
	r.beginWord(part.Span.Start)
	r.word.parts = append(r.word.parts, part)
}

// finishWord ends the word before offset at.
func (r *shellReader) finishWord(at int) {
	if r.open {
		r.word.span.End = at
		r.words = append(r.words, r.word)
		r.open = false
	}
}
