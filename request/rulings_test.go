package request_test

import (
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// TestRulingC13TimestampsFollowTheDialect: seconds, and milliseconds in that of
// JetBrains.
func TestRulingC13TimestampsFollowTheDialect(t *testing.T) {
	t.Parallel()
	for dialect, want := range map[env.Dialect]string{env.RESTClient: "1769860800", env.JetBrains: "1769860800000"} {
		w := newWorld(t)
		server := w.serve(false, nil)
		file := parser.Parse("POST " + server.URL + "\n\n{{$timestamp}}\n")
		sources := w.sources()
		sources.Now = func() time.Time { return time.Unix(1769860800, 0) }
		plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, nil, "", nil, env.WithDialect(dialect)), sources)
		if plan == nil {
			t.Fatalf("%+v", problems)
		}
		if _, problem := w.sendWith(plan, w.call()); problem != nil {
			t.Fatalf("%+v", problem)
		}
		if got := server.last(t).Body; got != want {
			t.Errorf("%s: %s, want %s", dialect, got, want)
		}
	}
}

// TestRulingC15AMissingVariableIsRefused, wherever it stands; it is never sent
// as text.
func TestRulingC15AMissingVariableIsRefused(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"GET http://x.test/{{nosuch}}", "GET http://x.test\nA: {{nosuch}}", "POST http://x.test\n\n{{nosuch}}",
		"curl http://x.test -H 'A: {{nosuch}}'", "curl http://x.test -d {{nosuch}}", "curl http://x.test -u me:{{nosuch}}",
		"GRAPHQL http://x.test\n\nquery { {{nosuch}} }", "GRAPHQL http://x.test\n\nquery { a }\n\n{\"a\": {{nosuch}}}",
	} {
		plan, problems := newWorld(t).build(src)
		if e := request.ProblemError(problems); plan != nil || e == nil || e.Code != env.CodeUndefined || e.Span.Of(src) != "nosuch" {
			t.Errorf("%q: plan %v, %+v", src, plan != nil, problems)
		}
	}
}

// TestRulingC16ValuesAddNoParts: substitution happens behind parsing, so that a
// line break in a value can make neither a header nor a body.
func TestRulingC16ValuesAddNoParts(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"GET http://x.test/{{v}}", "GET http://x.test\nA: {{v}}", "GET {{v}}", "curl http://x.test -H 'A: {{v}}'", "curl http://x.test -A {{v}}",
	} {
		w := newWorld(t)
		w.overrides = map[string]string{"v": "a\r\nX-Evil: 1\r\n\r\nbody"}
		if plan, problems := w.build(src); plan != nil {
			t.Errorf("%q is sent, with %+v", src, problems)
		}
		if plan, problems := newWorld(t).build("@v = a\\r\\nX-Evil: 1\n" + src); plan != nil {
			t.Errorf("%q with escapes is sent, with %+v", src, problems)
		}
	}
}
