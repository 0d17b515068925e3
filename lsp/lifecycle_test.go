package lsp

import (
	"bytes"
	"context"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

func TestLifecycle(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{Version: "1.2.3"}, nil)
	if got := lsptest.CodeOf(e.Call("textDocument/hover", nil, nil)); got != -32002 {
		t.Errorf("before initialize: %d, want -32002", got)
	}
	e.Open(testURI, "dropped")
	answer := e.Initialize(nil)
	if answer.ServerInfo.Name != "vault-lsp" || answer.ServerInfo.Version != "1.2.3" {
		t.Errorf("serverInfo = %+v", answer.ServerInfo)
	}
	if got := answer.Capabilities["positionEncoding"]; got != "utf-16" {
		t.Errorf("position encoding %v, want utf-16", got)
	}
	if got := lsptest.CodeOf(e.Call("initialize", map[string]any{"capabilities": map[string]any{}}, nil)); got != -32600 {
		t.Errorf("second initialize: %d, want -32600", got)
	}
	if got := lsptest.CodeOf(e.Call("textDocument/hover", lsptest.At(testURI, lsptest.Position{}), nil)); got != -32602 {
		t.Errorf("hover in a document that was opened too early: %d, want -32602", got)
	}
	e.MustCall("shutdown", nil, nil)
	if got := lsptest.CodeOf(e.Call("textDocument/hover", nil, nil)); got != -32600 {
		t.Errorf("after shutdown: %d, want -32600", got)
	}
	e.Notify("exit", nil)
	if got := e.Exit(); got != 0 {
		t.Errorf("exit status %d, want 0", got)
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	t.Run("exit without shutdown", func(t *testing.T) {
		t.Parallel()
		e := start(t, Deps{}, nil)
		e.Initialize(nil)
		e.Notify("exit", nil)
		if got := e.Exit(); got != 1 {
			t.Errorf("exit status %d, want 1", got)
		}
	})
	t.Run("exit before initialize", func(t *testing.T) {
		t.Parallel()
		e := start(t, Deps{}, nil)
		e.Notify("exit", nil)
		if got := e.Exit(); got != 1 {
			t.Errorf("exit status %d, want 1", got)
		}
	})
	t.Run("hangup after shutdown", func(t *testing.T) {
		t.Parallel()
		e := start(t, Deps{}, nil)
		e.Initialize(nil)
		e.MustCall("shutdown", nil, nil)
		e.Hangup()
		if got := e.Exit(); got != 0 {
			t.Errorf("exit status %d, want 0", got)
		}
	})
	t.Run("nothing at all", func(t *testing.T) {
		t.Parallel()
		if got := New(Deps{}).Run(context.Background(), bytes.NewReader(nil), &bytes.Buffer{}); got != 1 {
			t.Errorf("exit status %d, want 1", got)
		}
	})
}

func TestPositionEncodings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		offered []string
		want    string
	}{
		{nil, "utf-16"},
		{[]string{"utf-16"}, "utf-16"},
		{[]string{"utf-16", "utf-8"}, "utf-8"},
		{[]string{"utf-32", "utf-16"}, "utf-16"},
		{[]string{"utf-32"}, "utf-32"},
		{[]string{"utf-64"}, "utf-16"},
	}
	for _, test := range tests {
		e := start(t, Deps{}, nil)
		answer := e.Initialize(map[string]any{"capabilities": map[string]any{
			"general": map[string]any{"positionEncodings": test.offered},
		}})
		if got := answer.Capabilities["positionEncoding"]; got != test.want {
			t.Errorf("offered %v: %v, want %s", test.offered, got, test.want)
		}
	}
}

// Clients of the future say what we do not know.
func TestUnknownCapabilities(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.Initialize(map[string]any{
		"capabilities": map[string]any{
			"future":       map[string]any{"x": true},
			"textDocument": map[string]any{"future": 1, "completion": map[string]any{"completionItemKind": map[string]any{"valueSet": []int{1, 999}}}},
		},
		"trace": "loud", "locale": "xx", "future": []int{1},
		"initializationOptions": "not an object",
	})
	alive(t, e)
}
