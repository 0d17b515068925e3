package parser_test

import (
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/parser"
)

func TestLookupDirective(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"name": "name", "no-redirect": "no-redirect", "noRedirect": "no-redirect", "forceRef": "force-ref",
		"no-cookie-jar": "no-cookie-jar", "xpath_ns": "xpath_ns", "kulala-curl--insecure": "kulala-curl--insecure",
		"grpc-reflection": "grpc-reflection", "request-secret": "request-secret", "nmae": "",
	} {
		if spec, known := parser.LookupDirective(written); spec.Name != want || known != (want != "") {
			t.Errorf("@%s is %q, want %q", written, spec.Name, want)
		}
	}
	seen := map[string]bool{}
	for _, spec := range parser.Directives() {
		if found, known := parser.LookupDirective(spec.Name); !known || found.Name != spec.Name || seen[spec.Name] {
			t.Errorf("@%s stands twice or is not found", spec.Name)
		}
		seen[spec.Name] = true
	}
}

func TestCheckDirective(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value string
		right       bool
	}{
		{"timeout", "5", true}, {"timeout", "500 ms", true}, {"timeout", "soon", false}, {"timeout", "", false}, {"timeout", "{{t}}", true},
		{"name", "", false}, {"name", "a b", true}, {"debug", "", true}, {"disabled", "", true}, {"disabled", "!x", true},
		{"kulala-expect-status-code", "200", true}, {"kulala-expect-status-code", "ok", false}, {"loop", "for 3", true},
		{"file", "name value", true}, {"file", "", false}, {"import", "./a.http", true},
	} {
		spec, _ := parser.LookupDirective(tt.name)
		if message := parser.CheckDirective(spec, tt.value); (message == "") != tt.right {
			t.Errorf("@%s %s: %q", tt.name, tt.value, message)
		}
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"5": 5 * time.Second, "5 s": 5 * time.Second, "500ms": 500 * time.Millisecond, "1.5 m": 90 * time.Second, "2h": 2 * time.Hour,
		"": 0, "0": 0, "-1": 0, "s": 0, "5 d": 0, "1e400": 0, "99999999999999999999": 0,
	} {
		if got, ok := parser.ParseDuration(value, time.Second); got != want || ok != (want > 0) {
			t.Errorf("%q is %v, want %v", value, got, want)
		}
	}
}
