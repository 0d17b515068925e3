package lsp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

func TestHover(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.answer(answerOnce)
	uri := w.open(t, "a.http", secretFile)
	hover := func() string {
		t.Helper()
		var h *struct {
			Contents struct{ Kind, Value string }
			Range    lsptest.Range
		}
		w.MustCall("textDocument/hover", lsptest.At(uri, at(2, 25)), &h)
		if h == nil || h.Contents.Kind != "markdown" || h.Range.Start.Line != 2 {
			t.Fatalf("hover %+v", h)
		}
		return h.Contents.Value
	}
	if got := hover(); !strings.Contains(got, "app/db") || !strings.Contains(got, "infra") || !strings.Contains(got, "not cached") {
		t.Errorf("hover %q", got)
	}
	if w.vault.fetched != 0 {
		t.Error("hover fetched the secret")
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "first"}, nil); err != nil {
		t.Fatal(err)
	}
	if got := hover(); !strings.Contains(got, "cached for") || strings.Contains(got, markerValue) {
		t.Errorf("hover after sending %q", got)
	}
	var nothing *struct{}
	w.MustCall("textDocument/hover", lsptest.At(uri, at(4, 0)), &nothing)
	if nothing != nil {
		t.Error("hover on a blank line says something")
	}
	if got := lsptest.CodeOf(w.Call("textDocument/hover", lsptest.At(uri, at(4000, 0)), nil)); got != -32602 {
		t.Errorf("hover behind the end: %d, want -32602", got)
	}
	if err := w.Call("textDocument/hover", lsptest.At(uri, at(0, 4000000)), nil); err != nil {
		t.Errorf("hover behind the end of a line: %v", err)
	}
}

// action is what the tests look at of a code action.
type action struct {
	Title   string
	Kind    string
	Command *struct{ Command string }
	Data    struct{ Provider string }
	Edit    struct {
		Changes         map[string][]lsptest.TextEdit
		DocumentChanges []struct {
			TextDocument struct{ Version *int }
			Edits        []struct {
				lsptest.TextEdit
				Snippet *struct{ Kind, Value string }
			}
		}
	}
}

// A variable that an environment defines is repaired by selecting it.
func TestCodeActionSelectsAnEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.write(t, "http-client.env.json", `{"dev": {"host": "a.example"}}`)
	uri := w.open(t, "a.http", "GET https://{{host}}/\n")
	var actions []struct {
		Title   string
		Edit    any
		Command struct {
			Command   string
			Arguments []json.RawMessage
		}
	}
	w.MustCall("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": uri}, "context": map[string]any{"diagnostics": []any{}},
		"range": lsptest.Range{Start: at(0, 15), End: at(0, 15)},
	}, &actions)
	if len(actions) == 0 || actions[0].Title != "Select the environment dev" || actions[0].Edit != nil || len(actions[0].Command.Arguments) != 1 {
		t.Fatalf("actions %+v", actions)
	}
	if err := w.Command(actions[0].Command.Command, actions[0].Command.Arguments[0], nil); err != nil {
		t.Fatal(err)
	}
	w.Await("diagnostics where an environment is selected", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, uri) && !contains(m.Params, "environment-not-selected")
	})
}

func TestCodeActions(t *testing.T) {
	t.Parallel()
	const src = "GET https://a.example/\nAuthorization: Bearer x\n"
	request := func(uri string, only []string) map[string]any {
		ctx := map[string]any{"diagnostics": []any{}}
		if only != nil {
			ctx["only"] = only
		}
		return map[string]any{
			"textDocument": map[string]any{"uri": uri}, "context": ctx,
			"range": lsptest.Range{Start: at(1, 22), End: at(1, 23)},
		}
	}
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", src)
	var actions []action
	w.MustCall("textDocument/codeAction", request(uri, nil), &actions)
	i := slices.IndexFunc(actions, func(a action) bool { return a.Data.Provider == "vault" })
	if i < 0 {
		t.Fatalf("no action inserts a reference of vault: %+v", actions)
	}
	changes := actions[i].Edit.DocumentChanges
	if len(changes) != 1 || changes[0].TextDocument.Version == nil || *changes[0].TextDocument.Version != 1 || len(changes[0].Edits) != 1 {
		t.Fatalf("the edit is %+v", actions[i].Edit)
	}
	if edit := changes[0].Edits[0]; edit.Snippet == nil || edit.Snippet.Kind != "snippet" || !strings.HasPrefix(edit.Snippet.Value, `{{\$vault`) ||
		edit.Range != (lsptest.Range{Start: at(1, 22), End: at(1, 23)}) {
		t.Errorf("the edit is %+v", edit)
	}
	var none []action
	w.MustCall("textDocument/codeAction", request(uri, []string{"source"}), &none)
	if len(none) != 0 {
		t.Errorf("%d actions of kinds that were not asked for", len(none))
	}

	plain := newWorld(t, nil)
	plain.Initialize(nil)
	plain.Open(uri, src)
	actions = nil
	plain.MustCall("textDocument/codeAction", request(uri, []string{"refactor"}), &actions)
	i = slices.IndexFunc(actions, func(a action) bool { return a.Data.Provider == "vault" })
	if i < 0 {
		t.Fatalf("no action inserts a reference of vault: %+v", actions)
	}
	edits := actions[i].Edit.Changes[uri]
	if len(edits) != 1 || !strings.HasPrefix(edits[0].NewText, "{{$vault") || strings.Contains(edits[0].NewText, "${") {
		t.Errorf("the edit is %+v", actions[i].Edit)
	}
}

