package lsp

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// awaitMessage waits for a window/showMessage and returns its text.
func awaitMessage(e *lsptest.Editor) string {
	m := e.Await("message", func(m lsptest.Message) bool { return m.Method == "window/showMessage" })
	var shown struct{ Message string }
	if err := json.Unmarshal(m.Params, &shown); err != nil {
		return err.Error()
	}
	return shown.Message
}

func contains(params json.RawMessage, text string) bool { return bytes.Contains(params, []byte(text)) }

// receive waits for something that a server or handler signals.
func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	timer := time.NewTimer(20 * time.Second)
	defer timer.Stop()
	var zero T
	select {
	case v := <-from:
		return v
	case <-timer.C:
		t.Fatal("what the test waits for has not happened")
		return zero
	}
}
