package parser_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

// structureOf writes what stands inside the body of the first request, a line a
// piece.
func structureOf(src string) []string {
	f := parser.Parse(src)
	var r *parser.Request
	for _, b := range f.Blocks {
		if r == nil {
			r = b.Request
		}
	}
	s := f.Structure(r)
	lines := []string{s.Kind.String()}
	for _, field := range s.Fields {
		lines = append(lines, "field "+field.NameSpan.Of(src)+" = "+field.ValueSpan.Of(src))
	}
	for _, part := range s.Parts {
		line := "part"
		for _, h := range part.Headers {
			line += " " + h.NameSpan.Of(src) + "=" + h.ValueSpan.Of(src)
		}
		if part.File >= 0 {
			line += " file " + r.Body.Files[part.File].Path.Text(src)
		}
		lines = append(lines, line+" | "+part.Content.Of(src))
	}
	for _, record := range s.Records {
		lines = append(lines, "record "+record.Of(src))
	}
	if g := s.GraphQL; g != nil {
		lines = append(lines, "query "+g.Query.Of(src), "variables "+g.Variables.Of(src), "operation "+g.Operation.Of(src))
		for _, fragment := range g.Fragments {
			lines = append(lines, "fragment "+fragment.Of(src))
		}
		for _, spread := range g.Spreads {
			lines = append(lines, "spread "+spread.Of(src))
		}
	}
	return lines
}

func TestStructure(t *testing.T) {
	t.Parallel()
	of := func(mediaType, body string) string {
		return "POST http://a\nContent-Type: " + mediaType + "\n\n" + body + "\n"
	}
	tests := map[string]struct {
		src  string
		want []string
	}{
		"no body":            {"GET http://a\n", []string{"text"}},
		"text":               {of("text/plain", "{}"), []string{"text"}},
		"JSON":               {of("application/problem+json", "x"), []string{"json"}},
		"JSON by look":       {"POST http://a\n\n[1]\n", []string{"json"}},
		"XML":                {of("text/xml", "<a/>"), []string{"xml"}},
		"XML by look":        {"POST http://a\n\n<a/>\n", []string{"xml"}},
		"a file":             {"POST http://a\n\n< ./a.xml\n", []string{"text"}},
		"a form":             {of("application/x-www-form-urlencoded", "a=1&b={{$guid x=&}}\n  &c = 3 &\nd"), []string{"form", "field a = 1", "field b = {{$guid x=&}}", "field c = 3", "field d = "}},
		"comments in a form": {of("application/x-www-form-urlencoded", "# x\na=1\n# c\n&b=2&\n// d\nc=3\n"), []string{"form", "field a = 1", "field b = 2", "field c = 3"}},
		"an empty form":      {of("application/x-www-form-urlencoded", "&"), []string{"form"}},
		"block strings":      {of("application/json", "query A {\n  a(s: \"\"\"\n{\n\n{ # \" b\n\"\"\") b # {\n}\n\n{ \"c\": 1 }"), []string{"graphql", "query query A {\n  a(s: \"\"\"\n{\n\n{ # \" b\n\"\"\") b # {\n}", "variables { \"c\": 1 }", "operation A"}},
		"JSON lines":         {of("application/x-ndjson", "{\"a\":1}\n\n[2]"), []string{"json-lines", `record {"a":1}`, "record [2]"}},
		"more of them":       {of("application/x-ndjson", "1\n # no\n< ./a.json\n// no\n2"), []string{"json-lines", "record 1", "record 2"}},
		"multipart": {
			of("multipart/form-data; boundary=\"x y\"", "preamble\n--x y\nContent-Disposition: form-data; name=\"a\"\n\none\n\ntwo\n--x y\nA: b\nC:d\n\n< ./{{f}}.png\n--x y\nno header\n--x y--\nepilogue"),
			[]string{"multipart", "part Content-Disposition=form-data; name=\"a\" | one\n\ntwo", "part A=b C=d file ./{{f}}.png | < ./{{f}}.png", "part | "},
		},
		"multipart without a boundary": {of("multipart/mixed", "--b\n\none\n--b--"), []string{"multipart", "part | one"}},
		"multipart that is not closed": {of("multipart/mixed; boundary=b", "--b\nA: c\n\none"), []string{"multipart", "part A=c | one"}},
		"GraphQL": {
			"GRAPHQL http://a\n\nquery Q($query: String! = \"{\") {\n  a { ...P ... on T { b } }\n\n}\nfragment P on T { c }\n\n{ \"v\": {} }\n",
			[]string{"graphql", "query query Q($query: String! = \"{\") {\n  a { ...P ... on T { b } }\n\n}\nfragment P on T { c }", "variables { \"v\": {} }", "operation Q", "fragment fragment P on T { c }", "spread P"},
		},
		"GraphQL without a name": {"GRAPHQL http://a\n\n{ a }\n", []string{"graphql", "query { a }", "variables ", "operation "}},
		"GraphQL by header":      {"POST http://a\nX-Request-Type: GraphQL\n\nmutation M { a }\n\n{{vars}}\n", []string{"graphql", "query mutation M { a }", "variables {{vars}}", "operation M"}},
		"GraphQL in JSON":        {of("application/json", "query ($a: Int) { a }"), []string{"graphql", "query query ($a: Int) { a }", "variables ", "operation "}},
		"GraphQL of a file":      {"POST http://a\n\ngql Q < ./q.gql\n\n{\"a\": 1}\n", []string{"graphql", "query ", "variables {\"a\": 1}", "operation Q"}},
		"not GraphQL":            {of("application/json", "query"), []string{"json"}},
		"curl":                   {"curl http://a -d a=1 -d b=2\n", []string{"form", "field a = 1", "field b = 2"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, structureOf(tt.src)); diff != "" {
				t.Errorf("of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}
