package lsp

import (
	"encoding/json"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/request"
)

// editorValue is what the user's own settings of the editor hold.
const editorValue = "m4rker-of-the-editors-settings"

// askable begins a session of a client whose settings can be asked for; it has
// environments for the workspace's folder, and others for documents in none.
func (w *world) askable(t *testing.T) {
	t.Helper()
	w.Handle("workspace/configuration", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		var p struct {
			Items []struct{ ScopeURI, Section string }
		}
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, &lsptest.ResponseError{Code: -32602, Message: err.Error()}
		}
		answers := []any{}
		for _, item := range p.Items {
			switch {
			case item.Section != "rest-client.environmentVariables":
				answers = append(answers, map[string]any{"environment": "dev"})
			case item.ScopeURI == string(uri.File(w.dir)):
				answers = append(answers, map[string]any{"dev": map[string]any{"mine": editorValue, "shadowed": editorValue}})
			default:
				answers = append(answers, map[string]any{"$shared": map[string]any{"x": 1}, "elsewhere": map[string]any{}})
			}
		}
		return answers, nil
	})
	w.Initialize(map[string]any{
		"workspaceFolders": []any{map[string]any{"uri": string(uri.File(w.dir)), "name": "test"}},
		"capabilities": map[string]any{
			"workspace":    map[string]any{"configuration": true},
			"textDocument": map[string]any{"hover": map[string]any{"contentFormat": []string{"markdown"}}},
			"window":       map[string]any{"showMessage": map[string]any{}},
		},
	})
}

// awaitClean waits until nothing is wrong with a document.
func (w *world) awaitClean(u string) {
	w.Await("no diagnostics of "+u, func(m lsptest.Message) bool {
		var d lsptest.Diagnostics
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &d) == nil && d.URI == u && len(d.Diagnostics) == 0
	})
}

// TestEnvironmentsOfTheEditor are those of the setting of REST Client that only
// the user's settings have: they count last, nothing shows their values, and the
// user is asked where they may go.
func TestEnvironmentsOfTheEditor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.write(t, ".vscode/settings.json", `{"rest-client.environmentVariables": {"dev": {"shadowed": "workspace"}}}`)
	w.askable(t)
	const src = "POST https://api.example.com/{{shadowed}}\n\n{{mine}}\n"
	u := w.open(t, "api/a.http", src)
	w.awaitClean(u)
	var hover struct{ Contents struct{ Value string } }
	w.MustCall("textDocument/hover", lsptest.At(u, lsptest.PositionOf(src, strings.Index(src, "mine"))), &hover)
	if !strings.Contains(hover.Contents.Value, "your editor's settings, environment dev") {
		t.Errorf("hover says %q", hover.Contents.Value)
	}
	var response request.Response
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": u}, &response); err == nil {
		t.Error("the user's own value was sent unasked")
	}
	questions := w.answer(answerOnce)
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": u}, &response); err != nil {
		t.Fatal(err)
	}
	if len(*questions) != 1 || !strings.Contains((*questions)[0], "{{mine}} in body") {
		t.Errorf("asked %q", *questions)
	}
	w.mu.Lock()
	if len(w.bodies) != 1 || w.bodies[0] != editorValue || w.requests[0].URL.Path != "/workspace" {
		t.Errorf("sent %q to %v", w.bodies, w.requests)
	}
	w.mu.Unlock()
	for _, m := range w.Received() {
		if strings.Contains(string(m.Params)+string(m.Result), editorValue) {
			t.Errorf("%s shows the value: %s%s", m.Method, m.Params, m.Result)
		}
	}
}

// TestUntitled: a document that was never saved belongs to the workspace's first
// folder, and its language is what the client says.
func TestUntitled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.write(t, "http-client.env.json", `{"dev": {"path": "from-file"}}`)
	w.askable(t)
	const u = "untitled:Untitled-1"
	w.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": u, "languageId": "markdown", "version": 1, "text": "# Prose  \n\n\n\n```http\nGET https://api.example.com/{{path}}/{{mine}}\n```\n",
	}})
	w.awaitClean(u)
	var edits []any
	w.MustCall("textDocument/formatting", map[string]any{
		"textDocument": map[string]any{"uri": u}, "options": map[string]any{"tabSize": 2, "insertSpaces": true},
	}, &edits)
	if len(edits) != 0 {
		t.Errorf("prose is laid out: %v", edits)
	}
	var list environmentList
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": u, "environment": "dev"}, &list); err != nil || list.Selected != "dev" {
		t.Fatalf("%+v, %v", list, err)
	}
	w.answer(answerOnce)
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": u, "position": lsptest.Position{Line: 5}}, nil); err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) != 1 || w.requests[0].URL.Path != "/from-file/"+editorValue {
		t.Errorf("sent %v", w.requests)
	}
}

// TestDocumentsInNoFolder have the environments of the editor's settings only.
func TestDocumentsInNoFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.askable(t)
	const u = "vscode-vfs://github/a/b.http"
	w.Open(u, "GET https://api.example.com/{{x}}\n")
	w.awaitClean(u)
	var list environmentList
	if err := w.Command("vault-lsp.listEnvironments", map[string]any{"uri": u}, &list); err != nil || len(list.Environments) != 1 || list.Environments[0] != "elsewhere" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": u, "environment": "elsewhere"}, nil); err == nil {
		t.Error("an environment was selected for a document in no workspace")
	}
}
