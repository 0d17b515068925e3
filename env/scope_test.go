package env

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// files makes a file system of name, content pairs.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

// scan makes a template of a whole text.
func scan(s string) template.Template { return template.Scan(s, text.Span{End: len(s)}) }

// httpFile makes a file that holds only the given `name = value` variables.
func httpFile(lines ...string) *parser.File {
	src := ""
	for _, line := range lines {
		src += "@" + line + "\n"
	}
	return parser.Parse(src)
}

// show prints pieces in one line: text, <reference> and [system], with the
// marks * for private and % for encoded.
func show(e Expansion) string {
	var b strings.Builder
	for _, p := range e.Pieces {
		s := p.Text
		switch p.Kind {
		case Secret:
			s = "<" + p.Ref.String() + ">"
		case System:
			s = "[" + strings.Join(append([]string{p.Call.Name}, p.Args...), " ") + "]"
		}
		if p.Private {
			s += "*"
		}
		if p.Encoded {
			s += "%"
		}
		b.WriteString(s)
	}
	return b.String()
}

// problems prints "code@marked text" for each problem.
func problems(src string, list []Problem) []string {
	var out []string
	for _, p := range list {
		s := p.Code + "@" + p.Span.Of(src)
		if p.Variable != "" {
			s += " in " + p.Variable
		}
		if p.Suggestion != "" {
			s += " ?" + p.Suggestion
		}
		out = append(out, s)
	}
	return out
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	envs := Load(files(
		"http-client.env.json", `{"dev": {"host": "public"}, "$shared": {"host": "shared", "only": "shared"}}`,
		"http-client.private.env.json", `{"dev": {"host": "private"}}`,
		"http-client.env.json.user", `{"dev": {"host": "user"}}`,
	), ".")
	file := httpFile("host = first", "host = last")
	overrides := map[string]string{"host": "override"}
	tests := []struct {
		name        string
		file        *parser.File
		environment string
		overrides   map[string]string
		opts        []Option
		want        string
	}{
		{"all", file, "dev", overrides, nil, "override last first private user public shared"},
		{"without overrides", file, "dev", nil, nil, "last first private user public shared"},
		{"without the file", nil, "dev", nil, nil, "private user public shared"},
		{"no environment", nil, "", nil, nil, "shared"},
		{"unknown environment", nil, "other", nil, nil, "shared"},
		{"jetbrains", file, "dev", overrides, []Option{WithDialect(JetBrains)}, "override private user public shared last first"},
		{"jetbrains, no environment", file, "", nil, []Option{WithDialect(JetBrains)}, "shared last first"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			scope := NewScope(tt.file, envs, tt.environment, tt.overrides, tt.opts...)
			var got []string
			for _, d := range scope.Lookup("host") {
				got = append(got, d.Text())
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
			winner, _ := scope.Expand("{{host}}", scan("{{host}}")).Text()
			if first, _, _ := strings.Cut(tt.want, " "); winner != first {
				t.Errorf("the winner is %q, want %q", winner, first)
			}
		})
	}
}

func TestLookupSaysWhere(t *testing.T) {
	t.Parallel()
	envs := Load(files(
		"api/http-client.env.json", "{\n  // local\n  \"dev\": { \"host\": \"a\",\n    \"port\": 8080 }\n}",
		"http-client.private.env.json", `{"$shared": {"token": "t"}}`,
	), "api")
	file := parser.Parse("# comment\n@base = http://{{host}}\n")
	scope := NewScope(file, envs, "dev", map[string]string{"id": "1"})
	type place struct {
		Name, Source, Path, Text string
		Line, Column             int
		Private                  bool
	}
	var got []place
	for _, d := range scope.Names() {
		got = append(got, place{d.Name, string(d.Source), d.Path, d.Text(), d.Line, d.Column, d.Private})
	}
	want := []place{
		{"base", "file", "", "http://{{host}}", 2, 1, false},
		{"host", "environment", "api/http-client.env.json", "a", 3, 12, false},
		{"id", "override", "", "1", 0, 0, false},
		{"port", "environment", "api/http-client.env.json", "8080", 4, 5, false},
		{"token", "shared", "http-client.private.env.json", "t", 1, 14, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
	if d := scope.Lookup("base")[0]; d.Span.Of(file.Src) == "" || d.NameSpan.Of(file.Src) != "base" {
		t.Errorf("spans of base: %v %v", d.Span, d.NameSpan)
	}
	if scope.Lookup("nothing") != nil {
		t.Error("an undefined name has no definitions")
	}
}

func TestScopeOfNothing(t *testing.T) {
	t.Parallel()
	scope := NewScope(nil, nil, "", nil)
	if scope.Environments() == nil || scope.Environments().Names() != nil || len(scope.Names()) != 0 {
		t.Error("a scope of nothing must be empty and usable")
	}
	if got := scope.Expand("a", scan("a")); show(got) != "a" {
		t.Errorf("Expand = %q", show(got))
	}
	if got := scope.Expand("", scan("")); len(got.Pieces) != 0 {
		t.Errorf("Expand of nothing = %v", got)
	}
}

func BenchmarkNewScope(b *testing.B) {
	var lines []string
	for i := range 5000 {
		lines = append(lines, fmt.Sprintf("v%d = {{host}}/%d", i, i))
	}
	file := httpFile(lines...)
	b.ReportAllocs()
	for b.Loop() {
		NewScope(file, nil, "", nil)
	}
}
