package request_test

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/request"
)

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
	}
}
