package lsp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/request"
)

func TestEnvironments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.write(t, "http-client.env.json", `{"dev": {"path": "dev"}, "prod": {"path": "prod"}}`)
	const src = "GET https://api.example.com/{{path}}\n"
	uri := w.open(t, "sub/a.http", src)
	list := func() environmentList {
		t.Helper()
		var l environmentList
		if err := w.Command("vault-lsp.listEnvironments", map[string]any{"uri": uri}, &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	if diff := cmp.Diff(environmentList{Environments: []string{"dev", "prod"}}, list()); diff != "" {
		t.Errorf("environments (-want +got):\n%s", diff)
	}
	sent := func(argument map[string]any) string {
		t.Helper()
		argument["uri"] = uri
		var response request.Response
		if err := w.Command("vault-lsp.sendRequest", argument, &response); err != nil {
			t.Fatal(err)
		}
		return response.Request.URL
	}
	if got := sent(map[string]any{"environment": "prod"}); !strings.HasSuffix(got, "/prod") {
		t.Errorf("sent %s, want prod", got)
	}
	var l environmentList
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": uri, "environment": "dev"}, &l); err != nil {
		t.Fatal(err)
	}
	if l.Selected != "dev" || list().Selected != "dev" {
		t.Errorf("selected %q and %q, want dev", l.Selected, list().Selected)
	}
	if got := sent(map[string]any{}); !strings.HasSuffix(got, "/dev") {
		t.Errorf("sent %s, want dev", got)
	}
	// A changed file is seen without being told.
	w.write(t, "http-client.env.json", `{"dev": {"path": "changed-dev"}}`)
	if got := sent(map[string]any{}); !strings.HasSuffix(got, "/changed-dev") {
		t.Errorf("sent %s, want the changed file", got)
	}
	// So is one that is added in a parent folder.
	w.write(t, "http-client.private.env.json", `{"dev": {"path": "private-dev"}}`)
	if got := sent(map[string]any{}); strings.HasSuffix(got, "/changed-dev") {
		t.Errorf("sent %s, want the added file", got)
	}
	if err := os.Remove(filepath.Join(w.dir, "http-client.private.env.json")); err != nil {
		t.Fatal(err)
	}
	if got := sent(map[string]any{}); !strings.HasSuffix(got, "/changed-dev") {
		t.Errorf("sent %s, want what is left", got)
	}
	f := failure(t, w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": uri, "environment": "prod"}, nil))
	if f.Code != "unknown-environment" || !strings.Contains(f.Hint, "dev") {
		t.Errorf("an unknown environment: %+v", f)
	}
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": uri, "environment": ""}, &l); err != nil || l.Selected != "" {
		t.Errorf("selecting none: %v, %q", err, l.Selected)
	}
}

// TestEnvironmentsOfDotenv: an environment may have no other file than a .env
// file of its own, and a file that is added to a folder env is seen.
func TestEnvironmentsOfDotenv(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.write(t, ".env.dev", "UNUSED=1\n")
	w.write(t, "env/.env", "OTHER=1\n")
	uri := w.open(t, "a.http", "GET https://api.example.com/{{ITEM}}\n")
	var l environmentList
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": uri, "environment": "dev"}, &l); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(environmentList{Environments: []string{"dev"}, Selected: "dev"}, l); diff != "" {
		t.Errorf("environments (-want +got):\n%s", diff)
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil); err == nil {
		t.Error("sent without ITEM")
	}
	w.write(t, "env/dev.env", "ITEM=added\n")
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil); err != nil {
		t.Errorf("the added file is not seen: %v", err)
	}
}
