package request

import (
	"encoding/json"
	"slices"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// graphQLBody makes the JSON that GraphQL servers take over HTTP of a query,
// its variables, and the fragments above requests of the file that it uses.
func (b *builder) graphQLBody(g *parser.GraphQL) {
	at := slices.IndexFunc(b.plan.headers, func(h header) bool { return h.name == "X-Request-Type" })
	if !b.queryFiles(g) {
		b.fail(CodeBodyFile, "a GraphQL body is made of text, or of one file with the query", "write the query or the variables into the request", b.req.Body.Files[0].Span)
		return
	}
	if at >= 0 {
		b.plan.headers = slices.Delete(b.plan.headers, at, at+1)
	}
	b.addHeader("Content-Type", "application/json")
	query := b.query(g)
	variables := b.expand(template.Template{Span: g.Variables, Parts: partsIn(b.req.Body.Content.Parts, g.Variables)})
	plain := func(s string) piece { return piece{text: s, use: literal} }
	out := []piece{plain(`{"query":"`)}
	for _, p := range query {
		p.text, p.encoding = escapeJSON(p.text), jsonString
		out = append(out, p)
	}
	out = append(out, plain(`"`))
	if name := g.Operation.Of(b.file.Src); name != "" {
		out = append(out, plain(`,"operationName":"`+escapeJSON(name)+`"`))
	}
	if len(variables) > 0 {
		if !hasUse(variables) && !json.Valid([]byte(outline(variables))) {
			b.warn("The variables of the GraphQL query are not valid JSON.")
		}
		out = append(append(out, plain(`,"variables":`)), variables...)
	}
	out = append(out, plain("}"))
	b.plan.body.parts = []bodyPart{{pieces: out}}
	b.setPlacement(out, InBody)
}

// queryFiles reports whether every file of the body is one of the query: that of
// gql name < path, or of a < path that is the whole query.
func (b *builder) queryFiles(g *parser.GraphQL) bool {
	files := b.req.Body.Files
	if !slices.ContainsFunc(files, func(f parser.FileRef) bool { return !f.GraphQL }) {
		return true
	}
	return len(files) == 1 && files[0].Span == g.Query
}

// query returns the text of the query with the fragments that it needs.
func (b *builder) query(g *parser.GraphQL) []piece {
	query := b.expand(template.Template{Span: g.Query, Parts: partsIn(b.req.Body.Content.Parts, g.Query)})
	for i := range b.req.Body.Files {
		query = append(query, b.graphQLFile(b.req.Body.Files[i])...)
	}
	used := map[string]bool{}
	for pending := parser.Spreads(outline(query)); len(pending) > 0; pending = pending[1:] {
		name := pending[0]
		if used[name] {
			continue
		}
		used[name] = true
		if fragment := b.fragment(name); len(fragment) > 0 {
			query = append(append(query, piece{text: "\n", use: literal}), fragment...)
			pending = append(pending, parser.Spreads(outline(fragment))...)
		}
	}
	return query
}

// fragment returns the fragment of that name that stands above a request, the
// last one, or nothing: the query may define it itself.
func (b *builder) fragment(name string) []piece {
	for _, block := range slices.Backward(b.file.Blocks) {
		for i := range block.Attachments {
			a := &block.Attachments[i]
			if a.Name.Of(b.file.Src) != name {
				continue
			}
			switch a.Kind {
			case parser.AttachFragment:
				return b.expand(template.Scan(b.file.Src, a.Code))
			case parser.AttachGraphQLFile:
				return b.graphQLFile(parser.FileRef{Span: a.Span, Path: a.Path})
			}
		}
	}
	return nil
}

// graphQLFile reads a file of GraphQL, its variables replaced where the
// reference says so.
func (b *builder) graphQLFile(ref parser.FileRef) []piece {
	file := b.findFile(&ref)
	if file == nil {
		return nil
	}
	src, err := file.read(ref.Encoding)
	if err != nil {
		b.fail(CodeBodyFile, err.Error(), "", ref.Span)
		return nil
	}
	if ref.Expand {
		return b.expandIn(src, template.Scan(src, text.Span{End: len(src)}), &ref.Span)
	}
	return []piece{{text: src, use: literal, span: ref.Span}}
}

// partsIn returns the parts that stand in span, literal text cut at its ends.
func partsIn(parts []template.Part, span text.Span) []template.Part {
	var in []template.Part
	for _, p := range parts {
		switch {
		case p.Expr != nil && span.Start <= p.Span.Start && p.Span.End <= span.End:
			in = append(in, p)
		case p.Expr == nil:
			p.Span.Start, p.Span.End = max(p.Span.Start, span.Start), min(p.Span.End, span.End)
			if p.Span.Start < p.Span.End {
				in = append(in, p)
			}
		}
	}
	return in
}
