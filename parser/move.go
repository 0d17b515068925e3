package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// mover copies blocks of another file to the end of the parser's file. The
// copies keep nothing of the other file's source alive.
type mover struct {
	*parser
	templates *template.Mover
	by        int
}

func (m *mover) block(from *Block) {
	b := m.blockSlab.One()
	b.Span, b.Title = from.Span.Moved(m.by), from.Title.Moved(m.by)
	b.Items = m.itemSlab.Copy(from.Items)
	for i := range b.Items {
		b.Items[i].Span = b.Items[i].Span.Moved(m.by)
	}
	b.Directives = m.directiveSlab.Copy(from.Directives)
	for i := range b.Directives {
		d := &b.Directives[i]
		d.Span, d.NameSpan, d.ValueSpan = d.Span.Moved(m.by), d.NameSpan.Moved(m.by), d.ValueSpan.Moved(m.by)
		d.Name, d.Value = m.templates.Text(d.Name, d.NameSpan), m.templates.Text(d.Value, d.ValueSpan)
	}
	b.Variables = m.variablesSlab.Copy(from.Variables)
	for i, v := range b.Variables {
		b.Variables[i] = m.variable(v)
	}
	m.file.Variables = append(m.file.Variables, b.Variables...)
	b.Attachments = m.attachmentSlab.Copy(from.Attachments)
	for i := range b.Attachments {
		m.attachment(&b.Attachments[i])
	}
	if from.Request != nil {
		b.Request = m.movedRequest(from.Request)
	}
	m.file.Blocks = append(m.file.Blocks, b)
}

func (m *mover) variable(from *Variable) *Variable {
	v := m.variableSlab.One()
	v.Span, v.NameSpan = from.Span.Moved(m.by), from.NameSpan.Moved(m.by)
	v.Name = m.templates.Text(from.Name, v.NameSpan)
	v.Value = m.templates.Template(from.Value)
	v.Block = len(m.file.Blocks)
	v.Global, v.Lazy = from.Global, from.Lazy
	for _, escape := range from.Escapes {
		v.Escapes = append(v.Escapes, escape.Moved(m.by))
	}
	return v
}

// attachment moves a copied attachment.
func (m *mover) attachment(a *Attachment) {
	for _, span := range []*text.Span{&a.Span, &a.Code, &a.Event, &a.Name} {
		*span = m.span(*span)
	}
	a.Path = m.template(a.Path)
	arguments := a.Arguments
	a.Arguments = nil
	for _, argument := range arguments {
		argument.Span, argument.NameSpan = argument.Span.Moved(m.by), argument.NameSpan.Moved(m.by)
		argument.Value = m.template(argument.Value)
		a.Arguments = append(a.Arguments, argument)
	}
}

// span moves a span that is there; the zero one means that it is not.
func (m *mover) span(s text.Span) text.Span {
	if s == (text.Span{}) {
		return s
	}
	return s.Moved(m.by)
}

// template is span for templates.
func (m *mover) template(t template.Template) template.Template {
	if t.Span == (text.Span{}) {
		return t
	}
	return m.templates.Template(t)
}

func (m *mover) movedRequest(from *Request) *Request {
	r := m.requestSlab.One()
	*r = *from
	r.Span, r.LineSpan = from.Span.Moved(m.by), from.LineSpan.Moved(m.by)
	r.NameSpan, r.MethodSpan, r.Version = from.NameSpan.Moved(m.by), from.MethodSpan.Moved(m.by), from.Version.Moved(m.by)
	r.Name = m.templates.Text(from.Name, r.NameSpan)
	r.Target = m.templates.Template(from.Target)
	r.Headers = m.headerSlab.Copy(from.Headers)
	for i := range r.Headers {
		h := &r.Headers[i]
		h.Span, h.NameSpan = h.Span.Moved(m.by), h.NameSpan.Moved(m.by)
		h.Name = m.templates.Text(h.Name, h.NameSpan)
		h.Value = m.templates.Template(h.Value)
	}
	r.OpenHeaders = nil
	for _, h := range from.OpenHeaders {
		h.Span, h.Name, h.Value = h.Span.Moved(m.by), m.template(h.Name), m.template(h.Value)
		r.OpenHeaders = append(r.OpenHeaders, h)
	}
	if from.Curl != nil {
		r.Curl = m.curl(from.Curl)
	}
	if from.Body != nil {
		r.Body = m.body(from.Body)
	}
	r.Block = len(m.file.Blocks)
	return r
}

func (m *mover) body(from *Body) *Body {
	b := m.bodySlab.One()
	b.Span, b.Kind = from.Span.Moved(m.by), from.Kind
	b.Content = m.templates.Template(from.Content)
	for _, f := range from.Files {
		f.Span, f.Encoding = f.Span.Moved(m.by), strings.Clone(f.Encoding)
		f.Path = m.templates.Template(f.Path)
		f.Operation = m.span(f.Operation)
		b.Files = append(b.Files, f)
	}
	for _, comment := range from.Comments {
		b.Comments = append(b.Comments, comment.Moved(m.by))
	}
	for _, message := range from.Messages {
		message.Span, message.Separator = m.span(message.Span), m.span(message.Separator)
		b.Messages = append(b.Messages, message)
	}
	return b
}

func (m *mover) curl(from *Curl) *Curl {
	c := &Curl{}
	for _, option := range from.Options {
		option.Span, option.Value = option.Span.Moved(m.by), m.template(option.Value)
		option.Name = strings.Clone(option.Name)
		c.Options = append(c.Options, option)
	}
	return c
}
