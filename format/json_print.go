package format

import (
	"strings"
	"unicode/utf8"
)

// width is up to how many characters a line may have that holds a whole object
// or list.
const width = 80

// printer writes a JSON text.
type printer struct {
	src, indent, newline string
	out                  strings.Builder
	// column is the number of characters in the line so far.
	column int
}

func (p *printer) write(s string) {
	p.out.WriteString(s)
	p.column += utf8.RuneCountInString(s)
}

func (p *printer) line(depth int) {
	p.out.WriteString(p.newline)
	p.column = 0
	for range depth {
		p.write(p.indent)
	}
}

func (p *printer) comments(comments []token, depth int) {
	for _, c := range comments {
		p.write(c.span.Of(p.src))
		p.line(depth)
	}
}

func (p *printer) document(d document) {
	p.comments(d.before, 0)
	p.node(d.root, 0, 0)
	for _, c := range d.after {
		p.line(0)
		p.write(c.span.Of(p.src))
	}
}

// node writes a value. rest is how many characters follow on its line.
func (p *printer) node(n node, depth, rest int) {
	if n.open == 0 {
		p.write(n.token.span.Of(p.src))
		return
	}
	closing := string(n.open + 2)
	if len(n.children) == 0 && len(n.after) == 0 {
		p.write(string(n.open) + closing)
		return
	}
	if flat, ok := p.flat(n, width-p.column-rest); ok {
		p.write(flat)
		return
	}
	p.write(string(n.open))
	for i, c := range n.children {
		p.line(depth + 1)
		p.comments(c.before, depth+1)
		if n.open == '{' {
			p.write(c.key.span.Of(p.src) + ": ")
		}
		comma := 0
		if i < len(n.children)-1 {
			comma = 1
		}
		p.node(c.value, depth+1, comma)
		if comma > 0 {
			p.write(",")
		}
	}
	for _, c := range n.after {
		p.line(depth + 1)
		p.write(c.span.Of(p.src))
	}
	p.line(depth)
	p.write(closing)
}

// flat writes a value in one line if it stands in one in the source and has
// room.
func (p *printer) flat(n node, room int) (string, bool) {
	var b strings.Builder
	if !p.writeFlat(&b, n, room) || utf8.RuneCountInString(b.String()) > room {
		return "", false
	}
	return b.String(), true
}

// writeFlat stops as soon as there is no room.
func (p *printer) writeFlat(b *strings.Builder, n node, room int) bool {
	if n.open == 0 {
		b.WriteString(n.token.span.Of(p.src))
		return b.Len() <= 4*room
	}
	if n.expanded || len(n.after) > 0 {
		return false
	}
	inner := ""
	if n.open == '{' && len(n.children) > 0 {
		inner = " "
	}
	b.WriteString(string(n.open) + inner)
	for i, c := range n.children {
		if i > 0 {
			b.WriteString(", ")
		}
		if n.open == '{' {
			b.WriteString(c.key.span.Of(p.src) + ": ")
		}
		if !p.writeFlat(b, c.value, room) {
			return false
		}
	}
	b.WriteString(inner + string(n.open+2))
	return true
}

// hasExpression reports whether a text holds {{.
func hasExpression(s string) bool { return strings.Contains(s, "{{") }
