package template

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// parseExpr reads the expression at offset at; see ParseExpr.
func (s *Scanner) parseExpr(at, limit int) (*Expr, int) {
	limit = s.lineLimit(at, limit)
	e := s.exprs.One()
	body := skipBlanks(s.src, min(at+2, limit), limit)
	if body < limit && s.src[body] == '$' {
		return s.parseCall(e, at, body, limit)
	}
	inner, end, closed := findClose(s.src, min(at+2, limit), limit)
	if !closed && s.fails(limit) {
		inner, end = limit, limit
	}
	e.Span = text.Span{Start: at, End: end}
	e.Inner = text.Span{Start: min(at+2, limit), End: inner}
	e.Closed = closed
	s.readVariable(e)
	if !closed {
		e.addProblem(CodeUnclosed, "this {{ has no }} on its line; close the expression with }}", text.Span{Start: at, End: min(at+2, limit)})
	}
	return e, end
}

// readVariable fills the kind and name of an expression that is no call.
func (s *Scanner) readVariable(e *Expr) {
	name := trim(s.src, e.Inner)
	e.Kind = Variable
	if !name.IsEmpty() && s.src[name.Start] == '%' {
		e.Kind = EncodedVariable
		name = trim(s.src, text.Span{Start: name.Start + 1, End: name.End})
	}
	e.NameSpan, e.Name = name, name.Of(s.src)
	if e.Kind == Variable && isForeign(e.Name) {
		e.Kind = Foreign
	}
	if !name.IsEmpty() {
		return
	}
	if e.Kind == Variable {
		e.Kind = Empty
	}
	if e.Closed {
		e.addProblem(CodeEmpty, "this expression is empty; write a variable's name between the braces, or $ and a provider", e.Span)
	}
}

// isForeign reports whether a name begins like a reference of vals or 1Password.
func isForeign(name string) bool {
	return strings.HasPrefix(name, "ref+") || strings.HasPrefix(name, "secretref+") || strings.HasPrefix(name, "op://")
}

// parseCall reads a call whose $ stands at dollar.
func (s *Scanner) parseCall(e *Expr, at, dollar, limit int) (*Expr, int) {
	e.Kind = Call
	nameEnd := callNameEnd(s.src, dollar+1, limit)
	e.NameSpan = text.Span{Start: dollar + 1, End: nameEnd}
	e.Name = e.NameSpan.Of(s.src)
	r := argReader{s: s, e: e, at: nameEnd, limit: limit, openQuote: -1}
	s.argList = s.argList[:0]
	closed := r.readArgs()
	inner, end := r.at-2, r.at
	if !closed {
		e.Problems = nil
		inner, end, closed = s.recoverCall(e, at, limit, r.openQuote)
		s.argList = s.argList[:0]
		again := argReader{s: s, e: e, at: min(nameEnd, inner), limit: inner, openQuote: -1, recovering: true}
		again.readArgs()
	}
	e.Closed = closed
	e.Span = text.Span{Start: at, End: end}
	e.Inner = text.Span{Start: at + 2, End: inner}
	if e.NameSpan.End > inner {
		e.NameSpan.End = inner
		e.Name = e.NameSpan.Of(s.src)
	}
	if e.Name == "" && closed {
		e.addProblem(CodeMissingName, "a name is missing behind $; write a provider such as $vault, or a system variable such as $guid", e.Span)
	}
	e.Args = s.args.Copy(s.argList)
	e.checkDuplicates()
	return e, end
}

// recoverCall reports a call that never closed and returns where it ends: at
// the first }}, else at limit.
func (s *Scanner) recoverCall(e *Expr, at, limit, openQuote int) (inner, end int, closed bool) {
	inner, end = limit, limit
	if !s.fails(limit) {
		if i := strings.Index(s.src[at+2:limit], "}}"); i >= 0 {
			inner, end, closed = at+2+i, at+2+i+2, true
		}
	}
	if openQuote >= 0 && openQuote < inner {
		e.addProblem(CodeUnclosedQuote, "this quote is not closed on its line; close it, or leave quotes away where the value has no blank", text.Span{Start: openQuote, End: openQuote + 1})
	} else {
		e.addProblem(CodeUnclosed, "this {{ has no }} on its line; close the expression with }}", text.Span{Start: at, End: at + 2})
	}
	return inner, end, closed
}

// addProblem records what is wrong with the expression.
func (e *Expr) addProblem(code Code, message string, span text.Span) {
	e.Problems = append(e.Problems, Problem{Code: code, Message: message, Span: span})
}

// checkDuplicates reports fields that stand twice. Calls with very many fields
// are compared with the first ones only, which keeps the check linear.
func (e *Expr) checkDuplicates() {
	const compared = 32
	for i := 1; i < len(e.Args); i++ {
		for j := 0; j < min(i, compared); j++ {
			if e.Args[i].Name != "" && e.Args[i].Name == e.Args[j].Name {
				e.addProblem(CodeDuplicate, "the field "+e.Args[i].Name+" stands twice; remove one of them", e.Args[i].NameSpan)
				break
			}
		}
	}
}

// callNameEnd returns the end of a call's name that begins at at: a word, with
// what stands in its parentheses.
func callNameEnd(src string, at, limit int) int {
	open := true // parentheses may follow that close
	for i := at; i < limit; i++ {
		switch c := src[i]; {
		case isBlank(c) || isClose(src, i, limit) || isOpen(src, i, limit):
			return i
		case c == '(' && open:
			end := parenthesesEnd(src, i, limit)
			if open = end > 0; open {
				i = end - 1
			}
		}
	}
	return limit
}

// parenthesesEnd returns the offset behind the parenthesis that closes the one
// at open, or 0 if none does before }}.
func parenthesesEnd(src string, open, limit int) int {
	quote := byte(0)
	for i := open + 1; i < limit; i++ {
		switch c := src[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ')':
			return i + 1
		case isClose(src, i, limit):
			return 0
		}
	}
	return 0
}

// findClose returns the offset of the first }} in [at, limit) and the offset
// behind it. Where a {{ comes first, or none is there, the expression has no
// end of its own and ends there.
func findClose(src string, at, limit int) (inner, end int, closed bool) {
	// {{ is looked for first: the search for }} then ends where the next
	// expression begins, which keeps a line of unclosed ones linear.
	before := limit
	if i := strings.Index(src[at:limit], "{{"); i >= 0 {
		before = at + i
	}
	if i := strings.Index(src[at:before], "}}"); i >= 0 {
		return at + i, at + i + 2, true
	}
	return before, before, false
}

// skipBlanks returns the offset of the first byte in [at, limit) that is no
// blank, or limit.
func skipBlanks(src string, at, limit int) int {
	for at < limit && isBlank(src[at]) {
		at++
	}
	return at
}

// trim returns span without the blanks at its ends.
func trim(src string, span text.Span) text.Span {
	span.Start = skipBlanks(src, span.Start, span.End)
	for span.End > span.Start && isBlank(src[span.End-1]) {
		span.End--
	}
	return span
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isOpen reports whether {{ stands at i.
func isOpen(src string, i, limit int) bool {
	return src[i] == '{' && i+1 < limit && src[i+1] == '{'
}

// isClose reports whether }} stands at i.
func isClose(src string, i, limit int) bool {
	return src[i] == '}' && i+1 < limit && src[i+1] == '}'
}
