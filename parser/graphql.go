package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// GraphQL is a body that is sent as a GraphQL query.
type GraphQL struct {
	// Query is the text of the query, fragments among it; empty where a file has
	// it.
	Query text.Span
	// Variables are the JSON behind the query; empty where there are none.
	Variables text.Span
	// Operation is the name of the first operation, which may be empty.
	Operation text.Span
	// Fragments are the fragments that the query defines.
	Fragments []text.Span
	// Spreads are the names behind ... in the query.
	Spreads []text.Span
}

// isGraphQL decides whether a body is a query: the method GRAPHQL, the header
// X-Request-Type of REST Client, gql name < path, or, as in httpYac, a body of a
// JSON media type, or of none, that begins like an operation.
func (f *File) isGraphQL(r *Request, mediaType string) bool {
	if r.Protocol == ProtocolGraphQL || strings.EqualFold(strings.TrimSpace(f.header(r, "X-Request-Type")), "graphql") {
		return true
	}
	for i := range r.Body.Files {
		if r.Body.Files[i].GraphQL {
			return true
		}
	}
	if mediaType != "" && !strings.HasSuffix(mediaType, "json") || r.Body.Kind == BodyFile {
		return false
	}
	for _, d := range f.directivesOf(r) {
		if spec, _ := LookupDirective(d.Name); spec.Name == "no-gql-parsing" {
			return false
		}
	}
	return beginsOperation(r.Body.Content.Span.Of(f.Src))
}

func (f *File) directivesOf(r *Request) []Directive {
	if r.Block >= len(f.Blocks) {
		return nil
	}
	return f.Blocks[r.Block].Directives
}

// beginsOperation reports whether s begins with query, mutation, subscription
// or fragment, and what follows such a word.
func beginsOperation(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	for _, word := range []string{"query", "mutation", "subscription", "fragment"} {
		if rest, ok := strings.CutPrefix(s, word); ok && rest != "" && strings.IndexByte(" \t\r\n{(@", rest[0]) >= 0 {
			return strings.Contains(rest, "{")
		}
	}
	return false
}

// graphQL splits the query from its variables. They begin behind a blank line,
// outside the query's braces, with a brace.
func (s *structureReader) graphQL() *GraphQL {
	g := &GraphQL{}
	whole := s.body.Span
	query := whole
	if n := len(s.body.Files); n > 0 && s.body.Files[0].GraphQL {
		query = text.Span{Start: s.body.Files[0].Span.Start, End: s.body.Files[0].Span.Start}
		g.Operation = s.body.Files[0].Operation
		g.Variables = s.trim(text.Span{Start: s.body.Files[0].Span.End, End: whole.End})
	} else {
		depth, blank := 0, false
		behind := whole.Start // the string that goes furthest
		for at := whole.Start; at < whole.End; {
			line, next := s.line(at)
			content := s.trim(line).Of(s.src)
			if blank && depth <= 0 && strings.HasPrefix(content, "{") && at > whole.Start {
				query.End = line.Start
				g.Variables = s.trim(text.Span{Start: line.Start, End: whole.End})
				break
			}
			blank = content == "" && at >= behind
			depth, behind = s.braces(max(at, behind), line.End, depth)
			at = next
		}
	}
	g.Query = s.trim(query)
	s.operations(g)
	return g
}

// braces counts the braces of a query from at to the end of the line, without those
// in strings and comments, and returns where it came to: behind a block string that
// may end on a later line.
func (s *structureReader) braces(at, end, depth int) (total, behind int) {
	for at < end {
		switch s.src[at] {
		case '"':
			at = s.stringEnd(at, s.body.Span.End)
			continue
		case '#':
			return depth, end
		case '{':
			depth++
		case '}':
			depth--
		}
		at++
	}
	return depth, at
}

// Spreads returns the names behind ... in the text of a query: the fragments
// that it uses.
func Spreads(query string) []string {
	g := GraphQL{Query: text.Span{End: len(query)}}
	s := structureReader{src: query, body: &Body{Span: g.Query}}
	s.operations(&g)
	var names []string
	for _, spread := range g.Spreads {
		names = append(names, spread.Of(query))
	}
	return names
}

// operations finds the operation's name, the fragments and where they are used.
func (s *structureReader) operations(g *GraphQL) {
	depth, parentheses := 0, 0
	fragment := text.Span{Start: -1}
	for at := g.Query.Start; at < g.Query.End; {
		c := s.src[at]
		switch {
		case c == '#':
			line, _ := s.line(at)
			at = line.End
			continue
		case c == '"':
			at = s.stringEnd(at, g.Query.End)
			continue
		case c == '(':
			parentheses++
		case c == ')':
			parentheses--
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 && fragment.Start >= 0 {
				fragment.End = at + 1
				g.Fragments = append(g.Fragments, fragment)
				fragment.Start = -1
			}
		case strings.HasPrefix(s.src[at:g.Query.End], "..."):
			if name := s.name(skipSpace(s.src, at+len("..."), g.Query.End), g.Query.End); !name.IsEmpty() && name.Of(s.src) != "on" {
				g.Spreads = append(g.Spreads, name)
			}
			at += len("...")
			continue
		case isNameByte(c):
			word := s.name(at, g.Query.End)
			if depth == 0 && parentheses <= 0 {
				fragment = s.definition(g, word, fragment)
			}
			at = word.End
			continue
		}
		at++
	}
}

// definition reads what a word outside braces begins.
func (s *structureReader) definition(g *GraphQL, word, fragment text.Span) text.Span {
	name := s.name(skipSpace(s.src, word.End, g.Query.End), g.Query.End)
	switch word.Of(s.src) {
	case "fragment":
		return text.Span{Start: word.Start}
	case "query", "mutation", "subscription":
		if g.Operation.IsEmpty() {
			g.Operation = name
		}
	}
	return fragment
}

// stringEnd returns the offset behind the string that begins at offset at.
func (s *structureReader) stringEnd(at, end int) int {
	if strings.HasPrefix(s.src[at:end], `"""`) {
		if i := strings.Index(s.src[at+3:end], `"""`); i >= 0 {
			return at + 3 + i + 3
		}
		return end
	}
	for at++; at < end && s.src[at] != '"' && s.src[at] != '\n'; at++ {
		if s.src[at] == '\\' {
			at++
		}
	}
	return min(at+1, end)
}

// name returns the name of GraphQL's grammar that begins at offset at.
func (s *structureReader) name(at, end int) text.Span {
	span := text.Span{Start: at, End: at}
	for span.End < end && isNameByte(s.src[span.End]) {
		span.End++
	}
	return span
}

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_'
}

// skipSpace returns the first offset in [at, end) that is no white space.
func skipSpace(src string, at, end int) int {
	for at < end && isSpace(src[at]) {
		at++
	}
	return at
}
