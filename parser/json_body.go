package parser

import "github.com/vault-lsp/vault-lsp/internal/text"

// StructureDescription describes what stands inside a body.
type StructureDescription struct {
	// Kind is "text", "json", "xml", "form", "multipart", "graphql" or
	// "json-lines".
	Kind    string              `json:"kind"`
	Fields  []FieldDescription  `json:"fields,omitempty"`
	Parts   []PartDescription   `json:"parts,omitempty"`
	GraphQL *GraphQLDescription `json:"graphql,omitempty"`
	Records []text.Span         `json:"records,omitempty"`
}

// PartDescription describes a part of a multipart body.
type PartDescription struct {
	Headers []HeaderDescription `json:"headers"`
	Content text.Span           `json:"content"`
	// File is the path of the < path line that is the content.
	File string    `json:"file,omitempty"`
	Span text.Span `json:"span"`
}

// GraphQLDescription describes a query. Query is absent where a file has it.
type GraphQLDescription struct {
	Operation string      `json:"operation,omitempty"`
	Query     *text.Span  `json:"query,omitempty"`
	Variables *text.Span  `json:"variables,omitempty"`
	Fragments []text.Span `json:"fragments,omitempty"`
	Spreads   []string    `json:"spreads,omitempty"`
}

// MessageDescription describes one of several messages of a body.
type MessageDescription struct {
	WaitForServer bool      `json:"waitForServer,omitempty"`
	Span          text.Span `json:"span"`
}

// OptionDescription describes an option of a curl command by its long name.
type OptionDescription struct {
	Name  string    `json:"name"`
	Value string    `json:"value,omitempty"`
	Span  text.Span `json:"span"`
}

func describeStructure(f *File, r *Request) StructureDescription {
	s := f.Structure(r)
	d := StructureDescription{Kind: s.Kind.String(), Records: s.Records}
	for _, field := range s.Fields {
		d.Fields = append(d.Fields, FieldDescription{Name: field.NameSpan.Of(f.Src), Value: field.ValueSpan.Of(f.Src), Span: field.Span})
	}
	for i := range s.Parts {
		d.Parts = append(d.Parts, describePart(f.Src, r.Body, &s.Parts[i]))
	}
	if s.GraphQL != nil {
		d.GraphQL = describeGraphQL(f.Src, s.GraphQL)
	}
	return d
}

func describePart(src string, body *Body, p *MultipartPart) PartDescription {
	d := PartDescription{Headers: []HeaderDescription{}, Content: p.Content, Span: p.Span}
	for _, h := range p.Headers {
		d.Headers = append(d.Headers, HeaderDescription{Name: h.NameSpan.Of(src), Value: h.ValueSpan.Of(src), Span: h.Span})
	}
	if p.File >= 0 {
		d.File = body.Files[p.File].Path.Text(src)
	}
	return d
}

func describeGraphQL(src string, g *GraphQL) *GraphQLDescription {
	d := &GraphQLDescription{Operation: g.Operation.Of(src), Fragments: g.Fragments}
	if !g.Query.IsEmpty() {
		d.Query = &g.Query
	}
	if !g.Variables.IsEmpty() {
		d.Variables = &g.Variables
	}
	for _, spread := range g.Spreads {
		d.Spreads = append(d.Spreads, spread.Of(src))
	}
	return d
}
