package lsp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// pulling are the capabilities of a client that asks for diagnostics.
func pulling() map[string]any {
	return map[string]any{
		"textDocument": map[string]any{"diagnostic": map[string]any{"relatedInformation": true, "codeDescriptionSupport": true}},
		"workspace":    map[string]any{"diagnostics": map[string]any{"refreshSupport": true}},
	}
}

// report is what the tests look at of a diagnostic report.
type report struct {
	Kind     string
	ResultID string `json:"resultId"`
	Items    []lsptest.Diagnostic
}

// A client that asks for diagnostics gets them by asking, for the text as it is
// then, and is sent none of its documents. It is told to ask again where
// something else has changed them.
func TestDiagnosticsArePulled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	refreshes := make(chan struct{}, 8)
	w.Handle("workspace/diagnostic/refresh", func(json.RawMessage) (any, *lsptest.ResponseError) {
		refreshes <- struct{}{}
		return nil, nil
	})
	initialized := w.Initialize(map[string]any{"capabilities": pulling()})
	if provider, _ := initialized.Capabilities["diagnosticProvider"].(map[string]any); provider["interFileDependencies"] != true {
		t.Errorf("promised %v", initialized.Capabilities["diagnosticProvider"])
	}
	const src = "GET https://x.invalid\nA: {{$vault path=app credential=team}}\n"
	uri := w.open(t, "a.http", src)
	pull := func(previous string) report {
		t.Helper()
		params := map[string]any{"textDocument": map[string]any{"uri": uri}}
		if previous != "" {
			params["previousResultId"] = previous
		}
		var answer report
		w.MustCall("textDocument/diagnostic", params, &answer)
		return answer
	}
	first := pull("")
	if first.Kind != "full" || first.ResultID == "" || len(first.Items) != 1 || !strings.Contains(first.Items[0].Message, "team") {
		t.Fatalf("first report %+v", first)
	}
	if again := pull(first.ResultID); again.Kind != "unchanged" || again.ResultID != first.ResultID || again.Items != nil {
		t.Errorf("nothing has changed: %+v", again)
	}
	w.Change(uri, 2, lsptest.Change{Text: src + "B: {{nowhere}}\n"})
	if edited := pull(first.ResultID); edited.Kind != "full" || len(edited.Items) != 2 {
		t.Errorf("after an edit: %+v", edited)
	}
	w.Change(uri, 3, lsptest.Change{Text: src})
	for len(refreshes) > 0 {
		<-refreshes
	}
	err := w.Command("vault-lsp.addCredential", map[string]any{
		"name": "team", "provider": "vault", "auth": "oidc", "fields": map[string]any{"address": "https://team.invalid"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	receive(t, refreshes)
	if without := pull(first.ResultID); without.Kind != "full" || without.Items == nil || len(without.Items) != 0 {
		t.Errorf("after the credential was added: %+v", without)
	}
	for _, m := range w.Received() {
		if m.Method == "textDocument/publishDiagnostics" {
			t.Errorf("sent unasked: %s", m.Params)
		}
	}
	if err := w.Call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": "file:///closed.http"}}, nil); lsptest.CodeOf(err) != -32602 {
		t.Errorf("a document that is not open: %v", err)
	}
}

// Environment files are nobody's documents: what is wrong with them is sent.
func TestEnvironmentFilesArePublishedToPullers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.Initialize(map[string]any{"capabilities": pulling()})
	w.write(t, "http-client.env.json", `{"dev": `)
	w.open(t, "a.http", "GET https://x.invalid\n")
	w.Await("diagnostics of the environment file", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, "http-client.env.json")
	})
}
