package template

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/slab"
	"github.com/vault-lsp/vault-lsp/internal/text"
)

// Mover copies templates of one source into another one that holds the same
// text at other offsets. The copies keep nothing of the old source alive.
type Mover struct {
	src string
	by  int

	parts  slab.Slab[Part]
	exprs  slab.Slab[Expr]
	args   slab.Slab[Arg]
	values slab.Slab[ValuePart]
}

// NewMover returns a Mover into src, by bytes further on.
func NewMover(src string, by int) *Mover { return &Mover{src: src, by: by} }

// Template copies t.
func (m *Mover) Template(t Template) Template {
	moved := Template{Span: t.Span.Moved(m.by), Parts: m.parts.Copy(t.Parts)}
	for i := range moved.Parts {
		p := &moved.Parts[i]
		p.Span = p.Span.Moved(m.by)
		if p.Expr != nil {
			p.Expr = m.expr(p.Expr)
		}
	}
	return moved
}

func (m *Mover) expr(e *Expr) *Expr {
	moved := m.exprs.One()
	*moved = *e
	moved.Span, moved.Inner, moved.NameSpan = e.Span.Moved(m.by), e.Inner.Moved(m.by), e.NameSpan.Moved(m.by)
	moved.Name = m.Text(e.Name, moved.NameSpan)
	moved.Args = m.args.Copy(e.Args)
	for i := range moved.Args {
		m.arg(&moved.Args[i])
	}
	moved.Problems = nil
	for _, p := range e.Problems {
		p.Span = p.Span.Moved(m.by)
		moved.Problems = append(moved.Problems, p)
	}
	return moved
}

// arg moves a copied argument.
func (m *Mover) arg(a *Arg) {
	a.Span, a.NameSpan, a.ValueSpan = a.Span.Moved(m.by), a.NameSpan.Moved(m.by), a.ValueSpan.Moved(m.by)
	a.Name = m.Text(a.Name, a.NameSpan)
	a.Value = m.values.Copy(a.Value)
	for i := range a.Value {
		v := &a.Value[i]
		v.Span = v.Span.Moved(m.by)
		v.Text = m.Text(v.Text, v.Span)
		if v.Expr != nil {
			v.Expr = m.expr(v.Expr)
		}
	}
}

// Text returns s as a part of the new source where it is the text of span
// there, and as a copy of its own else.
func (m *Mover) Text(s string, span text.Span) string {
	if span.Len() == len(s) {
		if there := span.Of(m.src); there == s {
			return there
		}
	}
	return strings.Clone(s)
}
