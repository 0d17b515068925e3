package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestNothingOfAnyVaultShows: a session on the command line and one in an
// editor, through every vault and way to sign in that has a server here, tokens
// of a person's sign-in included. Nothing hidden is found in any output, in what
// went over the protocol, in the log, or in any file of the user's: state,
// sign-ins and temporary files.
func TestNothingOfAnyVaultShows(t *testing.T) {
	program := testtools.Product(t)
	w := newSecretWorld(t)
	reflector := httptest.NewServer(http.HandlerFunc(reflect))
	t.Cleanup(reflector.Close)
	names := slices.Sorted(maps.Keys(w.references))

	onTheCommandLine(t, w, program, reflector.URL, names)
	inTheEditor(t, w, program, reflector.URL, names)

	for i, call := range w.gcp.Calls() {
		w.hidden[fmt.Sprintf("Google token %d", i)] = call.Token
	}
	w.eachFile(func(path string, content []byte) { w.hides(path, string(content)) })
}

// reflect answers with all that it got, in every form.
func reflect(rw http.ResponseWriter, r *http.Request) {
	for i, form := range encodedForms(r.Header.Get("A")) {
		rw.Header().Set(fmt.Sprintf("X-Form-%d", i), form)
		_, _ = rw.Write([]byte(form + "\n"))
	}
	_, _ = fmt.Fprintln(rw, r.URL, r.Header)
}

func onTheCommandLine(t *testing.T, w *secretWorld, program, target string, names []string) {
	run := func(args ...string) result {
		t.Helper()
		r := w.process(program, args...)
		w.hides(strings.Join(args, " "), r.out+r.err)
		return r
	}
	run("credential", "login", "person").want(t, exitOK, "jo@example.test")
	for _, name := range names {
		file := w.write(name+".http", "GET "+target+"/?q="+w.references[name]+"\nA: "+w.references[name]+"\n")
		run("send", file).want(t, exitOK, "HTTP/1.1 200 OK", "●●●●●●")
		run("send", file, "--json").want(t, exitOK, "●●●●●●")
		run("send", file, "-v").want(t, exitOK)
		run("check", file, "--online").want(t, exitOK)
		run("secret", "get", w.references[name]).want(t, exitOK, "●●●●●●")
		run("credential", "test", name)
	}
	run("credential", "list").want(t, exitOK, "jo@example.test")
}

func inTheEditor(t *testing.T, w *secretWorld, program, target string, names []string) {
	command := exec.Command(program, "serve")
	log := &lockedLog{}
	command.Stderr = log
	editor := lsptest.Start(t, command)
	editor.Initialize(map[string]any{"rootUri": "file://" + w.work, "initializationOptions": map[string]any{"logLevel": "debug"}})
	for _, name := range names {
		text := "GET " + target + "/?q=" + w.references[name] + "\nA: " + w.references[name] + "\n"
		uri := "file://" + w.work + "/" + name + "-edited.http"
		editor.Open(uri, text)
		var answer json.RawMessage
		if err := editor.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, &answer); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(string(answer), "●●●●●●") {
			t.Errorf("%s: nothing is masked in %s", name, answer)
		}
		at := map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": 1, "character": 8}}
		editor.MustCall("textDocument/hover", at, &answer)
		editor.MustCall("textDocument/completion", at, &answer)
		// What it says is not the point here, nor whether it may.
		_ = editor.Command("vault-lsp.testCredential", map[string]any{"name": name}, &answer)
	}
	for _, name := range []string{"vault-lsp.listCredentials", "vault-lsp.cacheStatus", "vault-lsp.resetCache"} {
		if err := editor.Command(name, map[string]any{}, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if status := editor.Shutdown(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	w.hides("the protocol", editor.Traffic())
	w.hides("the log", log.String())
}
