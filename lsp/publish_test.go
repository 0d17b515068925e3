package lsp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	const src = "GET https://a.example/{{nope}}\nX: {{$vault pth=a}}\n"
	uri := w.open(t, "a.http", src)
	var codes []string
	for _, d := range w.AwaitDiagnostics(uri, 1).Diagnostics {
		codes = append(codes, d.Code)
		if d.Source != "vault-lsp" || d.Severity == 0 || d.Message == "" || d.CodeDescription.Href != analysis.CodeLink(d.Code) {
			t.Errorf("diagnostic %+v", d)
		}
	}
	slices.Sort(codes)
	if diff := cmp.Diff([]string{"missing-field", "undefined-variable", "unknown-field"}, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	// A new environment file is told by the client and clears what it defines.
	envs := w.write(t, "http-client.env.json", `{"$shared": {"nope": "x"}, "dev": {}}`)
	w.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": envs, "type": 1}}})
	w.Await("diagnostics without the undefined variable", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && strings.Contains(string(m.Params), uri) &&
			!strings.Contains(string(m.Params), "undefined-variable")
	})
}

// What is wrong with an environment file stands in that file.
func TestEnvironmentFileDiagnostics(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	envs := w.write(t, "http-client.env.json", "{\n  \"dev\": {\"a\": \"1\"\n")
	w.open(t, "sub/a.http", "GET https://a.example/\n")
	about := func(empty bool) func(lsptest.Message) bool {
		return func(m lsptest.Message) bool {
			var d lsptest.Diagnostics
			return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &d) == nil &&
				d.URI == envs && (len(d.Diagnostics) == 0) == empty
		}
	}
	w.Await("diagnostics of the environment file", about(false))
	w.write(t, "http-client.env.json", `{"dev": {"a": "1"}}`)
	w.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": envs, "type": 2}}})
	w.Await("that it is repaired", about(true))
	for _, m := range w.Received() {
		if strings.Contains(string(m.Params), envs) && strings.Contains(string(m.Params), `"diagnostics":null`) {
			t.Errorf("published %s", m.Params)
		}
	}
}

// A path that is a file beside the request file and in the root is warned of.
func TestAmbiguousFileDiagnostic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.write(t, "both.json", "{}")
	w.write(t, "api/both.json", "{}")
	w.write(t, "root.json", "{}")
	uri := w.open(t, "api/a.http", "POST https://x.invalid\n\n< ./both.json\n\n###\nPOST https://x.invalid\n\n< ./root.json\n")
	found := w.AwaitDiagnostics(uri, 1).Diagnostics
	if len(found) != 1 || found[0].Code != "ambiguous-file" || found[0].Range != (lsptest.Range{Start: at(2, 2), End: at(2, 13)}) {
		t.Errorf("%+v", found)
	}
}
