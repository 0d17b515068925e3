package template

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// argReader reads the arguments of one call.
type argReader struct {
	s *Scanner
	e *Expr
	// at is the offset of the next byte to read.
	at, limit int
	// openQuote is the offset of a quote that nothing closes, or -1.
	openQuote int
	// recovering is set on the second reading of a call that has no }} of its
	// own: its limit is where it was recovered, and missing ends are known.
	recovering bool
	// badCharacter is set once one was reported; the next ones of the same
	// expression are mostly its consequence.
	badCharacter bool
}

// readArgs reads up to the call's }} and past it. It reports false if the
// limit comes first.
func (r *argReader) readArgs() (closed bool) {
	src := r.s.src
	for r.openQuote < 0 {
		r.at = skipBlanks(src, r.at, r.limit)
		if r.at >= r.limit {
			return false
		}
		if isClose(src, r.at, r.limit) {
			r.at += 2
			return true
		}
		if IsQuestion(r.e.Name) {
			r.s.argList = append(r.s.argList, r.readText())
			continue
		}
		r.s.argList = append(r.s.argList, r.readArg())
	}
	return false
}

// IsQuestion reports the calls of httpYac that ask the user something. What
// stands behind such a name is one text, in which quotes are nothing special:
// {{$input What's your name?}}.
func IsQuestion(name string) bool {
	name, _ = strings.CutSuffix(name, "-askonce")
	switch name {
	case "input", "prompt", "password", "pick":
		return true
	}
	return false
}

// readText reads the text of a question, up to }}.
func (r *argReader) readText() Arg {
	src := r.s.src
	a := Arg{Span: text.Span{Start: r.at}}
	r.s.parts = r.s.parts[:0]
	run := r.at
	for r.at < r.limit && !isClose(src, r.at, r.limit) {
		if isOpen(src, r.at, r.limit) {
			r.addText(run, r.at)
			r.readNested(r.limit)
			run = r.at
			continue
		}
		r.at++
	}
	a.Span.End = trim(src, text.Span{Start: a.Span.Start, End: r.at}).End
	r.addText(run, max(run, a.Span.End))
	a.ValueSpan = a.Span
	a.Value = r.s.values.Copy(r.s.parts)
	return a
}

// readArg reads a field or a positional argument.
func (r *argReader) readArg() Arg {
	src := r.s.src
	start := r.at
	nameEnd := wordEnd(src, start, r.limit)
	equals := skipBlanks(src, nameEnd, r.limit)
	if nameEnd == start || equals >= r.limit || src[equals] != '=' {
		return r.readValue(Arg{Span: text.Span{Start: start}})
	}
	a := Arg{
		Span:     text.Span{Start: start},
		NameSpan: text.Span{Start: start, End: nameEnd},
		Name:     src[start:nameEnd],
	}
	value := r.valueStart(equals + 1)
	if equals > nameEnd || value > equals+1 {
		r.e.addProblem(CodeBlankAtEquals, "no blank may stand around =; write "+a.Name+"= and the value directly behind it", text.Span{Start: nameEnd, End: value})
	}
	r.at = value
	return r.readValue(a)
}

// valueStart returns where the value of a field begins whose = ends at at. A
// word behind blanks is taken for the value unless it is the next field.
func (r *argReader) valueStart(at int) int {
	src := r.s.src
	next := skipBlanks(src, at, r.limit)
	if next == at || next >= r.limit || isClose(src, next, r.limit) {
		return at
	}
	if end := wordEnd(src, next, r.limit); end < r.limit && end > next && src[end] == '=' && isFieldName(src[next:end]) {
		return at
	}
	return next
}

// readValue reads the value at r.at, which may be missing, into a.
func (r *argReader) readValue(a Arg) Arg {
	src := r.s.src
	start := r.at
	r.s.parts = r.s.parts[:0]
	if start < r.limit && (src[start] == '"' || src[start] == '\'') {
		a.Quote = src[start]
		r.readQuoted(a.Quote)
	} else {
		r.readBare()
	}
	a.ValueSpan = text.Span{Start: start, End: r.at}
	a.Span.End = r.at
	a.Value = r.s.values.Copy(r.s.parts)
	return a
}

// readBare reads a value without quotes, up to a blank or }}.
func (r *argReader) readBare() {
	src := r.s.src
	run := r.at
	for r.at < r.limit {
		switch c := src[r.at]; c {
		case ' ', '\t':
			r.addText(run, r.at)
			return
		case '}', '{', '"', '\'', '\\':
			if isClose(src, r.at, r.limit) {
				r.addText(run, r.at)
				return
			}
			if isOpen(src, r.at, r.limit) {
				r.addText(run, r.at)
				r.readNested(r.limit)
				run = r.at
				continue
			}
			r.reportBadCharacter()
		}
		r.at++
	}
	r.addText(run, r.at)
}

// reportBadCharacter reports the byte at r.at, which may not stand in a bare
// value.
func (r *argReader) reportBadCharacter() {
	if r.badCharacter {
		return
	}
	r.badCharacter = true
	src := r.s.src
	span := text.Span{Start: r.at, End: r.at + 1}
	message := "the character " + src[r.at:r.at+1] + " needs quotes around the value"
	if src[r.at] == '\\' && r.at+1 < r.limit && src[r.at+1] == '"' {
		span.End++
		message = `\" may not stand here; write single quotes around the value, also inside a JSON string`
	}
	r.e.addProblem(CodeBadCharacter, message, span)
}

