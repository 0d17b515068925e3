package lsp

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// TestThreatMessageWithACommand: the name of a setting comes from a cloned
// folder. An editor would run the command that a link in a message names.
func TestThreatMessageWithACommand(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.Initialize(map[string]any{"initializationOptions": map[string]any{"vaultLsp": map[string]any{"[Repair](command:evil)": 1}}})
	e.Await("message", func(m lsptest.Message) bool {
		if m.Method != "window/showMessage" || !contains(m.Params, "Repair") {
			return false
		}
		if contains(m.Params, "](") {
			t.Errorf("there is a link in %s", m.Params)
		}
		return true
	})
}
