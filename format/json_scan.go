package format

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// tokenKind says what a piece of a JSON body is.
type tokenKind uint8

const (
	tokenPunctuation tokenKind = iota // { } [ ] , :
	tokenString
	tokenWord // a number, true, false, null, or {{…}}, alone or together
	tokenComment
)

// token is one piece of a JSON body.
type token struct {
	kind tokenKind
	span text.Span
	// template is set for a word that holds an expression.
	template bool
	// newline is set if a line end stands before the token, blank if two do.
	newline, blank bool
}

// jsonScanner cuts a body into tokens. {{…}} belongs to the word or string that
// it stands in.
type jsonScanner struct {
	src      string
	at, end  int
	exprs    []text.Span
	comments []text.Span
	tokens   []token
}

// scanJSON cuts a body into tokens; ok is false where a string is not closed.
func scanJSON(src string, body *parser.Body) (tokens []token, ok bool) {
	s := jsonScanner{src: src, at: body.Span.Start, end: body.Span.End, comments: body.Comments}
	for _, part := range body.Content.Parts {
		if part.Expr != nil {
			s.exprs = append(s.exprs, part.Expr.Span)
		}
	}
	for s.at < s.end {
		switch c := s.src[s.at]; {
		case s.comment():
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			s.at++
		default:
			if !s.token(c) {
				return nil, false
			}
		}
	}
	return s.tokens, true
}

// add appends a token.
func (s *jsonScanner) add(t token) {
	if n := len(s.tokens); n > 0 {
		lines := strings.Count(s.src[s.tokens[n-1].span.End:t.span.Start], "\n")
		t.newline, t.blank = lines > 0, lines > 1
	}
	s.tokens = append(s.tokens, t)
}

// comment takes the comment line that begins here.
func (s *jsonScanner) comment() bool {
	for len(s.comments) > 0 && s.comments[0].End <= s.at {
		s.comments = s.comments[1:]
	}
	if len(s.comments) == 0 || s.at < s.comments[0].Start {
		return false
	}
	line := strings.Trim(s.comments[0].Of(s.src), " \t\r\n")
	start := s.comments[0].Start + strings.Index(s.comments[0].Of(s.src), line)
	if start < s.at {
		return false
	}
	s.add(token{kind: tokenComment, span: text.Span{Start: start, End: start + len(line)}})
	s.at = max(s.comments[0].End, s.at+1)
	return true
}

// token takes the token that begins here.
func (s *jsonScanner) token(c byte) bool {
	t := token{span: text.Span{Start: s.at}}
	switch {
	case s.expr() != 0:
		t.kind = tokenWord
		t.template = s.word()
	case strings.IndexByte("{}[],:", c) >= 0:
		s.at++
	case c == '"':
		t.kind = tokenString
		if !s.string() {
			return false
		}
	default:
		t.kind = tokenWord
		t.template = s.word()
	}
	t.span.End = s.at
	s.add(t)
	return true
}

// expr returns the length of the expression that begins here, 0 for none.
func (s *jsonScanner) expr() int {
	for len(s.exprs) > 0 && s.exprs[0].End <= s.at {
		s.exprs = s.exprs[1:]
	}
	if len(s.exprs) > 0 && s.exprs[0].Start == s.at {
		return s.exprs[0].Len()
	}
	return 0
}

// string takes a string; its expressions may hold quotes.
func (s *jsonScanner) string() bool {
	for s.at++; s.at < s.end; {
		if n := s.expr(); n > 0 {
			s.at += n
			continue
		}
		switch s.src[s.at] {
		case '"':
			s.at++
			return true
		case '\\':
			s.at += 2
		case '\n':
			return false
		default:
			s.at++
		}
	}
	return false
}

// word takes a run of other characters and expressions.
func (s *jsonScanner) word() (template bool) {
	for s.at < s.end {
		if n := s.expr(); n > 0 {
			s.at += n
			template = true
			continue
		}
		if strings.IndexByte(" \t\r\n{}[],:\"", s.src[s.at]) >= 0 {
			break
		}
		s.at++
	}
	return template
}
