package lsp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// An edit of the configuration by hand is noticed: the client is asked to watch
// the file, open documents are checked anew, what was known of the profile is
// forgotten, and new mistakes are shown, once.
func TestConfigurationIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	path := w.deps.Credentials.Path()
	registered := make(chan string, 4)
	w.Handle("client/registerCapability", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		registered <- string(params)
		return nil, nil
	})
	w.Initialize(map[string]any{"capabilities": map[string]any{"workspace": map[string]any{
		"didChangeWatchedFiles": map[string]any{"dynamicRegistration": true, "relativePatternSupport": true},
	}}})
	asked := receive(t, registered)
	folder := string(uri.File(filepath.Dir(path)))
	if !strings.Contains(asked, `"baseUri":"`+folder+`"`) || !strings.Contains(asked, `"pattern":"config.json"`) {
		t.Errorf("asked to watch %s", asked)
	}
	w.open(t, "a.http", "GET https://x.invalid\nA: {{$vault path=app credential=team}}\n")
	w.Await("the diagnostic of the missing credential", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, "team")
	})
	infra := map[string]any{"name": "infra"}
	if err := w.Command("vault-lsp.testCredential", infra, nil); err != nil {
		t.Fatal(err)
	}
	change := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		w.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": string(uri.File(path)), "type": 2}}})
	}
	change(strings.Replace(strings.Replace(userConfig, "vault.invalid", "other.invalid", 1), `"infra": {`,
		`"team": {"provider": "vault", "auth": "oidc", "address": "https://team.invalid"},`+"\n"+`    "infra": {`, 1))
	w.Await("diagnostics without it", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, "a.http") && !contains(m.Params, "team")
	})
	var details credentialDetails
	if err := w.Command("vault-lsp.describeCredential", infra, &details); err != nil {
		t.Fatal(err)
	}
	if details.Identity != "" || details.Fields["address"] != "https://other.invalid" {
		t.Errorf("after the edit: %+v", details)
	}
	for range 2 {
		change(strings.Replace(userConfig, `"auth": "token"`, `"auth": "tokken"`, 1))
	}
	if shown := awaitMessage(w.Editor); !strings.Contains(shown, "token") {
		t.Errorf("shown %q", shown)
	}
	if err := w.Command("vault-lsp.listCredentials", nil, nil); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, m := range w.Received() {
		if m.Method == "window/showMessage" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d messages", count)
	}
}
