package env

import (
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// resolveEscapes replaces the escapes in a text that stands at start.
func resolveEscapes(s string, start int, escapes []text.Span) string {
	first, _ := slices.BinarySearchFunc(escapes, start, func(e text.Span, at int) int { return e.Start - at })
	if first == len(escapes) || escapes[first].Start >= start+len(s) {
		return s
	}
	var out strings.Builder
	from := 0
	for _, e := range escapes[first:] {
		at := e.Start - start
		if at+2 > len(s) {
			break
		}
		out.WriteString(s[from:at])
		switch s[at+1] {
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 't':
			out.WriteByte('\t')
		default:
			out.WriteByte(s[at+1])
		}
		from = at + 2
	}
	out.WriteString(s[from:])
	return out.String()
}

// unescapeBraces writes {{x}} for \{\{x\}\}, as httpYac does: braces that are
// meant as text (ruling C25).
func unescapeBraces(s string) string {
	const opening, closing = `\{\{`, `\}\}`
	if !strings.Contains(s, opening) {
		return s
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, opening)
		end := strings.IndexByte(rest, '}') - 1 // of the backslash before it
		if !found || end < 1 || !strings.HasPrefix(rest[end:], closing) {
			if !found {
				out.WriteString(s)
				return out.String()
			}
			out.WriteString(before + opening)
			s = rest
			continue
		}
		out.WriteString(before + "{{" + rest[:end] + "}}")
		s = rest[end+len(closing):]
	}
}
