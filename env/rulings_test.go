package env

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/parser"
)

func textOf(t *testing.T, scope *Scope, src string) string {
	t.Helper()
	value, ok := scope.Expand(src, scan(src)).Text()
	if !ok {
		t.Errorf("%s is no text", src)
	}
	return value
}

// TestRulingC06TheDialectDecides between a file's and an environment's
// definition.
func TestRulingC06TheDialectDecides(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"dev": {"host": "environment"}}`), ".")
	file := httpFile("host = file")
	for dialect, want := range map[Dialect]string{RESTClient: "file", JetBrains: "environment"} {
		if got := textOf(t, NewScope(file, envs, "dev", nil, WithDialect(dialect)), "{{host}}"); got != want {
			t.Errorf("%s: the winner is %s", dialect, got)
		}
	}
}

// TestRulingC17ThePrivateFileWins over the public one.
func TestRulingC17ThePrivateFileWins(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"dev": {"a": "public"}}`, "http-client.private.env.json", `{"dev": {"a": "private"}}`), ".")
	if got := textOf(t, NewScope(nil, envs, "dev", nil), "{{a}}"); got != "private" {
		t.Errorf("the winner is %s", got)
	}
}

// TestRulingC18DottedNames mean the exact variable first, then a path into a
// structured value.
func TestRulingC18DottedNames(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"dev": {"a": {"b": "inner", "c": {"d": "deep"}}, "a.c": {"d": "longer"}}}`), ".")
	file := parser.Parse("@a.b = exact\n")
	inFile, inEnvironment := NewScope(file, envs, "dev", nil), NewScope(nil, envs, "dev", nil)
	for _, tt := range []struct {
		scope     *Scope
		src, want string
	}{
		{inFile, "{{a.b}}", "exact"}, {inEnvironment, "{{a.b}}", "inner"}, {inEnvironment, "{{a.c.d}}", "longer"},
	} {
		if got := textOf(t, tt.scope, tt.src); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.src, got, tt.want)
		}
	}
}
