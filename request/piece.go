package request

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
)

// piece is a run of literal text, or the place of one use's value.
type piece struct {
	text string
	// use is the index in Plan.Uses, or literal.
	use int
	// private is set for literal text that is masked in output.
	private bool
	// encoding is how a use's value is put in.
	encoding encoding
	span     text.Span
	// written is set for text that stands in the request file itself, not in a
	// variable's value or another file. Its lines end in \n.
	written bool
	// bound is, for literal text that is the user's, one more than the index in
	// Plan.Uses under which it is asked for.
	bound int
}

// literal marks a piece that is text.
const literal = -1

// encoding is how the value of a use is put into the request.
type encoding uint8

const (
	raw encoding = iota
	component
	jsonString
)

// placeholder stands for a value where only the form of a text matters. No
// literal text holds it: NUL is refused.
const placeholder = "\x00"

// values are the values of a plan's uses, by index.
type values []string

// joinWritten joins text of the request file that follows text of it: a comment or
// the indentation of a fence stood between, and a form's lines are one text.
func joinWritten(pieces []piece) []piece {
	var joined []piece
	for len(pieces) > 0 {
		next, text := pieces[0], strings.Builder{}
		n := 0
		for ; n < len(pieces) && pieces[n].written; n++ {
			text.WriteString(pieces[n].text)
		}
		if n > 0 {
			next.text = text.String()
		}
		joined, pieces = append(joined, next), pieces[max(n, 1):]
	}
	return joined
}

// render puts the values in; a use without a value must not be rendered.
func render(pieces []piece, v values) string {
	var out strings.Builder
	for _, p := range pieces {
		if p.use == literal {
			out.WriteString(p.text)
		} else {
			out.WriteString(p.encoding.apply(v[p.use]))
		}
	}
	return out.String()
}

// show renders with the mask in the place of every value and private text.
func show(pieces []piece) string {
	var out strings.Builder
	for _, p := range pieces {
		if p.use != literal || p.private {
			out.WriteString(secret.Mask)
		} else {
			out.WriteString(p.text)
		}
	}
	return out.String()
}

// outline renders with a placeholder for every value.
func outline(pieces []piece) string {
	var out strings.Builder
	for _, p := range pieces {
		if p.use != literal {
			out.WriteString(placeholder)
		} else {
			out.WriteString(p.text)
		}
	}
	return out.String()
}

// hasUse reports whether a value is among the pieces.
func hasUse(pieces []piece) bool {
	for _, p := range pieces {
		if p.use != literal {
			return true
		}
	}
	return false
}

// hasPrivate reports whether text is among the pieces that is masked in output.
func hasPrivate(pieces []piece) bool {
	for _, p := range pieces {
		if p.use == literal && p.private {
			return true
		}
	}
	return false
}

func (e encoding) apply(value string) string {
	switch e {
	case component:
		return escapeComponent(value)
	case jsonString:
		return escapeJSON(value)
	default:
		return value
	}
}

// trimPieces removes blanks around the pieces' text, but not from values.
func trimPieces(pieces []piece) []piece {
	pieces = append([]piece(nil), pieces...)
	for len(pieces) > 0 && pieces[0].use == literal {
		pieces[0].text = strings.TrimLeft(pieces[0].text, " \t")
		if pieces[0].text != "" {
			break
		}
		pieces = pieces[1:]
	}
	for n := len(pieces); n > 0 && pieces[n-1].use == literal; n = len(pieces) {
		pieces[n-1].text = strings.TrimRight(pieces[n-1].text, " \t")
		if pieces[n-1].text != "" {
			break
		}
		pieces = pieces[:n-1]
	}
	return pieces
}

// cut splits pieces at the first place in literal text where one of the
// characters stands, which belongs to neither side.
func cut(pieces []piece, chars string) (before, after []piece, found bool) {
	for i, p := range pieces {
		if p.use != literal {
			continue
		}
		at := strings.IndexAny(p.text, chars)
		if at < 0 {
			continue
		}
		left, right := p, p
		left.text, right.text = p.text[:at], p.text[at+1:]
		before = append(append(before, pieces[:i]...), left)
		after = append(append(after, right), pieces[i+1:]...)
		return before, after, true
	}
	return pieces, nil, false
}
