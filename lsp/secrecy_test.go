package lsp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// A whole session, with every command and every request that an editor makes,
// leaves no form of a value in the protocol, the log or the files.
func TestSecrecy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) {
		withInput(t, w)
		// The server says back all it got, in every way that it can.
		w.respond = func(rw http.ResponseWriter, r *http.Request) {
			basic := base64.StdEncoding.EncodeToString([]byte("user:" + markerValue))
			rw.Header().Set("X-Echo", r.Header.Get("Authorization"))
			rw.Header().Set("X-Basic", basic)
			rw.Header().Set("Set-Cookie", "token="+markerValue)
			if r.URL.Path == "/redirect" {
				http.Redirect(rw, r, "/landed?token="+r.URL.Query().Get("token"), http.StatusFound)
				return
			}
			for _, form := range redact.Forms(markerValue) {
				fmt.Fprintln(rw, form)
			}
			fmt.Fprintln(rw, basic, r.URL, r.Header)
		}
		fail := func(ctx context.Context, ref secret.Ref) (providers.Payload, error) {
			if ref.Get("path") != "app/db" {
				return providers.Payload{}, &providers.Error{
					Kind: providers.Denied, Provider: secret.Vault, Op: "get", Message: "denied", Err: fmt.Errorf("sdk says %s", markerToken),
				}
			}
			return providers.Payload{Kind: providers.Object, Value: secret.NewValue([]byte(`{"password":"` + markerValue + `"}`))}, nil
		}
		w.vault.get = fail
	})
	w.initialize()
	w.answer(answerAlways)
	w.Handle("workspace/applyEdit", func(json.RawMessage) (any, *lsptest.ResponseError) { return map[string]any{"applied": true}, nil })
	w.write(t, "http-client.private.env.json", `{"dev": {"hidden": "pr1vate-m4rker-value"}}`)
	src := strings.ReplaceAll(`@password = SECRET
# @name header
GET https://api.example.com/?x={{hidden}}
Authorization: Bearer {{password}}

###
# @name redirect
GET https://api.example.com/redirect?token=SECRET

###
# @name body
POST https://api.example.com/post
Content-Type: application/json

{"password": "{{$vault path=app/db key=password encode=json}}"}

###
# @name denied
GET https://api.example.com/
X: {{$vault path=app/other key=password}}
`, "SECRET", "{{$vault path=app/db key=password}}")
	uri := w.open(t, "a.http", src)
	everything(t, w, uri, src)
	if status := w.Shutdown(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	if len(w.arrived()) < 5 || !strings.Contains(strings.Join(w.arrived(), ""), markerValue) {
		t.Fatalf("the secret was not sent: %q", w.arrived())
	}
	forms := append(redact.Forms(markerValue), redact.Forms(markerToken)...)
	forms = append(forms, redact.Forms("pr1vate-m4rker-value")...)
	search := func(where, text string) {
		for _, form := range forms {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s holds %q: …%s…", where, form, text[max(0, i-80):min(len(text), i+80)])
			}
		}
	}
	search("the protocol", w.Traffic())
	search("the log", w.log.String())
	err := filepath.WalkDir(w.state, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		search(path, string(content))
		if info, err := entry.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// everything does all that an editor can, twice: before the secrets are
// known and after.
func everything(t *testing.T, w *world, uri, src string) {
	t.Helper()
	document := map[string]any{"uri": uri}
	for range 2 {
		for offset := 0; offset < len(src); offset += 7 {
			position := lsptest.PositionOf(src, offset)
			for _, method := range []string{"textDocument/hover", "textDocument/completion", "textDocument/definition"} {
				w.MustCall(method, lsptest.At(uri, position), nil)
			}
			w.MustCall("textDocument/codeAction", map[string]any{
				"textDocument": document, "context": map[string]any{"diagnostics": []any{}},
				"range": lsptest.Range{Start: position, End: position},
			}, nil)
		}
		for _, method := range []string{"textDocument/codeLens", "textDocument/documentSymbol", "textDocument/foldingRange"} {
			w.MustCall(method, map[string]any{"textDocument": document}, nil)
		}
		for _, name := range []string{"header", "redirect", "body", "denied", "none"} {
			// What fails is searched too.
			_ = w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": name, "environment": "dev"}, nil)
		}
		commands := map[string]any{
			"sendAll": document, "copyAsCurl": map[string]any{"uri": uri, "name": "header"},
			"listEnvironments": document, "selectEnvironment": map[string]any{"uri": uri, "environment": "dev"},
			"listProviders": nil, "listSecrets": map[string]any{"provider": "vault"}, "listCredentials": nil,
			"insertSecret": map[string]any{
				"uri": uri, "range": lsptest.Range{}, "reference": "{{$vault path=app/db}}",
			},
			"testCredential": map[string]any{"name": "infra"}, "loginCredential": map[string]any{"name": "infra"},
			"cacheStatus": nil, "listPermissions": nil, "revokePermission": map[string]any{"id": "none"},
			"addCredential": map[string]any{
				"name": "team", "provider": "vault", "auth": "token", "fields": map[string]any{"address": "https://team.invalid"},
			},
			"removeCredential": map[string]any{"name": "team"},
		}
		for name, argument := range commands {
			_ = w.Command("vault-lsp."+name, argument, nil)
		}
	}
	_ = w.Command("vault-lsp.resetCache", nil, nil)
}
