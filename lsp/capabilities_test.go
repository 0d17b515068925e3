package lsp

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What initialize promises and what is answered are the same: every provider
// has its method, and every method of a document its provider.
func TestCapabilitiesAreTheMethods(t *testing.T) {
	t.Parallel()
	methods := map[string]string{
		"completionProvider":               "textDocument/completion",
		"diagnosticProvider":               "textDocument/diagnostic",
		"documentLinkProvider":             "textDocument/documentLink",
		"hoverProvider":                    "textDocument/hover",
		"definitionProvider":               "textDocument/definition",
		"referencesProvider":               "textDocument/references",
		"documentHighlightProvider":        "textDocument/documentHighlight",
		"documentSymbolProvider":           "textDocument/documentSymbol",
		"foldingRangeProvider":             "textDocument/foldingRange",
		"codeActionProvider":               "textDocument/codeAction",
		"codeLensProvider":                 "textDocument/codeLens",
		"executeCommandProvider":           "workspace/executeCommand",
		"signatureHelpProvider":            "textDocument/signatureHelp",
		"documentFormattingProvider":       "textDocument/formatting",
		"documentRangeFormattingProvider":  "textDocument/rangeFormatting",
		"documentOnTypeFormattingProvider": "textDocument/onTypeFormatting",
	}
	e := start(t, Deps{}, nil)
	capabilities := e.Initialize(map[string]any{"capabilities": pulling()}).Capabilities
	var promised []string
	for name, value := range capabilities {
		if !strings.HasSuffix(name, "Provider") || value == false {
			continue
		}
		method, known := methods[name]
		if !known {
			t.Errorf("initialize promises %s, which this test does not know", name)
		}
		promised = append(promised, method)
	}
	slices.Sort(promised)
	var answered []string
	for _, method := range slices.Sorted(maps.Keys(newSession(context.Background(), Deps{}).newDispatcher().calls)) {
		if strings.HasPrefix(method, "textDocument/") || method == "workspace/executeCommand" {
			answered = append(answered, method)
		}
	}
	if diff := cmp.Diff(answered, promised); diff != "" {
		t.Errorf("methods (-answered +promised):\n%s", diff)
	}
	completion, _ := capabilities["completionProvider"].(map[string]any)
	if completion["resolveProvider"] != true {
		t.Errorf("completion %v does not promise to resolve", completion)
	}
}
