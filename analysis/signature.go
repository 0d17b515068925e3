package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Signature says how a system variable or a reference is written, and which of
// its arguments stands at the cursor.
type Signature struct {
	Label string // "$datetime format [offset unit]"
	Doc   string // Markdown
	// Params are the arguments; their spans are offsets into Label.
	Params []SignatureParam
	// Active is the index of the argument at the cursor, -1 for none of them.
	Active int
}

// SignatureParam is one argument of a Signature.
type SignatureParam struct {
	Span text.Span
	Doc  string // Markdown
}

// SignatureAt returns the signature of the call that offset stands in, or nil.
// The cursor is in a call from the blank or the parenthesis after its name on.
func SignatureAt(in Input, offset int) *Signature {
	c := newCompleter(in, offset)
	x, ok := c.openExpr()
	if !ok || x.typed.Kind != template.Call {
		return nil
	}
	if spec, ok := secret.Lookup(x.typed.Name); ok {
		if offset <= x.typed.NameSpan.End {
			return nil
		}
		return referenceSignature(spec, x.typed, offset)
	}
	v, ok := env.LookupSystem(x.typed.Name)
	if !ok || len(v.Params) == 0 {
		return nil
	}
	index, ok := v.ParamAt(c.src, x.typed, offset)
	if !ok || index >= len(v.Params) {
		return nil
	}
	return systemSignature(v, index)
}

func systemSignature(v env.SystemVariable, active int) *Signature {
	s := &Signature{Label: v.Signature, Doc: v.Doc + "\n\nExample: " + code(v.Example), Active: active}
	// The arguments of some rows go by other names there.
	words := strings.FieldsFunc(v.Signature[len(v.Name)+1:], func(r rune) bool { return strings.ContainsRune(" [](),", r) })
	from := len(v.Name) + 1
	for i, p := range v.Params {
		if i >= len(words) {
			break
		}
		word := words[i]
		if strings.Contains(v.Signature[from:], p.Name) {
			word = p.Name
		}
		start := from + strings.Index(v.Signature[from:], word)
		from = start + len(word)
		doc := p.Doc
		separator := ": "
		for _, value := range p.Values {
			doc += separator + code(value.Text) + " " + value.Doc
			separator = ", "
		}
		s.Params = append(s.Params, SignatureParam{Span: text.Span{Start: start, End: from}, Doc: doc})
	}
	return s
}

// referenceSignature lists the fields that the provider needs, those that are
// there, and how more there are: all of them would hide the text around the
// cursor, and completion lists them.
func referenceSignature(spec secret.Spec, e *template.Expr, offset int) *Signature {
	s := &Signature{Label: "$" + spec.Name, Active: -1}
	current := ""
	there := map[string]bool{}
	for i := range e.Args {
		a := &e.Args[i]
		there[a.Name] = true
		if a.Span.Start <= offset && offset <= a.Span.End {
			current = a.Name
		}
	}
	more := 0
	for _, f := range spec.Fields {
		if !f.Required && !there[f.Name] {
			more++
			continue
		}
		start := len(s.Label) + 1
		s.Label += " " + f.Name + "="
		if f.Name == current {
			s.Active = len(s.Params)
		}
		s.Params = append(s.Params, SignatureParam{Span: text.Span{Start: start, End: len(s.Label)}, Doc: fieldDoc(f)})
	}
	if more > 0 {
		s.Label += fmt.Sprintf(" [%d more]", more)
	}
	return s
}
