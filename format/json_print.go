package format

import (
	"strings"
	"unicode/utf8"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// width is up to how many characters a line may have that holds a whole object
// or list.
const width = 120

// printer lays out a JSON text. It takes the tokens in their order and edits
// only the white space between them.
type printer struct {
	w               *writer
	indent, newline string
	tokens          []token
	// gap is what shall stand before the next token.
	gap string
	// end is where the token before ends.
	end int
	// column is the number of characters in the line so far.
	column int
}

// take puts the next token behind the gap.
func (p *printer) take() {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	p.w.replace(text.Span{Start: p.end, End: t.span.Start}, p.gap)
	p.column = p.start() + utf8.RuneCountInString(t.span.Of(p.w.src))
	p.gap, p.end = "", t.span.End
}

// start is the column in which the next token begins.
func (p *printer) start() int {
	if at := strings.LastIndexByte(p.gap, '\n'); at >= 0 {
		return utf8.RuneCountInString(p.gap[at+1:])
	}
	return p.column + utf8.RuneCountInString(p.gap)
}

// line lets the next token begin a line.
func (p *printer) line(depth int) { p.gap = p.newline + strings.Repeat(p.indent, depth) }

// paragraph does so too, and keeps one of the blank lines that stand there.
func (p *printer) paragraph(depth int) {
	p.line(depth)
	if p.tokens[0].blank {
		p.gap = p.newline + p.gap
	}
}

func (p *printer) comments(comments []token, depth int) {
	for range comments {
		p.take()
		p.paragraph(depth)
	}
}

func (p *printer) document(d document) {
	p.comments(d.before, 0)
	p.node(d.root, 0, 0)
	for range d.after {
		p.paragraph(0)
		p.take()
	}
}

// node writes a value. rest is how many characters follow on its line.
func (p *printer) node(n node, depth, rest int) {
	room := width - p.start() - rest
	p.take()
	switch {
	case n.open == 0:
	case len(n.children) == 0 && len(n.after) == 0:
		p.take()
	case !n.broken && (n.words || n.width <= room):
		p.flat(n)
	default:
		p.expanded(n, depth)
	}
}

// flat writes what stands behind an opening bracket in the same line.
func (p *printer) flat(n node) {
	inner := ""
	if n.open == '{' && len(n.children) > 0 {
		inner = " "
	}
	p.gap = inner
	for i, c := range n.children {
		if i > 0 {
			p.take()
			p.gap = " "
		}
		p.key(n)
		p.take()
		if c.value.open != 0 {
			p.flat(c.value)
		}
	}
	p.gap = inner
	p.take()
}

// expanded writes what stands behind an opening bracket in lines of their own.
// The lines of a list of scalars are its author's: they may be the rows of a
// matrix.
func (p *printer) expanded(n node, depth int) {
	for i, c := range n.children {
		switch {
		case i == 0:
			p.line(depth + 1)
		case n.broken && n.scalars && !p.tokens[1].newline:
			p.take()
			p.gap = " "
		default:
			p.take()
			p.paragraph(depth + 1)
		}
		p.comments(c.before, depth+1)
		p.key(n)
		comma := 0
		if i < len(n.children)-1 {
			comma = 1
		}
		p.node(c.value, depth+1, comma)
	}
	for i := range n.after {
		p.line(depth + 1)
		if i > 0 || len(n.children) > 0 {
			p.paragraph(depth + 1)
		}
		p.take()
	}
	p.line(depth)
	p.take()
}

// key writes the name of an object's member.
func (p *printer) key(n node) {
	if n.open == '{' {
		p.take()
		p.take()
		p.gap = " "
	}
}
