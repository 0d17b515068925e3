package env_test

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

func TestWholeHeader(t *testing.T) {
	t.Parallel()
	const auth = "@auth = Authorization: Basic {{user}}:\n\n"
	tests := map[string]struct{ src, want string }{
		"behind the request line":    {auth + "GET http://a\n{{auth}}\n", "{{auth}}"},
		"behind a header":            {auth + "POST http://a\r\nX: y\r\n  {{ auth }} \r\n\r\n{}\r\n", "{{ auth }}"},
		"defined below":              {"GET http://a\n{{auth}}\n\n###\n" + auth, "{{auth}}"},
		"a body behind a blank line": {auth + "POST http://a\n\n{{auth}}\n", ""},
		"more on the line":           {auth + "POST http://a\n{{auth}} x\n", ""},
		"not at the begin":           {auth + "POST http://a\n{}\n{{auth}}\n", ""},
		"a value without a colon":    {"@auth = Basic x\n\nPOST http://a\n{{auth}}\n", ""},
		"a URL":                      {"@auth = https://a\n\nPOST http://a\n{{auth}}\n", ""},
		"JSON":                       {"@auth = {\"a\": 1}\n\nPOST http://a\n{{auth}}\n", ""},
		"no definition":              {"POST http://a\n{{auth}}\n", ""},
		"no body":                    {auth + "GET http://a\n", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := parser.Parse(tt.src)
			var r *parser.Request
			for _, b := range f.Blocks {
				if b.Request != nil {
					r = b.Request
				}
			}
			e, d, ok := env.NewScope(f, nil, "", nil).WholeHeader(f.Src, r)
			if ok != (tt.want != "") {
				t.Fatalf("found is %v in %q", ok, tt.src)
			}
			if ok && (e.Span.Of(f.Src) != tt.want || d.Name != "auth") {
				t.Errorf("found %q of %q", e.Span.Of(f.Src), d.Name)
			}
		})
	}
}