// The lens's command works as it is given.
func TestCodeLens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	var lenses []struct {
		Range   lsptest.Range
		Command struct {
			Title, Command string
			Arguments      []json.RawMessage
		}
	}
	w.MustCall("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri}}, &lenses)
	sent := 0
	for _, lens := range lenses {
		if lens.Command.Command != "vault-lsp.sendRequest" || lens.Range.Start.Line != 5 {
			continue
		}
		sent++
		var response struct{ Status int }
		if err := w.Command(lens.Command.Command, lens.Command.Arguments[0], &response); err != nil || response.Status != 200 {
			t.Errorf("the lens's command: %v, status %d", err, response.Status)
		}
	}
	if sent != 1 {
		t.Errorf("%d lenses send the second request, want 1: %+v", sent, lenses)
	}
}

func TestSymbolsAndFolding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	document := map[string]any{"textDocument": map[string]any{"uri": uri}}
	var tree []struct {
		Name           string
		Range          lsptest.Range
		SelectionRange lsptest.Range
	}
	w.MustCall("textDocument/documentSymbol", document, &tree)
	if len(tree) != 2 || !strings.Contains(tree[0].Name, "first") {
		t.Errorf("symbols %+v", tree)
	}
	flat := newWorld(t, nil)
	flat.Initialize(nil)
	flat.Open(uri, secretFile)
	var list []struct {
		Name     string
		Location struct{ URI string }
	}
	flat.MustCall("textDocument/documentSymbol", document, &list)
	if len(list) < 2 || list[0].Location.URI != uri {
		t.Errorf("symbols %+v", list)
	}
	var folds []struct{ StartLine, EndLine int }
	w.MustCall("textDocument/foldingRange", document, &folds)
	for _, f := range folds {
		if f.StartLine >= f.EndLine {
			t.Errorf("fold %+v", f)
		}
	}
	if len(folds) == 0 {
		t.Error("nothing folds")
	}
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	envs := w.write(t, "http-client.env.json", "{\n  \"dev\": {\n    \"token\": \"x\"\n  }\n}\n")
	const src = "@host = a.example\nGET https://{{host}}/{{token}}\n"
	uri := w.open(t, "sub/a.http", src)
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": uri, "environment": "dev"}, nil); err != nil {
		t.Fatal(err)
	}
	type location struct {
		URI   string
		Range lsptest.Range
	}
	definition := func(p lsptest.Position) []location {
		t.Helper()
		var found []location
		w.MustCall("textDocument/definition", lsptest.At(uri, p), &found)
		return found
	}
	if got := definition(at(1, 15)); len(got) != 1 || got[0].URI != uri || got[0].Range.Start.Line != 0 {
		t.Errorf("definition of host: %+v", got)
	}
	if got := definition(at(1, 24)); len(got) != 1 || got[0].URI != envs || got[0].Range.Start != at(2, 4) {
		t.Errorf("definition of token: %+v, want %s at line 2", got, envs)
	}
	if got := definition(at(1, 1)); len(got) != 0 {
		t.Errorf("definition of nothing: %+v", got)
	}
}

func TestOccurrences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	const src = "@host = a.example\nGET https://{{host}}/\nX: {{host}}\n"
	uri := w.open(t, "a.http", src)
	var highlights []struct {
		Range lsptest.Range
		Kind  int
	}
	w.MustCall("textDocument/documentHighlight", lsptest.At(uri, at(1, 15)), &highlights)
	var lines, kinds []int
	for _, h := range highlights {
		lines, kinds = append(lines, h.Range.Start.Line), append(kinds, h.Kind)
	}
	if !slices.Equal(lines, []int{0, 1, 2}) || !slices.Equal(kinds, []int{3, 2, 2}) {
		t.Errorf("highlights at lines %v of kinds %v", lines, kinds)
	}
	for declaration, want := range map[bool]int{true: 3, false: 2} {
		params := lsptest.At(uri, at(1, 15))
		params["context"] = map[string]any{"includeDeclaration": declaration}
		var references []struct{ URI string }
		w.MustCall("textDocument/references", params, &references)
		if len(references) != want || references[0].URI != uri {
			t.Errorf("references with declaration %t: %+v, want %d", declaration, references, want)
		}
	}
}