// readQuoted reads a value whose opening quote stands at r.at, and the closing
// one too. Where none closes it the rest up to the limit is the value.
func (r *argReader) readQuoted(quote byte) {
	src := r.s.src
	end, found := closingQuote(src, r.at+1, r.limit, quote)
	if !found && !r.recovering {
		r.openQuote = r.at
		r.at = r.limit
		return
	}
	r.at++
	run := r.at
	for r.at < end {
		switch {
		case src[r.at] == '\\':
			r.addText(run, r.at)
			r.readEscape(end)
			run = r.at
		case isOpen(src, r.at, end):
			r.addText(run, r.at)
			r.readNested(end)
			run = r.at
		default:
			r.at++
		}
	}
	r.addText(run, end)
	if len(r.s.parts) == 0 {
		r.s.parts = append(r.s.parts, ValuePart{Span: text.Span{Start: end, End: end}})
	}
	r.at = end
	if !found {
		return
	}
	r.at++
	if r.at < r.limit && !isBlank(src[r.at]) && !isClose(src, r.at, r.limit) && !r.badCharacter {
		r.badCharacter = true
		r.e.addProblem(CodeBadCharacter, "a blank is missing behind the closing quote", text.Span{Start: r.at, End: r.at + 1})
	}
}

// readEscape reads the escape at r.at, in a quoted value that ends at end.
func (r *argReader) readEscape(end int) {
	src := r.s.src
	span := text.Span{Start: r.at, End: min(r.at+2, end)}
	resolved := ""
	if span.Len() == 2 {
		switch c := src[r.at+1]; c {
		case '\\', '"', '\'':
			resolved = src[r.at+1 : r.at+2]
		case 'n':
			resolved = "\n"
		case 'r':
			resolved = "\r"
		case 't':
			resolved = "\t"
		default:
			// Only the backslash is bad: what follows may be a character of
			// several bytes, or an expression.
			span.End = r.at + 1
		}
	}
	if resolved == "" {
		resolved = `\`
		r.e.addProblem(CodeBadEscape, `this escape does not exist; there are \\ \" \' \n \r \t, and \\ is a backslash`, span)
	}
	r.at = span.End
	r.addPart(ValuePart{Span: span, Text: resolved})
}

// addText adds the bytes [from, to) to the value.
func (r *argReader) addText(from, to int) {
	if from < to {
		r.addPart(ValuePart{Span: text.Span{Start: from, End: to}, Text: r.s.src[from:to]})
	}
}

// addPart adds a part to the value.
func (r *argReader) addPart(p ValuePart) { r.s.parts = append(r.s.parts, p) }

// readNested reads the expression at r.at, inside a value that ends before
// limit.
func (r *argReader) readNested(limit int) {
	src := r.s.src
	e := r.s.exprs.One()
	start := r.at
	inner, end, closed := 0, 0, false
	if name := skipBlanks(src, start+2, limit); name < limit && src[name] == '$' {
		inner, end, closed = nestedCallEnd(src, start+2, limit)
		e.Kind = Call
		e.NameSpan = text.Span{Start: name + 1, End: callNameEnd(src, name+1, inner)}
		e.Name = e.NameSpan.Of(src)
		e.addProblem(CodeNestedCall, "only a variable such as {{name}} may stand inside a value; put this into a variable and name that", text.Span{Start: start, End: end})
	} else {
		inner, end, closed = findClose(src, start+2, limit)
	}
	e.Span = text.Span{Start: start, End: end}
	e.Inner = text.Span{Start: start + 2, End: inner}
	e.Closed = closed
	if e.Kind != Call {
		r.s.readVariable(e)
	}
	if !closed && end < r.limit {
		e.addProblem(CodeUnclosed, "this {{ has no }} in the value; close the expression with }}", text.Span{Start: start, End: start + 2})
	}
	r.e.Problems = append(r.e.Problems, e.Problems...)
	r.at = end
	r.addPart(ValuePart{Span: e.Span, Expr: e})
}

// nestedCallEnd is findClose for a call, whose own values may hold
// expressions: it counts braces.
func nestedCallEnd(src string, at, limit int) (inner, end int, closed bool) {
	depth := 1
	for i := at; i+1 < limit; i++ {
		switch {
		case isOpen(src, i, limit):
			depth++
			i++
		case isClose(src, i, limit):
			if depth--; depth == 0 {
				return i, i + 2, true
			}
			i++
		}
	}
	return limit, limit, false
}

// closingQuote returns the offset of the quote that closes a value beginning
// at at, or limit.
func closingQuote(src string, at, limit int, quote byte) (end int, found bool) {
	for at < limit {
		i := strings.IndexByte(src[at:limit], quote)
		if i < 0 {
			return limit, false
		}
		escapes := 0
		for at+i-1-escapes >= at && src[at+i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at + i, true
		}
		at += i + 1
	}
	return limit, false
}

// wordEnd returns the end of the run that begins at at and holds nothing that
// ends or splits a bare word.
func wordEnd(src string, at, limit int) int {
	for at < limit {
		switch src[at] {
		case ' ', '\t', '=', '{', '}', '"', '\'', '\\':
			return at
		}
		at++
	}
	return limit
}

// isFieldName reports whether s is written like the name of a field.
func isFieldName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || s[i] != '_' && s[i] != '-' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return s != ""
}
