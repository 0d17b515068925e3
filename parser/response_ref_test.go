package parser_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

func TestParseResponseRef(t *testing.T) {
	t.Parallel()
	type ref struct {
		Request, Part, As, Path, Kind string
		OfRequest                     bool
	}
	tests := map[string]*ref{
		"{{login.response.body.$.token}}":              {Request: "login", Part: "body", Path: "$.token", Kind: "jsonpath"},
		"{{ login.response.body.$.a[?(@.b=='c')].d }}": {Request: "login", Part: "body", Path: "$.a[?(@.b=='c')].d", Kind: "jsonpath"},
		"{{login.response.body.token}}":                {Request: "login", Part: "body", Path: "token", Kind: "jsonpath"},
		"{{login.response.body.*}}":                    {Request: "login", Part: "body", Path: "*", Kind: "all"},
		"{{login.response.body}}":                      {Request: "login", Part: "body"},
		"{{login.response.body.//a/@b}}":               {Request: "login", Part: "body", Path: "//a/@b", Kind: "xpath"},
		"{{login.response.body.asJson.a}}":             {Request: "login", Part: "body", As: "json", Path: "a", Kind: "jsonpath"},
		"{{login.response.asXml.a}}":                   {Request: "login", Part: "body", As: "xml", Path: "a", Kind: "xpath"},
		"{{login.response.headers.X-A}}":               {Request: "login", Part: "headers", Path: "X-A", Kind: "header"},
		"{{login.response.headers['Date'][0]}}":        {Request: "login", Part: "headers", Path: "['Date'][0]", Kind: "header"},
		"{{login.response.cookies.0.value}}":           {Request: "login", Part: "cookies", Path: "0.value", Kind: "jsonpath"},
		"{{%login.request.body.$.a}}":                  {Request: "login", Part: "body", Path: "$.a", Kind: "jsonpath", OfRequest: true},
		`{{"Log in. Now".response.body.$.a}}`:          {Request: "Log in. Now", Part: "body", Path: "$.a", Kind: "jsonpath"},
		"{{Log in.response.body.$.a}}":                 {Request: "Log in", Part: "body", Path: "$.a", Kind: "jsonpath"},
		"{{login.token}}":                              nil,
		"{{response.body}}":                            nil,
		"{{login.response.}}":                          nil,
		`{{"login.response.body}}`:                     nil,
		"{{$guid}}":                                    nil,
	}
	for src, want := range tests {
		e, _ := template.ParseExpr(src, 0, len(src))
		r, ok := parser.ParseResponseRef(src, e)
		var got *ref
		if ok {
			got = &ref{r.Request.Of(src), r.Part, r.As, r.Path.Of(src), r.PathKind.String(), r.OfRequest}
			for _, span := range []text.Span{r.Request, r.PartSpan, r.Path} {
				if span != (text.Span{}) && !contains(e.Inner, span) {
					t.Errorf("%s: %v is not in the expression", src, span)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", src, diff)
		}
	}
}
