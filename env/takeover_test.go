package env

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

func TestDefinitionsTakeOverTheValueThatTheyShadow(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{
		"dev": {
			"host": "example.com", "key": {"provider": "vault", "path": "a", "key": "b"},
			"loop": "{{loop}}", "there": "{{back}}", "back": "{{there}}"
		},
		"prod": {"host": "example.org", "only": "x"}
	}`), ".")
	const src = "@host = {{host}}\n@url = https://{{host}}/v1\n@key = Bearer {{key}}\n@loop = {{loop}}\n@there = {{there}}\n" +
		"@only = {{only}}\n@set = {{set}}\n@nothing = {{nothing}}\n\nGET {{url}}\n\n> {% client.global.set(\"set\", 1) %}\n"
	file := parser.Parse(src)
	tests := []struct {
		environment, in, want string
		problems              []string
	}{
		{"dev", "{{host}}", "example.com", nil},
		{"prod", "{{url}}", "https://example.org/v1", nil},
		{"dev", "{{key}}", "Bearer <{{$vault path=a key=b}}>", nil},
		{"dev", "{{loop}}", "", []string{"variable-cycle@{{loop}}"}},
		{"dev", "{{there}}", "", []string{"variable-cycle@{{there}}"}},
		{"dev", "{{only}}", "", []string{"undefined-variable@{{only}}"}},
		{"", "{{host}}", "", []string{"environment-not-selected@{{host}}"}},
		{"dev", "{{set}}", "", []string{"undefined-variable@{{set}}"}},
		{"dev", "{{nothing}}", "", []string{"variable-cycle@{{nothing}}"}},
	}
	for _, tt := range tests {
		scope := NewScope(file, envs, tt.environment, nil)
		var checked []Problem
		scope.Check(tt.in, scan(tt.in), func(p Problem) { checked = append(checked, p) })
		e := scope.Expand(tt.in, scan(tt.in))
		for _, problems := range [][]Problem{e.Problems, checked} {
			var got []string
			for _, p := range problems {
				got = append(got, p.Code+"@"+p.Span.Of(tt.in))
			}
			if diff := cmp.Diff(tt.problems, got); diff != "" {
				t.Errorf("%s in %q (-want +got):\n%s", tt.in, tt.environment, diff)
			}
		}
		if got := show(e); len(tt.problems) == 0 && got != tt.want {
			t.Errorf("%s in %q is %q, want %q", tt.in, tt.environment, got, tt.want)
		}
	}
}
